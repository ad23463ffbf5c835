"""OpenDP as the source of noise: the same whole Gaussian, by a library that others have examined."""

from collections.abc import Sequence
from fractions import Fraction

from deskhand.errors import DeskhandError

INSTALL = 'python -m pip install "deskhand[dp]"'


def opendp_gaussians(sigma: Fraction, count: int) -> Sequence[int]:
    """Return independent whole Gaussian numbers, drawn by OpenDP from the operating system's generator.

    Parameters
    ----------
    sigma : Fraction
        Above 0.
    count : int
        How many.

    Raises
    ------
    DeskhandError
        When OpenDP is not installed.
    """
    try:
        import opendp.prelude as dp
    except ImportError as error:
        raise DeskhandError(f"engine 'opendp' needs OpenDP: {INSTALL}.") from error
    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")
    noised = dp.m.make_gaussian(*space, scale=float(sigma))
    found: Sequence[int] = noised([0] * count)
    return found
