"""Keystrokes as tokens: which key, how long it was held, how long after the last one it came."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import CLASSES
from deskhand.datasets.tokens.bins import Bins, growing_bins
from deskhand.datasets.tokens.vocabulary import Vocabulary

MS_US = 1_000
LONGEST_HOLD_MS, LONGEST_FLIGHT_MS = 5_000, 60_000


class KeyTokens:
    """Turns typed keys into tokens ``key``, ``hold`` (ms) and ``flight`` (ms) and back.

    Parameters
    ----------
    keys : sequence of str, optional
        What the numbers of the column of keys stand for: ``names["key"]`` of a loader. Classes of
        keys (`deskhand.behavior_models.key_classes.CLASSES`), from which no text can be read, when
        not given; the column is then ``key_class``.
    ratio : float
        How much wider a bin is than the one before it, where bins are wider than 1.

    Examples
    --------
    >>> words = KeyTokens(["a", "b"])
    >>> typed = {"t_us": [0, 150_000], "hold_us": [90_000, 80_000], "key": [0, 1]}
    >>> tokens = words.encode(typed)
    >>> [words.vocabulary.tokens[token] for token in tokens[1]]
    ['key=b', 'hold=79..84', 'flight=60..63']
    >>> words.decode(tokens)["t_us"].tolist()
    [0, 148000]
    """

    def __init__(self, keys: Sequence[str] | None = None, *, ratio: float = 1.08) -> None:
        self.column = "key_class" if keys is None else "key"
        self.hold: Bins = growing_bins(LONGEST_HOLD_MS, ratio=ratio)
        self.flight: Bins = growing_bins(LONGEST_FLIGHT_MS, ratio=ratio, signed=True)
        self.vocabulary = Vocabulary(
            {
                "key": CLASSES if keys is None else keys,
                "hold": self.hold.names,
                "flight": self.flight.names,
            }
        )

    def encode(
        self, steps: Mapping[str, Any], count: NDArray[np.int64] | None = None
    ) -> NDArray[np.int32]:
        """Return the tokens of keys, shape (n, 3).

        Parameters
        ----------
        steps : mapping of str to array_like, shape (n,)
            ``t_us`` (the downs), ``hold_us`` and `column`.
        count : NDArray[np.int64], shape (m,), optional
            Keys of each sequence; all are of one when not given. A sequence's first key has flight 0.
        """
        down_ms, hold_ms = (np.rint(np.asarray(steps[k]) / MS_US) for k in ("t_us", "hold_us"))
        flight = down_ms - np.roll(down_ms + hold_ms, 1)
        flight[_starts(len(flight), count)] = 0
        return self.vocabulary.joined(
            {
                "key": steps[self.column],
                "hold": self.hold.code(hold_ms),
                "flight": self.flight.code(flight),
            }
        )

    def decode(
        self, tokens: Any, count: NDArray[np.int64] | None = None
    ) -> dict[str, NDArray[np.int64]]:
        """Return ``t_us``, ``hold_us`` and the column of keys; each time is its bin's middle."""
        codes = self.vocabulary.split(tokens)
        hold_ms, flight_ms = self.hold.value(codes["hold"]), self.flight.value(codes["flight"])
        starts = _starts(len(hold_ms), count)
        since_ms = flight_ms + np.roll(hold_ms, 1)
        since_ms[starts] = 0
        total = np.cumsum(since_ms)
        lengths = np.diff(starts, append=len(total))
        return {
            "t_us": MS_US * (total - np.repeat(total[starts], lengths)),
            "hold_us": MS_US * hold_ms,
            self.column: codes["key"],
        }


def _starts(n: int, count: NDArray[np.int64] | None) -> NDArray[np.int64]:
    if count is None:
        return np.zeros(min(n, 1), np.int64)
    return (np.cumsum(count) - count)[count > 0]
