"""Functions of float32 numbers that are the same on every processor.

numpy's own of float32 differ in the last bit with the processor's vector units, which moves a stamp
now and then. Those of float64 do too, but rounded to float32 they differ once in some 10**8 times.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# What is held in float64 at a time.
_CHUNK = 1 << 14


def even_log(values: Floats) -> Floats:
    """Return the natural logarithms of values; overwrites them."""
    return _through_float64(np.log, values)


def even_cos(values: Floats) -> Floats:
    """Return the cosines of angles; overwrites them."""
    return _through_float64(np.cos, values)


def even_sin(values: Floats) -> Floats:
    """Return the sines of angles; overwrites them."""
    return _through_float64(np.sin, values)


def even_exp(values: Floats) -> Floats:
    """Return e to the power of values; overwrites them.

    Examples
    --------
    >>> even_exp(np.array([0.0, 1.0], np.float32)).round(3).tolist()
    [1.0, 2.7179999351501465]
    """
    return _through_float64(np.exp, values)


def even_expm1(values: Floats) -> Floats:
    """Return e to the power of values, less 1; overwrites them."""
    return _through_float64(np.expm1, values)


def _through_float64(function: Callable[..., Any], values: Floats) -> Floats:
    if values.ndim == 1 and len(values) > _CHUNK:
        for low in range(0, len(values), _CHUNK):
            part = values[low : low + _CHUNK]
            part[:] = function(part.astype(np.float64))
    else:
        values[...] = function(values.astype(np.float64))
    return values
