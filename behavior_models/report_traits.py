"""How one person's reports differ from another's: eight numbers a person, drawn jointly.

Display period, shares of long gaps and of uneven intervals, tempo, detour, shares of early reports
and of missed frames, and how often a place is reported twice. They condition the learned tier; the
people they were fitted on are not kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.profile import Entries, Profile, entry
from deskhand.behavior_models.quantile_table import (
    quantile_table,
    score_of_value,
    value_of_score,
)
from deskhand.behavior_models.report_state import DETOUR_FLOOR
from deskhand.keyed_draws import Keys, normals, uniforms

SECTION = "report_traits"
NAMES = (
    "log_period_ms",
    "log_gap_share",
    "log_uneven_share",
    "tempo",
    "detour",
    "log_early_share",
    "log_missed_share",
    "log_repeat_share",
)
# Rates that devices and displays have; a person's median interval belongs to the nearest.
RATES_HZ = (1000, 500, 360, 240, 165, 144, 125, 120, 100, 90, 75, 60, 50, 40, 30, 20, 10)
# The traits that are drawn jointly, and the normal scores at which their distributions are tabled.
JOINT = slice(1, 7)
SCORES = np.linspace(-2.1, 2.1, 15)
# Beyond this many standard deviations nobody was seen, and the network would be guessing.
TRAIT_LIMIT = 3.5
# An interval this near the median is one period; the mean of such is finer than the clock's grid.
NEAR_MS, NEAR_SHARE = 1.6, 0.1
# An interval below this share of the period is early; between these shares a frame was missed.
EARLY_SHARE, MISSED_SHARES = 0.6, (1.8, 2.3)
# A person's mean of a residual is shrunk as if this many movements at 0 had been seen besides.
PRIOR_MOVEMENTS = 8
# What fewer people have in common could be told from the profile to be theirs.
FEWEST_PEOPLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTraits:
    """Traits of p people: the period in ms, shape (p,), and all standardised, shape (8, p)."""

    period_ms: NDArray[np.float32]
    scores: NDArray[np.float32]


def draw_report_traits(profile: Profile, keys: Keys) -> ReportTraits:
    """Draw the traits of people.

    Parameters
    ----------
    profile : Profile
        Its section ``report_traits``.
    keys : NDArray[np.uint64], shape (p,)
        One key a person.
    """

    def at(name: str) -> NDArray[np.float64]:
        return np.array(profile[SECTION, name], np.float64)

    mean, sd, classes = at("mean"), at("sd"), at("classes")
    place = np.searchsorted(np.cumsum(classes[:, 1])[:-1], uniforms(keys, 0), side="right")
    z = normals(keys, np.arange(1, 9)[:, np.newaxis]).astype(np.float64)
    drawn = np.empty((len(NAMES), len(keys)))
    drawn[0] = classes[place, 2] + classes[place, 3] * z[0]
    # Row by row, so that a person's numbers do not depend on how many people there are.
    for row, (table, gains) in enumerate(
        zip(at("quantiles"), at("cholesky"), strict=True), start=1
    ):
        score = sum(gain * z[k + 1] for k, gain in enumerate(gains.tolist()))
        drawn[row] = value_of_score(score, table, SCORES)
    share, never, log_mean, log_sd = profile[SECTION, "repeats"]
    drawn[7] = np.where(uniforms(keys, 9) < share, log_mean + log_sd * z[7], never)
    scores = np.clip((drawn - mean[:, np.newaxis]) / sd[:, np.newaxis], -TRAIT_LIMIT, TRAIT_LIMIT)
    return ReportTraits(
        period_ms=np.exp(drawn[0]).astype(np.float32), scores=scores.astype(np.float32)
    )


def person_statistics(
    person: NDArray[np.integer[Any]],
    count: NDArray[np.int64],
    t_us: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    aimed: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return the numbers `NAMES` of each person, shape (8, p).

    Parameters
    ----------
    person : NDArray of int, shape (m,)
        From 0 to p - 1, each with movements.
    count, t_us, x, y
        Columns of movements; see `deskhand.calibration.movements.Movements`.
    aimed : NDArray[np.bool_], shape (m,)
        Movements that end in a press: tempo and detour are theirs.
    """
    last = np.cumsum(count) - 1
    first = last - count + 1
    dt_ms = np.diff(t_us, prepend=t_us[:1]) / 1e3
    step = np.hypot(np.diff(x, prepend=x[:1]), np.diff(y, prepend=y[:1]))
    step[first] = 0.0
    # The first interval is off the clock.
    inner = np.ones(len(t_us), np.bool_)
    inner[first] = False
    inner[np.minimum(first + 1, last)] = False
    chord = np.hypot(x[last] - x[first], y[last] - y[first])
    log_detour = np.log(np.add.reduceat(step, first) / chord - 1.0 + DETOUR_FLOOR)
    design = np.stack([np.ones(len(count)), np.log(chord)], axis=1)
    residuals = []
    for value in (np.log(t_us[last] / 1e3), log_detour):
        line = np.linalg.lstsq(design[aimed], value[aimed], rcond=None)[0]
        residuals.append(value - design @ line)
    whose = np.repeat(person, count)
    found = np.empty((len(NAMES), int(person.max()) + 1))
    for number in range(found.shape[1]):
        mine = inner & (whose == number)
        gaps, steps = dt_ms[mine], step[mine]
        median = np.median(gaps[gaps > 0]) if (gaps > 0).any() else 1e3 / 60
        n, period_ms = len(gaps), _period_ms(gaps, median)
        early = gaps < EARLY_SHARE * period_ms
        missed = (gaps > MISSED_SHARES[0] * period_ms) & (gaps < MISSED_SHARES[1] * period_ms)
        chosen = aimed & (person == number)
        found[:, number] = [
            np.log(period_ms),
            np.log((np.count_nonzero(gaps > 1.8 * median) + 0.5) / (n + 5.0)),
            np.log((np.count_nonzero(np.abs(gaps - median) > 1.5) + 0.5) / (n + 5.0)),
            *(r[chosen].sum() / (chosen.sum() + PRIOR_MOVEMENTS) for r in residuals),
            *(np.log((np.count_nonzero(part) + 0.5) / (n + 5.0)) for part in (early, missed)),
            np.log((np.count_nonzero(steps == 0) + 0.5) / (n + 50.0)),
        ]
    return found


