"""The rules between a session's tables: counts, actions, elements, and the header's own numbers."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.errors import DeskhandError
from deskhand.monitors import bounds, monitors_of, on_a_monitor
from deskhand.session import Session
from deskhand.validation.event_rules import MADE, Breach, EventColumns

# 2001-09-09 to 2286-11-20 in microseconds: seconds or milliseconds fall outside.
WALL_US = (10**15, 10**16)


class TableBreach(NamedTuple):
    """A breach and the table that holds it."""

    table: str
    breach: Breach


def session_breaches(session: Session) -> Iterator[TableBreach]:
    """Yield the rules between tables that a session breaks.

    Parameters
    ----------
    session : Session
        As a reader of the canonical formats gives it.
    """
    yield from _header(session)
    yield from _actions(session)
    yield from _references(session)
    for name in ("actions", "elements", "screenshots"):
        table: pa.Table = getattr(session, name)
        claims = np.asarray(table["synthetic"]).astype(np.bool_)
        unmarked = np.flatnonzero(claims != session.header["synthetic"])
        if len(unmarked):
            given = repr(bool(claims[unmarked[0]]))
            remedy = "a session is synthetic as a whole or not at all"
            yield TableBreach(name, Breach("synthetic", "synthetic", unmarked, given, remedy))


def _one(table: str, rule: str, column: str, given: str, remedy: str, row: int = 0) -> TableBreach:
    return TableBreach(table, Breach(rule, column, np.array([row]), given, remedy))


def _header(session: Session) -> Iterator[TableBreach]:
    header = session.header
    counts = {"event_count": len(session.events), "action_count": len(session.actions)}
    for column, rows in counts.items():
        if header[column] != rows:
            yield _one(
                "sessions", "count", column, f"{header[column]} for {rows} rows",
                "the header counts the rows of the session; none was dropped or added",
            )  # fmt: skip
    if not WALL_US[0] <= header["start_wall_us"] < WALL_US[1]:
        yield _one(
            "sessions", "wall", "start_wall_us", str(header["start_wall_us"]),
            "Unix time in microseconds",
        )  # fmt: skip
    last_us = session.events["t_us"][-1].as_py() if len(session.events) else 0
    if header["duration_us"] != last_us:
        yield _one(
            "sessions", "duration", "duration_us", f"{header['duration_us']}, last event {last_us}",
            "a session ends with its last event",
        )  # fmt: skip
    synthetic, provenance = header["synthetic"], str(header["provenance_id"])
    if not provenance or (provenance.startswith(MADE) and synthetic is not True):
        yield _one(
            "sessions", "synthetic", "synthetic", repr(synthetic),
            "every session that was made says synthetic=true and names its provenance",
        )  # fmt: skip
    prefixes = ("syn_",) if synthetic else ("cap_", "der_")
    if not str(header["session_id"]).startswith(prefixes):
        yield _one(
            "sessions", "session_id", "session_id", repr(header["session_id"]),
            "identifiers begin with syn_ when the session is synthetic; when it is not, with cap_, or "
            "with der_ where it was made from a capture",
        )  # fmt: skip


def _actions(session: Session) -> Iterator[TableBreach]:
    actions = session.actions
    ids = np.asarray(actions["action_id"])
    start, end = np.asarray(actions["start_us"]), np.asarray(actions["end_us"])
    broken = {
        ("action_id", "number the actions of a session 0, 1, 2 ..."): ids != np.arange(len(ids)),
        ("end_us", "an action ends after it starts and within the session"): (start < 0)
        | (end < start)
        | (end > session.header["duration_us"]),
    }
    for name in ("error_of", "correction_of"):
        known = np.asarray(pc.is_in(actions[name], value_set=pa.array(ids, pa.int32())))
        here = np.asarray(actions[name].is_valid())
        broken[name, f"{name} is the number of an action of the session"] = here & ~known
    for (column, remedy), flags in broken.items():
        rows = np.flatnonzero(flags)
        if len(rows):
            given = repr(actions[column][int(rows[0])].as_py())
            yield TableBreach("actions", Breach("actions", column, rows, given, remedy))


def _references(session: Session) -> Iterator[TableBreach]:
    columns = EventColumns(session.events)
    action = session.events["action_id"]
    known = pc.is_in(action, value_set=session.actions["action_id"].combine_chunks())
    dangling = np.asarray(action.is_valid()) & ~np.asarray(known)
    codes, words = columns.words("target")
    listed = set(session.elements["target"].cast(pa.string()).to_pylist()) | {"document"}
    foreign = np.isin(codes, [k for k, word in enumerate(words) if word not in listed])
    # Not every recorder whose rows were read describes the elements that it names.
    foreign &= columns.made()
    checks = (
        ("action_id", dangling, "every action_id is a row of the actions table"),
        ("target", foreign, "every target is document or a row of the elements table"),
    )
    for column, flags, remedy in checks:
        rows = np.flatnonzero(flags)
        if len(rows):
            given = columns.show(column, int(rows[0]))
            yield TableBreach("events", Breach("reference", column, rows, given, remedy))
    yield from _places(session, columns)


def _places(session: Session, columns: EventColumns) -> Iterator[TableBreach]:
    """Yield the places that lie on no monitor, by axis where one alone tells it."""
    try:
        monitors = monitors_of(session.header)
    except DeskhandError as error:
        yield _one("sessions", "monitors", "monitors", repr(session.header["monitors"]), str(error))
        return
    x, y = columns.numbers("screen_x"), columns.numbers("screen_y")
    # Real desktops change their size, have monitors that nothing tells of, and hold remote ones.
    made = columns.made()
    whole = bounds(monitors)
    beyond = np.zeros(len(x), np.bool_)
    for axis, place, first, size in (("x", x, whole[0], whole[2]), ("y", y, whole[1], whole[3])):
        outside = ((place < first) | (place >= first + size)) & made
        beyond |= outside
        rows = np.flatnonzero(outside)
        if len(rows):
            given = columns.show(f"screen_{axis}", int(rows[0]))
            remedy = f"the pointer stays on the desktop, from {first} to {first + size - 1}"
            breach = Breach("desktop", f"screen_{axis}", rows, given, remedy)
            yield TableBreach("events", breach)
    if len(monitors) > 1:
        between = ~on_a_monitor(monitors, x, y) & made & ~beyond
        rows = np.flatnonzero(between)
        if len(rows):
            given = f"{columns.show('screen_x', int(rows[0]))}, {columns.show('screen_y', int(rows[0]))}"
            remedy = f"the pointer stays on a monitor: {session.header['monitors']}"
            yield TableBreach("events", Breach("desktop", "screen_y", rows, given, remedy))
