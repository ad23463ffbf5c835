"""Typing plans: texts, key presses and shortcuts of several people, many at once, each for one action."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import layout_vocabulary
from deskhand.behavior_models.key_sequences import KeySequences
from deskhand.behavior_models.keyboard_layout import KeyboardLayout
from deskhand.behavior_models.profile import Profile
from deskhand.behavior_models.text_edits import CODE
from deskhand.behavior_models.text_tokens import TextTokens
from deskhand.generators.field_edits import NO_EDIT, field_edits
from deskhand.generators.typed_texts import TextRequests, stamped_keys_us, typed_texts
from deskhand.keyed_draws import Keys

# The key comes up before its modifiers, and these one after another, by this at least (assumed).
_APART_US = 1_000
# From this code on an error is no slip: right keys taken back, other words chosen.
_NO_SLIP = CODE["no-error"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Typing:
    """Keys that one action presses, in the order of their downs.

    Parameters
    ----------
    duration_us : int
        From the first key's down until all keys are up.
    text : str
        What is in the field when they are; empty for presses and shortcuts.
    error_count : int
        Slips made on the way.
    tokens : NDArray[np.uint8], shape (n,)
        Tokens of the person's keyboard layout.
    down_us, up_us : NDArray[np.int64], shape (n,)
        Since the first down, on the person's clock.
    edit : NDArray[np.int8], shape (n,)
        What a key does to the field: a place in `deskhand.generators.field_edits.INPUT_TYPES`,
        or -1.
    caret, length : NDArray[np.int32], shape (n,)
        Caret before each key and length after it, counted from where the typing began.
    """

    duration_us: int
    text: str
    error_count: int
    tokens: NDArray[np.uint8]
    down_us: NDArray[np.int64]
    up_us: NDArray[np.int64]
    edit: NDArray[np.int8]
    caret: NDArray[np.int32]
    length: NDArray[np.int32]

    def paced(self, factor: float) -> "Typing":
        """Return the same keys, typed more slowly or faster.

        Times stay on the grid of the keyboard's clock, which is the longest step that divides them
        all, and what came after something else still does.

        Parameters
        ----------
        factor : float
            On all times.
        """
        count = len(self.tokens)
        at = np.concatenate([self.down_us, self.up_us])
        tick = max(int(np.gcd.reduce(at)), 1)
        order = at.argsort(kind="stable")
        at = at[order]
        steps = np.zeros(len(at), np.int64)
        np.cumsum(at[1:] > at[:-1], out=steps[1:])
        ticks = np.rint(at * (factor / tick)).astype(np.int64) - steps
        made = np.empty_like(at)
        made[order] = tick * (np.maximum.accumulate(ticks) + steps)
        return replace(self, duration_us=int(made.max()), down_us=made[:count], up_us=made[count:])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TypingBatch:
    """What was planned in one go, m parts and n keys in all; parts become typings when they are needed.

    Parameters
    ----------
    ends : list of int, length m + 1
        Where parts begin, and where the last one ends.
    texts : list of str, length m
    error_counts : list of int, length m
    held : list of int, length m
        How many of a part's first keys are modifiers held until the last key is up.
    tokens, down_us, up_us, edit, caret, length : NDArray, shape (n,)
        As in `Typing`.
    """

    ends: list[int]
    texts: list[str]
    error_counts: list[int]
    held: list[int]
    tokens: NDArray[np.uint8]
    down_us: NDArray[np.int64]
    up_us: NDArray[np.int64]
    edit: NDArray[np.int8]
    caret: NDArray[np.int32]
    length: NDArray[np.int32]

    def typing(self, number: int) -> Typing:
        """Return one part."""
        rows = slice(self.ends[number], self.ends[number + 1])
        up_us, held = self.up_us[rows], self.held[number]
        if held:
            up_us = up_us.copy()
            up_us[held - 1] = max(up_us[held - 1], up_us[-1] + _APART_US)
            for place in range(held - 2, -1, -1):
                up_us[place] = max(up_us[place], up_us[place + 1] + _APART_US)
        return Typing(
            duration_us=int(up_us.max()),
            text=self.texts[number],
            error_count=self.error_counts[number],
            tokens=self.tokens[rows],
            down_us=self.down_us[rows],
            up_us=up_us,
            edit=self.edit[rows],
            caret=self.caret[rows],
            length=self.length[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TypistsAtWork:
    """p people at keyboards of one kind.

    Parameters
    ----------
    profile : Profile
        The population.
    person_key : NDArray[np.uint64], shape (p,)
        Names the random numbers that are a person's own.
    layout : KeyboardLayout
        The keyboard.
    fidelity : str
        ``"law"`` or ``"learned"``.
    """

    profile: Profile
    person_key: Keys
    layout: KeyboardLayout
    fidelity: str


def typed(
    who: TypistsAtWork,
    texts: Sequence[str],
    person: NDArray[np.intp],
    text_key: Keys,
    mode: str,
    *,
    uncorrected: bool,
) -> TypingBatch:
    """Plan texts that people type into fields.

    Parameters
    ----------
    who : TypistsAtWork
        The people.
    texts : sequence of str
        At least one; none is empty.
    person : NDArray[np.intp], shape (m,)
        Who types each text.
    text_key : NDArray[np.uint64], shape (m,)
        Names the random numbers that are a text's own.
    mode : str
        One of `deskhand.behavior_models.typist_traits.MODES`.
    uncorrected : bool
        Whether errors that nobody notices stay.
    """
    token, first = who.layout.encode_all(texts)
    made = typed_texts(
        who.profile,
        who.layout,
        TextRequests(
            tokens=TextTokens(token=token, first=first, paste=np.zeros(0, np.intp), pasted=[]),
            text_key=text_key,
            person=person,
            person_key=who.person_key,
        ),
        mode,
        fidelity=who.fidelity,
        uncorrected=uncorrected,
    )
    entry, strokes = made.entry, made.strokes
    edits = field_edits(entry, who.layout, play=uncorrected)
    # A slip starts where keys become wrong, or wrong in another way.
    wrong = np.append(np.uint8(0), np.where(entry.error < _NO_SLIP, entry.error, 0))
    slips = np.append(0, np.cumsum((wrong[1:] > 0) & (wrong[1:] != wrong[:-1])))
    slips = np.diff(slips[np.append(entry.first, len(entry.token))])
    return TypingBatch(
        ends=[*strokes.first.tolist(), len(strokes.stroke)],
        texts=[edits.left.get(number, text) for number, text in enumerate(texts)],
        error_counts=slips.tolist(),
        held=[0] * len(texts),
        tokens=strokes.stroke,
        down_us=made.down_us,
        up_us=made.up_us,
        edit=np.where(made.own, edits.kind[strokes.source], NO_EDIT).astype(np.int8),
        caret=edits.caret[strokes.source],
        length=edits.length[strokes.source],
    )


def pressed(
    who: TypistsAtWork,
    presses: Sequence[tuple[bytes, int]],
    person: NDArray[np.intp],
    press_key: Keys,
) -> TypingBatch:
    """Plan key presses and shortcuts, which edit no field by themselves.

    Parameters
    ----------
    who : TypistsAtWork
        The people.
    presses : sequence of (bytes, int)
        Tokens, and how many of the first are modifiers held until the last key is up.
    person : NDArray[np.intp], shape (m,)
        Who presses each.
    press_key : NDArray[np.uint64], shape (m,)
        Names the random numbers that are a press's own.
    """
    ends = np.cumsum([0, *(len(tokens) for tokens, _ in presses)])
    tokens = np.frombuffer(b"".join(tokens for tokens, _ in presses), np.uint8)
    sequences = KeySequences(
        vocabulary=layout_vocabulary(who.layout),
        key=tokens.astype(np.intp),
        first=ends[:-1],
        person=person,
        person_key=who.person_key,
        sequence_key=press_key,
    )
    # Not as a form is filled in, where Tab and Enter are followed by a look at the next field.
    down_us, up_us = stamped_keys_us(who.profile, sequences, "transcription", who.fidelity)
    none = np.zeros(len(tokens), np.int32)
    return TypingBatch(
        ends=ends.tolist(),
        texts=[""] * len(presses),
        error_counts=[0] * len(presses),
        held=[held for _, held in presses],
        tokens=tokens,
        down_us=down_us,
        up_us=up_us,
        edit=np.full(len(tokens), NO_EDIT, np.int8),
        caret=none,
        length=none,
    )
