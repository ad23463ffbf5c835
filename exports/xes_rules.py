"""What must hold of an XES log, and what is found in one that does not; of any size, by anyone."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.parsers import expat

from deskhand.errors import DeskhandError
from deskhand.findings import Finding

CHUNK = 1 << 16
# One tag may be so large, lie so deep, and an event may have so many attributes: more is no log but
# an attack on its reader (assumed).
MOST_TAG_BYTES = 1 << 24
MOST_DEPTH = 64
MOST_ATTRIBUTES = 10_000
# So many kinds of findings are told apart.
MOST_KINDS = 100
VERSIONS = ("1.0", "2.0", "1849.2016", "1849-2016", "1849-2023")
# The standard lifecycle model, XES 1.0.
TRANSITIONS = (
    "schedule", "assign", "withdraw", "reassign", "start", "suspend", "resume", "pi_abort",
    "ate_abort", "complete", "autoskip", "manualskip", "unknown",
)  # fmt: skip
SINGLE = ("string", "date", "int", "float", "boolean", "id")
ATTRIBUTES = (*SINGLE, "list", "container")
_INSIDE: dict[str | None, tuple[str, ...]] = {
    None: ("log",),
    "log": ("extension", "global", "classifier", "trace", *ATTRIBUTES),
    "global": ATTRIBUTES,
    "trace": ("event", *ATTRIBUTES),
    "event": ATTRIBUTES,
    "values": ATTRIBUTES,
    **dict.fromkeys(ATTRIBUTES, (*ATTRIBUTES, "values")),
}
_DATE = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_FORMS = {
    "int": re.compile(r"\s*[+-]?\d{1,19}\s*"),
    "float": re.compile(r"\s*([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|-?INF|NaN)\s*"),
    "boolean": re.compile(r"true|false|0|1"),
    "date": _DATE,
}
_CLASSES = re.compile(r"'([^']*)'|(\S+)")


def findings(path: Path) -> Iterator[Finding]:
    """Yield what is wrong with an XES log; a row is one of its events, counted through all traces.

    Parameters
    ----------
    path : Path
        A file, which is read piece by piece; entities and document types are refused.

    Yields
    ------
    Finding
        By rule: ``readable``, ``version``, ``structure``, ``attribute``, ``key``, ``global``,
        ``classifier``, ``activity``, ``time``, ``order``, ``lifecycle``, ``trace``,
        ``synthetic``. Of each kind the first is told, with how many there are.
    """
    log = _Log(path)
    try:
        log.read()
    except (DeskhandError, expat.ExpatError, LookupError, ValueError, OSError) as error:
        log.found("readable", str(error), "write the log again, as XML 1.0 without a DTD")
    yield from log.all()


class _Log:
    """Goes through a log once, and remembers one event of it at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: dict[tuple[str, str | None], tuple[Finding, int]] = {}
        self._stack: list[str] = []
        self._event = -1
        self._globals: dict[str, dict[str, str]] = {"trace": {}, "event": {}}
        self._scope: str | None = None
        # Attributes of the log, the trace and the event that are open, by key.
        self._own: dict[str, dict[str, str]] = {}
        self._traces: set[str] = set()
        self._some = False
        self._last: datetime | None = None

    def found(self, rule: str, given: str, remedy: str, column: str | None = None) -> None:
        kind = (rule, column)
        if kind not in self._found and len(self._found) >= MOST_KINDS:
            kind = (rule, None)
        row = self._event if "event" in self._stack else None
        fresh = Finding(
            rule=rule, path=self._path, row=row, column=kind[1], given=given[:200], remedy=remedy
        )
        first, count = self._found.get(kind, (fresh, 0))
        self._found[kind] = (first, count + 1)

    def all(self) -> Iterator[Finding]:
        for first, count in self._found.values():
            yield Finding(
                rule=first.rule,
                path=first.path,
                row=first.row,
                column=first.column,
                given=first.given,
                remedy=first.remedy,
                count=count,
            )

    def read(self) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = _refuse
        parser.EntityDeclHandler = _refuse
        parser.ExternalEntityRefHandler = _refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        fed = 0
        with self._path.open("rb") as file:
            while chunk := file.read(CHUNK):
                parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - max(parser.CurrentByteIndex, 0) > MOST_TAG_BYTES:
                    raise DeskhandError(f"a tag of more than {MOST_TAG_BYTES:,} bytes")
            parser.Parse(b"", True)

    def _start(self, name: str, given: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        parent = self._stack[-1] if self._stack else None
        if tag not in _INSIDE.get(parent, ()):
            if parent is None:
                raise DeskhandError(f"its root is {tag!r}, and a log's is 'log'")
            remedy = "a log has extensions, globals, classifiers and traces; a trace has events"
            self.found("structure", f"{tag} in {parent}", remedy, tag)
        self._stack.append(tag)
        if len(self._stack) > MOST_DEPTH:
            raise DeskhandError(f"more than {MOST_DEPTH} elements within each other")
        if tag in ATTRIBUTES:
            self._attribute(tag, given, parent or "")
        elif tag in ("log", "trace", "event"):
            self._own[tag] = {}
            if tag == "log" and given.get("xes.version") not in VERSIONS:
                version = given.get("xes.version", "no xes.version")
                self.found("version", version, f"versions known here: {', '.join(VERSIONS)}")
            elif tag == "trace":
                self._last = None
            elif tag == "event":
                self._event += 1
        elif tag == "extension":
            self._wanted(tag, given, ("name", "prefix", "uri"))
        elif tag == "classifier":
            self._classifier(given)
        elif tag == "global":
            self._scope = given.get("scope")
            if self._scope not in self._globals:
                self.found("structure", f"scope {self._scope!r}", "global to a trace or an event")

    def _end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "event":
            self._complete("event")
            self._timed(self._own.pop("event"))
        elif tag == "trace":
            self._some = True
            self._complete("trace")
            self._named(self._own.pop("trace"))
        elif tag == "global":
            self._scope = None
        elif tag == "log" and not self._some:
            self.found("trace", "no trace", "a log holds traces")
        self._stack.pop()

    def _attribute(self, tag: str, given: dict[str, str], parent: str) -> None:
        if not self._wanted(tag, given, ("key", "value") if tag in SINGLE else ("key",)):
            return
        key, value = given["key"], given.get("value", "")
        form = _FORMS.get(tag)
        if (form and not form.fullmatch(value)) or (tag == "date" and _moment(value) is None):
            self.found("attribute", f"{tag} {value!r}", f"a value of the type {tag}", key)
        if parent == "global" and self._scope in self._globals:
            self._globals[self._scope][key] = tag
            return
        own = self._own.get(parent)
        if own is None:
            return
        if key in own:
            self.found("key", f"{key} twice in one {parent}", "keys are unique", key)
        own[key] = value
        if len(own) > MOST_ATTRIBUTES:
            raise DeskhandError(f"a {parent} of more than {MOST_ATTRIBUTES:,} attributes")
        wanted = self._globals.get(parent, {}).get(key, tag)
        if wanted != tag:
            self.found("global", f"{tag} {key}", f"{key} is declared as {wanted}", key)

    def _wanted(self, tag: str, given: dict[str, str], names: tuple[str, ...]) -> bool:
        missing = [name for name in names if name not in given]
        if missing:
            remedy = f"{tag} has {' and '.join(names)}"
            self.found("structure", f"{tag} without {missing[0]}", remedy, tag)
        return not missing

    def _classifier(self, given: dict[str, str]) -> None:
        if not self._wanted("classifier", given, ("name", "keys")):
            return
        # A trace classifier says so by its scope (IEEE 1849); those of XES 1.0 are for events.
        declared = self._globals.get(given.get("scope", "event"), {})
        keys = [quoted or plain for quoted, plain in _CLASSES.findall(given["keys"])]
        # Keys with blanks in them are written without quotes by many tools.
        if given["keys"] not in declared:
            for key in keys:
                if key not in declared:
                    remedy = "what a classifier names is global to all events"
                    self.found("classifier", f"{given['name']}: {key}", remedy, key)

    def _complete(self, tag: str) -> None:
        for key in self._globals[tag].keys() - self._own[tag].keys():
            self.found("global", f"{tag} without {key}", f"every {tag} has it", key)

    def _timed(self, own: dict[str, str]) -> None:
        if not own.get("concept:name"):
            remedy = "every event names its activity"
            self.found("activity", "event without concept:name", remedy, "concept:name")
        transition = own.get("lifecycle:transition")
        model = self._own["log"].get("lifecycle:model", "standard")
        if transition is not None and model == "standard" and transition.lower() not in TRANSITIONS:
            remedy = "a transition of the standard model, such as complete"
            self.found("lifecycle", transition, remedy, "lifecycle:transition")
        moment = _moment(own.get("time:timestamp", ""))
        if moment is None:
            given = repr(own.get("time:timestamp"))
            remedy = "an event says when it was, in ISO 8601 with an offset"
            self.found("time", given, remedy, "time:timestamp")
            return
        if moment.tzinfo is None:
            remedy = "end times with Z or an offset such as +02:00"
            self.found("time", own["time:timestamp"], remedy, "time:timestamp")
            moment = moment.replace(tzinfo=UTC)
        if self._last is not None and moment < self._last:
            given = f"{own['time:timestamp']} after {self._last.isoformat()}"
            self.found("order", given, "events of a trace ascend in time", "time:timestamp")
        self._last = moment

    def _named(self, own: dict[str, str]) -> None:
        name = own.get("concept:name")
        if name is None:
            return
        if name in self._traces:
            remedy = "one trace for each case"
            self.found("trace", f"two traces {name!r}", remedy, "concept:name")
        self._traces.add(name)
        marks = {own.get("synthetic"), self._own["log"].get("synthetic")}
        if name.startswith("syn_") and "true" not in marks:
            remedy = "a log that deskhand made says so: write it again"
            self.found("synthetic", f"trace {name!r} without synthetic", remedy, "synthetic")


def _refuse(*_: Any) -> int:
    raise DeskhandError("a document type or an entity, which no log needs")


def _moment(text: str) -> datetime | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
