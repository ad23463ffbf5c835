"""The verdict by the plainest way: each stored event is looked up among those sent, in dictionaries.

It shares no code with the judge that it is held against: no sums, no hashes, no sorting of columns.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from deskhand.fleet.identifiers import identifiers
from deskhand.fleet.plan_files import Plan
from deskhand.fleet.tables import Expected, Fault, Outcome
from deskhand.manifest import read_record

NEVER, REFUSED, PERHAPS, TAKEN = range(4)
_RANK = {Outcome.OK: TAKEN, Outcome.FAIL: REFUSED, Outcome.UNKNOWN: PERHAPS}


class Place(NamedTuple):
    """Where something is wrong; of a batch as a whole, seq is None."""

    verdict: str
    batch_id: str | None
    seq: int | None


class Row(NamedTuple):
    """An event as a service stores it."""

    batch_id: str | None
    session_id: str | None
    seq: int | None
    record: bytes | str | None
    order: int = 0
    stored_us: int | None = None


class Attempt(NamedTuple):
    """One attempt to send a batch, or a part of one."""

    first_seq: int
    last_seq: int
    done_us: int
    status: int
    outcome: int


class Batch(NamedTuple):
    """What was sent as a batch, and how it was answered."""

    number: int
    session_id: str
    expected: Expected
    faults: int
    events: Mapping[int, str | None]  # by seq
    attempts: list[Attempt]

    def rank(self, seq: int) -> int:
        """Return the best that is known of an event."""
        ranks = [
            _RANK[Outcome(one.outcome)]
            for one in self.attempts
            if one.first_seq <= seq <= one.last_seq
        ]
        return max(ranks, default=NEVER)

    def best(self) -> int:
        """Return the best that is known of any of it."""
        return max((_RANK[Outcome(one.outcome)] for one in self.attempts), default=NEVER)

    def answered_us(self) -> int:
        """Return when it was first answered ok; else when the last attempt ended."""
        good = [one.done_us for one in self.attempts if one.outcome == Outcome.OK]
        return min(good) if good else max(one.done_us for one in self.attempts)


@lru_cache(maxsize=1 << 18)
def plain(record: bytes | str | None) -> str | None:
    """Return an event so that equal ones are equal texts; None when it is no JSON object."""
    if record is None:
        return None
    try:
        text = record.decode("utf-8") if isinstance(record, bytes) else record
        event = json.loads(text)
    except ValueError:
        return None
    return json.dumps(_plain(event), sort_keys=True) if isinstance(event, dict) else None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if one is not None}
    # JSON has one kind of number.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def read_key(folder: Path, run: Path) -> dict[str, Batch]:
    """Return the batches of a plan by their identifiers, with the attempts of a run."""
    plan = Plan.load(folder)
    start_us = read_record(run / "run.json")["start_unix_us"]
    attempts: dict[int, list[Attempt]] = defaultdict(list)
    for part in sorted((run / "history").glob("part-*.parquet")):
        table = pq.read_table(part, columns=["batch", *Attempt._fields])
        for batch, first, last, done, status, outcome in zip(
            *(table[name].to_pylist() for name in ("batch", *Attempt._fields)), strict=True
        ):
            attempts[batch].append(Attempt(first, last, done + start_us, status, outcome))
    pool = [
        {int(seq): plain(record) for seq, record in zip(one.seq, one.records, strict=True)}
        for one in plan.pool_batch_list()
    ]
    found = {}
    for shard in plan.shards:
        sessions, batches = plan.sessions(shard), plan.batches(shard)
        alias = dict(
            zip(sessions["session"].to_pylist(), sessions["alias"].to_pylist(), strict=True)
        )
        names = ("batch", "session", "pool_batch", "expected", "faults")
        columns = [batches[name].to_pylist() for name in names]
        batch_ids = _texts(plan, "batch", columns[0])
        session_ids = _texts(plan, "session", [alias[session] for session in columns[1]])
        for name, session_id, number, which, expected, faults in zip(
            batch_ids, session_ids, columns[0], *columns[2:], strict=True
        ):
            tried = sorted(attempts.get(number, ()), key=lambda one: one.done_us)
            found[name] = Batch(number, session_id, Expected(expected), faults, pool[which], tried)
    return found


def _texts(plan: Plan, what: str, numbers: list[int]) -> list[str]:
    return [text.decode() for text in identifiers(plan.seed, what, numbers).tolist()]


def rows_of(table: pa.Table) -> Iterable[Row]:
    """Yield the rows of a table with columns as the collector's."""
    nothing = [None] * table.num_rows
    names = ("batch_id", "session_id", "seq", "record", "row", "stored_us")
    columns = [table[n].to_pylist() if n in table.column_names else nothing for n in names]
    for *head, order, stored_us in zip(*columns, strict=True):
        yield Row(*head, 0 if order is None else order, stored_us)


