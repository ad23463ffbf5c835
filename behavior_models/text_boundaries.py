"""Boundaries in texts that a typist's errors and revisions keep to: stops, words, sentence ends."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.keyboard_layout import ENTER, SPACE, TOKENS, KeyboardLayout

_SENTENCE_END = b".!?"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TokenKinds:
    """What each token is, as tables of bool, shape (256,) each; see `token_kinds`."""

    character: NDArray[np.bool_]
    letter: NDArray[np.bool_]
    word: NDArray[np.bool_]
    capital: NDArray[np.bool_]


@cache
def token_kinds(layout: KeyboardLayout) -> TokenKinds:
    """Return which tokens of a layout are characters, letters, of words (and digits), capitals.

    Examples
    --------
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> kinds = token_kinds(load_layout("qwerty-us"))
    >>> bool(kinds.letter[ord("a")]), bool(kinds.word[ord("7")]), bool(kinds.character[8])
    (True, True, False)
    """
    names = layout.key_names
    character = np.zeros(TOKENS, np.bool_)
    character[list(layout.characters)] = True
    character[[token for token in range(TOKENS) if len(names[token]) != 1]] = False
    table = [names[token] if character[token] else "" for token in range(TOKENS)]
    return TokenKinds(
        character=character,
        letter=np.array([name.isalpha() for name in table]),
        word=np.array([name.isalnum() for name in table]),
        capital=np.array([name.isupper() for name in table]),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextBoundaries:
    """Places in a batch of texts, all ascending.

    Parameters
    ----------
    stops : NDArray[np.intp]
        Keys that are no characters (Enter, Tab), and the end of each text: no error reaches
        beyond.
    sentence_ends : NDArray[np.intp]
        Where a sentence, a line or a text is done and may be read over: the place of the space,
        the Enter or the end.
    spaces, outside_words, outside_letters : NDArray[np.intp]
        Spaces; characters that are neither letter nor digit; characters that are no letter.
    word_starts : NDArray[np.intp]
        First letter or digit of each word, where Control+Arrow stops.
    broken_words : NDArray[np.intp]
        Word starts right after a letter and one mark (the t of "don't"), at which editors differ.
    """

    stops: NDArray[np.intp]
    sentence_ends: NDArray[np.intp]
    spaces: NDArray[np.intp]
    outside_words: NDArray[np.intp]
    outside_letters: NDArray[np.intp]
    word_starts: NDArray[np.intp]
    broken_words: NDArray[np.intp]


def text_boundaries(
    tokens: NDArray[np.uint8], first: NDArray[np.intp], layout: KeyboardLayout
) -> TextBoundaries:
    """Return the boundaries in some texts.

    Parameters
    ----------
    tokens : NDArray[np.uint8], shape (n,)
        The texts one after another.
    first : NDArray[np.intp], shape (m,)
        Place of each text's first token.
    layout : KeyboardLayout
        Which tokens are characters.

    Examples
    --------
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> texts = np.frombuffer(b"Hi. I can't.", np.uint8)
    >>> found = text_boundaries(texts, np.array([0]), load_layout("qwerty-us"))
    >>> found.sentence_ends.tolist(), found.word_starts.tolist(), found.broken_words.tolist()
    ([3, 12], [0, 4, 6, 10], [10])
    """
    kinds = token_kinds(layout)
    n = len(tokens)
    text_end = np.zeros(n + 1, np.bool_)
    text_end[first[1:]] = True
    text_end[n] = True
    starts = first[first < n]

    stop = text_end.copy()
    stop[:n] |= ~kinds.character[tokens]
    ended = np.zeros(TOKENS, np.bool_)
    ended[list(_SENTENCE_END)] = True
    space = tokens == SPACE
    sentence_end = text_end.copy()
    sentence_end[1:n] |= ended[tokens[:-1]] & space[1:]
    sentence_end[:n] |= (tokens == ENTER) | ~kinds.character[tokens]

    word = kinds.word[tokens]
    before = np.append(False, word[:-1])[:n]
    before[starts] = False
    word_start = word & ~before
    broken = word_start.copy()
    broken[2:] &= word[:-2] & ~space[1:-1]
    broken[starts] = False
    broken[np.minimum(starts + 1, n - 1)] = False  # what is before it is of another text
    return TextBoundaries(
        stops=np.flatnonzero(stop),
        sentence_ends=np.flatnonzero(sentence_end),
        spaces=np.flatnonzero(space),
        outside_words=np.flatnonzero(~word),
        outside_letters=np.flatnonzero(~kinds.letter[tokens]),
        word_starts=np.flatnonzero(word_start),
        broken_words=np.flatnonzero(broken),
    )


def after(places: NDArray[np.intp], at: NDArray[np.intp], none: int) -> NDArray[np.intp]:
    """Return for each of ``at`` the first of ``places`` that is not before it; else ``none``.

    Examples
    --------
    >>> after(np.array([3, 12]), np.array([0, 3, 4, 13]), 99).tolist()
    [3, 3, 12, 99]
    """
    found: NDArray[np.intp] = np.append(places, none)[np.searchsorted(places, at)]
    return found


def between(
    places: NDArray[np.intp], start: NDArray[np.intp], end: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return how many of ``places`` lie in [start, end).

    Examples
    --------
    >>> between(np.array([3, 12]), np.array([0, 4]), np.array([13, 12])).tolist()
    [2, 0]
    """
    return np.searchsorted(places, end) - np.searchsorted(places, start)
