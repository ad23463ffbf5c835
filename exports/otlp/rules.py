"""What must hold of a file of OTLP logs, and what is found in one that does not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from deskhand.errors import DeskhandError
from deskhand.exports.otlp.protobuf_frames import frames
from deskhand.findings import Finding
from deskhand.json_schema import describe, worst

PACKAGE = "deskhand.exports.otlp"
# What the semantic conventions require of their events.
REQUIRED = {
    "session.start": ("session.id",),
    "session.end": ("session.id",),
    "app.screen.click": ("app.screen.coordinate.x", "app.screen.coordinate.y"),
    "app.widget.click": ("app.widget.id",),
}
# So many batches are checked against the JSON Schema, the first ones.
SAMPLE = 200
AGAIN = "write the file again"
LATEST = 1 << 64


def findings(path: Path, argument: str | None = None) -> Iterator[Finding]:  # noqa: ARG001
    """Yield what is wrong with a file of OTLP logs.

    Parameters
    ----------
    path : Path
        JSON Lines or frames of protobuf, told apart by the first byte.
    argument : str, optional
        What the writer was given; the file itself says which encoding it is in.
    """
    with path.open("rb") as file:
        first = file.read(1)
    if not first:
        yield Finding(rule="readable", path=path, given="an empty file", remedy=AGAIN)
        return
    last_ns = 0
    number = -1
    try:
        for number, document in enumerate(_lines(path) if first in b"{ \n\t\r" else frames(path)):
            breach = worst("otlp", document, PACKAGE) if number < SAMPLE else None
            if breach is not None:
                yield Finding(
                    rule="schema",
                    path=path,
                    row=number,
                    given=describe(breach),
                    remedy="write it as otlp.schema.json says",
                )
                continue
            for record in _records(document):
                last_ns, found = yield from _record(path, number, record, last_ns)
                if not found:
                    break
    except (DeskhandError, ValueError, TypeError, AttributeError, KeyError) as error:
        given = str(error) or type(error).__name__
        yield Finding(rule="readable", path=path, row=number + 1, given=given, remedy=AGAIN)


def _lines(path: Path) -> Iterator[Any]:
    with path.open("rb") as file:
        for line in file:
            yield orjson.loads(line)


def _records(document: Any) -> Iterator[Any]:
    for resource in document["resourceLogs"]:
        for scope in resource.get("scopeLogs", ()):
            yield from scope.get("logRecords", ())


def _record(path: Path, row: int, record: Any, last_ns: int) -> Any:
    """Yield what is wrong with a record; return its time, and whether the next is worth a look."""
    event = record.get("eventName", "")
    keys = [attribute["key"] for attribute in record.get("attributes", ())]
    missing = [key for key in REQUIRED.get(event, ()) if key not in keys]
    if missing:
        yield Finding(
            rule="required",
            path=path,
            row=row,
            given=f"{event} without {missing[0]}",
            remedy="the semantic conventions require it",
        )
    if len(set(keys)) != len(keys):
        yield Finding(
            rule="attribute",
            path=path,
            row=row,
            given=f"{event} has an attribute twice",
            remedy="keys of attributes are unique",
        )
    at = int(record["timeUnixNano"])
    if not last_ns <= at < LATEST:
        yield Finding(
            rule="time",
            path=path,
            row=row,
            given=f"timeUnixNano {at} after {last_ns}",
            remedy="records are in the order of their times",
        )
        return last_ns, False
    return at, True
