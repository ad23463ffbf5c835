"""OCEL 2.0 as JSON: acts with the person, application, page and element that they are about.

Elements are part of pages and pages of applications (as in the reference model of user-interface logs
by Abb and Rehse, BPM 2022), so that a log can be looked at from any of them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from deskhand.exports.ocel_rules import findings
from deskhand.exports.session_files import one_file_each
from deskhand.exports.session_tables import Writer
from deskhand.exports.ui_log import KEEPS, LOSES, Entry, entries, iso_time, marker
from deskhand.formats import no_argument
from deskhand.session import Session

__all__ = ["KEEPS", "LOSES", "SUMMARY", "findings", "open_writer", "recognises"]

FOLDER = "ocel"
SUFFIX = ".json"
SUMMARY = "OCEL 2.0 JSON of user-interface acts and their objects, one session a file"
HEAD = 4096
_OBJECTS = {
    "user": (),
    "application": ("name",),
    "page": ("title", "url"),
    "element": ("role", "name"),
}
_EVENT_ATTRIBUTES = (
    ("start", "time"),
    ("activity", "string"),
    ("value", "string"),
    ("length", "integer"),
    ("masked", "boolean"),
)
_ORIGIN = "1970-01-01T00:00:00.000+00:00"


def log(session: Session) -> dict[str, Any]:
    """Return a session as an OCEL 2.0 document.

    Parameters
    ----------
    session : Session
        Its acts become events, in order.

    Returns
    -------
    dict
        Objects of the types user, application, page and element. The member ``deskhand``, which
        readers pass over, says that the log is synthetic.
    """
    listed = list(entries(session))
    person = f"user:{session.header['persona']}"
    objects: dict[str, dict[str, Any]] = {person: _object(person, "user", {}, [])}
    events = []
    for number, entry in enumerate(listed):
        related = [{"objectId": person, "qualifier": "performed by"}]
        for qualifier, known in _related(entry):
            objects.setdefault(known["id"], known)
            related.append({"objectId": known["id"], "qualifier": qualifier})
        told = {
            "start": iso_time(entry.start_us),
            "activity": entry.activity,
            "value": entry.value,
            "length": entry.length,
            "masked": entry.masked or None,
        }
        events.append(
            {
                "id": f"{session.session_id}:{number}",
                "type": entry.kind,
                "time": iso_time(entry.end_us),
                "attributes": [{"name": k, "value": v} for k, v in told.items() if v is not None],
                "relationships": related,
            }
        )
    made = marker(session)
    return {
        **({"deskhand": {**made, "session_id": session.session_id}} if made else {}),
        "eventTypes": [
            {
                "name": kind,
                "attributes": [{"name": name, "type": of} for name, of in _EVENT_ATTRIBUTES],
            }
            for kind in sorted({entry.kind for entry in listed})
        ],
        "objectTypes": [
            {"name": kind, "attributes": [{"name": name, "type": "string"} for name in names]}
            for kind, names in _OBJECTS.items()
        ],
        "events": events,
        "objects": list(objects.values()),
    }


def _related(entry: Entry) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the objects of an act, the containing ones first."""
    inside: list[str] = []
    if entry.app is not None:
        app = f"application:{entry.app}"
        yield "in", _object(app, "application", {"name": entry.app}, [])
        inside = [app]
    if entry.page is not None:
        page = f"page:{entry.page}"
        told = {"title": entry.title, "url": entry.url}
        yield "on", _object(page, "page", told, inside)
        inside = [page]
    if entry.element is not None:
        element = f"element:{entry.page or entry.app or ''}#{entry.element}"
        told = {"role": entry.role, "name": entry.name}
        yield "target", _object(element, "element", told, inside)


def _object(
    identifier: str, kind: str, attributes: dict[str, str | None], inside: list[str]
) -> dict[str, Any]:
    return {
        "id": identifier,
        "type": kind,
        "attributes": [
            {"name": name, "value": value, "time": _ORIGIN}
            for name, value in attributes.items()
            if value is not None
        ],
        "relationships": [{"objectId": other, "qualifier": "part of"} for other in inside],
    }


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of OCEL logs.

    Parameters
    ----------
    folder : Path
        Where the folder ``ocel`` goes.
    argument : str, optional
        Not taken.
    """
    no_argument("ocel", argument)
    return one_file_each(folder, FOLDER, SUFFIX, lambda session: orjson.dumps(log(session)) + b"\n")


def recognises(path: Path) -> bool:
    """Return whether a file begins like an OCEL 2.0 document."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(HEAD)
    return head.lstrip()[:1] == b"{" and (b'"eventTypes"' in head or b'"objectTypes"' in head)
