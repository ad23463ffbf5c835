"""A typist at work: what one person types in a session, text by text and press by press.

How a text is typed depends on the person, the session, the text and how often it was typed before,
and on nothing else. So texts that may come next are typed along with the one that is asked for, and
presses are laid in store: a batch costs little more than one of its parts.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from string import ascii_lowercase, digits
from typing import NamedTuple

import numpy as np

from deskhand.behavior_models.keyboard_layout import load_layout
from deskhand.behavior_models.learned_keystrokes import SECTION as LEARNED
from deskhand.behavior_models.persona import Persona
from deskhand.behavior_models.typist_traits import MODES
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.generators.typing_plan import Typing, TypistAtWork, pressed, typed
from deskhand.keyed_draws import Keys, mixed
from deskhand.streams import stream_key

MODIFIERS = ("Control", "Shift", "Alt", "Meta")
# Text of this many words and more is composed, not filled in.
COMPOSED_WORDS = 5
# The most texts of a kind that are typed ahead, and presses of a kind laid in store.
MOST_AHEAD, MOST_STORED = 16, 16
# What is pressed most: to move on, in dates and in drop-downs.
_OFTEN = ("Tab", "Enter", "Backspace", "ArrowDown", "ArrowUp", *ascii_lowercase, *digits)
_OFTEN_CHORDS = ("Alt+Tab", "Control+a", "Control+s", "Control+Enter")

# Given a number, returns as many of the next texts of each kind, with their modes or None.
Ahead = Callable[[int], Iterable[tuple[str, str | None]]]


class _Text(NamedTuple):
    text: str
    mode: str
    uncorrected: bool = False


class _Press(NamedTuple):
    tokens: bytes
    held: int


class _Stored:
    """What is planned of one text or press and not yet used, and how many were planned in all."""

    __slots__ = ("key", "made", "typings")

    def __init__(self, key: int) -> None:
        self.key = key
        self.typings: deque[Typing] = deque()
        self.made = 0

    def wanted(self) -> int:
        """Return how many to keep of what is used time and again, so that what is rare costs little."""
        return min(self.made - len(self.typings) + 3, MOST_STORED)


def _keys(batch: Sequence[_Stored]) -> Keys:
    """Return the key of each typing to plan: of what is typed, and of how often it was before."""
    more = Counter[int]()
    numbers = []
    for stored in batch:
        numbers.append(stored.made + more[stored.key])
        more[stored.key] += 1
    return mixed(np.array([stored.key for stored in batch], np.uint64), np.array(numbers))


def _put(batch: Sequence[_Stored], made: Iterable[Typing]) -> None:
    for stored, typing in zip(batch, made, strict=True):
        stored.typings.append(typing)
        stored.made += 1


def usual_mode(text: str) -> str:
    """Return how a text is typed unless it is told: long ones are composed.

    Examples
    --------
    >>> usual_mode("Lindholm Freight"), usual_mode("They would like to hear from us.")
    ('form', 'composition')
    """
    return "composition" if text.count(" ") + 1 >= COMPOSED_WORDS else "form"


class Typist:
    """Plans what one person types in one session.

    Parameters
    ----------
    persona : Persona
        Who types, on which layout.
    seed : int
        The run's seed.
    session : tuple of int
        Which session: team, person and day.
    fidelity : str
        ``"law"`` or ``"learned"``; the latter where the population has a network of keystrokes.
    ahead : callable, optional
        Given a number, returns as many of the next texts of each kind, with their modes or None.
        What is foreseen changes nothing but the time that it takes to make a session.

    Examples
    --------
    >>> from deskhand.behavior_models.persona import draw_persona
    >>> from deskhand.behavior_models.profile import load_profile
    >>> persona = draw_persona(load_profile("office"), seed=7, team=0, person=0)
    >>> typing = Typist(persona, 7, (0, 0, 0)).type("Lindholm Freight")
    >>> typing.text, 1_000_000 < typing.duration_us < 15_000_000
    ('Lindholm Freight', True)
    """

    def __init__(
        self,
        persona: Persona,
        seed: int,
        session: tuple[int, int, int],
        *,
        fidelity: str = "law",
        ahead: Ahead | None = None,
    ) -> None:
        self._layout = load_layout(persona.keyboard_layout)
        self._who = TypistAtWork(
            profile=persona.typing_profile,
            person_key=np.array([persona.typing_key], np.uint64),
            layout=self._layout,
            fidelity=fidelity if LEARNED in persona.typing_profile.sections else "law",
        )
        self._seed, self._session = seed, session
        self._ahead = ahead
        self._batches = 0
        self._foreseen: dict[tuple[tuple[str, ...], str | None], set[_Text]] = {}
        self._texts: dict[_Text, _Stored] = {}
        self._presses: dict[_Press, _Stored] = {}

    def type(self, text: str, *, mode: str | None = None, uncorrected: bool = False) -> Typing:
        r"""Plan a text; ``"\n"`` is the Enter key.

        Parameters
        ----------
        text : str
            Characters of the layout; at least one.
        mode : str, optional
            ``form``, ``transcription``, ``composition`` or ``password``; see `usual_mode`.
        uncorrected : bool
            Whether errors that nobody notices stay in the field.

        Raises
        ------
        DeskhandError
            When the text is empty or a character is not on the layout.
        UnknownNameError
            When there is no such mode.
        """
        asked = _Text(text, mode or usual_mode(text), uncorrected)
        stored = self._texts.get(asked)
        if stored is None or not stored.typings:
            stored = self._type(asked)
        return stored.typings.popleft()

    def foresee(self, given: Sequence[str], mode: str | None = None) -> None:
        """Let texts that are typed now and then be typed along with others."""
        texts = tuple(given)
        if (texts, mode) not in self._foreseen:
            made = {_Text(text, mode or usual_mode(text)) for text in texts}
            self._foreseen[texts, mode] = made

    def press(self, key: str, *, count: int = 1) -> Typing:
        """Plan a named key pressed ``count`` times, such as ``press("ArrowDown", count=3)``."""
        if count < 1:
            raise DeskhandError(f"count={count} of {key!r}: must be 1 or more.")
        return self._press(_Press(bytes([self._layout.token(key)]) * count, 0))

    def chord(self, chord: str, *, count: int = 1) -> Typing:
        """Plan a shortcut such as ``"Control+s"``: modifiers down, key down and up, modifiers up.

        The key is pressed ``count`` times while the modifiers are held.

        Raises
        ------
        DeskhandError
            When the part before the last is not a modifier.
        """
        return self._press(self._chord(chord, count))

    def _chord(self, chord: str, count: int = 1) -> _Press:
        *modifiers, key = chord.split("+") if not chord.endswith("++") else [chord[:-2], "+"]
        for modifier in modifiers:
            if modifier not in MODIFIERS:
                raise UnknownNameError("modifier", modifier, MODIFIERS)
        tokens = bytes(self._layout.token(part) for part in [*modifiers, *[key] * count])
        return _Press(tokens, len(modifiers))

    def _type(self, asked: _Text) -> _Stored:
        """Type a text, and along with it those foreseen that are typed in the same way."""
        if not asked.text:
            raise DeskhandError("text '': nothing to type; leave the step out or give a text.")
        if asked.mode not in MODES:
            raise UnknownNameError("typing mode", asked.mode, MODES)
        self._layout.encode(asked.text)
        # More each time, so that a short session types little in vain.
        later = self._ahead(min(4**self._batches, MOST_AHEAD)) if self._ahead is not None else ()
        self._batches += 1
        wanted = Counter(_Text(text, mode or usual_mode(text)) for text, mode in later)
        for one in set().union(*self._foreseen.values()):
            wanted[one] = self._texts[one].wanted() if one in self._texts else 2
        wanted[asked] = max(wanted[asked], 1)
        texts, batch = [], []
        for one, count in sorted(wanted.items()):
            if one[1:] == asked[1:] and (one in self._texts or self.can_type(one.text)):
                if one not in self._texts:
                    self._texts[one] = self._stored("text", one)
                stored = self._texts[one]
                more = count - len(stored.typings)
                texts += [one.text] * more
                batch += [stored] * more
        made = typed(self._who, texts, _keys(batch), asked.mode, uncorrected=asked.uncorrected)
        _put(batch, made)
        return self._texts[asked]

    def can_type(self, text: str) -> bool:
        """Return whether a text has a character, and all of them are on the layout."""
        return bool(text) and bool(self._layout.lookup(text).all())

    def _press(self, press: _Press) -> Typing:
        stored = self._presses.get(press)
        if stored is None or not stored.typings:
            stored = self._fill(press)
        return stored.typings.popleft()

    def _fill(self, press: _Press) -> _Stored:
        """Plan presses of every kind that is short."""
        new = [press]
        if not self._presses:
            known = [key for key in _OFTEN if key in self._layout.tokens or self.can_type(key)]
            new += map(self._chord, (*known, *_OFTEN_CHORDS))
        for one in new:
            if one not in self._presses:
                self._presses[one] = self._stored("press", (one.tokens.hex(), one.held))
        presses, batch = [], []
        for one, stored in self._presses.items():
            more = stored.wanted() - len(stored.typings)
            presses += [one] * more
            batch += [stored] * more
        _put(batch, pressed(self._who, presses, _keys(batch)))
        return self._presses[press]

    def _stored(self, what: str, named: tuple[int | str, ...]) -> _Stored:
        return _Stored(stream_key(self._seed, f"keyboard.{what}", *self._session, *named))
