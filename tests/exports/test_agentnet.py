"""AgentNet episodes: round trips, the recorder's shapes, and the real recording read and written back."""

import json
import os
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.errors import DeskhandError
from deskhand.events import ALT, CONTROL, META, SHIFT
from deskhand.exports import agentnet
from deskhand.exports.agentnet.pynput_names import NAMED, named, w3c
from deskhand.exports.captured import captured_session
from deskhand.exports.losses import Dropped
from deskhand.session import Session
from tests.exports.hand_made import hand_made_session

Row = dict[str, Any]


def episode(session: Session, folder: Path, argument: str = "bare") -> Path:
    with agentnet.open_writer(folder, argument) as writer:
        writer.write(session)
    return folder / "agentnet" / session.session_id


def records(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def rows_of(session: Session, *, whole_px: bool = False) -> list[Row]:
    """The rows that the format promises to keep, and the columns that it promises."""
    names = ["type", "t_us", "masked", "screen_x", "screen_y", "button", "buttons", "key"]
    found = []
    for row in session.events.select(names).to_pylist():
        kept = agentnet.KEEPS.get(row["type"])
        keyless = row["type"] in ("keydown", "keyup") and (row["masked"] or row["key"] is None)
        if kept is None or keyless or row["type"] == "window.focus":
            continue
        told = {name: row[name] for name in ("type", "t_us", *kept.columns)}
        if row["screen_x"] is not None and whole_px:
            told["place"] = (row["screen_x"], row["screen_y"])
        found.append(told)
    return found


# ------------------------------------------------------------------ round trips


def test_what_is_promised_comes_back(lived: Session, tmp_path: Path) -> None:
    folder = episode(lived, tmp_path)
    dropped = Dropped()
    (back,) = agentnet.read(folder, dropped)
    assert rows_of(back) == rows_of(lived)
    assert not dropped.counts
    assert back.session_id == lived.session_id
    for name in ("start_wall_us", "clock_skew_us", "duration_us", "screen_width", "time_zone"):
        assert back.header[name] == lived.header[name]
    assert back.header["provenance_id"].startswith("agentnet:")
    apps = [row["app"] for row in lived.events.to_pylist() if row["type"] == "window.focus"]
    seen = [row for row in back.events.to_pylist() if row["type"] == "window.focus"]
    assert [row["app"] for row in seen] == [
        app for k, app in enumerate(apps) if k == 0 or app != apps[k - 1]
    ]


def test_writing_what_was_read_changes_nothing(lived: Session, tmp_path: Path) -> None:
    first = episode(lived, tmp_path / "one")
    (back,) = agentnet.read(first)
    (again,) = agentnet.read(episode(back, tmp_path / "two"))
    assert again.events.equals(back.events)


KEYS = [
    *"abcXYZ019",
    *";?@[]{}~ ",
    *"éßñ",
    *sorted({key for _, key, _ in NAMED} - {"Shift", "Control", "Alt", "Meta", "AltGraph"}),
]
HELD = {"Shift": SHIFT, "Control": CONTROL, "Alt": ALT, "Meta": META}


@st.composite
def scripts(draw: st.DrawFn) -> list[Row]:
    """Rows as a person could leave them: buttons and keys that go down come up again."""
    rows: list[Row] = []
    t_us = 0
    x, y, buttons = 100, 100, 0

    def add(kind: str, **columns: Any) -> None:
        nonlocal t_us
        t_us += draw(st.integers(0, 700_000))
        rows.append({"type": kind, "t_us": t_us, **columns})

    def point(kind: str, **columns: Any) -> None:
        at = {"screen_x": x, "screen_y": y, "pointer_type": "mouse"}
        add(kind, **at, buttons=buttons, **columns)

    for act in draw(
        st.lists(st.sampled_from(["move", "click", "drag", "wheel", "key", "held"]), max_size=12)
    ):
        if act == "move":
            x, y = draw(st.integers(-50, 4000)), draw(st.integers(-50, 3000))
            point("pointermove")
        elif act in ("click", "drag"):
            button = draw(st.integers(0, 4))
            buttons = (1, 4, 2, 8, 16)[button]
            point("pointerdown", button=button)
            if act == "drag":
                x += draw(st.integers(-300, 300))
                point("pointermove")
            buttons = 0
            point("pointerup", button=button)
        elif act == "wheel":
            turn = {"delta_x": 0.0, "delta_y": 100.0 * draw(st.integers(-3, 3)), "delta_mode": 0}
            point("wheel", **turn)
        else:
            held = draw(st.sampled_from(sorted(HELD))) if act == "held" else None
            bits = HELD.get(held or "", 0)
            key = draw(st.sampled_from(KEYS))
            if held == "Shift":
                key = key.upper() if len(key) == 1 and key.isascii() else key
            if held == "Shift" and key in "019;[]":
                key = "?"
            if held == "Control":
                key = key.lower() if len(key) == 1 else key
                key = "c" if key in "?@{}~éßñ" else key
            if held:
                add("keydown", key=held, modifiers=bits)
            add("keydown", key=key, modifiers=bits)
            add("keyup", key=key, modifiers=bits)
            if held:
                add("keyup", key=held, modifiers=0)
    return rows


def scripted(rows: list[Row], *, synthetic: bool = True) -> Session:
    names = {name for row in rows for name in row} | {"type", "t_us"}
    return captured_session(
        {name: [row.get(name) for row in rows] for name in names},
        session_id="syn_session_1" if synthetic else "cap_session_1",
        start_wall_us=1_772_438_400_000_750,
        source="script",
        made_by="syn_prov_1" if synthetic else None,
        header={"screen_width": 1920, "screen_height": 1080},
    )


@settings(max_examples=60, deadline=None)
@given(rows=scripts(), synthetic=st.booleans())
def test_any_session_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], synthetic: bool
) -> None:
    session = scripted(rows, synthetic=synthetic)
    folder = episode(session, tmp_path_factory.mktemp("made"))
    assert not list(agentnet.findings(folder))
    (back,) = agentnet.read(folder)
    assert rows_of(back, whole_px=True) == rows_of(session, whole_px=True)
    assert back.header["synthetic"] is synthetic
    modifiers = [r["modifiers"] for r in rows if r["type"] in ("keydown", "keyup")]
    kept = [r["modifiers"] for r in back.events.to_pylist() if r["type"] in ("keydown", "keyup")]
    assert kept == modifiers


