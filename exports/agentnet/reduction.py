"""Raw rows reduced to a person's actions, by the rules of AgentNetTool's reducer.

The rules, read in its ``core/action_reduction`` and written anew: moves belong to what follows them;
a release within half a second of and 4 px beside the click before makes it a double or triple click;
a release more than 6 px away from its press, with moves between, is a drag; scrolls in a row are one;
keys that are no modifiers are one typed run until something else happens, Backspace and Enter among
them; what happens while a modifier is held is its child, and Shift with typed keys alone is typing.
The tool's errors are not copied: it cannot see a double click that is the first action, and writes
``Press: $shift$ + Hello`` for a text that begins with a capital letter.
"""

from collections import Counter

import numpy as np

from deskhand.exports.agentnet.action_records import (
    MODIFIERS,
    begun,
    distance,
    last_press,
    ordered,
    shortcut,
    shown_key,
    sign,
    typed,
    with_known,
)
from deskhand.exports.agentnet.recorder import Record, Recording

# reduction_helper.py and action.py of AgentNetTool.
CLICK_INTERVAL_S = 0.5
SAME_PLACE_PX = 4.0
DRAG_PX = 6.0
# What a typed run, a scroll and a press that never came up are said to last on.
TAIL_S = 0.2
LOST_CLICK_S = 0.5
LOST_KEY_S = 0.01
ARROWS = {
    (0, 1): "⬆️", (0, -1): "⬇️", (1, 0): "⬅️", (-1, 0): "➡️",
    (1, 1): "↖", (-1, 1): "↗", (1, -1): "↙", (-1, -1): "↘",
}  # fmt: skip
TIMES = "\N{MULTIPLICATION SIGN}"
CLICKS = {1: "Single", 2: "Double", 3: "Triple"}


def reduced(recording: Recording) -> list[Record]:
    """Return the actions of a recording as ``reduced_events_complete.jsonl`` holds them.

    Parameters
    ----------
    recording : Recording
        Rows as the recorder wrote them.

    Returns
    -------
    list of dict
        Ascending by ``event_start_idx``, numbered by ``id``; every move is in one of them, but for
        those before a key's release and after the last action.
    """
    reducer = _Reducer(recording)
    for event in recording.few:
        reducer.take(event)
    return reducer.finished()


