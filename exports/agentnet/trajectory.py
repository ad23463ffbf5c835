"""Reduced actions as code of pyautogui, one step each: what OpenCUA trains on."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from deskhand.exports.agentnet.pynput_names import W3C_OF
from deskhand.exports.agentnet.recorder import Record

# Places are parts of the screen, to four digits (OpenCUA, gen_cot_example/raw_example.jsonl).
DIGITS = 4
CLICKS = {
    ("left", 1): "click", ("left", 2): "doubleClick", ("left", 3): "tripleClick",
    ("right", 1): "rightClick", ("middle", 1): "middleClick",
}  # fmt: skip
# Where pyautogui's name of a key is not pynput's without its underscores and side.
PYAUTOGUI_KEYS = {
    "cmd": "win", "menu": "apps", "media_play_pause": "playpause",
    "media_previous": "prevtrack", "media_next": "nexttrack", "alt_gr": "altright",
    "media_volume_mute": "volumemute", "media_volume_down": "volumedown",
    "media_volume_up": "volumeup",
}  # fmt: skip
TERMINATE = "computer.terminate(status='success')"


def pyautogui_key(name: str) -> str:
    """Return pyautogui's name of a key.

    Examples
    --------
    >>> (
    ...     pyautogui_key("ctrl_l"),
    ...     pyautogui_key("page_down"),
    ...     pyautogui_key("C"),
    ...     pyautogui_key("cmd"),
    ... )
    ('ctrl', 'pagedown', 'c', 'win')
    """
    if name in PYAUTOGUI_KEYS:
        return PYAUTOGUI_KEYS[name]
    if name not in W3C_OF:
        return name.lower()
    return name.removesuffix("_l").removesuffix("_r").replace("_", "")


def code(action: Record, width: int, height: int) -> str:
    """Return the code that does an action, one call a line; none for a modifier pressed alone twice.

    Parameters
    ----------
    action : dict
        Of ``reduced_events_complete.jsonl``.
    width, height : int
        The screen, px.

    Examples
    --------
    >>> click = {
    ...     "action": "click",
    ...     "button": "left",
    ...     "click_type": 2,
    ...     "coordinate": {"x": 960, "y": 54},
    ... }
    >>> code(click, 1920, 1080)
    'pyautogui.doubleClick(x=0.5, y=0.05)'
    """
    return "\n".join(_calls(action, width, height))


def _calls(action: Record, width: int, height: int) -> Iterator[str]:
    def at(place: Any) -> str:
        x, y = (place["x"], place["y"]) if isinstance(place, dict) else place
        return f"x={round(x / width, DIGITS)}, y={round(y / height, DIGITS)}"

    kind = action["action"]
    if kind == "click":
        call = CLICKS.get((action["button"], action["click_type"]))
        if call is not None:
            yield f"pyautogui.{call}({at(action['coordinate'])})"
        else:
            button, clicks = action["button"], action["click_type"]
            where = at(action["coordinate"])
            yield f"pyautogui.click({where}, clicks={clicks}, button={button!r})"
    elif kind == "drag":
        yield f"pyautogui.moveTo({at(action['coordinate'])})"
        end = action["description"].rpartition("(")[2].rstrip(")").split(", ")
        yield f"pyautogui.dragTo({at(tuple(map(int, end)))}, button={action['button']!r})"
    elif kind == "scroll":
        yield f"pyautogui.moveTo({at(action['trace'][0])})"
        for name, call in (("dy", "scroll"), ("dx", "hscroll")):
            if notches := sum(turn[name] for turn in action["trace"]):
                yield f"pyautogui.{call}({notches})"
    elif kind == "type":
        yield from _typing(action["key_names"])
    else:
        yield from _held(action, width, height)


def _typing(names: list[str]) -> Iterator[str]:
    for is_named, run in groupby(names, key=lambda name: name in W3C_OF and name != "space"):
        if is_named:
            yield from (f"pyautogui.press({pyautogui_key(name)!r})" for name in run)
        else:
            text = "".join(" " if name == "space" else name for name in run)
            yield f"pyautogui.write(message={text!r})"


def _held(action: Record, width: int, height: int) -> Iterator[str]:
    """Yield what a modifier did: alone, with one more key at a time, or held over clicks."""
    children = action.get("children", ())
    keys = [pyautogui_key(action["key_name"])]
    inner = children
    while [child["action"] for child in inner] == ["press"]:
        keys.append(pyautogui_key(inner[0]["key_name"]))
        inner = inner[0].get("children", ())
    if [child["action"] for child in inner] == ["type"]:
        for name in inner[0]["key_names"]:
            yield f"pyautogui.hotkey({[*keys, pyautogui_key(name)]!r})"
    elif not inner:
        yield f"pyautogui.press({keys[0]!r})" if len(keys) == 1 else f"pyautogui.hotkey({keys!r})"
    else:
        yield f"pyautogui.keyDown({keys[0]!r})"
        for child in children:
            yield from _calls(child, width, height)
        yield f"pyautogui.keyUp({keys[0]!r})"


def trajectory(
    actions: list[Record],
    *,
    task_id: str,
    instruction: str,
    size: tuple[int, int],
    images: list[str],
) -> Record:
    """Return the line of OpenCUA's last file: an instruction, and a step for each action and the end.

    Parameters
    ----------
    actions : list of dict
        Of ``reduced_events_complete.jsonl``.
    task_id, instruction : str
        What the steps do.
    size : tuple of int
        The screen, px.
    images : list of str
        Names of the pictures before each step, one more than there are actions; or none of them.
    """
    codes = [code(action, *size) for action in actions] + [TERMINATE]
    shown: list[str | None] = list(images) if images else [None] * len(codes)
    steps = [
        {"index": index, "image": image, "value": {"code": text}}
        for index, (text, image) in enumerate(zip(codes, shown, strict=True))
    ]
    return {"task_id": task_id, "instruction": instruction, "traj": steps}
