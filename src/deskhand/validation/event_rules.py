"""The rules of the event table, each checked for all rows at once."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.events import EVENT_TYPES
from deskhand.json_schema import schema

_CODE = re.compile(
    r"Key[A-Z]|Digit\d|F\d{1,2}|Numpad\w+|Arrow(Up|Down|Left|Right)|(Shift|Control|Alt|Meta)(Left|Right)"
    r"|Backspace|Tab|Enter|Space|Escape|Delete|Insert|Home|End|PageUp|PageDown|CapsLock|ContextMenu"
    r"|Minus|Equal|Bracket(Left|Right)|Backslash|Semicolon|Quote|Backquote|Comma|Period|Slash"
    r"|Intl(Backslash|Ro|Yen)|PrintScreen|ScrollLock|Pause|NumLock"
)
_INPUT_TYPE = re.compile(r"(insert|delete|history|format)[A-Z]\w*|copy|cut|paste")
WORDS: Mapping[str, Callable[[str], object]] = {
    "type": lambda word: word in EVENT_TYPES,
    "pointer_type": lambda word: word in ("mouse", "pen", "touch"),
    "code": _CODE.fullmatch,
    "input_type": _INPUT_TYPE.fullmatch,
}
# How the provenance of a row that was not read from another format begins.
MADE = "syn_"
_PAIRS = (
    ("pointerdown", ("pointerup", "pointercancel"), "button"),
    ("keydown", ("keyup",), "code"),
    ("select.open", ("select.close",), "target"),
    ("idle.start", ("idle.end",), None),
)


class Breach(NamedTuple):
    """Rows that break one rule; ``given`` is what the first of them holds."""

    rule: str
    column: str | None
    rows: NDArray[np.int64]
    given: str
    remedy: str


class EventColumns:
    """The columns of one session's events as numpy arrays."""

    def __init__(self, events: pa.Table) -> None:
        self.table = events
        self.n = len(events)
        self._null: dict[str, NDArray[np.bool_]] = {}
        self._words: dict[str, tuple[NDArray[Any], list[str]]] = {}

    def null(self, name: str) -> NDArray[np.bool_]:
        """Return where a column is null, shape (n,)."""
        if name not in self._null:
            self._null[name] = np.asarray(self.table[name].is_null())
        return self._null[name]

    def numbers(self, name: str) -> NDArray[Any]:
        """Return a numeric column, 0 where it is null, shape (n,)."""
        column = self.table[name]
        return np.asarray(column.fill_null(False if pa.types.is_boolean(column.type) else 0))

    def words(self, name: str) -> tuple[NDArray[Any], list[str]]:
        """Return a string column as codes, -1 where it is null, and its words."""
        if name not in self._words:
            array = self.table[name].unify_dictionaries().combine_chunks()
            codes = np.asarray(array.indices.fill_null(-1))
            self._words[name] = codes, array.dictionary.to_pylist()
        return self._words[name]

    def says(self, name: str, wanted: Callable[[str], object]) -> NDArray[np.bool_]:
        """Return the rows whose word in a string column is wanted; null is not, shape (n,)."""
        codes, words = self.words(name)
        # The last flag is that of the code -1.
        flags = np.array([*map(bool, map(wanted, words)), False], np.bool_)
        return np.take(flags, codes)

    def is_type(self, *types: str) -> NDArray[np.bool_]:
        """Return which rows are of these types, shape (n,)."""
        return self.says("type", types.__contains__)

    def made(self) -> NDArray[np.bool_]:
        """Return which rows deskhand made; those read from another format may lack something."""
        return self.says("provenance_id", lambda word: word.startswith(MADE))

    def show(self, name: str, row: int) -> str:
        """Return what a cell holds."""
        return repr(self.table[name][row].as_py())


def _found(
    rule: str,
    column: str | None,
    broken: NDArray[np.bool_],
    given: Callable[[int], str],
    remedy: str,
) -> Iterator[Breach]:
    rows = np.flatnonzero(broken)
    if len(rows):
        yield Breach(rule, column, rows, given(int(rows[0])), remedy)


def event_breaches(events: pa.Table) -> Iterator[Breach]:
    """Yield the rules that one session's events break.

    Parameters
    ----------
    events : pyarrow.Table
        The rows of one session, of the schema `deskhand.events.EVENTS`.
    """
    columns = EventColumns(events)
    if not columns.n:
        return
    yield from _order(columns)
    yield from _marks(columns)
    yield from _required(columns)
    yield from _masked(columns)
    yield from _vocabulary(columns)
    if columns.made().all():
        for opens, closes, by in _PAIRS:
            yield from _pairs(columns, opens, closes, by)


def _order(columns: EventColumns) -> Iterator[Breach]:
    seq, t_us = columns.numbers("seq"), columns.numbers("t_us")
    yield from _found(
        "seq", "seq", seq != np.arange(columns.n), lambda r: columns.show("seq", r),
        "number the rows of a session 0, 1, 2 ...",
    )  # fmt: skip
    yield from _found(
        "time", "t_us", np.r_[t_us[0] < 0, np.diff(t_us) < 0], lambda r: columns.show("t_us", r),
        "sort by time; times count from the session's start and never run back",
    )  # fmt: skip
    ends = np.zeros(columns.n, np.bool_)
    ends[0] = not columns.is_type("session.start")[0]
    ends[-1] |= not columns.is_type("session.end")[-1]
    inner = columns.is_type("session.start", "session.end")
    ends[1:-1] |= inner[1:-1]
    yield from _found(
        "frame", "type", ends, lambda r: columns.show("type", r),
        "a session begins with its one session.start row and ends with its one session.end row",
    )  # fmt: skip


