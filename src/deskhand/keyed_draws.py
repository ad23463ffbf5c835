"""Random numbers for many keys at once: one row, one key, and no row knows of another.

A `numpy.random.Generator` serves one stream; thousands of movements would each need their own. Here
a number is a hash of (key, slot): adding, dropping or reordering rows moves no other row's numbers.

Sources
-------
The hash is the finaliser of SplitMix64 (Steele, Lea & Flood 2014, "Fast splittable pseudorandom
number generators"), applied to key and slot in turn.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deskhand.even_floats import even_cos, even_log, even_sin
from deskhand.streams import stream_key

Keys = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def _hash(word: Keys) -> Keys:
    word = word ^ (word >> np.uint64(30))
    word *= _FIRST
    word ^= word >> np.uint64(27)
    word *= _SECOND
    word ^= word >> np.uint64(31)
    return word


def keys(seed: int, purpose: str, names: Iterable[str | int]) -> Keys:
    """Return one key for each name.

    Parameters
    ----------
    seed : int
        The run's seed.
    purpose : str
        What the numbers are for.
    names : iterable of str or int, length n
        Who: the same name has the same key.

    Returns
    -------
    ndarray of uint64, shape (n,)

    Examples
    --------
    >>> a = keys(7, "hand", ["ann", "bob", "ann"])
    >>> bool(a[0] == a[2]), bool(a[0] == a[1])
    (True, False)
    """
    given = list(names)
    known = {name: stream_key(seed, purpose, name) for name in dict.fromkeys(given)}
    return np.array([known[name] for name in given], np.uint64)


def mixed(key: Keys, *words: ArrayLike) -> Keys:
    """Return keys that depend on a key and on further whole numbers, in this order.

    Parameters
    ----------
    key : ndarray of uint64, shape (n,)
    *words : array_like of int
        Each broadcasts with ``key``; negative numbers are allowed.

    Examples
    --------
    >>> k = keys(7, "move", ["ann"])
    >>> bool(mixed(k, 1, 2) == mixed(k, 2, 1))
    False
    """
    with np.errstate(over="ignore"):
        for word in words:
            whole = np.asarray(word, np.int64).astype(np.uint64)
            key = _hash((key ^ whole) * _GOLDEN + _GOLDEN)
    return key


def sequence_hashes(content: NDArray[np.integer], first: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return a number for each sequence that depends on what it holds alone.

    Parameters
    ----------
    content : NDArray of whole numbers, shape (n,)
    first : NDArray[np.intp], shape (m,)
        Place of each sequence's first number; an empty one's is the next one's.

    Returns
    -------
    NDArray[np.int64], shape (m,)

    Examples
    --------
    >>> one, other, same = sequence_hashes(np.array([1, 2, 2, 1, 1, 2]), np.array([0, 2, 4]))
    >>> bool(one == same), bool(one == other)
    (True, False)
    """
    lengths = np.diff(first, append=len(content))
    place = np.arange(len(content)) - np.repeat(first, lengths)
    part = mixed(np.zeros(len(content), np.uint64), content, place)
    # Sums of whole numbers that wrap around do not depend on their order.
    total = np.append(np.zeros(1, np.uint64), np.cumsum(part, dtype=np.uint64))
    with np.errstate(over="ignore"):
        held = total[first + lengths] - total[first]
    return mixed(held, lengths).view(np.int64)


def ranked(key: Keys) -> Keys:
    """Return keys of which none are equal: the same thing asked for again is another.

    Examples
    --------
    >>> a = keys(7, "hand", ["ann", "bob", "ann"])
    >>> len(set(a.tolist())), len(set(ranked(a).tolist()))
    (2, 3)
    """
    order = np.argsort(key, kind="stable")
    in_order = key[order]
    new = np.append(True, in_order[1:] != in_order[:-1])
    number = np.arange(len(key))
    rank = np.empty(len(key), np.int64)
    rank[order] = number - np.maximum.accumulate(np.where(new, number, 0))
    return mixed(key, rank)


