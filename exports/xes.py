"""XES 1.0 (IEEE 1849): a session as one trace of what was done, for tools of process mining."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from deskhand.errors import DeskhandError
from deskhand.exports.capture_files import text_of
from deskhand.exports.session_tables import Writer
from deskhand.exports.ui_log import KEEPS, LOSES, Entry, entries, iso_time, marker
from deskhand.findings import Finding
from deskhand.formats import no_argument
from deskhand.session import Session

__all__ = ["KEEPS", "LOSES", "SUMMARY", "findings", "open_writer", "recognises"]

FOLDER = "xes"
SUFFIX = ".xes"
SUMMARY = "XES 1.0 event logs of user-interface acts, one session a trace, for process mining"
HEAD = 4096
NAMESPACE = "http://www.xes-standard.org/"
_EXTENSIONS = (
    ("Concept", "concept"),
    ("Time", "time"),
    ("Organizational", "org"),
    ("Lifecycle", "lifecycle"),
)
# Characters that XML 1.0 has no way to write.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xes.features="" xmlns="http://www.xes-standard.org/">
"""
_GLOBALS = """\
  <global scope="trace">
    <string key="concept:name" value="UNKNOWN"/>
  </global>
  <global scope="event">
    <string key="concept:name" value="UNKNOWN"/>
    <date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
    <string key="lifecycle:transition" value="complete"/>
  </global>
  <classifier name="Activity" keys="concept:name"/>
"""


def _attribute(kind: str, key: str, value: str) -> str:
    # Line breaks and tabs in an attribute are read as blanks unless they are written by number.
    text = quoteattr(_NO_XML.sub("", value), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
    return f'<{kind} key="{key}" value={text}/>'


def _event(entry: Entry, person: str) -> list[str]:
    found = [
        _attribute("string", "concept:name", entry.activity),
        _attribute("date", "time:timestamp", iso_time(entry.end_us)),
        _attribute("date", "start_timestamp", iso_time(entry.start_us)),
        _attribute("string", "lifecycle:transition", "complete"),
        _attribute("string", "org:resource", person),
        _attribute("string", "ui:action", entry.kind),
    ]
    for name in ("app", "page", "title", "url", "element", "role", "name", "value"):
        value = getattr(entry, name)
        if value is not None:
            found.append(_attribute("string", f"ui:{name}", value))
    return ["    <event>", *(f"      {line}" for line in found), "    </event>"]


def log(session: Session) -> str:
    """Return a session as an XES log with one trace, its events in order.

    Parameters
    ----------
    session : Session
        The person is the resource; no task is named, as in logs of real user interfaces.
    """
    person = str(session.header["persona"])
    lines = [
        f'  <extension name="{name}" prefix="{prefix}" uri="{NAMESPACE}{prefix}.xesext"/>'
        for name, prefix in _EXTENSIONS
    ]
    lines.append(_GLOBALS.rstrip("\n"))
    for key, value in marker(session).items():
        if value is True:
            lines.append("  " + _attribute("boolean", key, "true"))
        else:
            lines.append("  " + _attribute("string", key, value))
    lines += ["  <trace>", f"    {_attribute('string', 'concept:name', session.session_id)}"]
    for entry in entries(session):
        lines += _event(entry, person)
    return _HEAD + "\n".join([*lines, "  </trace>", "</log>", ""])


class XesWriter(Writer):
    """Writes ``xes/<session_id>.xes`` files.

    Parameters
    ----------
    folder : Path
        Where the folder ``xes`` goes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._folder.mkdir(parents=True, exist_ok=True)

    def write(self, session: Session) -> None:
        """Write one session's log."""
        path = self._folder / f"{session.session_id}{SUFFIX}"
        path.write_bytes(log(session).encode())

    def close(self) -> None:
        """Do nothing: every file is complete once written."""


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of XES logs.

    Parameters
    ----------
    folder : Path
        Where the folder ``xes`` goes.
    argument : str, optional
        Not taken.
    """
    no_argument("xes", argument)
    return XesWriter(folder)


def recognises(path: Path) -> bool:
    """Return whether a file begins like an XES log."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(HEAD)
    return b"<log" in head and b"xes" in head.lower() and b"<" in head.lstrip(b"\xef\xbb\xbf")[:1]


def findings(path: Path) -> Iterator[Finding]:
    """Yield everything that is wrong with a log; a row is an event of its trace.

    Parameters
    ----------
    path : Path
        An XML file; one with a document type is refused unread, since it may grow without bounds.
    """
    try:
        text = text_of(path, "an XES log")
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise DeskhandError(f"{path}: has a document type, which XES has not; take it out.")
        root = ET.fromstring(text.encode())
    except (DeskhandError, ET.ParseError) as error:
        yield Finding(rule="readable", path=path, given=str(error), remedy="give a whole XES log")
        return
    if _tag(root) != "log":
        yield Finding(
            rule="log", path=path, given=_tag(root), remedy="an XES file holds one element log"
        )
        return
    if not str(root.get("xes.version", "")).startswith(("1.", "2.")):
        yield Finding(
            rule="version", path=path, given=repr(root.get("xes.version")),
            remedy="write xes.version=\"1.0\"",
        )  # fmt: skip
    traces = [child for child in root if _tag(child) == "trace"]
    if not traces:
        yield Finding(rule="trace", path=path, given="no trace", remedy="a log holds traces")
    for trace in traces:
        yield from _trace_findings(path, trace)


def _trace_findings(path: Path, trace: ET.Element) -> Iterator[Finding]:
    before: datetime | None = None
    for row, event in enumerate(child for child in trace if _tag(child) == "event"):
        told = {child.get("key"): child.get("value") for child in event}
        if len(told) < len(event):
            yield Finding(
                rule="key", path=path, row=row, given="a key twice", remedy="a key is given once"
            )
        if not told.get("concept:name"):
            yield Finding(
                rule="activity", path=path, row=row, given="no concept:name",
                remedy="every event names its activity",
            )  # fmt: skip
        stamp = told.get("time:timestamp")
        try:
            at = datetime.fromisoformat(stamp or "")
            wrong = at.tzinfo is None
        except ValueError:
            wrong = True
        if wrong:
            yield Finding(
                rule="time", path=path, row=row, given=repr(stamp),
                remedy="time:timestamp is ISO 8601 with an offset",
            )  # fmt: skip
            continue
        if before is not None and at < before:
            yield Finding(
                rule="order", path=path, row=row, given=repr(stamp),
                remedy="events of a trace are in the order of their times",
            )  # fmt: skip
        before = at


def _tag(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]
