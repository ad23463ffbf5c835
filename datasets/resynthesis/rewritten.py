"""A session with new times, some rows gone and others added, in all of its tables."""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.compact_tables import compact
from deskhand.datasets.resynthesis.session_rows import Flags, Rows, SessionRows
from deskhand.session import Session


class AddedMoves(NamedTuple):
    """Pointer moves that are added.

    Parameters
    ----------
    like : NDArray[np.intp], shape (k,)
        Rows of the session of which they are copies but for time and place.
    after : NDArray[np.intp], shape (k,)
        Rows behind which they stand where times are equal.
    t_us : NDArray[np.int64], shape (k,)
        New times.
    place : NDArray[np.float64], shape (k, 2)
        On the session's `axes`.
    """

    like: Rows
    after: Rows
    t_us: NDArray[np.int64]
    place: NDArray[np.float64]

    @classmethod
    def none(cls) -> "AddedMoves":
        """Return no moves."""
        nothing = np.empty(0, np.intp)
        return cls(nothing, nothing, np.empty(0, np.int64), np.empty((0, 2)))


def rewritten(
    rows: SessionRows,
    times_us: NDArray[np.int64],
    *,
    dropped: Flags | None = None,
    added: AddedMoves | None = None,
    place: NDArray[np.float64] | None = None,
) -> Session:
    """Return the session with its rows at new times.

    Parameters
    ----------
    rows : SessionRows
    times_us : NDArray[np.int64], shape (n,)
        As `Retiming.times_us` gives them.
    dropped : NDArray[np.bool_], shape (n,), optional
    added : AddedMoves, optional
    place : NDArray[np.float64], shape (n, 2), optional
        New places of the rows that have one, on the session's `axes`.

    Returns
    -------
    Session
        Actions and screenshots keep their distances to the events about them; the header counts
        anew. Identifiers and marks are those of the source.
    """
    session = rows.session
    dropped = np.zeros(len(rows), np.bool_) if dropped is None else dropped
    added = AddedMoves.none() if added is None else added
    kept = np.flatnonzero(~dropped)
    source = np.concatenate([kept, added.like])
    t_us = np.concatenate([times_us[kept], added.t_us])
    # Behind its row, and before the row after it.
    rank = np.concatenate([kept.astype(np.float64), added.after + 0.5])
    number = np.concatenate([np.zeros(len(kept), np.int64), np.arange(len(added.like))])
    order = np.lexsort((number, rank, t_us))
    source, t_us = source[order], t_us[order]
    events = session.events.take(source)
    made = order >= len(kept)
    wanted = rows.place[source] if place is None else place[source]
    wanted[made] = added.place[order[made] - len(kept)]
    changed = made if place is None else np.isfinite(wanted).all(axis=1)
    if changed.any():
        events = _placed(rows, events, source, wanted, changed)
    events = _with(events, "t_us", t_us)
    events = compact(_with(events, "seq", np.arange(len(events))))
    moved = _TimesOfOthers(rows.t_us[kept], np.maximum.accumulate(times_us[kept]))
    actions, shots = session.actions, session.screenshots
    for name in ("start_us", "end_us"):
        actions = _with(actions, name, moved(actions[name]))
    shots = _with(shots, "t_us", moved(shots["t_us"]))
    header = {**session.header, "event_count": len(events), "duration_us": int(t_us[-1])}
    return replace(session, header=header, events=events, actions=actions, screenshots=shots)


def _placed(
    rows: SessionRows,
    events: pa.Table,
    source: Rows,
    wanted: NDArray[np.float64],
    changed: Flags,
) -> pa.Table:
    """Return events at new places; the other pair of axes keeps its distance to the first."""
    first = rows.axes[0].removesuffix("_x")
    other = "client" if first == "screen" else "screen"
    for column, axis in enumerate("xy"):
        here = rows.numbers(f"{first}_{axis}")[source]
        shift = rows.numbers(f"{other}_{axis}")[source] - here
        for name, values in ((first, wanted[:, column]), (other, wanted[:, column] + shift)):
            before = rows.numbers(f"{name}_{axis}")[source]
            values = np.where(changed & np.isfinite(before), values, before)
            null = pa.array(values.astype(np.float32), mask=~np.isfinite(values))
            events = _with(events, f"{name}_{axis}", null)
    return events


class _TimesOfOthers:
    """New times of what lies between rows: as long after the row before it, up to the row behind."""

    def __init__(self, old_us: NDArray[np.int64], new_us: NDArray[np.int64]) -> None:
        self._old_us, self._new_us = old_us, new_us

    def __call__(self, column: pa.ChunkedArray) -> NDArray[np.int64]:
        t_us = np.asarray(column).astype(np.int64)
        row = np.maximum(np.searchsorted(self._old_us, t_us, side="right") - 1, 0)
        behind = self._new_us[np.minimum(row + 1, len(self._new_us) - 1)]
        times: NDArray[np.int64] = np.minimum(
            self._new_us[row] + np.maximum(t_us - self._old_us[row], 0), behind
        )
        return times


def _with(table: pa.Table, name: str, values: Any) -> pa.Table:
    field = table.schema.field(name)
    array = values if isinstance(values, pa.Array) else pa.array(values)
    return table.set_column(table.schema.get_field_index(name), field, array.cast(field.type))
