"""Key rows: planned typing in, keydown, keyup and input columns out, for a whole session at once."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.keyboard_layout import (
    BACKSPACE,
    ENTER,
    TOKENS,
    KeyboardLayout,
    load_layout,
)
from deskhand.events import ALT, CONTROL, META, SHIFT, TYPE_CODE
from deskhand.generators.columns import Columns, WordIndex, no_columns
from deskhand.generators.key_presses import KeyPresses, key_presses
from deskhand.streams import stream

if TYPE_CHECKING:  # the plan holds typing, so it imports the planning of this room
    from deskhand.generators.plan import SessionPlan

INPUT_TYPES = ["insertText", "deleteContentBackward", "insertLineBreak"]
_MODIFIERS = {"Shift": SHIFT, "Control": CONTROL, "Alt": ALT, "Meta": META}
# A browser changes the field within a millisecond or two of the key's stamp (assumed).
_INPUT_LAG_US = (200, 1800)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Words:
    """A layout's words, their codes by token (-1 is null), and what a token does to a field."""

    keys: list[str]
    key: NDArray[np.int32]
    codes: list[str]
    code: NDArray[np.int32]
    values: list[str]
    value: NDArray[np.int32]
    input_type: NDArray[np.int32]
    growth: NDArray[np.int32]


@cache
def _words(layout: KeyboardLayout, keys_used: int) -> _Words:
    keys, codes, values = WordIndex(), WordIndex(), WordIndex()
    key, code, value, input_type = (np.full(TOKENS, -1, np.int32) for _ in range(4))
    for token in np.flatnonzero((layout.physical > 0) & (layout.physical <= keys_used)).tolist():
        key[token] = keys[layout.key_names[token]]
        code[token] = codes[layout.codes[token]]
    for token in layout.characters:
        value[token] = values[layout.text[token]]
        input_type[token] = 0
    input_type[BACKSPACE], input_type[ENTER] = 1, 2
    growth = (input_type >= 0).astype(np.int32)
    growth[BACKSPACE] = -1
    return _Words(
        keys=keys.words(),
        key=key,
        codes=codes.words(),
        code=code,
        values=values.words(),
        value=value,
        input_type=input_type,
        growth=growth,
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
        For each key a keyup and a keydown row; for each that edits a field an input row, whose
        ``detail`` is the caret before the edit and whose ``value_length`` is the field's length
        after it: an insertion puts ``value`` at the caret, a deletion takes the character before
        it. Keyups stand before keydowns and these before inputs, so that rows of equal time
        sort into a possible order. Masked rows tell when, not which: key, code, modifiers and
        value are null.
    """
    if not plan.typed:
        return no_columns()
    layout = load_layout(plan.persona.keyboard_layout)
    presses = key_presses(plan)
    tokens, typing = presses.tokens, presses.typing
    # The words of the main block, unless another key is pressed.
    words = _words(layout, max(layout.main_keys, int(layout.physical[tokens].max())))
    typed = plan.typed
    masked = np.array([t.masked or t.typing.secret for t in typed], dtype=np.bool_)[typing]
    edits = np.array([t.typing.edits for t in typed], dtype=np.bool_)[typing]

    growth = words.growth[tokens] * edits
    edit = np.flatnonzero(growth)
    after = np.cumsum(growth)
    before = after - growth
    base = before[presses.first]
    caret = np.array([t.offset for t in typed], np.int32) - base
    length = np.array([t.length for t in typed], np.int32) - base

    size, edited = len(tokens), len(edit)
    rng = stream(plan.seed, "keyboard.input", plan.team, plan.person, plan.day)
    input_us = presses.down_us[edit] + rng.integers(*_INPUT_LAG_US, edited)

    key = np.where(masked, np.int32(-1), words.key[tokens])
    code = np.where(masked, np.int32(-1), words.code[tokens])
    value = np.where(masked[edit], np.int32(-1), words.value[tokens[edit]])
    no_word = np.full(edited, -1, np.int32)
    none = np.zeros(2 * size, np.int32)
    at_key, at_edit = np.zeros(2 * size, dtype=np.bool_), np.zeros(edited, dtype=np.bool_)

    action_id = np.array([t.action_id for t in typed], np.int32)[typing]
    targets = WordIndex()
    target = targets.encode([t.target for t in typed])[typing]
    modifiers = _modifiers(presses, layout)
    return Columns(
        t_us=np.concatenate([presses.up_us, presses.down_us, input_us]),
        type=np.repeat(
            np.array([TYPE_CODE["keyup"], TYPE_CODE["keydown"], TYPE_CODE["input"]], np.int8),
            [size, size, edited],
        ),
        action_id=np.concatenate([action_id, action_id, action_id[edit]]),
        numbers={
            "detail": np.concatenate([none, caret[typing[edit]] + before[edit]]),
            "value_length": np.concatenate([none, length[typing[edit]] + after[edit]]),
            "modifiers": np.concatenate([modifiers, np.zeros(edited, np.int8)]),
            "repeat": np.concatenate([at_key, at_edit]),
            "masked": np.concatenate([masked, masked, masked[edit]]),
        },
        numbers_null={
            "detail": np.concatenate([~at_key, at_edit]),
            "value_length": np.concatenate([~at_key, at_edit]),
            "modifiers": np.concatenate([masked, masked, ~at_edit]),
            "repeat": np.concatenate([at_key, ~at_edit]),
        },
        words={
            "target": (np.concatenate([target, target, target[edit]]), targets.words()),
            "key": (np.concatenate([key, key, no_word]), words.keys),
            "code": (np.concatenate([code, code, no_word]), words.codes),
            "value": (np.concatenate([none - 1, value]), words.values),
            "input_type": (
                np.concatenate([none - 1, words.input_type[tokens[edit]]]),
                INPUT_TYPES,
            ),
        },
    )


def _modifiers(presses: KeyPresses, layout: KeyboardLayout) -> NDArray[np.int8]:
    """Return the modifiers that are down at each keyup and, after these, at each keydown."""
    size = len(presses.tokens)
    bits = np.zeros(2 * size, np.int8)
    physical = layout.physical[presses.tokens]
    for modifier, bit in _MODIFIERS.items():
        numbers = {
            int(layout.physical[token])
            for token, name in enumerate(layout.key_names)
            if name == modifier
        }
        here = np.flatnonzero(np.isin(physical, list(numbers)))
        if here.size:
            down_us, up_us = np.sort(presses.down_us[here]), np.sort(presses.up_us[here])
            # At its own keydown a modifier counts as down, at its own keyup as up.
            held = np.searchsorted(down_us, presses.up_us, "left")
            bits[:size] |= bit * (held > np.searchsorted(up_us, presses.up_us, "right"))
            held = np.searchsorted(down_us, presses.down_us, "right")
            bits[size:] |= bit * (held > np.searchsorted(up_us, presses.down_us, "right"))
    return bits
