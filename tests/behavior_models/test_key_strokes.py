"""Strokes write the text: a keyboard of the test's own, with its modifiers, reads them back."""

import json
from importlib.resources import files
from unicodedata import normalize

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.behavior_models.key_strokes import CAPS_LOCK_RUN, KeyStrokes, key_strokes
from deskhand.behavior_models.keyboard_layout import KeyboardLayout, layout_names, load_layout
from deskhand.errors import DeskhandError

LAYOUTS = [load_layout(name) for name in layout_names()]
_ACCENTS = {"`": "\u0300", "\u00b4": "\u0301", "^": "\u0302", "~": "\u0303", "\u00a8": "\u0308"}
_LEVELS = ("unshifted", "shifted", "altgr", "shifted_altgr")


def _keys(name: str) -> dict[str, dict[str, object]]:
    """Return a layout file's keys by code, those of the layout it is like included."""
    file = files("deskhand.behavior_models") / "layouts" / f"{name}.json"
    data = json.loads(file.read_text("utf-8"))
    keys = _keys(data["like"]) if "like" in data else {}
    for key in data["keys"]:
        if any(field in key for field in ("key", *_LEVELS)) or key["code"] not in keys:
            keys[key["code"]] = key
    return keys


KEYS = {layout.name: _keys(layout.name) for layout in LAYOUTS}


def _written(layout: KeyboardLayout, strokes: KeyStrokes, number: int) -> str:
    """Return what one text's strokes write, by their codes and held modifiers alone."""
    ends = np.append(strokes.first, len(strokes.stroke))
    held = zip(strokes.held.tolist(), strokes.held_to.tolist(), strict=True)
    until = dict(held)
    locked, shift_to, altgr_to, accent, text = False, -1, -1, "", ""
    for at in range(ends[number], ends[number + 1]):
        code = layout.codes[strokes.stroke[at]]
        if code in ("ShiftLeft", "ShiftRight"):
            shift_to = until[at]
        elif code == "AltRight":
            altgr_to = until[at]
        elif code == "CapsLock":
            locked = not locked
        elif code == "Enter":
            text += "\n"
        else:
            key, level = KEYS[layout.name][code], int(at <= shift_to) + 2 * int(at <= altgr_to)
            small, large = (key.get(_LEVELS[level - level % 2 + up], "") for up in (0, 1))
            if locked and small != large == str(small).upper():
                level ^= 1
            character = str(key[_LEVELS[level]])
            dead = key.get("dead", [])
            assert isinstance(dead, list)
            if _LEVELS[level] in dead:
                accent = character
            elif accent:
                text += (
                    accent if character == " " else normalize("NFC", character + _ACCENTS[accent])
                )
                accent = ""
            else:
                text += character
    assert not locked
    assert not accent
    return text


def _layout_and_texts() -> st.SearchStrategy[tuple[KeyboardLayout, list[str], list[bool]]]:
    def drawn(
        layout: KeyboardLayout,
    ) -> st.SearchStrategy[tuple[KeyboardLayout, list[str], list[bool]]]:
        every = [layout.text[token] for token in layout.characters]
        capitals = [c for c in every if c.isupper()] + [" "]
        text = st.one_of(
            st.text(st.sampled_from(every), max_size=30),
            st.text(st.sampled_from(capitals), max_size=30),
            st.lists(st.sampled_from(["ABCD", "EF", " ", "x", "GH IJ", "!", "\n"])).map("".join),
        )
        rows = st.lists(st.tuples(text, st.booleans()), max_size=6)
        return rows.map(lambda given: (layout, [t for t, _ in given], [c for _, c in given]))

    return st.sampled_from(LAYOUTS).flatmap(drawn)


@pytest.mark.parametrize("layout", LAYOUTS, ids=layout_names())
def test_every_character_is_written_by_its_strokes(layout: KeyboardLayout) -> None:
    texts = [layout.text[token] for token in layout.characters]
    strokes = key_strokes(*layout.encode_all(texts), layout)
    assert [_written(layout, strokes, number) for number in range(len(texts))] == texts


@given(_layout_and_texts())
@settings(max_examples=300, deadline=None)
def test_texts_are_written_by_their_strokes(
    case: tuple[KeyboardLayout, list[str], list[bool]],
) -> None:
    layout, texts, caps = case
    tokens, first = layout.encode_all(texts)
    strokes = key_strokes(tokens, first, layout, np.array(caps, np.bool_))
    assert [_written(layout, strokes, number) for number in range(len(texts))] == texts


