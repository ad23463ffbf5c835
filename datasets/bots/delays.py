"""Waits as tools draw them: one number, numbers between two bounds, or normal ones cut off."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.keyed_draws import Keys, normals, uniforms


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """A law of waits in milliseconds.

    Parameters
    ----------
    low_ms, high_ms : float
        Bounds; waits are even between them, and one number where they are equal.
    mean_ms, sd_ms : float, optional
        With them waits are normal, and cut off at the bounds.
    own : bool
        Whether a bot draws its wait once, as a setting, and keeps it.
    """

    low_ms: float
    high_ms: float
    mean_ms: float | None = None
    sd_ms: float = 0.0
    own: bool = False

    def draw_us(self, bot_key: Keys, key: Keys, slot: int) -> NDArray[np.int64]:
        """Return whole microseconds, shape (n,).

        Parameters
        ----------
        bot_key : NDArray[np.uint64], shape (n,)
            Whose wait each is.
        key : NDArray[np.uint64], shape (n,)
            Of the wait itself.
        slot : int
            Which of the key's numbers.

        Examples
        --------
        >>> from deskhand.keyed_draws import keys
        >>> bots, waits = keys(7, "bot", ["a", "a"]), keys(7, "wait", [0, 1])
        >>> Delay(low_ms=100.0, high_ms=100.0).draw_us(bots, waits, 0).tolist()
        [100000, 100000]
        >>> first, second = Delay(low_ms=12.0, high_ms=250.0, own=True).draw_us(bots, waits, 0)
        >>> bool(first == second)
        True
        """
        chosen = bot_key if self.own else key
        if self.mean_ms is not None:
            drawn = self.mean_ms + self.sd_ms * normals(chosen, slot).astype(np.float64)
        else:
            share = uniforms(chosen, slot).astype(np.float64)
            drawn = self.low_ms + (self.high_ms - self.low_ms) * share
        return np.rint(1e3 * np.clip(drawn, self.low_ms, self.high_ms)).astype(np.int64)


def fixed(ms: float) -> Delay:
    """Return a wait that is always the same.

    Examples
    --------
    >>> fixed(10.0).high_ms
    10.0
    """
    return Delay(low_ms=ms, high_ms=ms)