def test_every_named_key_comes_back() -> None:
    for name, key, code in NAMED:
        assert w3c(f"Key.{name}", name, 0) == (key, code or None)
        if code and name != "alt_r":
            assert named(key, code, 0) == (name, f"Key.{name}")


# ------------------------------------------------------------------ the recorder's shapes


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


# ------------------------------------------------------------------ faults


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return episode(hand_made_session(), tmp_path)


def _edit(name: str, change: Any) -> Any:
    def damage(folder: Path) -> None:
        lines = (folder / name).read_text("utf-8").splitlines()
        (folder / name).write_text("\n".join(change(lines)) + "\n", "utf-8")

    return damage


def _write(name: str, content: bytes) -> Any:
    return lambda folder: (folder / name).write_bytes(content)


def _replace(name: str, old: str, new: str) -> Any:
    def damage(folder: Path) -> None:
        text = (folder / name).read_text("utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), "utf-8")

    return damage


def _reversed(line: str) -> str:
    return json.dumps(dict(reversed(json.loads(line).items())))


ROWS, SEEN, WHOLE = "events.jsonl", "reduced_events_vis.jsonl", "reduced_events_complete.jsonl"


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        (_edit(ROWS, lambda lines: [*lines[:5], lines[9], *lines[5:9], *lines[10:]]), "order"),
        (_edit(ROWS, lambda lines: [*lines[:5], *lines[4:]]), "event_idx"),
        (_replace(ROWS, '"action": "move"', '"action": "touch"'), "action"),
        (_edit(ROWS, lambda lines: [_reversed(lines[0]), *lines[1:]]), "fields"),
        (_replace(ROWS, '"pressed": true', '"pressed": null'), "schema"),
        (_replace(ROWS, '"pressed": true', '"pressed": 1'), "file"),
        (_edit(ROWS, lambda lines: [*lines[:-1], lines[-1][:20]]), "file"),
        (_edit(SEEN, lambda lines: lines[1:]), "lengths"),
        (_edit(SEEN, lambda lines: [*lines[:-1], "{"]), "file"),
        (_replace(WHOLE, '"click_type": 1', '"click_type": 9'), "schema"),
        (_replace("metadata.json", '"screen_width": 1920', '"screen_width": "wide"'), "schema"),
        (_write("task_name.json", b""), "file"),
        (lambda folder: (folder / WHOLE).unlink(), "file"),
    ],
)
def test_damage_is_found(folder: Path, damage: Any, rule: str) -> None:
    assert not list(agentnet.findings(folder))
    damage(folder)
    found = list(agentnet.findings(folder))
    assert rule in {f.rule for f in found}
    assert all(f.remedy for f in found)


