"""A typing pool: the typists of a team, whose texts and presses are planned in common batches.

How a text is typed depends on the person, the session, the text and how often it was typed before,
and on nothing else. So when one of them needs what is not in store, what the others may need soon is
planned along with it: a batch costs little more than one of its parts.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.keyboard_layout import KeyboardLayout
from deskhand.behavior_models.profile import Profile
from deskhand.generators.typing_plan import Typing, TypistsAtWork, pressed, typed
from deskhand.keyed_draws import Keys, mixed
from deskhand.streams import stream_key

# How many of a press lie in store at first, and the most of any text or press.
FIRST_STORED, MOST_STORED = 4, 64
# After so many batches nobody looks farther ahead than before.
FARTHEST = 3


class Manner(NamedTuple):
    """How a text is typed: the mode, and whether errors that nobody notices stay."""

    mode: str
    uncorrected: bool = False


class Press(NamedTuple):
    """Tokens, and how many of the first are modifiers held until the last key is up."""

    tokens: bytes
    held: int


class _Stored:
    """What is planned of one text or press and not yet used, and how many were planned in all."""

    __slots__ = ("foreseen", "key", "made", "typings")

    def __init__(self, key: int) -> None:
        self.key = key
        self.typings: deque[Typing] = deque()
        self.made = 0
        self.foreseen = False

    def presses_missing(self) -> int:
        """Return how many presses to plan: twice as many are to lie in store as were used, and some more."""
        left = len(self.typings)
        return max(0, min(2 * (self.made - left) + FIRST_STORED, MOST_STORED) - left)

    def texts_missing(self) -> int:
        """Return how many to type: one of a text that is foreseen, more of what was typed before."""
        left = len(self.typings)
        if self.made < 2 and not self.foreseen:
            return 0
        used = self.made - left
        self.foreseen = False
        return max(0, min(FIRST_STORED * used, MOST_STORED) - left) if used else 1 - min(left, 1)


class Keyboard(NamedTuple):
    """What a text is typed on, and as one of which population; only the same share a batch."""

    profile: Profile
    layout: KeyboardLayout
    fidelity: str


class TypingStore:
    """What one typist has in store.

    Parameters
    ----------
    pool : TypingPool
        Plans what is not.
    keyboard : Keyboard
        What the person types on.
    person_key : int
        Names the random numbers that are the person's own.
    name : tuple of int
        The run's seed and the session.
    look_ahead : callable
        Is called before a batch, with how far to look; it foresees texts.
    """

    def __init__(
        self,
        pool: "TypingPool",
        keyboard: Keyboard,
        person_key: int,
        name: tuple[int, ...],
        look_ahead: Callable[[int], None],
    ) -> None:
        self._pool, self._name = pool, name
        self.keyboard, self.person_key, self.look_ahead = keyboard, person_key, look_ahead
        self.presses: dict[Press, _Stored] = {}
        self._texts: dict[Manner, dict[str, _Stored]] = {}
        self._foreseen: dict[Manner, set[str]] = {}
        pool.stores.append(self)

    def foresee(self, text: str, manner: Manner) -> None:
        """Let a text that is not in store be typed along with the next batch."""
        stored = self._texts.get(manner, {}).get(text)
        if stored is None or not stored.typings:
            self._foreseen.setdefault(manner, set()).add(text)

    def lay_in(self, press: Press) -> _Stored:
        """Let some of a press be planned along with the next batch."""
        stored = self.presses.get(press)
        if stored is None:
            key = self._key("press", press.tokens.hex(), press.held)
            stored = self.presses[press] = _Stored(key)
        return stored

    def type(self, text: str, manner: Manner) -> Typing:
        """Return how the person types a text this time."""
        stored = self._texts.get(manner, {}).get(text)
        if stored is None or not stored.typings:
            self.foresee(text, manner)
            self._pool.plan_texts(self, manner)
            stored = self._texts[manner][text]
        return stored.typings.popleft()

    def press(self, press: Press) -> Typing:
        """Return how the person presses keys this time."""
        stored = self.lay_in(press)
        if not stored.typings:
            self._pool.plan_presses(self.keyboard)
        return stored.typings.popleft()

    def texts_wanted(self, manner: Manner) -> list[tuple[str, _Stored]]:
        """Return the texts to type in a manner, one as often as it is to be typed."""
        texts = self._texts.setdefault(manner, {})
        for text in sorted(self._foreseen.pop(manner, ())):
            if text not in texts:
                texts[text] = _Stored(self._key("text", text, *manner))
            texts[text].foreseen = True
        return [
            (text, stored) for text, stored in texts.items() for _ in range(stored.texts_missing())
        ]

    def _key(self, kind: str, *what: int | str) -> int:
        seed, *session = self._name
        return stream_key(seed, f"keyboard.{kind}", *session, *what)


class TypingPool:
    """Typists who share batches.

    Attributes
    ----------
    stores : list of TypingStore
        What each of them has in store.
    """

    def __init__(self) -> None:
        self.stores: list[TypingStore] = []
        self._batches = 0

    def plan_texts(self, asking: TypingStore, manner: Manner) -> None:
        """Type what is foreseen to be typed in a manner, by those with the same keyboard."""
        together = self._together(asking.keyboard)
        # Farther each time, so that a short session types little in vain.
        for store in together:
            store.look_ahead(4 ** min(self._batches, FARTHEST))
        self._batches += 1
        wanted = [store.texts_wanted(manner) for store in together]
        batch = [one for each in wanted for one in each]
        made = typed(
            _at_work(together),
            [text for text, _ in batch],
            _members(wanted),
            _keys([stored for _, stored in batch]),
            manner.mode,
            uncorrected=manner.uncorrected,
        )
        _put([stored for _, stored in batch], made)

    def plan_presses(self, keyboard: Keyboard) -> None:
        """Plan presses of every kind that is short, of those with the same keyboard."""
        together = self._together(keyboard)
        # What one of them presses, others will.
        for press in {press: None for store in together for press in store.presses}:
            for store in together:
                store.lay_in(press)
        wanted = [
            [
                (press, stored)
                for press, stored in store.presses.items()
                for _ in range(stored.presses_missing())
            ]
            for store in together
        ]
        batch = [one for each in wanted for one in each]
        made = pressed(
            _at_work(together),
            [press for press, _ in batch],
            _members(wanted),
            _keys([stored for _, stored in batch]),
        )
        _put([stored for _, stored in batch], made)

    def _together(self, keyboard: Keyboard) -> list[TypingStore]:
        return [store for store in self.stores if store.keyboard == keyboard]


def _at_work(stores: Sequence[TypingStore]) -> TypistsAtWork:
    profile, layout, fidelity = stores[0].keyboard
    person_key = np.array([store.person_key for store in stores], np.uint64)
    return TypistsAtWork(profile=profile, person_key=person_key, layout=layout, fidelity=fidelity)


def _members(wanted: Sequence[Sequence[object]]) -> NDArray[np.intp]:
    """Return whose each part of a batch is."""
    return np.repeat(np.arange(len(wanted), dtype=np.intp), [len(each) for each in wanted])


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
