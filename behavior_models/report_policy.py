"""The learned hand: report after report drawn from a small density network under a plan.

A movement is a policy under a soft plan: Fitts' law and its scatter say how long it should take, the
network says what the next report looks like from where the hand is now. First the interval, then
whether the movement ends, then the step: a cell of the pixel lattice at low speed, else a draw from
a mixture of normals around the step that keeps the heading and the speed. The last step is exactly
what was left, so every movement lands where it was meant to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.density_network import (
    Layer,
    drawn_class,
    outputs,
    whole_inputs,
)
from deskhand.behavior_models.report_state import (
    Heading,
    ReportState,
    heading,
    interval_features,
    step_features,
    steps_of_scores,
)
from deskhand.errors import DeskhandError
from deskhand.keyed_draws import Keys, normals, uniforms

Floats = NDArray[np.float32]

# Classes of intervals: fine ones up to FINE_MS, of one tick of a coarse clock and of at most
# FINEST_US of a finer one; then coarser ones, whose lower edges are here, up to 300 ms.
FINE_MS, FINEST_US = 33, 250
_COARSE_MS = (
    *(33, 35, 38, 42, 46, 50, 55, 60, 66, 73, 80, 90),
    *(100, 112, 125, 140, 160, 180, 200, 225, 250, 301),
)
# Classes of steps: a cell of the lattice within 2 px, a step along one axis, any other step.
LATTICE_PX = 2
CELLS = (2 * LATTICE_PX + 1) ** 2
VERTICAL, HORIZONTAL, FREE = CELLS, CELLS + 1, CELLS + 2
STEP_CLASSES = CELLS + 3
COMPONENTS = 10
OUTPUTS = 1 + STEP_CLASSES + 6 * COMPONENTS
CORRELATION_LIMIT = 0.95
LOG_SPREAD = (-5.0, 2.0)
SCORE_LIMIT = 6.0
FARTHEST_STEP_PX = np.float32(4000.0)
# A movement is cut off after so many reports: no recorded one has as many.
MOST_REPORTS = 500
# Random numbers of one report; the slots of a report follow one another.
SLOTS = 8
INTERVAL, WITHIN, END, CELL, COMPONENT, ALONG, ASIDE = range(7)
# Movements under way at once: enough that calls cost little beside what they compute.
SEATS = 4000


class Reports(NamedTuple):
    """Reports of m movements in flat columns; the first is at time 0 and at the start point."""

    count: NDArray[np.int64]  # type: ignore[assignment]  # shadows tuple.count, which nobody calls
    t_us: NDArray[np.int64]
    x: Floats
    y: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPolicy:
    """The network, its inputs' means and spreads, and the clock of the recorder it learned from.

    Parameters
    ----------
    interval_mean, interval_sd : NDArray[np.float32], shape (features, 1)
        Of `interval_features`.
    step_mean, step_sd : NDArray[np.float32], shape (features, 1)
        Of `step_features`.
    interval_layers, step_layers : tuple of Layer
        From features to the interval's classes, and to the step's outputs.
    clock_us : int
        Grid of the recorder's clock.
    step_spread : float
        Factor on the spread of free steps.
    """

    interval_mean: Floats
    interval_sd: Floats
    step_mean: Floats
    step_sd: Floats
    interval_layers: tuple[Layer, ...]
    step_layers: tuple[Layer, ...]
    clock_us: int
    step_spread: float

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Return the policy that `record` describes.

        Raises
        ------
        DeskhandError
            When the network's classes of intervals are not those of its clock.
        """
        values: dict[str, Any] = {
            name: np.array(record[name], np.float32).reshape(-1, 1) for name in _NUMBERS
        }
        values |= {name: tuple(map(Layer.from_record, record[name])) for name in _LAYERS}
        said = len(values["interval_layers"][-1].bias)
        classes = len(interval_edges_ms(record["clock_us"])) - 1
        if said != classes:
            raise DeskhandError(
                f"the report policy tells {said} classes of intervals apart, and a clock of "
                f"{record['clock_us']} us has {classes}: fit the profile again"
            )
        return cls(**values, **{name: record[name] for name in _SCALARS})

    @property
    def record(self) -> dict[str, Any]:
        """The policy as JSON."""
        numbers = {
            name: [float(f"{v:.6g}") for v in getattr(self, name)[:, 0].tolist()]
            for name in _NUMBERS
        }
        layers = {name: [layer.record for layer in getattr(self, name)] for name in _LAYERS}
        return {**{name: getattr(self, name) for name in _SCALARS}, **numbers, **layers}

    def draw(
        self, state: ReportState, x0: NDArray[np.float64], y0: NDArray[np.float64], keys: Keys
    ) -> Reports:
        """Draw the reports of movements.

        Parameters
        ----------
        state : ReportState
            At the first report, n movements; see `deskhand.behavior_models.report_state.first_state`.
        x0, y0 : NDArray[np.float64], shape (n,)
            Start points.
        keys : NDArray[np.uint64], shape (n,)
            One key a movement; its reports depend on nothing else.

        Returns
        -------
        Reports
            Each movement ends in its start point plus the state's rest.
        """
        n = len(keys)
        # A movement has a seat until it ends; then the next one takes it, so that the arrays stay full.
        seats = np.arange(min(n, SEATS))
        waiting = len(seats)
        live = state.take(seats)
        t_us = np.zeros(len(seats), np.int64)
        x, y = np.zeros(len(seats), np.float32), np.zeros(len(seats), np.float32)
        rows = [(np.arange(n), np.zeros(n, np.int64), *np.zeros((3, n), np.float32))]
        while len(seats):
            number = live.place.astype(np.int64)
            step_x, step_y, gap_us, ends = self._next(live, keys[seats], number)
            t_us, x, y = t_us + gap_us, x + step_x, y + step_y
            rows.append((seats, number + 1, t_us, x, y))
            live = live.after(step_x, step_y, gap_us.astype(np.float32) * np.float32(1e-3))
            ended = np.flatnonzero(ends)
            if not len(ended):
                continue
            seated = ended[: n - waiting]
            if len(seated):
                arrived = np.arange(waiting, waiting + len(seated))
                waiting += len(seated)
                live.put(seated, state.take(arrived))
                seats = seats.copy()
                seats[seated] = arrived
                # What was recorded of the ended movements is kept: these are new arrays.
                t_us, x, y = t_us.copy(), x.copy(), y.copy()
                t_us[seated], x[seated], y[seated] = 0, 0.0, 0.0
            if len(seated) < len(ended):
                ends[seated] = False
                stay = np.flatnonzero(~ends)
                seats, t_us, x, y = seats[stay], t_us[stay], x[stay], y[stay]
                live = live.take(stay)
        return _gathered(rows, n, x0, y0)

    def _next(
        self,
        state: ReportState,
        keys: Keys,
        number: NDArray[np.int64],
    ) -> tuple[Floats, Floats, NDArray[np.int64], NDArray[np.bool_]]:
        def uniform(what: int) -> Floats:
            return uniforms(keys, number * SLOTS + what)

        inputs = _standard(interval_features(state), self.interval_mean, self.interval_sd)
        logits = outputs(self.interval_layers, inputs)
        gap_us = self._interval_us(drawn_class(logits, uniform(INTERVAL)), uniform(WITHIN))
        way = heading(state)
        features, reach_px = step_features(state, way, gap_us.astype(np.float32) * np.float32(1e-3))
        out = outputs(self.step_layers, _standard(features, self.step_mean, self.step_sd))
        ends = uniform(END) < _logistic(out[0])
        ends |= number >= MOST_REPORTS - 2
        kind = drawn_class(out[1 : 1 + STEP_CLASSES], uniform(CELL))
        step_x, step_y = self._free_step(out[1 + STEP_CLASSES :], way, reach_px, keys, number)
        step_x, step_y = _off_the_cells(step_x, step_y, kind)
        cell_x, cell_y = np.divmod(kind, 2 * LATTICE_PX + 1)
        near = kind < CELLS
        step_x = np.where(near, cell_x - LATTICE_PX, step_x)
        step_y = np.where(near, cell_y - LATTICE_PX, step_y)
        step_x = np.where(ends, state.rest_x, step_x).astype(np.float32)
        step_y = np.where(ends, state.rest_y, step_y).astype(np.float32)
        return step_x, step_y, gap_us, ends

    def _interval_us(self, kind: NDArray[np.intp], uniform: Floats) -> NDArray[np.int64]:
        edges_ms = interval_edges_ms(self.clock_us)
        low = edges_ms[kind]
        within = uniform * (edges_ms[kind + 1] - low)
        ticks = np.floor((low + within) * np.float32(1000.0 / self.clock_us))
        gap_us: NDArray[np.int64] = ticks.astype(np.int64) * self.clock_us
        return gap_us

    def _free_step(
        self, out: Floats, way: Heading, reach_px: Floats, keys: Keys, number: NDArray[np.int64]
    ) -> tuple[Floats, Floats]:
        f = np.float32
        parts = out.reshape(6, COMPONENTS, -1)
        chosen = drawn_class(parts[0], uniforms(keys, number * SLOTS + COMPONENT))
        along, aside, log_along, log_aside, bend = parts[1:, chosen, np.arange(len(keys))]
        first = normals(keys, number * SLOTS + ALONG)
        second = normals(keys, number * SLOTS + ASIDE)
        correlation = f(CORRELATION_LIMIT) * bend / (f(1.0) + np.abs(bend))
        spread = f(self.step_spread)
        along = along + spread * np.exp(np.clip(log_along, *LOG_SPREAD)) * first
        mixed = correlation * first + np.sqrt(f(1.0) - correlation * correlation) * second
        aside = aside + spread * np.exp(np.clip(log_aside, *LOG_SPREAD)) * mixed
        limit = f(SCORE_LIMIT)
        step_x, step_y = steps_of_scores(
            way, reach_px, np.clip(along, -limit, limit), np.clip(aside, -limit, limit)
        )
        return step_x, step_y


