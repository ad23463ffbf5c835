"""What a population comes to, released with differential privacy: every person one clipped vector.

A person's vector holds what is known of them, each statistic as it lies off a public centre in units
of a public spread, the products of their two halves, and the shares of applications. It is cut to a
length that nine in ten people of the public population keep, all vectors are summed, and noise is
added once for the whole claim. Means and spreads are quotients of noised sums, so that a long vector
counts for less and not for something else.

A fifth of the claim pays for a first look. Where that finds more than half the people clipped, the
centres are moved to where it found them, and the rest of the claim pays for a second sum; otherwise
both sums are of the same, and together they are as good as one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from deskhand.calibration.discrete_gaussian import discrete_gaussians
from deskhand.calibration.person_statistics import PeopleStatistics, Statistic
from deskhand.keyed_draws import keys, normals

Floats = NDArray[np.float64]
Noise = Callable[[Fraction, int], Sequence[int]]
"""Returns independent whole Gaussian numbers of a standard deviation."""

# Share of the claim for the first look, and of clipped people that moves the centres.
FIRST_SHARE, MOST_CLIPPED = 0.2, 0.5
# Weights of coordinates against one another: that there is a person, that a measure is missing (which
# costs nobody anything who has it), a product of halves, applications, and what is not cut. Found by
# trying: medians are as good as they get while spreads are within a tenth at 500 people and epsilon 1.
KNOWN, MISSING, PRODUCT, WORK, PEOPLE, CLIPPED = 1.2, 1.5, 0.4, 1.5, 0.5, 1.0
# Farther off a centre, in spreads, nobody counts.
FARTHEST = 3.5
# Share of the public population that keeps its length, and how many people of it are drawn for that.
KEEP_LENGTH, DRAWN = 0.9, 4_000
# Lengths of a person's shares of time and of changes, squared (simulated mornings; assumed for others).
_WORK_SQUARE = 0.40 + 0.15
# Sums are of whole numbers, as many to the longest vector; noise is drawn a little wider than need be,
# which covers that it is whole (1e-7) and that lengths are rounded.
UNITS, WIDER = 1 << 24, 1.0001
# A spread is not fitted below this share of the public one.
LEAST_SPREAD = 0.2
# What is known of people stands this many standard deviations of the noise above it, or is not told;
# a first look need not be as sure.
LEAST_KNOWN, LEAST_SEEN = 4.0, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Centres:
    """Public middles and spreads between people, one a statistic."""

    middle: tuple[float, ...]
    sd: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """What a population comes to; numbers of people are noised where the rest is.

    ``middle`` and ``sd`` have one entry a statistic, NaN where nothing was released; ``noise_sd`` is
    what the noise alone puts a middle off, in the statistic's unit. ``app_time`` and ``app_changes``
    are shares; empty where they were not released.
    """

    statistics: tuple[Statistic, ...]
    people: float
    clipped_share: float
    recentred: bool
    middle: tuple[float, ...]
    sd: tuple[float, ...]
    noise_sd: tuple[float, ...]
    labels: tuple[str, ...] = ()
    app_time: tuple[float, ...] = ()
    app_changes: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Vectors:
    """How people become vectors: which statistics, and whether applications too."""

    statistics: tuple[Statistic, ...]
    labels: tuple[str, ...]

    @property
    def between(self) -> list[int]:
        """Places of the statistics whose spread between people is released."""
        return [place for place, one in enumerate(self.statistics) if one.between]

    @cached_property
    def measures(self) -> list[str]:
        """Measures, each of which a person has or has not."""
        return sorted({one.measure for one in self.statistics})

    @cached_property
    def _of_measure(self) -> NDArray[np.intp]:
        return np.array([self.measures.index(one.measure) for one in self.statistics])

    @cached_property
    def _public(self) -> tuple[float, float]:
        """Length that most of the public population keep, and what is left of a variance of 1."""
        k = len(self.statistics)
        z = normals(keys(0, "private_moments.public", range(DRAWN)), np.arange(k)[:, np.newaxis])
        halves = np.broadcast_to(z.T.astype(np.float64), (2, DRAWN, k))
        rows = self._inner(halves, np.zeros((DRAWN, 0)))
        square = (rows * rows).sum(axis=1)
        if self.labels:
            square += WORK**2 * _WORK_SQUARE + KNOWN**2
        least = float(np.quantile(np.sqrt(square), KEEP_LENGTH))
        weight = np.minimum(1.0, least / np.sqrt(square))
        kept = np.clip(z.T[:, self.between], -FARTHEST, FARTHEST) ** 2
        left = float((weight[:, np.newaxis] * kept).mean() / weight.mean()) if k else 1.0
        return least, left

    @property
    def inner_length(self) -> float:
        """Length to which the part that tells of a person is cut."""
        return self._public[0]

    @property
    def length(self) -> float:
        """Length that no person's whole vector exceeds."""
        return sqrt(self.inner_length**2 + PEOPLE**2 + CLIPPED**2)

    @property
    def variance_left(self) -> float:
        """Variance that is left of 1 when vectors are cut."""
        return self._public[1]

    def of(self, people: PeopleStatistics, chosen: Sequence[int], centres: Centres) -> Floats:
        """Return the vectors of all people, each of length `length` or less.

        Parameters
        ----------
        people : PeopleStatistics
            Whose.
        chosen : sequence of int
            Places of these vectors' statistics among those of the people.
        centres : Centres
            In the order of these vectors' statistics.
        """
        halves = (people.halves[:, :, list(chosen)] - np.array(centres.middle)) / centres.sd
        work = np.zeros((len(people), 0))
        if self.labels:
            changes = people.app_changes.reshape(len(people), -1)
            known = people.app_time.sum(axis=1, keepdims=True)
            work = np.concatenate([KNOWN * known, WORK * people.app_time, WORK * changes], axis=1)
        inner = self._inner(halves, work)
        length = np.sqrt((inner * inner).sum(axis=1))
        clipped = length > self.inner_length
        # The last digits of a length are not to lengthen a vector.
        inner *= np.where(clipped, self.inner_length / np.maximum(length, 1e-12), 1.0)[
            :, np.newaxis
        ] * (1.0 - 1e-9)
        outer = np.stack([np.full(len(people), PEOPLE), CLIPPED * clipped], axis=1)
        return np.concatenate([outer, inner], axis=1)

    def _inner(self, halves: Floats, work: Floats) -> Floats:
        known = np.isfinite(halves[0]) & np.isfinite(halves[1])
        z = np.clip(np.where(known, halves, 0.0), -FARTHEST, FARTHEST)
        first = [self._of_measure.tolist().index(m) for m in range(len(self.measures))]
        products = np.where(known, z[0] * z[1] - 1.0, 0.0)[:, self.between]
        missing = MISSING * ~known[:, first]
        one = np.full((len(missing), 1), KNOWN)
        parts = [one, missing, z.mean(axis=0), PRODUCT * products, work]
        return np.concatenate(parts, axis=1)

    def moments(
        self,
        total: Floats,
        centres: Centres,
        *,
        noise_sd: float,
        recentred: bool = False,
        first_look: bool = False,
    ) -> Moments:
        """Return what a noised sum of vectors says; ``noise_sd`` is that of one coordinate.

        A statistic of which hardly anything is known is NaN: noise would be all that a quotient shows.
        At a first look all count as known of as many: where that is not so, centres are moved less.
        """
        k, m, b = len(self.statistics), len(self.measures), len(self.between)
        ends = np.cumsum([1, 1, 1, m, k, b])
        people, clipped, one, missing, off, product = np.split(total, ends)[:6]
        n = max(float(people[0]) / PEOPLE, 1.0)
        known = one[0] / KNOWN - (0.0 if first_look else 1.0) * missing / MISSING
        count = np.maximum(known, 1.0)[self._of_measure]
        sure = (LEAST_SEEN if first_look else LEAST_KNOWN) * noise_sd
        told = known[self._of_measure] > sure * sqrt(KNOWN**-2 + MISSING**-2)
        off = np.where(told, np.clip(off / count, -FARTHEST, FARTHEST), np.nan)
        sd = np.full(k, np.nan)
        square = (product / PRODUCT / count[self.between] + 1.0) / self.variance_left
        rest = np.maximum(square - off[self.between] ** 2, LEAST_SPREAD**2)
        sd[self.between] = np.minimum(np.sqrt(rest), 1.0 / LEAST_SPREAD)
        scale = np.array(centres.sd)
        time, changes = self._shares(total[ends[-1] :], noise_sd)
        return Moments(
            statistics=self.statistics,
            people=n,
            clipped_share=float(np.clip(clipped[0] / CLIPPED / n, 0.0, 1.0)),
            recentred=recentred,
            middle=tuple((centres.middle + off * scale).tolist()),
            sd=tuple((sd * scale).tolist()),
            noise_sd=tuple((noise_sd / count * scale).tolist()),
            labels=self.labels if time else (),
            app_time=time,
            app_changes=changes,
        )

    def _shares(
        self, total: Floats, noise_sd: float
    ) -> tuple[tuple[float, ...], tuple[tuple[float, ...], ...]]:
        size = len(self.labels)
        if not size or total[0] <= LEAST_KNOWN * noise_sd:
            return (), ()
        time = _share(total[1 : 1 + size], noise_sd)
        changes = _share(total[1 + size :], noise_sd).reshape(size, size)
        return tuple(time.tolist()), tuple(tuple(row) for row in changes.tolist())