@pytest.mark.parametrize(
    "content",
    [b"\0", b"[1]\n", "ä".encode("utf-16"), b'{"time_stamp": 1, "action": "move"', b'{"x": {}}'],
)
def test_rows_that_cannot_be_read_are_refused(folder: Path, content: bytes) -> None:
    (folder / ROWS).write_bytes(
        b'{"time_stamp": 1.0, "action": "move", "x": 1, "y": 2}\n' + content
    )
    with pytest.raises(
        DeskhandError, match=r"events\.jsonl: (cannot be read|byte 54 is no|character 54 is NUL)"
    ):
        list(agentnet.read(folder))


def test_unknown_things_are_counted(folder: Path) -> None:
    row = b'{"time_stamp": 9e9, "action": "touch", "x": 1, "y": 2, "event_idx": 0, "force": 3}\n'
    (folder / ROWS).write_bytes((folder / ROWS).read_bytes() + row)
    (folder / "top_window.jsonl").write_bytes(b"oops\n")
    dropped = Dropped()
    (session,) = agentnet.read(folder, dropped)
    assert list(dropped.lines()) == [
        "1 x a line of top_window.jsonl that cannot be read",
        "1 x field 'force' of a row: not the recorder's",
        "1 x touch: no canonical event is like it",
    ]
    assert session.events.num_rows > 1000


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"session_id": "syn_', '"session_id": "../../syn_'),
        ('"time_zone": "Europe/Berlin"', '"time_zone": "../../etc/passwd"'),
        ('"duration_us": ', '"duration_us": 1e9, "x": '),
        ('"synthetic": true', '"synthetic": "yes"'),
    ],
)
def test_a_mark_that_deskhand_did_not_write_is_not_believed(
    folder: Path, old: str, new: str
) -> None:
    _replace("metadata.json", old, new)(folder)
    dropped = Dropped()
    (session,) = agentnet.read(folder, dropped)
    assert session.session_id.startswith("cap_session_")
    assert session.header["synthetic"] is False
    assert any("'deskhand'" in line for line in dropped.lines())


def test_an_episode_without_rows_is_a_session_without_events(folder: Path) -> None:
    (folder / ROWS).write_bytes(b"")
    (session,) = agentnet.read(folder)
    kinds = set(session.events["type"].to_pylist())
    assert kinds == {"session.start", "window.focus", "session.end"}


def test_reading_changes_nothing_and_stays_inside(folder: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*")}
    outside = episode(scripted([]), tmp_path / "elsewhere")
    (folder.parent / "link").symlink_to(outside, target_is_directory=True)
    assert [s.session_id for s in agentnet.read(folder.parent)] == [folder.name]
    assert before == {path: path.read_bytes() for path in folder.rglob("*")}


def test_folders_without_an_episode_are_refused(tmp_path: Path) -> None:
    assert not agentnet.recognises(tmp_path)
    assert not agentnet.recognises(tmp_path / "nowhere")
    with pytest.raises(DeskhandError, match="no episode"):
        list(agentnet.read(tmp_path))
    with pytest.raises(DeskhandError, match="mp4 can be asked for"):
        agentnet.open_writer(tmp_path, "avi")


# ------------------------------------------------------------------ the real recording

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
