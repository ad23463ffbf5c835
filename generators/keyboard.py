"""Key rows: planned typing in, keydown, keyup and input columns out, for a whole session at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.keyboard_layout import TOKENS, KeyboardLayout, load_layout
from deskhand.events import ALT, CONTROL, META, SHIFT, TYPE_CODE
from deskhand.generators.columns import Columns, WordIndex, no_columns
from deskhand.generators.field_edits import INPUT_TYPES
from deskhand.streams import stream

if TYPE_CHECKING:  # the plan holds typing, so it imports the planning of this room
    from deskhand.generators.plan import SessionPlan, Typed

_MODIFIERS = {"Shift": SHIFT, "Control": CONTROL, "Alt": ALT, "Meta": META}
# A browser changes the field within a millisecond of the key's stamp (assumed); the clock counts
# milliseconds, so it has done so before the next stamp.
_INPUT_LAG_US = (200, 900)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Words:
    """A layout's words, and their codes by token; -1 is null."""

    keys: list[str]
    key: NDArray[np.int32]
    codes: list[str]
    code: NDArray[np.int32]
    values: list[str]
    value: NDArray[np.int32]


@cache
def _words(layout: KeyboardLayout, keys_used: int) -> _Words:
    keys, codes, values = WordIndex(), WordIndex(), WordIndex()
    key, code, value = (np.full(TOKENS, -1, np.int32) for _ in range(3))
    for token in np.flatnonzero((layout.physical > 0) & (layout.physical <= keys_used)).tolist():
        key[token] = keys[layout.key_names[token]]
        code[token] = codes[layout.codes[token]]
    for token in layout.characters:
        value[token] = values[layout.text[token]]
    return _Words(
        keys=keys.words(),
        key=key,
        codes=codes.words(),
        code=code,
        values=values.words(),
        value=value,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Presses:
    """All keys of a session, typing after typing; see `deskhand.generators.typist.Typing`.

    ``typing`` is the place in the plan's list, ``repeats`` says which keys are sent because the one
    before is still held.
    """

    tokens: NDArray[np.uint8]
    typing: NDArray[np.intp]
    down_us: NDArray[np.int64]
    up_us: NDArray[np.int64]
    edit: NDArray[np.int8]
    caret: NDArray[np.int32]
    length: NDArray[np.int32]
    repeats: NDArray[np.bool_]


def _presses(typed: "Sequence[Typed]", layout: KeyboardLayout) -> _Presses:
    sizes = np.array([len(item.typing.tokens) for item in typed], np.intp)

    def of(name: str) -> NDArray[Any]:
        return np.concatenate([attrgetter(name)(item.typing) for item in typed])

    def each(values: "list[int]") -> NDArray[np.int64]:
        return np.repeat(np.array(values, np.int64), sizes)

    tokens = of("tokens")
    start_us = each([item.start_us for item in typed])
    down_us, up_us = start_us + of("down_us"), start_us + of("up_us")
    typing = np.repeat(np.arange(len(typed)), sizes)
    # A held key repeats without coming up; a character's key that is down again was let go.
    named = np.ones(TOKENS, np.bool_)
    named[list(layout.characters)] = False
    repeats = np.zeros(len(tokens), np.bool_)
    repeats[1:] = (tokens[1:] == tokens[:-1]) & named[tokens[1:]]
    repeats[1:] &= (down_us[1:] == up_us[:-1]) & (typing[1:] == typing[:-1])
    return _Presses(
        tokens=tokens,
        typing=typing,
        down_us=down_us,
        up_us=up_us,
        edit=of("edit"),
        caret=(each([item.offset for item in typed]) + of("caret")).astype(np.int32),
        length=(each([item.length for item in typed]) + of("length")).astype(np.int32),
        repeats=repeats,
    )


def render_keyboard(plan: "SessionPlan") -> Columns:
    """Return the key and input rows of everything typed in a session.

    Parameters
    ----------
    plan : SessionPlan
        Its ``typed`` texts, in time order and not overlapping.

    Returns
    -------
    Columns
        For each key a keydown and, unless it repeats, a keyup row; for each that edits a field an
        input row, whose ``detail`` is the caret before the edit and whose ``value_length`` is the
        field's length after it: an insertion puts ``value`` at the caret, a deletion takes what
        is missing from before it. Keyups stand before keydowns and these before inputs, so that
        rows of equal time sort into a possible order. Masked rows tell when, not which: key,
        code, modifiers and value are null.
    """
    if not plan.typed:
        return no_columns()
    layout = load_layout(plan.persona.keyboard_layout)
    presses = _presses(plan.typed, layout)
    tokens, typing = presses.tokens, presses.typing
    # The words of the main block, unless another key is pressed.
    words = _words(layout, max(layout.main_keys, int(layout.physical[tokens].max())))
    masked = np.array([item.masked for item in plan.typed], np.bool_)[typing]
    action_id = np.array([item.action_id for item in plan.typed], np.int32)[typing]
    targets = WordIndex()
    target = targets.encode([item.target for item in plan.typed])[typing]

    last = np.append(~presses.repeats[1:], True)
    up, down, edit = np.flatnonzero(last), np.arange(len(tokens)), np.flatnonzero(presses.edit >= 0)
    row = np.concatenate([up, down, edit])
    is_key = np.repeat([True, False], [len(up) + len(down), len(edit)])
    is_down = np.repeat([False, True, False], [len(up), len(down), len(edit)])
    rng = stream(plan.seed, "keyboard.input", plan.team, plan.person, plan.day)
    input_us = presses.down_us[edit] + rng.integers(*_INPUT_LAG_US, len(edit))
    held_up, held_down = _modifiers(presses, up, layout)
    hidden = masked[row]

    def words_of(code: NDArray[np.int32], shown: NDArray[np.bool_]) -> NDArray[np.int32]:
        return np.where(shown, code, np.int32(-1))

    return Columns(
        t_us=np.concatenate([presses.up_us[up], presses.down_us, input_us]),
        type=np.repeat(
            np.array([TYPE_CODE["keyup"], TYPE_CODE["keydown"], TYPE_CODE["input"]], np.int8),
            [len(up), len(down), len(edit)],
        ),
        action_id=action_id[row],
        numbers={
            "detail": presses.caret[row],
            "value_length": presses.length[row],
            "modifiers": np.concatenate([held_up, held_down, np.zeros(len(edit), np.int8)]),
            "repeat": presses.repeats[row] & is_down,
            "masked": hidden,
        },
        numbers_null={
            "detail": is_key,
            "value_length": is_key,
            "modifiers": hidden | ~is_key,
            "repeat": ~is_key,
        },
        words={
            "target": (target[row], targets.words()),
            "key": (words_of(words.key[tokens[row]], is_key & ~hidden), words.keys),
            "code": (words_of(words.code[tokens[row]], is_key & ~hidden), words.codes),
            "value": (words_of(words.value[tokens[row]], ~is_key & ~hidden), words.values),
            "input_type": (
                words_of(presses.edit[row].astype(np.int32), ~is_key),
                list(INPUT_TYPES),
            ),
        },
    )


def _modifiers(
    presses: _Presses, up: NDArray[np.intp], layout: KeyboardLayout
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return the modifiers that are down at each keyup and at each keydown."""
    up_us, down_us = presses.up_us[up], presses.down_us
    at_up, at_down = np.zeros(len(up_us), np.int8), np.zeros(len(down_us), np.int8)
    physical = layout.physical[presses.tokens]
    for modifier, bit in _MODIFIERS.items():
        numbers = {
            int(layout.physical[token])
            for token, name in enumerate(layout.key_names)
            if name == modifier
        }
        here = np.flatnonzero(np.isin(physical, list(numbers)))
        if here.size:
            begin_us, end_us = np.sort(down_us[here]), np.sort(presses.up_us[here])
            # At its own keydown a modifier counts as down, at its own keyup as up.
            held = np.searchsorted(begin_us, up_us, "left")
            at_up |= bit * (held > np.searchsorted(end_us, up_us, "right"))
            held = np.searchsorted(begin_us, down_us, "right")
            at_down |= bit * (held > np.searchsorted(end_us, down_us, "right"))
    return at_up, at_down
