"""Acts as ``tool_use`` blocks of Anthropic's computer toolset (``computer_toolset_20260801``).

Names and fields follow the types of the PyPI package ``anthropic`` 2.14 (``ComputerToolUseBlock``).
"""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from deskhand.exports.computer_use.key_names import modifier_keys, xdotool
from deskhand.exports.computer_use.visible_acts import Display, visible_text
from deskhand.exports.derived_acts import Act, Click, Drag, Press, Scroll, Type, Wait

TOOL = {"type": "computer_toolset_20260801"}
LEFT_CLICKS = {1: "left_click", 2: "double_click", 3: "triple_click"}
OTHER_CLICKS = {1: "middle_click", 2: "right_click"}
# The toolset has no click of the side buttons; in browsers and file managers they go back and forth.
SIDE_BUTTONS = {3: "alt+Left", 4: "alt+Right"}
# Anthropic's reference implementation refuses longer waits (anthropic-quickstarts, computer.py).
WAIT_S = 100

Action = dict[str, Any]


def actions(events: pa.Table, act: Act, display: Display) -> Iterator[Action]:
    """Yield name and input of the tool calls that do an act; none for what only follows from others.

    Parameters
    ----------
    events : pyarrow.Table
        Not looked at: this vocabulary has the ends of a drag alone.
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
    [{'name': 'key', 'input': {'text': 'ctrl+c'}}]
    """
    del events
    match act:
        case Click():
            yield from _clicks(act, display)
        case Drag(button=0):
            start, end = display.place(act), display.place(act, "end_")
            if start is not None and end is not None:
                ends = {"start_coordinate": list(start), "coordinate": list(end)}
                yield _action("left_click_drag", **ends, text=_held(act.modifiers))
        case Scroll():
            at = display.place(act)
            for notches, ways in (
                (act.notches_y, ("up", "down")),
                (act.notches_x, ("left", "right")),
            ):
                if notches:
                    yield _action(
                        "scroll",
                        coordinate=None if at is None else list(at),
                        scroll_direction=ways[notches > 0],
                        scroll_amount=max(1, round(abs(notches))),
                        text=_held(act.modifiers),
                    )
        case Type() if act.length:
            yield _action("type", text=visible_text(act))
        case Press():
            keys = [*map(xdotool, modifier_keys(act.modifiers)), xdotool(act.key)]
            yield _action("key", text="+".join(keys), repeat=act.count if act.count > 1 else None)
        case Wait():
            left = max(1, round((act.end_us - act.start_us) / 1e6))
            while left:
                yield _action("wait", duration=min(left, WAIT_S))
                left -= min(left, WAIT_S)


def _clicks(act: Click, display: Display) -> Iterator[Action]:
    if act.button in SIDE_BUTTONS:
        count = act.count if act.count > 1 else None
        yield _action("key", text=SIDE_BUTTONS[act.button], repeat=count)
        return
    at = display.place(act)
    where = {"coordinate": None if at is None else list(at), "text": _held(act.modifiers)}
    if act.button == 0:
        yield _action(LEFT_CLICKS[act.count], **where)
    else:
        for _ in range(act.count):
            yield _action(OTHER_CLICKS.get(act.button, "left_click"), **where)


def _held(modifiers: int) -> str | None:
    return "+".join(map(xdotool, modifier_keys(modifiers))) or None


def _action(name: str, **given: Any) -> Action:
    return {"name": name, "input": {k: v for k, v in given.items() if v is not None}}


def block(call_id: str, action: Action) -> dict[str, Any]:
    """Return an action as a content block, as the API returns it.

    Examples
    --------
    >>> block("toolu_1", {"name": "wait", "input": {"duration": 2}})["toolset_name"]
    'computer'
    """
    return {
        "type": "tool_use",
        "id": f"toolu_{call_id}",
        "caller": {"type": "direct"},
        "toolset_name": "computer",
        **action,
    }
