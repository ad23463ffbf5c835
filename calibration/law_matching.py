"""The law's parameters from movements: times by regression, strokes by the method of simulated moments.

Nobody sees a stroke, so the strokes are those under which simulated movements look as the recorded
ones do: between the same points, by as many people, through recorders of the same kind. What is
compared are moments of `path_features`, each feature put on a normal scale; the measure is the
distance at which a regularised quadratic classifier would tell both apart. The same random numbers
serve every trial, so that the moments change smoothly with the parameters, and a damped
Gauss-Newton search finds its way.

Sources
-------
McFadden 1989, method of simulated moments; Levenberg 1944 and Marquardt 1963 for the damping.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import exp, log
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from deskhand.behavior_models.fitts import fit_movement_time, movement_times_s
from deskhand.behavior_models.hand_traits import Hands, draw_hands
from deskhand.behavior_models.profile import Entries, Profile, entry
from deskhand.calibration.movements import LONGEST_US, SHORTEST_US, Movements
from deskhand.calibration.policy_rows import conditions
from deskhand.calibration.simulated_moments import Moments, features
from deskhand.generators.pointer_reports import Reports, drawn_times_s, law_reports
from deskhand.generators.recorder import draw_recorders
from deskhand.keyed_draws import Keys, keys, mixed

Floats = NDArray[np.float64]


class Sought(NamedTuple):
    """A stroke parameter that is matched: where the search starts, its bounds, what it means."""

    start: float
    low: float
    high: float
    meaning: str
    on_log: bool = False


MATCHED = {
    "sigma": Sought(0.05, -0.7, 0.7, "sigma of the primary, below 0 mirrored in time"),
    "correction_sigma": Sought(0.15, -0.7, 0.7, "the same of the other strokes"),
    "sigma_sd": Sought(0.12, 0.02, 0.5, "its scatter over strokes"),
    "onset": Sought(-2.2, -3.0, -0.5, "quantile at which a stroke's onset is cut off"),
    "onset_sd": Sought(0.2, 0.0, 0.8, "its scatter over strokes"),
    "brake": Sought(2.2, 0.2, 3.0, "quantile at which a stroke's tail is cut off"),
    "final_brake": Sought(1.8, 0.2, 3.0, "the same of the last stroke"),
    "brake_sd": Sought(0.2, 0.0, 0.8, "scatter of both"),
    "turn_scale_rad": Sought(0.38, 0.03, 1.0, "Laplace scale of a stroke's total turn"),
    "wander_share": Sought(0.8, 0.2, 1.0, "movements that start before the aim is set"),
    "wander_log_median": Sought(-2.3, -5.0, -0.3, "ln of wander over distance"),
    "wander_log_sd": Sought(2.0, 0.3, 2.8, "its scatter"),
    "wander_time_slope": Sought(0.2, -1.0, 2.0, "change of that ln with ln of the movement's time"),
    "wander_distance_slope": Sought(-0.2, -1.3, 0.6, "change of that ln with ln of the distance"),
    "wander_limit": Sought(2.5, 0.4, 5.0, "largest wander over distance"),
    "wander_direction_sd_rad": Sought(1.03, 0.2, 2.5, "spread of its direction"),
    "wander_time_s": Sought(0.156, 0.03, 0.6, "time of the wander", True),
    "wander_time_log_sd": Sought(0.42, 0.05, 1.2, "scatter of its ln"),
    "wander_overlap": Sought(0.4, 0.0, 0.95, "share of it in which the primary has begun"),
    "detour_share": Sought(0.12, 0.0, 0.5, "movements of .6 s that were under way elsewhere"),
    "detour_time_slope": Sought(0.6, -0.5, 2.0, "change of its ln with ln of the movement's time"),
    "detour_log_px": Sought(5.2, 3.5, 6.5, "ln of the way elsewhere in px"),
    "detour_log_sd": Sought(0.8, 0.2, 1.5, "its scatter"),
    "detour_direction_sd_rad": Sought(0.9, 0.2, 2.5, "spread of its direction"),
    "detour_time_share": Sought(0.4, 0.1, 0.6, "its share of the movement's time"),
    "primary_gain": Sought(0.9, 0.6, 1.1, "reach of the primary over distance"),
    "primary_gain_sd": Sought(0.15, 0.02, 0.5, "its scatter"),
    "primary_lateral_sd": Sought(0.1, 0.01, 0.4, "scatter of the primary's end across the path"),
    "miss_log_sd": Sought(0.4, 0.0, 1.2, "scatter of the ln of the size of misses"),
    "miss_distance_slope": Sought(-0.2, -0.9, 0.4, "change of that ln with ln of the distance"),
    "primary_time_s": Sought(0.19, 0.05, 0.8, "time of the primary", True),
    "correction_share": Sought(
        0.87, 0.2, 1.0, "movements with time for a correction that make one"
    ),
    "further_correction_share": Sought(0.44, 0.0, 2.0, "further corrections, given .35 s for one"),
    "correction_time_s": Sought(0.18, 0.04, 0.6, "time of a correction", True),
    "correction_overlap": Sought(0.2, 0.0, 0.9, "share of the primary in which it may have begun"),
    "removed_share": Sought(0.85, 0.3, 1.2, "what a correction but the last removes of the miss"),
    "removed_sd": Sought(0.29, 0.02, 0.8, "its scatter"),
    "correction_scatter_px": Sought(
        4.0, 0.3, 20.0, "scatter of the end of such a correction", True
    ),
    "time_exponent": Sought(0.48, 0.0, 1.0, "a stroke's time grows with this power of the whole"),
    "time_distance_exponent": Sought(0.0, -0.4, 0.6, "and with this power of the distance"),
    "time_log_sd": Sought(0.25, 0.03, 0.8, "scatter of the ln of a stroke's time"),
    "drift_share": Sought(0.03, 0.002, 0.12, "drift over distance", True),
    "drift_tau_s": Sought(0.14, 0.02, 0.8, "correlation time of the drift", True),
    "drift_smooth_s": Sought(0.019, 0.004, 0.08, "the hand's mass smooths its drift", True),
    "tremor_px": Sought(0.17, 0.02, 1.5, "amplitude of the tremor", True),
    "rest_factor": Sought(
        0.4, 0.0, 1.5, "share of a recorder's rests that the strokes do not make"
    ),
    "first_rest_factor": Sought(0.4, 0.0, 1.5, "the same of rests after the first report"),
}
# Parameters of the strokes that movements hardly show.
KEPT = {
    "sigma_between_sd": (0.02, "assumed"),
    "primary_gain_between_sd": (0.012, "assumed"),
    "turn_between_sd_rad": (0.06, "assumed: spread of the people's habitual turns"),
    "tremor_between_log_sd": (0.4, "assumed"),
    "on_target_factor": (
        0.6,
        "assumed: corrections are rarer when the primary lands in the target",
    ),
    "tremor_hz": (9.5, "physiological tremor of the hand lies at 8-12 Hz (Elble & Koller 1990)"),
    "tremor_bandwidth_hz": (1.0, "assumed: spread of its frequency over movements"),
    "speed_limit_px_s": (4000.0, "assumed: mean speed of one stroke"),
}
# Without known sizes the law of Fitts is that of published numbers, see `fit_movement_time`.
BOUNDS = {
    "movement_time_floor_s": (1e-6 * SHORTEST_US, "shortest movement that is cut from a recording"),
    "movement_time_ceiling_s": (1e-6 * LONGEST_US, "longest movement that is cut from a recording"),
}
FITTS = {
    "fitts_intercept_s": (0.287, "web survey, 61 people: regression on log2(D / W + 1)"),
    "fitts_slope_s_per_bit": (0.155, "web survey, 61 people: the same regression"),
}
TIMES = (
    "distance_log_intercept",
    "distance_log_slope_per_bit",
    "fitts_intercept_s",
    "fitts_slope_s_per_bit",
    "movement_time_within_log_sd",
    "movement_time_tail",
    "movement_time_between_log_sd",
)
MOVEMENTS, REFERENCE = 2000, 6000
TIME_ROUNDS, STROKE_ROUNDS = 3, 12
# Levels of the scatter at which the middle of the law is taken.
LEVELS = 41
# Step of a difference quotient, and longest step of the search, as shares of a parameter's range.
STEP, LONGEST_STEP = 0.03, 0.25


def fit_law(
    movements: Movements,
    *,
    recorder: Mapping[str, Mapping[str, Any]],
    seed: int,
    source: str,
    progress: Callable[[float], None] | None = None,
) -> dict[str, Entries]:
    """Return the sections ``pointer`` and ``strokes`` of the law tier.

    Parameters
    ----------
    movements : Movements
        That end in a press.
    recorder : mapping
        Entries of the section ``recorder`` fitted to the same movements.
    seed : int
        Of the simulated movements.
    source : str
        Where the movements come from.
    progress : callable, optional
        Told the finished share.
    """
    trial = _Trial.of(movements, recorder, seed)
    pointer = _matched_times(trial, start_strokes(), source)
    strokes = _matched_strokes(trial, pointer, source, progress or (lambda _: None))
    # How much of a movement's time is seen depends a little on its strokes.
    pointer = _matched_times(trial, strokes, source)
    return {"pointer": pointer, "strokes": strokes}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """What a simulation needs: points, widths, people and their recorders, and random numbers."""

    movements: Movements
    recorder: Mapping[str, Mapping[str, Any]]
    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    width_px: Floats
    people: Keys
    key: Keys

    @classmethod
    def of(
        cls, movements: Movements, recorder: Mapping[str, Mapping[str, Any]], seed: int
    ) -> "_Trial":
        known = conditions(movements)
        first, last = movements.first, movements.last
        people = keys(seed, "law.person", range(int(movements.person.max()) + 1))
        movement = keys(seed, "law.movement", range(len(movements)))
        return cls(
            movements=movements,
            recorder=recorder,
            x0=np.rint(movements.x[first]),
            y0=np.rint(movements.y[first]),
            x1=np.rint(movements.x[last]),
            y1=np.rint(movements.y[last]),
            width_px=np.where(known.width_known, np.exp(known.log_width), 0.0),
            people=people,
            key=movement,
        )

    def made(self, pointer: Entries, strokes: Entries, chosen: NDArray[np.intp]) -> Reports:
        """Return simulated movements in place of some of the recorded ones."""
        recorders = draw_recorders(_profile(recorder=self.recorder), mixed(self.people, 2))
        return law_reports(
            self.hands(pointer, strokes, chosen),
            recorders.take(self.movements.person[chosen]),
            self.x0[chosen],
            self.y0[chosen],
            self.x1[chosen],
            self.y1[chosen],
            self.width_px[chosen],
            self.key[chosen],
        )

    def hands(self, pointer: Entries, strokes: Entries, chosen: NDArray[np.intp]) -> Hands:
        """Return the hands of those simulated movements."""
        people = draw_hands(_profile(pointer=pointer, strokes=strokes), mixed(self.people, 1))
        return people.take(self.movements.person[chosen])


def _profile(**sections: Mapping[str, Mapping[str, Any]]) -> Profile:
    return Profile(name="trial", mode="fit-no-dp", remark="", sections=sections)


def _matched_times(trial: _Trial, strokes: Entries, source: str) -> Entries:
    """Return the law of movement times under which the visible times are those recorded.

    The first and the last report are not the hand's first and last motion, so the regressions of
    what can be seen are not quite those of the law; what they are off by is taken back.
    """
    movements = trial.movements
    distance_px = np.hypot(trial.x1 - trial.x0, trial.y1 - trial.y0)

    def seen(time_us: NDArray[np.integer] | Floats) -> Entries:
        time_s = 1e-6 * np.maximum(time_us, 1)
        return fit_movement_time(movements.person, distance_px, trial.width_px, time_s, source)

    recorded = seen(movements.duration_us)
    law: Entries = {name: entry(*given) for name, given in (FITTS | BOUNDS).items()}
    law |= recorded
    everything = np.arange(len(movements))
    for _ in range(TIME_ROUNDS):
        off: dict[str, float] = {}
        # Both forms of the law, each for all movements it may serve.
        for widths in (trial.width_px, np.zeros_like(trial.width_px)):
            part = replace(trial, width_px=widths)
            made = part.made(law, strokes, everything)
            visible = seen(made.t_us[np.cumsum(made.count) - 1])
            # Against the same draws, so that their scatter does not enter the law.
            hands = part.hands(law, strokes, everything)
            drawn = seen(np.rint(1e6 * drawn_times_s(hands, distance_px, widths, part.key)))
            served = TIMES if widths is trial.width_px else TIMES[:2]
            for name in (name for name in served if name in visible and name in recorded):
                off[name] = visible[name]["value"] - drawn[name]["value"]
            for name, value in _middle(part, law, strokes, source).items():
                if name in off and name in TIMES[:4]:
                    off[name] += value["value"] - law[name]["value"]
        for name, difference in off.items():
            value = recorded[name]["value"] - difference
            value = max(value, 0.0) if name.endswith(("sd", "tail")) else value
            law[name] = entry(round(value, 4), recorded[name]["source"])
    return law


def _middle(trial: _Trial, law: Entries, strokes: Entries, source: str) -> Entries:
    """Return the regressions of the law's own middle: what the bounds of the times make of it."""
    alike = law | {"movement_time_between_log_sd": entry(0.0, "assumed")}
    everything = np.arange(len(trial.key))
    hands = trial.hands(alike, strokes, everything)
    distance_px = np.hypot(trial.x1 - trial.x0, trial.y1 - trial.y0)
    noises = ndtri((np.arange(LEVELS) + 0.5) / LEVELS)
    level = np.ones(len(everything))
    times_s = [movement_times_s(hands, distance_px, trial.width_px, z * level) for z in noises]
    sized = (trial.width_px > 0.0).any()
    # Times are regressed where sizes are known, their logarithms where they are not.
    middle = np.mean(times_s, axis=0) if sized else np.exp(np.mean(np.log(times_s), axis=0))
    found = fit_movement_time(trial.movements.person, distance_px, trial.width_px, middle, source)
    return {n: e for n, e in found.items() if n.startswith("fitts" if sized else "distance")}


