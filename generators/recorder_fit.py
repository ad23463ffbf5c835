"""The inverse of the recorder: which recorders a population has, from the stamps of its movements."""

from collections.abc import Sequence
from typing import Any, SupportsFloat

import numpy as np
from numpy.typing import NDArray

from deskhand import keyed_draws
from deskhand.behavior_models.profile import FORMAT, Profile, parse_profile
from deskhand.errors import DeskhandError
from deskhand.generators.recorder import LEVELS, MOST_RESTS, PARTS, STEPS_PX, WAKES, draw_recorders
from deskhand.generators.report_times import report_times_us
from deskhand.generators.stamp_intervals import (
    Intervals,
    PersonStamps,
    intervals,
    person_stamps,
    rest_above_us,
)

# People whose periods differ by less than this factor have one class of recorders.
_CLASS_RATIO = 1.04
# People with fewer intervals say nothing about the spread between people.
_FEWEST_INTERVALS = 200
_FEWEST_PEOPLE = 3
_ROUNDS = 3
_SIMULATED = 4_000
_COMMON_LAWS = ("late_share", "first_rest_share")


def fit_recorders(
    person: NDArray[np.integer],
    count: NDArray[np.int64],
    t_us: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    source: str,
    kind: str = "browser",
) -> dict[str, dict[str, Any]]:
    """Return the entries of a profile's section ``recorder``.

    No class is written that fewer than three people have: they are counted with the nearest class,
    of the same clock if there is one, and its numbers stay those of its own people.

    Parameters
    ----------
    person : NDArray of int, shape (m,)
        Whose movement.
    count : NDArray[np.int64], shape (m,)
        Reports of each movement; they sum to n.
    t_us : NDArray[np.int64], shape (n,)
        Stamps; only differences within a movement are used.
    x, y : NDArray[np.float64], shape (n,)
        Reported places in px.
    source : str
        Name, number of people and date of the data.
    kind : str
        Kind of the recorders; stamps alone do not tell a browser's frame from a device's report.

    Returns
    -------
    dict
        Entries ``{"value": ..., "source": ...}``; laws are pairs (median, log SD) over people.

    Raises
    ------
    DeskhandError
        When there are no movements of three reports or more.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> people = draw_recorders(
    ...     load_profile("literature"), keyed_draws.keys(7, "recorder", range(40))
    ... )
    >>> who = np.repeat(np.arange(40), 50)
    >>> count, t_us = report_times_us(
    ...     people.take(who), np.full(2000, 800_000), keyed_draws.keys(7, "move", range(2000))
    ... )
    >>> place = np.arange(len(t_us)) * 5.0
    >>> entries = fit_recorders(who, count, t_us, place, place, source="made up")
    >>> sorted({round(entry["period_ms"][0]) for entry in entries["classes"]["value"]})
    [7, 8, 17]
    """
    found = intervals(person, count, t_us, x, y)
    if not len(found.dt_us):
        raise DeskhandError(
            "no movement has three reports; a recorder is fitted on the intervals between them."
        )
    people = [person_stamps(found, int(who)) for who in np.unique(found.person[~found.first])]
    steady = [p for p in people if p.steady] or people
    trusted = [p for p in steady if p.intervals >= _FEWEST_INTERVALS] or steady
    classes = _classes(people, kind)
    for entry, members in classes:
        sure = [p for p in members if p.intervals >= _FEWEST_INTERVALS]
        # What one or two people have would be their own.
        alike = sure if len(sure) >= _FEWEST_PEOPLE else trusted
        entry["slip_share"] = _share_law(alike, "slip_share")
        entry["rest_share"] = _share_law(alike, "rest_share")
        period_ms = entry["period_ms"][0]
        jitter = np.array([p.jitter_us / p.period_us for p in alike])
        entry["jitter_ms"] = _digits(period_ms * np.median(jitter), _log_sd(jitter))
        of_class = members if len(sure) >= _FEWEST_PEOPLE else steady
        entry["rest_ms"] = _quantiles(np.concatenate([p.rests_us for p in of_class]), 1e-3)
        entry["first_rest_ms"] = _quantiles(
            np.concatenate([p.first_rests_us for p in of_class]), 1e-3
        )
    late = np.array([p.late_periods for p in trusted if p.late >= 5])
    values: dict[str, Any] = {
        "classes": [entry for entry, _ in classes],
        **{name: _share_law(trusted, name) for name in _COMMON_LAWS},
        "late_periods": _digits(np.median(late), _log_sd(late)) if len(late) else [0.2, 0.0],
        "repeats_share": _digit(np.mean([p.repeats for p in trusted])),
        "rest_cluster": _digit(_cluster(found, people)),
        "final_share": 0.3,
        "wake_periods": {
            name: _quantiles(np.concatenate([p.wakes[name] for p in steady]), 1.0, 1.0)
            for name in WAKES
        },
        "rest_weight": _rest_weight(found, people),
        "rest_by_step": _rest_by_step(found, people),
    }
    _match(values, found, people, count, t_us)
    text = f"{source}; {len(people)} people, {len(count)} movements"
    return {name: {"value": value, "source": text} for name, value in values.items()}


