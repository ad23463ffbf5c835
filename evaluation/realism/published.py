"""Beside published figures, where no people's captures are at hand: a band for each figure."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from deskhand.evaluation.published_days import Day, DayBand, day_bands, day_of
from deskhand.evaluation.realism.controls import CONTROLS, spoiled
from deskhand.evaluation.realism.person_blocks import FEWEST_PEOPLE
from deskhand.evaluation.realism.side import Side
from deskhand.evaluation.realism.thresholds import Thresholds
from deskhand.events import EVENT_TYPES

DRAWS = 60
# In units of half a band, from its middle: its end is 1.
PASS, WARN = 1.0, 1.5


def beside_published(
    made: Side, *, seed: int = 0, thresholds: Thresholds | None = None
) -> list[dict[str, Any]]:
    """Return rows as `deskhand.evaluation.realism.report.compared` does, beside published bands.

    Parameters
    ----------
    made : Side
        Whole days of several people.
    seed : int
        Of all draws.
    thresholds : Thresholds, optional
        Rows that they name are judged by them, the others by their band.
    """
    held = thresholds or Thresholds()
    found = _days(made)
    people = len({who for who, _ in found})
    bands = day_bands([day for _, day in found])
    rng = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {band.name: [] for band in bands}
    by_person: dict[int, list[Day]] = {}
    for who, day in found:
        by_person.setdefault(who, []).append(day)
    everyone = list(by_person)
    for _ in range(DRAWS):
        chosen = rng.choice(everyone, len(everyone))
        for band in day_bands([day for who in chosen for day in by_person[int(who)]]):
            drawn[band.name].append(band.value)
    fails: dict[str, dict[str, float]] = {band.name: {} for band in bands}
    for name in CONTROLS:
        for band in day_bands([day for _, day in _days(spoiled(made, name, seed=seed))]):
            if np.isfinite(band.value) and band.name in fails:
                fails[band.name][name] = _off(band, band.value)
    return [_row(held, band, people, drawn[band.name], fails[band.name]) for band in bands]


def _days(side: Side) -> list[tuple[int, Day]]:
    events = side.events
    if events is None:
        return []
    first = np.flatnonzero(np.append(True, events.session[1:] != events.session[:-1]))
    last = np.append(first[1:], len(events))
    words = pa.array(EVENT_TYPES)
    apps = pa.array([*events.apps, None], pa.string())
    found = []
    for number, (low, high) in enumerate(zip(first, last, strict=True)):
        kind, app = (column[low:high].astype(np.int32) for column in (events.kind, events.app))
        table = pa.table(
            {
                "t_us": events.t_us[low:high],
                "type": pa.DictionaryArray.from_arrays(kind, words),
                "app": pa.DictionaryArray.from_arrays(np.where(app < 0, len(apps) - 1, app), apps),
            }
        )
        role = side.roles[number] if number < len(side.roles) else ""
        start_h = float(events.start_s[events.session[low]]) / 3600.0
        found.append((int(events.person[low]), day_of(table, role, start_h)))
    return found


def _off(band: DayBand, value: float) -> float:
    return float(abs(value - (band.low + band.high) / 2) / ((band.high - band.low) / 2))


def _row(
    held: Thresholds,
    band: DayBand,
    people: int,
    drawn: Sequence[float],
    controls: Mapping[str, float],
) -> dict[str, Any]:
    own = held.rows.get(band.name, {})
    passes, warns = own.get("pass", PASS), own.get("warn", max(WARN, own.get("pass", PASS)))

    def verdict(ratio: float) -> str:
        return "pass" if ratio <= passes else "warn" if ratio <= warns else "fail"

    known = np.array([value for value in drawn if np.isfinite(value)])
    offs = np.array([_off(band, value) for value in known])
    low, high = np.percentile(offs, [2.5, 97.5]) if len(offs) else (np.nan, np.nan)
    ratio = _off(band, band.value) if np.isfinite(band.value) else np.nan
    failed = {name: {"ratio": value, "verdict": verdict(value)} for name, value in controls.items()}
    why = ""
    if people < FEWEST_PEOPLE:
        why = f"{people} people, {FEWEST_PEOPLE} are needed"
    elif not np.isfinite(ratio):
        why = "the synthetic side has none of it"
    elif not any(one["verdict"] == "fail" for one in failed.values()):
        why = "no negative control fails it: it would pass anything"

    def number(value: float) -> float | None:
        return float(value) if np.isfinite(value) else None

    return {
        "level": "workflow",
        "name": band.name,
        "unit": "",
        "remark": f"{band.low:.4g} to {band.high:.4g}: {band.reference}, {band.source}",
        "people": people,
        "reference_people": 0,
        "ignored": bool(own.get("ignore", False)),
        "value": number(band.value),
        "reference": float(band.low + band.high) / 2,
        "distance": number(abs(band.value - (band.low + band.high) / 2)),
        "floor": float(band.high - band.low) / 2,
        "ratio": number(ratio),
        "low": number(float(low)),
        "high": number(float(high)),
        "controls": failed,
        "why": why,
        "verdict": "not measurable" if why else verdict(ratio),
    }
