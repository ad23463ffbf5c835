"""What synthetic people add to real ones: lifts paired by seed, with intervals, and the plot of both curves."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student


class Interval(NamedTuple):
    """A mean and its 95 % interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f} {self.high:.3f}]"


def interval(values: Sequence[float] | NDArray[np.float64]) -> Interval:
    """Return the mean over seeds and its 95 % interval by Student's t; without width for one seed.

    Bounds that a share cannot have, below 0 or above 1, are not cut off: they say how few seeds there
    were.
    """
    given = np.asarray(values, np.float64)
    mean = float(given.mean())
    if len(given) < 2:
        return Interval(mean, mean, mean)
    half = float(student.ppf(0.975, len(given) - 1) * given.std(ddof=1) / np.sqrt(len(given)))
    return Interval(mean, mean - half, mean + half)


def lift(
    without: Sequence[float] | NDArray[np.float64], beside: Sequence[float] | NDArray[np.float64]
) -> Interval:
    """Return how much lower a measure is with synthetic people, seed by seed."""
    return interval(np.asarray(without) - np.asarray(beside))


def crossover_plot(
    path: Path,
    title: str,
    measure: str,
    curves: Mapping[str, Mapping[int, Sequence[float]]],
    lines: Mapping[str, float],
) -> None:
    """Draw a measure against the number of real people, a curve for each way of training.

    Parameters
    ----------
    path : pathlib.Path
        Of the picture, PNG or SVG.
    title, measure : str
    curves : mapping of str to mapping of int to sequence of float
        Values over seeds by the number of real people; 0 stands for none.
    lines : mapping of str to float
        What does not depend on that number.
    """
    try:
        import matplotlib as mpl
    except ImportError:
        print('no plot: it needs matplotlib: python -m pip install -e ".[plot]"')
        return

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4.2), layout="constrained")
    people = sorted({number for curve in curves.values() for number in curve})
    for name, curve in curves.items():
        at = [people.index(number) for number in curve]
        found = [interval(values) for values in curve.values()]
        drawn = axes.plot(at, [one.mean for one in found], marker="o", label=name)
        low, high = [one.low for one in found], [one.high for one in found]
        axes.fill_between(at, low, high, alpha=0.15, color=drawn[0].get_color())
    for name, value in lines.items():
        axes.axhline(value, linestyle="--", linewidth=1, color="grey", label=name)
    axes.set_xticks(range(len(people)), [str(number) for number in people])
    axes.set(title=title, xlabel="real people in training", ylabel=measure)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)