def _classes(
    people: list[PersonStamps], kind: str
) -> list[tuple[dict[str, Any], list[PersonStamps]]]:
    """Return classes of recorders with their members: one clock, periods that lie together.

    Smaller classes than `_FEWEST_PEOPLE` add to the share of the nearest.
    """
    ordered = sorted(people, key=lambda p: (p.clock, p.steady, p.period_us))
    groups: list[list[PersonStamps]] = []
    for p in ordered:
        last = groups[-1][-1] if groups else None
        same = last is not None and (last.clock, last.steady) == (p.clock, p.steady)
        if last is not None and same and p.period_us < _CLASS_RATIO * last.period_us:
            groups[-1].append(p)
        else:
            groups.append([p])
    counted = [len(members) for members in groups]
    while len(groups) > 1 and min(counted) < _FEWEST_PEOPLE:
        few = counted.index(min(counted))
        lone, extra = groups.pop(few), counted.pop(few)
        near = min(range(len(groups)), key=lambda place: _apart(groups[place], lone))
        if counted[near] < _FEWEST_PEOPLE:
            groups[near] = groups[near] + lone
        counted[near] += extra
    made = []
    for members, number in zip(groups, counted, strict=True):
        sure = [p for p in members if p.intervals >= _FEWEST_INTERVALS]
        sure = sure if len(sure) >= _FEWEST_PEOPLE else members
        logs = np.log([p.period_us for p in sure])
        entry: dict[str, Any] = {
            "kind": kind,
            "share": _digit(number / len(people)),
            "period_ms": _digits(1e-3 * np.exp(np.median(logs)), float(logs.std())),
            "clock": members[0].clock,
            "ties_share": _digit(np.mean([p.ties for p in sure])),
        }
        made.append((entry, members))
    return made


