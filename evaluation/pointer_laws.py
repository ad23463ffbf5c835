"""The classical laws of pointing, beside a reference and the spread of real people.

A value alone says little: each law stands beside the reference's value, and its difference from that
beside the floor, which is how far two halves of the reference's own people differ.

Sources
-------
Fitts 1954 in the Shannon form (MacKenzie 1992); submovements: Meyer et al. 1988; two-thirds power
law: Lacquaniti, Terzuolo & Viviani 1983.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.calibration.movements import Movements
from deskhand.evaluation.figure import Figure, beside, halves
from deskhand.evaluation.motion_grid import Floats
from deskhand.evaluation.pointer_features import KINEMATIC, SHAPE, pointer_features

# Bins of equal count over the index of difficulty.
FITTS_BINS = 10
# Fewer targets of known size give no line.
FEWEST_SIZED = 200
# Splits of the reference's people into halves.
SPLITS = 20
# An end point is overshot when the path leads past it by this share of the distance.
OVERSHOOT_SHARE = 0.02
STEP_PX, GAP_MS = (1.0, 3.0, 10.0, 30.0, 100.0), (10.0, 20.0, 40.0, 100.0)
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def pointer_laws(
    made: Movements,
    reference: Movements,
    *,
    made_hold_us: NDArray[np.int64] | None = None,
    reference_hold_us: NDArray[np.int64] | None = None,
    reference_hold_person: NDArray[np.integer] | None = None,
    seed: int = 0,
) -> list[Figure]:
    """Return the laws of made movements beside those of real ones.

    Parameters
    ----------
    made, reference : Movements
        Best to the same end points. Index of difficulty and throughput are taken from movements to
        targets of known size where both sides have enough of them, and from the distance alone
        elsewhere.
    made_hold_us : NDArray[np.int64], optional
        How long presses were held; below 0 is not known.
    reference_hold_us, reference_hold_person : NDArray, optional
        Holds of the reference's people and whose they are.
    seed : int
        Of the halves.

    Examples
    --------
    >>> from deskhand.evaluation.path_table import straight_movements
    >>> rows = [(0, 0, 100.0 + 10 * k, 50) for k in range(40)]
    >>> laws = pointer_laws(straight_movements(rows), straight_movements(rows))
    >>> law = next(law for law in laws if law.name.startswith("path / distance, median"))
    >>> law.value == law.reference, law.ratio
    (True, 0.0)
    """
    sized = _sized(made) and _sized(reference)
    of_made, of_reference = _Measures.of(made, sized), _Measures.of(reference, sized)
    if made_hold_us is not None:
        of_made = replace(of_made, hold_ms=made_hold_us[made_hold_us >= 0] / 1e3)
    if reference_hold_us is not None and reference_hold_person is not None:
        known = reference_hold_us >= 0
        of_reference = replace(
            of_reference,
            hold_ms=reference_hold_us[known] / 1e3,
            hold_person=reference_hold_person[known],
        )
    split = [
        (of_reference.of_people(half).values(), of_reference.of_people(other).values())
        for half, other in halves(reference.person, splits=SPLITS, seed=seed)
    ]
    return beside(of_made.values(), of_reference.values(), split)


def fitts_line(difficulty_bits: Floats, time_s: Floats) -> tuple[float, float, float, float]:
    """Return intercept, slope, r2 over trials and r2 over bins of equal count.

    Parameters
    ----------
    difficulty_bits, time_s : NDArray[np.float64], shape (m,)
        Index of difficulty and movement time.

    Returns
    -------
    intercept_s, slope_s_bit, trial_r2, binned_r2 : float

    Examples
    --------
    >>> bits = np.linspace(1, 6, 50)
    >>> [round(found, 3) for found in fitts_line(bits, 0.2 + 0.1 * bits)]
    [0.2, 0.1, 1.0, 1.0]
    """
    slope, intercept = np.polyfit(difficulty_bits, time_s, 1)
    order = np.argsort(difficulty_bits, kind="stable")
    parts = np.array_split(order, FITTS_BINS)
    bits = np.array([difficulty_bits[part].mean() for part in parts])
    seconds = np.array([time_s[part].mean() for part in parts])
    return (
        float(intercept),
        float(slope),
        _r2(difficulty_bits, time_s),
        _r2(bits, seconds),
    )


def _size_px(movements: Movements) -> Floats:
    """Return the smaller side of each target, which is what counts; NaN where not known."""
    size_px: Floats = movements.target[:, 2:].min(1)
    return np.where(size_px > 0, size_px, np.nan)


def _sized(movements: Movements) -> bool:
    return int(np.isfinite(_size_px(movements)).sum()) >= FEWEST_SIZED


def _r2(x: Floats, y: Floats) -> float:
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return 0.0
    return float(np.corrcoef(x, y)[0, 1] ** 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measures:
    """What the laws are computed from: a value a movement, a gap, a step or a hold."""

    sized: bool
    person: NDArray[np.integer]
    bits: Floats
    features: Floats
    time_s: Floats
    dwell_ms: Floats
    report_person: NDArray[np.integer]
    gap_ms: Floats
    step_px: Floats
    hold_ms: Floats
    hold_person: NDArray[np.integer]

    @classmethod
    def of(cls, movements: Movements, sized: bool) -> "_Measures":
        whose = np.repeat(np.arange(len(movements)), movements.count)
        within = whose[1:] == whose[:-1]
        return cls(
            sized=sized,
            person=movements.person,
            bits=np.log2(movements.distance_px / (_size_px(movements) if sized else 1.0) + 1.0),
            features=pointer_features(movements)["kinematic"],
            time_s=movements.duration_us / 1e6,
            dwell_ms=movements.dwell_us / 1e3,
            report_person=movements.person[whose[1:][within]],
            gap_ms=np.diff(movements.t_us)[within] / 1e3,
            step_px=np.hypot(np.diff(movements.x), np.diff(movements.y))[within],
            hold_ms=np.empty(0),
            hold_person=np.empty(0, np.int64),
        )

    def of_people(self, people: NDArray[np.integer]) -> "_Measures":
        keep, report = np.isin(self.person, people), np.isin(self.report_person, people)
        hold = np.isin(self.hold_person, people)
        return replace(
            self,
            person=self.person[keep],
            bits=self.bits[keep],
            features=self.features[keep],
            time_s=self.time_s[keep],
            dwell_ms=self.dwell_ms[keep],
            report_person=self.report_person[report],
            gap_ms=self.gap_ms[report],
            step_px=self.step_px[report],
            hold_ms=self.hold_ms[hold],
            hold_person=self.hold_person[hold],
        )

    def values(self) -> dict[str, float]:
        def feature(name: str) -> Floats:
            found: Floats = self.features[:, (*SHAPE, *KINEMATIC).index(name)]
            return found

        found: dict[str, float] = {}

        def add(name: str, value: float | np.floating[Any]) -> None:
            found[name] = float(value)

        def spread(name: str, values: Floats, levels: tuple[float, ...] = QUANTILES) -> None:
            for level in levels if len(values) else ():
                label = "median" if level == 0.5 else f"p{100 * level:.0f}"
                add(f"{name}, {label}", np.quantile(values, level))

        known = np.isfinite(self.bits)
        bits, time_s = self.bits[known], self.time_s[known]
        intercept, slope, trial_r2, binned_r2 = fitts_line(bits, time_s)
        law = "log2(D/W + 1)" if self.sized else "log2(D + 1)"
        add(f"Fitts intercept on {law}, s", intercept)
        add(f"Fitts slope on {law}, s/bit", slope)
        add("Fitts r2, trials", trial_r2)
        add(f"Fitts r2, {FITTS_BINS} bins", binned_r2)
        if self.sized:
            add("throughput, bits/s, median", np.median(bits / time_s))
        spread("movement time, s", self.time_s)
        within, between = self._scatter(known)
        add("SD of ln time within people", within)
        add("SD of ln time between people", between)
        spread("peak velocity, px/s", feature("peak_speed"), (0.25, 0.5, 0.75))
        spread("time to peak / time", feature("peak_time"), (0.25, 0.5, 0.75))
        peaks = feature("peaks")
        for number in (1, 2, 3):
            add(f"share with {number} velocity peaks", np.mean(peaks == number))
        add("share with 4 or more velocity peaks", np.mean(peaks >= 4))
        exponent = feature("power_law")
        add("exponent of speed of turn on curvature, median", np.median(exponent[exponent != 0]))
        spread("path / distance", feature("path_ratio"))
        spread("largest deviation / distance", feature("largest_deviation"))
        add("share overshooting by 2 %", np.mean(feature("overshoot") > OVERSHOOT_SHARE))
        spread("gap between reports, ms", self.gap_ms, (*QUANTILES, 0.99))
        for edge in GAP_MS:
            add(f"share of gaps up to {edge:.0f} ms", np.mean(self.gap_ms <= edge))
        spread("step, px", self.step_px)
        for edge in STEP_PX:
            add(f"share of steps up to {edge:.0f} px", np.mean(self.step_px <= edge + 1e-9))
        spread("rest before the press, ms", self.dwell_ms)
        spread("hold, ms", self.hold_ms)
        return found

    def _scatter(self, known: NDArray[np.bool_]) -> tuple[float, float]:
        """Return the spread of ln time around its line on difficulty, within and between people."""
        bits, log_time = self.bits[known], np.log(self.time_s[known])
        rest = log_time - np.polyval(np.polyfit(bits, log_time, 1), bits)
        _, place = np.unique(self.person[known], return_inverse=True)
        count = np.bincount(place)
        mean = np.bincount(place, rest) / count
        degrees = max(len(rest) - len(count), 1)
        within = float(((rest - mean[place]) ** 2).sum()) / degrees
        # The scatter of a person's few movements is taken off the spread of the means.
        between = float(np.var(mean)) - within * float(np.mean(1.0 / count))
        return within**0.5, max(between, 0.0) ** 0.5
