"""evemu and libinput recordings: what their own tools find in them, and what comes back."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.errors import DeskhandError
from deskhand.exports import evemu, libinput_record
from deskhand.exports.captured import captured_session
from deskhand.exports.evdev import codes as ev
from deskhand.exports.evdev.reporting import keyboard_reports, mouse_reports
from deskhand.exports.losses import Dropped
from deskhand.session import Session
from tests.exports.event_rows import rows_of
from tests.exports.hand_made import hand_made_session

FORMATS = {"evemu": evemu, "libinput": libinput_record}
# The tools come with the system's Python, not with the project's.
SYSTEM = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
PYTHON = "/usr/bin/python3"


def written(session: Session, name: str, folder: Path, argument: str | None = None) -> Path:
    with FORMATS[name].open_writer(folder, argument) as writer:
        writer.write(session)
    (made,) = (folder / name).iterdir()
    return made


def read_back(path: Path, name: str) -> tuple[Session, Dropped]:
    dropped = Dropped()
    (session,) = FORMATS[name].read(path, dropped)
    return session, dropped


def displacement(session: Session) -> tuple[int, int]:
    at = [(r["screen_x"], r["screen_y"]) for r in rows_of(session, "pointermove", "pointerdown")]
    _, geometry = mouse_reports(session)
    return int(at[-1][0] - geometry.start_x), int(at[-1][1] - geometry.start_y)


# --- independent readers --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def analyze() -> str:
    tool = "/usr/libexec/libinput/libinput-analyze-recording"
    if not Path(tool).is_file():
        pytest.skip("needs libinput's tools: apt-get install libinput-tools")
    return tool


@pytest.fixture(scope="module")
def system_evemu() -> str:
    found = subprocess.run([PYTHON, "-c", "import evemu"], check=False, capture_output=True)
    if found.returncode:
        pytest.skip("needs evemu's own reader: apt-get install python3-evemu")
    return PYTHON


@pytest.mark.parametrize("argument", [None, "keys"])
def test_libinput_analyzes_motion_and_presses(
    analyze: str, session: Session, tmp_path: Path, argument: str | None
) -> None:
    path = written(session, "libinput", tmp_path, argument)
    done = subprocess.run(
        [analyze, str(path)], env=SYSTEM, check=True, capture_output=True, text=True
    )
    table = list(_table(done.stdout))
    assert sum(int(row.get("X") or 0) for row in table) == displacement(session)[0]
    assert sum(int(row.get("Y") or 0) for row in table) == displacement(session)[1]
    notches = [r["delta_y"] for r in rows_of(session, "wheel")]
    assert sum(int(row["WHEEL"] or 0) for row in table) == -sum(notches) / 100
    for button, name in ((0, "BTN_LEFT"), (2, "BTN_RIGHT")):
        held = [name in row["Keys"].split(", ") for row in table]
        presses = [r for r in rows_of(session, "pointerdown") if r["button"] == button]
        assert sum(b and not a for a, b in zip([False, *held], held, strict=False)) == len(presses)


def _table(text: str) -> Iterator[Mapping[str, str]]:
    lines = text.splitlines()
    head = next(k for k, line in enumerate(lines) if line.startswith("Time"))
    names = [name.strip() for name in lines[head].split("|")]
    last: Mapping[str, str] = {}
    for line in lines[head + 2 :]:
        if again := re.fullmatch(r" \.\.\. \+(\d+)", line):
            yield from [last] * int(again[1])
        elif "|" in line:
            cells = [cell.strip() for cell in line.split("|")]
            last = dict(zip(names, cells, strict=True))
            yield last


def test_yaml_finds_both_devices(session: Session, tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml", reason='needs PyYAML: pip install -e ".[test]"')
    loaded = yaml.safe_load(written(session, "libinput", tmp_path, "keys").read_text())
    assert (loaded["version"], loaded["ndevices"]) == (1, 2)
    assert loaded["deskhand"]["synthetic"] is True
    assert loaded["deskhand"]["provenance_id"] == session.header["provenance_id"]
    mouse, keyboard = loaded["devices"]
    events = [tuple(e) for frame in mouse["events"] for e in frame["evdev"]]
    own, _ = mouse_reports(session)
    t_us = own.t_us - own.t_us[0]
    assert events == list(
        zip(
            (t_us // 10**6).tolist(), (t_us % 10**6).tolist(), own.type.tolist(),
            own.code.tolist(), own.value.tolist(), strict=True,
        )
    )  # fmt: skip
    pressed = [e[3] for frame in keyboard["events"] for e in frame["evdev"] if e[2] == 1 and e[4]]
    keys = keyboard_reports(session, keys=True)
    assert pressed == keys.code[(keys.type == 1) & (keys.value > 0)].tolist()
    for device in loaded["devices"]:
        told = {kind: set(codes) for kind, codes in device["evdev"]["codes"].items()}
        assert all(e[3] in told[e[2]] for f in device["events"] for e in f["evdev"])
        assert all(f["evdev"][-1][2:4] == [0, 0] for f in device["events"])


def test_evemu_itself_reads_both_files(system_evemu: str, session: Session, tmp_path: Path) -> None:
    folder = written(session, "evemu", tmp_path, "keys")
    script = (
        "import evemu, sys\n"
        "d = evemu.Device(sys.argv[1], create=False)\n"
        "print(d.name, d.id_bustype, d.has_event(2, 0), d.has_event(1, 30))\n"
        "for e in d.events(): print(e.sec, e.usec, e.type, e.code, e.value)\n"
    )
    own = {"mouse": mouse_reports(session)[0], "keyboard": keyboard_reports(session, keys=True)}
    for device, reports in own.items():
        done = subprocess.run(
            [system_evemu, "-c", script, str(folder / f"{device}.evemu")],
            env=SYSTEM, check=True, capture_output=True, text=True,
        )  # fmt: skip
        head, *lines = done.stdout.splitlines()
        is_mouse = device == "mouse"
        assert head == f"deskhand USB {device} 3 {is_mouse} {not is_mouse}"
        found = np.array([line.split() for line in lines], np.int64)
        t_us = found[:, 0] * 10**6 + found[:, 1]
        assert (t_us == reports.t_us - reports.t_us[0] + 1).all()
        assert (found[:, 2:] == np.stack([reports.type, reports.code, reports.value], 1)).all()


# --- what the recorder writes -----------------------------------------------------------------------


def test_reports_are_those_of_real_devices(session: Session) -> None:
    mouse, _ = mouse_reports(session)
    button = np.flatnonzero(mouse.type == ev.EV_KEY)
    assert (mouse.type[button - 1] == ev.EV_MSC).all()
    assert (mouse.value[button - 1] & 0xFFFF0000 == ev.BUTTON_PAGE).all()
    turned = np.flatnonzero((mouse.type == ev.EV_REL) & (mouse.code == ev.REL_WHEEL))
    assert (mouse.code[turned + 1] == ev.REL_WHEEL_HI_RES).all()
    assert (mouse.value[turned + 1] == 120 * mouse.value[turned]).all()
    motion = (mouse.type == ev.EV_REL) & (mouse.code <= 1)
    assert (mouse.value[motion] != 0).all()


def test_what_happens_at_one_time_is_one_report() -> None:
    at = {"screen_x": [5.0, 7.0, 7.0, 7.0], "screen_y": [5.0] * 4}
    types = ["pointermove", "pointermove", "pointerdown", "pointerup"]
    session = made({"t_us": [1, 2, 2, 2], "type": types, "button": [None, None, 0, 0], **at})
    mouse, _ = mouse_reports(session)
    assert list(zip(mouse.type.tolist(), mouse.code.tolist(), mouse.value.tolist(), strict=True)) == [
        (2, 0, 1), (0, 0, 0),
        (4, 4, 0x90001), (1, 272, 1), (2, 0, 2), (0, 0, 0),
        (4, 4, 0x90001), (1, 272, 0), (0, 0, 0),
    ]  # fmt: skip


def test_a_held_key_repeats_without_a_scan_code() -> None:
    keys = keyboard_reports(
        made(
            {
                "t_us": [1, 2, 3, 4],
                "type": ["keydown", "keydown", "keydown", "keyup"],
                "code": ["KeyX"] * 4,
                "repeat": [False, True, True, False],
            }
        ),
        keys=True,
    )
    triples = list(zip(keys.type.tolist(), keys.code.tolist(), keys.value.tolist(), strict=True))
    assert triples == [
        (4, 4, 0x7001B), (1, 45, 1), (0, 0, 0),
        (1, 45, 2), (0, 0, 1),
        (1, 45, 2), (0, 0, 1),
        (4, 4, 0x7001B), (1, 45, 0), (0, 0, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_keys_are_hidden_unless_asked_for(name: str, session: Session, tmp_path: Path) -> None:
    def text(argument: str | None) -> str:
        made_at = written(session, name, tmp_path / str(argument), argument)
        files = sorted(made_at.iterdir()) if made_at.is_dir() else [made_at]
        return "".join(file.read_text() for file in files)

    events = re.compile(r"# EV_KEY / (KEY_\w+) +\d( \(obfuscated\))?\n")
    pressed = {r["code"] for r in rows_of(session, "keydown") if not r["masked"]}
    hidden, plain = events.findall(text(None)), events.findall(text("keys"))
    allowed = {"KEY_A", "KEY_TAB"}
    assert {key for key, _ in hidden} == allowed
    assert all(mark for key, mark in hidden if key == "KEY_A")
    assert {ev.BY_CODE[code].name for code in pressed} == {key for key, mark in plain if not mark}
    masked = sum(r["masked"] for r in rows_of(session, "keydown", "keyup"))
    assert masked == sum(bool(mark) for _, mark in plain) > 0
    # A scan code would give the key away.
    assert not re.search(r"MSC_SCAN +4\d{5}", text(None))


@pytest.mark.parametrize("name", FORMATS)
def test_a_real_capture_does_not_come_to_be_synthetic(name: str, tmp_path: Path) -> None:
    real = made({"t_us": [5], "type": ["keydown"], "code": ["F5"]}, made_by=None)
    path = written(real, name, tmp_path)
    back, _ = read_back(path, name)
    assert back.header["synthetic"] is False
    assert back.header["provenance_id"] == f"cap_{name}"
    assert back.session_id == real.session_id


def test_other_arguments_are_refused(tmp_path: Path) -> None:
    for module in FORMATS.values():
        with pytest.raises(DeskhandError, match="write --format"):
            module.open_writer(tmp_path, "plain")


# --- there and back ---------------------------------------------------------------------------------


def made(columns: Mapping[str, Any], made_by: str | None = "syn_prov_1") -> Session:
    return captured_session(
        columns,
        session_id="syn_session_1" if made_by else "cap_session_1",
        start_wall_us=1_772_438_400_000_000,
        source="test",
        made_by=made_by,
        header={"screen_width": 1920, "screen_height": 1080},
    )


@st.composite
def columns(draw: st.DrawFn) -> dict[str, list[Any]]:
    scale = draw(st.sampled_from([1.0, 1.5, 2.0]))
    found: list[dict[str, Any]] = []
    t_us = draw(st.integers(0, 10**7))
    place = st.integers(0, 3000).map(lambda v: v / scale)
    x, y = draw(place), draw(place)
    for _ in range(draw(st.integers(1, 30))):
        kind = draw(st.sampled_from(["pointermove", "pointerdown", "pointerup", "wheel", "key"]))
        # What a mouse says at one time is one report, with one step: see the test of reports.
        least = 0 if kind == "key" else 1
        t_us += draw(st.sampled_from([least, 999, 8_000, 1_000_001]))
        row: dict[str, Any] = {"t_us": t_us, "type": kind, "masked": False}
        if kind == "key":
            row |= {
                "type": draw(st.sampled_from(["keydown", "keyup"])),
                "code": draw(st.sampled_from(sorted(ev.BY_CODE))),
                "masked": draw(st.booleans()),
            }
            row["repeat"] = row["type"] == "keydown" and draw(st.booleans())
            if row["masked"]:
                row["code"] = None
        else:
            if kind == "pointermove":
                x, y = draw(place), draw(place)
            row |= {"screen_x": x, "screen_y": y}
            if kind.startswith("pointer"):
                row |= {"pointer_type": "mouse", "buttons": 0}
            if kind in ("pointerdown", "pointerup"):
                row["button"] = draw(st.sampled_from(sorted(ev.BUTTONS)))
            if kind == "wheel":
                notch = draw(st.sampled_from([-200.0, -100.0, -50.0, 100.0]))
                row |= {"delta_y": notch, "delta_x": 0.0, "delta_mode": 0}
        found.append(row)
    names = dict.fromkeys(name for row in found for name in row)
    return {name: [row.get(name) for row in found] for name in names}


def places(session: Session) -> dict[int, tuple[float, float]]:
    found = rows_of(session, "pointermove", "pointerdown", "pointerup", "wheel")
    return {r["t_us"]: (round(r["screen_x"], 2), round(r["screen_y"], 2)) for r in found}


@pytest.mark.parametrize("name", FORMATS)
@given(given_columns=columns())
@settings(max_examples=40, deadline=None)
def test_what_a_format_keeps_comes_back(
    name: str, given_columns: dict[str, list[Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    session = made(given_columns)
    path = written(session, name, tmp_path_factory.mktemp("made"), "keys")
    back, dropped = read_back(path, name)
    assert not dropped.counts
    assert back.header["synthetic"] is True
    assert back.session_id == session.session_id
    assert back.header["start_wall_us"] == session.header["start_wall_us"]
    kept = FORMATS[name].keeps("keys")
    for kind in ("keydown", "keyup", "pointerdown", "pointerup"):
        columns = ("t_us", *kept[kind].columns)
        before, after = (
            [tuple(r[c] for c in columns) for r in rows_of(s, kind)] for s in (session, back)
        )
        assert before == after
    assert _turns(session) == pytest.approx(_turns(back))
    # The pointer is where it was whenever it was told of; a report without a step is not sent.
    there, known = places(back), places(session)
    assert set(there) <= set(known)
    for t_us, at in there.items():
        assert at == pytest.approx(known[t_us], abs=0.02)
    # And what was read is written again as it was.
    again = written(back, name, tmp_path_factory.mktemp("again"), "keys")
    assert _bodies(again) == _bodies(path)


def _turns(session: Session) -> dict[int, float]:
    found: dict[int, float] = {}
    for row in rows_of(session, "wheel"):
        found[row["t_us"]] = found.get(row["t_us"], 0) + row["delta_y"]
    return found


def _bodies(path: Path) -> list[str]:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    text = "".join(file.read_text() for file in files)
    return [line for line in text.splitlines() if line.lstrip().startswith(("E:", "- ["))]


def test_keys_of_a_us_keyboard_and_modifiers(tmp_path: Path) -> None:
    codes = ["ShiftLeft", "KeyA", "KeyA", "ShiftLeft", "Digit2", "Digit2"]
    types = ["keydown", "keydown", "keyup", "keyup", "keydown", "keyup"]
    session = made({"t_us": range(0, 60, 10), "type": types, "code": codes})
    back, _ = read_back(written(session, "evemu", tmp_path, "keys"), "evemu")
    keys = rows_of(back, "keydown", "keyup")
    assert [r["key"] for r in keys] == ["Shift", "A", "A", "Shift", "2", "2"]
    assert [r["modifiers"] for r in keys] == [1, 1, 1, 0, 0, 0]


def test_hidden_keys_come_back_masked(session: Session, tmp_path: Path) -> None:
    back, _ = read_back(written(session, "libinput", tmp_path), "libinput")
    assert rows_of(back, "redaction")[0]["reason"] == "keycodes"
    keys = rows_of(back, "keydown", "keyup")
    assert [r["t_us"] for r in keys] == [r["t_us"] for r in rows_of(session, "keydown", "keyup")]
    assert {r["key"] for r in keys if r["masked"]} == {None}
    assert {r["key"] for r in keys if not r["masked"]} == {"Tab"}


@pytest.mark.parametrize("name", FORMATS)
def test_a_session_without_devices(name: str, tmp_path: Path) -> None:
    path = written(made({"t_us": [5], "type": ["mark"]}), name, tmp_path)
    back, _ = read_back(path, name)
    assert back.events["type"].to_pylist() == ["session.start", "session.end"]


# --- bad input --------------------------------------------------------------------------------------

GOOD_EVEMU = (
    "# EVEMU 1.3\nN: mouse\nI: 0003 0001 0001 0001\nE: 0.000001 0002 0000 0001\n"
    "E: 0.000001 0000 0000 0000\n"
)
GOOD_LIBINPUT = """\
# libinput record
version: 1
ndevices: 1
devices:
- node: /dev/input/event3
  evdev:
    name: "mouse"
  events:
  - evdev:
    - [  0,      0,   2,   0,      1] # EV_REL / REL_X
    - [  0,      0,   0,   0,      0] # SYN
