"""Identifiers of sessions, batches and devices: made from their numbers, and read back from the text.

A number is mixed with the plan's key by steps that can be undone, so a million identifiers look
random, never meet, and need no table: a stored identifier tells its number, or that it is not ours.
"""

import numpy as np
import numpy.typing as npt

from deskhand.streams import stream_key

Numbers = npt.NDArray[np.int64]
LENGTH = 20  # syn_ and 16 hexadecimal digits

_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
# Their inverses modulo 2**64.
_UNFIRST, _UNSECOND = np.uint64(0x96DE1B173F119089), np.uint64(0x319642B2D24D8EC3)
_VALUE = np.full(256, 255, np.uint8)
_VALUE[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16, dtype=np.uint8)


def _unshift(word: npt.NDArray[np.uint64], by: int) -> npt.NDArray[np.uint64]:
    found = word
    for _ in range(64 // by):
        found = word ^ (found >> np.uint64(by))
    return found


def identifiers(seed: int, what: str, numbers: npt.ArrayLike) -> npt.NDArray[np.bytes_]:
    """Return the identifiers of numbered things.

    Parameters
    ----------
    seed : int
        The plan's seed.
    what : str
        ``"session"``, ``"batch"`` or ``"device"``.
    numbers : array_like of int, shape (n,)
        Not negative.

    Returns
    -------
    ndarray of 20 bytes each, shape (n,)
        ``syn_`` and 16 hexadecimal digits.

    Examples
    --------
    >>> made = identifiers(7, "session", [0, 1])
    >>> made.dtype, numbers(7, "session", made).tolist()
    (dtype('S20'), [0, 1])
    """
    given = np.atleast_1d(np.asarray(numbers, np.int64)).astype(np.uint64)
    with np.errstate(over="ignore"):
        word = given + np.uint64(stream_key(seed, "fleet", what))
        word = (word ^ (word >> np.uint64(30))) * _FIRST
        word = (word ^ (word >> np.uint64(27))) * _SECOND
        word ^= word >> np.uint64(31)
    text = np.empty((len(word), LENGTH), np.uint8)
    text[:, :4] = np.frombuffer(b"syn_", np.uint8)
    digits = word.astype(">u8").tobytes().hex().encode()
    text[:, 4:] = np.frombuffer(digits, np.uint8).reshape(-1, 16)
    return text.view(f"S{LENGTH}").ravel()


def numbers(seed: int, what: str, texts: npt.NDArray[np.bytes_]) -> Numbers:
    """Return the numbers of identifiers, and -1 for texts that are none.

    Parameters
    ----------
    seed : int
        The plan's seed.
    what : str
        What `identifiers` was given.
    texts : ndarray of bytes, shape (n,)
        Any texts.

    Examples
    --------
    >>> numbers(7, "batch", np.array([b"syn_nonsense", b""])).tolist()
    [-1, -1]
    """
    length = np.char.str_len(texts) if len(texts) else np.zeros(0, np.intp)
    cut = np.ascontiguousarray(texts.astype(f"S{LENGTH}"))
    rows = cut.view(np.uint8).reshape(-1, LENGTH)
    digits = _VALUE[rows[:, 4:]]
    ours = (rows[:, :4] == np.frombuffer(b"syn_", np.uint8)).all(axis=1)
    ours &= (digits < 16).all(axis=1) & (length == LENGTH)
    word = np.zeros(len(rows), np.uint64)
    with np.errstate(over="ignore"):
        for place in range(digits.shape[1]):
            word = (word << np.uint64(4)) | digits[:, place].astype(np.uint64)
        word = _unshift(word, 31)
        word = _unshift(word * _UNSECOND, 27)
        word = _unshift(word * _UNFIRST, 30)
        word -= np.uint64(stream_key(seed, "fleet", what))
    found = word.astype(np.int64)
    return np.where(ours & (found >= 0), found, -1)
