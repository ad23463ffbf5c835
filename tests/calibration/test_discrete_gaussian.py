"""Whole Gaussian noise: its distribution, and that nothing can seed it."""

import random
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import chisquare, kstest

from deskhand.calibration.discrete_gaussian import discrete_gaussians


@pytest.mark.parametrize("sigma", [Fraction(1, 3), Fraction(1), Fraction(5, 2), Fraction(17)])
def test_frequencies_are_those_of_the_law(sigma: Fraction) -> None:
    # A fixed source of whole numbers, so that the test is the same each time; chance fails 1 of 1000.
    below = random.Random(20260301).randrange
    drawn = np.array(discrete_gaussians(sigma, 20_000, below))
    reach = max(int(3 * sigma), 1)
    places = np.arange(-reach, reach + 1)
    weight = np.exp(-(places**2) / (2 * float(sigma) ** 2))
    far = np.arange(-40 * reach, 40 * reach + 1)
    expected = weight / np.exp(-(far**2) / (2 * float(sigma) ** 2)).sum()
    counts = np.array([(drawn == place).sum() for place in places])
    seen = np.append(counts, len(drawn) - counts.sum())
    share = np.append(expected, 1.0 - expected.sum()) * len(drawn)
    many = share >= 5
    seen, share = seen[many], share[many]
    assert chisquare(seen, share * seen.sum() / share.sum()).pvalue > 1e-3


@pytest.mark.parametrize("name", ["deskhand", "opendp"])
def test_wide_noise_is_normal(name: str) -> None:
    noise: Callable[[Fraction, int], Sequence[int]] = discrete_gaussians
    if name == "opendp":
        pytest.importorskip("opendp", reason='needs python -m pip install -e ".[dp]"')
        from deskhand.calibration.opendp_noise import opendp_gaussians

        noise = opendp_gaussians
    sigma = Fraction(10**8)
    drawn = np.array(noise(sigma, 800), np.float64) / float(sigma)
    # The source is the operating system's: chance fails one of a million.
    assert kstest(drawn, "norm").pvalue > 1e-6


def test_no_two_draws_are_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    sigma = Fraction(10**12)
    first = []
    for _ in range(2):
        random.seed(7)
        np.random.default_rng(7)
        first.append(discrete_gaussians(sigma, 4))
    assert first[0] != first[1]
    # The operating system is asked, and by nobody else.
    monkeypatch.setattr(random, "random", lambda: pytest.fail("seeded source"))
    discrete_gaussians(sigma, 2)
