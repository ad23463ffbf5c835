"""The records of a session as text, built column by column and put in the order they were written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.events import SESSIONS
from deskhand.exports.mapping.mapping_file import OwnMapping
from deskhand.exports.mapping.positions import LocatedJson, Place
from deskhand.exports.mapping.template import (
    Batch,
    Clock,
    Constant,
    Count,
    Each,
    Filter,
    Items,
    Members,
    Node,
    Rule,
    Value,
)
from deskhand.exports.mapping.value_text import (
    TEXT,
    Integers,
    clock_text,
    count_text,
    json_text,
    value_text,
)
from deskhand.session import Session

Mask = NDArray[np.bool_]
_NOTHING = pa.scalar("", TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTexts:
    """The records of a session.

    Parameters
    ----------
    texts : pyarrow.Array of large_string, shape (n,)
        Each record as JSON.
    rule : ndarray of int, shape (n,)
        Which rule made it.
    entries : mapping of int to ndarray of int
        For the number of a record that is a batch: the rule within the batch of each of its events.
    """

    texts: pa.Array
    rule: Integers
    entries: Mapping[int, Integers]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """The records, or the entries of batches, that one rule makes: n of each."""

    session: Session
    source: LocatedJson
    # One row of the event table a record: of a batch its first.
    events: pa.Table
    last_us: Integers
    # Of an entry: the time of the first event of its batch.
    first_us: Integers
    number: Integers
    count: Integers
    # The entries of each batch, joined.
    each: pa.Array | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """The events of one rule: rows of the table, where each record begins among them, its entries."""

    rows: Integers
    starts: Integers
    entry: Integers

    @property
    def ends(self) -> Integers:
        return np.append(self.starts[1:], len(self.rows))


def record_texts(mapping: OwnMapping, session: Session) -> RecordTexts:
    """Return the records of a session.

    Parameters
    ----------
    mapping : OwnMapping
        What they look like.
    session : Session
        A canonical session.

    Raises
    ------
    DeskhandError
        When a value has no place in the mapping: with its line.
    """
    events = session.events.combine_chunks()
    t_us = events["t_us"].to_numpy()
    taken = list(_taken(mapping.rules, events, t_us))
    # A batch is written after the last of its events.
    last = [one.rows[one.ends - 1] if len(one.rows) else one.rows for one in taken]
    order = np.argsort(np.concatenate(last), kind="stable")
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    ends = np.cumsum([len(one.starts) for one in taken])
    texts: list[pa.Array] = []
    entries: dict[int, Integers] = {}
    for rule, one, numbers in zip(mapping.rules, taken, np.split(number, ends[:-1]), strict=True):
        if not len(one.rows):
            continue
        first, final = one.rows[one.starts], one.rows[one.ends - 1]
        part = _Part(
            session=session,
            source=mapping.source,
            events=events.take(pa.array(first)),
            last_us=t_us[final],
            first_us=t_us[first],
            number=numbers,
            count=one.ends - one.starts,
            each=None
            if rule.each is None
            else _entries(rule.each, one, numbers, events, mapping, session),
        )
        texts.append(_whole(rule.record, part))
        if rule.each is not None:
            split = np.split(one.entry, one.starts[1:])
            entries.update(zip(numbers.tolist(), split, strict=True))
    made = np.repeat(np.arange(len(taken)), [len(one.starts) for one in taken])
    whole = pa.concat_arrays(texts) if texts else pa.array([], TEXT)
    if len(texts) > 1:
        whole = whole.take(pa.array(order))
    return RecordTexts(texts=whole, rule=made[order], entries=entries)


def _taken(rules: Sequence[Rule], events: pa.Table, t_us: Integers) -> list[_Taken]:
    free = np.ones(len(events), np.bool_)
    found = []
    for rule in rules:
        hit = free & _matches(rule.when, events)
        entry = np.zeros(len(events), np.int64)
        if rule.each is not None:
            open_ = hit.copy()
            for k, inner in enumerate(rule.each.rules):
                own = open_ & _matches(inner.when, events)
                entry[own] = k
                open_ &= ~own
            hit &= ~open_
        free &= ~hit
        rows = np.flatnonzero(hit)
        starts = (
            np.arange(len(rows)) if rule.batch is None else _starts(rule.batch, rows, events, t_us)
        )
        found.append(_Taken(rows=rows, starts=starts, entry=entry[rows]))
    return found


def _matches(when: Mapping[str, Filter], events: pa.Table) -> Mask:
    found = np.ones(len(events), np.bool_)
    for name, wanted in when.items():
        column = _chunk(events[name])
        words = column.dictionary if pa.types.is_dictionary(column.type) else column
        given = [v for v in wanted.values if v is not None]
        known = pc.is_in(words, value_set=pa.array(given, words.type))
        if words is not column:
            known = known.take(column.indices)
        hit = pc.if_else(column.is_valid(), known, None in wanted.values)
        found &= np.asarray(hit) ^ wanted.negated
    return found


def _chunk(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks else pa.array([], column.type)


def _starts(batch: Batch, rows: Integers, events: pa.Table, t_us: Integers) -> Integers:
    """Return where batches begin among the rows of a rule; a loop over batches, not events."""
    times_us = t_us[rows]
    changes = np.zeros(len(rows), np.bool_)
    for name in batch.same:
        column = _chunk(events[name]).take(pa.array(rows))
        codes = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        code = codes.indices.fill_null(-1).to_numpy()
        changes[1:] |= code[1:] != code[:-1]
    breaks = np.append(np.flatnonzero(changes), len(rows))
    starts, at = [], 0
    while at < len(rows):
        starts.append(at)
        end = int(breaks[np.searchsorted(breaks, at, "right")])
        if batch.count is not None:
            end = min(end, at + batch.count)
        if batch.window_us is not None:
            end = min(end, int(np.searchsorted(times_us, times_us[at] + batch.window_us)))
        at = end
    return np.array(starts, np.int64)


def _entries(
    each: Each,
    one: _Taken,
    numbers: Integers,
    events: pa.Table,
    mapping: OwnMapping,
    session: Session,
) -> pa.Array:
    """Return the entries of each batch as text, with commas between them."""
    t_us = events["t_us"].to_numpy()
    batch = np.repeat(np.arange(len(one.starts)), one.ends - one.starts)
    first_us = t_us[one.rows[one.starts]][batch]
    texts, places = [], []
    for k, rule in enumerate(each.rules):
        place = np.flatnonzero(one.entry == k)
        if not len(place):
            continue
        part = _Part(
            session=session,
            source=mapping.source,
            events=events.take(pa.array(one.rows[place])),
            last_us=t_us[one.rows[one.ends - 1]][batch[place]],
            first_us=first_us[place],
            number=numbers[batch[place]],
            count=(one.ends - one.starts)[batch[place]],
        )
        texts.append(_whole(rule.record, part))
        places.append(place)
    whole = pa.concat_arrays(texts).take(pa.array(np.argsort(np.concatenate(places))))
    comma = np.ones(len(one.rows), np.bool_)
    comma[one.starts] = False
    commas = pc.if_else(pa.array(comma), pa.scalar(",", TEXT), _NOTHING)
    whole = pc.binary_join_element_wise(commas, whole, _NOTHING)
    # The entries lie end to end in one buffer: a batch is a piece of it.
    _, offsets, text = whole.buffers()
    ends = np.frombuffer(offsets, np.int64)[whole.offset : whole.offset + len(whole) + 1]
    cuts = ends[np.append(one.starts, len(one.rows))]
    return pa.LargeStringArray.from_buffers(len(one.starts), pa.py_buffer(cuts.tobytes()), text)


def _whole(node: Node, part: _Part) -> pa.Array:
    text = _text(node, part, "")
    if text is None:
        text = "{}" if isinstance(node, Members) else "null"
    if isinstance(text, str):
        return pa.array([text], TEXT).take(pa.array(np.zeros(len(part.number), np.int64)))
    return text.fill_null("{}" if isinstance(node, Members) else "null")


def _text(node: Node, part: _Part, prefix: str) -> pa.Array | str | None:
    """Return a node's text: one string where it is the same in all rows, None where it is nowhere."""
    if isinstance(node, Constant):
        return prefix + json_text(node.value)
    if isinstance(node, Value):
        if not node.of_session:
            return value_text(node, _chunk(part.events[node.name]), prefix, part.source)
        header = pa.array([part.session.header[node.name]], SESSIONS.field(node.name).type)
        one: str | None = value_text(node, header, prefix, part.source)[0].as_py()
        return one
    if isinstance(node, Clock):
        return clock_text(node, _times_us(node, part), prefix)
    if isinstance(node, Count):
        return _count(node, part, prefix)
    if isinstance(node, Each):
        parts = [pa.scalar(f"{prefix}[", TEXT), part.each, pa.scalar("]", TEXT), _NOTHING]
        return pc.binary_join_element_wise(*parts)
    if isinstance(node, Items):
        items = [_text(item, part, "") for item in node.items]
        whole = [
            "null" if i is None else i if isinstance(i, str) else i.fill_null("null") for i in items
        ]
        return _bracketed(whole, f"{prefix}[", "]", omit=False) if whole else f"{prefix}[]"
    members = [_text(n, part, f"{json_text(name)}:") for name, n in node.members.items()]
    found = [text for text in members if text is not None]
    if not found:
        return None if node.members else f"{prefix}{{}}"
    return _bracketed(found, f"{prefix}{{", "}", omit=True)


