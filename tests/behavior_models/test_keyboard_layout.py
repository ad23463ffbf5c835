"""The shipped layouts cover what they say, and the finger and neighbour tables follow from them."""

import numpy as np
import pytest

from deskhand.behavior_models.digraph_contexts import CLASS_CONTEXTS, key_contexts
from deskhand.behavior_models.key_sequences import key_sequences
from deskhand.behavior_models.keyboard_layout import (
    ALIASES,
    layout_names,
    load_layout,
    parse_layout,
)
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.keyed_draws import keys

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
            assert US.level[other] == US.level[token]
    assert sorted(US.neighbours[ord("g")]) == sorted(b"tyfhvb")


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
        ("Control", "s", "after shift"),
    ],
)
def test_contexts(before: str, now: str, context: str) -> None:
    one = keys(7, "test", [0])
    made = key_sequences([[before, now]], US, person=[0], person_key=one, sequence_key=one)
    found = key_contexts(made, np.append(0, made.key[:-1]), made.place)
    assert CLASS_CONTEXTS[found[1]] == context


def test_aliases_are_the_layouts_themselves() -> None:
    for alias, name in ALIASES.items():
        assert load_layout(alias) is load_layout(name)
        assert load_layout(alias).name == name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("qwerty-uk", "£5 at the caf\u00e9, or \u20ac6; \u00ac#~|\\"),
        ("qwertz-de", "Gr\u00fc\u00dfe an Zo\u00eb's Stra\u1e9ee".replace("\u00eb", "\u00e9")),
        (
            "azerty-fr",
            "L'\u00e9l\u00e8ve re\u00e7oit \u00e0 No\u00ebl 10 \u20ac, o\u00f9 \u00e7a\u00a7",
        ),
        ("dvorak-us", "The quick brown fox; 'quoted' [x]{y}"),
    ],
)
def test_layouts_write_their_languages(name: str, text: str) -> None:
    layout = load_layout(name)
    assert "".join(layout.text[token] for token in layout.encode(text)) == text


@pytest.mark.parametrize("name", layout_names())
def test_every_character_has_one_token_and_the_key_that_writes_it(name: str) -> None:
    layout = load_layout(name)
    for token in layout.characters:
        assert layout.encode(layout.text[token]) == bytes([token])
        assert layout.codes[token]
        assert layout.row[token] in range(1, 6)
    # Tokens of Latin-1 are themselves, and every layout has those of English.
    assert set(range(32, 127)) <= set(layout.characters)
    assert all(ord(layout.text[t]) in (t, *range(256, 0x3000)) for t in layout.characters)


@pytest.mark.parametrize("name", layout_names())
def test_the_numeric_pad_writes_the_same(name: str) -> None:
    layout = load_layout(name)
    for token in layout.characters:
        pad = layout.numeric_pad[token]
        assert layout.text[pad] == layout.text[token]
        assert layout.codes[pad].startswith("Numpad") == (pad != token)
    assert all(layout.codes[layout.numeric_pad[ord(digit)]] == f"Numpad{digit}" for digit in "0123")


@pytest.mark.parametrize(
    ("text", "place", "shown"),
    [
        ("na\u00efve", 2, "'\u00ef' (LATIN SMALL LETTER I WITH DIAERESIS)"),
        ("a\ud800", 1, r"'\ud800' (U+D800)"),
        ("\U0001f600", 0, r"'\U0001f600' (GRINNING FACE)"),
        ("ok \u05e9\u05dc", 3, "(HEBREW LETTER SHIN) at place 3 (and 1 more)"),
        ("e\u0301", 1, "(COMBINING ACUTE ACCENT)"),
        ("tab\t", 3, r"'\t' (U+0009)"),
        ("null\0", 4, r"'\x00' (U+0000)"),
        ("x" * 1_000_000 + "\u20ac", 1_000_000, "(EURO SIGN)"),
    ],
)
def test_a_character_that_no_key_makes_is_refused_with_its_place(
    text: str, place: int, shown: str
) -> None:
    for call in (US.encode, lambda given: US.encode_all(["", "fine", given])):
        with pytest.raises(DeskhandError) as refusal:
            call(text)
        message = str(refusal.value)
        assert shown in message
        assert f"at place {place}" in message
        assert len(message) < 400
        message.encode()
    assert "text 2," in message
    typeable = US.typeable(text)
    assert len(typeable) == len(text)
    assert not typeable[place]
    assert typeable[:place].all()


def test_many_texts_are_one_after_the_other() -> None:
    tokens, first = US.encode_all(["ab", "", "c", ""])
    assert (tokens.tobytes(), first.tolist()) == (b"abc", [0, 2, 2, 3])
    tokens, first = US.encode_all([])
    assert (len(tokens), len(first)) == (0, 0)


_PLACE = {"hand": "left", "finger": "little", "row": 2, "x": 1.5, "y": 1}
_Q = {"code": "KeyQ", "unshifted": "q", "shifted": "Q", **_PLACE}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": "other"}, "expected .deskhand"),
        ({"keys": []}, "at least one key"),
        ({"name": None}, "needs a 'name'"),
        ({"like": "qwerty"}, "keyboard layout 'qwerty' is not known"),
        ({"keys": [{"unshifted": "q"}]}, "has no 'code'"),
        ({"keys": [_Q, _Q]}, "two keys have the code 'KeyQ'"),
        ({"keys": [{**_Q, "colour": "red"}]}, "unknown field 'colour'"),
        ({"keys": [{**_Q, "finger": "toe"}]}, "finger 'toe'"),
        ({"keys": [{**_Q, "row": "top"}]}, "whole number 'row'"),
        ({"keys": [{**_Q, "shifted": "Qu"}]}, "each level must be one character"),
        ({"keys": [{**_Q, "shifted": "\x07"}]}, "must be printable"),
        ({"keys": [{**_Q, "key": "Q"}]}, "give either"),
        ({"keys": [{**_Q, "dead": ["down"]}]}, "must be a list of levels"),
        ({"keys": [{**_Q, "unshifted": "^", "dead": ["unshifted"]}]}, "'dead_keys' must name"),
        (
            {
                "keys": [{**_Q, "unshifted": "^", "dead": ["unshifted"]}],
                "dead_keys": {"^": "q"},
            },
            "make no single character",
        ),
        ({"keys": [{**_Q, "altgr": "\u20ac"}]}, "no key 'AltGraph'"),
        ({"like": None, "keys": [_Q]}, "has no key 'ShiftLeft'"),
        (
            {
                "keys": [
                    {**_Q, "code": f"Key{number}", "unshifted": chr(0x4E00 + number)}
                    for number in range(256)
                ]
            },
            "more than 255",
        ),
    ],
)
def test_a_layout_that_cannot_be_is_refused(changes: dict[str, object], words: str) -> None:
    data = {"format": "deskhand.layout/1", "name": "mine", "like": "qwerty-us", "keys": [_Q]}
    assert parse_layout(data, "mine.json").name == "mine"
    with pytest.raises(DeskhandError, match=words):
        parse_layout({**data, **changes}, "mine.json")


def test_an_unknown_layout_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="qwerty-us"):
        load_layout("qwerty")
    with pytest.raises(UnknownNameError, match="Backspace"):
        US.token("Bakspace")