def _period_ms(gaps: NDArray[np.float64], median: float) -> float:
    near = gaps[np.abs(gaps - median) < max(NEAR_MS, NEAR_SHARE * median)]
    return float(near.mean()) if len(near) else median


def fit_report_traits(statistics: NDArray[np.float64], source: str) -> Entries:
    """Return the profile entries of `person_statistics` of a population.

    A display rate of fewer than three people is counted with the nearest other rate; and where fewer
    than three repeat places, or fewer than three do not, all are of one kind.

    Parameters
    ----------
    statistics : NDArray[np.float64], shape (8, p)
    source : str
        Where the people come from, and how many there are.
    """
    mean, sd = statistics.mean(axis=1), statistics.std(axis=1) + 1e-3
    log_period = np.log(1e3 / np.array(RATES_HZ))
    nearest = np.abs(statistics[0] - log_period[:, np.newaxis]).argmin(axis=0)
    rates, people = np.unique(nearest, return_counts=True)
    while len(rates) > 1 and people.min() < FEWEST_PEOPLE:
        few = people.argmin()
        apart = np.abs(log_period[rates] - log_period[rates[few]])
        apart[few] = np.inf
        nearest[nearest == rates[few]] = rates[apart.argmin()]
        rates, people = np.unique(nearest, return_counts=True)
    classes = []
    for number in rates:
        mine = statistics[0, nearest == number]
        # Few displays are odd; their rates should not spread to all.
        middle = float(np.median(mine))
        spread = float(1.4826 * np.median(np.abs(mine - middle)))
        classes.append([RATES_HZ[number], len(mine) / len(nearest), middle, spread])
    tables = [quantile_table(row, SCORES) for row in statistics[JOINT]]
    scores = np.stack(
        [
            score_of_value(row, table, SCORES)
            for row, table in zip(statistics[JOINT], tables, strict=True)
        ]
    )
    scores /= scores.std(axis=1, keepdims=True) + 1e-6
    covariance = np.cov(scores) + 1e-6 * np.eye(len(tables))
    covariance /= np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    # People whose recorder repeats places stand apart from those whose recorder never does.
    repeats = statistics[7] > np.log(0.003)
    if min(repeats.sum(), (~repeats).sum()) < FEWEST_PEOPLE:
        repeats[:] = repeats.mean() > 0.5
    many = statistics[7, repeats]
    spread = float(many.std()) if len(many) > 1 else 0.5
    mean_repeat = float(many.mean()) if len(many) else float(np.log(0.01))
    never = float(np.median(statistics[7, ~repeats])) if (~repeats).any() else mean_repeat
    values: Mapping[str, tuple[Any, str]] = {
        "mean": (_rounded(mean), f"means over people of {', '.join(NAMES)}"),
        "sd": (_rounded(sd), "their standard deviations"),
        "classes": (
            [_rounded(row) for row in classes],
            "rate in Hz, share of people, median and robust SD of ln period in ms",
        ),
        "quantiles": (
            [_rounded(table) for table in tables],
            f"quantiles of {', '.join(NAMES[JOINT])} at {len(SCORES)} normal scores",
        ),
        "cholesky": (
            [_rounded(row) for row in np.linalg.cholesky(covariance)],
            "square root of the correlations of their normal scores",
        ),
        "repeats": (
            _rounded([repeats.mean(), never, mean_repeat, spread]),
            "share of people whose recorder repeats places, the others' value, mean and SD of ln share",
        ),
    }
    return {name: entry(value, f"{source}: {what}") for name, (value, what) in values.items()}


def _rounded(values: Any) -> list[float]:
    return [float(f"{value:.5g}") for value in values]
