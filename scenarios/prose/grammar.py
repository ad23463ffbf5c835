"""A grammar of slots: a phrase holds other phrases in braces, and every choice is a keyed draw.

``{topic}`` stands for one of the phrases named topic, ``{Topic}`` for the same with a capital first
letter. All phrases of a slot are equally likely; one that is listed twice is twice as likely.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count

import numpy as np

from deskhand.errors import UnknownNameError
from deskhand.keyed_draws import Keys, words

Phrases = Mapping[str, Sequence[str]]
# Numbers of 16 bits drawn at once for a text, more when they are used up: a mail takes some 150.
# Taken to n phrases, the likeliest is off by n / 65536 of its share, less than .5 %.
WORDS_A_DRAW = 48
_SLOT = re.compile(r"\{(\w+)\}")


class Slot:
    """The phrases that may stand in a slot, each in pieces: text and further slots by turns."""

    __slots__ = ("capital", "phrases")

    def __init__(self, capital: bool) -> None:
        self.capital = capital
        self.phrases: list[list[str | Slot]] = []


class Grammar:
    """Phrases by slot, taken apart once.

    Parameters
    ----------
    phrases : mapping of str to sequence of str
        What may stand in each slot; a phrase names other slots in braces.

    Raises
    ------
    UnknownNameError
        When a phrase names a slot that is not there.

    Examples
    --------
    >>> from deskhand.keyed_draws import keys
    >>> small = Grammar({"start": ["{Who} came."], "who": ["the baker", "the smith"]})
    >>> small.text("start", keys(7, "prose", [0])) in ("The baker came.", "The smith came.")
    True
    """

    def __init__(self, phrases: Phrases) -> None:
        self._slots: dict[str, Slot] = {}
        for name in phrases:
            self._slots[name] = Slot(False)
            self._slots[name.capitalize()] = Slot(True)
        for name, choices in phrases.items():
            taken_apart = [self._pieces(choice) for choice in choices]
            self._slots[name].phrases = taken_apart
            self._slots[name.capitalize()].phrases = taken_apart

    def _pieces(self, phrase: str) -> "list[str | Slot]":
        parts = _SLOT.split(phrase)
        for name in parts[1::2]:
            if name not in self._slots:
                raise UnknownNameError("slot", name, self._slots)
        pieces = [self._slots[part] if i % 2 else part for i, part in enumerate(parts)]
        return [piece for piece in pieces if piece != ""]

    def text(self, start: str, key: Keys, given: Mapping[str, str] | None = None) -> str:
        """Return one text.

        Parameters
        ----------
        start : str
            The slot to begin with.
        key : ndarray of uint64, shape (1,)
            What the text depends on, beside the phrases.
        given : mapping of str to str, optional
            What stands in some slots wherever they occur.
        """
        held = {self._slots[name]: text for name, text in (given or {}).items()}
        held |= {
            self._slots[name.capitalize()]: text[:1].upper() + text[1:]
            for name, text in (given or {}).items()
        }
        pieces: list[str] = []
        _write(self._slots[start], _numbers(key), held, pieces)
        return "".join(pieces)


def _write(slot: Slot, numbers: Iterator[int], held: dict[Slot, str], pieces: list[str]) -> None:
    if slot in held:
        pieces.append(held[slot])
        return
    first = len(pieces)
    for piece in slot.phrases[next(numbers) * len(slot.phrases) >> 16]:
        if isinstance(piece, str):
            pieces.append(piece)
        else:
            _write(piece, numbers, held, pieces)
    if slot.capital:
        pieces[first] = pieces[first][:1].upper() + pieces[first][1:]


def _numbers(key: Keys) -> Iterator[int]:
    """Return an endless run of whole numbers below 2**16, made of a key alone."""
    slots = np.arange(WORDS_A_DRAW)
    return chain.from_iterable(
        words(key, slots + start).astype("<u8").view("<u2").tolist()
        for start in count(0, WORDS_A_DRAW)
    )