def _bracketed(
    parts: Sequence[pa.Array | str], begin: str, end: str, *, omit: bool
) -> pa.Array | str:
    """Join texts with commas; where all are null and ``omit``, null."""
    merged: list[pa.Array | str] = []
    for one in parts:
        if isinstance(one, str) and merged and isinstance(merged[-1], str):
            merged[-1] = f"{merged[-1]},{one}"
        else:
            merged.append(one)
    if isinstance(merged[0], str) and len(merged) == 1:
        return f"{begin}{merged[0]}{end}"
    scalars = [pa.scalar(one, TEXT) if isinstance(one, str) else one for one in merged]
    if len(scalars) == 1:
        joined = scalars[0]
        return pc.binary_join_element_wise(
            pa.scalar(begin, TEXT), joined, pa.scalar(end, TEXT), _NOTHING
        )
    nothing = None
    if omit and not any(isinstance(one, str) for one in merged):
        nothing = reduce(pc.and_, [one.is_null() for one in scalars])
        # Arrow leaves rows out of the result in which there is nothing to join.
        scalars[0] = pc.if_else(nothing, _NOTHING, scalars[0])
    joined = pc.binary_join_element_wise(*scalars, pa.scalar(",", TEXT), null_handling="skip")
    whole = pc.binary_join_element_wise(
        pa.scalar(begin, TEXT), joined, pa.scalar(end, TEXT), _NOTHING
    )
    return whole if nothing is None else pc.if_else(nothing, pa.scalar(None, TEXT), whole)


