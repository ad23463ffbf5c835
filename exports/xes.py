"""XES 1.0 (IEEE 1849): a session as one trace of what was done, for tools of process mining."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

from deskhand.exports.session_files import one_file_each
from deskhand.exports.session_tables import Writer
from deskhand.exports.ui_log import KEEPS, LOSES, Entry, entries, iso_time, marker
from deskhand.exports.xes_rules import findings
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
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<log xes.version="1.0" xes.features="" xmlns="http://www.xes-standard.org/">',
)
_GLOBALS = (
    '  <global scope="trace">',
    '    <string key="concept:name" value="UNKNOWN"/>',
    "  </global>",
    '  <global scope="event">',
    '    <string key="concept:name" value="UNKNOWN"/>',
    '    <date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>',
    '    <string key="lifecycle:transition" value="complete"/>',
    "  </global>",
    '  <classifier name="Activity" keys="concept:name"/>',
)


def _attribute(kind: str, key: str, value: str) -> str:
    # Line breaks and tabs in an attribute are read as blanks unless they are written by number.
    text = quoteattr(NO_XML.sub("", value), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
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
    for name in ("app", "window", "page", "title", "url", "element", "role", "name", "value"):
        value = getattr(entry, name)
        if value is not None:
            found.append(_attribute("string", f"ui:{name}", value))
    if entry.length is not None:
        found.append(_attribute("int", "ui:length", str(entry.length)))
    if entry.masked:
        found.append(_attribute("boolean", "ui:masked", "true"))
    return ["    <event>", *(f"      {line}" for line in found), "    </event>"]


def lines(session: Session) -> Iterator[str]:
    """Yield the lines of a session's XES log: one trace, its events in order.

    Parameters
    ----------
    session : Session
        The person is the resource; no task is named, as in logs of real user interfaces.
    """
    person = str(session.header["persona"])
    yield from _HEAD
    for name, prefix in _EXTENSIONS:
        yield f'  <extension name="{name}" prefix="{prefix}" uri="{NAMESPACE}{prefix}.xesext"/>'
    yield from _GLOBALS
    for key, value in marker(session).items():
        if value is True:
            yield "  " + _attribute("boolean", key, "true")
        else:
            yield "  " + _attribute("string", key, value)
    yield "  <trace>"
    yield f"    {_attribute('string', 'concept:name', session.session_id)}"
    for entry in entries(session):
        yield from _event(entry, person)
    yield "  </trace>"
    yield "</log>"


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
    return one_file_each(
        folder,
        FOLDER,
        SUFFIX,
        lambda session: "".join(f"{line}\n" for line in lines(session)).encode(),
    )


def recognises(path: Path) -> bool:
    """Return whether a file begins like an XES log."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(HEAD)
    return b"<log" in head and b"xes" in head.lower() and b"<" in head.lstrip(b"\xef\xbb\xbf")[:1]
