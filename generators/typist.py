"""A typist at work: what one person types in a session, text by text and press by press."""

from collections.abc import Callable, Iterable
from string import ascii_lowercase, digits

import numpy as np

from deskhand.behavior_models.conditions import condition
from deskhand.behavior_models.keyboard_layout import load_layout
from deskhand.behavior_models.learned_keystrokes import SECTION as LEARNED
from deskhand.behavior_models.one_handed import one_handed_layout
from deskhand.behavior_models.persona import Persona
from deskhand.behavior_models.profile import Profile
from deskhand.behavior_models.typist_traits import LAW_OF_MODE, MODES
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.generators.typing_plan import Typing
from deskhand.generators.typing_pool import Keyboard, Manner, Press, TypingPool, TypingStore

MODIFIERS = ("Control", "Shift", "Alt", "Meta")
# Text of this many words and more is composed, not filled in.
COMPOSED_WORDS = 5
# What is pressed most: to move on, in dates and in drop-downs.
_OFTEN = ("Tab", "Enter", "Backspace", "ArrowDown", "ArrowUp", *ascii_lowercase, *digits)
_OFTEN_CHORDS = ("Alt+Tab", "Control+a", "Control+s", "Control+Enter")

# Given how far to look, returns texts that may come, with their modes or None.
Ahead = Callable[[int], Iterable[tuple[str, str | None]]]


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
        Given how far to look, returns texts that may come, with their modes or None.
    pool : TypingPool, optional
        Whose texts are planned together with this person's. Neither it nor what is foreseen changes
        anything but the time that it takes to make a session.

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
        pool: TypingPool | None = None,
    ) -> None:
        layout = load_layout(persona.keyboard_layout)
        one_handed = condition(persona.condition).one_handed
        self._layout = one_handed_layout(layout) if one_handed else layout
        self._characters = frozenset(map(chr, np.flatnonzero(self._layout.by_point).tolist()))
        self._ahead = ahead
        pool = TypingPool() if pool is None else pool

        def store(profile: Profile) -> TypingStore:
            learned = fidelity if LEARNED in profile.sections else "law"
            keyboard = Keyboard(profile, self._layout, learned)
            return TypingStore(
                pool, keyboard, persona.typing_key, (seed, *session), self._look_ahead
            )

        # What is filled in and pressed, and what is composed.
        self._store, self._composed = (
            store(persona.typing_profile),
            store(persona.composing_profile),
        )
        known = [key for key in _OFTEN if key in self._layout.tokens or self.can_type(key)]
        for chord in (*known, *_OFTEN_CHORDS):
            self._store.lay_in(self._chord(chord))

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
        manner = self._manner(text, mode, uncorrected=uncorrected)
        return self._store_of(manner).type(text, manner)

    def announce(self, text: str, *, mode: str | None = None, uncorrected: bool = False) -> None:
        """Say what is typed next; as for `type`. See `deskhand.generators.typing_pool.TypingPool.short`."""
        manner = self._manner(text, mode, uncorrected=uncorrected)
        self._store_of(manner).announce(text, manner)

    def _manner(self, text: str, mode: str | None, *, uncorrected: bool) -> Manner:
        if not text:
            raise DeskhandError("text '': nothing to type; leave the step out or give a text.")
        if mode is not None and mode not in MODES:
            raise UnknownNameError("typing mode", mode, MODES)
        if not self.can_type(text):
            raise DeskhandError(self._layout.refusal("text", text))
        return Manner(mode or usual_mode(text), uncorrected)

    def foresee(self, texts: Iterable[str], mode: str | None = None) -> None:
        """Let texts that may be typed soon be typed along with others."""
        for text in texts:
            if self.can_type(text):
                manner = Manner(mode or usual_mode(text))
                self._store_of(manner).foresee(text, manner)

    def press(self, key: str, *, count: int = 1) -> Typing:
        """Plan a named key pressed ``count`` times, such as ``press("ArrowDown", count=3)``."""
        if count < 1:
            raise DeskhandError(f"count={count} of {key!r}: must be 1 or more.")
        return self._store.press(Press(bytes([self._layout.token(key)]) * count, 0))

    def chord(self, chord: str, *, count: int = 1) -> Typing:
        """Plan a shortcut such as ``"Control+s"``: modifiers down, key down and up, modifiers up.

        The key is pressed ``count`` times while the modifiers are held.

        Raises
        ------
        DeskhandError
            When the part before the last is not a modifier.
        """
        return self._store.press(self._chord(chord, count))

    def _store_of(self, manner: Manner) -> TypingStore:
        return self._composed if LAW_OF_MODE[manner.mode] == "composition" else self._store

    def _chord(self, chord: str, count: int = 1) -> Press:
        *modifiers, key = chord.split("+") if not chord.endswith("++") else [chord[:-2], "+"]
        for modifier in modifiers:
            if modifier not in MODIFIERS:
                raise UnknownNameError("modifier", modifier, MODIFIERS)
        tokens = bytes(self._layout.token(part) for part in [*modifiers, *[key] * count])
        return Press(tokens, len(modifiers))

    def can_type(self, text: str) -> bool:
        """Return whether a text has a character, and all of them are on the layout."""
        return bool(text) and self._characters.issuperset(text)

    def _look_ahead(self, count: int) -> None:
        for text, mode in self._ahead(count) if self._ahead is not None else ():
            self.foresee((text,), mode)
