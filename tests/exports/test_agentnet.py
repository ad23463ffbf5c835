"""AgentNet episodes have the recorder's shapes; its real recording is read and written back."""

import json
import os
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from deskhand.exports import agentnet
from deskhand.session import Session
from tests.exports.agentnet_episodes import ROWS, WHOLE, Row, episode, records, scripted
from tests.exports.hand_made import hand_made_session


def test_rows_are_the_recorders(lived: Session, tmp_path: Path) -> None:
    folder = episode(lived, tmp_path)
    raw = (folder / "events.jsonl").read_bytes()
    lines = raw.decode("ascii").split("\r\n")
    assert lines.pop() == ""
    for number, line in enumerate(lines):
        record = json.loads(line)
        assert json.dumps(record) == line
        assert record["event_idx"] == number
        assert isinstance(record["time_stamp"], float)
        assert all(isinstance(record[k], int) for k in ("x", "y", "dx", "dy") if k in record)
    stamps = [json.loads(line)["time_stamp"] for line in lines]
    assert all(a <= b for a, b in pairwise(stamps))
    ticks = {round(stamp * 1e7) % 10 for stamp in stamps}
    assert len(ticks) == 10, "times are in steps of 100 ns, as Windows counts"
    about = json.loads((folder / "metadata.json").read_text())
    assert list(about)[-1] == "deskhand"
    assert about["deskhand"]["synthetic"] is True


def test_reduced_actions_follow_the_reducers_rules(tmp_path: Path) -> None:
    def press(t_us: int, x: int = 50, button: int = 0, to: int | None = None) -> list[Row]:
        at = {"screen_y": 40, "button": button}
        down = {"type": "pointerdown", "t_us": t_us, "screen_x": x, **at}
        up = {"type": "pointerup", "t_us": t_us + 80_000, "screen_x": to or x, **at}
        way = {"type": "pointermove", "t_us": t_us + 40_000, "screen_x": to, "screen_y": 40}
        return [down, *([way] if to else []), up]

    def key(t_us: int, *names: str) -> list[Row]:
        down = [{"type": "keydown", "t_us": t_us + k, "key": n} for k, n in enumerate(names)]
        up = [{"type": "keyup", "t_us": t_us + 30_000 + k, "key": n} for k, n in enumerate(names)]
        return [*down, *up[::-1]]

    def wheel(t_us: int, notches: int) -> Row:
        at = {"screen_x": 50, "screen_y": 40, "delta_mode": 0}
        return {"type": "wheel", "t_us": t_us, "delta_x": 0.0, "delta_y": notches * 100.0, **at}

    rows = [
        *press(0),
        *press(1_000_000),
        *press(1_300_000),
        *press(3_000_000, to=90),
        *press(4_000_000, button=2),
        wheel(5_000_000, 1),
        wheel(7_000_000, 1),
        wheel(7_500_000, -1),
        *key(8_000_000, "Shift", "H"),
        *key(8_100_000, "i"),
        *key(8_200_000, " "),
        *key(8_300_000, "Backspace"),
        *key(9_000_000, "Control", "c"),
        *key(9_500_000, "Control", "Shift", "t"),
        *key(9_800_000, "Meta"),
    ]
    session = scripted(sorted(rows, key=lambda row: row["t_us"]))
    folder = episode(session, tmp_path)
    actions = records(folder / "reduced_events_complete.jsonl")
    assert [(a["action"], a["description"]) for a in actions] == [
        ("click", "Single left Click"),
        ("click", "Double left Click"),
        ("drag", "Drag from (50, 40) to (90, 40)"),
        ("click", "Single right Click"),
        ("scroll", "Scroll ⬇️\N{MULTIPLICATION SIGN}2  ⬆️\N{MULTIPLICATION SIGN}1  "),
        ("type", "⌨️ Type: Hi$space$$backspace$"),
        ("press", "⌨️ Press: $ctrl$ + C"),
        ("press", "⌨️ Press: $ctrl$ + $shift$ + T"),
        ("press", "⌨️ Press: $cmd$"),
    ]
    steps = records(folder / "trajectory.jsonl")[0]["traj"]
    assert [step["value"]["code"] for step in steps] == [
        "pyautogui.click(x=0.026, y=0.037)",
        "pyautogui.doubleClick(x=0.026, y=0.037)",
        "pyautogui.moveTo(x=0.026, y=0.037)\npyautogui.dragTo(x=0.0469, y=0.037, button='left')",
        "pyautogui.rightClick(x=0.026, y=0.037)",
        "pyautogui.moveTo(x=0.026, y=0.037)\npyautogui.scroll(-1)",
        "pyautogui.write(message='Hi ')\npyautogui.press('backspace')",
        "pyautogui.hotkey(['ctrl', 'c'])",
        "pyautogui.hotkey(['ctrl', 'shift', 't'])",
        "pyautogui.press('win')",
        "computer.terminate(status='success')",
    ]


