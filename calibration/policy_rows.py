"""Recorded movements as the states, intervals and steps from which the learned hand is fitted."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.fitts import widths_along_path_px
from deskhand.behavior_models.report_state import DETOUR_FLOOR, GAP_MS, HISTORY, ReportState
from deskhand.calibration.movements import Movements

Floats = NDArray[np.float32]

# A click this far outside its target's box was meant for something else.
OUTSIDE_PX = 1.0
# A target is at least so wide along the path; smaller figures are recording errors. Assumed.
SMALLEST_PX = 2.0
# Speeds are taken over three steps, and over at least this time.
SHORTEST_SPAN_MS = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What is known of m movements beside their reports, shape (m,) each.

    ``log_width`` is ln of the target's extent along the path, 0 where ``width_known`` is False;
    ``parts`` (3, m) is what a plan would have said: ln time in ms, ln detour, share of the peak.
    """

    distance_px: NDArray[np.float64]
    log_width: NDArray[np.float64]
    width_known: NDArray[np.bool_]
    parts: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRows:
    """One row for each report but the last: the state, and what came next."""

    state: ReportState
    gap_ms: Floats
    step_x: Floats
    step_y: Floats
    ends: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.gap_ms)

    def take(self, chosen: NDArray[np.intp]) -> "PolicyRows":
        """Return some rows."""
        return PolicyRows(
            state=self.state.take(chosen),
            gap_ms=self.gap_ms[chosen],
            step_x=self.step_x[chosen],
            step_y=self.step_y[chosen],
            ends=self.ends[chosen],
        )


def conditions(movements: Movements) -> Conditions:
    """Return the conditions of recorded movements."""
    first, last = movements.first, movements.last
    x1, y1 = movements.x[last], movements.y[last]
    dx, dy = x1 - movements.x[first], y1 - movements.y[first]
    at_x, at_y, width, height = movements.target.T
    with np.errstate(invalid="ignore"):
        known = (width > 0) & (height > 0)
        known &= np.abs(x1 - at_x) <= 0.5 * width + OUTSIDE_PX
        known &= np.abs(y1 - at_y) <= 0.5 * height + OUTSIDE_PX
    along = widths_along_path_px(dx, dy, np.where(known, width, 1.0), np.where(known, height, 1.0))
    step, dt_ms = _steps(movements)
    distance_px = movements.distance_px
    detour = np.add.reduceat(step, first) / distance_px - 1.0 + DETOUR_FLOOR
    time_ms = movements.duration_us / 1e3
    parts = [np.log(time_ms), np.log(detour), _peak_ms(movements, step, dt_ms) / time_ms]
    return Conditions(
        distance_px=distance_px,
        log_width=np.where(known, np.log(np.maximum(along, SMALLEST_PX)), 0.0),
        width_known=known,
        parts=np.stack(parts),
    )


