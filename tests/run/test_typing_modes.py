"""Modes of typing: forms, passwords, pastes and bad input, played into fields."""

import tracemalloc
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deskhand
from deskhand import keyboard_motor
from deskhand.behavior_models.keyboard_layout import layout_names, load_layout
from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.errors import DeskhandError
from tests.behavior_models.text_field import filled

US = load_layout("qwerty-us")
MODES = ["transcription", "composition", "form", "password", "paste"]
BEYOND = ["\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u05e9\u05dc\u05d5\u05dd"]
BEYOND += ["\u597d\u4e86", "\u0301", "\u202e", "\u05d0 \u05d1", "\u00e9"]
PIECES = st.sampled_from([*BEYOND, "\t", "\n", " ", ".", "So ", "that. ", "it's 4 U, ", "word "])
TEXTS = st.lists(st.lists(PIECES, max_size=14).map("".join), min_size=1, max_size=4)
FORM = "Ann Lind\tann.lind@example.org\t+46 70 123\tHillside 4, 2nd floor\n"


def by_text(table: pa.Table, count: int) -> list[list[dict[str, Any]]]:
    rows: list[list[dict[str, Any]]] = [[] for _ in range(count)]
    for row in table.to_pylist():
        rows[row["text"]].append(row)
    return rows


def with_value(section: str, parameter: str, value: Any) -> Profile:
    profile = load_profile("literature")
    entries = {**profile.sections[section], parameter: {"value": value, "source": "a test"}}
    return replace(profile, sections={**profile.sections, section: entries})


@settings(max_examples=150, deadline=None)
@given(texts=TEXTS, mode=st.sampled_from(MODES), seed=st.integers(0, 2**64 - 1))
def test_typed_and_pasted_the_fields_hold_the_texts(texts: list[str], mode: str, seed: int) -> None:
    slippery = with_value("typing_errors", "slip_rate", dict.fromkeys(MODES, 0.2))
    table = deskhand.type_text(
        texts, person="ann", profile=slippery, mode=mode, untypeable="paste", seed=seed
    )
    rows = by_text(table, len(texts))
    assert [filled(of_text, US) for of_text in rows] == texts
    for of_text in rows:
        for place, row in enumerate(of_text):
            if row["pasted"] is not None:
                control = of_text[place - 1]
                assert control["key"] == "Control"
                assert control["down_us"] < row["down_us"] < row["up_us"] <= control["up_us"]
                after = of_text[place + 1 : place + 2]
                assert all(control["up_us"] <= one["down_us"] for one in after)


@settings(max_examples=60, deadline=None)
@given(texts=TEXTS, mode=st.sampled_from(MODES), seed=st.integers(0, 2**64 - 1))
def test_with_errors_that_stay_everything_is_pasted_still(
    texts: list[str], mode: str, seed: int
) -> None:
    sloppy = with_value("typing_errors", "uncorrected_rate", dict.fromkeys(MODES, 0.2))
    how: dict[str, Any] = {"person": "ann", "mode": mode, "untypeable": "paste", "seed": seed}
    kept = deskhand.type_text(texts, profile=sloppy, uncorrected=True, **how)
    exact = deskhand.type_text(texts, profile=sloppy, **how)
    assert kept["pasted"].drop_null().equals(exact["pasted"].drop_null())


@pytest.mark.parametrize("layout", layout_names())
def test_pastes_are_struck_on_every_layout(layout: str) -> None:
    table = deskhand.type_text("a \U0001f600", layout=layout, seed=7, untypeable="paste")
    code = load_layout(layout).codes[load_layout(layout).token("v")]
    assert table["code"].to_pylist()[-2:] == ["ControlLeft", code]


@settings(max_examples=40, deadline=None)
@given(texts=TEXTS, mode=st.sampled_from(MODES))
def test_no_text_depends_on_another(texts: list[str], mode: str) -> None:
    how: dict[str, Any] = {"person": "ann", "mode": mode, "untypeable": "paste", "seed": 7}
    texts = list(dict.fromkeys(texts))
    columns = ["key", "down_us", "up_us", "error", "pasted"]
    whole = deskhand.type_text(texts, **how)
    for number, text in enumerate(texts):
        own = whole.filter(pc.equal(whole["text"], number)).select(columns)
        assert own.to_pylist() == deskhand.type_text(text, **how).select(columns).to_pylist()


def test_a_run_comes_by_one_paste_with_the_spaces_in_it() -> None:
    text = "say \u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd! \U0001f600\U0001f600 ok"
    table = deskhand.type_text(text, seed=7, untypeable="paste")
    pasted = ["\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd", "\U0001f600\U0001f600"]
    assert table["pasted"].drop_null().to_pylist() == pasted


