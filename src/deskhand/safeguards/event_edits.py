"""Edits of an event table: rows that go, and rows that come between those that stay."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.compact_tables import compact
from deskhand.events import EVENTS
from deskhand.session import Session

_CONSTANT = ("session_id", "synthetic", "provenance_id")
# Where an added row stands beside one of the table.
_BEFORE, _AT, _AFTER = -1, 0, 1


class Edits:
    """What is to become of one session's events.

    Parameters
    ----------
    session : Session
        The session, which stays as it is.

    Attributes
    ----------
    dropped : NDArray[np.bool_], shape (n,)
        The rows that go.
    released : NDArray[np.int8], shape (n,)
        Bits of ``buttons`` that are to be cleared.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.dropped: NDArray[np.bool_] = np.zeros(len(session.events), np.bool_)
        self.released: NDArray[np.int8] = np.zeros(len(session.events), np.int8)
        self._places: list[tuple[int, int, float]] = []
        self._rows: list[dict[str, Any]] = []
        self._base = {name: session.header[name] for name in _CONSTANT} | {"masked": False}

    def before(
        self, row: int, t_us: int, kind: str, columns: Mapping[str, Any], ahead: int | None = None
    ) -> int:
        """Add a row right before one; behind those added there earlier, or ahead of one of them.

        Returns
        -------
        int
            Its number, for ``ahead``.
        """
        order = len(self._rows) if ahead is None else ahead - 0.5
        return self._add((row, _BEFORE, order), t_us, kind, columns)

    def instead(self, row: int, t_us: int, kind: str, columns: Mapping[str, Any]) -> None:
        """Add a row in the place of one that is dropped."""
        self._add((row, _AT, 0), t_us, kind, columns)

    def after(self, row: int, t_us: int, kind: str, columns: Mapping[str, Any]) -> None:
        """Add a row right after one, behind those that were added there earlier."""
        self._add((row, _AFTER, len(self._rows)), t_us, kind, columns)

    def _add(
        self, place: tuple[int, int, float], t_us: int, kind: str, columns: Mapping[str, Any]
    ) -> int:
        self._places.append(place)
        self._rows.append({**self._base, **columns, "t_us": t_us, "type": kind, "seq": 0})
        return len(self._rows) - 1

    def __bool__(self) -> bool:
        """Return whether anything changes."""
        return bool(self._rows) or bool(self.dropped.any())

    def applied(self) -> Session:
        """Return the session with its events edited; they are numbered anew."""
        events = self.session.events
        if self.released.any():
            buttons = events["buttons"].combine_chunks()
            bits = np.asarray(buttons.fill_null(0)) & ~self.released
            events = with_column(events, "buttons", _with_nulls(bits, buttons))
        kept = np.flatnonzero(~self.dropped)
        added = np.array(self._places, np.float64).reshape(-1, 3)
        table = np.column_stack([kept, np.full((len(kept), 2), (_AT, 0))])
        row, rank, order = np.concatenate([table, added]).T
        parts = [events.take(kept), pa.Table.from_pylist(self._rows, schema=EVENTS)]
        whole = pa.concat_tables(parts).unify_dictionaries().combine_chunks()
        whole = compact(whole.take(np.lexsort((order, rank, row))))
        return replace(self.session, events=with_column(whole, "seq", np.arange(len(whole))))


def _with_nulls(values: NDArray[Any], like: pa.Array) -> pa.Array:
    return pa.array(values, like.type, mask=np.asarray(like.is_null()))


def with_column(table: pa.Table, name: str, values: Any) -> pa.Table:
    """Return the table with one column's values exchanged."""
    field = table.schema.field(name)
    array = values if isinstance(values, pa.Array) else pa.array(values, field.type)
    return table.set_column(table.schema.get_field_index(name), field, array)