def _share(total: Floats, noise_sd: float) -> Floats:
    """Return shares that sum to 1, or to 0 where there are none; what noise may have made is none."""
    kept: Floats = np.where(total > 2.0 * noise_sd, total, 0.0)
    kept /= max(float(kept.sum()), 1e-9)
    return kept


def noised_sum(vectors: Floats, length: float, mu: float, noise: Noise) -> Floats:
    """Return the sum of vectors of a length or less, mu-Gaussian private in each of them.

    Parameters
    ----------
    vectors : NDArray[np.float64], shape (p, d)
        Rows no longer than ``length``.
    length : float
        Above 0.
    mu : float
        See `deskhand.calibration.gaussian_privacy`.
    noise : callable
        `deskhand.calibration.discrete_gaussian.discrete_gaussians`, or another source of the like.

    Examples
    --------
    >>> vectors = np.full((1000, 2), 0.5)
    >>> total = noised_sum(vectors, 1.0, 0.5, discrete_gaussians)
    >>> bool((abs(total - 500.0) < 20.0).all()), total.tolist() == [500.0, 500.0]
    (True, False)
    """
    unit = length / UNITS
    # Towards zero, so that no vector grows.
    whole = np.trunc(vectors / unit).astype(np.int64).sum(axis=0)
    sigma = Fraction(ceil(UNITS / mu * WIDER))
    drawn = noise(sigma, len(whole))
    return unit * np.array([int(a) + int(b) for a, b in zip(whole, drawn, strict=True)], np.float64)