def words(key: Keys, slot: ArrayLike) -> Keys:
    """Return random 64-bit words, what the numbers are made of; arguments as for `uniforms`.

    Examples
    --------
    >>> bool(words(keys(7, "hand", ["ann"]), 3) == words(keys(7, "hand", ["ann"]), 4))
    False
    """
    with np.errstate(over="ignore"):
        counter = (np.asarray(slot, np.int64).view(np.uint64) + np.uint64(1)) * _GOLDEN
        return _hash(key + counter)


def thirds(word: Keys) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return three numbers from (0, 1) of each word, of 21 bits each.

    Examples
    --------
    >>> u = np.array(thirds(words(keys(7, "hand", range(10_000)), 3)))
    >>> bool(np.all(abs(u.mean(axis=1) - 0.5) < 0.01)), bool(abs(np.corrcoef(u)[0, 1]) < 0.03)
    (True, True)
    """
    first, second, third = (_share(word, shift, 21) for shift in (43, 22, 1))
    return first, second, third


def uniforms(key: Keys, slot: ArrayLike) -> NDArray[np.float32]:
    """Return numbers from (0, 1), never 0 and never 1.

    Parameters
    ----------
    key : ndarray of uint64, shape (n,)
    slot : int or array_like of int
        Which of a key's numbers; broadcasts with ``key``, so a column of slots gives a matrix.

    Returns
    -------
    ndarray of float32
        Of the broadcast shape; 23 bits of it are random.

    Examples
    --------
    >>> u = uniforms(keys(7, "hand", range(10_000)), 3)
    >>> bool(abs(u.mean() - 0.5) < 0.01), u.dtype.name
    (True, 'float32')
    """
    return _share(words(key, slot), 41, 23)


def normals(key: Keys, slot: ArrayLike) -> NDArray[np.float32]:
    """Return standard normal numbers; arguments as for `uniforms`.

    A slot's normal number and its uniform number are not independent; use different slots.

    Source
    ------
    Box & Muller 1958; radius and angle take one half of a 64-bit word each.

    Examples
    --------
    >>> z = normals(keys(7, "hand", range(10_000)), 3)
    >>> bool(abs(z.mean()) < 0.03), bool(abs(z.std() - 1) < 0.03)
    (True, True)
    """
    radius, angle = _polar(words(key, slot))
    radius *= even_cos(angle)
    return radius


def normal_pairs(key: Keys, slot: ArrayLike) -> NDArray[np.float32]:
    """Return two standard normal numbers a slot, at half the price; arguments as for `uniforms`.

    Returns
    -------
    ndarray of float32, shape (2, ...)
        The first of a pair is what `normals` returns.

    Examples
    --------
    >>> z = normal_pairs(keys(7, "hand", range(10_000)), 3)
    >>> z.shape, bool(abs(np.corrcoef(z)[0, 1]) < 0.03)
    ((2, 10000), True)
    """
    radius, angle = _polar(words(key, slot))
    pair = np.empty((2, *angle.shape), np.float32)
    pair[...] = angle
    even_cos(pair[0])
    even_sin(pair[1])
    pair *= radius
    return pair


def _polar(word: Keys) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return radius and angle of two normal numbers."""
    radius = _share(word, 41, 23)
    even_log(radius)
    radius *= np.float32(-2.0)
    np.sqrt(radius, out=radius)
    angle = ((word >> np.uint64(8)) & np.uint64(0xFFFFFF)).astype(np.float32)
    angle *= np.float32(2.0 * np.pi * 2.0**-24)
    return radius, angle


def _share(word: Keys, shift: int, bits: int) -> NDArray[np.float32]:
    """Return numbers from (0, 1), made of some of a word's bits."""
    whole = (word >> np.uint64(shift)) & np.uint64((1 << bits) - 1)
    real = whole.astype(np.float32)
    real += np.float32(0.5)
    real *= np.float32(2.0**-bits)
    return real