class _Reducer:
    """Holds the actions so far; the last of ``self._levels`` belongs to the modifier held last."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._top: list[Record] = []
        self._levels: list[tuple[Record | None, list[Record]]] = [(None, self._top)]
        self._clicks: dict[str, Record] = {}
        self._consumed = 0

    def take(self, event: Record) -> None:
        before = self._pre_move(event["event_idx"])
        if event["action"] == "scroll":
            self._scroll(event, before)
        elif event["action"] == "press":
            self._press(event, before)
        elif event["action"] == "release":
            if event["name"] in MODIFIERS:
                self._release(event)
        elif event["pressed"]:
            self._click(event, before)
        else:
            self._unclick(event, before)

    def _pre_move(self, index: int) -> Record | None:
        """Return the moves since the row before that was none."""
        recording = self._recording
        until = int(np.searchsorted(recording.move_index, index))
        part, self._consumed = slice(self._consumed, until), until
        times = recording.move_s[part].tolist()
        if not times:
            return None
        way = np.stack([recording.move_x[part], recording.move_y[part]], axis=1).tolist()
        start = {"event_idx": int(recording.move_index[part][0]), "time_stamp": times[0]}
        return {
            **begun("move", start, times[-1], None, vis=False),
            "trace": way,
            "time_trace": times,
        }

    def _scroll(self, event: Record, before: Record | None) -> None:
        if not (event["dx"] or event["dy"]):
            return
        actions = self._levels[-1][1]
        end_s = event["time_stamp"] + TAIL_S
        if not actions or actions[-1]["action"] != "scroll":
            action = {**begun("scroll", event, end_s, ""), "trace": [], "time_trace": []}
            actions.append(with_known(action, pre_move=before))
        action = actions[-1]
        action["trace"].append({name: event[name] for name in ("x", "y", "dx", "dy")})
        action["time_trace"].append(event["time_stamp"])
        action["end_time"] = end_s
        turns = Counter(ARROWS[sign(at["dx"]), sign(at["dy"])] for at in action["trace"])
        action["description"] = "Scroll " + "".join(
            f"{way}{TIMES}{n}  " for way, n in turns.items()
        )

    def _press(self, event: Record, before: Record | None) -> None:
        name, actions = event["name"], self._levels[-1][1]
        if name in MODIFIERS:
            if all(held is None or held["key_name"] != name for held, _ in self._levels):
                action = {
                    **begun("press", event, event["time_stamp"], ""),
                    "key_name": name,
                    "pressed": True,
                }
                self._levels.append((with_known(action, pre_move=before), []))
            return
        action = begun("type", event, event["time_stamp"] + TAIL_S, "")
        action |= {"key_names": [name], "time_trace": [event["time_stamp"]]}
        typed(actions, with_known(action, pre_move=before))

    def _release(self, event: Record) -> None:
        names = [held["key_name"] if held else None for held, _ in self._levels]
        if event["name"] not in names:
            return
        for level in range(len(names) - 1, names.index(event["name"]) - 1, -1):
            held, children = self._levels.pop()
            assert held is not None
            held["end_time"] = event["time_stamp"]
            outer = self._levels[level - 1][1]
            alone = level == 1 and [child["action"] for child in children] == ["type"]
            if alone and "shift" in held["key_name"]:
                typed(outer, children[0])
            else:
                outer.append(shortcut(held, children))

    def _click(self, event: Record, before: Record | None) -> None:
        place = {"x": event["x"], "y": event["y"]}
        action = begun("click", event, event["time_stamp"], "")
        target = self._recording.targets.get(event["event_idx"])
        action = with_known(action, target=dict(target) if target else None)
        action |= {
            "click_type": 1,
            "button": event["button"],
            "pressed": True,
            "coordinate": place,
            "coordinates": [dict(place)],
            "time_trace": [{"start_time": event["time_stamp"], "end_time": event["time_stamp"]}],
        }
        action = with_known(action, pre_move=before)
        self._levels[-1][1].append(action)
        self._clicks[event["button"]] = action

    def _unclick(self, event: Record, before: Record | None) -> None:
        action = self._clicks.pop(event["button"], None)
        if action is None:
            return
        action["end_time"] = action["time_trace"][0]["end_time"] = event["time_stamp"]
        start, end = action["coordinate"], {"x": event["x"], "y": event["y"]}
        if before is not None and distance(start, end) > DRAG_PX:
            action["action"] = "drag"
            action["description"] = (
                f"Drag from ({start['x']}, {start['y']}) to ({end['x']}, {end['y']})"
            )
            action["drag_trace"] = before["trace"]
            action["drag_time_trace"] = before["time_trace"]
            action["children"] = [before]
            return
        release = {
            **begun("click", event, event["time_stamp"], "", vis=False),
            "click_type": 1,
            "button": event["button"],
            "pressed": False,
            "coordinate": end,
            "coordinates": [dict(end)],
            "time_trace": [{"start_time": event["time_stamp"], "end_time": event["time_stamp"]}],
        }
        action["children"] = [with_known(release, pre_move=before)]
        action["description"] = f"Single {event['button']} Click"
        self._again(action)

    def _again(self, action: Record) -> None:
        """Make a click part of the one before it, where it is near in time and place."""
        actions = self._levels[-1][1]
        if len(actions) < 2 or actions[-1] is not action:
            return
        last = actions[-2]
        if (
            last["action"] == "click"
            and last["button"] == action["button"]
            and last["click_type"] < 3
            and action["start_time"] - last_press(last) < CLICK_INTERVAL_S
            and distance(last["coordinate"], action["coordinate"]) < SAME_PLACE_PX
        ):
            actions.pop()
            last["click_type"] += 1
            last["description"] = f"{CLICKS[last['click_type']]} {last['button']} Click"
            last["children"].append({**action, "vis": False})

    def finished(self) -> list[Record]:
        while len(self._levels) > 1:
            held, children = self._levels.pop()
            assert held is not None
            held |= {"exception": True, "end_time": held["start_time"] + LOST_KEY_S}
            held["description"] = f"⌨️ Press: {shown_key(held['key_name'])}"
            outer = self._levels[-1][1]
            outer.append(held)
            outer += children
        for lost in self._clicks.values():
            lost |= {"exception": True, "end_time": lost["start_time"] + LOST_CLICK_S}
            lost["time_trace"][0]["end_time"] = lost["end_time"]
            lost["description"] = f"Single {lost['button']} Click"
        self._top.sort(key=lambda action: action["event_start_idx"])
        return [ordered(action, number) for number, action in enumerate(self._top)]