def test_a_paste_is_fetched_first_and_looked_at_after() -> None:
    table = deskhand.type_text(["ab\u597dcd"] * 2000, seed=7, untypeable="paste")
    rows = by_text(table, 2000)
    before, after = [], []
    for of_text in rows:
        place = next(n for n, row in enumerate(of_text) if row["pasted"])
        down = [row["down_us"] for row in of_text]
        before.append(down[place - 1] - down[place - 2])
        after.append(down[place + 1] - down[place])
    # 6.45 s and 0.6 s, and what the keys themselves take; 2,000 medians are good to 3 %.
    assert 6.4e6 < np.median(before) < 7.4e6
    assert 0.6e6 < np.median(after) < 1.1e6


@pytest.mark.parametrize(("text", "keys"), [("", 0), ("ok", 2), ("a\tb\n\U0001f600" * 500, 2)])
def test_a_whole_text_is_pasted_once(text: str, keys: int) -> None:
    table = deskhand.type_text(text, mode="paste", seed=7)
    assert table.num_rows == keys
    assert table["pasted"].drop_null().to_pylist() == [text] * (keys > 0)


def test_before_a_field_of_a_form_people_pause() -> None:
    def starts_us(mode: str) -> float:
        table = deskhand.type_text(["ann\tlind"] * 1500, seed=7, mode=mode)
        down_us = table["down_us"].to_numpy()
        after = np.flatnonzero(np.array(table["key"].to_pylist()[:-1]) == "Tab") + 1
        return float(np.median(down_us[after] - down_us[after - 1]))

    # One act of thought of 1.35 s more, if the median of a sum is near the sum of medians.
    assert starts_us("form") - starts_us("transcription") == pytest.approx(1.35e6, abs=0.15e6)
    timed = deskhand.time_keys([["a", "Tab", "b"]] * 1500, seed=7, mode="form")
    assert np.median(timed["down_us"].to_numpy().reshape(-1, 3)[:, 2]) > 1.35e6


def test_errors_in_a_form_stay_in_their_field() -> None:
    slippery = with_value("typing_errors", "slip_rate", dict.fromkeys(MODES, 0.15))
    table = deskhand.type_text([FORM] * 300, profile=slippery, seed=7, mode="form")
    rows = by_text(table, 300)
    assert [filled(of_text, US) for of_text in rows] == [FORM] * 300
    keys, links = table["key"].to_pylist(), table["corrects"].to_pylist()
    fields = np.cumsum([key in ("Tab", "Enter") for key in keys])
    linked = [(row, link) for row, link in enumerate(links) if link is not None]
    assert len(linked) > 5000
    assert all(fields[row] == fields[link] for row, link in linked)


@pytest.mark.parametrize("profile", ["literature", "transcription"])
def test_letters_of_passwords_come_faster_and_steadier_digits_slower(profile: str) -> None:
    word = list("pilaf7nestor")
    logs = {}
    for mode in ("transcription", "password"):
        table = deskhand.time_keys([word] * 3000, seed=7, mode=mode, profile=profile)
        spacing_us = np.diff(table["down_us"].to_numpy().reshape(-1, len(word)), axis=1)
        logs[mode] = np.log(np.maximum(spacing_us, 1_000))
    letters = [place for place in range(len(word) - 1) if place not in (4, 5)]
    prose, practised = logs["transcription"], logs["password"]
    assert np.median(practised[:, letters]) < np.median(prose[:, letters]) - 0.03
    assert np.median(practised[:, 4]) > np.median(prose[:, 4]) + 0.1
    within = {mode: log[:, letters].std(axis=1).mean() for mode, log in logs.items()}
    assert within["password"] == pytest.approx(0.75 * within["transcription"], rel=0.05)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("untypeable", ["error", "skip", "paste"])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a\ud800b", r"text 1, 'a\\ud800b': '\\ud800' \(U\+D800\) at place 1 is half a surrogate"),
        ("\udc00", r"U\+DC00\) at place 0 is half a surrogate pair"),
        ("a\rb", r"U\+000D\) at place 1 is a control character; only newline"),
        ("\x00", r"U\+0000\) at place 0 is a control character"),
        ("del\x7f", r"U\+007F\) at place 3 is a control character"),
        ("x" * 10_000 + "\x1b", r"U\+001B\) at place 10000 is a control character"),
    ],
)
def test_what_is_no_character_is_refused_in_every_mode(
    text: str, told: str, untypeable: str, mode: str
) -> None:
    with pytest.raises(DeskhandError, match=told):
        deskhand.type_text(["fine", text, "ok"], seed=7, mode=mode, untypeable=untypeable)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("na\u00efve", r"'ï' \(LATIN SMALL LETTER I WITH DIAERESIS\) at place 2 is not on the"),
        ("\u05d0\u05d1", r"HEBREW LETTER ALEF\) at place 0 \(and 1 more\)"),
        ("e\u0301", "COMBINING ACUTE ACCENT"),
        ("ok \U0001f600", r"GRINNING FACE\) at place 3"),
        ("y" * 2**20 + "\u20ac", r"EURO SIGN\) at place 1048576"),
    ],
)
def test_what_no_key_types_is_refused_with_the_ways_out(text: str, told: str) -> None:
    with pytest.raises(DeskhandError, match=told) as refused:
        deskhand.type_text(["fine"] * 5000 + [text], person="ann", seed=7)
    message = str(refused.value)
    assert message.startswith("text 5000, ")
    assert "untypeable='skip'" in message
    assert "untypeable='paste'" in message
    assert len(message) < 400


