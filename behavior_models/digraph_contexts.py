"""Digraph contexts: what kind of step it is from one key to the next.

Hand, finger, space, word, clause, punctuation and corrections make the contexts; they are looked
up in a table over all pairs of tokens.
"""

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

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
_CODE = {context: code for code, context in enumerate(CONTEXTS)}
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
    text = np.array([chr(t).isalnum() for t in range(TOKENS)])
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