"""


@pytest.mark.parametrize(
    ("name", "old", "new", "rule"),
    [
        ("evemu", "EVEMU 1.3", "EVEMU 2.0", "version"),
        ("evemu", "0002 0000 0001", "0002 0000", "line"),
        ("evemu", "0002 0000 0001", "0002 zz00 0001", "line"),
        ("evemu", "E: 0.000001 0000 0000 0000\n", "", "frame"),
        ("evemu", "E: 0.000001 0002", "E: 9.000001 0002", "time"),
        ("evemu", "0002 0000 0001", "0001 001e 0007", "key value"),
        ("evemu", "0002 0000 0001", "0000 0003 0000", "dropped"),
        ("evemu", "0002 0000 0001", "0001 001e 0001\nE: 0.000001 0001 001e 0001", "key state"),
        ("evemu", "I: 0003", "{half: 'a json", "line"),
        ("evemu", "N: mouse", "N: mo\0use\x07", "text"),
        ("evemu", GOOD_EVEMU, "", "empty"),
        ("libinput", "version: 1", "version: 2", "version"),
        ("libinput", "version: 1\n", "", "version"),
        ("libinput", "ndevices: 1", "ndevices: 2", "ndevices"),
        ("libinput", "      1] #", "      1 #", "event"),
        ("libinput", "[  0,      0,   2,   0,      1]", "[0, 0, 2]", "event"),
        ("libinput", "[  0,      0,   2,   0,      1]", "[[[[[[[[[[[[[[[[", "event"),
        ("libinput", "[  0,      0,   2", "[  1,      0,   2", "time"),
        ("libinput", "    - [  0,      0,   0,   0,      0] # SYN\n", "", "frame"),
        ("libinput", "  events:", "  events: &a [*a]", None),
        ("libinput", GOOD_LIBINPUT, "", "version"),
    ],
)  # fmt: skip
def test_bad_input_is_found(
    name: str, old: str, new: str, rule: str | None, tmp_path: Path
) -> None:
    good = GOOD_EVEMU if name == "evemu" else GOOD_LIBINPUT
    path = tmp_path / "bad"
    path.write_text(good)
    module: ModuleType = FORMATS[name]
    assert not list(module.findings(path))
    assert module.recognises(path)
    assert old in good
    path.write_text(good.replace(old, new, 1))
    found = [finding.rule for finding in module.findings(path)]
    assert (rule in found) if rule else not found
    before = path.read_bytes()
    # What can be read in spite of it is; anything else is refused, by name.
    try:
        refused = ""
        assert all(len(one.events) for one in module.read(path, Dropped()))
    except DeskhandError as error:
        refused = str(error)
    assert not refused or refused.startswith(str(path))
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("content", [b"\xff\xfe\0", b"{", b"", b"\0" * 50])
def test_what_is_no_recording(name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    assert not FORMATS[name].recognises(path)
    assert list(FORMATS[name].findings(path))


@pytest.mark.parametrize("mark", ["{", "[]", '{"start": 1}', '{"session_id": "../x"}', "null", "7"])
def test_a_broken_marker_is_none(mark: str, tmp_path: Path) -> None:
    path = tmp_path / "marked.evemu"
    path.write_text(GOOD_EVEMU.replace("N:", f"# deskhand: {mark}\nN:"))
    (session,) = evemu.read(path)
    assert session.header["synthetic"] is False
    assert session.session_id.startswith("cap_")


def test_unknown_reports_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "tablet.evemu"
    path.write_text(GOOD_EVEMU + "E: 0.1 0003 0000 0044\n".replace("0.1", "0.100000") * 3)
    _, dropped = read_back(path, "evemu")
    assert dropped.counts["EV_ABS 0: no canonical event is like it"] == 3


# --- recordings of real devices, where they are at hand -----------------------------------------------

if "DESKHAND_DATA" in os.environ:
    REAL = sorted((Path(os.environ["DESKHAND_DATA"]) / "captures" / "evemu").glob("*.events"))

    @pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
    def test_real_recordings_come_back_event_for_event(path: Path, tmp_path: Path) -> None:
        assert evemu.recognises(path)
        real = evemu._load(path).reports
        session, _ = read_back(path, "evemu")
        assert session.header["synthetic"] is False
        folder = written(session, "evemu", tmp_path, "keys")
        (made_at,) = folder.iterdir()
        again = evemu._load(made_at).reports
        told = {(1, c) for c in [*ev.BY_NUMBER, 272, 273, 274]} | {(2, 0), (2, 1)}

        def events(reports: Any) -> list[tuple[int, int, int, int]]:
            # Old kernels gave each event of a report a time of its own; the report's is the last.
            syn = np.flatnonzero((reports.type == 0) & (reports.code == 0))
            at = reports.t_us[syn[np.searchsorted(syn, np.arange(reports.n))]]
            listed = zip(
                (at - at[0]).tolist(), reports.type.tolist(), reports.code.tolist(),
                reports.value.tolist(), strict=True,
            )  # fmt: skip
            return sorted(event for event in listed if event[1:3] in told)

        assert events(again) == events(real)

    @pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
    def test_real_lines_are_written_byte_for_byte(path: Path) -> None:
        reports = evemu._load(path).reports
        real = [line for line in path.read_text().splitlines() if line.startswith("E:")]
        lines = evemu.event_lines(reports, reports.t_us).decode().splitlines()
        if not real[0].rstrip().endswith("0001") and "#" not in real[0]:
            # Before version 1.3 lines had no remarks and values no leading zeros.
            lines = [re.sub(r"(-?)0*(\d+)$", r"\1\2", line.split("\t")[0]) for line in lines]
        assert lines == real


def test_the_same_session_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = (
        written(hand_made_session(), "libinput", tmp_path / name).read_bytes() for name in "ab"
    )
    assert one == two
