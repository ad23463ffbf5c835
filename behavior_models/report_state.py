"""What a movement looks like from within: the state from which its next report is drawn.

The same columns serve fitting (all reports of recorded movements at once) and sampling (one report
of many movements at once). Directions are taken in the frame of the heading, a mean of the last
steps with a memory of 20 ms, and in the frame of the screen, whose lattice shows at low speed.
"""

from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

HISTORY = 7
HEADING_MEMORY_MS = 20.0
# A gap above this is a rest of the hand or a late frame, at usual frame rates. Assumed.
GAP_MS = 30.0
# So near to the end point each place counts.
NEAR_PX = 3
# Scale on which intervals are compared: the period of the most frequent display, 60 Hz.
FRAME_MS = 16.7
# Keeps the logarithm of a detour finite for a straight path.
DETOUR_FLOOR = 0.004
TRAITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportState:
    """The state of n movements after a report.

    Parameters
    ----------
    step_x, step_y, gap_ms : NDArray[np.float32], shape (HISTORY, n)
        The last steps in px and intervals in ms, the latest first.
    rest_x, rest_y : NDArray[np.float32], shape (n,)
        From here to the end point, px.
    elapsed_ms, since_gap_ms : NDArray[np.float32], shape (n,)
        Time since the first report, and since the last interval above `GAP_MS`.
    path_px, fastest_px_ms, across_px : NDArray[np.float32], shape (n,)
        Path so far, highest speed so far, and distance from the straight line.
    place : NDArray[np.float32], shape (n,)
        Number of the report, from 0.
    distance_px, chord_x, chord_y : NDArray[np.float32], shape (n,)
        Of the whole movement: its distance and its direction.
    period_ms : NDArray[np.float32], shape (n,)
        Of the person's recorder.
    time_ms, log_detour, peak_share : NDArray[np.float32], shape (n,)
        The plan: time, ``ln(path / distance - 1 + DETOUR_FLOOR)`` and the share of the time at
        which the hand is fastest.
    traits : NDArray[np.float32], shape (TRAITS, n)
        The person, standardised.
    pressed : NDArray[np.float32], shape (n,)
        1 where the movement ends in a press, 0 where the hand merely rests.
    log_width, width_known : NDArray[np.float32], shape (n,)
        The target's extent along the path, 0 where it is not known; and 1 where it is.
    """

    step_x: Floats
    step_y: Floats
    gap_ms: Floats
    rest_x: Floats
    rest_y: Floats
    elapsed_ms: Floats
    since_gap_ms: Floats
    path_px: Floats
    fastest_px_ms: Floats
    across_px: Floats
    place: Floats
    distance_px: Floats
    chord_x: Floats
    chord_y: Floats
    period_ms: Floats
    time_ms: Floats
    log_detour: Floats
    peak_share: Floats
    traits: Floats
    pressed: Floats
    log_width: Floats
    width_known: Floats

    def take(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> Self:
        """Return the state of some movements."""
        return replace(
            self,
            **{
                f.name: np.ascontiguousarray(getattr(self, f.name)[..., chosen])
                for f in fields(self)
            },
        )

    def put(self, places: NDArray[np.intp], others: "ReportState") -> None:
        """Overwrite the movements at some places with others, in this order."""
        for f in fields(self):
            getattr(self, f.name)[..., places] = getattr(others, f.name)

    def after(self, step_x: Floats, step_y: Floats, gap_ms: Floats) -> Self:
        """Return the state one report later, shape (n,) each."""
        length = np.sqrt(step_x * step_x + step_y * step_y)
        speed = length / np.maximum(gap_ms, np.float32(1.0))
        return replace(
            self,
            step_x=np.concatenate([step_x[np.newaxis], self.step_x[:-1]]),
            step_y=np.concatenate([step_y[np.newaxis], self.step_y[:-1]]),
            gap_ms=np.concatenate([gap_ms[np.newaxis], self.gap_ms[:-1]]),
            rest_x=self.rest_x - step_x,
            rest_y=self.rest_y - step_y,
            elapsed_ms=self.elapsed_ms + gap_ms,
            since_gap_ms=np.where(gap_ms > GAP_MS, np.float32(0.0), self.since_gap_ms + gap_ms),
            path_px=self.path_px + length,
            fastest_px_ms=np.maximum(self.fastest_px_ms, speed),
            across_px=self.across_px + (step_y * self.chord_x - step_x * self.chord_y),
            place=self.place + np.float32(1.0),
        )


def first_state(
    *,
    rest_x: Floats,
    rest_y: Floats,
    period_ms: Floats,
    time_ms: Floats,
    log_detour: Floats,
    peak_share: Floats,
    traits: Floats,
    pressed: Floats,
    log_width: Floats,
    width_known: Floats,
) -> ReportState:
    """Return the state at the first report; see `ReportState` for the columns."""
    n = len(rest_x)
    distance_px: Floats = np.maximum(np.sqrt(rest_x * rest_x + rest_y * rest_y), np.float32(1.0))
    none = np.zeros(n, np.float32)
    return ReportState(
        step_x=np.zeros((HISTORY, n), np.float32),
        step_y=np.zeros((HISTORY, n), np.float32),
        gap_ms=np.tile(period_ms, (HISTORY, 1)),
        rest_x=rest_x,
        rest_y=rest_y,
        elapsed_ms=none,
        since_gap_ms=none,
        path_px=none,
        fastest_px_ms=none,
        across_px=none,
        place=none,
        distance_px=distance_px,
        chord_x=rest_x / distance_px,
        chord_y=rest_y / distance_px,
        period_ms=period_ms,
        time_ms=time_ms,
        log_detour=log_detour,
        peak_share=peak_share,
        traits=traits,
        pressed=pressed,
        log_width=log_width,
        width_known=width_known,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Where the hand is going: a unit vector and a speed, shape (n,) each."""

    x: Floats
    y: Floats
    speed_px_ms: Floats


def squeezed(values: Floats) -> Floats:
    """Return ``sign(v) ln(1 + |v|)``; unlike asinh it needs no slow library function."""
    size = np.abs(values)
    size += np.float32(1.0)
    np.log(size, out=size)
    return np.copysign(size, values, out=size)


def stretched(values: Floats) -> Floats:
    """Return the inverse of `squeezed`.

    Examples
    --------
    >>> stretched(squeezed(np.array([-3.0, 0.5], np.float32))).round(4).tolist()
    [-3.0, 0.5]
    """
    size = np.abs(values)
    np.exp(size, out=size)
    size -= np.float32(1.0)
    return np.copysign(size, values, out=size)


def heading(state: ReportState) -> Heading:
    """Return the heading; before the first step it points along the chord."""
    x, y, time_ms = state.step_x[0].copy(), state.step_y[0].copy(), state.gap_ms[0].copy()
    ago_ms = np.zeros_like(time_ms)
    for number in range(1, HISTORY):
        ago_ms += state.gap_ms[number - 1]
        weight = np.exp(ago_ms * np.float32(-1 / HEADING_MEMORY_MS))
        x += weight * state.step_x[number]
        y += weight * state.step_y[number]
        time_ms += weight * state.gap_ms[number]
    length = np.sqrt(x * x + y * y)
    still = length < np.float32(1e-3)
    safe = np.where(still, np.float32(1.0), length)
    return Heading(
        x=np.where(still, state.chord_x, x / safe),
        y=np.where(still, state.chord_y, y / safe),
        speed_px_ms=length / np.maximum(time_ms, np.float32(1.0)),
    )


def _log1(values: Floats) -> Floats:
    out: Floats = np.log(values + np.float32(1.0))
    return out


def interval_features(state: ReportState) -> Floats:
    """Return what the next interval is drawn from, shape (features, n).

    Recorders write when a frame of the display is due: the times between the last reports, less
    whole periods, tell how early or late the latest one was.
    """
    s, f = state, np.float32
    length = np.sqrt(s.step_x[:3] * s.step_x[:3] + s.step_y[:3] * s.step_y[:3])
    rest = np.sqrt(s.rest_x * s.rest_x + s.rest_y * s.rest_y)
    speed: Floats = np.divide(length, np.maximum(s.gap_ms[:3], f(1.0)), dtype=np.float32)
    periods = s.gap_ms / s.period_ms
    since = periods.copy()
    for later, earlier in pairwise(since):
        earlier += later
    rows = [
        *squeezed((s.gap_ms[:4] - f(FRAME_MS)) * f(0.5)),
        *_log1(s.gap_ms[:2]),
        *(since - np.rint(since)),
        *np.minimum(periods[:3], f(4.0)),
        np.log(s.period_ms),
        *_log1(speed * f(4.0)),
        *(_log1(s.elapsed_ms), _log1(s.since_gap_ms), _log1(rest)),
        *(np.log(s.distance_px), np.log(s.time_ms)),
        np.log(np.maximum(s.time_ms - s.elapsed_ms, f(8.0))),
        _log1(np.maximum(s.elapsed_ms - s.time_ms, f(0.0)) * f(0.05)),
        *(_flag(s.place == number) for number in (0, 1, 2)),
        _flag(s.place < 6),
        *(_flag(s.step_x[0] == 0), _flag(s.step_y[0] == 0), _flag(length[0] < f(1.5))),
        *(*s.traits, s.pressed),
    ]
    return np.stack(rows)


def step_features(state: ReportState, way: Heading, gap_ms: Floats) -> tuple[Floats, Floats]:
    """Return what the next step is drawn from, given its interval.

    Parameters
    ----------
    state : ReportState
    way : Heading
        Of the state.
    gap_ms : NDArray[np.float32], shape (n,)
        Interval up to the next report.

    Returns
    -------
    features : NDArray[np.float32], shape (features, n)
    reach_px : NDArray[np.float32], shape (n,)
        How far the hand goes in the interval if it keeps its speed.
    """
    reach_px = way.speed_px_ms * np.clip(gap_ms, np.float32(1.0), np.float32(60.0))
    rows = [*_motion(state, way), *_next_step(state, way, gap_ms, reach_px)]
    return np.stack(rows), reach_px


def _motion(state: ReportState, way: Heading) -> list[Floats]:
    s, f = state, np.float32
    one = f(1.0)
    rest = np.sqrt(s.rest_x * s.rest_x + s.rest_y * s.rest_y)
    safe = np.maximum(rest, f(0.5))
    ahead = s.rest_x * way.x + s.rest_y * way.y
    aside = s.rest_y * way.x - s.rest_x * way.y
    length = np.sqrt(s.step_x * s.step_x + s.step_y * s.step_y)
    speed: Floats = np.divide(length, np.maximum(s.gap_ms, one), dtype=np.float32)
    log_rest, log_distance, log_time = _log1(rest), np.log(s.distance_px), np.log(s.time_ms)
    log_fastest = np.log(s.fastest_px_ms + f(0.05))
    left_ms = np.maximum(s.time_ms - s.elapsed_ms, f(8.0))
    log_left = np.log(left_ms)
    late = _log1(np.maximum(s.elapsed_ms - s.time_ms, f(0.0)) * f(0.05))
    share, detour = s.elapsed_ms / s.time_ms, s.path_px / s.distance_px
    rows = [
        *(squeezed(ahead), squeezed(aside), ahead / safe, aside / safe, log_rest),
        *(s.rest_x / safe, s.rest_y / safe, squeezed(s.rest_x), squeezed(s.rest_y)),
        *(log_distance, log_rest - log_distance, s.chord_x, s.chord_y),
        np.clip(s.across_px / s.distance_px * f(5.0), f(-5.0), f(5.0)),
        *_log1(speed * f(4.0)),
    ]
    for x, y in zip(s.step_x[:3], s.step_y[:3], strict=True):
        rows += [squeezed(x * way.x + y * way.y), squeezed(y * way.x - x * way.y)]
        rows += [squeezed(x), squeezed(y)]
    rows += [*squeezed((s.gap_ms[:4] - f(FRAME_MS)) * f(0.5)), *_log1(s.gap_ms[:2])]
    rows += [
        *(np.log(speed[0] + f(0.02)) - log_fastest, _log1(s.elapsed_ms), _log1(s.since_gap_ms)),
        *(np.minimum(detour, f(6.0)), log_rest - _log1(speed[0] * f(16.0))),
        *(_flag(s.place == number) for number in (0, 1, 2)),
        _flag(s.place < 6),
        *(way.x, way.y, way.x * way.x - way.y * way.y, f(2.0) * way.x * way.y),
        *(_flag(s.step_x[0] == 0), _flag(s.step_y[0] == 0), _flag(length[0] < f(1.5))),
        *(log_time, log_left, np.minimum(share, f(3.0))),
        np.log(rest + f(2.0)) - log_left - log_distance + log_time,
        *(late, s.log_detour),
        np.clip(np.exp(s.log_detour) + f(1.0 - DETOUR_FLOOR) - detour, f(-2.0), f(2.0)),
        *(s.peak_share, np.clip(s.peak_share - share, f(-2.0), one)),
        *(*s.traits, s.pressed, s.log_width, s.width_known),
    ]
    for steps in (4, HISTORY):
        x, y, span = _summed(s.step_x, steps), _summed(s.step_y, steps), _summed(s.gap_ms, steps)
        per_frame: Floats = np.divide(f(16.0), np.maximum(span, one), dtype=np.float32)
        rows += [
            squeezed((x * way.x + y * way.y) * per_frame),
            squeezed((y * way.x - x * way.y) * per_frame),
        ]
    rows += [
        _log1(way.speed_px_ms * f(4.0)),
        np.log(way.speed_px_ms + f(0.02)) - log_fastest,
        log_rest - _log1(way.speed_px_ms * f(16.0)),
        _log1(_summed(s.gap_ms, HISTORY)),
    ]
    return rows


def _next_step(state: ReportState, way: Heading, gap_ms: Floats, reach_px: Floats) -> list[Floats]:
    f = np.float32
    far = np.maximum(np.abs(state.rest_x), np.abs(state.rest_y))
    near = _flag(far <= NEAR_PX)
    near_x, near_y = near * state.rest_x, near * state.rest_y
    along, aside = step_scores(way, reach_px, state.rest_x, state.rest_y)
    return [
        *(squeezed((gap_ms - f(FRAME_MS)) * f(0.5)), _log1(gap_ms), _log1(reach_px)),
        *(np.clip(along, f(-6.0), f(6.0)), np.clip(aside, f(-6.0), f(6.0))),
        *(np.exp(f(-0.5) * (along * along + aside * aside)), _flag(gap_ms > GAP_MS)),
        # The last step of a person is most often a single pixel along one axis, so the last few places
        # before the end point are told apart.
        *(near_x, near_y),
        *(_flag(np.abs(axis) == size) for axis in (near_x, near_y) for size in (1, 2)),
        *(_flag(state.rest_x == 0), _flag(state.rest_y == 0)),
        *(_flag(far <= 1), _flag(far <= 2)),
        _flag(np.abs(state.rest_x) + np.abs(state.rest_y) == 1),
    ]


def step_scores(
    way: Heading, reach_px: Floats, step_x: Floats, step_y: Floats
) -> tuple[Floats, Floats]:
    """Return steps relative to the expected one, squeezed, along the heading and to its left."""
    f = np.float32
    ahead = step_x * way.x + step_y * way.y
    aside = step_y * way.x - step_x * way.y
    return (
        squeezed((ahead - reach_px) / (f(0.6) + f(0.25) * reach_px)),
        squeezed(aside / (f(0.6) + f(0.15) * reach_px)),
    )


def steps_of_scores(
    way: Heading, reach_px: Floats, along: Floats, aside: Floats
) -> tuple[Floats, Floats]:
    """Return the steps that have these scores; the inverse of `step_scores`."""
    f = np.float32
    ahead = reach_px + (f(0.6) + f(0.25) * reach_px) * stretched(along)
    left = (f(0.6) + f(0.15) * reach_px) * stretched(aside)
    return ahead * way.x - left * way.y, ahead * way.y + left * way.x


def _flag(mask: NDArray[np.bool_]) -> Floats:
    return mask.astype(np.float32)


def _summed(history: Floats, steps: int) -> Floats:
    total: Floats = history[0].copy()
    for row in history[1:steps]:
        total += row
    return total
