"""The seed tree: every random number is keyed by (seed, what, who, which).

A key is hashed into the key of a counter-based generator (Philox, Salmon et al. 2011), so streams
never share state: adding a draw to one model moves no other, and any session can be made alone.
"""

from collections.abc import Callable, Iterator
from hashlib import blake2b
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import NDArray

from deskhand.errors import DeskhandError

SEED_LIMIT = 2**64
# A planner that draws little should not pay for much: each block is four times as long as the one before.
FIRST_BLOCK, BLOCK = 16, 4096


def check_seed(seed: int) -> int:
    """Return the seed unchanged when it is usable.

    Parameters
    ----------
    seed : int
        From 0 to 2**64 - 1.

    Raises
    ------
    DeskhandError
        When the seed is no whole number or lies outside that range.

    Examples
    --------
    >>> check_seed(7)
    7
    """
    whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
    if not whole or not 0 <= seed < SEED_LIMIT:
        raise DeskhandError(
            f"seed={seed!r}: must be a whole number from 0 to {SEED_LIMIT - 1}; try --seed 7."
        )
    return seed


def _digest(seed: int, purpose: str, path: tuple[int | str, ...], size: int) -> bytes:
    text = "\x1f".join([str(seed), purpose, *map(repr, path)])
    return blake2b(text.encode(), digest_size=size, person=b"deskhand").digest()


def stream(seed: int, purpose: str, *path: int | str) -> np.random.Generator:
    """Return the generator for one purpose and one place in the tree.

    Parameters
    ----------
    seed : int
        The run's seed.
    purpose : str
        What the numbers are for, for example ``"pointer"``.
    *path : int or str
        Who and which: team, person, day, action.

    Returns
    -------
    numpy.random.Generator
        A Philox generator that depends on the key alone.

    Examples
    --------
    >>> a = stream(7, "pointer", 0, 3).random()
    >>> a == stream(7, "pointer", 0, 3).random(), a == stream(7, "pointer", 3, 0).random()
    (True, False)
    """
    # numpy takes any `ISeedSequence`, of which its type stubs know one.
    key: Any = _Key(_digest(seed, purpose, path, 16))
    return np.random.Generator(np.random.Philox(key))


class _Key(ISeedSequence):
    """A Philox key as a seed, since ``Philox(key=...)`` first asks the machine for random bits, at four times the cost."""

    __slots__ = ("_digest",)

    def __init__(self, digest: bytes) -> None:
        self._digest = digest

    def generate_state(self, _n_words: int, _dtype: Any = np.uint64) -> NDArray[np.uint64]:
        """Return the key's two words."""
        return np.frombuffer(self._digest, "<u8")


def stream_key(seed: int, purpose: str, *path: int | str) -> int:
    """Return the 64-bit key of one purpose and one place in the tree, for `keyed_draws`.

    Examples
    --------
    >>> stream_key(7, "hand", "ann") == stream_key(7, "hand", "bob")
    False
    """
    return int.from_bytes(_digest(seed, purpose, path, 8), "little")


def name(prefix: str, seed: int, purpose: str, *path: int | str) -> str:
    """Return a stable identifier that depends on the key alone.

    Examples
    --------
    >>> name("syn", 7, "session", 0, 1) == name("syn", 7, "session", 0, 1)
    True
    """
    return f"{prefix}_{_digest(seed, purpose, path, 8).hex()}"


def _blocks(method: str, seed: int, purpose: str, *path: int | str) -> Iterator[list[float]]:
    draw = getattr(stream(seed, purpose, *path), method)
    size = FIRST_BLOCK
    while True:
        yield draw(size).tolist()
        size = min(4 * size, BLOCK)


class Draws:
    """Single draws taken from blocks, for planners that need one number at a time.

    A call to a numpy generator costs about a microsecond; taking the next number of a block that
    was drawn at once costs a twentieth of that.

    Parameters
    ----------
    seed : int
        The run's seed.
    purpose : str
        What the numbers are for.
    *path : int or str
        Who and which.

    Examples
    --------
    >>> draws = Draws(7, "think", 0)
    >>> 0 <= draws.uniform() < 1
    True
    """

    __slots__ = ("_normals", "normal", "uniform")

    normal: Callable[[], float]
    """Return one standard normal number."""
    uniform: Callable[[], float]
    """Return one number from [0, 1)."""

    def __init__(self, seed: int, purpose: str, *path: int | str) -> None:
        # Two streams, so that the order of normal and uniform calls cannot move either block; each is
        # begun when its first number is asked for.
        normals = _blocks("standard_normal", seed, purpose, *path, "normal")
        self._normals = chain.from_iterable(normals)
        # The iterators' own methods: a day takes tens of thousands of numbers one by one.
        self.normal = self._normals.__next__
        uniforms = _blocks("random", seed, purpose, *path, "uniform")
        self.uniform = chain.from_iterable(uniforms).__next__

    def normals(self, size: int) -> NDArray[np.float64]:
        """Return the next standard normal numbers as an array, shape (size,)."""
        return np.fromiter(islice(self._normals, size), np.float64, size)
