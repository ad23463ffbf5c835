"""``libinput record`` recordings (version 1): mouse and keyboard in one YAML file, keys hidden by default.

Lines are those that libinput-record 1.22 prints. They are read line by line and not with a YAML
library: YAML drops the remark "(obfuscated)", which alone tells a hidden key from an A, and a parser
that follows anchors and tags is more than a file from elsewhere should be given.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.errors import DeskhandError
from deskhand.exports.capture_files import text_of
from deskhand.exports.evdev import codes as ev
from deskhand.exports.evdev.checks import report_findings
from deskhand.exports.evdev.device import DEVICES, Description, Reports
from deskhand.exports.evdev.marker import Marker, marker_line, read_marker
from deskhand.exports.evdev.options import KEEPS, LOSES, keeps, keys_wanted
from deskhand.exports.evdev.recorded_session import recorded_session
from deskhand.exports.evdev.reporting import HIDDEN_SCAN, keyboard_reports, mouse_reports
from deskhand.exports.evdev.text import columns_of, joined, parsed, quoted_name, told
from deskhand.exports.losses import Dropped
from deskhand.exports.session_files import one_file_each
from deskhand.exports.session_tables import Writer
from deskhand.findings import Finding
from deskhand.session import Session

__all__ = ["KEEPS", "LOSES", "SUMMARY", "findings", "keeps", "open_writer", "read", "recognises"]

SUFFIX = ".yml"
FOLDER = "libinput"
SUMMARY = "libinput record YAML, version 1, one a session; libinput:keys writes keys plainly"
VERSION = 1
HEAD = b"# libinput record"
MARK = "deskhand: "
# A file that was edited by hand may begin with other comments.
HEAD_BYTES = 1024
_HEADER = """\
# libinput record
version: 1
ndevices: {n}
libinput:
  version: "1.22.1"
  git: "unknown"
system:
  os: "unknown"
  kernel: "unknown"
  dmi: "unknown"
{mark}devices:
"""
_EVENT = (
    r"^ +- \[ *(?P<sec>\d{1,11}), *(?P<usec>\d{1,6}), *(?P<type>\d{1,5}), *(?P<code>\d{1,5}),"
    r" *(?P<value>-?\d{1,10})\](?P<rest>.*)$"
)
_BUSES = {3: "(usb)"}


def event_lines(reports: Reports, t_us: np.ndarray) -> bytes:
    """Return the entries of a device's list of events, times as given in microseconds."""
    if not reports.n:
        return b""
    seconds, rest, kind_code, remark = columns_of(reports, t_us, 6)
    closes = (reports.type == ev.EV_SYN) & (reports.code == ev.SYN_REPORT)
    opens = pa.array(np.r_[True, closes[:-1]])
    head = pc.if_else(opens, "  - evdev:\n    - [", "    - [")
    short = pc.utf8_lpad(pc.utf8_ltrim(rest, "0"), 1, "0")
    kind = told(kind_code.to_numpy(), lambda v: f"{v >> 16:3d}, {v & 0xFFFF:3d}, ")
    value = told(reports.value, lambda v: f"{v:7d}] # ")
    return joined(
        head, pc.utf8_lpad(seconds, 3), ", ", pc.utf8_lpad(short, 6), ", ", kind, value, remark, "\n"
    )  # fmt: skip


def describe(device: Description) -> str:
    """Return a device's description up to its list of events."""
    bus, vendor, product, version = device.ids
    lines = [
        f"- node: {device.node}",
        "  evdev:",
        f"    # Name: {device.name}",
        f"    # ID: bus {bus:#06x} {_BUSES[bus]} vendor {vendor:#06x} product {product:#06x} version {version:#06x}",
        "    # Supported Events:",
    ]
    for kind, codes in device.supports.items():
        lines.append(f"    # Event type {kind} ({ev.TYPE_NAMES[kind]})")
        if kind != ev.EV_SYN:
            lines += [f"    #   Event code {code} ({ev.code_name(kind, code)})" for code in codes]
    lines += [
        "    # Properties:",
        f'    name: "{device.name}"',
        f"    id: [{bus}, {vendor}, {product}, {version}]",
        "    codes:",
    ]
    lines += [
        f"      {kind}: [{', '.join(map(str, codes))}] # {ev.TYPE_NAMES[kind]}"
        for kind, codes in device.supports.items()
    ]
    lines += ["    properties: []", "  udev:", "    properties:"]
    lines += [f"    - {name}" for name in device.udev]
    lines += [
        "  quirks:",
        "  libinput:",
        f"    capabilities: [{device.capability}]",
        "  events:",
        "",
    ]
    return "\n".join(lines)


def recording(session: Session, *, keys: bool = False) -> bytes:
    """Return the recording of a session.

    Parameters
    ----------
    session : Session
        Its mouse comes first: ``libinput analyze`` reads the first device alone.
    keys : bool
        Whether keys that are not masked, and scan codes, are written as they were.
    """
    mouse, geometry = mouse_reports(session)
    if not keys:
        mouse = _without_scans(mouse)
    devices = [r for r in (mouse, keyboard_reports(session, keys=keys)) if r.n] or [mouse]
    # One clock for all devices: the first event of any is time 0.
    zero_us = min((int(r.t_us[0]) for r in devices if r.n), default=0)
    mark = f"{MARK}{marker_line(session, zero_us, geometry)}\n"
    parts = [_HEADER.format(n=len(devices), mark=mark).encode()]
    for reports in devices:
        parts += [
            describe(DEVICES[reports.device]).encode(),
            event_lines(reports, reports.t_us - zero_us),
        ]
    return b"".join(parts)


