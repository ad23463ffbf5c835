"""Published and computed figures of whole days at the computer, as bands, and what days come to.

The references are a log of pointer use (Balabit, 10 users and 65 sessions), logs of the application in
front (3 computers), one academic's windows (64 weekdays), and estimates for keys and clicks, which are
marked as such.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import stats

from deskhand.evaluation.day_figures import LEFT_OPEN_S, day_figures
from deskhand.evaluation.rhythm import burstiness, fano_factor, gaps_s, log_memory

Floats = NDArray[np.float64]

# Keys an active hour by role, log standard deviation .4 (estimates).
KEYS_AN_HOUR: Mapping[str, int] = {
    "sales": 2_000,
    "engineer": 2_200,
    "support": 3_000,
    "designer": 900,
    "analyst": 1_500,
    "manager": 3_000,
}
KEYS_LOG_SD = 0.4
LONGEST_GAP_S = 30.0
# A day of fewer actions has no rhythm.
FEWEST_ACTIONS = 3
ACTS = ("pointermove", "pointerdown", "wheel", "keydown")
POINTER_LOG = "Balabit log of pointer use, 10 users and 65 sessions"
APP_LOGS = "logs of the application in front, 3 computers"
WINDOW_LOG = "one academic's windows, 64 weekdays"
ESTIMATE = "estimate"


class DayBand(NamedTuple):
    """A row of the report; a value without a band is told and not judged."""

    name: str
    value: float
    reference: str
    low: float = -np.inf
    high: float = np.inf
    source: str = ""

    @property
    def judged(self) -> bool:
        """Whether there is a band."""
        return bool(np.isfinite(self.low) or np.isfinite(self.high))

    @property
    def ok(self) -> bool:
        """Whether the value is in the band."""
        return bool(self.low <= self.value <= self.high)


class Day(NamedTuple):
    """One person's day: single figures by name, dwells, and breaks, those around noon by themselves."""

    role: str
    figures: Mapping[str, float]
    dwell_s: Floats
    breaks_min: Floats
    noon_breaks_min: Floats


def day_of(events: pa.Table, role: str, start_h: float) -> Day:
    """Return what one day comes to.

    Parameters
    ----------
    events : pyarrow.Table
        Columns ``t_us``, ``type`` and ``app`` of canonical events, in order.
    role : str
        Of the person.
    start_h : float
        Local hour at which the session begins.
    """
    figures = day_figures(events)
    gaps = gaps_s(figures.action_us, LONGEST_GAP_S)
    some = len(gaps) >= FEWEST_ACTIONS and np.ptp(gaps) > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        active, there = (h if h > 0 else np.nan for h in (figures.active_h, figures.there_h))
        told = {
            "burstiness": burstiness(gaps) if some else np.nan,
            "memory": log_memory(gaps) if some else np.nan,
            **{
                f"fano {w}": fano_factor(figures.action_us, w) if some else np.nan
                for w in (1, 10, 60)
            },
            "active share": figures.active_h / figures.length_h if figures.length_h else np.nan,
            "active": figures.active_h,
            "changes": len(figures.dwell_s) / there,
            "returns": figures.returns,
            "clicks": figures.clicks / active,
            "wheel": figures.wheel / active,
            "keys": figures.keys / active,
            "first": start_h,
            "last": start_h + figures.length_h,
        }
    return Day(role, told, figures.dwell_s, *breaks(events, start_h))


def breaks(events: pa.Table, start_h: float) -> tuple[Floats, Floats]:
    """Return the breaks from 15 minutes to 4 hours, and those of them that begin from 11 to 14 h."""
    acts = pc.is_in(events["type"].cast(pa.string()), pa.array(ACTS))
    acted_us = events["t_us"].filter(acts).to_numpy()
    gaps_min = np.diff(acted_us) / 6e7
    begun_h = start_h + acted_us[:-1] / 3.6e9
    long = (gaps_min >= 15) & (gaps_min <= 240)
    return gaps_min[long], gaps_min[long & (begun_h >= 11) & (begun_h < 14)]


