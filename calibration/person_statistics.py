"""People in numbers: of each person a dozen statistics, each measured on two halves of what is known.

A person counts once, however much is known of them. The product of one half with the other leaves out
what chance does within a person, so that its mean over people is the spread between them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.calibration.session_measures import MEASURES, SessionMeasures, Work

Floats = NDArray[np.float64]

# A person of whom less is known has no statistic worth the name; of more than this no more is read.
FEWEST_VALUES, MOST_VALUES = 16, 20_000
_BLOCKS = 8
# Quartiles of a normal law lie this many standard deviations apart.
_QUARTILES = 1.3489795
_LEAST_SPREAD = 1e-3


class Statistic(NamedTuple):
    """One number of a person: of which measure, how it is made, and whether people's spread is fitted.

    ``of`` is ``middle`` (the median), ``spread`` (ln of the standard deviation by the quartiles) or
    ``share`` (the mean); ``motor`` statistics are of the hand alone.
    """

    name: str
    measure: str
    of: str
    between: bool
    motor: bool


STATISTICS = (
    Statistic("spacing", "spacing", "middle", between=True, motor=True),
    Statistic("spacing_spread", "spacing", "spread", between=True, motor=True),
    Statistic("hold", "hold", "middle", between=True, motor=True),
    Statistic("hold_spread", "hold", "spread", between=True, motor=True),
    Statistic("move_time", "move", "middle", between=True, motor=True),
    Statistic("move_spread", "move", "spread", between=False, motor=True),
    Statistic("click_hold", "click", "middle", between=True, motor=True),
    Statistic("click_spread", "click", "spread", between=False, motor=True),
    Statistic("press_dwell", "dwell", "middle", between=True, motor=True),
    Statistic("pause", "pause", "middle", between=True, motor=False),
    Statistic("tab_share", "tab", "share", between=False, motor=False),
    Statistic("shortcut_share", "shortcut", "share", between=False, motor=False),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PeopleStatistics:
    """p people in memory; never written, never told.

    Parameters
    ----------
    halves : NDArray[np.float64], shape (2, p, k)
        Statistics in the order of ``statistics`` on either half; NaN where too little is known.
    app_time : NDArray[np.float64], shape (p, labels)
        Share of each person's time in each application; all 0 where none is known.
    app_changes : NDArray[np.float64], shape (p, labels, labels)
        Share of each person's changes from one application to another.
    labels : tuple of str
        Public names of the applications.
    """

    halves: Floats
    app_time: Floats
    app_changes: Floats
    labels: tuple[str, ...]
    statistics: tuple[Statistic, ...] = STATISTICS

    def __len__(self) -> int:
        """Return the number of people."""
        return int(self.halves.shape[1])


@dataclass(slots=True)
class _Person:
    values: dict[str, list[Floats]] = field(default_factory=lambda: {m: [] for m in MEASURES})
    count: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MEASURES, 0))
    work: Work | None = None


class PeopleGathered:
    """Sessions added one by one, under whatever names their people have.

    Parameters
    ----------
    labels : mapping of str to str
        From applications' names to public labels.
    fewest, most : int
        Values that a statistic of a person needs, and those that are used at most.
    """

    def __init__(
        self, labels: Mapping[str, str], *, fewest: int = FEWEST_VALUES, most: int = MOST_VALUES
    ) -> None:
        self.labels = tuple(sorted(set(labels.values())))
        self._fewest, self._most = fewest, most
        self._people: dict[str, _Person] = {}

    def __len__(self) -> int:
        """Return the number of people so far."""
        return len(self._people)

    def add(self, person: str, told: SessionMeasures) -> None:
        """Add a session of a person."""
        own = self._people.setdefault(person, _Person())
        for name, values in told.values.items():
            room = self._most - own.count[name]
            if room > 0 and len(values):
                own.values[name].append(values[:room])
                own.count[name] += min(room, len(values))
        own.work = told.work if own.work is None else Work(*map(np.add, own.work, told.work))

    def statistics(self) -> PeopleStatistics:
        """Return what all people come to; the order of people is of no account."""
        people = list(self._people.values())
        halves = np.full((2, len(people), len(STATISTICS)), np.nan)
        size = len(self.labels)
        time, changes = np.zeros((len(people), size)), np.zeros((len(people), size, size))
        for row, person in enumerate(people):
            for name, parts in person.values.items():
                if person.count[name] >= self._fewest:
                    _put(halves[:, row], name, np.concatenate(parts))
            if person.work is not None:
                time[row] = person.work.time_s / max(person.work.time_s.sum(), 1e-9)
                changes[row] = person.work.changes / max(person.work.changes.sum(), 1e-9)
        return PeopleStatistics(
            halves=halves, app_time=time, app_changes=changes, labels=self.labels
        )


def _put(halves: Floats, measure: str, values: Floats) -> None:
    """Write the statistics of one measure of one person, from alternate blocks of the values."""
    block = np.arange(len(values)) * _BLOCKS // len(values)
    for half in (0, 1):
        own = values[block % 2 == half]
        for place, statistic in enumerate(STATISTICS):
            if statistic.measure == measure:
                halves[half, place] = statistic_of(own, statistic.of)


def statistic_of(values: Floats, of: str) -> float:
    """Return the median, ln of the spread, or the mean of values.

    Examples
    --------
    >>> statistic_of(np.array([1.0, 2.0, 9.0]), "middle"), statistic_of(np.zeros(9), "spread") < -6
    (2.0, True)
    """
    if of == "middle":
        return float(np.median(values))
    if of == "share":
        return float(values.mean())
    first, third = np.quantile(values, (0.25, 0.75))
    return float(np.log(max((third - first) / _QUARTILES, _LEAST_SPREAD)))
