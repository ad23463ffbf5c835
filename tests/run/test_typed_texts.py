"""The typist alone: laws of typed texts and timed keys, and what is refused."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deskhand
from deskhand import keyboard_motor
from deskhand.behavior_models.keyboard_layout import load_layout
from deskhand.errors import DeskhandError
from tests.behavior_models.text_field import filled

LETTERS = "".join(chr(c) for c in range(32, 127))
MODES = ["transcription", "composition", "form", "password"]


BOARD = load_layout("qwerty-us")


def field(rows: list[dict[str, Any]]) -> str:
    return filled(rows, BOARD)


def by_text(table: pa.Table) -> list[list[dict[str, Any]]]:
    rows: list[list[dict[str, Any]]] = []
    for row in table.to_pylist():
        while len(rows) <= row["text"]:
            rows.append([])
        rows[row["text"]].append(row)
    return rows


@settings(max_examples=40, deadline=None)
@given(
    texts=st.lists(st.text(LETTERS, min_size=1, max_size=60), min_size=1, max_size=4),
    mode=st.sampled_from(MODES),
    seed=st.integers(0, 2**64 - 1),
)
def test_keys_make_the_text(texts: list[str], mode: str, seed: int) -> None:
    table = deskhand.type_text(texts, person="ann", seed=seed, mode=mode)
    rows = by_text(table)
    assert [field(of_text) for of_text in rows] == texts
    for of_text in rows:
        down = np.array([row["down_us"] for row in of_text])
        assert down[0] == 0
        assert (np.diff(down) > 0).all()
        assert all(row["up_us"] > row["down_us"] for row in of_text)
        last: dict[str, int] = {}
        for row in of_text:
            assert row["down_us"] >= last.get(row["code"], 0)
            last[row["code"]] = row["up_us"]


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_text_does_not_depend_on_the_others(data: st.DataObject) -> None:
    texts = data.draw(st.lists(st.text(LETTERS, max_size=30), min_size=2, max_size=6, unique=True))
    people = data.draw(st.lists(st.sampled_from(["ann", "bob"]), min_size=len(texts)))
    people = people[: len(texts)]
    columns = ["key", "down_us", "up_us", "error"]

    def typed(order: list[int]) -> dict[str, Any]:
        given_texts, names = [texts[i] for i in order], [people[i] for i in order]
        table = deskhand.type_text(given_texts, person=names, seed=7)
        whose = np.array(order)[table["text"].to_numpy()] if table.num_rows else np.empty(0)
        return {
            texts[i]: table.filter(pa.array(whose == i)).select(columns).to_pylist() for i in order
        }

    whole = typed(list(range(len(texts))))
    order = data.draw(st.permutations(range(len(texts))))
    some = typed(order[: len(order) - 1])
    assert all(whole[text] == rows for text, rows in some.items())


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["the same text", "another one"] * 6
    whole = deskhand.type_text(texts, person="ann", seed=3)
    monkeypatch.setattr(keyboard_motor, "BLOCK_TEXTS", 5)
    assert deskhand.type_text(texts, person="ann", seed=3).equals(whole)
    rows = by_text(whole)
    # The same text asked for again is typed another time.
    assert [row["down_us"] for row in rows[0]] != [row["down_us"] for row in rows[2]]


def test_errors_and_repairs_are_linked() -> None:
    rows = deskhand.type_text(["an ordinary line of text " * 8] * 20, person="ann", seed=7)
    found = rows.to_pylist()
    repairs = [row for row in found if row["corrects"] is not None]
    assert len(repairs) > 20
    assert all(found[row["corrects"]]["error"] for row in repairs)
    assert all(found[row["corrects"]]["text"] == row["text"] for row in repairs)


def test_given_keys_are_kept_in_the_order_given() -> None:
    table = {
        "sequence": [2, 2, 1, 2, 1],
        "person": ["ann", "ann", "bob", "ann", "bob"],
        "key": ["Shift", "H", "?", "i", "BKSP"],
    }
    timed = deskhand.time_keys(table, seed=7)
    assert timed["key"].to_pylist() == table["key"]
    assert timed["person"].to_pylist() == table["person"]
    alone = deskhand.time_keys([["Shift", "H", "i"]], person="ann", seed=7)
    of_ann = timed.filter(pa.array([True, True, False, True, False]))
    assert of_ann["down_us"].equals(alone["down_us"])
    assert of_ann["up_us"].equals(alone["up_us"])
    assert not timed["down_us"].equals(deskhand.time_keys(table, seed=8)["down_us"])


def test_everybody_types_in_their_own_way() -> None:
    keys = [list("the quick brown fox jumps over the lazy dog")] * 40
    timed = deskhand.time_keys(keys, seed=7)
    last = [max(t) for t in np.array_split(timed["down_us"].to_numpy(), 40)]
    same = deskhand.time_keys(keys, person="ann", seed=7)
    of_one = [max(t) for t in np.array_split(same["down_us"].to_numpy(), 40)]
    # One person's lengths differ less than those of forty people.
    assert np.std(np.log(of_one)) < np.std(np.log(last))


@pytest.mark.parametrize(
    ("texts", "more", "told"),
    [
        ([], {}, "at least one text"),
        ([7], {}, "text 0: 7 is no string"),
        ("naïve", {}, "is not on the keyboard"),
        ("ok", {"layout": "qwerty"}, "qwerty-us"),
        ("ok", {"profile": "litrature"}, "did you mean 'literature'"),
        ("ok", {"profile": "mouse-game"}, "has no section"),
        ("ok", {"mode": "compositon"}, "did you mean 'composition'"),
        ("ok", {"fidelity": "lawful"}, "did you mean 'law'"),
        ("ok", {"untypeable": "skipped"}, "did you mean 'skip'"),
        (["a", "b"], {"person": ["ann"]}, "1 names for 2 texts"),
        ("ok", {"person": [3]}, "3 is no string"),
        ("ok", {"person": "\ud800"}, "surrogate"),
        ("ok", {"seed": -1}, "seed"),
    ],
)
def test_texts_that_cannot_be_typed(texts: Any, more: dict[str, Any], told: str) -> None:
    with pytest.raises(DeskhandError, match=told):
        deskhand.type_text(texts, **{"seed": 7, **more})


def test_characters_can_be_left_out() -> None:
    rows = by_text(deskhand.type_text("na\U0001f600me \u05d0", seed=7, untypeable="skip"))
    assert field(rows[0]) == "name "


@pytest.mark.parametrize(
    ("keys", "more", "told"),
    [
        ([], {}, "empty"),
        (["a", "b"], {}, "no list of key names"),
        ([["a"], []], {}, "sequence 1: no keys"),
        ([["a", 1]], {}, "1 is no key name"),
        ([["Backspce"]], {}, "Backspace"),
        ({"key": ["a"]}, {}, "no column sequence, person"),
        ({"sequence": [1], "person": ["a"], "key": [2]}, {}, "must be strings"),
        ({"sequence": [1], "person": [None], "key": ["a"]}, {}, "strings|nulls"),
        ({"sequence": [1, 2], "person": ["a"], "key": ["a"]}, {}, "no sequences"),
        (7, {}, "no sequences"),
        ([["a"]], {"person": ["x", "y"]}, "2 names for 1 sequences"),
        ([["a"]], {"mode": "forms"}, "did you mean 'form'"),
    ],
)
def test_keys_that_cannot_be_timed(keys: Any, more: dict[str, Any], told: str) -> None:
    with pytest.raises(DeskhandError, match=told):
        deskhand.time_keys(keys, **{"seed": 7, **more})
