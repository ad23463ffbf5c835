"""A recording to fit on: pointer events of several people as plain columns.

Two forms are read: a tidy table, one row an event, and the canonical tables of sessions.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from deskhand.errors import DeskhandError
from deskhand.session import Session

EVENTS = ("move", "drag", "down", "up", "scroll")
MOVE, DRAG, DOWN, UP, SCROLL = range(5)
REQUIRED = ("user", "t_s", "event", "x", "y")
TARGET = ("target_x", "target_y", "target_w", "target_h")
# Later than any clock in seconds; sums of two such times in us still fit 64 bits.
LATEST_S = 1e12
# Longer than the longest page a browser scrolls (33 million px); what is farther off is no place.
FARTHEST_PX = 1e8
WORDS_SHOWN = 5
_CANONICAL = {"pointermove": MOVE, "pointerdown": DOWN, "pointerup": UP, "scroll": SCROLL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Pointer events, session after session, each in the order of time.

    Parameters
    ----------
    people : sequence of str, length p
        Names, in the order in which they are first met.
    person : NDArray[np.int32], shape (n,)
        Whose event: a place in ``people``.
    session : NDArray[np.int32], shape (n,)
        Number of the session; sessions stand one after another.
    t_us : NDArray[np.int64], shape (n,)
        Time on the session's own clock.
    event : NDArray[np.int8], shape (n,)
        Code: a place in `EVENTS`; ``drag`` is a move with a button held.
    button : NDArray[np.int32], shape (n,)
        Code: a place in ``buttons``; -1 is none.
    buttons : sequence of str
        Words of the column ``button``.
    x, y : NDArray[np.float64], shape (n,)
        Place in px; NaN where an event has none. Of a scroll, y is the new offset where the
        recorder keeps offsets.
    target : NDArray[np.float64], shape (n, 4)
        Centre x, centre y, width and height in px of the element meant; NaN where not known.
    """

    people: Sequence[str]
    person: NDArray[np.int32]
    session: NDArray[np.int32]
    t_us: NDArray[np.int64]
    event: NDArray[np.int8]
    button: NDArray[np.int32]
    buttons: Sequence[str]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    target: NDArray[np.float64]

    def of_people(self, chosen: Iterable[int]) -> "Recording":
        """Return the events of some people alone, under their old numbers."""
        keep = np.isin(self.person, np.fromiter(chosen, np.int32))
        return Recording(
            people=self.people,
            person=self.person[keep],
            session=self.session[keep],
            t_us=self.t_us[keep],
            event=self.event[keep],
            button=self.button[keep],
            buttons=self.buttons,
            x=self.x[keep],
            y=self.y[keep],
            target=self.target[keep],
        )

    def placed(self, first: NDArray[np.integer], last: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return of runs of rows, both ends included, whether every row has a place."""
        lost = np.cumsum(~(np.isfinite(self.x) & np.isfinite(self.y)))
        lost = np.append(0, lost)
        whole: NDArray[np.bool_] = lost[last + 1] == lost[first]
        return whole


def read_recording(data: Any) -> Recording:
    """Return a recording from whatever a person may hold.

    Parameters
    ----------
    data : pyarrow.Table, mapping of columns, path, Session or sequence of Session
        A tidy table with the columns ``user``, ``t_s``, ``event`` (move, drag, down, up, scroll),
        ``x`` and ``y``, and, where known, ``session``, ``button``, ``target_x``, ``target_y``
        (centre), ``target_w`` and ``target_h``; the path of such a table in Parquet; or sessions of
        canonical tables. A data frame will do.

    Returns
    -------
    Recording
        A place that is null, NaN, infinite or beyond 1e8 px is none, and so is a number of a target.

    Raises
    ------
    DeskhandError
        When a column is missing, there twice, or holds something else; when a time is not finite or
        beyond 1e12 s, or a size is negative.

    Examples
    --------
    >>> recording = read_recording(
    ...     {
    ...         "user": ["ann", "ann"],
    ...         "t_s": [0.0, 0.016],
    ...         "event": ["move", "down"],
    ...         "x": [1.0, 2.0],
    ...         "y": [1.0, 2.0],
    ...     }
    ... )
    >>> recording.t_us.tolist(), recording.people
    ([0, 16000], ['ann'])
    """
    if isinstance(data, Session):
        data = [data]
    if isinstance(data, list | tuple) and all(isinstance(s, Session) for s in data):
        if not data:
            raise DeskhandError("no sessions given; a fit needs those of at least 20 people.")
        return _of_sessions(data)
    return _of_table(read_table(data))


def read_table(data: Any) -> pa.Table:
    """Return the table that is given, in whatever form."""
    if isinstance(data, pa.Table):
        _refuse_doubled(data.column_names)
        return data
    if isinstance(data, str | Path):
        path = Path(data)
        if not path.is_file():
            raise DeskhandError(f"{path}: no such file; give the path of a Parquet table.")
        try:
            _refuse_doubled(pq.read_schema(path).names)
            return pq.read_table(path)
        except pa.ArrowInvalid as error:
            raise DeskhandError(f"{path}: not a Parquet table ({error}).") from error
    try:
        # A data frame has columns and rows; a mapping has columns alone.
        if isinstance(data, Mapping):
            return pa.table(dict(data))
        _refuse_doubled(data.columns)
        return pa.Table.from_pandas(data)
    except DeskhandError:
        raise
    # Arrow's own errors, and those of numbers and strings that it has no room for.
    except (TypeError, AttributeError, ValueError, OverflowError, pa.ArrowException) as error:
        raise DeskhandError(
            f"data of type {type(data).__name__}: give a pyarrow table, a mapping of columns, the "
            f"path of a Parquet table, or sessions ({error})."
        ) from error


def _refuse_doubled(names: Iterable[str]) -> None:
    doubled = sorted(str(name) for name, times in Counter(names).items() if times > 1)
    if doubled:
        raise DeskhandError(
            f"columns {', '.join(doubled)} are there more than once; keep one of each name."
        )


def number_column(table: pa.Table, name: str) -> NDArray[np.float64]:
    """Return a column of numbers; NaN where there is none."""
    column = table.column(name)
    try:
        # A whole number too large for a float64 need not be exact.
        filled = pc.fill_null(column.cast(pa.float64(), safe=False), float("nan"))
        found: NDArray[np.float64] = filled.to_numpy()
    except pa.ArrowException as error:
        raise DeskhandError(
            f"column {name!r} has type {column.type}; it must be numbers."
        ) from error
    return found


def _pixels(table: pa.Table, name: str) -> NDArray[np.float64]:
    found = number_column(table, name)
    return np.where(np.abs(found) <= FARTHEST_PX, found, np.nan)


def text_column(table: pa.Table, name: str) -> tuple[NDArray[np.int32], list[str]]:
    """Return a column of text as places in a list of words, -1 where there is none."""
    column = table.column(name)
    try:
        if pa.types.is_floating(column.type):
            # A data frame's missing number.
            column = pc.if_else(pc.is_nan(column), None, column)
        coded = pc.cast(column, pa.string()).combine_chunks().dictionary_encode()
        words: list[str] = coded.dictionary.to_pylist()
    # Text that is not UTF-8 is a ValueError.
    except (ValueError, pa.ArrowException) as error:
        raise DeskhandError(
            f"column {name!r} has type {column.type} and cannot be read as text; give strings, or "
            "whole numbers where they are names."
        ) from error
    codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
    return codes, words


def _of_table(table: pa.Table) -> Recording:
    missing = [name for name in REQUIRED if name not in table.column_names]
    if missing:
        raise DeskhandError(
            f"columns {', '.join(missing)} are missing; a tidy table has {', '.join(REQUIRED)} and, "
            f"where known, session, button, {', '.join(TARGET)}."
        )
    if not table.num_rows:
        raise DeskhandError("the table is empty; a fit needs the events of at least 20 people.")
    t_s = number_column(table, "t_s")
    if not np.isfinite(t_s).all():
        raise DeskhandError("column 't_s' holds NaN or infinite times; drop those rows.")
    if np.abs(t_s).max() > LATEST_S:
        raise DeskhandError(
            f"column 't_s' holds {t_s[np.abs(t_s).argmax()]:g}; times are in seconds, at most "
            f"{LATEST_S:g} of them; divide milliseconds by 1000."
        )
    kinds, words = text_column(table, "event")
    unknown = sorted(set(words) - set(EVENTS))
    if unknown or (kinds < 0).any():
        shown = ", ".join(map(repr, unknown[:WORDS_SHOWN])) or "nulls"
        more = f" and {len(unknown) - WORDS_SHOWN} others" * (len(unknown) > WORDS_SHOWN)
        raise DeskhandError(f"column 'event' holds {shown}{more}; known: {', '.join(EVENTS)}.")
    person, people = text_column(table, "user")
    if (person < 0).any():
        raise DeskhandError("column 'user' holds nulls; name a person in every row.")
    names = table.column_names
    part = text_column(table, "session")[0] if "session" in names else np.zeros_like(person)
    button, buttons = (
        text_column(table, "button") if "button" in names else (np.full_like(person, -1), [])
    )
    known = all(name in names for name in TARGET)
    target = (
        np.stack([_pixels(table, name) for name in TARGET], axis=1)
        if known
        else np.full((table.num_rows, 4), np.nan)
    )
    for name, size in zip(TARGET[2:], target.T[2:], strict=True):
        if (size < 0.0).any():
            raise DeskhandError(
                f"column {name!r} holds {size[size < 0.0][0]:g}; sizes are 0 px or more, or null "
                "where no target is known."
            )
    # Sessions one after another, rows of one session in their given order.
    order = np.lexsort((np.arange(len(person)), part, person))
    person, part = person[order], part[order]
    new = np.append(True, (person[1:] != person[:-1]) | (part[1:] != part[:-1]))
    return Recording(
        people=people,
        person=person,
        session=(np.cumsum(new) - 1).astype(np.int32),
        t_us=np.rint(t_s[order] * 1e6).astype(np.int64),
        event=np.array([EVENTS.index(word) for word in words], np.int8)[kinds[order]],
        button=button[order],
        buttons=buttons,
        x=_pixels(table, "x")[order],
        y=_pixels(table, "y")[order],
        target=target[order],
    )


def _of_sessions(sessions: Sequence[Session]) -> Recording:
    people: dict[str, int] = {}
    blocks: list[dict[str, NDArray[Any]]] = []
    for number, session in enumerate(sessions):
        wanted = pc.is_in(session.events["type"].cast(pa.string()), pa.array(list(_CANONICAL)))
        rows = session.events.filter(wanted)
        kinds = rows["type"].cast(pa.string()).to_pylist()
        event = np.array([_CANONICAL[kind] for kind in kinds], np.int8)
        held = number_column(rows, "buttons") > 0
        event[(event == MOVE) & held] = DRAG
        who = str(session.header["persona"])
        n = len(event)
        blocks.append(
            {
                "person": np.full(n, people.setdefault(who, len(people)), np.int32),
                "session": np.full(n, number, np.int32),
                "t_us": rows["t_us"].to_numpy(),
                "event": event,
                "button": np.where(held | (event == UP), 0, -1).astype(np.int32),
                "x": number_column(rows, "screen_x"),
                "y": np.where(
                    event == SCROLL, number_column(rows, "delta_y"), number_column(rows, "screen_y")
                ),
            }
        )
    columns = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    return Recording(
        people=list(people),
        buttons=["left"],
        target=np.full((len(columns["person"]), 4), np.nan),
        **columns,
    )