@pytest.mark.parametrize(
    ("section", "parameter", "value", "told"),
    [
        ("keystrokes", "spacing_bounds_s", {"transcription": [-1.0, 2.0]}, "transcription.0 is -1"),
        ("keystrokes", "hold_bounds_s", {"transcription": [2.0, 1.0]}, "the shortest comes first"),
        ("keystrokes", "pause_s", {"paste": [-6.0, 0.5]}, "pause_s.paste.0 is -6"),
        ("keystrokes", "person_sd", {"transcription": {"hold": -0.2}}, "hold is -0.2"),
        ("keystrokes", "practised", {"password": {"spread": -1}}, "spread is -1"),
        ("key_clock", "grids", [{"period_us": 0, "share": 1.0}], "period_us is 0"),
        ("typing_errors", "slip_rate", {"transcription": 1.5}, "must be from 0 to 1"),
        ("typing_errors", "slip_rate", {"transcription": -0.1}, "must be from 0 to 1"),
        ("typing_errors", "restart_share", -1, "restart_share is -1"),
        ("typing_errors", "rewording_length", [0, 4], r"rewording_length.0 is 0"),
    ],
)
def test_a_profile_that_cannot_type_is_refused(
    section: str, parameter: str, value: Any, told: str
) -> None:
    profile = with_value(section, parameter, value)
    for call in (deskhand.type_text, lambda text, **more: deskhand.time_keys([[text]], **more)):
        with pytest.raises(DeskhandError, match=told):
            call("a", profile=profile, seed=7)


def test_a_profile_that_lacks_a_parameter_says_which() -> None:
    profile = load_profile("literature")
    errors = dict(profile.sections["typing_errors"])
    del errors["restart_share"]
    profile = replace(profile, sections={**profile.sections, "typing_errors": errors})
    with pytest.raises(DeskhandError, match="no typing_errors"):
        deskhand.type_text("a", profile=profile, seed=7)


@pytest.mark.parametrize("mode", MODES)
def test_empty_texts_take_no_keys(mode: str) -> None:
    assert deskhand.type_text(["", "", ""], seed=7, mode=mode).num_rows == 0
    rows = by_text(deskhand.type_text(["", "a", ""], seed=7, mode=mode), 3)
    assert [len(of_text) > 0 for of_text in rows] == [False, True, False]


@pytest.mark.parametrize("mode", MODES)
def test_a_megabyte_in_one_text(mode: str) -> None:
    text = ("The second truck will be late again. " * 28340)[: 2**20]
    table = deskhand.type_text(text, seed=7, mode=mode, fidelity="law")
    if mode != "paste":
        count = dict(zip(*table["key"].value_counts().flatten(), strict=True))
        count = {key.as_py(): number.as_py() for key, number in count.items()}
        typed = sum(number for key, number in count.items() if len(key) == 1)
        # But for words that one Control and Backspace takes back.
        assert 0 <= typed - count["Backspace"] - len(text) < len(text) / 100
    assert (np.diff(table["down_us"].to_numpy()) > 0).all()


def working_bytes(count: int, **more: Any) -> int:
    """Return the memory that typing takes beside its result."""
    texts = [f"text number {number} of some" for number in range(count)]
    tracemalloc.start()
    try:
        table = deskhand.type_text(texts, seed=7, fidelity="law", **more)
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert table["text"][-1].as_py() == count - 1
    return peak - held


@pytest.mark.parametrize("more", [{"person": "ann"}, {}, {"mode": "paste"}])
def test_memory_grows_with_the_result_alone(
    monkeypatch: pytest.MonkeyPatch, more: dict[str, Any]
) -> None:
    monkeypatch.setattr(keyboard_motor, "BLOCK_TEXTS", 500)
    working_bytes(500, **more)
    few, many = working_bytes(2_000, **more), working_bytes(10_000, **more)
    # What is kept of each text until its turn: a key, a hash, whose it is, a name.
    assert many - few < 120 * 8_000
