"""evemu and libinput recordings: what their own tools find in them, and which reports they hold."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from deskhand.errors import DeskhandError
from deskhand.exports.evdev import codes as ev
from deskhand.exports.evdev.reporting import keyboard_reports, mouse_reports
from deskhand.session import Session
from tests.exports.evdev_recordings import FORMATS, written
from tests.exports.event_rows import rows_of
from tests.exports.hand_made import hand_made_session
from tests.exports.made_up_session import made_up

# The tools come with the system's Python, not with the project's.
SYSTEM = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
PYTHON = "/usr/bin/python3"


def displacement(session: Session) -> tuple[int, int]:
    at = [(r["screen_x"], r["screen_y"]) for r in rows_of(session, "pointermove", "pointerdown")]
    _, geometry = mouse_reports(session)
    return int(at[-1][0] - geometry.start_x), int(at[-1][1] - geometry.start_y)


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
    session = made_up({"t_us": [1, 2, 2, 2], "type": types, "button": [None, None, 0, 0], **at})
    mouse, _ = mouse_reports(session)
    assert list(zip(mouse.type.tolist(), mouse.code.tolist(), mouse.value.tolist(), strict=True)) == [
        (2, 0, 1), (0, 0, 0),
        (4, 4, 0x90001), (1, 272, 1), (2, 0, 2), (0, 0, 0),
        (4, 4, 0x90001), (1, 272, 0), (0, 0, 0),
    ]  # fmt: skip


def test_a_held_key_repeats_without_a_scan_code() -> None:
    keys = keyboard_reports(
        made_up(
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


def test_other_arguments_are_refused(tmp_path: Path) -> None:
    for module in FORMATS.values():
        with pytest.raises(DeskhandError, match="write --format"):
            module.open_writer(tmp_path, "plain")


def test_the_same_session_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = (
        written(hand_made_session(), "libinput", tmp_path / name).read_bytes() for name in "ab"
    )
    assert one == two
