"""Records of somebody's own schema as canonical sessions, as far as the mapping can be turned round."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.errors import DeskhandError
from deskhand.events import EVENTS, SESSIONS
from deskhand.exports.capture_files import content_of
from deskhand.exports.captured import capture_id, captured_session
from deskhand.exports.losses import Dropped
from deskhand.exports.mapping.mapping_file import EventRule, OwnMapping, event_rules
from deskhand.exports.mapping.positions import Place, pointer
from deskhand.exports.mapping.shape import leaves, shape_of, sorted_out, values_at
from deskhand.exports.mapping.template import Clock, Each, Items, Members, Node, Value
from deskhand.exports.mapping.value_back import column_of, times_of
from deskhand.exports.mapping.value_text import Integers
from deskhand.session import Session

SOURCE = "mapping"
# Columns of the session's header go through the table of rows under names that events have not.
_HEADER = "session."
_TIMES = ("epoch", "session", "start")
# Written by `captured_session` for all rows.
_MARKS = ("session_id", "seq", "synthetic", "provenance_id")


def records_of(path: Path, form: str) -> tuple[bytes, list[Any]]:
    """Return a file's bytes and its records.

    Raises
    ------
    DeskhandError
        When the file is no JSON of that form: with the line.
    """
    content = content_of(path)
    if form != "jsonl":
        try:
            value = orjson.loads(content)
        except ValueError as error:
            raise DeskhandError(f"{path}: not JSON ({error}); write it again.") from error
        if form == "json":
            return content, [value]
        if not isinstance(value, list):
            raise DeskhandError(f"{path}: no array; the mapping says json-array; correct its form.")
        return content, value
    records = []
    for line, text in enumerate(content.splitlines(), 1):
        if not text.strip():
            continue
        try:
            records.append(orjson.loads(text))
        except ValueError as error:
            raise DeskhandError(
                f"{path} line {line}: not JSON ({error}); every line holds one record; cut the line "
                "off, or write the file again."
            ) from error
    return content, records


def read_file(path: Path, mapping: OwnMapping, dropped: Dropped) -> Iterator[Session]:
    """Yield the sessions of one file.

    Parameters
    ----------
    path : pathlib.Path
        A file of records.
    mapping : OwnMapping
        What they look like.
    dropped : Dropped
        Counts what stands for no canonical event or column.
    """
    content, records = records_of(path, mapping.form)
    if not records:
        return
    rows = _rows(records, mapping, dropped)
    if rows is None:
        raise DeskhandError(
            f"{path}: no record of it is one that {mapping.source.path.name} makes; is it the mapping "
            "of these records?"
        )
    for session_id, part in _by_session(rows):
        yield _session(part, session_id or capture_id(content), dropped)


def _rows(records: Sequence[Any], mapping: OwnMapping, dropped: Dropped) -> pa.Table | None:
    """Return the events of all records as one table, in the order of the file."""
    types: dict[Place, set[str]] = {}
    for one in event_rules(mapping):
        types.setdefault(one.rule.place, set()).update(one.types)
    shapes = [shape_of(rule.record, types[rule.place]) for rule in mapping.rules]
    found = sorted_out(records, shapes)
    dropped.add("a record that no rule of the mapping makes", int(np.sum(found < 0)))
    parts = []
    for k, rule in enumerate(mapping.rules):
        numbers = np.flatnonzero(found == k)
        own = [records[number] for number in numbers.tolist()]
        if not own:
            continue
        _strange(own, rule.record, dropped)
        if rule.each is None:
            one = EventRule(rule=rule, entry=None)
            parts.append(_events(one, own, numbers, None, dropped))
            continue
        place = next(p for p, node in leaves(rule.record) if isinstance(node, Each))
        lists = [v if isinstance(v, list) else [] for v in values_at(own, place)]
        outer = np.repeat(np.arange(len(own)), [len(one) for one in lists])
        entries = [entry for one in lists for entry in one]
        rules = [EventRule(rule=rule, entry=entry) for entry in rule.each.rules]
        inner = [shape_of(one.entry.record, one.types) for one in rules if one.entry]
        which = sorted_out(entries, inner)
        dropped.add(
            f"{pointer(place)}: an entry that no rule of the mapping makes", int(np.sum(which < 0))
        )
        for n, one in enumerate(rules):
            at = np.flatnonzero(which == n)
            picked = [entries[number] for number in at.tolist()]
            if one.entry is not None and picked:
                _strange(picked, one.entry.record, dropped)
                batches = _Batches(records=own, of_entry=outer[at])
                parts.append(_events(one, picked, numbers[outer[at]], batches, dropped))
    parts = [part for part in parts if part is not None]
    if not parts:
        return None
    rows = pa.concat_tables(parts, promote_options="default").combine_chunks()
    order = "seq" if "seq" in rows.column_names and not rows["seq"].null_count else "record"
    return rows.take(np.argsort(rows[order].to_numpy(), kind="stable"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batches:
    """The records around entries, and for each entry the number of its record among them."""

    records: Sequence[Any]
    of_entry: Integers


def _strange(records: Sequence[Any], node: Node, dropped: Dropped, place: Place = ()) -> None:
    """Count members that the mapping does not name."""
    if isinstance(node, Members):
        known = node.members
        objects = [r for r in records if isinstance(r, dict)]
        for name, count in Counter(k for r in objects for k in r if k not in known).items():
            dropped.add(
                f"{pointer((*place, name))}: a member that the mapping does not name", count
            )
        for name, inner in known.items():
            if isinstance(inner, Members | Items):
                _strange([r.get(name) for r in objects], inner, dropped, (*place, name))
    elif isinstance(node, Items):
        for number, inner in enumerate(node.items):
            if isinstance(inner, Members | Items):
                _strange(values_at(records, (number,)), inner, dropped, (*place, number))


def _events(
    one: EventRule,
    records: Sequence[Any],
    numbers: Integers,
    batches: _Batches | None,
    dropped: Dropped,
) -> pa.Table | None:
    """Return the events that records, or entries of batches, stand for; one row each."""
    columns: dict[str, pa.Array] = {"record": pa.array(numbers)}
    for name, values in one.filters.items():
        fixed = one.fixed(name)
        if fixed:
            columns[name] = pa.array([values[0]] * len(records), _plain(EVENTS.field(name).type))
    clocks: dict[tuple[str, str], tuple[Integers, NDArray[np.bool_]]] = {}
    bits: dict[str, list[tuple[int, pa.Array]]] = {}
    sides: list[tuple[Node, Sequence[Any], Integers | None, Place]] = [
        (one.rule.record, batches.records if batches else records, _of_entry(batches), ())
    ]
    if one.entry is not None:
        sides.append((one.entry.record, records, None, ("*",)))
    for template, given, spread, above in sides:
        for place, node in leaves(template):
            where = pointer((*above, *place))
            if isinstance(node, Clock):
                if node.of in ("event", "start"):
                    kind = "start" if node.of == "start" else node.since
                    if (kind == "start") and node.since != "epoch":
                        continue
                    times = times_of(node, values_at(given, place), where, dropped)
                    side = "outer" if spread is not None else "own"
                    clocks[kind, side] = (
                        times if spread is None else (times[0][spread], times[1][spread])
                    )
                continue
            if not isinstance(node, Value):
                continue
            column = column_of(node, values_at(given, place), where, dropped)
            if spread is not None:
                column = column.take(pa.array(spread))
            name = f"{_HEADER}{node.name}" if node.of_session else node.name
            if "bit" in node.options:
                bits.setdefault(name, []).append((node.options["bit"], column))
            else:
                columns[name] = column
    columns.update({name: _from_bits(parts) for name, parts in bits.items()})
    return _timed(one, columns, clocks, dropped)


def _of_entry(batches: _Batches | None) -> Integers | None:
    return None if batches is None else batches.of_entry


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _from_bits(parts: Sequence[tuple[int, pa.Array]]) -> pa.Array:
    total = np.zeros(len(parts[0][1]), np.int64)
    known = np.zeros(len(total), np.bool_)
    for bit, column in parts:
        total += bit * np.asarray(column.fill_null(False))
        known |= np.asarray(column.is_valid())
    return pa.array(total, mask=~known).cast(pa.int8())


def _timed(
    one: EventRule,
    columns: dict[str, pa.Array],
    clocks: dict[tuple[str, str], tuple[Integers, NDArray[np.bool_]]],
    dropped: Dropped,
) -> pa.Table | None:
    """Add the columns of times; rows without type or time are dropped."""
    n = len(columns["record"])
    types = sorted(one.types)
    if "type" not in columns:
        if len(types) > 1:
            dropped.add(f"{pointer(one.place)}: a record of one of {', '.join(types)}", n)
            return None
        columns["type"] = pa.array(types * n)
    keep = np.asarray(columns["type"].is_valid())
    offset = clocks.get(("batch", "own"))
    timed = np.zeros(n, np.bool_)
    for kind in _TIMES:
        times_us, known = np.zeros(n, np.int64), np.zeros(n, np.bool_)
        if (kind, "own") in clocks:
            times_us, known = clocks[kind, "own"]
        elif (kind, "outer") in clocks and (kind == "start" or offset is not None):
            times_us, known = clocks[kind, "outer"]
            if kind != "start" and offset is not None:
                times_us, known = times_us + offset[0], known & offset[1]
        columns[f"us.{kind}"] = pa.array(times_us, mask=~known)
        timed |= known & (kind != "start")
    dropped.add(f"{pointer(one.place)}: a record without a type", int(np.sum(~keep)))
    dropped.add(f"{pointer(one.place)}: a record without a time", int(np.sum(keep & ~timed)))
    return pa.table(columns).filter(pa.array(keep & timed))


def _by_session(rows: pa.Table) -> Iterator[tuple[str | None, pa.Table]]:
    """Yield the rows of each session; a file in which not all rows name one holds one."""
    given = [n for n in ("session_id", f"{_HEADER}session_id") if n in rows.column_names]
    ids = pc.coalesce(*(rows[name] for name in given)) if given else None
    if ids is None or ids.null_count:
        known = ids.drop_null() if ids is not None else []
        yield (known[0].as_py() if len(known) else None), rows
        return
    for session_id in ids.unique().to_pylist():
        yield session_id, rows.filter(pc.equal(ids, session_id))


def _first(rows: pa.Table, name: str) -> Any:
    if name not in rows.column_names:
        return None
    known = rows[name].drop_null()
    return known[0].as_py() if len(known) else None


def _session(rows: pa.Table, session_id: str, dropped: Dropped) -> Session:
    header = {
        name.removeprefix(_HEADER): _first(rows, name)
        for name in rows.column_names
        if name.startswith(_HEADER)
    }
    header = {name: value for name, value in header.items() if value is not None}
    start_us, t_us = _times_us(rows, header, dropped)
    start_wall_us = header.get("start_wall_us", start_us - header.get("clock_skew_us", 0))
    synthetic = header.get("synthetic", _first(rows, "synthetic"))
    provenance = header.get("provenance_id", _first(rows, "provenance_id"))
    if not session_id.startswith(("syn_", "cap_", "der_")):
        session_id = f"{'syn' if synthetic else 'cap'}_{session_id}"
    columns = {name: rows[name] for name in EVENTS.names if name in rows.column_names}
    for name in _MARKS:
        columns.pop(name, None)
    if "masked" in columns:
        columns["masked"] = columns["masked"].fill_null(False)
    computed = ("event_count", "action_count", "duration_us", "start_wall_us", *_MARKS)
    return captured_session(
        {**columns, "t_us": t_us},
        session_id=session_id,
        start_wall_us=start_wall_us,
        source=SOURCE,
        made_by=str(provenance or "unknown") if synthetic else None,
        header={k: v for k, v in header.items() if k in SESSIONS.names and k not in computed},
    )


def _times_us(rows: pa.Table, header: dict[str, Any], dropped: Dropped) -> tuple[int, Integers]:
    """Return the wall clock of the session's start, by the person's computer, and times since then."""
    wall, known = _column(rows, "us.epoch")
    since, counted = _column(rows, "us.session")
    start = _first(rows, "us.start")
    if start is None and "start_wall_us" in header:
        start = header["start_wall_us"] + header.get("clock_skew_us", 0)
    both = known & counted
    if start is None and both.any():
        start = int(np.min((wall - since)[both]))
    if start is None:
        start = int(np.min(wall[known])) if known.any() else 0
    t_us = np.where(counted, since, wall - start)
    # A clock that was floored shows a little less than the start.
    early = t_us < -1_000_000
    dropped.add("an event from before its session's start; put at the start", int(np.sum(early)))
    return start, np.maximum(t_us, 0)


def _column(rows: pa.Table, name: str) -> tuple[Integers, NDArray[np.bool_]]:
    column = rows[name].combine_chunks()
    return column.fill_null(0).to_numpy(), np.asarray(column.is_valid())
