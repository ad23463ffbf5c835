"""Do on a live page what a sidecar's ``do`` list says, with real mouse and keyboard input."""

from collections.abc import Callable, Mapping
from typing import Any

from deskhand.errors import DeskhandError
from deskhand.scenarios.screen_compiler.live_page import LivePage

Resolve = Callable[[str], int]

# After a trigger the page's own time runs on for this long, for answers that a page delays.
ACT_MS = 500


def typed_text(text: str, sentinels: Mapping[str, str]) -> str:
    """Return the text to type for a text with slots: the sentinel of each slot that has one."""
    for slot, sentinel in sentinels.items():
        text = text.replace("{{" + slot + "}}", sentinel)
    return text


def slotted(value: Any, sentinels: Mapping[str, str]) -> Any:
    """Return recorded data with every sentinel turned back into its slot."""
    if not sentinels:
        return value
    if isinstance(value, str):
        for slot, sentinel in sentinels.items():
            value = value.replace(sentinel, "{{" + slot + "}}")
        return value
    if isinstance(value, list):
        return [slotted(item, sentinels) for item in value]
    if isinstance(value, dict):
        return {key: slotted(item, sentinels) for key, item in value.items()}
    return value


def _middle(live: LivePage, own: int, key: str) -> tuple[float, float]:
    place = live.call("middle", own)
    if place is None:
        raise DeskhandError(
            f"element {key!r} cannot be clicked here: it is hidden, has no size, or another element "
            "covers its middle. Bring the page into a state that shows it first."
        )
    return float(place["x"]), float(place["y"])


def perform(
    live: LivePage, act: Mapping[str, Any], resolve: Resolve, sentinels: Mapping[str, str]
) -> None:
    """Do one act; the page's clock stands still meanwhile, except in ``wait_ms``.

    Parameters
    ----------
    live : LivePage
        The page.
    act : mapping
        One entry of a ``do`` list.
    resolve : callable
        Node id of the element that a locator names.
    sentinels : mapping
        What is typed for a slot.
    """
    mouse, keyboard = live.page.mouse, live.page.keyboard
    if "click" in act or "double_click" in act:
        key = act.get("click") or act["double_click"]
        x, y = _middle(live, resolve(key), key)
        mouse.click(x, y, click_count=1)
        if "double_click" in act:
            mouse.click(x, y, click_count=2)
    elif "right_click" in act:
        mouse.click(*_middle(live, resolve(act["right_click"]), act["right_click"]), button="right")
    elif "hover" in act:
        mouse.move(*_middle(live, resolve(act["hover"]), act["hover"]))
    elif "drag" in act:
        x, y = _middle(live, resolve(act["drag"]), act["drag"])
        goal = live.call("centre", resolve(act["to"]))
        mouse.move(x, y)
        mouse.down()
        mouse.move((x + goal["x"]) / 2, (y + goal["y"]) / 2)
        mouse.move(goal["x"], goal["y"])
        mouse.up()
    elif "press" in act:
        if act.get("on"):
            live.call("focus", resolve(act["on"]))
        keyboard.press(act["press"])
    elif "fill" in act:
        text = typed_text(act["with"], sentinels)
        typing = live.call("startFill", resolve(act["fill"]), text)
        if typing is None:
            raise DeskhandError(f"fill {act['fill']!r}: no option {text!r}; give a label or value.")
        if typing:
            if text:
                keyboard.insert_text(text)
            else:
                keyboard.press("Delete")
    elif "event" in act:
        live.call("send", act["event"], typed_text(act.get("detail", ""), sentinels))
    elif "wait_ms" in act:
        live.settle(act["wait_ms"])
    live.settle()
