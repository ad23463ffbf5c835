"""Who the devices are: some 22 bytes each, in columns, made for any range of device numbers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from deskhand.errors import DeskhandError
from deskhand.fleet.draws import keyed_uniforms

Columns = dict[str, npt.NDArray[Any]]


def make_devices(seed: int, first: int, count: int, zones: Mapping[str, float]) -> Columns:
    """Return devices with true clocks; `deskhand.fleet.faults.clock.device_clocks` sets them wrong.

    Parameters
    ----------
    seed : int
        The plan's seed.
    first, count : int
        Device numbers from ``first`` to ``first + count - 1``.
    zones : mapping of str to float
        Weights of IANA time zones.

    Returns
    -------
    dict of str to ndarray, shape (count,)
        The columns of `deskhand.fleet.tables.DEVICES`; ``zone`` is a place in ``sorted(zones)``.

    Raises
    ------
    DeskhandError
        When a number is too large for a device, or the weights do not sum to something positive.

    Examples
    --------
    >>> many = make_devices(7, 0, 1000, {"Europe/Berlin": 3, "UTC": 1})
    >>> alone = make_devices(7, 600, 1, {"UTC": 1, "Europe/Berlin": 3})
    >>> bool(many["zone"][600] == alone["zone"][0]), sum(c.itemsize for c in many.values())
    (True, 22)
    """
    if first < 0 or count < 0 or first + count > 2**31 - 1:
        raise DeskhandError(
            f"devices {first} to {first + count - 1}: numbers go from 0 to {2**31 - 2}; ask for fewer."
        )
    weights = np.array([zones[name] for name in sorted(zones)], np.float64)
    if not len(weights) or not np.isfinite(weights).all() or weights.min() < 0 or not weights.sum():
        raise DeskhandError(
            f"time zones {dict(zones)!r}: weights must be 0 or more, and one above 0; "
            'try {"UTC": 1}.'
        )
    device = np.arange(first, first + count, dtype=np.int32)
    bounds = np.cumsum(weights[:-1] / weights.sum())
    share = keyed_uniforms(seed, "fleet.zone", device)
    return {
        "device": device,
        "zone": np.searchsorted(bounds, share, side="right").astype(np.int16),
        "offset_us": np.zeros(count, np.int64),
        "drift_ppm": np.zeros(count, np.float32),
        "faults": np.zeros(count, np.uint32),
    }
