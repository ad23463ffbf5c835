"""Laws of key rows that hold for every text, person and seed."""

from collections import defaultdict
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.behavior_models.keyboard_layout import load_layout
from deskhand.behavior_models.persona import draw_persona
from deskhand.behavior_models.profile import load_profile
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.events import CONTROL, EVENT_TYPES, EVENTS, SHIFT
from deskhand.field_text import edited
from deskhand.generators.columns import Columns
from deskhand.generators.keyboard import render_keyboard
from deskhand.generators.plan import SessionPlan, Typed
from deskhand.generators.typing_plan import Typing
from deskhand.generators.typist import Typist

MODES = ("form", "transcription", "composition", "password")
PRINTABLE = "".join(map(chr, range(32, 127)))
GAP_US = 250_000

# Several sentences, so that writers read them over.
PROSE = (
    "The carrier called in the morning and said that the second truck would be late again. "
    "Please tell the warehouse, and ask whether they can load the other order first. "
    "We should still be able to deliver all of it before the end of the week."
)
texts = st.text(alphabet=PRINTABLE, min_size=1, max_size=60)
multiline = st.text(alphabet=PRINTABLE + "\n", min_size=1, max_size=60)
prose = st.integers(1, 3).map(lambda count: ". ".join(PROSE.split(". ")[:count]))
seeds = st.integers(0, 2**64 - 1)


class Row(NamedTuple):
    t_us: int
    type: str
    action_id: int
    columns: dict[str, Any]


def rows_of(block: Columns) -> list[Row]:
    """Return a block's rows in time order, nulls as None."""
    columns: dict[str, list[Any]] = {}
    for name, values in block.numbers.items():
        null = block.numbers_null.get(name, np.zeros(len(block), dtype=np.bool_))
        columns[name] = [None if n else v for v, n in zip(values.tolist(), null, strict=True)]
    for name, (codes, words) in block.words.items():
        columns[name] = [None if code < 0 else words[code] for code in codes.tolist()]
    rows = [
        Row(t_us, EVENT_TYPES[kind], action, {n: v[place] for n, v in columns.items()})
        for place, (t_us, kind, action) in enumerate(
            zip(block.t_us.tolist(), block.type.tolist(), block.action_id.tolist(), strict=True)
        )
    ]
    return sorted(rows, key=lambda row: row.t_us)


def typist_of(seed: int, person: int = 0) -> tuple[Typist, SessionPlan]:
    persona = draw_persona(load_profile("office"), seed, 0, person)
    plan = SessionPlan(
        session_id="syn_session",
        seed=seed,
        scenario="test",
        team=0,
        person=person,
        day=0,
        persona=persona,
        start_wall_us=0,
        time_zone="UTC",
        provenance_id="syn",
        viewport=(1280, 720),
    )
    return Typist(persona, seed, (0, person, 0)), plan


def add(plan: SessionPlan, typing: Typing, *, before: str = "", masked: bool = False) -> Typed:
    """Append typing to a plan, a pause after what was typed before."""
    start_us = GAP_US
    if plan.typed:
        start_us += plan.typed[-1].start_us + plan.typed[-1].typing.duration_us
    length, number = len(before), len(plan.typed)
    plan.typed.append(Typed(number, start_us, typing, f"f{number}", length, length, masked))
    return plan.typed[-1]


def apply_inputs(rows: list[Row], before: str) -> str:
    """Return the field's text after its input rows, each checked against its length."""
    field = before
    for row in rows:
        if row.type != "input":
            continue
        caret, kind, value = (row.columns[name] for name in ("detail", "input_type", "value"))
        assert (value is None) == kind.startswith("delete")
        assert (kind == "insertLineBreak") == (value == "\n")
        assert 0 < caret <= len(field) or (value is not None and caret == 0)
        field = edited(field, row.columns)
        assert row.columns["value_length"] == len(field)
    return field


@settings(max_examples=150, deadline=None)
@given(st.one_of(multiline, prose), st.sampled_from(MODES), seeds, texts, st.booleans())
def test_input_rows_end_in_the_text_that_is_told(
    text: str, mode: str, seed: int, before: str, uncorrected: bool
) -> None:
    typist, plan = typist_of(seed)
    typing = typist.type(text, mode=mode, uncorrected=uncorrected)
    add(plan, typing, before=before)
    assert uncorrected or typing.text == text
    assert apply_inputs(rows_of(render_keyboard(plan)), before) == before + typing.text


def test_writers_go_back_into_their_texts_and_some_errors_stay() -> None:
    found: dict[str, int] = defaultdict(int)
    for person in range(60):
        typist, plan = typist_of(7, person)
        typing = typist.type(PROSE, mode="composition", uncorrected=True)
        add(plan, typing)
        found["left"] += typing.text != PROSE
        for row in rows_of(render_keyboard(plan)):
            if row.type == "keydown":
                found[row.columns["key"]] += 1
                found["repeat"] += row.columns["repeat"]
            elif row.type == "input":
                found[row.columns["input_type"]] += 1
    for kind in ("left", "ArrowLeft", "End", "deleteWordBackward", "repeat"):
        assert found[kind], kind


