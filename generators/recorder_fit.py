"""The inverse of the recorder: which recorders a population has, from the stamps of its movements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand import keyed_draws
from deskhand.behavior_models.profile import FORMAT, Profile, parse_profile
from deskhand.errors import DeskhandError
from deskhand.generators.clock import CLOCKS
from deskhand.generators.recorder import LEVELS, PARTS, draw_recorders
from deskhand.generators.report_times import SHORTEST_REST, report_times_us

# A share of stamps on a clock's grid above which the clock is taken to have it.
_ON_GRID = 0.97
# People whose periods differ by less than this factor have one class of recorders.
_CLASS_RATIO = 1.04
# An interval is short below this share of the period: off the clock.
_SHORT = 0.8
# People with fewer intervals say nothing about the spread between people.
_FEWEST_INTERVALS = 200
_FEWEST_RESTS = 100
_ROUNDS = 3
_SIMULATED = 4_000
_COMMON_LAWS = ("late_share", "first_rest_share", "off_clock_share")


@dataclass(frozen=True, slots=True)
class _Intervals:
    """Intervals between reports: whose, how long, the next one's length, and where they lie."""

    person: NDArray[np.int32]
    dt_us: NDArray[np.int64]
    next_us: NDArray[np.int64]  # 0 where there is none
    first: NDArray[np.bool_]
    progress: NDArray[np.float64]
    still: NDArray[np.bool_]


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
    >>> from deskhand.generators.recorder import example_profile
    >>> profile = parse_profile(example_profile(), "example")
    >>> people = draw_recorders(profile, keyed_draws.keys(7, "recorder", range(20)))
    >>> who = np.repeat(np.arange(20), 50)
    >>> count, t_us = report_times_us(
    ...     people.take(who), np.full(1000, 800_000), keyed_draws.keys(7, "move", range(1000))
    ... )
    >>> place = np.arange(len(t_us)) * 5.0
    >>> entries = fit_recorders(who, count, t_us, place, place, source="made up")
    >>> sorted({round(entry["period_ms"][0], 1) for entry in entries["classes"]["value"]})
    [8.0, 16.7]
    """
    intervals = _intervals(person, count, t_us, x, y)
    if not len(intervals.dt_us):
        raise DeskhandError(
            "no movement has three reports; a recorder is fitted on the intervals between them."
        )
    people = [
        _one_person(intervals, int(who)) for who in np.unique(intervals.person[~intervals.first])
    ]
    steady = [p for p in people if p["steady"]] or people
    trusted = [p for p in steady if p["n"] >= _FEWEST_INTERVALS] or steady
    classes = _classes(people, kind)
    pooled = np.concatenate([p["rests_us"] for p in steady])
    first_pooled = np.concatenate([p["first_rests_us"] for p in steady])
    for entry, members in classes:
        sure = [p for p in members if p["n"] >= _FEWEST_INTERVALS] or members
        few = len(sure) < 3
        for name in ("slip_share", "rest_share"):
            law = _share_law(sure, name)
            entry[name] = [law[0], _share_law(trusted, name)[1] if few else law[1]]
        jitter = [p["jitter_share"] for p in (trusted if few else sure)]
        entry["jitter_ms"] = _digits(
            1e-3 * np.median([p["jitter_us"] for p in sure]), _log_sd(jitter)
        )
        rests = np.concatenate([p["rests_us"] for p in members])
        firsts = np.concatenate([p["first_rests_us"] for p in members])
        entry["rest_ms"] = _quantiles(rests if len(rests) >= _FEWEST_RESTS else pooled, 1e-3)
        entry["first_rest_ms"] = _quantiles(
            firsts if len(firsts) >= _FEWEST_RESTS else first_pooled, 1e-3
        )
    late = np.array([p["late_periods"] for p in trusted if p["late_n"] >= 5])
    values: dict[str, Any] = {
        "classes": [entry for entry, _ in classes],
        **{name: _share_law(trusted, name) for name in _COMMON_LAWS},
        "late_periods": _digits(np.median(late), _log_sd(late)) if len(late) else [0.2, 0.0],
        "repeats_share": _digit(np.mean([p["repeats"] for p in trusted])),
        "rest_cluster": _digit(_cluster(intervals, people)),
        "again_share": _digit(_pooled(steady, "again_share")),
        "final_share": 0.3,
        "wake_periods": _quantiles(np.concatenate([p["wakes"] for p in steady]), 1.0, 0.7),
        "rest_weight": _rest_weight(intervals, people),
    }
    _match(values, intervals, people, count, t_us)
    text = f"{source}; {len(people)} people, {len(count)} movements"
    return {name: {"value": value, "source": text} for name, value in values.items()}


def _intervals(
    person: NDArray[np.integer],
    count: NDArray[np.int64],
    t_us: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
) -> _Intervals:
    first = np.cumsum(count) - count
    begins = np.zeros(len(t_us), np.bool_)
    begins[first[count > 0]] = True
    row = np.repeat(np.arange(len(count)), count)
    inside = ~begins[1:]
    dt = np.diff(t_us)
    following = np.append(np.where(inside[1:], dt[1:], 0), 0)
    since = t_us[:-1] - t_us[first[row[:-1]]]
    whole = np.maximum((t_us[first + count - 1] - t_us[first])[row[:-1]], 1)
    return _Intervals(
        person=person[row[:-1]][inside].astype(np.int32),
        dt_us=dt[inside],
        next_us=following[inside],
        first=begins[:-1][inside],
        progress=(since / whole)[inside],
        still=((np.diff(x) == 0) & (np.diff(y) == 0))[inside],
    )


def _one_person(intervals: _Intervals, who: int) -> dict[str, Any]:
    mine = intervals.person == who
    dt, following = intervals.dt_us[mine], intervals.next_us[mine]
    first, still = intervals.first[mine], intervals.still[mine]
    name, grid = _clock_of(dt)
    later = dt[~first]
    ties = float(np.mean(later == 0))
    period, steady = _period(later, grid, ties)
    near = max(0.15 * period, 2.0 * grid)
    core = ~first & (np.abs(dt - period) <= near)
    pair = core & (np.abs(following - period) <= near) & (following > 0)
    covariance = float(np.mean((dt[pair] - period) * (following[pair] - period))) if steady else 0.0
    # An interval's end is the next one's start: jitter about a clock shows with its sign turned;
    # so does rounding to the grid.
    if pair.any() and steady:
        # Over two intervals most of a late report's delay is undone again.
        period = float(np.mean(0.5 * (dt[pair] + following[pair])))
    spread = np.sqrt(max(-covariance - grid**2 / 12, 0.0)) if pair.any() else 0.0
    late = ~first & (dt > period + near) & (dt < 1.6 * period)
    late &= np.abs(dt + following - 2 * period) <= near
    beyond = float(np.mean(dt[late] - period - near)) if late.any() else 0.15 * period
    beyond = max(beyond, 0.03 * period)
    n = len(later)
    rest = ~first & (dt > SHORTEST_REST * period)
    short_first = first & (dt <= SHORTEST_REST * period)
    woken = np.append(False, rest[:-1]) & ~first & (dt <= SHORTEST_REST * period)
    waking = dt[short_first | woken] / period
    off = np.abs(waking - 1.0) > max(0.1, 1.2 * grid / period)
    short = dt < min(_SHORT * period, period - 1.5 * grid)
    awake = (short_first | woken) & short & (following > 0)
    again = awake & (following < min(_SHORT * period, period - 1.5 * grid))
    # Short between two ordinary intervals: the clock slipped.
    usual = np.abs(dt - period) <= near
    slip = ~first & short & np.append(False, usual[:-1]) & (np.abs(following - period) <= near)
    return {
        "who": who,
        "n": n,
        "clock": name,
        "period_us": period,
        "steady": steady,
        "ties": ties > 0.01,
        "jitter_us": max(spread, 0.02 * grid),
        "jitter_share": max(spread, 0.02 * grid) / period,
        "late_n": int(late.sum()),
        # Lateness below the bound is taken for jitter; an exponential law has as much above it.
        "late_share": (float(late.sum()) * min(np.exp(near / beyond), 3.0), n),
        "late_periods": beyond / period,
        "slip_share": (float(slip.sum()), n),
        "rest_share": (float(rest.sum()), n),
        "again_share": (float(again.sum()), int(awake.sum())),
        "final_share": (float((rest & (following == 0)).sum()), int(first.sum())),
        "first_rest_share": (float((first & ~short_first).sum()), int(first.sum())),
        "off_clock_share": (float(off.sum()), len(off)),
        "repeats": float(np.mean(still)) > 0.02,
        "rests_us": dt[rest],
        "first_rests_us": dt[first & ~short_first],
        "wakes": waking[off],
    }


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
        return max(float(busy.mean()), 500.0), False
    period = float(np.median(dt_us[(dt_us > 0) & (dt_us < 100_000)], axis=0)) if n_ok(dt_us) else 0
    period = period or float(np.median(dt_us))
    for _ in range(3):
        near = dt_us[np.abs(dt_us - period) <= max(0.2 * period, 2.0 * grid)]
        if len(near):
            period = float(near.mean())
    return max(period, 500.0), True


def n_ok(dt_us: NDArray[np.int64]) -> bool:
    """Return whether any interval is short enough to be a clock's."""
    return bool(((dt_us > 0) & (dt_us < 100_000)).any())