def policy_rows(
    movements: Movements,
    known: Conditions,
    scores: NDArray[np.float64],
    period_ms: NDArray[np.float64],
) -> PolicyRows:
    """Return the rows of movements.

    Parameters
    ----------
    movements : Movements
        A dwell below 0 marks a movement that ends in a rest.
    known : Conditions
        Of the same movements.
    scores : NDArray[np.float64], shape (8, p)
        Standardised traits of the people.
    period_ms : NDArray[np.float64], shape (p,)
        Their usual intervals.
    """
    step, dt_ms = _steps(movements)
    first, count = movements.first, movements.count
    step_x, step_y = _difference(movements.x, first), _difference(movements.y, first)
    place = np.arange(len(step)) - np.repeat(first, count)
    row = np.flatnonzero(place < np.repeat(count, count) - 1)
    whose = np.repeat(np.arange(len(count)), count)[row]
    place = place[row]
    person = movements.person[whose]

    def past(column: NDArray[np.float64], before: NDArray[np.float64] | float) -> Floats:
        rows = [
            np.where(place > back, column[np.maximum(row - back, 0)], before)
            for back in range(HISTORY)
        ]
        return np.stack(rows).astype(np.float32)

    def single(values: NDArray[np.float64] | NDArray[np.bool_]) -> Floats:
        return values.astype(np.float32)

    since_start = movements.t_us / 1e3
    rests = dt_ms > GAP_MS
    rests[first] = True
    latest = np.maximum.accumulate(np.where(rests, np.arange(len(step)), 0))
    path = np.cumsum(step)
    speed = step / np.maximum(dt_ms, 1.0)
    # A running maximum within each movement: movements are lifted above one another.
    lift = np.repeat(np.arange(len(count)) * (speed.max() + 1.0), count)
    fastest = np.maximum.accumulate(speed + lift) - lift
    last = movements.last
    x0, y0 = movements.x[first], movements.y[first]
    chord_x = (movements.x[last] - x0) / known.distance_px
    chord_y = (movements.y[last] - y0) / known.distance_px
    away_x, away_y = movements.x[row] - x0[whose], movements.y[row] - y0[whose]
    state = ReportState(
        step_x=past(step_x, 0.0),
        step_y=past(step_y, 0.0),
        gap_ms=past(dt_ms, period_ms[person]),
        rest_x=single(movements.x[last][whose] - movements.x[row]),
        rest_y=single(movements.y[last][whose] - movements.y[row]),
        elapsed_ms=single(since_start[row]),
        since_gap_ms=single(since_start[row] - since_start[latest[row]]),
        path_px=single(path[row] - path[first[whose]]),
        fastest_px_ms=single(fastest[row]),
        across_px=single(away_y * chord_x[whose] - away_x * chord_y[whose]),
        place=single(place.astype(np.float64)),
        distance_px=single(known.distance_px[whose]),
        chord_x=single(chord_x[whose]),
        chord_y=single(chord_y[whose]),
        period_ms=single(period_ms[person]),
        time_ms=single(np.exp(known.parts[0])[whose]),
        log_detour=single(known.parts[1][whose]),
        peak_share=single(known.parts[2][whose]),
        traits=scores[:, person].astype(np.float32),
        pressed=single((movements.dwell_us >= 0)[whose]),
        log_width=single(known.log_width[whose]),
        width_known=single(known.width_known[whose]),
    )
    return PolicyRows(
        state=state,
        gap_ms=single(dt_ms[row + 1]),
        step_x=single(step_x[row + 1]),
        step_y=single(step_y[row + 1]),
        ends=row + 1 == last[whose],
    )


def mirrored(rows: PolicyRows, sign: Floats) -> PolicyRows:
    """Return rows whose vertical axis is turned where ``sign`` is -1, shape (n,)."""
    s = rows.state
    state = replace(
        s,
        step_y=s.step_y * sign,
        rest_y=s.rest_y * sign,
        chord_y=s.chord_y * sign,
        across_px=s.across_px * sign,
    )
    return replace(rows, state=state, step_y=rows.step_y * sign)


def _difference(values: NDArray[np.float64], first: NDArray[np.int64]) -> NDArray[np.float64]:
    change = np.diff(values, prepend=values[:1])
    change[first] = 0.0
    return change


def _steps(movements: Movements) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the length of each step and its interval in ms, 0 at first reports."""
    first = movements.first
    step = np.hypot(_difference(movements.x, first), _difference(movements.y, first))
    return step, _difference(movements.t_us / 1e3, first)


def _peak_ms(
    movements: Movements, step: NDArray[np.float64], dt_ms: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return when each movement was fastest."""
    first, count = movements.first, movements.count
    speed = _three(step, movements) / np.maximum(_three(dt_ms, movements), SHORTEST_SPAN_MS)
    highest = np.repeat(np.maximum.reduceat(speed, first), count)
    # The first of several equal maxima.
    candidates = np.where(speed >= highest, np.arange(len(speed)), len(speed))
    peak: NDArray[np.float64] = movements.t_us[np.minimum.reduceat(candidates, first)] / 1e3
    return peak


def _three(values: NDArray[np.float64], movements: Movements) -> NDArray[np.float64]:
    """Return each value with its two neighbours of the same movement, summed."""
    before, after = np.append(0.0, values[:-1]), np.append(values[1:], 0.0)
    before[movements.first] = 0.0
    after[movements.last] = 0.0
    total: NDArray[np.float64] = before + values + after
    return total