def _middle(values: Sequence[float] | Floats) -> float:
    known = np.asarray(values, np.float64)
    known = known[np.isfinite(known)]
    return float(np.median(known)) if len(known) else float("nan")


def day_bands(found: Sequence[Day]) -> list[DayBand]:
    """Return what days come to beside published figures; medians over people.

    Parameters
    ----------
    found : sequence of Day
        Of several people.
    """

    def of(name: str) -> float:
        return _middle([day.figures[name] for day in found])

    rows = [
        DayBand("burstiness of actions", of("burstiness"), ".21", 0.15, 0.38, POINTER_LOG),
        DayBand("log memory of actions", of("memory"), ".45", 0.31, 0.58, POINTER_LOG),
    ]
    for window_s, reference in ((1, 2.1), (10, 8.4), (60, 22.0)):
        bounds = (reference / 1.5, reference * 1.5, POINTER_LOG)
        rows.append(
            DayBand(f"Fano factor, {window_s} s", of(f"fano {window_s}"), f"{reference:g}", *bounds)
        )
    rows += [
        DayBand("active share of the day", of("active share"), ".52", 0.4, 0.6, WINDOW_LOG),
        DayBand("active hours a day", of("active"), "2.4 to 4.5", 2.4, 4.5, WINDOW_LOG),
        DayBand("changes of app an hour there", of("changes"), "45 to 59", 45, 60, APP_LOGS),
        DayBand("changes that lead back", of("returns"), ".56 .69 .76", 0.55, 0.76, APP_LOGS),
        *_dwells(found),
        DayBand("clicks an active hour", of("clicks"), "350 to 600 (estimate)", 350, 600, ESTIMATE),
        DayBand("wheel an active hour", of("wheel"), "403 (22 to 6,024)", 200, 1_040, POINTER_LOG),
        DayBand("first event, h", of("first"), "9.04", 8.86, 9.74, WINDOW_LOG),
        DayBand("last event, h", of("last"), "17.1", 16.21, 17.99, WINDOW_LOG),
        *_breaks(found),
    ]
    for role, keys in KEYS_AN_HOUR.items():
        mine = [day.figures["keys"] for day in found if day.role == role]
        if mine:
            low, high = keys * np.exp(-KEYS_LOG_SD), keys * np.exp(KEYS_LOG_SD)
            rows.append(
                DayBand(
                    f"keys an active hour, {role}",
                    _middle(mine),
                    f"{keys:,} (estimate)",
                    low,
                    high,
                    ESTIMATE,
                )
            )
    return rows


def _dwells(found: Sequence[Day]) -> list[DayBand]:
    dwell_s = np.concatenate([day.dwell_s for day in found])
    dwell = np.log(dwell_s[(dwell_s < LEFT_OPEN_S) & (dwell_s > 0)])
    mean = spread = off = float("nan")
    if len(dwell) >= FEWEST_ACTIONS and np.ptp(dwell) > 0:
        mean, spread = float(dwell.mean()), float(dwell.std())
        off = float(stats.kstest(dwell, "norm", (mean, spread)).statistic)
    return [
        DayBand("dwell, mean of log s", mean, "2.5", 2.25, 2.75, APP_LOGS),
        DayBand("dwell, sd of log s", spread, "1.8", 1.62, 1.98, APP_LOGS),
        DayBand("dwell, KS to log-normal", off, "0", 0, 0.08, APP_LOGS),
    ]


def _breaks(found: Sequence[Day]) -> list[DayBand]:
    all_of, noon = (
        np.concatenate([getattr(day, name) for day in found])
        for name in ("breaks_min", "noon_breaks_min")
    )
    often = float(np.mean([len(day.breaks_min) for day in found]))
    return [
        DayBand("breaks of 15 min to 4 h, min", _middle(all_of), "35", 21.2, 62.2, WINDOW_LOG),
        DayBand("those from 11 to 14 h, min", _middle(noon), "43", 26.3, 67.9, WINDOW_LOG),
        DayBand("breaks a day", often, "4.6", 3, 6, WINDOW_LOG),
    ]
