"""Whole sessions by bots: the acts of a session in order, without a reader's pauses."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.fitts import smaller_sides_px
from deskhand.datasets.bots.family import Course, Family, Floats, Ways
from deskhand.datasets.bots.key_times import family_times_us
from deskhand.datasets.resynthesis.aimed_at import target_boxes
from deskhand.datasets.resynthesis.found_acts import FoundActs, found_acts
from deskhand.datasets.resynthesis.lineage import Lineage, marked
from deskhand.datasets.resynthesis.report_clock import clock_times_us, own_intervals_us
from deskhand.datasets.resynthesis.retiming import Retiming, loose_releases
from deskhand.datasets.resynthesis.rewritten import AddedMoves, rewritten
from deskhand.datasets.resynthesis.session_rows import Flags, Rows, SessionRows
from deskhand.exports.derived_acts import DOUBLE_CLICK_US
from deskhand.keyed_draws import Keys, mixed
from deskhand.session import Session
from deskhand.streams import check_seed, stream_key

# From notch to notch of the wheel: assumed, a loop with a sleep.
NOTCH_US = 50_000
_WAIT, _DWELL, _HOLD, _CLOCK, _COURSE = range(5)
# A bot waits for nobody, so nothing tells that nobody was there.
_IDLE = ("idle.start", "idle.end")


def bot_session(session: Session, family: Family, *, seed: int) -> Session:
    """Return a session's acts as a bot of a family does them.

    Parameters
    ----------
    session : Session
    family : Family
    seed : int
        From 0 to 2**64 - 1.

    Returns
    -------
    Session
        The same presses at the same places and the same keys, in the same order, as soon as what
        the page did before is done and the family's wait is over; moves that lead to no press are
        left out. Marked as the source is: synthetic if that is, else derived, with the family as
        its profile and in ``provenance_id``.

    Examples
    --------
    >>> import deskhand
    >>> from deskhand.datasets.bots.families import FAMILIES
    >>> session = deskhand.simulate("auth.login", seed=7)
    >>> by_bot = bot_session(session, FAMILIES["headless"], seed=1)
    >>> by_bot.header["duration_us"] < session.header["duration_us"] / 3
    True
    """
    check_seed(seed)
    rows = SessionRows(session)
    acts = found_acts(rows)
    key = np.uint64(stream_key(seed, f"bot.{family.name}.session", session.session_id))
    dropped = rows.is_kind("pointermove", *_IDLE)
    retiming = Retiming(rows, dropped, loose_releases(rows))
    courses = _Courses.of(rows, family, key, seed)
    bot = np.full(len(rows), key)
    row_key = mixed(bot, np.arange(len(rows)))

    def drawn(delay_of: str, row: Rows, slot: int) -> NDArray[np.int64]:
        delay = getattr(family, delay_of)
        drawn_us: NDArray[np.int64] = delay.draw_us(bot[row], mixed(row_key[row], slot), 0)
        return drawn_us

    anchors = retiming.anchors[1:]
    kind = rows.kind[anchors]
    # What goes on with an act before it has its own time; the rest comes a wait after the page.
    ups = np.isin(kind, ("pointerup", "pointercancel", "keyup"))
    begins = ~ups & ~np.isin(anchors, np.append(acts.keys.after, acts.notches.after))
    begins &= ~(rows.repeating[anchors] & (kind == "keydown"))
    gap_us = np.diff(rows.t_us[retiming.anchors])
    again = (kind == "pointerdown") & (gap_us < DOUBLE_CLICK_US) & ~courses.moved(anchors)
    again &= np.append(False, kind[:-1] == "pointerup")
    begun = anchors[begins & ~again]
    retiming.after_page(begun, drawn("wait", begun, _WAIT) + courses.until_press_us(begun))
    # The second press of a double click comes as long after the first as that was held.
    second = anchors[again]
    retiming.after_page(second, drawn("hold", second, _WAIT))
    _time_holds(acts, retiming, courses, drawn("hold", acts.clicks.before, _HOLD))
    _time_keys(rows, acts, retiming, family, key, seed)
    retiming.span(
        acts.notches.before, acts.notches.after, np.full(len(acts.notches.after), NOTCH_US)
    )
    times_us = retiming.times_us()
    added = courses.reports(rows, times_us)
    made = rewritten(rows, times_us, dropped=dropped, added=added)
    lineage = Lineage(made_from=session.session_id, steps=(f"bot:{family.name}",), seed=seed)
    return marked(made, lineage, profile=f"bot-{family.name}")


class _Courses(NamedTuple):
    """Movements before presses and with the button held, from row ``first`` to row ``last``."""

    first: Rows
    last: Rows
    held: Flags
    ways: Ways
    course: Course
    dwell_us: NDArray[np.int64]
    key: Keys

    @classmethod
    def of(cls, rows: SessionRows, family: Family, key: np.uint64, seed: int) -> "_Courses":
        presses = np.flatnonzero(
            rows.is_kind("pointerdown", "pointerup") & np.isfinite(rows.place).all(axis=1)
        )
        placed = np.flatnonzero(rows.is_kind("pointermove") & np.isfinite(rows.place).all(axis=1))
        # The pointer is first seen where the capture first has it.
        first = np.append(placed[:1] if len(placed) else presses[:1], presses[:-1])[: len(presses)]
        held = rows.kind[presses] == "pointerup"
        # The wheel is turned where it was turned before: no way leads there.
        moved = (rows.place[presses] != rows.place[first]).any(axis=1)
        first, last, held = first[moved], presses[moved], held[moved]
        bot = np.full(len(last), key)
        own = mixed(bot, last)
        boxes = target_boxes(rows, last)
        size_px = smaller_sides_px(boxes[:, 2:], ~held & ~np.isnan(boxes[:, 0]))
        ways = Ways(rows.place[first], rows.place[last], size_px, bot, mixed(own, _COURSE), seed)
        dwell_us = np.where(held, 0, family.dwell.draw_us(bot, mixed(own, _DWELL), 0))
        return cls(first, last, held, ways, family.course(ways), dwell_us, own)

    def moved(self, row: Rows) -> Flags:
        """Return which rows a movement leads to."""
        return np.isin(row, self.last)

    def until_press_us(self, row: Rows) -> Floats:
        """Return how long it takes to get to each press and to press there, 0 without a movement."""
        taken = np.zeros(int(max(row.max(initial=0), self.last.max(initial=0))) + 1)
        taken[self.last] = self.course.duration_us + self.dwell_us
        times: Floats = taken[row]
        return times

    def reports(self, rows: SessionRows, times_us: NDArray[np.int64]) -> AddedMoves:
        """Return the reports of all movements, on the clock of the capture's own recorder."""
        held = np.nan_to_num(rows.numbers("buttons")) > 0
        moves = rows.is_kind("pointermove")
        like = np.full(len(self.last), -1, np.intp)
        for pressed in (False, True):
            known = np.flatnonzero(moves & (held == pressed))
            mine = self.held == pressed
            if len(known):
                # The last one before the press: it was in the same window.
                at = np.searchsorted(known, self.last[mine]) - 1
                like[mine] = known[np.maximum(at, 0)]
        # A capture without such moves has no row to be like.
        some = np.flatnonzero(like >= 0)
        if not len(some):
            return AddedMoves.none()
        tick = rows.tick_us
        starts_us, press_us = times_us[self.first[some]], times_us[self.last[some]]
        dwell_us = np.minimum(self.dwell_us[some] // tick * tick, press_us - starts_us)
        ends_us = press_us - dwell_us
        duration_us = np.minimum(self.course.duration_us[some], ends_us - starts_us)
        key = mixed(self.key[some], _CLOCK)
        count, t_us = clock_times_us(own_intervals_us(rows), duration_us, key)
        row = np.repeat(np.arange(len(some)), count)
        # A movement that is cut short is a faster one.
        share = np.where(duration_us[row] > 0, t_us / np.maximum(duration_us[row], 1), 1.0)
        within = (share * self.course.duration_us[some][row]).astype(np.float64)
        place = rows.as_written(np.stack(self.course.where(some[row], within), axis=1))
        place[np.cumsum(count) - 1] = rows.place[self.last[some]]
        new = np.append(True, (place[1:] != place[:-1]).any(axis=1) | (row[1:] != row[:-1]))
        at_us = (ends_us - duration_us)[row] + t_us
        at_us = np.minimum((at_us + tick // 2) // tick * tick, ends_us[row])
        after = self.last[some][row] - 1
        return AddedMoves(like[some][row][new], after[new], at_us[new], place[new])


def _time_holds(
    acts: FoundActs,
    retiming: Retiming,
    courses: _Courses,
    hold_us: NDArray[np.int64],
) -> None:
    """Give presses their holds, and drags the time of their movement."""
    retiming.span(acts.clicks.before, acts.clicks.after, hold_us)
    dragged = courses.held & ~np.isin(courses.last, acts.clicks.after)
    retiming.span(
        courses.first[dragged],
        courses.last[dragged],
        courses.course.duration_us[dragged].astype(np.float64),
    )


def _time_keys(
    rows: SessionRows,
    acts: FoundActs,
    retiming: Retiming,
    family: Family,
    key: np.uint64,
    seed: int,
) -> None:
    """Give runs of keys the times of the family."""
    downs = np.flatnonzero(rows.is_kind("keydown") & ~rows.repeating)
    if not len(downs):
        return
    begins = ~np.isin(downs, acts.keys.after)
    first = np.flatnonzero(begins)
    length = np.diff(first, append=len(downs))
    down_us, up_us = family_times_us(
        family.typing,
        np.full(len(downs), key),
        mixed(np.full(len(first), key), downs[first]),
        length,
        rows.physical[downs],
        rows.modifier[downs],
        seed,
    )
    place = np.searchsorted(downs, acts.keys.after)
    retiming.span(
        acts.keys.before, acts.keys.after, (down_us[place] - down_us[place - 1]).astype(np.float64)
    )
    up = np.flatnonzero(retiming.loose)
    retiming.hold(up, (up_us - down_us)[np.searchsorted(downs, rows.down_of[up])])
    # Releases that stay between their neighbours, of modifiers and masked keys, follow at once.
    anchors = retiming.anchors
    stiff = anchors[(rows.kind[anchors] == "keyup") & (anchors > 0)]
    before = anchors[np.searchsorted(anchors, stiff) - 1]
    retiming.span(before, stiff, np.ones(len(stiff)))
