"""What is wrong with evemu and libinput recordings is found."""

from pathlib import Path
from types import ModuleType

import pytest

from deskhand.errors import DeskhandError
from deskhand.exports import evemu
from deskhand.exports.losses import Dropped
from tests.exports.evdev_recordings import FORMATS, read_back

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
