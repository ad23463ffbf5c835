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

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.fitts import FEWEST_SIZED, fit_movement_time, smaller_sides_px
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
    "fitts_intercept_s": (0.302, "web survey, 61 people: regression on log2(D / min(w, h) + 1)"),
    "fitts_slope_s_per_bit": (0.156, "web survey, 61 people: the same regression"),
}
FREE = "distance_log_intercept", "distance_log_slope_per_bit"
SIZED = "fitts_intercept_s", "fitts_slope_s_per_bit"
SCATTER = (
    "movement_time_within_log_sd",
    "movement_time_tail",
    "movement_time_between_log_sd",
)
REFERENCE = 6000
# Simulated movements that times are matched on, at least.
COPIED = 40_000
TIME_ROUNDS = 4
# Stages of the search for strokes: its share of the whole, simulated movements, rounds.
STAGES = ((0.0, 0.4, 2000, 8), (0.4, 1.0, 6000, 4))
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
    forms = list(_forms(movements, recorder, seed))
    one = slice(len(movements))
    time_s = 1e-6 * movements.duration_us.astype(np.float64)
    recorded = fit_movement_time(
        movements.person, trial.distance_px[one], trial.size_px[one], time_s, source
    )
    pointer = _matched_times(trial, forms, recorded, start_strokes(), source)
    strokes = _matched_strokes(movements, trial, pointer, source, progress or (lambda _: None))
    # How much of a movement's time is seen depends a little on its strokes.
    pointer = _matched_times(trial, forms, recorded, strokes, source)
    return {"pointer": pointer, "strokes": strokes}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """What a simulation needs: points, targets, people and their recorders, and random numbers.

    The targets' widths along the paths serve the strokes, their smaller sides the times.
    """

    movements: Movements
    recorder: Mapping[str, Mapping[str, Any]]
    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    width_px: Floats
    size_px: Floats
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
            size_px=smaller_sides_px(movements.target[:, 2:], known.width_known),
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
            self.size_px[chosen],
            self.key[chosen],
        )

    @property
    def distance_px(self) -> Floats:
        """Distance from start to end, shape (m,)."""
        distance_px: Floats = np.hypot(self.x1 - self.x0, self.y1 - self.y0)
        return distance_px

    def times_s(self, pointer: Entries, strokes: Entries) -> Floats:
        """Return the visible times of all simulated movements."""
        made = self.made(pointer, strokes, np.arange(len(self.key)))
        return 1e-6 * np.maximum(made.t_us[np.cumsum(made.count) - 1], 1)

    def hands(self, pointer: Entries, strokes: Entries, chosen: NDArray[np.intp]) -> Hands:
        """Return the hands of those simulated movements."""
        people = draw_hands(_profile(pointer=pointer, strokes=strokes), mixed(self.people, 1))
        return people.take(self.movements.person[chosen])


class _Form(NamedTuple):
    """A form of the law of movement times: its line's parameters, and movements that it serves."""

    names: tuple[str, str]
    trial: _Trial

    def behind(self, pointer: Entries, strokes: Entries) -> Floats:
        """Return what the line lacks for simulated times of the recorded mean and slope."""
        size_px = self.trial.size_px
        bits = np.log2(self.trial.distance_px / np.where(size_px > 0.0, size_px, 1.0) + 1.0)
        time_s = self.trial.times_s(pointer, strokes)
        line = np.stack([np.ones(len(bits)), bits], axis=1)
        # Without a width the line is one of ln time: the longer the time, the more it changes.
        change = line if self.names is SIZED else line * time_s[:, np.newaxis]
        lacking_s = 1e-6 * self.trial.movements.duration_us - time_s
        behind: Floats = np.linalg.solve(change.T @ line, line.T @ lacking_s)
        return behind


def _profile(**sections: Mapping[str, Mapping[str, Any]]) -> Profile:
    return Profile(name="trial", mode="fit-no-dp", remark="", sections=sections)


def _copied(movements: Movements, alone: bool = False) -> Movements:
    """Return movements over and over, so that chance averages out.

    Each time by other people, or each movement by a person of its own: that some recorded people were
    slow and had short ways belongs to them, not to the law.
    """
    copies, people = -(-COPIED // len(movements)), int(movements.person.max()) + 1
    many = movements.take(np.tile(np.arange(len(movements)), copies))
    copy = np.repeat(np.arange(copies), len(movements))
    person = np.arange(len(many)) if alone else many.person + people * copy
    return replace(many, person=person.astype(np.int32))


def _forms(
    movements: Movements, recorder: Mapping[str, Mapping[str, Any]], seed: int
) -> Iterator[_Form]:
    """Yield the forms of the law of movement times, each with the movements that it serves."""
    sized = conditions(movements).width_known
    parts = {False: ~sized, True: sized}
    if np.count_nonzero(~sized) < FEWEST_SIZED:
        parts[False] = np.ones_like(sized)
    for known, part in parts.items():
        if np.count_nonzero(part) >= FEWEST_SIZED or not known:
            trial = _Trial.of(_copied(movements.take(part), alone=True), recorder, seed)
            if not known:
                unknown = np.zeros_like(trial.size_px)
                trial = replace(trial, width_px=unknown, size_px=unknown)
            yield _Form(SIZED if known else FREE, trial)


def _matched_times(
    trial: _Trial, forms: list[_Form], recorded: Entries, strokes: Entries, source: str
) -> Entries:
    """Return the law of movement times under which the visible times are those recorded.

    The first and the last report are not the hand's first and last motion, and times have bounds, so
    what the law draws is not quite what can be seen; what that is off by is taken back.
    """

    def seen(time_s: Floats) -> Entries:
        return fit_movement_time(
            trial.movements.person, trial.distance_px, trial.size_px, time_s, source
        )

    law: Entries = {name: entry(*given) for name, given in (FITTS | BOUNDS).items()} | recorded
    everything = np.arange(len(trial.key))
    for _ in range(TIME_ROUNDS):
        for form in forms:
            for name, off in zip(form.names, form.behind(law, strokes), strict=True):
                law[name] = entry(
                    round(float(law[name]["value"] + off), 4), recorded[name]["source"]
                )
        # Scatter against the same draws, so that chance does not enter the law.
        hands = trial.hands(law, strokes, everything)
        drawn = seen(drawn_times_s(hands, trial.distance_px, trial.size_px, trial.key))
        visible = seen(trial.times_s(law, strokes))
        for name in SCATTER:
            value = recorded[name]["value"] - visible[name]["value"] + drawn[name]["value"]
            law[name] = entry(round(max(value, 0.0), 4), recorded[name]["source"])
    return law


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
        distance_px = trial.distance_px[chosen]
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