def _marks(columns: EventColumns) -> Iterator[Breach]:
    claims = columns.numbers("synthetic").astype(np.bool_)
    yield from _found(
        "synthetic", "synthetic", columns.made() & ~claims, lambda r: columns.show("synthetic", r),
        "every row that was made says synthetic=true",
    )  # fmt: skip
    yield from _found(
        "synthetic", "synthetic", claims != claims[0], lambda r: columns.show("synthetic", r),
        "a session is synthetic as a whole or not at all",
    )  # fmt: skip
    for name in ("provenance_id", "session_id"):
        yield from _found(
            name, name, ~columns.says(name, bool), lambda _: "nothing",
            "every row names the session and where it comes from",
        )  # fmt: skip


def _required(columns: EventColumns) -> Iterator[Breach]:
    masked = columns.numbers("masked").astype(np.bool_)
    for rule in schema("event")["allOf"]:
        wanted = rule["if"]["properties"]
        if "required" not in rule["then"]:
            continue
        here = columns.is_type(*wanted["type"]["enum"]) & columns.made()
        if "masked" in wanted:
            here &= masked == wanted["masked"]["const"]
        if "policy" in wanted:
            here &= columns.says("policy", wanted["policy"]["enum"].__contains__)
        if not here.any():
            continue
        for name in rule["then"]["required"]:
            yield from _found(
                "required", name, here & columns.null(name),
                lambda r: f"null in a {columns.table['type'][r].as_py()} row",
                f"fill {name}; schema event.schema.json lists the columns of each type",
            )  # fmt: skip
    yield from _found(
        "place", "client_x", columns.null("client_x") != columns.null("client_y"),
        lambda r: columns.show("client_x", r),
        "client_x and client_y are both there, or neither, where something lies over the page",
    )  # fmt: skip
    for name in ("screen_x", "screen_y", "client_x", "client_y", "delta_x", "delta_y"):
        yield from _found(
            "finite", name, ~np.isfinite(columns.numbers(name)), lambda _: "not a finite number",
            "leave a coordinate null where there is none",
        )  # fmt: skip


def _masked(columns: EventColumns) -> Iterator[Breach]:
    masked = columns.numbers("masked").astype(np.bool_)
    for name in ("key", "code", "value"):
        yield from _found(
            "masked", name, masked & ~columns.null(name), lambda _: "a value in a masked row",
            f"a masked row keeps its time and length, but its {name} is null",
        )  # fmt: skip


def _vocabulary(columns: EventColumns) -> Iterator[Breach]:
    for name, known in WORDS.items():
        foreign = ~columns.says(name, known) & ~columns.null(name)
        yield from _found(
            "vocabulary", name, foreign, partial(columns.show, name),
            f"{name} holds W3C names and those of event.schema.json only",
        )  # fmt: skip
    properties = schema("event")["properties"]
    for name in ("button", "buttons", "delta_mode", "modifiers", "value_length", "detail"):
        numbers = columns.numbers(name).astype(np.int64)
        limit = properties[name]
        outside = (numbers < min(0, limit["minimum"])) | (numbers > limit["maximum"])
        yield from _found(
            "range", name, outside, partial(columns.show, name),
            f"{name} lies from {limit['minimum']} to {limit['maximum']}",
        )  # fmt: skip


def _pairs(
    columns: EventColumns, opens: str, closes: tuple[str, ...], by: str | None
) -> Iterator[Breach]:
    """Yield downs without an up, and ups without a down, of each button, key or list."""
    opening, closing = columns.is_type(opens), columns.is_type(*closes)
    opening &= ~columns.numbers("repeat").astype(np.bool_)
    rows = np.flatnonzero(opening | closing)
    if not len(rows):
        return
    group = np.zeros(len(rows), np.int64)
    if by == "button":
        group = columns.numbers("button")[rows].astype(np.int64)
    elif by is not None:
        group = columns.words(by)[0][rows].astype(np.int64)
    order = np.argsort(group, kind="stable")
    rows, group = rows[order], group[order]
    step = np.where(opening[rows], 1, -1)
    level = np.cumsum(step)
    first = np.r_[True, np.diff(group) != 0]
    starts = np.flatnonzero(first)
    base = np.repeat((level - step)[starts], np.diff(np.r_[starts, len(rows)]))
    level -= base
    # Masked keys have no code: of them no more can be up than were down.
    most = np.where((group < 0) & (by == "code"), len(rows), 1)
    broken = (level < 0) | (level > most)
    last = np.r_[first[1:], True]
    broken |= last & (level != 0)
    bad = np.zeros(columns.n, np.bool_)
    # After the first slip of a group every later level is off by it: report the first alone.
    at = np.flatnonzero(broken)
    keep = np.unique(group[at], return_index=True)[1]
    bad[rows[at[keep]]] = True
    name = by if by is not None else "type"
    yield from _found(
        "pairs", name, bad,
        lambda r: f"{columns.table['type'][r].as_py()} of {name} {columns.show(name, r)} has no partner",
        f"every {opens} has its {' or '.join(closes)}, in this order",
    )  # fmt: skip
