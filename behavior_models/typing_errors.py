"""Typing errors: slips that the typist notices, takes back and types again.

A slip at a place is another continuation of the text from there on; the typist types the first
few keys of it, notices, takes them back with as many backspaces, and goes on with the text. The
text in the field at the end is therefore the text that was asked for.
"""

from bisect import bisect
from itertools import accumulate
from math import log

from deskhand.behavior_models.keyboard_layout import BACKSPACE, ENTER, KeyboardLayout
from deskhand.behavior_models.typist_traits import LAW_OF_MODE, TypistTraits
from deskhand.streams import Draws

KINDS = (
    "neighbour",
    "substitution",
    "omission",
    "insertion",
    "retyped",
    "transposition",
    "doubling",
)
_LETTERS = b"etaoinshrdlucmfwypvbgkjqxz"  # by how often English uses them
_ERASE = bytes([BACKSPACE])
_BREAK = bytes([ENTER])


class TypingErrors:
    """One person's slips in one mode.

    Parameters
    ----------
    traits : TypistTraits
        The person; profile section ``keyboard``.
    layout : KeyboardLayout
        The keyboard.
    mode : str
        One of `deskhand.behavior_models.typist_traits.MODES`.

    Source
    ------
    Rate, kinds and number of backspaces: profile, ``keyboard.error_*``.

    Examples
    --------
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.behavior_models.typist_traits import draw_typist
    >>> from deskhand.streams import stream
    >>> person = draw_typist(load_profile("office"), stream(7, "doctest"))
    >>> errors = TypingErrors(person, load_layout("qwerty-us"), "form")
    >>> keys, count = errors.make(b"an ordinary line of text " * 4, Draws(7, "doctest"))
    >>> count > 0, keys.count(8) >= count
    (True, True)
    """

    __slots__ = ("_kinds", "_lengths", "_log_keep", "_neighbours")

    def __init__(self, traits: TypistTraits, layout: KeyboardLayout, mode: str) -> None:
        law = LAW_OF_MODE[mode]
        profile = traits.profile
        rates = profile["keyboard", "error_bursts_per_character"]
        rate = min(float(rates.get(mode, rates[law])) * traits.error_factor, 0.5)
        self._log_keep = log(1.0 - rate)
        kinds = profile["keyboard", "error_kinds"]
        self._kinds = _cumulative([float(kinds[kind]) for kind in KINDS])
        self._lengths = _cumulative(profile["keyboard", "error_burst_length"][law])
        self._neighbours = layout.neighbours

    def make(self, text: bytes, draws: Draws) -> tuple[bytes, int]:
        """Return the keys with slips and their repairs, and how many slips there are.

        Parameters
        ----------
        text : bytes
            Tokens without Shift.
        draws : Draws
            Where the chances come from.
        """
        size = len(text)
        # The gap to the next slip is geometric, so only slips cost time, not characters.
        place = int(log(1.0 - draws.uniform()) / self._log_keep)
        if place >= size:
            return text, 0
        parts: list[bytes] = []
        done = count = 0
        while place < size:
            length = 1 + bisect(self._lengths, draws.uniform())
            kind = KINDS[bisect(self._kinds, draws.uniform())]
            wrong = self._continuation(text, place, kind, length, draws)[:length]
            wrong = wrong.partition(_BREAK)[0]  # a slip ends before Enter, which may submit
            if wrong:
                parts += (text[done:place], wrong, _ERASE * len(wrong))
                done = place
                count += 1
            place += 1 + int(log(1.0 - draws.uniform()) / self._log_keep)
        parts.append(text[done:])
        return b"".join(parts), count

    def _continuation(self, text: bytes, place: int, kind: str, length: int, draws: Draws) -> bytes:
        right = text[place : place + length + 2]
        if kind == "omission":
            return right[1:]
        if kind == "transposition" and len(right) > 1:
            return right[1:2] + right[:1] + right[2:]
        if kind == "doubling" and place:
            return text[place - 1 : place] + right
        if kind in ("neighbour", "insertion"):
            near = self._neighbours[right[0]]
            if near:
                slip = near[int(draws.uniform() * len(near))]
                return bytes((slip,)) + (right if kind == "insertion" else right[1:])
        if kind == "substitution" and right[:1].isalpha():
            # Frequent letters replace others more often than rare ones do: the square of a
            # uniform number leans to the front of the list (assumed).
            slip = _LETTERS[int(draws.uniform() ** 2 * len(_LETTERS))]
            if right[:1].isupper():
                slip -= 32
            return bytes((slip,)) + right[1:]
        return right


def _cumulative(weights: list[float]) -> list[float]:
    total = sum(weights)
    return [w / total for w in accumulate(weights)][:-1]
