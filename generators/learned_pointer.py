"""The learned hand in sessions: drawn reports, fitted into planned times and read at a device's polls.

A session plans the exact bounds of a movement before it is rendered. The network draws the movement
under a plan of that very time; what it makes of it scatters, so its time is stretched to the planned
one. Its reports are places that the hand went through: between them the hand goes smoothly, and a
rest in the reports stays a rest.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.hand_traits import HandTraits
from deskhand.behavior_models.report_policy import Reports
from deskhand.behavior_models.report_traits import ReportTraits, draw_report_traits
from deskhand.behavior_models.sigma_lognormal import PathRequests, Paths
from deskhand.behavior_models.sigma_lognormal import pointer_paths as law_paths
from deskhand.behavior_models.submovement_parsing import submovement_numbers
from deskhand.generators.learned_reports import SHORTEST_US, TEMPO, planned, policy_of, replaced
from deskhand.keyed_draws import Keys, mixed

# Ways shorter than those that networks are fitted to go by the law, as do ways without an aim and
# what is quicker than `SHORTEST_US`.
SHORTEST_PX = 20.0
# Of so many people of the population the one is taken who is most like the session's: in tempo, and,
# which weighs more, in using the usual recorder.
PEOPLE, RECORDER_WEIGHT = 64, 10.0
# Of so many plans of a movement the one whose time is nearest to the planned time is followed.
PLANS = 8
# A movement that has to be stretched by a factor outside of these is drawn again, so often at most.
STRETCH = (0.6, 1.7)
REDRAWS = 3
# An interval of so many periods or more can be a rest. Assumed.
REST_PERIODS = 1.5
# Rows are told apart by these bits of a time in us: 2**33 us are more than two hours.
ROW_BITS = 33
_TRAITS, _PLAN, _REPORTS, _AGAIN = range(4)


def pointer_paths(hand: HandTraits, requests: PathRequests) -> Paths:
    """Return the positions of many movements at their sample times.

    Parameters
    ----------
    hand : HandTraits
        Whose hand; its population has the sections of the learned tier.
    requests : PathRequests
        What to render.

    Returns
    -------
    Paths
        At the end of its duration a movement is at its end point. A movement depends on its own
        request alone.

    Source
    ------
    Profile sections ``report_traits``, ``movement_plan`` and ``report_policy``; for ways below 20 px
    or 80 ms and ways without an aim, what the law is made of.
    """
    distance_px = np.hypot(requests.x1 - requests.x0, requests.y1 - requests.y0)
    learned = requests.aimed & (distance_px >= SHORTEST_PX)
    learned &= 1e6 * requests.duration_s >= SHORTEST_US
    if learned.all():
        return _learned(hand, requests)
    by_law = law_paths(hand, _part(requests, ~learned))
    if not learned.any():
        return replace(by_law, of_pointer=True)
    drawn = _learned(hand, _part(requests, learned))
    rows = np.repeat(learned, requests.count)
    columns = {}
    for name, mask in (("x", rows), ("y", rows), ("stroke", rows), ("stroke_count", learned)):
        column = np.empty(len(mask), getattr(drawn, name).dtype)
        column[mask], column[~mask] = getattr(drawn, name), getattr(by_law, name)
        columns[name] = column
    return Paths(**columns, of_pointer=True)


def _part(requests: PathRequests, chosen: NDArray[np.bool_]) -> PathRequests:
    return PathRequests(
        **{
            name: getattr(requests, name)[chosen]
            for name in ("x0", "y0", "x1", "y1", "width_px", "duration_s", "aimed", "count", "keys")
        },
        time_s=requests.time_s[np.repeat(chosen, requests.count)],
    )


def _learned(hand: HandTraits, requests: PathRequests) -> Paths:
    traits = _traits(hand)
    duration_us = np.rint(1e6 * requests.duration_s).astype(np.int64)
    reports = _drawn(hand, traits, requests, duration_us)
    stroke = submovement_numbers(reports.count, reports.t_us, reports.x, reports.y)
    last = np.cumsum(reports.count) - 1
    knots = _knots(reports, stroke, float(traits.period_ms[0]) * 1e3)
    x, y, at = _between(_stretched(knots, duration_us), requests.count, requests.time_s)
    return Paths(
        x=x,
        y=y,
        stroke=knots.stroke[at],
        stroke_count=stroke[last].astype(np.int32) + 1,
        of_pointer=True,
    )


def _traits(hand: HandTraits) -> ReportTraits:
    """Return how one person's reports differ from others'.

    The recorder is the usual one of the population, since the session's own device reads the path
    that comes of it. Who is slow is so in both tiers, with all that goes along with being slow.
    """
    key = mixed(np.array([hand.key], np.uint64), _TRAITS)
    people = draw_report_traits(hand.population, mixed(key, np.arange(PEOPLE)))
    usual = np.median(people.period_ms)
    unlike = np.abs(people.scores[TEMPO] - hand.tempo)
    unlike += RECORDER_WEIGHT * np.abs(np.log(people.period_ms / usual))
    one = [int(unlike.argmin())]
    return ReportTraits(period_ms=people.period_ms[one], scores=people.scores[:, one])


def _drawn(
    hand: HandTraits, traits: ReportTraits, requests: PathRequests, duration_us: NDArray[np.int64]
) -> Reports:
    """Return drawn reports of the movements, in times near the planned ones."""
    start = np.stack([requests.x0, requests.y0], axis=1)
    end = np.stack([requests.x1, requests.y1], axis=1)
    time_ms = (1e-3 * duration_us).astype(np.float32)
    policy = policy_of(hand.population)

    def made(rows: NDArray[np.intp], key: Keys) -> Reports:
        n = len(rows)
        several, whose = np.repeat(rows, PLANS), np.zeros(n * PLANS, np.intp)
        plan_key = mixed(np.repeat(mixed(key, _PLAN), PLANS), np.tile(np.arange(PLANS), n))
        asked = start[several], end[several], requests.width_px[several]
        plans = planned(hand.population, traits, whose, *asked, plan_key)
        # The detour and the time of the peak go with the time: long ones are often not straight.
        off = np.abs(np.log(plans.time_ms / time_ms[several])).reshape(n, PLANS)
        nearest = plans.take(np.arange(n) * PLANS + off.argmin(axis=1))
        state = replace(nearest, time_ms=time_ms[rows])
        return policy.draw(state, start[rows, 0], start[rows, 1], mixed(key, _REPORTS))

    reports = made(np.arange(len(duration_us)), requests.keys)
    for attempt in range(REDRAWS):
        stretch = duration_us / np.maximum(reports.t_us[np.cumsum(reports.count) - 1], 1)
        odd = np.flatnonzero((stretch < STRETCH[0]) | (stretch > STRETCH[1]))
        if not len(odd):
            break
        reports = replaced(reports, odd, made(odd, mixed(requests.keys[odd], _AGAIN, attempt)))
    return reports


class _Knots(NamedTuple):
    """Places that movements go through, in flat columns; the first is at time 0."""

    count: NDArray[np.int64]  # type: ignore[assignment]  # shadows tuple.count, which nobody calls
    t_us: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    stroke: NDArray[np.int8]


def _knots(reports: Reports, stroke: NDArray[np.int8], period_us: float) -> _Knots:
    """Return the reports, and in each rest the time at which the hand went on.

    A long interval is a late frame when the hand would have kept its speed in it, and a rest when it
    would have kept it in the last period alone.
    """
    count, t_us = reports.count, reports.t_us
    x, y = reports.x.astype(np.float64), reports.y.astype(np.float64)
    last = np.cumsum(count) - 1
    first = last - count + 1
    gap_us, length = np.diff(t_us, prepend=0).astype(np.float64), np.hypot(*_steps(x, y))
    gap_us[first], length[first] = period_us, 0.0
    speed = length / np.maximum(gap_us, 1.0)
    after = np.append(speed[1:], 0.0)
    after[last] = 0.0
    around = 0.5 * (np.append(0.0, speed[:-1]) + after)
    rested = length / period_us
    rest = (gap_us >= REST_PERIODS * period_us) & (speed * rested < around * around)
    rest &= length > 0.0
    where = np.flatnonzero(rest)
    resumed_us = t_us[where] - round(period_us)
    more = np.add.reduceat(rest, first, dtype=np.int64)
    return _Knots(
        count + more,
        np.insert(t_us, where, resumed_us),
        np.insert(x, where, x[where - 1]),
        np.insert(y, where, y[where - 1]),
        np.insert(stroke, where, stroke[where - 1]),
    )


def _steps(x: NDArray[np.float64], y: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    return [np.diff(axis, prepend=axis[:1]) for axis in (x, y)]


def _stretched(knots: _Knots, duration_us: NDArray[np.int64]) -> _Knots:
    """Return knots whose movements take exactly so long; no two of one are at the same time."""
    last = np.cumsum(knots.count) - 1
    place = np.arange(len(knots.t_us)) - np.repeat(last - knots.count + 1, knots.count)
    factor = (duration_us - knots.count + 1) / np.maximum(knots.t_us[last], 1)
    t_us = np.rint(knots.t_us * np.repeat(factor, knots.count)).astype(np.int64) + place
    t_us[last] = duration_us
    return knots._replace(t_us=t_us)


def _between(
    knots: _Knots, count: NDArray[np.int64], time_s: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.intp]]:
    """Return the places at sample times, and the knot before each.

    Cubic pieces whose slopes never overshoot a knot: where a movement rests or turns on one axis, it
    does so between the same places.

    Source
    ------
    Fritsch & Butland 1984, "A method for constructing local monotone piecewise cubic interpolants".
    """
    last = np.cumsum(knots.count) - 1
    first = last - knots.count + 1
    row = np.arange(len(knots.count)) << ROW_BITS
    sample_us = np.rint(time_s.astype(np.float64) * 1e6).astype(np.int64)
    when = np.repeat(row, knots.count) + knots.t_us
    at = np.searchsorted(when, np.repeat(row, count) + sample_us, side="right") - 1
    at = np.clip(at, np.repeat(first, count), np.repeat(last - 1, count))
    h = np.append(np.diff(knots.t_us), 1).astype(np.float64)
    # The hand is at rest at both ends.
    ends = np.zeros(len(h), np.bool_)
    ends[first] = ends[last] = True
    h[last] = 1.0
    before = np.append(1.0, h[:-1])
    part = (sample_us - knots.t_us[at]) / h[at]
    np.clip(part, 0.0, 1.0, out=part)
    places = []
    for axis in (knots.x, knots.y):
        rise = np.append(np.diff(axis), 0.0) / h
        earlier = np.append(0.0, rise[:-1])
        same = (rise * earlier > 0.0) & ~ends
        rise_safe, earlier_safe = np.where(same, rise, 1.0), np.where(same, earlier, 1.0)
        weight = 2.0 * h + before, h + 2.0 * before
        slope = (weight[0] + weight[1]) / (weight[0] / earlier_safe + weight[1] / rise_safe)
        slope = np.where(same, slope, 0.0)
        step, reach = axis[at + 1] - axis[at], h[at]
        rest = 1.0 - part
        bend = (slope[at] * rest - slope[at + 1] * part) * reach * part * rest
        place = axis[at] + step * part * part * (3.0 - 2.0 * part) + bend
        places.append(place.astype(np.float32))
    return places[0], places[1], at
