"""What must hold between the events of an rrweb recording; its Replayer keeps quiet on most of it.

The Replayer plays recordings with unknown nodes, shuffled times or no page to the end without a
word, and stalls on others; so order, times and node ids are checked here, event by event.

Of a capture that deskhand did not make, less is asked where real recorders are known to fall short:
batches come late, and a node that the recorder does not know has the number -1.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from deskhand.errors import DeskhandError
from deskhand.exports.rrweb import vocabulary as rr
from deskhand.exports.rrweb.page_nodes import PageNodes, Refusal
from deskhand.exports.rrweb.recording_file import WINDOW, events_of
from deskhand.exports.rrweb.shapes import fault_of
from deskhand.findings import Finding, Report
from deskhand.json_schema import describe, worst

FIELDS = ("input", "textarea", "select")
UNKNOWN = -1
# A capture's event may be this much older than the one before: twice the 500 ms of a batch of moves
# (a recording in posthog's repository, 2023, has moves 180 ms older; the factor is assumed).
LATE_MS = 1_000
# How many events of a recording the JSON Schema looks at beside the first of each kind.
SAMPLE = 200
PACKAGE = "deskhand.exports.rrweb"


class EventBreach(NamedTuple):
    """One event that breaks a rule."""

    rule: str
    row: int
    column: str
    given: str
    remedy: str


class _Recording:
    """A recording up to an event.

    ``ours`` says that deskhand wrote it, ``synthetic`` what its events then say of themselves.
    """

    def __init__(self, *, ours: bool, synthetic: bool) -> None:
        self.synthetic = synthetic
        self.page = PageNodes()
        self.ours = ours
        self.page_ms = 0
        self.last_ms = 0
        self.meta = False
        self.pages = 0
        self.marked = False
        self._sources = {
            rr.MUTATION: self._mutate,
            rr.MOUSE_MOVE: self._moves,
            rr.TOUCH_MOVE: self._moves,
            rr.DRAG: self._moves,
            rr.MOUSE_INTERACTION: self._node,
            rr.SCROLL: self._node,
            rr.INPUT: self._input,
        }

    def take(self, event: Mapping[str, Any]) -> None:
        kind, data, at = event["type"], event["data"], event["timestamp"]
        if self.ours and event.get("synthetic") is not self.synthetic:
            wanted = f"every event says synthetic: {str(self.synthetic).lower()}"
            raise Refusal("synthetic", "synthetic", event.get("synthetic"), wanted)
        if at < self.last_ms - (0 if self.ours else LATE_MS):
            raise Refusal(
                "order", "timestamp", f"{at} after {self.last_ms}", "sort the events by timestamp"
            )
        self.last_ms = max(at, self.last_ms)
        if kind == rr.INCREMENTAL:
            if not self.pages:
                raise Refusal(
                    "page", "type", kind, "a FullSnapshot comes before all changes of the page"
                )
            check = self._sources.get(data["source"])
            if check is not None:
                check(data, at)
        elif kind == rr.META:
            self.meta = True
        elif kind == rr.FULL_SNAPSHOT:
            self._snapshot(data, at)
        elif kind == rr.CUSTOM and data["tag"] == rr.CUSTOM_TAG:
            payload = data["payload"]
            if not isinstance(payload, dict) or payload.get("synthetic") is not self.synthetic:
                wanted = f"it says synthetic: {str(self.synthetic).lower()}"
                raise Refusal("synthetic", "data/payload", payload, wanted)
            self.marked = bool(payload.get("provenance_id"))

    def _snapshot(self, data: Mapping[str, Any], at: int) -> None:
        if not self.meta:
            raise Refusal(
                "page", "type", "a FullSnapshot without Meta", "a Meta event comes just before it"
            )
        self.meta = False
        self.pages += 1
        self.page_ms = at
        self.page.open(data["node"], at)

    def _known(self, node_id: int, column: str) -> Mapping[str, Any] | None:
        if node_id == UNKNOWN and not self.ours:
            return None
        node = self.page.nodes.get(node_id)
        if node is None:
            raise Refusal("id", column, node_id, "the node is part of the page at that time")
        return node

    def _node(self, data: Mapping[str, Any], _at: int) -> None:
        self._known(data["id"], "data/id")

    def _input(self, data: Mapping[str, Any], _at: int) -> None:
        node = self._known(data["id"], "data/id")
        if node is None:
            return
        if node.get("tagName") not in FIELDS:
            raise Refusal("field", "data/id", node.get("tagName"), "Input names a form field")
        if node["attributes"].get("type") == "password" and data["text"].strip("*"):
            raise Refusal("masked", "data/text", "clear text", "a password is written as stars")

    def _moves(self, data: Mapping[str, Any], at: int) -> None:
        start = before = self.page_ms - at
        for position in data["positions"]:
            offset = position["timeOffset"]
            if offset < before and (self.ours or before != start):
                raise Refusal(
                    "moves", "data/positions/timeOffset", offset,
                    "offsets are 0 or negative, ascending, and lie after the page's snapshot",
                )  # fmt: skip
            before = offset
            node_id = position["id"]
            if self.page.held(node_id, at + offset):
                continue
            if self.ours or (node_id != UNKNOWN and offset >= start):
                raise Refusal(
                    "id", "data/positions/id", node_id, "the node is part of the page at that time"
                )

    def _mutate(self, data: Mapping[str, Any], at: int) -> None:
        page, removes, adds = self.page, data["removes"], data["adds"]
        for remove in removes:
            if remove["id"] not in page.nodes and page.was_here(remove["id"]):
                continue  # it went with its parent
            if self._known(remove["id"], "data/removes/id") is None:
                continue
            if page.parents.get(remove["id"]) != remove["parentId"]:
                raise Refusal(
                    "id", "data/removes/parentId", remove["parentId"], "the parent holds the node"
                )
        for remove in removes:
            page.leave(remove["id"], at)
        coming = {add["node"]["id"] for add in adds}
        for add in adds:
            if self.ours or add["parentId"] not in coming:
                self._known(add["parentId"], "data/adds/parentId")
            if add["nextId"] is not None and add["nextId"] not in coming:
                self._known(add["nextId"], "data/adds/nextId")
            page.enter(add["node"], at, add["parentId"])
        for part in ("texts", "attributes"):
            for change in data[part]:
                if not page.was_here(change["id"]):
                    self._known(change["id"], f"data/{part}/id")


def made_here(events: list[Any]) -> bool:
    """Return whether a recording says of itself that deskhand made it.

    Examples
    --------
    >>> made_here([{"type": 4, "data": {}, "timestamp": 1, "synthetic": True}])
    True
    """
    return any(
        isinstance(event, dict)
        and (
            "synthetic" in event
            or (
                event.get("type") == rr.CUSTOM
                and isinstance(event.get("data"), dict)
                and event["data"].get("tag") == rr.CUSTOM_TAG
            )
        )
        for event in events
    )


def made_of_people(events: list[Any]) -> bool:
    """Return whether a recording says of itself that it was made from a capture of a person.

    Examples
    --------
    >>> payload = {"synthetic": False, "provenance_id": "der_1"}
    >>> mark = {"type": 5, "data": {"tag": "deskhand", "payload": payload}, "timestamp": 1}
    >>> made_of_people([mark]), made_of_people([])
    (True, False)
    """
    return any(
        isinstance(event, dict)
        and event.get("type") == rr.CUSTOM
        and isinstance(event.get("data"), dict)
        and event["data"].get("tag") == rr.CUSTOM_TAG
        and isinstance(event["data"].get("payload"), dict)
        and event["data"]["payload"].get("synthetic") is False
        for event in events
    )


def breaches(events: Any) -> Iterator[EventBreach]:
    """Yield the rules that a recording breaks, event by event.

    Parameters
    ----------
    events : list of dict
        The parsed file.
    """
    if not isinstance(events, list) or len(events) < 2:
        given = f"{len(events)} events" if isinstance(events, list) else type(events).__name__
        yield EventBreach("events", 0, "", given, "a recording is an array of two events or more")
        return
    ours = made_here(events)
    # Windows of one session have pages, numbers and clocks of their own.
    synthetic = not made_of_people(events)
    windows: defaultdict[Any, _Recording] = defaultdict(
        lambda: _Recording(ours=ours, synthetic=synthetic)
    )
    for row, event in enumerate(events):
        fault = fault_of(event)
        if fault is not None:
            rule = _RULE_OF_COLUMN.get(fault.column, "schema")
            yield EventBreach(rule, row, fault.column, fault.given[:120], fault.wanted)
            continue
        try:
            windows[event.get(WINDOW)].take(event)
        except Refusal as refusal:
            rule, column, given, remedy = refusal.breach
            yield EventBreach(rule, row, column, given, remedy)
    if not any(recording.pages for recording in windows.values()):
        yield EventBreach("page", 0, "type", "no FullSnapshot", "a recording holds a page")
    if ours and not any(recording.marked for recording in windows.values()):
        yield EventBreach(
            "synthetic", 0, "type", f"no Custom event {rr.CUSTOM_TAG!r}",
            "a Custom event says whether it is synthetic, and names the provenance",
        )  # fmt: skip


_RULE_OF_COLUMN = {"timestamp": "time", "data/positions": "moves"}


def findings(
    path: Path, *, sample: int = SAMPLE, report: Report | None = None
) -> Iterator[Finding]:
    """Yield everything that is wrong with a recording.

    Parameters
    ----------
    path : Path
        A recording as `deskhand.exports.rrweb.recording_file.events_of` reads it.
    sample : int
        How many events are checked against the JSON Schema as well, the first of each kind among
        them; 0 leaves that out.
    report : Report, optional
        Counts of events and of sampled events are added to it.
    """
    try:
        events = events_of(path)
    except DeskhandError as error:
        yield Finding(rule="readable", path=path, given=str(error), remedy="record it again")
        return
    report = report or Report()
    report.rows += len(events)
    for breach in breaches(events):
        yield Finding(
            rule=breach.rule,
            path=path,
            row=breach.row,
            column=breach.column or None,
            given=breach.given,
            remedy=breach.remedy,
        )
    for row in _sampled(events, sample):
        report.records += 1
        wrong = worst("rrweb", events[row], PACKAGE)
        if wrong is not None:
            remedy = "write the event as rrweb.schema.json says"
            yield Finding(rule="schema", path=path, row=row, given=describe(wrong), remedy=remedy)


def _sampled(events: list[Any], sample: int) -> list[int]:
    if sample <= 0 or not events:
        return []
    chosen = set(range(0, len(events), -(-len(events) // sample)))
    kinds: dict[str, int] = {}
    for row, event in enumerate(events):
        data = event.get("data") if isinstance(event, dict) else None
        told = (data.get("source"), data.get("type")) if isinstance(data, dict) else ()
        kinds.setdefault(f"{event.get('type') if isinstance(event, dict) else None}/{told}", row)
    return sorted(chosen | set(kinds.values()))
