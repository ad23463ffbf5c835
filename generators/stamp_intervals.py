"""What the stamps of one person's movements say of the recorder: clock, period, jitter, rests."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deskhand.generators.clock import CLOCKS
from deskhand.generators.recorder_rests import SHORT, SHORTEST_REST

# A share of stamps on a clock's grid above which the clock is taken to have it.
_ON_GRID = 0.97
# Intervals this near to the period, as a share of it, are ordinary, and these show jitter.
_NEAR, _WIDE = 0.15, 0.2
# A grid is coarse above this share of the period.
_COARSE = 0.2
# No clock is without jitter: at least this share of the grid, which cannot be seen.
_LEAST_JITTER = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """Intervals between the reports of movements, one after another.

    Parameters
    ----------
    person : NDArray[np.int32], shape (n,)
        Whose.
    dt_us, next_us : NDArray[np.int64], shape (n,)
        Length, and the following one's in the same movement; 0 where there is none.
    first : NDArray[np.bool_], shape (n,)
        The first of its movement.
    progress : NDArray[np.float64], shape (n,)
        Its start as a share of the movement's time.
    step_px : NDArray[np.float64], shape (n,)
        Way from one end to the other.
    """

    person: NDArray[np.int32]
    dt_us: NDArray[np.int64]
    next_us: NDArray[np.int64]
    first: NDArray[np.bool_]
    progress: NDArray[np.float64]
    step_px: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonStamps:
    """One person's recorder as its stamps show it; shares are pairs (how many, of how many)."""

    who: int
    intervals: int
    clock: str
    steady: bool
    ties: bool
    repeats: bool
    period_us: float
    jitter_us: float
    late: int
    late_periods: float
    late_share: tuple[float, int]
    slip_share: tuple[float, int]
    rest_share: tuple[float, int]
    first_rest_share: tuple[float, int]
    rest_above_us: float
    rests_us: NDArray[np.int64]
    first_rests_us: NDArray[np.int64]
    wakes: dict[str, NDArray[np.float64]]


def intervals(
    person: NDArray[np.integer],
    count: NDArray[np.int64],
    t_us: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
) -> Intervals:
    """Return the intervals of movements; arguments as for `fit_recorders`."""
    first = np.cumsum(count) - count
    begins = np.zeros(len(t_us), np.bool_)
    begins[first[count > 0]] = True
    row = np.repeat(np.arange(len(count)), count)
    inside = ~begins[1:]
    dt = np.diff(t_us)
    following = np.append(np.where(inside[1:], dt[1:], 0), 0)
    since = t_us[:-1] - t_us[first[row[:-1]]]
    whole = np.maximum((t_us[first + count - 1] - t_us[first])[row[:-1]], 1)
    return Intervals(
        person=person[row[:-1]][inside].astype(np.int32),
        dt_us=dt[inside],
        next_us=following[inside],
        first=begins[:-1][inside],
        progress=(since / whole)[inside],
        step_px=np.hypot(np.diff(x), np.diff(y))[inside],
    )


def rest_above_us(period_us: ArrayLike, grid_us: ArrayLike) -> NDArray[np.float64]:
    """Return the length above which an interval is a rest; a coarse clock hides more of them."""
    period, grid = np.asarray(period_us, np.float64), np.asarray(grid_us, np.float64)
    return SHORTEST_REST * period + np.where(grid > _COARSE * period, grid, 0.0)


