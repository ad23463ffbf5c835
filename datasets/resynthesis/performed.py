"""A session's acts by another hand: new paths and new timing between the same places and for the same keys."""

from deskhand.datasets.resynthesis.found_acts import Steps, found_acts
from deskhand.datasets.resynthesis.made_keys import time_runs
from deskhand.datasets.resynthesis.made_movements import MadeMovements
from deskhand.datasets.resynthesis.performer import Performer, pace
from deskhand.datasets.resynthesis.retiming import Retiming, loose_releases
from deskhand.datasets.resynthesis.rewritten import rewritten
from deskhand.datasets.resynthesis.session_rows import SessionRows
from deskhand.errors import DeskhandError
from deskhand.session import Session


def performed(session: Session, performer: Performer) -> Session:
    """Return a session's acts as a performer does them.

    Parameters
    ----------
    session : Session
    performer : Performer

    Returns
    -------
    Session
        Presses, their places and targets, keys and what they did, and the order of all rows of the
        page are those of the source; pauses between acts, and ways that lead to no press, too.
        Identifiers and marks are still those of the source.

    Raises
    ------
    DeskhandError
        When there is nothing in the session that a hand did but idle movements.
    """
    rows = SessionRows(session)
    acts = found_acts(rows)
    if not (acts or loose_releases(rows).any()):
        raise DeskhandError(
            f"session {session.session_id!r} holds no aimed movement, press, drag, wheel run or key "
            "that another hand could do; time_warp and jitter vary any session."
        )
    moves = MadeMovements.of(rows, acts, performer)
    dropped = moves.replaced(rows)
    retiming = Retiming(rows, dropped, loose_releases(rows))
    retiming.span(moves.first, moves.last, moves.lead_us + moves.duration_us + moves.dwell_us)
    # A press that was dragged has had its span.
    retiming.span(acts.clicks.before, acts.clicks.after, moves.hold_us)
    _time_notches(rows, acts.notches, retiming, performer)
    time_runs(rows, acts, retiming, performer)
    times_us = retiming.times_us()
    made = rewritten(
        rows, times_us, dropped=dropped, added=moves.reports(rows, times_us, performer)
    )
    return moves.counted(made)


def _time_notches(
    rows: SessionRows, notches: Steps, retiming: Retiming, performer: Performer
) -> None:
    gaps_us = performer.notch_gaps_us(len(notches.before))
    if performer.own_pace and len(gaps_us):
        gaps_us = gaps_us * pace(rows.t_us[notches.after] - rows.t_us[notches.before], gaps_us)
    retiming.span(notches.before, notches.after, gaps_us)
