"""One step in the words of agents' tools: AgentNet's pyautogui code, Anthropic's and OpenAI's calls.

All pixels are those of the step's picture; AgentNet's places are parts of the screen.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa

from deskhand.datasets.episodes.steps import Step
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.events import ALT, CONTROL, META, SHIFT
from deskhand.exports.act_kinds import Act, Click, Drag, Placed, Press, Scroll, Type, Wait
from deskhand.exports.agentnet.pynput_names import BUTTONS, named
from deskhand.exports.agentnet.trajectory import code
from deskhand.exports.computer_use import anthropic_actions, openai_actions
from deskhand.exports.computer_use.visible_acts import Display
from deskhand.monitors import Monitor

AGENTNET, ANTHROPIC, OPENAI = VOCABULARIES = ("agentnet", "anthropic", "openai")
HELD = ((CONTROL, "ctrl_l"), (ALT, "alt_l"), (SHIFT, "shift"), (META, "cmd"))
DONE, IMPOSSIBLE = "success", "failure"

Call = dict[str, Any]


def parse_vocabularies(given: str | Iterable[str]) -> tuple[str, ...]:
    """Return vocabularies in their usual order.

    Parameters
    ----------
    given : str or iterable of str
        Names, or one text with commas between them.

    Raises
    ------
    DeskhandError
        When a name is not known, or none is given.

    Examples
    --------
    >>> parse_vocabularies("openai, agentnet")
    ('agentnet', 'openai')
    """
    names = given.split(",") if isinstance(given, str) else list(given)
    asked = {name.strip() for name in names}
    for name in sorted(asked):
        if name not in VOCABULARIES:
            raise UnknownNameError("vocabulary", name, VOCABULARIES)
    if not asked:
        raise DeskhandError(f"no vocabulary is given; name some of {', '.join(VOCABULARIES)}.")
    return tuple(name for name in VOCABULARIES if name in asked)


def placeholder(target: str | None) -> str:
    """Return what stands for a text that is never told.

    Examples
    --------
    >>> placeholder("auth.password")
    '{{auth.password}}'
    """
    return "{{" + (target or "secret") + "}}"


class Speaker:
    """Says the steps of one session in vocabularies.

    Parameters
    ----------
    events : pyarrow.Table
        The session's events: the path of a drag is in them.
    whole : Monitor
        The desktop with all its monitors.
    scale : float
        Pixels of a picture for each of the screen.
    episode_id : str
        What the identifiers of calls begin with.
    """

    def __init__(self, events: pa.Table, whole: Monitor, scale: float, episode_id: str) -> None:
        self._events = events
        self._whole = whole
        self._scale = scale
        self._episode_id = episode_id
        self._display = Display(whole.width, whole.height, whole.left, whole.top)

    def calls(self, step: Step, number: int, vocabulary: str) -> str | list[Call]:
        """Return how a step is done: code of pyautogui, or the calls that an API returns.

        Parameters
        ----------
        step : Step
            The step.
        number : int
            Its place in the episode.
        vocabulary : str
            ``agentnet``, ``anthropic`` or ``openai``.
        """
        act = step.act
        if isinstance(act, Type) and act.text is None:
            act = replace(act, text=placeholder(act.target), length=1)
        if vocabulary == AGENTNET:
            return pyautogui(act, self._whole)
        words = anthropic_actions if vocabulary == ANTHROPIC else openai_actions
        found = list(words.actions(self._events, act, self._display)) or _hover(
            act, self._display, vocabulary
        )
        return [
            words.block(f"{self._episode_id}_{number:04d}_{k}", self._scaled(action))
            for k, action in enumerate(found)
        ]

    def answer(self, text: str, number: int, vocabulary: str, *, done: bool) -> str | list[Call]:
        """Return how an agent says that it is done, or that it cannot be done."""
        if vocabulary == AGENTNET:
            return f"computer.terminate(status={(DONE if done else IMPOSSIBLE)!r})"
        if vocabulary == ANTHROPIC:
            return [{"type": "text", "text": text}]
        content = [{"type": "output_text", "text": text, "annotations": []}]
        made = {"id": f"msg_{self._episode_id}_{number:04d}", "content": content}
        return [{"type": "message", **made, "role": "assistant", "status": "completed"}]

    def _scaled(self, action: Call) -> Call:
        return action if self._scale == 1.0 else _smaller(action, self._scale)


def _smaller(value: Any, scale: float, name: str = "") -> Any:
    """Return a call whose pixels are those of a smaller picture."""
    if isinstance(value, Mapping):
        return {key: _smaller(each, scale, key) for key, each in value.items()}
    if isinstance(value, list):
        made = [_smaller(each, scale, name) for each in value]
        # Points of a way that fall into one pixel are one.
        return [e for k, e in enumerate(made) if name != "path" or not k or e != made[k - 1]]
    if name in ("x", "y", "coordinate", "start_coordinate"):
        # The pixel of the picture in which that of the screen lies.
        return int(value * scale)
    return round(value * scale) if name in ("scroll_x", "scroll_y") else value


def _hover(act: Act, display: Display, vocabulary: str) -> list[Call]:
    """Return the move of a pointer that presses nothing."""
    at = display.place(act) if type(act) is Placed else None
    if at is None:
        return []
    if vocabulary == ANTHROPIC:
        return [{"name": "mouse_move", "input": {"coordinate": list(at)}}]
    return [{"type": "move", "x": at[0], "y": at[1]}]


def pyautogui(act: Act, whole: Monitor) -> str:
    """Return the code that does an act, one call a line.

    Parameters
    ----------
    act : Act
        An act of a session.
    whole : Monitor
        The desktop with all its monitors.

    Examples
    --------
    >>> nowhere = {"app": None, "window": None, "target": None, "masked": False}
    >>> when = {"start_us": 0, "end_us": 3_000_000, "first_row": 0, "last_row": 0}
    >>> copy = Press(key="c", code="KeyC", modifiers=CONTROL, count=1, **when, **nowhere)
    >>> desk = Monitor(0, 0, 1920, 1080)
    >>> pyautogui(copy, desk), pyautogui(Wait(**when, **nowhere), desk)
    ("pyautogui.hotkey(['ctrl', 'c'])", 'pyautogui.sleep(3)')
    """
    if isinstance(act, Wait):
        return f"pyautogui.sleep({max(1, round((act.end_us - act.start_us) / 1e6))})"
    left, top, width, height = whole
    display = Display(width, height, left, top)
    if type(act) is Placed:
        return _RECORDS[Click](act, display, width, height).replace("click(", "moveTo(")
    return _RECORDS[type(act)](act, display, width, height)


def _click(act: Any, display: Display, width: int, height: int) -> str:
    x, y = display.place(act) or (0, 0)
    record = {
        "action": "click",
        "button": BUTTONS.get(getattr(act, "button", 0), "left"),
        "click_type": getattr(act, "count", 1),
        "coordinate": {"x": x, "y": y},
    }
    held = [name for bit, name in HELD if getattr(act, "modifiers", 0) & bit]
    for name in reversed(held):
        record = {"action": "press", "key_name": name, "children": [record]}
    return code(record, width, height)


def _drag(act: Drag, display: Display, width: int, height: int) -> str:
    start, end = display.place(act) or (0, 0), display.place(act, "end_") or (0, 0)
    record = {
        "action": "drag",
        "button": BUTTONS.get(act.button, "left"),
        "coordinate": {"x": start[0], "y": start[1]},
        "description": f"Drag from {start} to {end}",
    }
    return code(record, width, height)


def _scroll(act: Scroll, display: Display, width: int, height: int) -> str:
    x, y = display.place(act) or (0, 0)
    turns = {"dx": _notches(act.notches_x), "dy": -_notches(act.notches_y)}
    return code({"action": "scroll", "trace": [{"x": x, "y": y, **turns}]}, width, height)


def _notches(notches: float) -> int:
    return round(notches) or (notches > 0) - (notches < 0)


def _type(act: Type, _display: Display, width: int, height: int) -> str:
    names = ["enter" if letter == "\n" else letter for letter in act.text or ""]
    return code({"action": "type", "key_names": names}, width, height)


def _press(act: Press, _display: Display, width: int, height: int) -> str:
    name, _ = named(act.key, act.code, act.modifiers)
    record: dict[str, Any] = {"action": "press", "key_name": name, "children": []}
    held = [held for bit, held in HELD if act.modifiers & bit]
    if held:
        record = {"action": "type", "key_names": [name]}
        for modifier in reversed(held):
            record = {"action": "press", "key_name": modifier, "children": [record]}
    return "\n".join([code(record, width, height)] * act.count)


_RECORDS: dict[type, Callable[[Any, Display, int, int], str]] = {
    Click: _click,
    Drag: _drag,
    Scroll: _scroll,
    Type: _type,
    Press: _press,
}
