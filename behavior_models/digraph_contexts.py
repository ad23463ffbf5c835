"""Digraph contexts: what kind of step it is from one key to the next.

Hand, finger, space, word, clause, punctuation and corrections make the contexts; they are looked
up in a table over all pairs of key classes.
"""

from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import (
    CLASS_CODE,
    CLASSES,
    LETTER_CLASSES,
    KeyVocabulary,
)
from deskhand.behavior_models.key_sequences import KeySequences

CLASS_CONTEXTS = (
    "other hand",
    "same hand",
    "same finger",
    "same key",
    "to space",
    "word start",
    "sentence start",
    "after comma",
    "punctuation",
    "to backspace",
    "after backspace",
    "backspace again",
    "after punctuation",
    "to digit",
    "to shift",
    "after shift",
    "named key",
    "to enter",
    "unknown",
)
_CODE = {context: code for code, context in enumerate(CLASS_CONTEXTS)}
_SENTENCE_START, _AFTER_COMMA = _CODE["sentence start"], _CODE["after comma"]


@cache
def class_contexts() -> NDArray[np.uint8]:
    """Return the context of every pair of key classes.

    Returns
    -------
    ndarray of uint8, shape (classes, classes)
        Place in `CLASS_CONTEXTS` by the class before and the class now; that it is the same key
        again is not known from the classes.

    Examples
    --------
    >>> found = class_contexts()[CLASS_CODE["letter:L1u"], CLASS_CODE["letter:R1h"]]
    >>> CLASS_CONTEXTS[found]
    'other hand'
    """
    size = len(CLASSES)
    letters = np.array([name.startswith("letter:") for name in CLASSES])
    hand, finger = np.full(size, 9), np.full(size, 9)
    for place in LETTER_CLASSES:
        hand[CLASS_CODE[f"letter:{place}"]] = "LR".index(place[0])
        finger[CLASS_CODE[f"letter:{place}"]] = "LR".index(place[0]) * 4 + int(place[1])

    def of(*names: str) -> NDArray[np.bool_]:
        return np.isin(np.arange(size), [CLASS_CODE[name] for name in names])

    mark, space, back = of("punct", "sentence-punct"), of("space"), of("backspace")
    shift, named = of("modifier"), of("delete", "navigation", "other", "tab", "modifier")
    text = letters | of("digit")
    context = np.full((size, size), _CODE["same hand"], np.uint8)

    def put(before: NDArray[np.bool_], now: NDArray[np.bool_], name: str) -> None:
        context[np.ix_(before, now)] = _CODE[name]

    every = np.ones(size, np.bool_)
    # From the most general to the most particular: a later line overrides.
    both = np.logical_and.outer(letters, letters)
    context[both & np.not_equal.outer(hand, hand)] = _CODE["other hand"]
    context[both & np.equal.outer(finger, finger)] = _CODE["same finger"]
    put(mark, text, "after punctuation")
    put(every, mark, "punctuation")
    put(~of("digit"), of("digit"), "to digit")
    put(every, space, "to space")
    put(space, text, "word start")
    put(every, named, "named key")
    put(named, every, "named key")
    put(every, shift, "to shift")
    put(space, shift, "word start")
    put(of("enter"), every, "sentence start")
    put(every, of("enter"), "to enter")
    put(every, back, "to backspace")
    put(back, every, "after backspace")
    put(back, back, "backspace again")
    put(shift, every, "after shift")
    put(every, of("unknown"), "unknown")
    put(of("unknown"), every, "unknown")
    context.setflags(write=False)
    return context


def key_contexts(
    sequences: KeySequences, before: NDArray[np.intp], place: NDArray[np.intp]
) -> NDArray[np.uint8]:
    """Return the context of each key of key sequences.

    Parameters
    ----------
    sequences : KeySequences
        n keys.
    before : NDArray[np.intp], shape (n,)
        Place in the vocabulary of the key before each; anything at a sequence's first key.
    place : NDArray[np.intp], shape (n,)
        Place of each key in its sequence.

    Returns
    -------
    ndarray of uint8, shape (n,)
        Place in `CLASS_CONTEXTS`; a sequence's first key has no context that means anything.

    Examples
    --------
    >>> from deskhand.behavior_models.key_sequences import key_sequences
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> from deskhand.keyed_draws import keys
    >>> named = dict(person=[0], person_key=keys(1, "p", "a"), sequence_key=keys(1, "s", "a"))
    >>> made = key_sequences([list("go. I see")], load_layout("qwerty-us"), **named)
    >>> found = key_contexts(made, np.append(0, made.key[:-1]), made.place)
    >>> [CLASS_CONTEXTS[code] for code in found[[1, 2, 4, 5, 8]]]
    ['other hand', 'punctuation', 'sentence start', 'to space', 'same key']
    """
    vocabulary = sequences.vocabulary
    context = _pair_contexts(vocabulary).take(before * len(vocabulary) + sequences.key)
    start = np.flatnonzero((context == _CODE["word start"]) & (place > 1))
    two_before = vocabulary.key_class[sequences.key[start - 2]]
    context[start[two_before == CLASS_CODE["sentence-punct"]]] = _SENTENCE_START
    context[start[two_before == CLASS_CODE["punct"]]] = _AFTER_COMMA
    return context


@lru_cache(maxsize=8)
def _pair_contexts(vocabulary: KeyVocabulary) -> NDArray[np.uint8]:
    """Return the context of every pair of keys, the key before first, one pair after another."""
    physical = vocabulary.physical
    pairs = class_contexts()[vocabulary.key_class[:, None], vocabulary.key_class[None, :]]
    same = (physical[:, None] == physical[None, :]) & (physical >= 0)[:, None]
    back = vocabulary.key_class == CLASS_CODE["backspace"]
    pairs[same & ~back[:, None]] = _CODE["same key"]
    return pairs.reshape(-1)
