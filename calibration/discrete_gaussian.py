"""Whole Gaussian noise, exactly, from the operating system's generator.

Floating-point noise gives away what it hides: not every sum of a number and a rounded draw can occur
(Mironov 2012). So sums are whole numbers, and so is the noise, drawn in whole-number arithmetic
alone. Nothing here can be seeded: noise that can be drawn again hides nothing.

Sources
-------
Canonne, Kamath & Steinke 2020, The discrete Gaussian for differential privacy, algorithms 1 to 3.
"""

from collections.abc import Callable
from fractions import Fraction
from secrets import randbelow

Below = Callable[[int], int]
"""Returns a uniform whole number below a bound."""


def discrete_gaussians(sigma: Fraction, count: int, below: Below = randbelow) -> list[int]:
    """Return independent draws, each n with a probability in proportion to exp(-n^2 / 2 sigma^2).

    Parameters
    ----------
    sigma : Fraction
        Above 0.
    count : int
        How many.
    below : callable
        Source of uniform whole numbers; anything but the operating system's is for tests of the
        distribution.

    Examples
    --------
    >>> drawn = discrete_gaussians(Fraction(10**6), 3)
    >>> len(drawn), all(isinstance(number, int) and abs(number) < 10**8 for number in drawn)
    (3, True)
    """
    scale = sigma.numerator // sigma.denominator + 1
    variance = sigma * sigma
    return [_one(variance, scale, below) for _ in range(count)]


def _one(variance: Fraction, scale: int, below: Below) -> int:
    while True:
        candidate = _laplace(scale, below)
        off = abs(candidate) - variance / scale
        if _happens_exp(off * off / (2 * variance), below):
            return candidate


def _laplace(scale: int, below: Below) -> int:
    """Return n with a probability in proportion to exp(-abs(n) / scale)."""
    while True:
        part = below(scale)
        if not _happens_exp(Fraction(part, scale), below):
            continue
        whole = 0
        while _happens_exp(Fraction(1), below):
            whole += 1
        magnitude, negative = part + scale * whole, below(2) == 1
        # Zero has no sign and would be drawn twice as often.
        if not (negative and magnitude == 0):
            return -magnitude if negative else magnitude


def _happens_exp(gamma: Fraction, below: Below) -> bool:
    """Return True with probability exp(-gamma), gamma 0 or more."""
    while gamma > 1:
        if not _happens_exp(Fraction(1), below):
            return False
        gamma -= 1
    k = 1
    while below(gamma.denominator * k) < gamma.numerator:
        k += 1
    return k % 2 == 1
