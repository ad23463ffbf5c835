"""Errors as an observer of the keys sees them: bursts of Backspace, and what was wrong before them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.keyboard_layout import BACKSPACE, SPACE, TOKENS, KeyboardLayout
from deskhand.behavior_models.text_boundaries import token_kinds

NO_CHARACTER = 0
KINDS = (
    "no-error",
    "capital",
    "doubling",
    "omission",
    "transposition",
    "neighbour",
    "substitution",
)
"""Kinds of correction by one Backspace, in the order in which they are looked for; see `observed`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bursts:
    """Bursts of Backspace in some key sequences, as columns of one length.

    Parameters
    ----------
    start : NDArray[np.intp]
        Place of the burst's first key.
    length : NDArray[np.intp]
        How many Backspaces.
    kind : NDArray[np.int8]
        Place in `KINDS`; -1 of a longer burst or where a neighbouring key is no character.
    after_space : NDArray[np.bool_]
        Whether the key before it is a space: the word was done.
    """

    start: NDArray[np.intp]
    length: NDArray[np.intp]
    kind: NDArray[np.int8]
    after_space: NDArray[np.bool_]


def observed(keys: NDArray[np.uint8], first: NDArray[np.intp], layout: KeyboardLayout) -> Bursts:
    r"""Return the bursts of Backspace, and what each single one corrected.

    With the erased key e, the key p before it and the next ones r, s, t, a single Backspace is: a
    no-error correction when r is e; a capital when only their case differs; a doubling when e is
    p; an omission when s is e (r had been left out); a transposition when t is e or r is p; a
    neighbour when e and r lie side by side; else another substitution.

    Parameters
    ----------
    keys : NDArray[np.uint8], shape (n,)
        Tokens, without modifiers; `NO_CHARACTER` for keys that are neither characters nor
        Backspace.
    first : NDArray[np.intp], shape (m,)
        Place of each sequence's first key.
    layout : KeyboardLayout
        Whose tokens they are.

    Examples
    --------
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> keys = np.frombuffer(b"rhw\bey sed\bt it dw\bown ht\b\bth", np.uint8)
    >>> bursts = observed(keys, np.array([0]), load_layout("qwerty-us"))
    >>> bursts.length.tolist(), [KINDS[kind] for kind in bursts.kind if kind >= 0]
    ([1, 1, 1, 2], ['neighbour', 'substitution', 'omission'])
    """
    n = len(keys)
    sequence = np.zeros(n, np.intp)
    sequence[first[first < n]] = 1
    sequence = np.cumsum(sequence)
    erase = keys == BACKSPACE
    new = np.append(True, sequence[1:] != sequence[:-1])[:n]
    begins = erase & (new | ~np.append(False, erase[:-1])[:n])
    start = np.flatnonzero(begins)
    length = np.bincount(np.cumsum(begins)[erase] - 1, minlength=len(start))

    def key(step: int) -> NDArray[np.uint8]:
        at = np.clip(start + step, 0, max(n - 1, 0))
        same = (sequence[at] == sequence[start]) & (at == start + step)
        found: NDArray[np.uint8] = np.where(same, keys[at], NO_CHARACTER).astype(np.uint8)
        return found

    beside = np.zeros((TOKENS, TOKENS), np.bool_)
    for token, near in enumerate(layout.neighbours):
        beside[token, list(near)] = True
    lower = np.arange(TOKENS, dtype=np.uint8)
    by_name = {layout.key_names[token]: token for token in layout.characters}
    for name, token in by_name.items():
        lower[token] = by_name.get(name.lower(), token)

    p, e, r, s, t = (key(step) for step in (-2, -1, 1, 2, 3))
    kind = np.select(
        [
            r == e,
            lower[r] == lower[e],
            e == p,
            e == s,
            (e == t) | (r == p),
            beside[lower[e], lower[r]],
        ],
        [0, 1, 2, 3, 4, 5],
        6,
    ).astype(np.int8)
    character = token_kinds(layout).character
    kind[(length != 1) | ~character[e] | ~character[r]] = -1
    return Bursts(start=start, length=length, kind=kind, after_space=e == SPACE)


def kind_shares(bursts: Bursts) -> dict[str, float]:
    """Return the shares of the kinds among the corrections by one Backspace."""
    count = np.bincount(bursts.kind[bursts.kind >= 0], minlength=len(KINDS))
    return dict(zip(KINDS, (count / max(1, count.sum())).tolist(), strict=True))
