"""Digraph contexts: what kind of step it is from one key to the next.

Hand, finger, space, word, clause, punctuation and corrections make the contexts; they are looked
up in a table over all pairs of tokens, or, for batches of key sequences, of key classes.
"""

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import CLASS_CODE, CLASSES, LETTER_CLASSES
from deskhand.behavior_models.key_sequences import KeySequences
from deskhand.behavior_models.keyboard_layout import (
    BACKSPACE,
    ENTER,
    SPACE,
    TOKENS,
    KeyboardLayout,
)

CONTEXTS = (
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
)
# Of key classes a step may also be one to Enter, and one to a key of which nothing is known.
CLASS_CONTEXTS = (*CONTEXTS, "to enter", "unknown")
_CODE = {context: code for code, context in enumerate(CLASS_CONTEXTS)}
_SENTENCE_START, _AFTER_COMMA = _CODE["sentence start"], _CODE["after comma"]
_SENTENCE = re.compile(rb"[.!?] +(?=[^ \x08])|\n(?=[^\n\x08])")
_COMMA = re.compile(rb"[,;:] (?=[^ \x08])")


@cache
def pair_contexts(layout: KeyboardLayout) -> NDArray[np.uint8]:
    """Return the context of every pair of tokens.

    Parameters
    ----------
    layout : KeyboardLayout
        Which hand and finger strike which key.

    Returns
    -------
    ndarray of uint8, shape (65536,)
        Place in `CONTEXTS` of the pair at ``token * 256 + token before``.

    Examples
    --------
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> contexts = pair_contexts(load_layout("qwerty-us"))
    >>> CONTEXTS[contexts[ord("h") * 256 + ord("t")]]
    'other hand'
    """
    token = np.arange(TOKENS)
    now, before = token[:, None], token[None, :]
    text = np.array([written.isalnum() for written in layout.text])
    digit = np.array([48 <= t < 58 for t in range(TOKENS)])
    made = np.zeros(TOKENS, dtype=bool)
    made[list(layout.characters)] = True
    shift = np.isin(token, (layout.shift_left, layout.shift_right))
    hand = layout.finger > 4
    context = np.empty((TOKENS, TOKENS), dtype=np.uint8)

    # From the most general to the most particular: a later line overrides.
    context[:] = _CODE["other hand"]
    context[hand[now] == hand[before]] = _CODE["same hand"]
    context[layout.finger[now] == layout.finger[before]] = _CODE["same finger"]
    mark = made & ~text & (token != SPACE) & (token != ENTER)
    context[mark[before] & text[now]] = _CODE["after punctuation"]
    context[(made & ~text)[now] & made[before]] = _CODE["punctuation"]
    context[digit[now] & ~digit[before]] = _CODE["to digit"]
    context[now + 0 * before == SPACE] = _CODE["to space"]
    context[text[now] & (before == SPACE)] = _CODE["word start"]
    context[(~made & (token != BACKSPACE))[now] | (~made)[before]] = _CODE["named key"]
    context[shift[now] & made[before]] = _CODE["to shift"]
    context[shift[now] & (before == SPACE)] = _CODE["word start"]
    context[now + 0 * before == ENTER] = _CODE["punctuation"]
    context[(layout.physical[now] == layout.physical[before])] = _CODE["same key"]
    context[now + 0 * before == BACKSPACE] = _CODE["to backspace"]
    context[now * 0 + before == BACKSPACE] = _CODE["after backspace"]
    context[BACKSPACE, BACKSPACE] = _CODE["backspace again"]
    context[np.broadcast_to(shift[before], context.shape)] = _CODE["after shift"]
    flat = context.reshape(-1)
    flat.setflags(write=False)
    return flat


def clause_starts(tokens: bytes) -> list[tuple[int, int]]:
    """Return the places of the pairs that start a sentence or follow a comma, and their contexts.

    Examples
    --------
    >>> [(place, CONTEXTS[code]) for place, code in clause_starts(b"So. It is, I think")]
    [(3, 'sentence start'), (10, 'after comma')]
    """
    places = [(found.end() - 1, _SENTENCE_START) for found in _SENTENCE.finditer(tokens)]
    if b", " in tokens or b"; " in tokens or b": " in tokens:
        places += [(found.end() - 1, _AFTER_COMMA) for found in _COMMA.finditer(tokens)]
    return places


def token_pairs(tokens: bytes) -> NDArray[np.uint16]:
    """Return ``token * 256 + token before`` of each neighbouring pair, shape (len(tokens) - 1,).

    Examples
    --------
    >>> divmod(int(token_pairs(b"th")[0]), 256) == (ord("h"), ord("t"))
    True
    """
    # Two neighbouring bytes read as one little-endian number; nothing is copied.
    return np.ndarray((max(len(tokens) - 1, 0),), "<u2", tokens, 0, (1,))


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
    physical = vocabulary.physical
    # Over pairs of different keys first: a text has few of them.
    pairs = class_contexts()[vocabulary.key_class[:, None], vocabulary.key_class[None, :]]
    same = (physical[:, None] == physical[None, :]) & (physical >= 0)[:, None]
    back = vocabulary.key_class == CLASS_CODE["backspace"]
    pairs[same & ~back[:, None]] = _CODE["same key"]
    context = pairs.reshape(-1).take(before * len(vocabulary) + sequences.key)
    start = np.flatnonzero((context == _CODE["word start"]) & (place > 1))
    two_before = vocabulary.key_class[sequences.key[start - 2]]
    context[start[two_before == CLASS_CODE["sentence-punct"]]] = _SENTENCE_START
    context[start[two_before == CLASS_CODE["punct"]]] = _AFTER_COMMA
    return context