def start_strokes() -> Entries:
    """Return the entries of the section ``strokes`` from which the search sets out."""
    matched = {name: entry(sought.start, "assumed") for name, sought in MATCHED.items()}
    return matched | {name: entry(*given) for name, given in KEPT.items()}


def _matched_strokes(
    trial: _Trial, pointer: Entries, source: str, progress: Callable[[float], None]
) -> Entries:
    movements = trial.movements
    usable = _evenly(movements.person, REFERENCE)
    seen = movements.take(usable)
    rows = features(seen.count, seen.t_us, seen.x, seen.y)
    moments = Moments.of(rows, seen.distance_px, trial.width_px[usable])
    chosen = _evenly(movements.person, MOVEMENTS)
    told = f"{source}: simulated moments of shape, speed and rests matched; "

    def strokes(place: Floats) -> Entries:
        values = zip(MATCHED.items(), place.tolist(), strict=True)
        found = {
            name: entry(float(f"{_value(sought, at):.4g}"), told + sought.meaning)
            for (name, sought), at in values
        }
        return start_strokes() | found

    def residual(place: Floats) -> Floats:
        made = trial.made(pointer, strokes(place), chosen)
        rows = features(made.count, made.t_us, made.x, made.y)
        distance_px = np.hypot(trial.x1 - trial.x0, trial.y1 - trial.y0)[chosen]
        return moments.residual(rows, distance_px, trial.width_px[chosen])

    place = np.array([_share(sought, sought.start) for sought in MATCHED.values()])
    now = residual(place)
    damping = 0.1
    for turn in range(STROKE_ROUNDS):
        slopes = np.empty((len(now), len(place)))
        for k in range(len(place)):
            step = STEP if place[k] < 1.0 - STEP else -STEP
            beside = place.copy()
            beside[k] += step
            slopes[:, k] = (residual(beside) - now) / step
            progress((turn + k / len(place)) / STROKE_ROUNDS)
        square, slope = slopes.T @ slopes, slopes.T @ now
        for _ in range(4):
            wished = np.linalg.solve(square + damping * np.diag(np.diag(square) + 1e-9), -slope)
            wished *= min(1.0, LONGEST_STEP / max(float(np.abs(wished).max()), 1e-9))
            there = np.clip(place + wished, 0.0, 1.0)
            then = residual(there)
            if then @ then < now @ now:
                place, now, damping = there, then, max(damping / 3.0, 1e-3)
                break
            damping *= 6.0
        else:
            break
    return strokes(place)


def _evenly(person: NDArray[np.integer], most: int) -> NDArray[np.intp]:
    """Return places of movements, every so many, so that people stay in their shares."""
    order = np.argsort(person, kind="stable")
    if len(order) <= most:
        return order
    return order[np.linspace(0, len(order) - 1, most).astype(np.intp)]


def _share(sought: Sought, value: float) -> float:
    low, high = sought.low, sought.high
    if sought.on_log:
        low, high, value = log(low), log(high), log(value)
    return (value - low) / (high - low)


def _value(sought: Sought, share: float) -> float:
    if sought.on_log:
        return exp(log(sought.low) + share * log(sought.high / sought.low))
    return sought.low + share * (sought.high - sought.low)
