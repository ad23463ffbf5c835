"""The shipped layouts cover what they say, and the finger and neighbour tables follow from them."""

import numpy as np
import pytest

from deskhand.behavior_models.digraph_contexts import CONTEXTS, pair_contexts
from deskhand.behavior_models.keyboard_layout import layout_names, load_layout, parse_layout
from deskhand.errors import DeskhandError, UnknownNameError

US = load_layout("qwerty-us")


def test_us_qwerty_makes_every_printable_ascii_character_and_enter() -> None:
    assert set(US.characters) == {10, *range(32, 127)}


@pytest.mark.parametrize("name", layout_names())
def test_no_two_keys_share_a_code(name: str) -> None:
    layout = load_layout(name)
    codes = {
        layout.codes[token]: int(layout.physical[token])
        for token in np.flatnonzero(layout.physical).tolist()
    }
    assert len(codes) == len(set(codes.values())) == int(layout.physical.max())


def test_neighbours_are_mutual_and_keep_the_shift_level() -> None:
    for token in US.characters:
        for other in US.neighbours[token]:
            assert token in US.neighbours[other]
            assert US.shifted[other] == US.shifted[token]
    assert sorted(US.neighbours[ord("g")]) == sorted(b"tyfhvb")


def test_shift_of_the_other_hand_is_held_over_a_run() -> None:
    codes = [US.codes[token] for token in US.with_shift(b"aB JA!x")]
    assert codes == [
        *("KeyA", "ShiftRight", "KeyB", "Space"),
        *("ShiftLeft", "KeyJ", "KeyA", "Digit1", "KeyX"),
    ]


@pytest.mark.parametrize(
    ("before", "now", "context"),
    [
        ("t", "h", "other hand"),
        ("e", "r", "same hand"),
        ("e", "d", "same finger"),
        ("l", "l", "same key"),
        ("a", " ", "to space"),
        (" ", "a", "word start"),
        ("a", ".", "punctuation"),
        ("'", "s", "after punctuation"),
        ("a", "Backspace", "to backspace"),
        ("Backspace", "a", "after backspace"),
        ("Backspace", "Backspace", "backspace again"),
        ("a", "4", "to digit"),
        ("4", "4", "same key"),
        ("a", "ShiftLeft", "to shift"),
        (" ", "ShiftLeft", "word start"),
        ("ShiftLeft", "A", "after shift"),
        ("ArrowDown", "ArrowDown", "same key"),
        ("Control", "s", "named key"),
    ],
)
def test_contexts(before: str, now: str, context: str) -> None:
    place = US.token(now) * 256 + US.token(before)
    assert CONTEXTS[pair_contexts(US)[place]] == context


def test_refusals_name_the_remedy() -> None:
    with pytest.raises(UnknownNameError, match="qwerty-us"):
        load_layout("qwerty")
    with pytest.raises(DeskhandError, match=r"expected .deskhand"):
        parse_layout({"format": "other"}, "mine.json")
