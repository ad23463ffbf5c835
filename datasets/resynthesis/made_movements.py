"""Aimed movements and drags of a session made anew: how long they take, and their reports."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.datasets.resynthesis.aimed_at import target_boxes
from deskhand.datasets.resynthesis.found_acts import FoundActs
from deskhand.datasets.resynthesis.made_paths import MadePaths
from deskhand.datasets.resynthesis.performer import Floats, Performer, pace
from deskhand.datasets.resynthesis.report_clock import clock_times_us, own_intervals_us
from deskhand.datasets.resynthesis.rewritten import AddedMoves
from deskhand.datasets.resynthesis.session_rows import Flags, Rows, SessionRows
from deskhand.keyed_draws import keys
from deskhand.session import Session


class MadeMovements(NamedTuple):
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
    path: MadePaths
    action: pa.ChunkedArray

    @classmethod
    def of(cls, rows: SessionRows, acts: FoundActs, performer: Performer) -> "MadeMovements":
        """Return the movements of a session's acts by a performer."""
        approaches, drags, clicks = acts.approaches, acts.drags, acts.clicks
        first = np.concatenate([approaches.first, drags.down])
        last = np.concatenate([approaches.down, drags.up])
        held = np.arange(len(first)) >= len(approaches.first)
        from_, to = rows.place[first], rows.place[last]
        # Clicks are asked for as presses without a movement, anywhere.
        still = np.zeros((len(clicks.before), 2))
        aim = np.concatenate([target_boxes(rows, approaches.down), _no_boxes(drags.up)])
        path = MadePaths.of(
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