@settings(max_examples=150, deadline=None)
@given(st.lists(multiline, min_size=1, max_size=4), st.sampled_from(MODES), seeds)
def test_keys_go_down_and_come_up_in_turn(lines: list[str], mode: str, seed: int) -> None:
    typist, plan = typist_of(seed)
    for text in lines:
        add(plan, typist.type(text, mode=mode))
        add(plan, typist.chord("Control+Shift+s"))
        add(plan, typist.press("ArrowDown", count=3))
    block = render_keyboard(plan)
    assert set(block.numbers) | set(block.words) <= set(EVENTS.names)
    down: set[str] = set()
    began: dict[int, int] = {}
    ended: dict[int, int] = {}
    for row in rows_of(block):
        code = row.columns["code"]
        if row.type == "keydown":
            assert (code in down) == row.columns["repeat"], "a key went down twice"
            down.add(code)
            began.setdefault(row.action_id, row.t_us)
        elif row.type == "keyup":
            assert code in down, "a key came up that was not down"
            down.discard(code)
            ended[row.action_id] = row.t_us
    assert not down
    for item in plan.typed:
        assert began[item.action_id] == item.start_us
        assert ended[item.action_id] == item.start_us + item.typing.duration_us
    for row in rows_of(block):
        item = plan.typed[row.action_id]
        assert item.start_us <= row.t_us <= item.start_us + item.typing.duration_us


@settings(max_examples=100, deadline=None)
@given(texts, st.sampled_from(MODES), seeds)
def test_shift_is_down_exactly_while_a_character_needs_it(text: str, mode: str, seed: int) -> None:
    layout = load_layout("qwerty-us")
    typist, plan = typist_of(seed)
    add(plan, typist.type(text, mode=mode))
    shifts: set[str] = set()
    for row in rows_of(render_keyboard(plan)):
        key, code = row.columns["key"], row.columns["code"]
        if row.type == "keydown" and key == "Shift":
            shifts.add(code)
        elif row.type == "keyup" and key == "Shift":
            shifts.discard(code)
        elif row.type == "keydown":
            needed = len(key) == 1 and layout.level[ord(key)] == 1
            assert bool(shifts) == needed
            assert bool(row.columns["modifiers"] & SHIFT) == needed


@settings(max_examples=50, deadline=None)
@given(texts, seeds)
def test_masked_rows_tell_when_and_not_which(text: str, seed: int) -> None:
    typist, plan = typist_of(seed)
    add(plan, typist.type(text, mode="password"), masked=True)
    rows = rows_of(render_keyboard(plan))
    for row in rows:
        assert row.columns["masked"] is True
        for name in ("key", "code", "value", "modifiers"):
            assert row.columns[name] is None
    inputs = [row for row in rows if row.type == "input"]
    assert inputs[-1].columns["value_length"] == len(text)


def test_a_masked_text_leaves_its_neighbours_open() -> None:
    typist, plan = typist_of(7)
    add(plan, typist.type("open"))
    add(plan, typist.type("Secret1", mode="password"), masked=True)
    add(plan, typist.type("open"))
    by_action = defaultdict(set)
    for row in rows_of(render_keyboard(plan)):
        by_action[row.action_id].add(row.columns["masked"])
    assert dict(by_action) == {0: {False}, 1: {True}, 2: {False}}


def test_a_chord_holds_its_modifiers_over_its_key() -> None:
    typist, plan = typist_of(7)
    add(plan, typist.chord("Control+Shift+s"))
    rows = rows_of(render_keyboard(plan))
    found = [(row.type, row.columns["key"], row.columns["modifiers"]) for row in rows]
    both = CONTROL | SHIFT
    assert found == [
        ("keydown", "Control", CONTROL),
        ("keydown", "Shift", both),
        ("keydown", "s", both),
        ("keyup", "s", both),
        ("keyup", "Shift", CONTROL),
        ("keyup", "Control", 0),
    ]


def test_presses_and_chords_edit_nothing() -> None:
    typist, plan = typist_of(7)
    for typing in (typist.press("Tab"), typist.press("Enter"), typist.chord("Control+s")):
        add(plan, typing)
        assert (typing.text, typing.error_count) == ("", 0)
    kinds = [row.type for row in rows_of(render_keyboard(plan))]
    assert sorted(kinds) == ["keydown"] * 4 + ["keyup"] * 4


def test_the_same_seed_types_the_same_and_another_seed_does_not() -> None:
    def blocks(seed: int) -> list[Row]:
        typist, plan = typist_of(seed)
        for text in ("Lindholm Freight", "anna@lindholm.example", "Called twice, no answer."):
            add(plan, typist.type(text))
        return rows_of(render_keyboard(plan))

    assert blocks(7) == blocks(7)
    assert blocks(7) != blocks(8)


def test_nothing_typed_makes_no_rows() -> None:
    assert len(render_keyboard(typist_of(7)[1])) == 0


@pytest.mark.parametrize("text", ["Åsa", "naïve", "10 €", "a\tb", "x\x08"])
def test_a_character_that_no_key_makes_is_named(text: str) -> None:
    odd = next(c for c in text if c not in PRINTABLE)
    with pytest.raises(DeskhandError) as refusal:
        typist_of(7)[0].type(text)
    assert repr(odd) in str(refusal.value)
    assert "qwerty-us" in str(refusal.value)


def test_what_cannot_be_typed_is_refused() -> None:
    typist = typist_of(7)[0]
    with pytest.raises(DeskhandError, match="nothing to type"):
        typist.type("")
    with pytest.raises(UnknownNameError, match="transcription"):
        typist.type("a", mode="transcribe")
    with pytest.raises(UnknownNameError, match="ArrowDown"):
        typist.press("ArowDown")
    with pytest.raises(UnknownNameError, match="Control"):
        typist.chord("Ctrl+s")
    with pytest.raises(DeskhandError, match="must be 1 or more"):
        typist.press("Tab", count=0)