def private_moments(
    people: PeopleStatistics,
    centres: Centres,
    *,
    mu: float,
    chosen: Sequence[int],
    with_work: bool,
    noise: Noise = discrete_gaussians,
) -> Moments:
    """Return the moments of a population, mu-Gaussian private in each of its people.

    Parameters
    ----------
    people : PeopleStatistics
        Of at least one person.
    centres : Centres
        Public; one a statistic of the people.
    mu : float
        The whole claim.
    chosen : sequence of int
        Places of the statistics to release.
    with_work : bool
        Whether to release shares of applications.
    noise : callable
        Source of whole Gaussian noise.
    """
    vectors = Vectors(
        statistics=tuple(people.statistics[place] for place in chosen),
        labels=people.labels if with_work else (),
    )
    near = Centres(
        middle=tuple(centres.middle[place] for place in chosen),
        sd=tuple(centres.sd[place] for place in chosen),
    )
    length = vectors.length
    shares = FIRST_SHARE, 1.0 - FIRST_SHARE
    mus = [mu * sqrt(share) for share in shares]
    sds = [length / one * WIDER for one in mus]
    rows = vectors.of(people, chosen, near)
    first = noised_sum(rows, length, mus[0], noise)
    look = vectors.moments(first, near, noise_sd=sds[0], first_look=True)
    if look.clipped_share > MOST_CLIPPED:
        moved = np.where(np.isfinite(look.middle), look.middle, near.middle)
        near = replace(near, middle=tuple(moved.tolist()))
        rows = vectors.of(people, chosen, near)
        second = noised_sum(rows, length, mus[1], noise)
        return vectors.moments(second, near, noise_sd=sds[1], recentred=True)
    # The same sum twice: weighted by what was paid for either, the noise is that of one for all.
    second = noised_sum(rows, length, mus[1], noise)
    total = shares[0] * first + shares[1] * second
    return vectors.moments(total, near, noise_sd=length / mu * WIDER)


def plain_moments(
    people: PeopleStatistics, centres: Centres, *, chosen: Sequence[int], with_work: bool
) -> Moments:
    """Return the moments without noise or clipping: they may give people away.

    Parameters
    ----------
    people, centres, chosen, with_work
        As in `private_moments`; the centres serve where nothing is known.
    """
    halves = people.halves[:, :, list(chosen)]
    known = np.isfinite(halves[0]) & np.isfinite(halves[1])
    count = known.sum(axis=0)
    statistics = tuple(people.statistics[place] for place in chosen)
    scale = np.array([centres.sd[place] for place in chosen])
    z = np.where(known, halves, np.nan) / scale
    middle = np.full(len(chosen), np.nan)
    sd = np.full(len(chosen), np.nan)
    for k in np.flatnonzero(count > 0):
        own = z[:, known[:, k], k]
        middle[k] = own.mean()
        if statistics[k].between and count[k] > 1:
            first, second = own - own.mean(axis=1, keepdims=True)
            square = float((first * second).sum()) / (count[k] - 1)
            sd[k] = sqrt(max(square, LEAST_SPREAD**2))
    seen = people.app_time.sum(axis=1) > 0
    work = with_work and bool(seen.any())
    return Moments(
        statistics=statistics,
        people=float(len(people)),
        clipped_share=0.0,
        recentred=False,
        middle=tuple((middle * scale).tolist()),
        sd=tuple((sd * scale).tolist()),
        noise_sd=(0.0,) * len(chosen),
        labels=people.labels if work else (),
        app_time=tuple(_share(people.app_time.sum(axis=0), 0.0).tolist()) if work else (),
        app_changes=tuple(
            tuple(row)
            for row in _share(people.app_changes.sum(axis=0).ravel(), 0.0)
            .reshape(len(people.labels), -1)
            .tolist()
        )
        if work
        else (),
    )
