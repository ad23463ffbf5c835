"""The recorder between the device and the table: which instants of a movement become rows.

A browser hands moves over once a display frame, an operating system's hook once a device report, an
evdev reader the same in microseconds. All three follow one law: a steady clock, each report with
its own jitter about it, a few late ones (the next comes after a short interval, for the clock does
not wait), a few slips of the clock, and rests, during which nothing moves and nothing is reported.
The first report of a movement, and the first after a rest, may be off the clock.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand import keyed_draws
from deskhand.behavior_models.profile import Profile
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.generators.clock import clock

KINDS = ("browser", "os-hook", "evdev")
# The tables hold quantiles at these levels.
LEVELS = (0.0, 0.005, 0.02, *(0.05 * k for k in range(1, 20)), 0.98, 0.995, 1.0)
# Parts of a movement's time in which rests are more or less frequent, and steps before them.
PARTS = 10
# Bound of a person's share of rests.
MOST_RESTS = 0.4
STEPS_PX = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
# Intervals that do not keep the clock: the first of a movement, one after such a short one, after an
# ordinary one in the same place, after a rest, and a slip.
WAKES = ("start", "after_short", "after_ordinary", "after_rest", "slip")
_CLASS, _OWN = 0, 1
_NUMBERS = ("cluster", "final_share")
_TABLES = ("rest_us", "first_rest_us", "wake_periods", "rest_by_step")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorders:
    """One recorder a row, of a movement or of a person; tables are shared by the rows of a class.

    Parameters
    ----------
    kind : NDArray[np.int8], shape (m,)
        A place in `KINDS`.
    group : NDArray[np.int8], shape (m,)
        The class of recorders; the row of the tables.
    period_us : NDArray[np.float64], shape (m,)
        Of the frame clock or of the device's polls.
    jitter_us : NDArray[np.float64], shape (m,)
        Standard deviation of a report about the clock.
    late_share, late_us : NDArray[np.float64], shape (m,)
        Share of late reports, and their mean delay.
    slip_share : NDArray[np.float64], shape (m,)
        Share of intervals within the movement that are short, with the clock starting anew.
    rest_share : NDArray[np.float64], shape (m,)
        Share of intervals longer than 1.5 periods. Most of them are a still hand: where the hand
        makes its own rests, set this to 0.
    first_rest_share : NDArray[np.float64], shape (m,)
        The same, of the first interval of a movement.
    grid_us, unit_us : NDArray[np.int64], shape (m,)
        Clock of the stamps.
    ties : NDArray[np.bool_], shape (m,)
        Equal stamps are kept; otherwise a report takes the next free stamp.
    repeats : NDArray[np.bool_], shape (m,)
        Reports at an unchanged place are kept.
    cluster : float
        How much more frequent a rest is right after a rest.
    final_share : float
        Share of the rests across the end of a movement that are cut short there and kept.
    rest_us, first_rest_us : NDArray[np.float64], shape (c, q)
        Quantiles, at the q `LEVELS`, of the length of a rest, and of a first interval that is one.
    wake_periods : NDArray[np.float64], shape (len(WAKES), q)
        Quantiles of the interval, in periods, in each of the places where the clock is not kept.
    rest_weight : NDArray[np.float64], shape (m, k)
        How much more frequent rests are in each of k equal parts of a movement's time; the mean is
        about 1. Where the hand's speed is known, `rest_weights` knows better.
    rest_by_step : NDArray[np.float64], shape (len(STEPS_PX),)
        The same, by the way in a period that comes before, at `STEPS_PX`.
    """

    kind: NDArray[np.int8]
    group: NDArray[np.int8]
    period_us: NDArray[np.float64]
    jitter_us: NDArray[np.float64]
    late_share: NDArray[np.float64]
    late_us: NDArray[np.float64]
    slip_share: NDArray[np.float64]
    rest_share: NDArray[np.float64]
    first_rest_share: NDArray[np.float64]
    grid_us: NDArray[np.int64]
    unit_us: NDArray[np.int64]
    ties: NDArray[np.bool_]
    repeats: NDArray[np.bool_]
    cluster: float
    final_share: float
    rest_us: NDArray[np.float64]
    first_rest_us: NDArray[np.float64]
    wake_periods: NDArray[np.float64]
    rest_weight: NDArray[np.float64]
    rest_by_step: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.period_us)

    def take(self, index: NDArray[np.integer]) -> "Recorders":
        """Return rows in the order given, for example each movement's from its person's."""
        columns = {f.name: getattr(self, f.name) for f in fields(self)}
        rows = {
            name: column[index]
            for name, column in columns.items()
            if name not in _NUMBERS + _TABLES
        }
        return Recorders(**(columns | rows))


def draw_recorders(profile: Profile, person_keys: keyed_draws.Keys) -> Recorders:
    """Draw the recorder of each person.

    Parameters
    ----------
    profile : Profile
        The population, section ``recorder``.
    person_keys : NDArray[np.uint64], shape (m,)
        One key a person.

    Returns
    -------
    Recorders
        A class by its share, then the person's own values within the class.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> drawn = draw_recorders(
    ...     load_profile("literature"), keyed_draws.keys(7, "recorder", range(100))
    ... )
    >>> sorted({round(p) for p in drawn.period_us.tolist()})
    [6944, 8333, 13333, 16667]
    """
    classes = profile["recorder", "classes"]
    if not classes:
        raise DeskhandError("recorder.classes is empty; give at least one class of recorders.")
    for entry in classes:
        if entry["kind"] not in KINDS:
            raise UnknownNameError("recorder kind", entry["kind"], KINDS)
    share = np.cumsum([entry["share"] for entry in classes], dtype=np.float64)
    drawn = keyed_draws.uniforms(person_keys, _CLASS)
    group = np.searchsorted(share / share[-1], drawn, side="right").clip(0, len(classes) - 1)

    def of_class(name: str) -> NDArray[Any]:
        column: NDArray[Any] = np.array([entry[name] for entry in classes])[group]
        return column

    clocks = [clock(entry["clock"]) for entry in classes]
    own = iter(range(_OWN, 100))

    def spread(law: NDArray[np.float64]) -> NDArray[np.float64]:
        noise = keyed_draws.normals(person_keys, next(own)).astype(np.float64)
        values: NDArray[np.float64] = law[:, 0] * np.exp(law[:, 1] * noise)
        return values

    def shared(name: str) -> NDArray[np.float64]:
        return np.tile(np.array([profile["recorder", name]], np.float64), (len(group), 1))

    period_us = 1e3 * spread(of_class("period_ms"))
    return Recorders(
        kind=np.array([KINDS.index(entry["kind"]) for entry in classes], np.int8)[group],
        group=group.astype(np.int8),
        period_us=period_us,
        jitter_us=np.minimum(1e3 * spread(of_class("jitter_ms")), 0.3 * period_us),
        late_share=np.minimum(spread(shared("late_share")), 0.3),
        late_us=spread(shared("late_periods")) * period_us,
        slip_share=np.minimum(spread(of_class("slip_share")), 0.3),
        rest_share=np.minimum(spread(of_class("rest_share")), MOST_RESTS),
        first_rest_share=np.minimum(spread(shared("first_rest_share")), 0.9),
        grid_us=np.array([c.grid_us for c in clocks], np.int64)[group],
        unit_us=np.array([c.unit_us for c in clocks], np.int64)[group],
        ties=keyed_draws.uniforms(person_keys, next(own)) < of_class("ties_share"),
        repeats=keyed_draws.uniforms(person_keys, next(own)) < profile["recorder", "repeats_share"],
        cluster=float(profile["recorder", "rest_cluster"]),
        final_share=float(profile["recorder", "final_share"]),
        rest_us=1e3 * np.array([entry["rest_ms"] for entry in classes], np.float64),
        first_rest_us=1e3 * np.array([entry["first_rest_ms"] for entry in classes], np.float64),
        wake_periods=np.array([profile["recorder", "wake_periods"][name] for name in WAKES]),
        rest_weight=shared("rest_weight"),
        rest_by_step=np.array(profile["recorder", "rest_by_step"], np.float64),
    )


def rest_weights(recorders: Recorders, speed_px_s: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return how much more frequent rests are where the hand is slow, for `Recorders.rest_weight`.

    Parameters
    ----------
    recorders : Recorders, m rows
        One a movement.
    speed_px_s : NDArray, shape (m, k)
        Speed of the pointer in k equal parts of each movement's time.

    Returns
    -------
    NDArray[np.float64], shape (m, k)

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> one = draw_recorders(load_profile("literature"), keyed_draws.keys(7, "recorder", ["ann"]))
    >>> slow, fast = rest_weights(one, np.array([[30.0, 3000.0]]))[0].tolist()
    >>> slow > 5 * fast
    True
    """
    step_px = speed_px_s * (1e-6 * recorders.period_us)[:, None]
    known = np.log(STEPS_PX)
    weights: NDArray[np.float64] = np.interp(
        np.log(np.maximum(step_px, STEPS_PX[0])), known, recorders.rest_by_step
    )
    return weights
