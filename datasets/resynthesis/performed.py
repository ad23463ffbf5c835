"""A session's acts by another hand: new paths and new timing between the same places and for the same keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import UNKNOWN, key_vocabulary
from deskhand.behavior_models.keyboard_layout import load_layout
from deskhand.datasets.resynthesis.aimed_at import target_boxes
from deskhand.datasets.resynthesis.found_acts import FoundActs, Steps, found_acts
from deskhand.datasets.resynthesis.report_clock import clock_times_us, own_intervals_us
from deskhand.datasets.resynthesis.retiming import Retiming, loose_releases
from deskhand.datasets.resynthesis.rewritten import AddedMoves, rewritten
from deskhand.datasets.resynthesis.session_rows import Flags, Rows, SessionRows
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.keyed_draws import keys
from deskhand.session import Session

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Performer:
    """Who does the acts.

    Parameters
    ----------
    seed : int
        Of this performance.
    paths : callable
        Of a table of requests as for `deskhand.pointer_paths`, a table as from there.
    key_times : callable
        Of lists of keys as for `deskhand.time_keys`, a table as from there.
    drag_factor : callable
        Of distances in px, the moving time of drags over that of pointing as far.
    notch_gaps_us : callable
        Of a number, so many times from one notch of the wheel to the next.
    own_pace : bool
        Whether the times are brought to the pace of the capture.
    """

    seed: int
    paths: Callable[[pa.Table], pa.Table]
    key_times: Callable[[Sequence[Sequence[str]]], pa.Table]
    drag_factor: Callable[[Floats], Floats]
    notch_gaps_us: Callable[[int], Floats]
    own_pace: bool = False


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
    moves = _Movements.of(rows, acts, performer)
    dropped = moves.replaced(rows)
    retiming = Retiming(rows, dropped, loose_releases(rows))
    retiming.span(moves.first, moves.last, moves.lead_us + moves.duration_us + moves.dwell_us)
    # A press that was dragged has had its span.
    retiming.span(acts.clicks.before, acts.clicks.after, moves.hold_us)
    _time_notches(rows, acts.notches, retiming, performer)
    _time_keys(rows, acts, retiming, performer)
    times_us = retiming.times_us()
    made = rewritten(
        rows, times_us, dropped=dropped, added=moves.reports(rows, times_us, performer)
    )
    return moves.counted(made)


class _Movements(NamedTuple):
    """Approaches and drags that are made anew, and the holds of all clicks.

    A movement leads from row ``first`` to row ``last``: to its press, or from press to release.
    """

    first: Rows
    last: Rows
    held: Flags
    lead_us: Floats
    duration_us: Floats
    dwell_us: Floats
    hold_us: Floats
    path: "_Paths"
    action: pa.ChunkedArray

    @classmethod
    def of(cls, rows: SessionRows, acts: FoundActs, performer: Performer) -> "_Movements":
        approaches, drags, clicks = acts.approaches, acts.drags, acts.clicks
        first = np.concatenate([approaches.first, drags.down])
        last = np.concatenate([approaches.down, drags.up])
        held = np.arange(len(first)) >= len(approaches.first)
        from_, to = rows.place[first], rows.place[last]
        # Clicks are asked for as presses without a movement, anywhere.
        still = np.zeros((len(clicks.before), 2))
        aim = np.concatenate([target_boxes(rows, approaches.down), _no_boxes(drags.up)])
        path = _Paths.of(
            np.concatenate([from_, still]),
            np.concatenate([to, still]),
            np.concatenate([aim, _no_boxes(clicks.before)]),
            performer,
        )
        m = len(first)
        duration_us, dwell_us = path.duration_us[:m].copy(), path.dwell_us[:m].copy()
        hold_us = path.hold_us[m:].copy()
        far = np.hypot(*(to - from_).T)
        duration_us[held] *= performer.drag_factor(far[held])
        lead_us = np.zeros(m)
        lead_us[held] = rows.t_us[drags.first] - rows.t_us[drags.down]
        if performer.own_pace and m:
            ends = np.concatenate([_last_moves(rows, approaches.down), drags.last])
            begins = np.concatenate([approaches.first, drags.first])
            duration_us *= pace(rows.t_us[ends] - rows.t_us[begins], duration_us)
            dwell_us *= pace(rows.t_us[last] - rows.t_us[ends], dwell_us)
        if performer.own_pace and len(hold_us):
            hold_us *= pace(rows.t_us[clicks.after] - rows.t_us[clicks.before], hold_us)
        action = rows.session.events["action_id"].take(pa.array(last))
        return cls(first, last, held, lead_us, duration_us, dwell_us, hold_us, path, action)

    def replaced(self, rows: SessionRows) -> Flags:
        """Return the reports that new ones take the place of; a movement's first stays."""
        step = np.zeros(len(rows) + 1, np.int64)
        np.add.at(step, self.first + 1, 1)
        np.add.at(step, self.last, -1)
        return (np.cumsum(step)[:-1] > 0) & rows.is_kind("pointermove")

    def reports(
        self, rows: SessionRows, times_us: NDArray[np.int64], performer: Performer
    ) -> AddedMoves:
        """Return the new reports, on the clock of the capture's own recorder."""
        m = len(self.first)
        if not m:
            return AddedMoves.none()
        start_us = times_us[self.first]
        lead_us = np.minimum(self.lead_us.astype(np.int64), times_us[self.last] - start_us)
        room_us = np.maximum(times_us[self.last] - start_us - lead_us, 0)
        tick = rows.tick_us
        duration_us = np.minimum(np.rint(self.duration_us / tick).astype(np.int64) * tick, room_us)
        number = keys(performer.seed, "resynthesis.clock", range(m))
        count, t_us = clock_times_us(own_intervals_us(rows), duration_us, number)
        row = np.repeat(np.arange(m), count)
        share = np.where(duration_us[row] > 0, t_us / np.maximum(duration_us[row], 1), 1.0)
        place = self.path.at(row, share)
        place = rows.as_written(place)
        place[np.cumsum(count) - 1] = rows.place[self.last]
        t_us = (t_us + lead_us[row] + tick // 2) // tick * tick
        # A report where the one before it was tells nothing, and no recorder writes it.
        new = np.append(True, (place[1:] != place[:-1]).any(axis=1) | (row[1:] != row[:-1]))
        like = _like(rows, self.first[row], self.last[row], share)
        t_us = np.minimum(start_us[row] + t_us, times_us[self.last[row]])
        # Equal times: behind the first row of the movement, and before its last.
        after = np.where(t_us > start_us[row], self.last[row] - 1, self.first[row])
        return AddedMoves(like[new], after[new], t_us[new], place[new])

    def counted(self, session: Session) -> Session:
        """Return the session with the submovements of its actions as they are now."""
        actions = session.actions
        if not len(actions):
            return session
        m = len(self.first)
        number = np.asarray(self.action.fill_null(-1)).astype(np.int64)
        strokes = np.zeros(len(actions), np.int64)
        done = number >= 0
        np.add.at(strokes, number[done], self.path.strokes[:m][done])
        counts = np.asarray(actions["submovement_count"]).astype(np.int64)
        counts = np.where(strokes > 0, strokes, counts)
        place = actions.schema.get_field_index("submovement_count")
        column = pa.array(counts, actions.schema.field(place).type)
        return replace(
            session, actions=actions.set_column(place, actions.schema.field(place), column)
        )


class _Paths(NamedTuple):
    """Paths that were asked for, flat, with the times of their presses."""

    first: Rows
    reports: Rows
    t_us: Floats
    place: Floats
    duration_us: Floats
    dwell_us: Floats
    hold_us: Floats
    strokes: Rows

    @classmethod
    def of(cls, start: Floats, end: Floats, target: Floats, performer: Performer) -> "_Paths":
        if not len(start):
            none = np.empty(0)
            rows = np.empty(0, np.intp)
            return cls(rows, rows, none, np.empty((0, 2)), none, none, none, rows)
        columns = dict(zip(("x0", "y0", "x1", "y1"), (*start.T, *end.T), strict=True))
        boxes = dict(zip(("target_x", "target_y", "target_w", "target_h"), target.T, strict=True))
        made = performer.paths(
            pa.table(
                {
                    "person": pa.array(["one"] * len(start)),
                    **columns,
                    **{name: pa.array(box, from_pandas=True) for name, box in boxes.items()},
                }
            )
        )
        kind = np.array(made["type"].to_pylist())
        t_us, movement = (np.asarray(made[name]).astype(np.int64) for name in ("t_us", "movement"))
        place = np.stack([np.asarray(made[axis]) for axis in "xy"], axis=1)
        moves = kind == "pointermove"
        count = np.bincount(movement[moves], minlength=len(start))
        last = np.cumsum(count) - 1
        first = last - count + 1
        down_us, up_us = t_us[kind == "pointerdown"], t_us[kind == "pointerup"]
        some = count > 0
        ends_us = np.zeros(len(start))
        ends_us[some] = t_us[moves][last[some]]
        return cls(
            first,
            count,
            t_us[moves].astype(np.float64),
            place[moves],
            ends_us,
            down_us - ends_us,
            (up_us - down_us).astype(np.float64),
            np.asarray(made["stroke"]).astype(np.intp)[kind == "pointerdown"] + 1,
        )

    def at(self, row: Rows, share: Floats) -> Floats:
        """Return places at shares of the paths' times."""
        # Paths behind one another on one axis, each one long.
        owner = np.repeat(np.arange(len(self.reports)), self.reports)
        length = np.maximum(self.duration_us, 1.0)[owner]
        axis = 2.0 * owner + self.t_us / length
        wanted = 2.0 * row + share
        return np.stack([np.interp(wanted, axis, values) for values in self.place.T], axis=1)


def _no_boxes(rows: Rows) -> Floats:
    return np.full((len(rows), 4), np.nan)


def _last_moves(rows: SessionRows, down: Rows) -> Rows:
    """Return the last report before each press."""
    moves = np.flatnonzero(rows.is_kind("pointermove"))
    return moves[np.searchsorted(moves, down) - 1]


def _like(rows: SessionRows, first: Rows, last: Rows, share: Floats) -> Rows:
    """Return the report of the capture at a share of a movement's time, of which a new one is a copy."""
    moves = np.flatnonzero(rows.is_kind("pointermove"))
    t_us = rows.t_us
    at_us = t_us[first] + share * (t_us[last] - t_us[first])
    found = np.searchsorted(t_us[moves], at_us, side="right") - 1
    low = np.searchsorted(moves, first)
    high = np.maximum(np.searchsorted(moves, last) - 1, low)
    return moves[np.clip(found, np.minimum(low, len(moves) - 1), np.minimum(high, len(moves) - 1))]


# A ratio from so many acts counts half, from none not at all. Assumed.
HALF_TRUSTED = 5.0


def pace(old_us: NDArray[np.floating] | NDArray[np.integer], new_us: Floats) -> float:
    """Return by what a person's own times differ from a model's, as far as so few acts can tell.

    Parameters
    ----------
    old_us, new_us : NDArray, shape (k,)
        Times of the same acts.

    Examples
    --------
    >>> round(pace(np.full(1000, 200.0), np.full(1000, 100.0)), 2), pace(np.ones(0), np.ones(0))
    (1.99, 1.0)
    """
    ok = (np.asarray(old_us) > 0) & (new_us > 0)
    if not ok.any():
        return 1.0
    ratio = float(np.median(np.log(old_us[ok] / new_us[ok])))
    return float(np.exp(ratio * ok.sum() / (ok.sum() + HALF_TRUSTED)))


def _time_notches(
    rows: SessionRows, notches: Steps, retiming: Retiming, performer: Performer
) -> None:
    gaps_us = performer.notch_gaps_us(len(notches.before))
    if performer.own_pace and len(gaps_us):
        gaps_us = gaps_us * pace(rows.t_us[notches.after] - rows.t_us[notches.before], gaps_us)
    retiming.span(notches.before, notches.after, gaps_us)


def _time_keys(
    rows: SessionRows, acts: FoundActs, retiming: Retiming, performer: Performer
) -> None:
    """Give runs of keys, and keys alone, their new times."""
    up = np.flatnonzero(retiming.loose)
    single = np.unique(np.concatenate([acts.keys.before, acts.keys.after, rows.down_of[up]]))
    if not len(single):
        return
    # A key that does not go on with a run begins one.
    begins = ~np.isin(single, acts.keys.after)
    names = known_names(rows.key_names[single])
    bounds = np.append(np.flatnonzero(begins), len(single))
    sequences = [names[low:high] for low, high in pairwise(bounds.tolist())]
    timed = performer.key_times(sequences)
    down_us, up_us = (np.asarray(timed[name]).astype(np.float64) for name in ("down_us", "up_us"))
    place = np.searchsorted(single, acts.keys.after)
    flight_us = down_us[place] - down_us[place - 1]
    hold_us = (up_us - down_us)[np.searchsorted(single, rows.down_of[up])]
    if performer.own_pace:
        old_us = rows.t_us[acts.keys.after] - rows.t_us[acts.keys.before]
        flight_us = flight_us * pace(old_us, flight_us)
        hold_us = hold_us * pace(rows.t_us[up] - rows.t_us[rows.down_of[up]], hold_us)
    retiming.span(acts.keys.before, acts.keys.after, flight_us)
    retiming.hold(up, hold_us)


def known_names(names: Sequence[str | None] | NDArray[np.object_]) -> list[str]:
    """Return names of keys that the typing models know; any other, and none, is ``?``.

    Examples
    --------
    >>> known_names(["a", "Enter", None, "Unidentified"])
    ['a', 'Enter', '?', '?']
    """
    board = load_layout("qwerty-us")
    known: dict[str | None, str] = {None: UNKNOWN}
    for name in dict.fromkeys(names):
        if name is None:
            continue
        try:
            key_vocabulary([name], board)
        except UnknownNameError:
            known[name] = UNKNOWN
        else:
            known[name] = name
    return [known[name] for name in names]
