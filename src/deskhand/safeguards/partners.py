"""Rows that belong together: every down has its up, also where the recorder looked away."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.safeguards.event_edits import Edits

Row = Mapping[str, Any]


class _Kind(NamedTuple):
    opens: str
    closes: tuple[str, ...]
    by: str | None


# A masked key has no code: of those, the one that has been down longest comes up first.
KINDS = (
    _Kind("pointerdown", ("pointerup", "pointercancel"), "button"),
    _Kind("keydown", ("keyup",), "code"),
    _Kind("select.open", ("select.close",), "target"),
    _Kind("idle.start", ("idle.end",), None),
)
# W3C: what a button adds to the bits of ``buttons``, by its number.
_BITS = {0: 1, 1: 4, 2: 2, 3: 8, 4: 16}


@dataclass(slots=True)
class Partners:
    """A row that opens, the one that closes it, and what repeats in between."""

    opens: int
    row: Row
    closes: int | None = None
    repeats: list[int] = field(default_factory=list)


def partners(events: pa.Table) -> Iterator[Partners]:
    """Yield the rows of one session's events that belong together.

    Parameters
    ----------
    events : pyarrow.Table
        Of the schema `deskhand.events.EVENTS`.
    """
    kind_of = {kind.opens: kind for kind in KINDS}
    kind_of |= {word: kind for kind in KINDS for word in kind.closes}
    wanted = pa.array(list(kind_of))
    where = np.flatnonzero(np.asarray(pc.is_in(events["type"].cast(pa.string()), wanted)))
    waiting: dict[tuple[str, Any], list[Partners]] = {}
    found: list[Partners] = []
    for place, row in zip(where.tolist(), events.take(where).to_pylist(), strict=True):
        kind = kind_of[row["type"]]
        group = waiting.setdefault((kind.opens, row[kind.by] if kind.by else None), [])
        if row["type"] != kind.opens:
            if group:
                group.pop(0).closes = place
        elif row["repeat"]:
            if group:
                group[-1].repeats.append(place)
        else:
            group.append(Partners(place, row))
            found.append(group[-1])
    yield from found


def keep_partners(edits: Edits, close: Callable[[int, int, str, Row], None]) -> None:
    """Drop ups whose down goes, and give the downs that stay their up.

    Parameters
    ----------
    edits : Edits
        With all rows dropped that the recorder does not see.
    close : callable
        Adds the up of a down: where the dropped up stood, not before which time, type and columns.
    """
    for each in partners(edits.session.events):
        opens, closes = each.opens, each.closes
        if edits.dropped[opens]:
            edits.dropped[each.repeats] = True
            if closes is not None:
                edits.dropped[closes] = True
            if each.row["type"] == "pointerdown":
                edits.released[opens:closes] |= _bit(each.row)
        elif closes is not None and edits.dropped[closes]:
            close(closes, int(each.row["t_us"]), *_up(each.row))


def _up(down: Row) -> tuple[str, dict[str, Any]]:
    """Return the type and the columns of the row that ends a down where it was."""
    kind = next(kind for kind in KINDS if kind.opens == down["type"])
    columns = {name: value for name, value in down.items() if value is not None}
    if kind.opens == "pointerdown":
        columns["buttons"] = int(down["buttons"] or 0) & ~_bit(down)
    return kind.closes[0], columns


def _bit(row: Row) -> int:
    return _BITS.get(row["button"], 0)
