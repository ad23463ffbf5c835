"""Whole days of generated people beside figures of real ones: value, reference, band, verdict.

    python benchmarks/realism_day.py [--people 36] [--seed 3] [--fidelity law]

The references are published or computed figures (a log of pointer use, 10 users and 65 sessions; logs of the
application in front, 3 computers; one academic's windows, 64 weekdays; estimates for keys by role, which are
marked as such). Each role gets the same number of people. Ends with status 1 when a band is missed.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import stats

import deskhand
from deskhand.behavior_models.persona import ROLES
from deskhand.evaluation.day_figures import LEFT_OPEN_S, DayFigures, day_figures
from deskhand.evaluation.rhythm import burstiness, fano_factor, gaps_s, log_memory
from deskhand.loading import read_sessions

# Keys an active hour by role, log standard deviation .4 (estimates).
KEYS_AN_HOUR = {
    "sales": 2_000,
    "engineer": 2_200,
    "support": 3_000,
    "designer": 900,
    "analyst": 1_500,
    "manager": 3_000,
}
KEYS_LOG_SD = 0.4
LONGEST_GAP_S = 30.0
ACTS = ("pointermove", "pointerdown", "wheel", "keydown")


class Row(NamedTuple):
    """A line of the report; a value without a band is told and not judged."""

    name: str
    value: float
    reference: str
    low: float = -np.inf
    high: float = np.inf

    @property
    def judged(self) -> bool:
        return np.isfinite(self.low) or np.isfinite(self.high)

    @property
    def ok(self) -> bool:
        return bool(self.low <= self.value <= self.high)


class Day(NamedTuple):
    """One person's day."""

    role: str
    start_h: float
    figures: DayFigures
    breaks_min: np.ndarray
    noon_breaks_min: np.ndarray


def breaks(events: pa.Table, start_h: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the breaks from 15 minutes to 4 hours, and those of them that begin from 11 to 14 o'clock."""
    acts = pc.is_in(events["type"].cast(pa.string()), pa.array(ACTS))
    acted_us = events["t_us"].filter(acts).to_numpy()
    gaps_min = np.diff(acted_us) / 6e7
    begun_h = start_h + acted_us[:-1] / 3.6e9
    long = (gaps_min >= 15) & (gaps_min <= 240)
    return gaps_min[long], gaps_min[long & (begun_h >= 11) & (begun_h < 14)]


def days(people: int, seed: int, fidelity: str) -> list[Day]:
    found = []
    team = 5
    with TemporaryDirectory() as folder:
        for number, role in enumerate(ROLES):
            out = Path(folder) / role
            deskhand.generate(
                "workday",
                people=people // len(ROLES),
                team_size=team,
                role=role,
                seed=seed + number,
                out=out,
                fidelity=fidelity,
            )
            for session in read_sessions(out):
                start_h = session.header["start_wall_us"] / 3.6e9 % 24
                figures = day_figures(session.events)
                found.append(Day(role, start_h, figures, *breaks(session.events, start_h)))
            print(f"{role} done", file=sys.stderr)
    return found


def middle(values: Sequence[float]) -> float:
    return float(np.nanmedian(values))


def report(found: Sequence[Day]) -> list[Row]:
    each = [day.figures for day in found]
    gaps = [gaps_s(f.action_us, LONGEST_GAP_S) for f in each]
    dwell = np.log(np.concatenate([f.dwell_s[f.dwell_s < LEFT_OPEN_S] for f in each]))
    mean, spread = float(dwell.mean()), float(dwell.std())
    rows = [
        Row("burstiness of actions", middle([burstiness(g) for g in gaps]), ".21", 0.15, 0.38),
        Row("log memory of actions", middle([log_memory(g) for g in gaps]), ".45", 0.31, 0.58),
    ]
    for window_s, reference in ((1, 2.1), (10, 8.4), (60, 22.0)):
        value = middle([fano_factor(f.action_us, window_s) for f in each])
        bounds = (reference / 1.5, reference * 1.5)
        rows.append(Row(f"Fano factor, {window_s} s", value, f"{reference:g}", *bounds))
    active = [f.active_h for f in each]
    rows += [
        Row(
            "active share of the day",
            middle([f.active_h / f.length_h for f in each]),
            ".52",
            0.4,
            0.6,
        ),
        Row("active hours a day", middle(active), "2.4 to 4.5", 2.4, 4.5),
        Row(
            "changes of app an hour there",
            middle([len(f.dwell_s) / f.there_h for f in each]),
            "45 to 59",
            45,
            60,
        ),
        Row("changes that lead back", middle([f.returns for f in each]), ".56 .69 .76", 0.55, 0.76),
        Row("dwell, mean of log s", mean, "2.5", 2.25, 2.75),
        Row("dwell, sd of log s", spread, "1.8", 1.62, 1.98),
        Row(
            "dwell, KS to log-normal",
            float(stats.kstest(dwell, "norm", (mean, spread)).statistic),
            "0",
            0,
            0.08,
        ),
        Row(
            "clicks an active hour",
            middle([f.clicks / f.active_h for f in each]),
            "350 to 600 (estimate)",
            350,
            600,
        ),
        Row(
            "wheel an active hour",
            middle([f.wheel / f.active_h for f in each]),
            "403 (22 to 6,024)",
            200,
            1_040,
        ),
        Row("first event, h", middle([day.start_h for day in found]), "9.04", 8.86, 9.74),
        Row(
            "last event, h",
            middle([d.start_h + d.figures.length_h for d in found]),
            "17.1",
            16.21,
            17.99,
        ),
        Row(
            "breaks of 15 min to 4 h, min",
            middle(np.concatenate([d.breaks_min for d in found])),
            "35",
            21.2,
            62.2,
        ),
        Row(
            "those from 11 to 14 h, min",
            middle(np.concatenate([d.noon_breaks_min for d in found])),
            "43",
            26.3,
            67.9,
        ),
        Row("breaks a day", float(np.mean([len(d.breaks_min) for d in found])), "4.6", 3, 6),
    ]
    for role, keys in KEYS_AN_HOUR.items():
        mine = [d.figures.keys / d.figures.active_h for d in found if d.role == role]
        if mine:
            low, high = keys * np.exp(-KEYS_LOG_SD), keys * np.exp(KEYS_LOG_SD)
            rows.append(
                Row(f"keys an active hour, {role}", middle(mine), f"{keys:,} (estimate)", low, high)
            )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--people", type=int, default=36)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--fidelity", default="law", choices=("law", "learned"))
    given = parser.parse_args()
    found = days(given.people, given.seed, given.fidelity)
    rows = report(found)
    print(f"{len(found)} days; medians over people")
    for row in rows:
        band = f"{row.low:.4g} to {row.high:.4g}" if row.judged else ""
        verdict = ("ok" if row.ok else "MISSED") if row.judged else ""
        print(f"{row.name:<32}{row.value:>10.4g}  {row.reference:<24}{band:<18}{verdict}")
    sys.exit(0 if all(row.ok for row in rows if row.judged) else 1)


if __name__ == "__main__":
    main()