def _without_scans(reports: Reports) -> Reports:
    """Return reports as the recorder writes them by default: it hides scan codes of any device."""
    scans = (reports.type == ev.EV_MSC) & (reports.code == ev.MSC_SCAN)
    return replace(
        reports,
        value=np.where(scans, HIDDEN_SCAN, reports.value),
        obfuscated=reports.obfuscated | scans,
    )


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of libinput recordings.

    Parameters
    ----------
    folder : Path
        Where the folder ``libinput`` goes.
    argument : str, optional
        ``keys`` to write keys that are not masked as they were.
    """
    return one_file_each(
        folder, FOLDER, SUFFIX, partial(recording, keys=keys_wanted("libinput", argument))
    )


def recognises(path: Path) -> bool:
    """Return whether a file begins as ``libinput record`` begins it."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return head.startswith(HEAD) or (b"\nndevices:" in head and b"\nlibinput:" in head)


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    devices: list[Reports]
    stated: int | None
    version: int | None
    marker: Marker
    foreign: list[tuple[int, str]]
    others: int


def _load(path: Path) -> _File:
    text = text_of(path, "a libinput recording")
    content = text.encode()
    lines = pa.array(text.split("\n"), pa.string())
    # Events of evdev are lists; what libinput made of them, with --with-libinput, are mappings.
    is_event = np.asarray(pc.match_substring_regex(lines, r"^ +- \["))
    at, rest = np.flatnonzero(is_event), np.flatnonzero(~is_event)
    other = list(zip(rest.tolist(), lines.take(pa.array(rest)).to_pylist(), strict=True))
    begins = [k for k, line in other if line.startswith("- node:")]
    names = [quoted_name(line.strip()[5:], "") for _, line in other if line.startswith("    name:")]
    devices, foreign = [], []
    for place, begin in enumerate(begins):
        end = begins[place + 1] if place + 1 < len(begins) else len(lines)
        own = at[(at > begin) & (at < end)]
        name = names[place] if place < len(names) else f"device {place}"
        reports, bad = parsed(lines.take(pa.array(own)), _EVENT, name, 10)
        devices.append(reports)
        foreign += [(int(own[k]), lines[int(own[k])].as_py()) for k in bad.to_pylist()]
    early = at[at < begins[0]] if begins else at
    foreign += [(int(k), lines[int(k)].as_py()) for k in early[:1]]
    mark = next((line[len(MARK) :] for _, line in other if line.startswith(MARK)), None)
    used = [d for d in devices if d.n]
    first_us = min((int(d.t_us.min()) for d in used), default=0)
    return _File(
        devices=devices,
        stated=_number(other, "ndevices"),
        version=_number(other, "version"),
        marker=read_marker(mark, content, first_us),
        foreign=foreign,
        others=sum(
            bool(re.match(r" +- \{", line)) or line.startswith("  - hid:") for _, line in other
        ),
    )


def _number(lines: list[tuple[int, str]], name: str) -> int | None:
    found = next((line for _, line in lines if line.startswith(f"{name}:")), "")
    word = found.partition(":")[2].strip()
    return int(word) if re.fullmatch(r"\d{1,6}", word) else None


def read(path: Path, dropped: Dropped | None = None) -> Iterator[Session]:
    """Yield the session of a recording.

    Parameters
    ----------
    path : Path
        A file as ``libinput record`` writes it. One that does not come from deskhand starts with its
        first event, at the place (0, 0).
    dropped : Dropped, optional
        Counts what no canonical event is like.

    Raises
    ------
    DeskhandError
        When the file is no text, is of a version that is not known, or is not in the recorder's form.
    """
    dropped = dropped or Dropped()
    file = _load(path)
    if file.version != VERSION:
        raise DeskhandError(
            f"{path}: version {file.version or 'missing'}; version {VERSION} of libinput record's "
            "files is known here."
        )
    if file.foreign or not file.devices:
        row, line = file.foreign[0] if file.foreign else (0, "no device")
        raise DeskhandError(
            f"{path} line {row + 1}: {line[:60]!r}; give the file as `libinput record` wrote it, "
            "a line an event."
        )
    dropped.add(
        "what libinput or hid made of reports: the reports themselves are read", file.others
    )
    marker = file.marker
    devices = [(reports, marker.first_us) for reports in file.devices]
    yield recorded_session("libinput", devices, marker, marker.geometry, dropped)


def findings(path: Path) -> Iterator[Finding]:
    """Yield everything that is wrong with a recording.

    Parameters
    ----------
    path : Path
        As for `read`.
    """
    try:
        file = _load(path)
    except DeskhandError as error:
        yield Finding(rule="text", path=path, given=str(error), remedy="give a whole recording")
        return
    if file.version != VERSION:
        yield Finding(
            rule="version", path=path, given=f"version {file.version or 'missing'}",
            remedy=f"version {VERSION} is known",
        )  # fmt: skip
    if file.stated != len(file.devices):
        yield Finding(
            rule="ndevices", path=path, given=f"ndevices {file.stated}, {len(file.devices)} found",
            remedy="ndevices is the number of devices; the file was cut",
        )  # fmt: skip
    for row, line in file.foreign[:1]:
        yield Finding(
            rule="event", path=path, row=row, given=repr(line[:60]), count=len(file.foreign),
            remedy="an event is - [sec, usec, type, code, value] in the list of its device",
        )  # fmt: skip
    for reports in file.devices:
        yield from report_findings(path, reports)