def test_moves_are_in_one_action_at_most(lived: Session, tmp_path: Path) -> None:
    folder = episode(lived, tmp_path)
    moves = {
        r["time_stamp"]: (r["x"], r["y"])
        for r in records(folder / "events.jsonl")
        if r["action"] == "move"
    }

    def traced(action: Row) -> Iterator[tuple[float, tuple[int, int]]]:
        before = action.get("pre_move")
        if before:
            yield from zip(before["time_trace"], map(tuple, before["trace"]), strict=True)
        for child in action.get("children", ()):
            yield from traced(child)
        if action["action"] == "move":
            yield from zip(action["time_trace"], map(tuple, action["trace"]), strict=True)

    told = [one for a in records(folder / "reduced_events_complete.jsonl") for one in traced(a)]
    assert told
    assert len({stamp for stamp, _ in told}) == len(told)
    assert all(moves[stamp] == place for stamp, place in told)


def test_nothing_masked_is_anywhere(tmp_path: Path) -> None:
    session = hand_made_session()
    folder = episode(session, tmp_path)
    for path in folder.rglob("*"):
        content = path.read_bytes()
        assert b"5550100" not in content
        assert b"secret" not in content
    keys = [r for r in records(folder / "events.jsonl") if r["action"] in ("press", "release")]
    plain = [
        r for r in session.events.to_pylist() if r["type"] in ("keydown", "keyup") and r["key"]
    ]
    assert len(keys) == len(plain)


if "DESKHAND_DATA" in os.environ:
    REAL = Path(os.environ["DESKHAND_DATA"]) / "captures" / "agentnet_raw"

    def test_the_real_recording_comes_back(tmp_path: Path) -> None:
        (session,) = agentnet.read(REAL)
        assert session.header["synthetic"] is False
        folder = episode(session, tmp_path)
        recorded, written = records(REAL / ROWS), records(folder / ROWS)
        shift_s = written[0]["time_stamp"] - recorded[0]["time_stamp"]
        assert len(written) == len(recorded)
        for a, b in zip(recorded, written, strict=True):
            assert list(a) == list(b)
            # The uptime of the machine is drawn anew, and a microsecond is the canonical step.
            assert abs(b.pop("time_stamp") - a.pop("time_stamp") - shift_s) < 1.1e-6
            assert a == b
        assert not list(agentnet.findings(folder))

    def test_the_real_recording_is_reduced_as_the_tool_reduced_it(tmp_path: Path) -> None:
        (session,) = agentnet.read(REAL)
        folder = episode(session, tmp_path)
        ours = {a["event_start_idx"]: a for a in records(folder / WHOLE)}
        theirs = records(REAL / "reduced_events_complete.noaxtree.jsonl")
        # Elements are not in the rows, ids are counted anew after an annotator took some out.
        others = ("target", "past_frame_target", "id")
        timed = re.compile("time")
        for action in theirs:
            mine = ours[action["event_start_idx"]]
            assert [k for k in action if k not in others] == [k for k in mine if k not in others]
            for name in action:
                if (
                    name not in others
                    and not timed.search(name)
                    and name not in ("children", "pre_move")
                ):
                    assert action[name] == mine[name]
            assert action["pre_move"]["trace"] == mine["pre_move"]["trace"]
