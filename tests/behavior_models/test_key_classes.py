"""Keys by name, by place or by nothing: what recordings call them all comes to the same tables."""

import numpy as np
import pytest

from deskhand.behavior_models.key_classes import (
    CLASSES,
    LETTER_CLASSES,
    key_vocabulary,
    layout_vocabulary,
)
from deskhand.behavior_models.keyboard_layout import layout_names, load_layout
from deskhand.errors import UnknownNameError

US = load_layout("qwerty-us")


def _class(name: str, layout: str = "qwerty-us") -> str:
    keys = key_vocabulary([name], load_layout(layout))
    return str(CLASSES[keys.key_class[0]])


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ("BKSP Backspace backspace", "Backspace"),
        ("SHIFT Shift shift_l ShiftLeft LSHIFT SHIFT_LEFT 16", "ShiftLeft"),
        ("Shift_R RSHIFT right-shift shiftright", "ShiftRight"),
        ("CTRL Control ctrl_l 17", "ControlLeft"),
        ("ALT Alt alt_l 18", "AltLeft"),
        ("WIN CMD OS META Meta command win_l 91", "MetaLeft"),
        ("ARW_LEFT ArrowLeft LEFT 37", "ArrowLeft"),
        ("ARW_DOWN arrow_down 40", "ArrowDown"),
        ("DEL Delete 46", "Delete"),
        ("INS INSERT Insert 45", "Insert"),
        ("PGUP PAGE_UP PageUp 33", "PageUp"),
        ("PGDN PAGE_DOWN PageDown 34", "PageDown"),
        ("ENTER RETURN Enter enter 13", "Enter"),
        ("TAB tab Tab", "Tab"),
        ("ESC Escape 27", "Escape"),
        ("SPACE space 32", "Space"),
        ("CAPS_LOCK CapsLock 20", "CapsLock"),
        ("NUM_LOCK NumLock 144", "NumLock"),
        ("HOME 36", "Home"),
        ("END 35", "End"),
        ("F7 f7 118", "F7"),
        ("96 Numpad0", "Numpad0"),
        ("110 NumpadDecimal", "NumpadDecimal"),
        ("e E KeyE 69", "KeyE"),
    ],
)
def test_a_key_has_one_place_whatever_it_is_called(names: str, code: str) -> None:
    keys = key_vocabulary(names.split(), US)
    assert set(keys.codes) == {code}
    assert len(set(keys.physical.tolist())) == len(set(keys.key_class.tolist())) == 1
    assert keys.physical[0] > 0


@pytest.mark.parametrize("name", ["F24", "229", "007", "other", "SCROLL_LOCK", "93"])
def test_a_key_that_no_model_knows_is_other(name: str) -> None:
    assert _class(name) == "other"


@pytest.mark.parametrize("name", ["Bakcspace", "", "1234", "é", "letter:L5u", "letter-cap:", "€"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(UnknownNameError, match="Known"):
        key_vocabulary(["a", name], US)


@pytest.mark.parametrize(
    ("layout", "name", "expected"),
    [
        ("qwerty-us", "a", "letter:L4h"),
        ("qwerty-us", ".", "sentence-punct"),
        ("qwerty-us", "110", "punct"),
        ("qwerty-us", "105", "digit"),
        ("qwertz-de", "z", "letter:R1u"),
        ("qwertz-de", "ü", "letter:R4u"),
        ("qwertz-de", "Ä", "letter:R4h"),
        ("qwertz-de", "é", "letter:L2u"),
        ("qwertz-de", "\u00b4", "punct"),
        ("qwertz-de", "Dead", "punct"),
        ("azerty-fr", "a", "letter:L4u"),
        ("azerty-fr", "é", "letter:L3u"),
        ("azerty-fr", "m", "letter:R4h"),
        ("dvorak-us", "s", "letter:R4h"),
        ("dvorak-us", "z", "letter:R4l"),
        ("azerty-fr", "AltGr", "modifier"),
    ],
)
def test_classes_follow_the_layout(layout: str, name: str, expected: str) -> None:
    assert _class(name, layout) == expected


def test_a_letter_is_that_letters_key() -> None:
    azerty = key_vocabulary(["e", "Ê", "é", "ç"], load_layout("azerty-fr"))
    assert azerty.letter.tolist() == [5, 5, 0, 0]
    assert azerty.capital.tolist() == [False, True, False, False]
    assert azerty.physical[0] == azerty.physical[1]


def test_classes_alone_tell_neither_letter_nor_key() -> None:
    names = [f"{kind}:{place}" for place in LETTER_CLASSES for kind in ("letter", "letter-cap")]
    keys = key_vocabulary([*names, "?", "digit", "modifier", "navigation"], US)
    assert not keys.letter.any()
    assert (keys.physical < 0).all()
    assert keys.capital.tolist() == [name.startswith("letter-cap") for name in keys.names]


@pytest.mark.parametrize("name", layout_names())
def test_every_key_of_a_layout_has_a_row(name: str) -> None:
    layout = load_layout(name)
    keys = layout_vocabulary(layout)
    made = np.array([bool(code) for code in layout.codes])
    assert keys.names == layout.key_names
    assert ((keys.key_class > 0) == made).all()
    assert np.array_equal(keys.physical[made], layout.physical[made])
    letters = [ord(letter) for letter in "abcdefghijklmnopqrstuvwxyz"]
    assert keys.letter[letters].tolist() == list(range(1, 27))
    assert CLASSES[keys.key_class[ord("?")]] == "sentence-punct"


def test_no_keys_make_no_rows() -> None:
    assert len(key_vocabulary([], US)) == 0