def _apart(members: list[PersonStamps], others: list[PersonStamps]) -> tuple[bool, bool, float]:
    """Return how unlike two classes are: clock first, then whether it is steady, then period."""
    one, other = members[0], others[0]
    ratio = np.log(members[len(members) // 2].period_us / others[len(others) // 2].period_us)
    return one.clock != other.clock, one.steady != other.steady, abs(float(ratio))


def _share_law(people: Sequence[PersonStamps], name: str) -> list[float]:
    """Return median and log SD over people of a share known from counts, without sampling error."""
    hits, trials = np.array([getattr(p, name) for p in people], np.float64).T
    if not hits.any():
        return [0.0, 0.0]
    logs = np.log((hits + 0.5) / (trials + 1.0))
    error = float(np.mean(1.0 / (hits + 0.5)))
    # Quartiles, for a few people with hardly any hits would stretch a standard deviation.
    low, middle, high = np.quantile(logs, [0.25, 0.5, 0.75])
    return _digits(np.exp(middle), np.sqrt(max(((high - low) / 1.349) ** 2 - error, 0.0)))


def _cluster(found: Intervals, people: list[PersonStamps]) -> float:
    """Return how much more frequent an interval without reports is right after another one."""
    gap = (found.dt_us > _of_person(found, people, "rest_above_us")) & ~found.first
    after = np.append(False, gap[:-1]) & ~found.first
    plain = ~np.append(False, gap[:-1]) & ~found.first
    if not gap.any() or not after.any():
        return 1.0
    return float(np.clip(gap[after].mean() / max(gap[plain].mean(), 1e-9), 1.0, 10.0))


def _rest_weight(found: Intervals, people: list[PersonStamps]) -> list[float]:
    """Return the frequency of rests in the parts of a movement, mean 1."""
    use = ~found.first
    part = np.minimum((found.progress * PARTS).astype(np.int64), PARTS - 1)
    gap = found.dt_us > _of_person(found, people, "rest_above_us")
    all_ = np.bincount(part[use], minlength=PARTS)
    hazard = (np.bincount(part[use & gap], minlength=PARTS) + 1.0) / (all_ + 1.0)
    return _digits(*(hazard / hazard.mean()).tolist())


def _rest_by_step(found: Intervals, people: list[PersonStamps]) -> list[float]:
    """Return the frequency of rests after steps of some lengths in a period; 1 over all reports."""
    period = _of_person(found, people, "period_us")
    rest = (found.dt_us > _of_person(found, people, "rest_above_us"))[1:]
    # The step before, in the same movement, as long as it would be in one period.
    use = ~found.first[1:]
    before = (found.step_px * np.minimum(period / np.maximum(found.dt_us, 1), 1.0))[:-1]
    edges = np.sqrt(np.array(STEPS_PX[1:]) * np.array(STEPS_PX[:-1]))
    step = np.searchsorted(edges, before)
    reports = np.bincount(step[use], minlength=len(STEPS_PX))
    rests = np.bincount(step[use & rest], minlength=len(STEPS_PX))
    average = (rests.sum() + 1.0) / (reports.sum() + 1.0)
    # A few reports more at the average, so that steps never seen have it.
    hazard = (rests + 20.0 * average) / (reports + 20.0)
    return _digits(*(hazard / average).tolist())


def _of_person(found: Intervals, people: list[PersonStamps], name: str) -> NDArray[np.float64]:
    """Return a number of each interval's person."""
    table = np.ones(int(found.person.max()) + 1)
    for p in people:
        table[p.who] = getattr(p, name)
    of_each: NDArray[np.float64] = table[found.person]
    return of_each


def _match(
    values: dict[str, Any],
    found: Intervals,
    people: list[PersonStamps],
    count: NDArray[np.int64],
    t_us: NDArray[np.int64],
) -> None:
    """Scale rests until movements of the same lengths have as many, and end in one as often.

    A rest that would end after its movement is not made, and one rest draws others along, so the
    share that is put in is not the share that comes out.
    """
    wanted = _rests(found, _of_person(found, people, "rest_above_us"))
    first = np.cumsum(count) - count
    whole = t_us[first + count - 1] - t_us[first]
    chosen = np.linspace(0, len(count) - 1, min(len(count), _SIMULATED)).astype(np.int64)
    moves = keyed_draws.keys(0, "recorder.fit", ["moves"])
    keys = keyed_draws.mixed(moves, np.arange(len(chosen)))
    for _ in range(_ROUNDS):
        drawn = draw_recorders(_as_profile(values), keyed_draws.mixed(keys, 1))
        made, stamps = report_times_us(drawn, whole[chosen], keys)
        place = np.zeros(len(stamps))
        got = intervals(np.arange(len(made)), made, stamps, place, place)
        rests, finals = _rests(got, rest_above_us(drawn.period_us, drawn.grid_us)[got.person])
        factor = min(max(wanted[0] / max(rests, 1e-9), 0.5), 2.0)
        for entry in values["classes"]:
            share, spread = entry["rest_share"]
            entry["rest_share"] = _digits(min(share * factor, MOST_RESTS), spread)
        factor = min(max(wanted[1] / max(finals, 1e-9), 0.3), 3.0)
        values["final_share"] = _digit(min(values["final_share"] * factor, 1.0))


def _rests(found: Intervals, above_us: NDArray[np.float64]) -> tuple[float, float]:
    """Return the share of rests among the intervals, and among those that end a movement."""
    rest = found.dt_us > above_us
    ends = ~found.first & (found.next_us == 0)
    return float(rest[~found.first].mean()), float(rest[ends].mean()) if ends.any() else 0.0


def _as_profile(values: dict[str, Any]) -> Profile:
    entries = {name: {"value": value, "source": "fit"} for name, value in values.items()}
    return parse_profile(
        {
            "format": FORMAT,
            "name": "fit",
            "mode": "fit-no-dp",
            "remark": "",
            "sections": {"recorder": entries},
        },
        "fit",
    )


def _quantiles(
    values: NDArray[np.floating] | NDArray[np.integer], factor: float, otherwise: float = 60.0
) -> list[float]:
    if not len(values):
        return [otherwise] * len(LEVELS)
    return _digits(*(factor * np.quantile(values, LEVELS)).tolist())


def _log_sd(values: Sequence[float] | NDArray[np.float64]) -> float:
    return float(np.log(values).std())


def _digits(*numbers: SupportsFloat) -> list[float]:
    return [_digit(number) for number in numbers]


def _digit(number: SupportsFloat) -> float:
    return float(f"{float(number):.4g}")
