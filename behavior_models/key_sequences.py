"""Key sequences: what many people press, as columns, for models that time whole batches at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deskhand.behavior_models.key_classes import KeyVocabulary, key_vocabulary
from deskhand.behavior_models.keyboard_layout import KeyboardLayout


@dataclass(frozen=True, kw_only=True, eq=False)
class KeySequences:
    """m key sequences of p people, one after another, n keys in all.

    Parameters
    ----------
    vocabulary : KeyVocabulary
        The different keys.
    key : NDArray[np.intp], shape (n,)
        Place in ``vocabulary`` of each key, modifiers included, in the order of their downs.
    first : NDArray[np.intp], shape (m,)
        Place in ``key`` of each sequence's first key; it starts at 0 and rises, so that no
        sequence is empty.
    person : NDArray[np.intp], shape (m,)
        Who types each sequence: a place in ``person_key``.
    person_key : NDArray[np.uint64], shape (p,)
        Names the random numbers that are a person's own.
    sequence_key : NDArray[np.uint64], shape (m,)
        Names the random numbers that are a sequence's own.
    """

    vocabulary: KeyVocabulary
    key: NDArray[np.intp]
    first: NDArray[np.intp]
    person: NDArray[np.intp]
    person_key: NDArray[np.uint64]
    sequence_key: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.first)

    @cached_property
    def lengths(self) -> NDArray[np.intp]:
        """How many keys each sequence has, shape (m,)."""
        return np.diff(self.first, append=len(self.key))

    @cached_property
    def sequence(self) -> NDArray[np.intp]:
        """Number of each key's sequence, shape (n,)."""
        return np.repeat(np.arange(len(self), dtype=np.intp), self.lengths)

    @cached_property
    def place(self) -> NDArray[np.intp]:
        """Place of each key in its own sequence, from 0, shape (n,)."""
        return np.arange(len(self.key), dtype=np.intp) - self.first.take(self.sequence)


def key_sequences(
    names: Sequence[Sequence[str]],
    layout: KeyboardLayout,
    *,
    person: ArrayLike,
    person_key: NDArray[np.uint64],
    sequence_key: NDArray[np.uint64],
) -> KeySequences:
    """Return key sequences from lists of names; large ones are better built from columns.

    Parameters
    ----------
    names : sequence of sequences of str, length m
        The keys of each sequence, at least one; see `key_vocabulary` for what they may be.
    layout : KeyboardLayout
        Which finger strikes which key.
    person : array_like of int, shape (m,)
    person_key : NDArray[np.uint64], shape (p,)
    sequence_key : NDArray[np.uint64], shape (m,)

    Raises
    ------
    UnknownNameError
        When a name is neither a key of the layout nor a class.

    Examples
    --------
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> from deskhand.keyed_draws import keys
    >>> made = key_sequences(
    ...     [["h", "e", "e"], ["?"]],
    ...     load_layout("qwerty-us"),
    ...     person=[0, 0],
    ...     person_key=keys(7, "typist", ["ann"]),
    ...     sequence_key=keys(7, "keys", [0, 1]),
    ... )
    >>> made.key.tolist(), made.first.tolist(), made.sequence.tolist(), made.place.tolist()
    ([0, 1, 1, 2], [0, 3], [0, 0, 0, 1], [0, 1, 2, 0])
    """
    number: dict[str, int] = {}
    key = [number.setdefault(name, len(number)) for row in names for name in row]
    ends = np.cumsum([len(row) for row in names], dtype=np.intp)
    return KeySequences(
        vocabulary=key_vocabulary(list(number), layout),
        key=np.array(key, np.intp),
        first=np.append(np.zeros(min(len(ends), 1), np.intp), ends[:-1]),
        person=np.asarray(person, np.intp),
        person_key=person_key,
        sequence_key=sequence_key,
    )
