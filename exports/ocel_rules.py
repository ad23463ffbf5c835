"""What must hold of an OCEL 2.0 log: its JSON Schema, and that what it names is there."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from deskhand.errors import DeskhandError
from deskhand.exports.capture_files import content_of
from deskhand.findings import Finding
from deskhand.json_schema import describe, validator

# So many records of each kind are checked against the JSON Schema, which takes a millisecond a
# record, evenly spread; all are checked against the other rules.
SAMPLE = 200
MOST_KINDS = 100
AGAIN = "write the log again"
PARTS = {"objectTypes": "objects", "eventTypes": "events"}
_TRUTH = ("true", "false")

Record = dict[str, Any]


def findings(path: Path) -> Iterator[Finding]:
    """Yield what is wrong with an OCEL log; a row is one of its events, or of its objects.

    pm4py drops events and relationships without a word where an object is missing, and reads types
    that are not declared; so what it reads without complaint may lack something.

    Parameters
    ----------
    path : Path
        A JSON file.

    Yields
    ------
    Finding
        By rule: ``readable``, ``schema``, ``type``, ``id``, ``object``, ``alone``, ``attribute``,
        ``time``, ``synthetic``. Of each kind the first is told, with how many there are.
    """
    try:
        document = orjson.loads(content_of(path))
    except (DeskhandError, orjson.JSONDecodeError) as error:
        yield Finding(rule="readable", path=path, given=str(error), remedy=AGAIN)
        return
    log = _Log(path)
    if log.shaped(document):
        log.check(document)
    yield from log.all()


class _Log:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: dict[tuple[str, str | None], tuple[int | None, str, str, int]] = {}

    def found(
        self, rule: str, row: int | None, given: str, remedy: str, column: str | None = None
    ) -> None:
        kind = (rule, column)
        if kind not in self._found and len(self._found) >= MOST_KINDS:
            kind = (rule, None)
        first = self._found.get(kind, (row, given[:200], remedy, 0))
        self._found[kind] = (*first[:3], first[3] + 1)

    def all(self) -> Iterator[Finding]:
        for (rule, column), (row, given, remedy, count) in self._found.items():
            yield Finding(
                rule=rule,
                path=self._path,
                row=row,
                column=column,
                given=given,
                remedy=remedy,
                count=count,
            )

    def shaped(self, document: Any) -> bool:
        """Return whether the document has its parts, and its records the fields they need."""
        for breach in validator("ocel").iter_errors(_sampled(document)):
            place = list(breach.absolute_path)
            part = str(place[0]) if place else None
            row = _row(document, place)
            remedy = "write it as ocel.schema.json says"
            self.found("schema", row, describe(breach), remedy, part)
        if self._found:
            return False
        for part in ("objects", "events"):
            for row, record in enumerate(document[part]):
                if not _whole(record, part):
                    remedy = "write it as ocel.schema.json says"
                    self.found("schema", row, f"{record!r}", remedy, part)
        return not self._found

    def check(self, document: Record) -> None:
        declared = {part: self._declared(document, part) for part in PARTS}
        ids: dict[str, str] = {}
        for part in ("objects", "events"):
            for row, record in enumerate(document[part]):
                if record["id"] in ids:
                    given = f"{record['id']!r} again, first in {ids[record['id']]}"
                    self.found("id", row, given, "identifiers are unique in a log", part)
                ids.setdefault(record["id"], part)
        for types, part in PARTS.items():
            for row, record in enumerate(document[part]):
                self._typed(part, row, record, declared[types])
                for relation in record.get("relationships") or ():
                    if ids.get(relation["objectId"]) != "objects":
                        given = f"{record['id']!r} names {relation['objectId']!r}"
                        remedy = (
                            "list every object that is named: readers drop what names no object"
                        )
                        self.found("object", row, given, remedy, part)
        own = document.get("deskhand")
        marked = isinstance(own, dict) and own.get("synthetic") is True
        for row, event in enumerate(document["events"]):
            self._event(row, event, marked=marked)

    def _declared(self, document: Record, part: str) -> dict[str, dict[str, str]]:
        declared: dict[str, dict[str, str]] = {}
        for row, record in enumerate(document[part]):
            if record["name"] in declared:
                given = f"{record['name']!r} declared twice"
                self.found("type", row, given, "declare a type once", part)
            attributes = record.get("attributes") or ()
            declared[record["name"]] = {entry["name"]: entry["type"] for entry in attributes}
        return declared

    def _typed(
        self, part: str, row: int, record: Record, declared: dict[str, dict[str, str]]
    ) -> None:
        known = declared.get(record["type"])
        if known is None:
            given = f"{record['type']!r} is not declared"
            self.found("type", row, given, f"declare it in {part[:-1]}Types", part)
            return
        seen = set()
        for entry in record.get("attributes") or ():
            name, value, since = entry["name"], entry["value"], entry.get("time")
            if name not in known:
                given = f"{name} of {record['type']!r} is not declared"
                self.found("attribute", row, given, "declare it with its type", name)
            elif value is not None and not _fits(value, known[name]):
                given = f"{name} {value!r}"
                self.found("attribute", row, given, f"declared as {known[name]}", name)
            if since is not None and _moment(since) is None:
                remedy = "since when the value holds, in ISO 8601 with a zone"
                self.found("time", row, f"{name} since {since!r}", remedy, part)
            if (name, since) in seen:
                given = f"{name} twice in {record['id']!r}"
                self.found("attribute", row, given, "one value at a time", name)
            seen.add((name, since))

    def _event(self, row: int, event: Record, *, marked: bool) -> None:
        moment = _moment(event["time"])
        if moment is None or moment.tzinfo is None:
            remedy = "a time in ISO 8601, with Z or an offset such as +02:00"
            self.found("time", row, f"{event['time']!r}", remedy, "events")
        if not event.get("relationships"):
            remedy = "relate it to an object: readers drop events without one"
            self.found("alone", row, f"{event['id']!r} has no object", remedy, "events")
        if event["id"].startswith("syn_") and not marked:
            remedy = "a log that deskhand made says so: write it again"
            self.found("synthetic", row, f"{event['id']!r} in a log without synthetic", remedy)


def _sampled(document: Any) -> Any:
    """Return the document with only some of its records."""
    if not isinstance(document, dict):
        return document
    sampled = dict(document)
    for part in ("objects", "events"):
        records = document.get(part)
        if isinstance(records, list):
            sampled[part] = [records[k] for k in _chosen(len(records))]
    return sampled


def _row(document: Any, place: list[Any]) -> int | None:
    """Return which record a place in the sampled document is of."""
    if len(place) < 2 or place[0] not in ("objects", "events"):
        return None
    row: int = _chosen(len(document[place[0]]))[place[1]]
    return row


def _chosen(n: int) -> list[int]:
    found: list[int] = np.linspace(0, n - 1, min(n, SAMPLE), dtype=int).tolist()
    return found


def _whole(record: Any, part: str) -> bool:
    """Return whether a record outside of the sample has what the rules look at."""
    if not isinstance(record, dict):
        return False
    texts = [record.get("id"), record.get("type")]
    if part == "events":
        texts.append(record.get("time"))
    entries = record.get("attributes") or []
    relations = record.get("relationships") or []
    if not isinstance(entries, list) or not isinstance(relations, list):
        return False
    for entry in entries:
        if not isinstance(entry, dict) or not _plain(entry.get("value", ...)):
            return False
        texts += [entry.get("name"), entry.get("time", "")]
    for relation in relations:
        if not isinstance(relation, dict):
            return False
        texts += [relation.get("objectId"), relation.get("qualifier")]
    return all(isinstance(text, str) for text in texts)


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def _fits(value: Any, kind: str) -> bool:
    """Return whether a value is of a declared type; many tools write all values as text."""
    if kind == "string":
        return True
    if kind == "time":
        return isinstance(value, str) and _moment(value) is not None
    if kind == "boolean":
        return isinstance(value, bool) or (isinstance(value, str) and value.lower() in _TRUTH)
    if isinstance(value, bool):
        return False
    try:
        float(value) if kind == "float" else int(str(value))
    except ValueError:
        return False
    return True


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
