"""evemu recordings (``# EVEMU 1.3``): one device a file, as ``evemu-record`` writes them.

evemu itself writes every key as it was. What is masked, and every key unless ``evemu:keys`` is asked
for, is hidden as ``libinput record`` does it: KEY_A, with a remark behind the event.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.errors import DeskhandError
from deskhand.exports.capture_files import text_of
from deskhand.exports.evdev import codes as ev
from deskhand.exports.evdev.checks import report_findings
from deskhand.exports.evdev.device import DEVICES, Description, Geometry, Reports
from deskhand.exports.evdev.marker import Marker, marker_line, read_marker
from deskhand.exports.evdev.options import KEEPS, LOSES, keeps, keys_wanted
from deskhand.exports.evdev.recorded_session import recorded_session
from deskhand.exports.evdev.reporting import keyboard_reports, mouse_reports
from deskhand.exports.evdev.text import columns_of, joined, parsed, quoted_name, told
from deskhand.exports.losses import Dropped
from deskhand.exports.session_files import SessionFiles
from deskhand.exports.session_tables import Writer
from deskhand.findings import Finding
from deskhand.session import Session

__all__ = ["KEEPS", "LOSES", "SUMMARY", "findings", "keeps", "open_writer", "read", "recognises"]

SUFFIX = ".evemu"
FOLDER = "evemu"
SUMMARY = (
    "evemu 1.3 device recordings, a mouse and a keyboard a session; evemu:keys writes keys plainly"
)
VERSION = "1.3"
MARK = "# deskhand: "
HEAD = 4096
# evemu-record's first event of a device is one microsecond after its zero.
_FIRST_US = 1
_EVENT = (
    r"^E: (?P<sec>\d{1,11})\.(?P<usec>\d{6}) (?P<type>[0-9a-fA-F]{4}) (?P<code>[0-9a-fA-F]{4})"
    r" (?P<value>-?\d{1,10})(?P<rest>(?:\s.*)?)$"
)
# Bits of each event type in the lines B:, as the kernel's UAPI sizes them, in whole 8 bytes.
_MASK_BYTES = {0: 8, 1: 96, 2: 8, 3: 8, 4: 8, 5: 8, 17: 8, 18: 8, 20: 8, 21: 16}


def event_lines(reports: Reports, t_us: np.ndarray) -> bytes:
    """Return the lines ``E:`` of a device, times as given in microseconds."""
    if not reports.n:
        return b""
    seconds, rest, kind_code, remark = columns_of(reports, t_us)
    kind = told(kind_code.to_numpy(), lambda v: f" {v >> 16:04x} {v & 0xFFFF:04x} ")
    value = told(reports.value, lambda v: f"{v:04d}\t# ")
    return joined("E: ", seconds, ".", rest, kind, value, remark, "\n")


def describe(device: Description) -> str:
    """Return a device's description, with the comments that evemu puts above it."""
    bus, vendor, product, version = device.ids
    lines = [
        f'# Input device name: "{device.name}"',
        f"# Input device ID: bus {bus:#04x} vendor {vendor:#x} product {product:#x} version {version:#x}",
        "# Supported events:",
    ]
    for kind, codes in device.supports.items():
        lines.append(f"#   Event type {kind} ({ev.TYPE_NAMES[kind]})")
        lines += [f"#     Event code {code} ({ev.code_name(kind, code)})" for code in codes]
    lines += [
        "# Properties:",
        f"N: {device.name}",
        f"I: {bus:04x} {vendor:04x} {product:04x} {version:04x}",
        "P: 00 00 00 00 00 00 00 00",
    ]
    for kind, size in _MASK_BYTES.items():
        bits = sum(1 << code for code in device.supports.get(kind, ()))
        mask = bits.to_bytes(size, "little")
        lines += [f"B: {kind:02x} {mask[k : k + 8].hex(' ')}" for k in range(0, size, 8)]
    frame = "#" * 32
    return "\n".join([*lines, frame, "#      Waiting for events      #", frame, ""])


def recording(session: Session, reports: Reports, geometry: Geometry) -> bytes:
    """Return the file of one device of a session.

    Parameters
    ----------
    session : Session
        Whose header is told in a comment.
    reports : Reports
        Of ``mouse`` or ``keyboard``; times from the session's start.
    geometry : Geometry
        Where the pointer starts.
    """
    zero_us = int(reports.t_us[0]) - _FIRST_US if reports.n else 0
    mark = marker_line(session, zero_us, geometry)
    head = f"# EVEMU {VERSION}\n{MARK}{mark}\n{describe(DEVICES[reports.device])}"
    return head.encode() + event_lines(reports, reports.t_us - zero_us)