@given(_layout_and_texts())
@settings(max_examples=200, deadline=None)
def test_a_texts_strokes_are_its_own_and_in_order(
    case: tuple[KeyboardLayout, list[str], list[bool]],
) -> None:
    layout, texts, caps = case
    tokens, first = layout.encode_all(texts)
    strokes = key_strokes(tokens, first, layout, np.array(caps, np.bool_))
    ends = np.append(strokes.first, len(strokes.stroke))
    for number, (text, lock) in enumerate(zip(texts, caps, strict=True)):
        alone = key_strokes(*layout.encode_all([text]), layout, np.array([lock]))
        mine = slice(ends[number], ends[number + 1])
        assert np.array_equal(alone.stroke, strokes.stroke[mine])
        assert np.array_equal(alone.source + first[number], strokes.source[mine])

    # Every token is served once by its own key, in order; held modifiers span what they serve.
    assert (np.diff(strokes.source) >= 0).all()
    own = np.flatnonzero(strokes.stroke == tokens[strokes.source])
    assert np.array_equal(strokes.source[own], np.arange(len(tokens)))
    assert (np.diff(strokes.held) > 0).all()
    assert (strokes.held < strokes.held_from).all()
    assert (strokes.held_from <= strokes.held_to).all()
    text_of = np.searchsorted(strokes.first, strokes.held, "right")
    assert np.array_equal(text_of, np.searchsorted(strokes.first, strokes.held_to, "right"))
    shifts = np.isin(strokes.stroke, [layout.tokens[key] for key in ("ShiftLeft", "ShiftRight")])
    altgrs = (strokes.stroke == layout.alt_graph) & (layout.alt_graph > 0)
    assert np.array_equal(np.flatnonzero(shifts | altgrs), strokes.held)
    # Shift is the other hand's.
    shift = shifts[strokes.held]
    key = strokes.stroke[strokes.held_from[shift]]
    by_left = strokes.stroke[strokes.held[shift]] == layout.tokens["ShiftLeft"]
    assert np.array_equal(by_left, layout.finger[key] > 4)


def test_shift_of_the_other_hand_is_held_over_a_run() -> None:
    us = load_layout("qwerty-us")
    strokes = key_strokes(*us.encode_all(["aB JA!x"]), us)
    assert [us.codes[token] for token in strokes.stroke] == [
        *("KeyA", "ShiftRight", "KeyB", "Space"),
        *("ShiftLeft", "KeyJ", "KeyA", "Digit1", "KeyX"),
    ]


@pytest.mark.parametrize(
    ("layout", "text", "names"),
    [
        ("qwertz-de", "\u00e9", "Dead \u00e9"),
        ("qwertz-de", "\u00c0", "Shift Dead \u00c0"),
        ("qwertz-de", "\u00ca", "Dead Shift \u00ca"),
        ("qwertz-de", "{@}", "AltGraph { @ }"),
        ("qwertz-de", "\u1e9e", "Shift AltGraph \u1e9e"),
        ("azerty-fr", "\u00cb1", "Shift Dead \u00cb 1"),
        ("azerty-fr", "\u00f1", "AltGraph Dead \u00f1"),
        ("qwerty-uk", "\u00e9\u00c9", "AltGraph \u00e9 Shift \u00c9"),
        ("qwerty-us", "ABC", "Shift A B C"),
        ("qwerty-us", "ABCD", "CapsLock A B C D CapsLock"),
        ("qwerty-us", "AB CD!", "CapsLock A B   C D CapsLock Shift !"),
        (
            "azerty-fr",
            "\u00ca\u00caE\u00cb",
            "CapsLock Dead \u00ca Dead \u00ca E Shift Dead \u00cb CapsLock",
        ),
    ],
)
def test_order_of_strokes(layout: str, text: str, names: str) -> None:
    board = load_layout(layout)
    strokes = key_strokes(*board.encode_all([text]), board, np.array([True]))
    found = [board.key_names[token] for token in strokes.stroke]
    assert " ".join(found) == names


def test_caps_lock_is_kept_over_a_correction_and_ends_with_the_text() -> None:
    us = load_layout("qwerty-us")
    tokens = np.frombuffer(b"NAX\x08SA" + b"NASA" + b"NASA", np.uint8)
    strokes = key_strokes(tokens, np.array([0, 6, 10]), us, np.array([True, True, False]))
    locks = np.flatnonzero(strokes.stroke == us.caps_lock)
    assert locks.tolist() == [0, 7, 8, 13]
    assert strokes.first.tolist() == [0, 8, 14]
    assert strokes.source[locks].tolist() == [0, 5, 6, 9]
    assert len(strokes.held) == 1
    assert CAPS_LOCK_RUN == 4


_TWO = np.frombuffer(b"ab", np.uint8)


@pytest.mark.parametrize(
    ("tokens", "first", "caps", "words"),
    [
        (np.array([97, 233], np.uint8), [0], None, "token 233 at place 1 is not on the keyboard"),
        (_TWO, [1], None, "must start at 0"),
        (_TWO, [0, 3], None, "at most the number of tokens, 2"),
        (_TWO, [0, 2, 1], None, "ascend"),
        (_TWO, [], None, "tokens of no text"),
        (_TWO, [0], [True, False], "one flag a text"),
    ],
)
def test_what_cannot_be_typed_is_refused(
    tokens: np.ndarray[tuple[int], np.dtype[np.uint8]],
    first: list[int],
    caps: list[bool] | None,
    words: str,
) -> None:
    flags = None if caps is None else np.array(caps, np.bool_)
    with pytest.raises(DeskhandError, match=words):
        key_strokes(tokens, np.array(first, np.intp), load_layout("qwerty-us"), flags)


def test_no_texts_and_empty_texts_take_no_strokes() -> None:
    us = load_layout("qwerty-us")
    for texts in ([], [""], ["", ""]):
        strokes = key_strokes(*us.encode_all(texts), us, np.ones(len(texts), np.bool_))
        assert len(strokes.stroke) == len(strokes.held) == 0
        assert strokes.first.tolist() == [0] * len(texts)
