"""Reports of a pointer as tokens: what was reported, how long after the last, how far from it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.datasets.tokens.bins import Bins, growing_bins
from deskhand.datasets.tokens.vocabulary import Vocabulary
from deskhand.pointer_rows import TYPES

MS_US = 1_000
# A gap of more than this is a rest, however long; no desktop is wider than that.
LONGEST_GAP_MS, LONGEST_STEP_PX = 10_000, 8_192


class PointerTokens:
    """Turns movements into tokens ``type``, ``gap`` (ms), ``dx`` and ``dy`` (px) and back.

    Parameters
    ----------
    ratio : float
        How much wider a bin is than the one before it, where bins are wider than 1.

    Examples
    --------
    >>> words = PointerTokens()
    >>> path = {"t_us": [0, 16_000, 33_000], "x": [10, 13, 13], "y": [5, 5, 4], "type": [0, 0, 1]}
    >>> tokens = words.encode(path)
    >>> [words.vocabulary.tokens[token] for token in tokens[1]]
    ['type=pointermove', 'gap=15..16', 'dx=3', 'dy=0']
    >>> back = words.decode(tokens, start=(10, 5))
    >>> back["x"].tolist(), back["y"].tolist(), back["type"].tolist()
    ([10, 13, 13], [5, 5, 4], [0, 0, 1])
    """

    def __init__(self, *, ratio: float = 1.15) -> None:
        self.gap: Bins = growing_bins(LONGEST_GAP_MS, ratio=ratio)
        self.step: Bins = growing_bins(LONGEST_STEP_PX, ratio=ratio, signed=True)
        self.vocabulary = Vocabulary(
            {"type": TYPES, "gap": self.gap.names, "dx": self.step.names, "dy": self.step.names}
        )

    def encode(
        self, steps: Mapping[str, Any], count: NDArray[np.int64] | None = None
    ) -> NDArray[np.int32]:
        """Return the tokens of movements, shape (n, 4).

        Parameters
        ----------
        steps : mapping of str to array_like, shape (n,)
            ``t_us``, ``x``, ``y`` and, unless all are moves, ``type`` (0 move, 1 down, 2 up).
        count : NDArray[np.int64], shape (m,), optional
            Reports of each movement; all are of one when not given. A movement's first report is no
            time and no way from itself: where it starts is not in the tokens.
        """
        t_us, x, y = (np.asarray(steps[name]) for name in ("t_us", "x", "y"))
        kind = np.asarray(steps.get("type", np.zeros(len(t_us), np.int8)))
        first = _first(len(t_us), count)
        # Whole places, so that what is cut off one step is made up for by the next.
        gap_ms, dx, dy = (_steps(np.rint(values), first) for values in (t_us / MS_US, x, y))
        return self.vocabulary.joined(
            {
                "type": kind,
                "gap": self.gap.code(gap_ms),
                "dx": self.step.code(dx),
                "dy": self.step.code(dy),
            }
        )

    def decode(
        self,
        tokens: Any,
        count: NDArray[np.int64] | None = None,
        *,
        start: tuple[float, float] = (0.0, 0.0),
    ) -> dict[str, NDArray[np.int64]]:
        """Return ``t_us``, ``x``, ``y`` and ``type`` of tokens.

        Each step is the middle of its bin, so places drift from those encoded, by half a bin a step
        at most.
        """
        codes = self.vocabulary.split(tokens)
        first = _first(len(codes["type"]), count)
        found = {
            "t_us": MS_US * _summed(self.gap.value(codes["gap"]), first),
            "x": round(start[0]) + _summed(self.step.value(codes["dx"]), first),
            "y": round(start[1]) + _summed(self.step.value(codes["dy"]), first),
        }
        return found | {"type": codes["type"]}


def _first(n: int, count: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """Return the place of the first step of each step's sequence."""
    if count is None:
        return np.zeros(n, np.int64)
    return np.repeat(np.cumsum(count) - count, count)


def _steps(values: NDArray[Any], first: NDArray[np.int64]) -> NDArray[Any]:
    before = np.maximum(np.arange(len(values)) - 1, first)
    steps: NDArray[Any] = values - values[before]
    return steps


def _summed(steps: NDArray[np.int64], first: NDArray[np.int64]) -> NDArray[np.int64]:
    total = np.cumsum(steps)
    # The first step of a sequence leads from itself to itself.
    return total - total[first] if len(total) else total