def _off_the_cells(step_x: Floats, step_y: Floats, kind: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return drawn steps in whole px that are of their class.

    A step along one axis, or in a cell near 0, has a class of its own; a free one that is rounded
    to such a place would make it too frequent, so it goes to the next place outside.
    """
    f = np.float32
    # A badly fitted network may leap from step to step; no hand and no screen lets it go on.
    step_x = np.clip(step_x, -FARTHEST_STEP_PX, FARTHEST_STEP_PX)
    step_y = np.clip(step_y, -FARTHEST_STEP_PX, FARTHEST_STEP_PX)
    x, y = np.rint(step_x), np.rint(step_y)
    x = np.where((x == 0) & (kind == FREE), np.copysign(f(1.0), step_x), x)
    y = np.where((y == 0) & (kind == FREE), np.copysign(f(1.0), step_y), y)
    x, y = np.where(kind == VERTICAL, f(0.0), x), np.where(kind == HORIZONTAL, f(0.0), y)
    near = np.maximum(np.abs(x), np.abs(y)) <= LATTICE_PX
    wide = np.where(kind == FREE, np.abs(step_x) >= np.abs(step_y), kind == HORIZONTAL)
    outside = f(LATTICE_PX + 1)
    x = np.where(near & wide, np.copysign(outside, step_x), x)
    y = np.where(near & ~wide, np.copysign(outside, step_y), y)
    return x, y


_NUMBERS = ("interval_mean", "interval_sd", "step_mean", "step_sd")
_LAYERS = ("interval_layers", "step_layers")
_SCALARS = ("clock_us", "step_spread")


@lru_cache(maxsize=8)
def interval_edges_ms(clock_us: int) -> Floats:
    """Return the edges of the classes of intervals, the last above 300 ms, shape (classes + 1,).

    Parameters
    ----------
    clock_us : int
        Grid of the recorder's clock; no edge lies between two of its ticks.

    Examples
    --------
    >>> [interval_edges_ms(clock_us)[:3].tolist() for clock_us in (1000, 5)]
    [[0.0, 1.0, 2.0], [0.0, 0.25, 0.5]]
    """
    width_us = max(clock_us, FINEST_US // clock_us * clock_us)
    fine_ms = np.arange(0, 1000 * FINE_MS, width_us) / 1e3
    return np.array([*fine_ms, *_COARSE_MS], np.float32)


def step_class(
    step_x: NDArray[np.floating[Any]], step_y: NDArray[np.floating[Any]]
) -> NDArray[np.int64]:
    """Return the class of observed steps, shape (n,).

    Examples
    --------
    >>> step_class(np.array([0.0, 0.0, 9.0, 9.0]), np.array([0.0, 7.0, 0.0, 3.0])).tolist()
    [12, 25, 26, 27]
    """
    kind = np.full(len(step_x), FREE)
    kind[step_x == 0] = VERTICAL
    kind[step_y == 0] = HORIZONTAL
    whole = (step_x == np.rint(step_x)) & (step_y == np.rint(step_y))
    near = whole & (np.abs(step_x) <= LATTICE_PX) & (np.abs(step_y) <= LATTICE_PX)
    width = 2 * LATTICE_PX + 1
    kind[near] = ((step_x + LATTICE_PX) * width + step_y + LATTICE_PX)[near]
    return kind


def _standard(features: Floats, mean: Floats, sd: Floats) -> Floats:
    features -= mean
    features *= np.float32(1.0) / sd
    return whole_inputs(features)


def _logistic(log_odds: Floats) -> Floats:
    # Beyond 80 a float32 exponential overflows; nothing is that certain.
    out: Floats = np.float32(1.0) / (
        np.float32(1.0) + np.exp(np.minimum(-log_odds, np.float32(80.0)))
    )
    return out


def _gathered(
    rows: list[tuple[NDArray[np.intp], NDArray[np.int64], NDArray[Any], Floats, Floats]],
    n: int,
    x0: NDArray[np.float64],
    y0: NDArray[np.float64],
) -> Reports:
    whose, number, t_us, x, y = (np.concatenate(column) for column in zip(*rows, strict=True))
    count = np.bincount(whose, minlength=n).astype(np.int64)
    place = (np.cumsum(count) - count)[whose] + number
    made = Reports(
        count=count,
        t_us=np.empty(len(place), np.int64),
        x=np.empty(len(place), np.float32),
        y=np.empty(len(place), np.float32),
    )
    made.t_us[place] = t_us
    made.x[place] = x + x0[whose].astype(np.float32)
    made.y[place] = y + y0[whose].astype(np.float32)
    return made
