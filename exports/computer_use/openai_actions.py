"""Acts as ``computer_call`` items of OpenAI's Responses API.

Names and fields follow the types of the PyPI package ``openai`` 3.57 (``ResponseComputerToolCall``):
whole numbers only, a wait has no duration, and there is no triple click.
"""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from deskhand.exports.computer_use.key_names import modifier_keys, openai
from deskhand.exports.computer_use.visible_acts import Display, drag_path, visible_text
from deskhand.exports.derived_acts import Act, Click, Drag, Press, Scroll, Type, Wait
from deskhand.exports.wheel_notches import NOTCH_PX

TOOL = {"type": "computer"}
BUTTONS = {0: "left", 1: "wheel", 2: "right", 3: "back", 4: "forward"}

Action = dict[str, Any]


def actions(events: pa.Table, act: Act, display: Display) -> Iterator[Action]:
    """Yield the actions that do an act; none for what only follows from others.

    Parameters
    ----------
    events : pyarrow.Table
        The session's events: a drag's path is in them.
    act : Act
        An act of the session.
    display : Display
        The desktop.

    Examples
    --------
    >>> nowhere = {"app": None, "window": None, "target": None, "first_row": 0, "last_row": 0}
    >>> copy = Press(
    ...     key="c",
    ...     code="KeyC",
    ...     modifiers=2,
    ...     count=1,
    ...     start_us=0,
    ...     end_us=0,
    ...     masked=False,
    ...     **nowhere,
    ... )
    >>> list(actions(None, copy, Display(1920, 1080)))
    [{'type': 'keypress', 'keys': ['CTRL', 'c']}]
    """
    match act:
        case Click():
            yield from _clicks(act, display)
        case Drag(button=0):
            path = [{"x": x, "y": y} for x, y in drag_path(events, act, display)]
            if path:
                yield {"type": "drag", "path": path, **_held(act.modifiers)}
        case Scroll():
            at = display.place(act)
            if at is not None:
                by = {"scroll_x": round(act.notches_x * NOTCH_PX)}
                by["scroll_y"] = round(act.notches_y * NOTCH_PX)
                yield {"type": "scroll", "x": at[0], "y": at[1], **by, **_held(act.modifiers)}
        case Type() if act.length:
            yield {"type": "type", "text": visible_text(act)}
        case Press():
            keys = [*map(openai, modifier_keys(act.modifiers)), openai(act.key)]
            for _ in range(act.count):
                yield {"type": "keypress", "keys": list(keys)}
        case Wait():
            yield {"type": "wait"}


def _clicks(act: Click, display: Display) -> Iterator[Action]:
    at = display.place(act)
    if at is None:
        return
    where = {"x": at[0], "y": at[1], **_held(act.modifiers)}
    left = act.count
    if act.button == 0 and left > 1:
        yield {"type": "double_click", **where}
        left -= 2
    for _ in range(left):
        yield {"type": "click", "button": BUTTONS.get(act.button, "left"), **where}


def _held(modifiers: int) -> dict[str, list[str]]:
    keys = [openai(key) for key in modifier_keys(modifiers)]
    return {"keys": keys} if keys else {}


def block(call_id: str, action: Action) -> dict[str, Any]:
    """Return an action as an output item, as the API returns it.

    Examples
    --------
    >>> block("1", {"type": "wait"})["call_id"]
    'call_1'
    """
    return {
        "type": "computer_call",
        "id": f"cu_{call_id}",
        "call_id": f"call_{call_id}",
        "status": "completed",
        "pending_safety_checks": [],
        "action": action,
    }
