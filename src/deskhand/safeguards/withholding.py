"""A session as a recorder keeps it that looks away from some applications, windows and times."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.compact_tables import compact
from deskhand.safeguards.blocking import block
from deskhand.safeguards.event_edits import Edits, with_column
from deskhand.safeguards.fronts import Fronts
from deskhand.safeguards.gaps import Gap, GapFinder
from deskhand.safeguards.notifications import hide_notifications, without_elements
from deskhand.safeguards.partners import keep_partners
from deskhand.safeguards.pauses import paused_spans
from deskhand.safeguards.safeguards_file import Safeguards
from deskhand.session import Session

# What stands where the name of a hidden application's task stood.
HIDDEN = "hidden"
_FOLLOWED = ("window.focus", "navigation", "focus", "blur", "mark", "input", "scroll")


def withheld(session: Session, safeguards: Safeguards) -> Session:
    """Return a session without what the safeguards hide; the same one when they hide nothing of it.

    Parameters
    ----------
    session : Session
        What was done.
    safeguards : Safeguards
        What is hidden.
    """
    events = session.events
    if len(events) < 2:
        return session
    edits, fronts = Edits(session), Fronts(session, safeguards)
    finder = GapFinder(edits, fronts, safeguards.block)
    _follow(finder, events, paused_spans(safeguards, session.header))
    hidden = hide_notifications(edits, fronts)
    block(edits, safeguards.block)
    if not edits:
        return session
    keep_partners(edits, finder.close)
    made = edits.applied()
    if finder.gaps:
        made = _ends(made, finder.gaps)
        made = replace(
            made,
            elements=_elements(made, fronts),
            screenshots=_screenshots(made, fronts, finder.gaps),
        )
    made = without_elements(made, hidden)
    made = _actions(made, fronts, finder.gaps, (*safeguards.block, *hidden))
    counts = {"event_count": len(made.events), "action_count": len(made.actions)}
    # What a task was for may name what is hidden, and what became of it is not to be seen.
    return replace(made, header={**made.header, **counts}, goals=())


def _follow(finder: GapFinder, events: pa.Table, pauses: list[tuple[int, int]]) -> None:
    t_us = events["t_us"].to_numpy()
    wanted = np.asarray(pc.is_in(events["type"].cast(pa.string()), pa.array(_FOLLOWED)))
    rows = np.flatnonzero(wanted | _moved(events))
    waiting = [
        (int(np.searchsorted(t_us, at_us)), at_us, begins)
        for span in pauses
        for at_us, begins in zip(span, (True, False), strict=True)
    ]
    for place, row in zip(rows.tolist(), events.take(rows).to_pylist(), strict=True):
        while waiting and waiting[0][0] <= place:
            at, at_us, begins = waiting.pop(0)
            finder.pause(at, at_us, begins=begins)
        finder.take(place, row)
    for at, at_us, begins in waiting:
        finder.pause(at, at_us, begins=begins)
    finder.finish(int(t_us[-1]))


def _moved(events: pa.Table) -> NDArray[np.bool_]:
    """Return the rows whose application or window is not that of the row before."""
    moved = np.zeros(len(events), np.bool_)
    for name in ("app", "window"):
        codes = np.asarray(events[name].combine_chunks().indices.fill_null(-1))
        moved |= np.diff(codes, prepend=-1) != 0
    return moved


def _ends(session: Session, gaps: list[Gap]) -> Session:
    """Take the application out of the first and the last row, where that is hidden."""
    events = session.events
    last = int(events["t_us"][-1].as_py())
    bare = [0] if gaps[0].first == 1 else []
    if gaps[-1].end_us > last:
        bare.append(len(events) - 1)
    if not bare:
        return session
    keep = np.ones(len(events), np.bool_)
    keep[bare] = False
    for name in ("app", "window"):
        column = events[name].combine_chunks()
        indices = pc.if_else(pa.array(keep), column.indices, None)
        made = pa.DictionaryArray.from_arrays(indices, column.dictionary)
        events = with_column(events, name, made)
    return replace(session, events=compact(events))


def _elements(session: Session, fronts: Fronts) -> pa.Table:
    """Return the elements that the rows that stay refer to."""
    elements = session.elements
    named = set(session.events["target"].unique().to_pylist())
    shown = [
        row["target"] in named and fronts.why_never(row["screen"]) is None
        for row in elements.select(["screen", "target"]).to_pylist()
    ]
    return compact(elements.filter(pa.array(shown, pa.bool_())))


def _screenshots(session: Session, fronts: Fronts, gaps: list[Gap]) -> pa.Table:
    shots = session.screenshots
    shown = [
        not _within(gaps, row["t_us"]) and fronts.why_never(row["screen"]) is None
        for row in shots.select(["t_us", "screen"]).to_pylist()
    ]
    return compact(shots.filter(pa.array(shown, pa.bool_())))


def _within(gaps: list[Gap], t_us: int) -> bool:
    return any(gap.start_us <= t_us < gap.end_us for gap in gaps)


def _actions(
    session: Session, fronts: Fronts, gaps: list[Gap], blocked: tuple[str, ...]
) -> Session:
    """Drop the acts that began unseen, and number the others anew."""
    actions = session.actions
    if not len(actions):
        return session
    start = actions["start_us"].to_numpy()
    end = actions["end_us"].to_numpy().copy()
    gone = np.asarray(pc.is_in(actions["target"].cast(pa.string()), pa.array(blocked, pa.string())))
    for gap in gaps:
        gone |= (start >= gap.start_us) & (start < gap.end_us)
        # An act that leads into a gap is seen as far as there.
        end[(start < gap.start_us) & (end > gap.start_us) & (end <= gap.end_us)] = gap.start_us
    old = actions["action_id"].to_numpy()
    number = np.full(int(old.max()) + 1, -1, np.int64)
    number[old[~gone]] = np.arange(int((~gone).sum()))
    actions = with_column(actions, "end_us", end).filter(pa.array(~gone))
    actions = with_column(actions, "action_id", np.arange(len(actions)))
    for name in ("error_of", "correction_of"):
        actions = with_column(actions, name, _renumbered(actions[name], number))
    events = with_column(
        session.events, "action_id", _renumbered(session.events["action_id"], number)
    )
    if gaps:
        column = actions["scenario"].combine_chunks()
        words = [_told(word, fronts) for word in column.dictionary.to_pylist()]
        made = pa.array(words, pa.string()).take(column.indices).dictionary_encode()
        actions = with_column(actions, "scenario", made.cast(column.type))
    header = {**session.header}
    header["scenario"] = _told(header["scenario"], fronts) if gaps else header["scenario"]
    return replace(session, actions=compact(actions), events=events, header=header)


def _told(scenario: str, fronts: Fronts) -> str:
    """Return the name of a task, unless it is one of a hidden application."""
    app, dot, _ = scenario.partition(".")
    return HIDDEN if dot and fronts.hides_app(app) else scenario


def _renumbered(column: Any, number: NDArray[np.int64]) -> pa.Array:
    array = column.combine_chunks()
    ids = np.asarray(array.fill_null(0)).clip(0, len(number) - 1)
    made = number[ids]
    return pa.array(made, array.type, mask=np.asarray(array.is_null()) | (made < 0))
