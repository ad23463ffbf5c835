"""A typing pool: the typists of a team, whose texts and presses are planned in common batches.

How a text is typed depends on the person, the session, the text and how often it was typed before,
and on nothing else. So when one of them needs what is not in store, what the others may need soon is
planned along with it: a batch costs little more than one of its parts.
"""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.keyboard_layout import KeyboardLayout
from deskhand.behavior_models.profile import Profile
from deskhand.generators.typing_plan import Typing, TypingBatch, TypistsAtWork, pressed, typed
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
        self.typings: deque[tuple[TypingBatch, int]] = deque()
        self.made = 0
        self.foreseen = False

    def next(self) -> Typing:
        """Return the typing whose turn it is."""
        batch, number = self.typings.popleft()
        return batch.typing(number)

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
        return max(0, min(2 * used, MOST_STORED) - left) if used else 1 - min(left, 1)


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
        self._presses: dict[Press, _Stored] = {}
        self._texts: dict[Manner, dict[str, _Stored]] = {}
        # What was used or foreseen since the last batch: of nothing else can there be too little.
        self._due_presses: dict[Press, _Stored] = {}
        self._due_texts: dict[Manner, dict[str, _Stored]] = {}
        self._together = pool.join(self)

    def foresee(self, text: str, manner: Manner) -> _Stored:
        """Let a text that is not in store be typed along with the next batch."""
        texts = self._texts.setdefault(manner, {})
        stored = texts.get(text)
        if stored is None:
            stored = texts[text] = _Stored(self._key("text", text, *manner))
        if not stored.typings:
            stored.foreseen = True
            self._due_texts.setdefault(manner, {})[text] = stored
        return stored

    def announce(self, text: str, manner: Manner) -> None:
        """Say that a text is what is typed next; see `TypingPool.short`."""
        if not self.foresee(text, manner).typings:
            self._pool.short = True

    def lay_in(self, press: Press) -> _Stored:
        """Let some of a press be planned along with the next batch."""
        stored = self._presses.get(press)
        if stored is None:
            key = self._key("press", press.tokens.hex(), press.held)
            stored = self._presses[press] = self._due_presses[press] = _Stored(key)
        return stored

    def type(self, text: str, manner: Manner) -> Typing:
        """Return how the person types a text this time."""
        stored = self.foresee(text, manner)
        if not stored.typings:
            self._pool.plan_texts(self._together, manner)
        self._due_texts.setdefault(manner, {})[text] = stored
        return stored.next()

    def press(self, press: Press) -> Typing:
        """Return how the person presses keys this time."""
        stored = self.lay_in(press)
        if not stored.typings:
            # What one of them presses, others will.
            for other in () if stored.made else self._together:
                other.lay_in(press)
            self._pool.plan_presses(self._together)
        self._due_presses[press] = stored
        return stored.next()

    def texts_wanted(self, manner: Manner) -> list[tuple[str, _Stored]]:
        """Return the texts to type in a manner, one as often as it is to be typed."""
        due = sorted(self._due_texts.pop(manner, {}).items(), key=itemgetter(0))
        return [one for one in due for _ in range(one[1].texts_missing())]

    def presses_wanted(self) -> list[tuple[Press, _Stored]]:
        """Return the presses to plan, one as often as it is to be pressed."""
        due, self._due_presses = self._due_presses, {}
        return [one for one in due.items() for _ in range(one[1].presses_missing())]

    def _key(self, kind: str, *what: int | str) -> int:
        seed, *session = self._name
        return stream_key(seed, f"keyboard.{kind}", *session, *what)


class TypingPool:
    """Typists who share batches.

    Attributes
    ----------
    short : bool
        Whether somebody has announced a text that is not in store. Who waits before it is typed, until
        others have come to that point too, has it typed in one batch with theirs.
    """

    def __init__(self) -> None:
        self.short = False
        self._alike: list[list[TypingStore]] = []
        self._batches = 0

    def join(self, store: TypingStore) -> list[TypingStore]:
        """Take a typist in; return the growing list of those with the same keyboard."""
        for together in self._alike:
            if together[0].keyboard == store.keyboard:
                together.append(store)
                return together
        self._alike.append([store])
        return self._alike[-1]

    def plan_texts(self, together: Sequence[TypingStore], manner: Manner) -> None:
        """Type what some typists with the same keyboard are foreseen to type in a manner."""
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

    def plan_presses(self, together: Sequence[TypingStore]) -> None:
        """Plan presses of every kind of which some typists with the same keyboard have too few."""
        wanted = [store.presses_wanted() for store in together]
        batch = [one for each in wanted for one in each]
        made = pressed(
            _at_work(together),
            [press for press, _ in batch],
            _members(wanted),
            _keys([stored for _, stored in batch]),
        )
        _put([stored for _, stored in batch], made)


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


def _put(batch: Sequence[_Stored], made: TypingBatch) -> None:
    for number, stored in enumerate(batch):
        stored.typings.append((made, number))
        stored.made += 1