def _classes(
    people: list[dict[str, Any]], kind: str
) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Return classes of recorders with their members: one clock, periods that lie together."""
    ordered = sorted(people, key=lambda p: (p["clock"], p["steady"], p["period_us"]))
    groups: list[list[dict[str, Any]]] = []
    for p in ordered:
        last = groups[-1][-1] if groups else None
        same = last is not None and (last["clock"], last["steady"]) == (p["clock"], p["steady"])
        if last is not None and same and p["period_us"] < _CLASS_RATIO * last["period_us"]:
            groups[-1].append(p)
        else:
            groups.append([p])
    made = []
    for members in groups:
        sure = [p for p in members if p["n"] >= _FEWEST_INTERVALS] or members
        logs = np.log([p["period_us"] for p in sure])
        entry: dict[str, Any] = {
            "kind": kind,
            "share": _digit(len(members) / len(people)),
            "period_ms": _digits(1e-3 * np.exp(np.median(logs)), float(logs.std())),
            "clock": members[0]["clock"],
            "ties_share": _digit(np.mean([p["ties"] for p in sure])),
        }
        made.append((entry, members))
    return made


def _share_law(people: Sequence[dict[str, Any]], name: str) -> list[float]:
    """Return median and log SD over people of a share known from counts, without sampling error."""
    hits, trials = np.array([p[name] for p in people], np.float64).T
    if not hits.any():
        return [0.0, 0.0]
    logs = np.log((hits + 0.5) / (trials + 1.0))
    error = float(np.mean(1.0 / (hits + 0.5)))
    # Quartiles, for a few people with hardly any hits would stretch a standard deviation.
    low, middle, high = np.quantile(logs, [0.25, 0.5, 0.75])
    return _digits(np.exp(middle), np.sqrt(max(((high - low) / 1.349) ** 2 - error, 0.0)))


def _cluster(intervals: _Intervals, people: list[dict[str, Any]]) -> float:
    """Return how much more frequent an interval without reports is right after another one."""
    period = _of_person(intervals, people, "period_us")
    gap = (intervals.dt_us > SHORTEST_REST * period) & ~intervals.first
    after = np.append(False, gap[:-1]) & ~intervals.first
    plain = ~np.append(False, gap[:-1]) & ~intervals.first
    if not gap.any() or not after.any():
        return 1.0
    return float(np.clip(gap[after].mean() / max(gap[plain].mean(), 1e-9), 1.0, 10.0))


def _rest_weight(intervals: _Intervals, people: list[dict[str, Any]]) -> list[float]:
    """Return the frequency of rests in the parts of a movement, mean 1."""
    period = _of_person(intervals, people, "period_us")
    use = ~intervals.first
    part = np.minimum((intervals.progress * PARTS).astype(np.int64), PARTS - 1)
    gap = intervals.dt_us > SHORTEST_REST * period
    all_ = np.bincount(part[use], minlength=PARTS)
    hazard = (np.bincount(part[use & gap], minlength=PARTS) + 1.0) / (all_ + 1.0)
    return _digits(*(hazard / hazard.mean()).tolist())


def _of_person(
    intervals: _Intervals, people: list[dict[str, Any]], name: str
) -> NDArray[np.float64]:
    table = np.ones(int(intervals.person.max()) + 1)
    for p in people:
        table[p["who"]] = p[name]
    of_each: NDArray[np.float64] = table[intervals.person]
    return of_each


def _match(
    values: dict[str, Any],
    intervals: _Intervals,
    people: list[dict[str, Any]],
    count: NDArray[np.int64],
    t_us: NDArray[np.int64],
) -> None:
    """Scale rests until movements of the same lengths have as many, and end in one as often.

    A rest that would end after its movement is not made, and one rest draws others along, so the
    share that is put in is not the share that comes out.
    """
    wanted = _rests(intervals, _of_person(intervals, people, "period_us"))
    first = np.cumsum(count) - count
    whole = t_us[first + count - 1] - t_us[first]
    chosen = np.linspace(0, len(count) - 1, min(len(count), _SIMULATED)).astype(np.int64)
    moves = keyed_draws.keys(0, "recorder.fit", ["moves"])
    keys = keyed_draws.mixed(moves, np.arange(len(chosen)))
    for _ in range(_ROUNDS):
        drawn = draw_recorders(_as_profile(values), keys)
        made, stamps = report_times_us(drawn, whole[chosen], keys)
        place = np.zeros(len(stamps))
        got = _intervals(np.arange(len(made)), made, stamps, place, place)
        rests, finals = _rests(got, drawn.period_us[got.person])
        factor = min(max(wanted[0] / max(rests, 1e-9), 0.5), 2.0)
        for entry in values["classes"]:
            entry["rest_share"] = _digits(entry["rest_share"][0] * factor, entry["rest_share"][1])
        factor = min(max(wanted[1] / max(finals, 1e-9), 0.3), 3.0)
        values["final_share"] = _digit(min(values["final_share"] * factor, 1.0))


def _rests(intervals: _Intervals, period_us: NDArray[np.float64]) -> tuple[float, float]:
    """Return the share of rests among the intervals, and among those that end a movement."""
    rest = intervals.dt_us > SHORTEST_REST * period_us
    ends = ~intervals.first & (intervals.next_us == 0)
    return float(rest[~intervals.first].mean()), float(rest[ends].mean()) if ends.any() else 0.0


def _pooled(people: list[dict[str, Any]], name: str) -> float:
    hits, trials = np.array([p[name] for p in people], np.float64).sum(axis=0)
    return float(hits / max(trials, 1.0))


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
        return [otherwise] * LEVELS
    return _digits(*(factor * np.quantile(values, np.linspace(0.0, 1.0, LEVELS))).tolist())


def _log_sd(values: Sequence[float] | NDArray[np.float64]) -> float:
    return float(np.log(values).std())


def _digits(*numbers: float) -> list[float]:
    return [_digit(number) for number in numbers]


def _digit(number: float) -> float:
    return float(f"{float(number):.4g}")
