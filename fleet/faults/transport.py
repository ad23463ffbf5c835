"""What goes wrong on the way: batches sent twice, out of order, cut, garbled, broken off, slow."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from deskhand.fleet.draws import Mask, check_rates, keyed_uniforms, one_of, struck
from deskhand.fleet.tables import Fault

# Bodies that no service can accept.
BREAKS_BODY = Fault.TRUNCATE | Fault.CORRUPT_GZIP | Fault.WRONG_LENGTH


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportFaults:
    """Rates of batches.

    Parameters
    ----------
    duplicate : float
        Sent twice, from 0 to 1.
    reorder : float
        Overtaken by the next batch of the session; of batches that have a next one, from 0 to 0.5,
        since of two neighbours only one can be held back.
    truncate, corrupt_gzip, wrong_length, reset : float
        From 0 to 0.25 each: they exclude one another, and each batch is open to one of the four.
    slow : float
        Sent in pieces with pauses, from 0 to 1.
    """

    duplicate: float = 0.0
    reorder: float = 0.0
    truncate: float = 0.0
    corrupt_gzip: float = 0.0
    wrong_length: float = 0.0
    reset: float = 0.0
    slow: float = 0.0

    def __post_init__(self) -> None:
        check_rates(
            self,
            duplicate=1.0,
            reorder=0.5,
            truncate=0.25,
            corrupt_gzip=0.25,
            wrong_length=0.25,
            reset=0.25,
            slow=1.0,
        )


class Transported(NamedTuple):
    """How batches are sent; shape (n,) each."""

    intended_us: npt.NDArray[np.int64]
    copies: npt.NDArray[np.uint8]
    faults: npt.NDArray[np.uint32]


def transported(
    settings: TransportFaults,
    seed: int,
    device: npt.NDArray[np.int32],
    which: npt.NDArray[np.int32],
    position: npt.NDArray[np.int32],
    intended_us: npt.NDArray[np.int64],
    unsent: Mask,
) -> Transported:
    """Return how batches are sent.

    A batch that is overtaken goes one microsecond after the next one, never before it is made.

    Parameters
    ----------
    settings : TransportFaults
    seed : int
        The plan's seed.
    device, which, position : ndarray of int32, shape (n,)
        The batch's name: device, session of the device, place in the session; sorted by these.
    intended_us : ndarray of int64, shape (n,)
        When they would be sent, in a session in order.
    unsent : ndarray of bool, shape (n,)
        These are never struck.

    Returns
    -------
    Transported

    Examples
    --------
    >>> zero, places = np.zeros(4, np.int32), np.arange(4, dtype=np.int32)
    >>> sent_us, never = places.astype(np.int64) * 10, np.zeros(4, bool)
    >>> swaps = TransportFaults(reorder=0.5)
    >>> transported(swaps, 7, zero, zero, places, sent_us, never).intended_us.tolist()
    [0, 21, 20, 30]
    """
    name = (device, which, position)
    faults = one_of(
        seed,
        "fleet.transport.broken",
        {
            Fault.TRUNCATE: settings.truncate,
            Fault.CORRUPT_GZIP: settings.corrupt_gzip,
            Fault.WRONG_LENGTH: settings.wrong_length,
            Fault.RESET: settings.reset,
        },
        *name,
    )
    twice = struck(seed, "fleet.transport.duplicate", settings.duplicate, *name)
    slow = struck(seed, "fleet.transport.slow", settings.slow, *name)
    # Neighbours are paired, from the first or from the second batch of a session on, by lot: each
    # batch with a next one leads a pair in one of two cases, so a pair is struck at twice the rate.
    lot = (keyed_uniforms(seed, "fleet.transport.pairs", device, which) * 2.0).astype(np.int64)
    held = (position + lot) % 2 == 0
    held &= struck(seed, "fleet.transport.reorder", 2.0 * settings.reorder, *name)
    next_us = np.append(intended_us[1:], 0)
    followed = np.zeros(len(device), bool)
    followed[:-1] = (device[1:] == device[:-1]) & (which[1:] == which[:-1]) & ~unsent[1:]
    held &= followed & ~unsent
    faults |= np.where(twice, np.uint32(Fault.DUPLICATE), np.uint32(0))
    faults |= np.where(slow, np.uint32(Fault.SLOW), np.uint32(0))
    faults |= np.where(held, np.uint32(Fault.REORDER), np.uint32(0))
    faults[unsent] = 0
    return Transported(
        np.where(held, next_us + 1, intended_us),
        np.where(twice & ~unsent, np.uint8(2), np.uint8(1)),
        faults,
    )