def write_devices(session: Session, folder: Path, *, keys: bool) -> None:
    """Write what the devices of a session reported; a device that was not used has no file."""
    mouse, geometry = mouse_reports(session)
    keyboard = keyboard_reports(session, keys=keys)
    folder.mkdir(exist_ok=True)
    for reports in (mouse, keyboard):
        if reports.n or (reports is mouse and not keyboard.n):
            path = folder / f"{reports.device}{SUFFIX}"
            path.write_bytes(recording(session, reports, geometry))


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of evemu recordings.

    Parameters
    ----------
    folder : Path
        Where the folder ``evemu`` goes.
    argument : str, optional
        ``keys`` to write keys that are not masked as they were.
    """
    keys = keys_wanted("evemu", argument)
    return SessionFiles(folder, FOLDER, partial(write_devices, keys=keys))


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    path: Path
    content: bytes
    reports: Reports
    marker: Marker
    version: str
    foreign: Sequence[tuple[int, str]]


def recognises(path: Path) -> bool:
    """Return whether a file is an evemu recording, or a folder holds those of one session."""
    if path.is_dir():
        return any((path / f"{device}{SUFFIX}").is_file() for device in DEVICES)
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(b"# EVEMU "):
        return True
    # Recordings before 1.0 of the text have no head.
    first = head.split(b"\n", 1)[0].decode("latin-1")
    return bool(pc.match_substring_regex(first, _EVENT).as_py())


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = [p for p in sorted(path.iterdir()) if p.suffix in (SUFFIX, ".events")]
        return [p for p in found if p.is_file() and not p.is_symlink()]
    return [path]


def _load(path: Path) -> _File:
    text = text_of(path, "an evemu recording")
    content = text.encode()
    lines = pa.array(text.split("\n"), pa.string())
    is_event = np.asarray(pc.starts_with(lines, "E:"))
    at, rest = np.flatnonzero(is_event), np.flatnonzero(~is_event)
    told_rest = zip(rest.tolist(), lines.take(pa.array(rest)).to_pylist(), strict=True)
    other = [(k, line) for k, line in told_rest if line.strip()]
    name = next((line[2:] for _, line in other if line.startswith("N:")), "")
    reports, bad = parsed(lines.take(pa.array(at)), _EVENT, quoted_name(name, path.stem), 16)
    foreign = [
        (k, line) for k, line in other if line[:2] not in ("N:", "I:", "P:", "B:", "A:", "L:", "S:")
        and not line.startswith("#")
    ]  # fmt: skip
    foreign += [(int(at[k]), lines[int(at[k])].as_py()) for k in bad.to_pylist()]
    mark = next((line[len(MARK) :] for _, line in other if line.startswith(MARK)), None)
    first_us = int(reports.t_us.min()) if reports.n else 0
    version = other[0][1].removeprefix("# EVEMU ").strip() if other else ""
    known = other and other[0][1].startswith("# EVEMU ")
    return _File(
        path=path,
        content=content,
        reports=reports,
        marker=read_marker(mark, content, first_us),
        version=version if known else "",
        foreign=sorted(foreign),
    )


def read(path: Path, dropped: Dropped | None = None) -> Iterator[Session]:
    """Yield the sessions of an evemu recording; files of one session become one.

    Parameters
    ----------
    path : Path
        A recording of one device, or the folder of a session. A file that does not come from
        deskhand is a session that starts with its first event, at the place (0, 0).
    dropped : Dropped, optional
        Counts what no canonical event is like.

    Raises
    ------
    DeskhandError
        When the file is no text, or holds lines that are none of evemu's.
    """
    dropped = dropped or Dropped()
    by_session: dict[str, list[_File]] = defaultdict(list)
    for one in map(_load, _files(path)):
        if one.foreign:
            row, line = one.foreign[0]
            raise DeskhandError(
                f"{one.path} line {row + 1}: {line[:60]!r} is no line of evemu; "
                "`deskhand validate` lists all that is wrong."
            )
        by_session[one.marker.session_id].append(one)
    for files in by_session.values():
        told = (f.marker.geometry for f in files)
        geometry = next((found for found in told if found != Geometry()), Geometry())
        devices = [(f.reports, f.marker.first_us) for f in files]
        yield recorded_session("evemu", devices, files[0].marker, geometry, dropped)


def findings(path: Path) -> Iterator[Finding]:
    """Yield everything that is wrong with a recording or a folder of them.

    Parameters
    ----------
    path : Path
        As for `read`.
    """
    for file in _files(path):
        try:
            one = _load(file)
        except DeskhandError as error:
            yield Finding(
                rule="text", path=file, given=str(error), remedy="give a whole evemu recording"
            )
            continue
        if one.version not in ("", "1.0", "1.1", "1.2", "1.3"):
            yield Finding(
                rule="version", path=file, given=f"EVEMU {one.version}",
                remedy=f"versions to {VERSION} are known; read on at your own risk",
            )  # fmt: skip
        for row, line in one.foreign[:1]:
            yield Finding(
                rule="line", path=file, row=row, given=repr(line[:60]), count=len(one.foreign),
                remedy="lines begin with #, N:, I:, P:, B:, A:, L:, S: or E: SEC.USEC TYPE CODE VALUE",
            )  # fmt: skip
        if not one.content.strip():
            yield Finding(rule="empty", path=file, given="nothing", remedy="record a device")
        yield from report_findings(file, one.reports)