def person_stamps(found: Intervals, who: int) -> PersonStamps:
    """Return what one person's intervals say of the recorder; the person has a later interval."""
    mine = found.person == who
    dt, following, first = found.dt_us[mine], found.next_us[mine], found.first[mine]
    name, grid = _clock_of(dt)
    later = ~first
    ties = float(np.mean(dt[later] == 0))
    period, steady = _period(dt[later], grid, ties)
    pair = later & (following > 0)
    pair &= np.abs(dt - period) <= _WIDE * period
    pair &= np.abs(following - period) <= _WIDE * period
    jitter_us = _LEAST_JITTER * grid
    if steady and pair.any():
        # An interval's end is the next one's start: jitter about a clock shows with its sign
        # turned, and so does rounding to the grid.
        covariance = float(np.mean((dt[pair] - period) * (following[pair] - period)))
        jitter_us = max(float(np.sqrt(max(-covariance - grid**2 / 12, 0.0))), jitter_us)
        # Over two intervals most of a late report's delay is undone again.
        calm = (
            pair
            & (np.append(0, dt[:-1]) <= rest_above_us(period, grid))
            & ~np.append(True, first[:-1])
        )
        calm = calm if calm.any() else pair
        period = float(np.mean(0.5 * (dt[calm] + following[calm])))
    near = max(_NEAR * period, 2.0 * grid)
    usual = np.abs(dt - period) <= near
    usual_next = np.abs(following - period) <= near
    late = later & (dt > period + near) & (dt < 1.6 * period)
    late &= np.abs(dt + following - 2 * period) <= near
    beyond = float(np.mean(dt[late] - period - near)) if late.any() else _NEAR * period
    beyond = max(beyond, 0.03 * period)
    above = float(rest_above_us(period, grid))
    longer = dt > above
    before = np.append(0, dt[:-1])
    second = later & np.append(False, first[:-1]) & ~longer
    after_rest = later & ~longer & (before > above)
    after_short = second & (before < SHORT * period)
    short = dt < min(SHORT * period, period - 1.5 * grid)
    # Short between two ordinary intervals: the clock slipped.
    slip = later & short & np.append(False, usual[:-1]) & usual_next
    # On the clock but for its grid.
    periods = np.where(np.abs(dt - period) < grid, 1.0, dt / period)
    n = int(later.sum())
    return PersonStamps(
        who=who,
        intervals=n,
        clock=name,
        steady=steady,
        ties=ties > 0.01,
        repeats=float(np.mean(found.step_px[mine] == 0.0)) > 0.02,
        period_us=period,
        jitter_us=jitter_us,
        late=int(late.sum()),
        late_periods=beyond / period,
        # Lateness below the bound is taken for jitter; an exponential law has as much above it.
        late_share=(float(late.sum() * min(np.exp(near / beyond), 3.0)), n),
        slip_share=(float(slip.sum()), n),
        rest_share=(float((later & longer).sum()), n),
        first_rest_share=(float((first & longer).sum()), int(first.sum())),
        rest_above_us=above,
        rests_us=dt[later & longer],
        first_rests_us=dt[first & longer],
        wakes={
            "start": periods[first & ~longer],
            "after_short": periods[after_short],
            "after_ordinary": periods[second & ~after_short & ~after_rest],
            "after_rest": periods[after_rest],
            "slip": periods[slip],
        },
    )


def _clock_of(dt_us: NDArray[np.int64]) -> tuple[str, int]:
    """Return the coarsest clock on whose grid the intervals lie, and its grid in us."""
    for name, known in sorted(CLOCKS.items(), key=lambda item: -item[1].grid_us):
        slack = known.unit_us if known.grid_us % known.unit_us else 0
        away = np.abs(dt_us - np.rint(dt_us / known.grid_us) * known.grid_us)
        if np.mean(away <= slack) >= _ON_GRID and dt_us.any():
            return name, known.grid_us
    return "microsecond", 1


def _period(dt_us: NDArray[np.int64], grid: int, ties: float) -> tuple[float, bool]:
    """Return the period of a person's clock in us, and whether there is a steady one to see."""
    if ties > 0.05:
        # The stamps are coarser than the reports: only their mean rate is left to see.
        busy = dt_us[dt_us < max(40_000, 1.5 * grid)]
        rate = float(busy.mean()) if len(busy) else float(grid)
        # Some systems hand several reports over at once; that is no faster device.
        return max(rate, grid / 8, 500.0), False
    short = dt_us[(dt_us > 0) & (dt_us < 100_000)]
    period = float(np.median(short if len(short) else dt_us))
    for _ in range(3):
        near = dt_us[np.abs(dt_us - period) <= max(0.2 * period, 2.0 * grid)]
        if len(near):
            period = float(near.mean())
    return max(period, 500.0), True