def judge(
    key: Mapping[str, Batch],
    rows: Iterable[Row],
    *,
    ordered: bool = False,
    late_s: float | None = None,
) -> "Counter[Place]":
    """Return what is wrong, place by place."""
    found: Counter[Place] = Counter()
    sessions = {batch.session_id for batch in key.values()}
    stored: dict[str, dict[int, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        batch = key.get(row.batch_id or "")
        seq = row.seq if row.seq is not None and 0 <= row.seq < 2**31 else None
        named = row.batch_id if batch else None
        if plain(row.record) is None and (row.session_id not in sessions or seq is None):
            refused = batch is not None and batch.expected == Expected.REJECT
            found[Place("WRONGLY_ACCEPTED" if refused else "CORRUPTED", named, seq)] += 1
        elif batch is None or seq is None or row.session_id != batch.session_id:
            found[Place("PHANTOM", named, seq)] += 1
        else:
            stored[str(row.batch_id)][seq].append(row)
    for name, batch in key.items():
        there = stored.get(name, {})
        found.update(_events(name, batch, there))
        _answer(name, batch, found)
        if batch.expected != Expected.REJECT and batch.best() >= PERHAPS:
            if ordered:
                found.update(_misordered(name, batch, there))
            if late_s is not None:
                found.update(_late(name, batch, there, late_s))
    return found


def _events(name: str, batch: Batch, there: Mapping[int, list[Row]]) -> Iterable[Place]:
    one_rank = all(
        one.first_seq <= min(batch.events) and one.last_seq >= max(batch.events)
        for one in batch.attempts
    )
    rank = batch.best()
    for seq, event in batch.events.items():
        kept = there.get(seq, ())
        if not one_rank:
            rank = batch.rank(seq)
        same = sum(plain(row.record) == event for row in kept)
        other = len(kept) - same
        if batch.expected == Expected.REJECT:
            yield from [Place("WRONGLY_ACCEPTED", name, seq)] * len(kept)
        elif rank < PERHAPS:
            yield from [Place("PHANTOM", name, seq)] * len(kept)
        else:
            yield from [Place("DUPLICATED", name, seq)] * (same - 1)
            yield from [Place("CORRUPTED", name, seq)] * other
            if not kept and rank == TAKEN and batch.expected == Expected.ACCEPT:
                yield Place("LOST", name, seq)
    for seq in set(there) - set(batch.events):
        yield from [Place("PHANTOM", name, seq)] * len(there[seq])


def _answer(name: str, batch: Batch, found: "Counter[Place]") -> None:
    """Count what the answers alone say."""
    if batch.expected == Expected.REJECT and batch.best() == TAKEN:
        # It is told of as a whole, whatever of it is stored.
        for seq in [*batch.events, None]:
            found.pop(Place("WRONGLY_ACCEPTED", name, seq), None)
        found[Place("WRONGLY_ACCEPTED", name, None)] = len(batch.events)
    if batch.expected != Expected.ACCEPT:
        return
    refused = 0
    for seq in batch.events:
        last = [one for one in batch.attempts if one.first_seq <= seq <= one.last_seq][-1:]
        no = bool(last) and 400 <= last[0].status < 500 and last[0].status not in (408, 429)
        refused += no and batch.rank(seq) == REFUSED
    if refused:
        found[Place("WRONGLY_REJECTED", name, None)] += refused


def _misordered(name: str, batch: Batch, there: Mapping[int, list[Row]]) -> Iterable[Place]:
    first, last = min(batch.events), max(batch.events)
    firsts = sorted(
        (min(row.order for row in rows), seq) for seq, rows in there.items() if first <= seq <= last
    )
    highest = -1
    for _, seq in firsts:
        if seq < highest:
            yield Place("MISORDERED", name, seq)
        highest = max(highest, seq)


def _late(
    name: str, batch: Batch, there: Mapping[int, list[Row]], late_s: float
) -> Iterable[Place]:
    until_us = batch.answered_us() + round(late_s * 1e6)
    for seq, rows in there.items():
        if not min(batch.events) <= seq <= max(batch.events):
            continue
        times = [row.stored_us for row in rows if row.stored_us is not None]
        if times and min(times) > until_us:
            yield Place("LATE", name, seq)


def faults_of(key: Mapping[str, Batch], places: "Counter[Place]") -> "Counter[tuple[str, str]]":
    """Return events by verdict and by the faults of their batches."""
    found: Counter[tuple[str, str]] = Counter()
    for place, events in places.items():
        struck = key[place.batch_id].faults if place.batch_id else 0
        for name in [str(fault.name) for fault in Fault if struck & fault] or ["NONE"]:
            found[place.verdict, name] += events
    return found
