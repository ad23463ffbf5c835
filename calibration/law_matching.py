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
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from deskhand.behavior_models.fitts import fit_movement_time, movement_times_s
from deskhand.behavior_models.hand_traits import Hands, draw_hands
from deskhand.behavior_models.profile import Entries, Profile, entry
from deskhand.calibration.movements import LONGEST_US, SHORTEST_US, Movements
from deskhand.calibration.policy_rows import conditions
from deskhand.calibration.simulated_moments import Moments, features
from deskhand.calibration.stroke_parameters import MATCHED, share_of, start_strokes, value_at
from deskhand.generators.pointer_reports import StrokeReports, drawn_times_s, law_reports
from deskhand.generators.recorder import draw_recorders
from deskhand.keyed_draws import Keys, keys, mixed

Floats = NDArray[np.float64]


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
REFERENCE = 6000
# Simulated movements that times are matched on, at least.
COPIED = 20_000
TIME_ROUNDS = 4
# Stages of the search for strokes: its share of the whole, simulated movements, rounds.
STAGES = ((0.0, 0.4, 2000, 8), (0.4, 1.0, 6000, 4))
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
    trial = _Trial.of(_copied(movements), recorder, seed)
    pointer = _matched_times(movements, trial, start_strokes(), source)
    strokes = _matched_strokes(movements, trial, pointer, source, progress or (lambda _: None))
    # How much of a movement's time is seen depends a little on its strokes.
    pointer = _matched_times(movements, trial, strokes, source)
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

    def made(self, pointer: Entries, strokes: Entries, chosen: NDArray[np.intp]) -> StrokeReports:
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


def _copied(movements: Movements) -> Movements:
    """Return movements over and over, each time by other people, so that chance averages out."""
    copies, people = -(-COPIED // len(movements)), int(movements.person.max()) + 1
    many = movements.take(np.tile(np.arange(len(movements)), copies))
    copy = np.repeat(np.arange(copies), len(movements))
    return replace(many, person=(many.person + people * copy).astype(np.int32))


def _matched_times(movements: Movements, trial: _Trial, strokes: Entries, source: str) -> Entries:
    """Return the law of movement times under which the visible times are those recorded.

    The first and the last report are not the hand's first and last motion, so the regressions of
    what can be seen are not quite those of the law; what they are off by is taken back.
    """
    distance_px = np.hypot(trial.x1 - trial.x0, trial.y1 - trial.y0)

    def seen(time_us: NDArray[np.integer] | Floats) -> Entries:
        person, time_s = trial.movements.person, 1e-6 * np.maximum(time_us, 1)
        return fit_movement_time(person, distance_px, trial.width_px, time_s, source)

    one = slice(len(movements))
    time_s = 1e-6 * movements.duration_us.astype(np.float64)
    recorded = fit_movement_time(
        movements.person, distance_px[one], trial.width_px[one], time_s, source
    )
    law: Entries = {name: entry(*given) for name, given in (FITTS | BOUNDS).items()}
    law |= recorded
    everything = np.arange(len(trial.key))
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


def _matched_strokes(
    movements: Movements,
    trial: _Trial,
    pointer: Entries,
    source: str,
    progress: Callable[[float], None],
) -> Entries:
    usable = _evenly(movements.person, REFERENCE)
    seen = movements.take(usable)
    rows = features(seen.count, seen.t_us, seen.x, seen.y)
    moments = Moments.of(rows, seen.distance_px, trial.width_px[usable])
    told = f"{source}: simulated moments of shape, speed and rests matched; "

    def strokes(place: Floats) -> Entries:
        values = zip(MATCHED.items(), place.tolist(), strict=True)
        found = {
            name: entry(float(f"{value_at(sought, at):.4g}"), told + sought.meaning)
            for (name, sought), at in values
        }
        return start_strokes() | found

    def residual(place: Floats, chosen: NDArray[np.intp]) -> Floats:
        made = trial.made(pointer, strokes(place), chosen)
        rows = features(made.count, made.t_us, made.x, made.y)
        distance_px = np.hypot(trial.x1 - trial.x0, trial.y1 - trial.y0)[chosen]
        return moments.residual(rows, distance_px, trial.width_px[chosen])

    place = np.array([share_of(sought, sought.start) for sought in MATCHED.values()])
    # A rough search among few movements, a fine one among many.
    for begin, end, size, rounds in STAGES:
        chosen = _evenly(trial.movements.person, size)

        def told_share(share: float, begin: float = begin, end: float = end) -> None:
            progress(begin + (end - begin) * share)

        place = _nearest(partial(residual, chosen=chosen), place, rounds, told_share)
    return strokes(place)


def _nearest(
    residual: Callable[[Floats], Floats],
    place: Floats,
    rounds: int,
    progress: Callable[[float], None],
) -> Floats:
    """Return the place with the least sum of squares, by damped Gauss-Newton steps."""
    now = residual(place)
    damping = 0.1
    for turn in range(rounds):
        slopes = np.empty((len(now), len(place)))
        for k in range(len(place)):
            step = STEP if place[k] < 1.0 - STEP else -STEP
            beside = place.copy()
            beside[k] += step
            slopes[:, k] = (residual(beside) - now) / step
            progress((turn + k / len(place)) / rounds)
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
    return place


def _evenly(person: NDArray[np.integer], most: int) -> NDArray[np.intp]:
    """Return places of movements, every so many, so that people stay in their shares."""
    order = np.argsort(person, kind="stable")
    if len(order) <= most:
        return order
    return order[np.linspace(0, len(order) - 1, most).astype(np.intp)]