def _times_us(node: Clock, part: _Part) -> Integers:
    header = part.session.header
    n = len(part.number)
    match node.of:
        case "start":
            times_us = np.zeros(n, np.int64)
        case "end":
            times_us = np.full(n, int(header["duration_us"]), np.int64)
        case "last":
            times_us = part.last_us
        case _:
            times_us = part.events["t_us"].to_numpy()
    if node.since == "epoch":
        return times_us + int(header["start_wall_us"]) + int(header["clock_skew_us"])
    return times_us - part.first_us if node.since == "batch" else times_us


def _count(node: Count, part: _Part, prefix: str) -> pa.Array | str:
    if node.what == "count":
        return count_text(part.count, prefix, as_string=node.as_string)
    if node.what == "number":
        return count_text(part.number, prefix, as_string=node.as_string)
    # RFC 9562, version 8: digits of one's own around the marks of version and variant.
    digits = sha256(part.session.session_id.encode()).hexdigest()
    kind = {"uuid session": "8", "uuid record": "9", "uuid event": "a"}[node.what]
    head = f"{digits[:8]}-{digits[8:12]}-8{digits[12:15]}-{kind}{digits[15:18]}-"
    if node.what == "uuid session":
        return f"{prefix}{json_text(head + digits[18:30])}"
    counted = part.number if node.what == "uuid record" else part.events["seq"].to_numpy()
    number = pc.utf8_lpad(pa.array(counted).cast(TEXT), 12, "0")
    parts = [pa.scalar(f'{prefix}"{head}', TEXT), number, pa.scalar('"', TEXT), _NOTHING]
    return pc.binary_join_element_wise(*parts)


def made_by(mapping: OwnMapping, records: RecordTexts, number: int, place: Sequence[Any]) -> Place:
    """Return the place in the mapping of what made a part of a record.

    Parameters
    ----------
    mapping : OwnMapping
        The mapping.
    records : RecordTexts
        What it made.
    number : int
        The record.
    place : sequence of str and int
        The part of the record.
    """
    node: Node = mapping.rules[int(records.rule[number])].record
    for key in place:
        if isinstance(node, Each) and isinstance(key, int):
            node = node.rules[int(records.entries[number][key])].record
        elif isinstance(node, Members) and key in node.members:
            node = node.members[str(key)]
        elif isinstance(node, Items) and isinstance(key, int):
            node = node.items[key]
        else:
            break
    return node.place
