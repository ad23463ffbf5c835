"""Single actions of an episode, record by record, with the words that OpenCUA's converter reads."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from deskhand.exports.agentnet.pynput_names import W3C_OF
from deskhand.exports.agentnet.recorder import Record

MODIFIERS = (
    "alt",
    "alt_l",
    "alt_r",
    "alt_gr",
    "ctrl",
    "ctrl_l",
    "ctrl_r",
    "shift",
    "shift_r",
    "cmd",
    "cmd_r",
)


def shown_key(name: str) -> str:
    """Return a key as descriptions show it.

    Examples
    --------
    >>> shown_key("a"), shown_key("ctrl_l"), shown_key("page_down")
    ('a', '$ctrl$', '$page_down$')
    """
    if name in MODIFIERS:
        return f"${name.split('_', maxsplit=1)[0]}$"
    return f"${name}$" if name in W3C_OF else name


def begun(
    action: str,
    event: Mapping[str, Any],
    end_s: float,
    description: str | None,
    *,
    vis: bool = True,
) -> Record:
    """Return the fields that all actions begin with, in the reducer's order."""
    record = {
        "action": action,
        "event_start_idx": event["event_idx"],
        "complete": True,
        "start_time": event["time_stamp"],
        "end_time": end_s,
        "description": description,
        "vis": vis,
        "exception": False,
        "depth": 0,
    }
    return {name: value for name, value in record.items() if value is not None}


def with_known(record: Record, **more: Any) -> Record:
    """Return a record with more fields, but for those that are not known."""
    return {**record, **{name: value for name, value in more.items() if value is not None}}


def ordered(action: Record, number: int) -> Record:
    """Return a finished action with its number, what went before and its children at its end."""
    describe_typing(action)
    tail: Record = {name: action.pop(name) for name in ("pre_move", "children") if name in action}
    return {**action, "id": number, **tail}


def describe_typing(action: Record) -> None:
    """Describe a typed run, and those that are parts of an action."""
    if action["action"] == "type":
        action["description"] = "⌨️ Type: " + "".join(map(shown_key, action["key_names"]))
    for child in action.get("children", ()):
        describe_typing(child)


def typed(actions: list[Record], typed: Record) -> None:
    """Add a typed run to the actions, or to the run that is the last of them."""
    if actions and actions[-1]["action"] == "type":
        run = actions[-1]
        run["key_names"] += typed["key_names"]
        run["time_trace"] += typed["time_trace"]
        run["end_time"] = typed["end_time"]
    else:
        actions.append(typed)


def shortcut(held: Record, children: list[Record]) -> Record:
    """Return what a modifier and what happened while it was held come to."""
    key, kinds = shown_key(held["key_name"]), [child["action"] for child in children]
    description = f"⌨️ Press: {key}"
    if kinds == ["type"]:
        children[0]["vis"] = False
        description += " + " + "".join(map(shown_key, children[0]["key_names"]))
    elif kinds == ["press"]:
        children[0]["vis"] = False
        description += " + " + children[0]["description"].removeprefix("⌨️ Press: ")
    elif children:
        held["action"] = "long_press"
        description = f"⌨️ Long Press: {key}"
        if kinds == ["drag"]:
            description += " + drag"
        elif set(kinds) == {"click"}:
            description += f" + {len(kinds)} Clicks"
    held["description"] = description
    return with_known(held, children=children or None)


def last_press(click: Record) -> float:
    """Return when a click was last pressed, which a double click is twice."""
    later = [child["start_time"] for child in click["children"] if child["pressed"]]
    return float(max([click["start_time"], *later]))


def distance(a: Record, b: Record) -> float:
    """Return how far two places are apart, px."""
    return float(np.hypot(a["x"] - b["x"], a["y"] - b["y"]))


def sign(value: int) -> int:
    """Return -1, 0 or 1."""
    return (value > 0) - (value < 0)


def seen(action: Record) -> Record:
    """Return an action as ``reduced_events_vis.jsonl`` shows it to an annotator."""
    children = [seen(child) for child in action.get("children", ()) if child["vis"]]
    record = {
        **({"id": action["id"]} if "id" in action else {}),
        "action": action["action"],
        "description": action["description"],
        "start_time": action["start_time"],
        "end_time": action["end_time"],
        "depth": action["depth"],
        "target": action.get("target", {"mark": False}),
        "axtree": None,
    }
    return {**record, "children": children} if children else record
