"""Laws of derived acts, on generated sessions, on the hand-made one and on made-up scripts."""

from collections import Counter
from itertools import pairwise
from typing import Any

import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.events import ALT, CONTROL, SHIFT
from deskhand.exports.derived_acts import (
    Act,
    Choose,
    Click,
    Drag,
    Navigate,
    Press,
    Scroll,
    Switch,
    Type,
    Wait,
    derived_acts,
)
from deskhand.session import Session
from tests.exports.hand_made import hand_made_session
from tests.exports.made_up_session import columns_of, made_up

Row = dict[str, Any]


def acts_of(rows: list[Row]) -> list[Act]:
    return derived_acts(made_up(columns_of(rows), None).events)


def press(t_us: int, x: float = 10, y: float = 10, button: int = 0, **more: Any) -> list[Row]:
    at = {"screen_x": x, "screen_y": y, "button": button, **more}
    return [
        {"type": "pointerdown", "t_us": t_us, **at},
        {"type": "pointerup", "t_us": t_us + 60_000, **at},
    ]


def key(t_us: int, name: str | None, **more: Any) -> list[Row]:
    return [
        {"type": "keydown", "t_us": t_us, "key": name, **more},
        {"type": "keyup", "t_us": t_us + 50_000, "key": name, **more},
    ]


# ------------------------------------------------------------------ laws on whole sessions


def test_every_press_and_notch_is_in_one_act(lived: Session) -> None:
    acts = derived_acts(lived.events)
    kinds = lived.events["type"].to_pylist()
    downs = [row for row, kind in enumerate(kinds) if kind == "pointerdown"]
    held = [row for act in acts if isinstance(act, Click | Drag) for row in act.presses]
    assert sorted(held) == downs
    scrolls = [act for act in acts if isinstance(act, Scroll)]
    assert sum(act.rows for act in scrolls) == kinds.count("wheel")
    total = pc.sum(lived.events["delta_y"].filter(pc.equal(lived.events["type"], "wheel"))).as_py()
    assert sum(act.delta_y for act in scrolls) == pytest.approx(total or 0.0)


def test_acts_ascend_within_the_session(lived: Session) -> None:
    acts = derived_acts(lived.events)
    assert acts
    assert all(a.start_us <= b.start_us for a, b in pairwise(acts))
    times = lived.events["t_us"].to_pylist()
    for act in acts:
        assert act.first_row <= act.last_row
        assert times[act.first_row] == act.start_us <= act.end_us
        assert times[act.last_row] == act.end_us


def test_every_key_of_text_is_in_one_typed_run(lived: Session) -> None:
    acts = derived_acts(lived.events)
    kinds = ["type", "key", "modifiers", "masked"]
    rows = lived.events.select(kinds).to_pylist()
    plain = sum(
        row["type"] == "keydown" and len(row["key"] or "") == 1 and not (row["modifiers"] or 0) & 14
        for row in rows
    )
    typed = [act for act in acts if isinstance(act, Type)]
    assert sum(len(act.text) for act in typed if act.text is not None) == plain
    assert all((act.text is None) == act.masked for act in typed)
    pages = Counter(row["type"] for row in rows)
    assert sum(isinstance(act, Navigate) for act in acts) == pages["navigation"]
    assert sum(isinstance(act, Choose) for act in acts) == pages["select.change"]


def test_typed_runs_without_corrections_are_the_fields_text(lived: Session) -> None:
    acts = derived_acts(lived.events)
    rows = lived.events.select(
        ["type", "window", "target", "input_type", "value", "value_length"]
    ).to_pylist()
    edits: dict[Any, list[Row]] = {}
    for row in rows:
        if row["type"] == "input":
            edits.setdefault((row["window"], row["target"]), []).append(row)
    checked = 0
    for field, changes in edits.items():
        clean = all(c["input_type"] == "insertText" for c in changes)
        grows = [c["value_length"] for c in changes] == list(range(1, len(changes) + 1))
        if clean and grows:
            runs = [a for a in acts if isinstance(a, Type) and (a.window, a.target) == field]
            assert sum(run.length for run in runs) == len(changes)
            if not any(run.masked for run in runs):
                assert "".join(run.text or "" for run in runs) == "".join(
                    c["value"] for c in changes
                )
            checked += 1
    assert checked or not edits


def test_what_a_person_meant_is_found_again(lead: Session) -> None:
    meant = [a for a in lead.actions.to_pylist() if a["verb"] == "click"]
    clicks = [act for act in derived_acts(lead.events) if isinstance(act, Click)]
    found = [(act.target, act.screen_x, act.screen_y) for act in clicks]
    for act in meant:
        assert (act["target"], act["actual_x"], act["actual_y"]) in found


def test_the_hand_made_morning() -> None:
    acts = derived_acts(hand_made_session().events)
    assert [(a.target, a.text, a.length) for a in acts if isinstance(a, Type)] == [
        ("login.user", "ada", 3),
        ("login.password", None, 6),
        ("lead.name", "Ada", 3),
        ("lead.phone", None, 7),
        ("lead.due", "03022026", 8),
    ]
    scroll = next(a for a in acts if isinstance(a, Scroll))
    assert (scroll.rows, scroll.delta_y, scroll.notches_y) == (3, 300.0, 3.0)
    assert [a.count for a in acts if isinstance(a, Click)][-2:] == [2, 1]
    assert [a.value for a in acts if isinstance(a, Choose)] == ["Web", "Won"]
    assert sum(isinstance(a, Switch) for a in acts) == 2


# ------------------------------------------------------------------ presses


@pytest.mark.parametrize(
    ("second", "counts"),
    [
        (press(300_000), [2]),
        (press(500_000), [2]),
        (press(500_001), [1, 1]),
        (press(300_000, x=14), [2]),
        (press(300_000, x=15), [1, 1]),
        (press(300_000, button=2), [1, 1]),
        (press(300_000) + press(500_000), [3]),
        (press(300_000) + press(500_000) + press(700_000), [3, 1]),
        (key(100_000, "x") + press(300_000), [1, 1]),
    ],
)
def test_double_clicks_by_time_and_place(second: list[Row], counts: list[int]) -> None:
    clicks = [a for a in acts_of(press(0) + second) if isinstance(a, Click)]
    assert [a.count for a in clicks] == counts


def test_double_clicks_by_the_counter_where_there_is_one() -> None:
    late = press(0, detail=1) + press(900_000, detail=2)
    soon = press(0, detail=1) + press(100_000, detail=1)
    assert [a.count for a in acts_of(late) if isinstance(a, Click)] == [2]
    assert [a.count for a in acts_of(soon) if isinstance(a, Click)] == [1, 1]


def test_a_drag_is_told_by_its_way_and_not_by_its_end() -> None:
    down, up = press(0)
    away = [
        {"type": "pointermove", "t_us": 20_000, "screen_x": 60, "screen_y": 10},
        {"type": "pointermove", "t_us": 40_000, "screen_x": 11, "screen_y": 10},
    ]
    (drag,) = acts_of([down, *away, up])
    assert isinstance(drag, Drag)
    assert (drag.screen_x, drag.end_screen_x) == (10, 10)
    (click,) = acts_of([down, away[1], up])
    assert isinstance(click, Click)
    moved = {**up, "screen_x": 40}
    (drag,) = acts_of([down, moved])
    assert isinstance(drag, Drag)
    assert drag.end_screen_x == 40


def test_a_button_held_for_long_is_no_rest() -> None:
    down, up = press(0)
    (click,) = acts_of([down, {**up, "t_us": 9_000_000}])
    assert isinstance(click, Click)
    assert click.end_us == 9_000_000


@pytest.mark.parametrize("end", [[], [{"type": "pointercancel", "t_us": 70_000}]])
def test_a_press_that_never_comes_up_is_an_act(end: list[Row]) -> None:
    (click,) = acts_of(press(0)[:1] + end)
    assert isinstance(click, Click)
    assert click.end_us == (70_000 if end else 0)


def test_buttons_held_together_are_two_acts() -> None:
    left, right = press(0), press(10_000, button=2)
    acts = acts_of([left[0], right[0], left[1], right[1]])
    assert [(type(a), a.last_row) for a in acts] == [(Click, 3), (Click, 4)]


# ------------------------------------------------------------------ keys


def test_shortcuts_runs_and_named_keys() -> None:
    held = {"type": "keydown", "t_us": 0, "key": "Control"}
    free = {"type": "keyup", "t_us": 400_000, "key": "Control"}
    rows = [held, *key(100_000, "c"), *key(300_000, "v"), free]
    rows += [r for k in range(3) for r in key(500_000 + 90_000 * k, "Backspace")]
    rows += key(900_000, "Enter") + key(1_000_000, "a")
    acts = acts_of(rows)
    assert [(a.key, a.modifiers, a.count) for a in acts if isinstance(a, Press)] == [
        ("c", CONTROL, 1),
        ("v", CONTROL, 1),
        ("Backspace", 0, 3),
        ("Enter", 0, 1),
    ]
    assert acts[0].start_us == 0, "the shortcut begins with its modifier"
    assert isinstance(acts[-1], Type)


def test_modifiers_held_at_a_click_are_the_clicks() -> None:
    held = {"type": "keydown", "t_us": 0, "key": "Alt"}
    free = {"type": "keyup", "t_us": 400_000, "key": "Alt"}
    (click,) = acts_of([held, *press(100_000), free])
    assert isinstance(click, Click)
    assert click.modifiers == ALT
    (alone,) = acts_of([held, free])
    assert isinstance(alone, Press)
    assert (alone.key, alone.modifiers) == ("Alt", 0)
    shift = [{**row, "key": "Shift"} for row in (held, free)]
    assert acts_of(shift) == []


def test_a_field_tells_what_a_key_typed() -> None:
    dead = key(0, "Dead")
    rows = [*dead, *key(100_000, "e", target="f")]
    told = {"type": "input", "t_us": 101_000, "input_type": "insertText", "value": "é"}
    rows.append({**told, "target": "f"})
    (act,) = acts_of(sorted(rows, key=lambda row: row["t_us"]))
    assert isinstance(act, Type)
    assert act.text == "é"


def test_captures_without_keys_tell_typing_by_their_fields() -> None:
    def told(t_us: int, value: str) -> Row:
        return {"type": "input", "t_us": t_us, "target": "f", "value": value}

    rows = [told(0, "A"), told(100_000, "Ad"), told(200_000, "Ada"), *press(400_000)]
    rows += [told(900_000, "Ada "), told(5_000_000, "Bo")]
    typed = [a for a in acts_of(rows) if isinstance(a, Type)]
    assert [(a.text, a.replaces) for a in typed] == [("Ada", False), (" ", False), ("Bo", True)]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=30))
def test_any_text_comes_back(text: str) -> None:
    rows: list[Row] = []
    for place, character in enumerate(text):
        rows += key(100_000 * place, character, modifiers=SHIFT * character.isupper(), target="f")
    typed = [a for a in acts_of(rows) if isinstance(a, Type)]
    assert "".join(a.text or "" for a in typed) == text
    assert len(typed) == bool(text)


@given(st.lists(st.booleans(), max_size=12))
def test_masked_runs_tell_their_length_alone(backwards: list[bool]) -> None:
    rows: list[Row] = []
    length = 4
    for place, back in enumerate(backwards):
        length += -1 if back and length else 1
        hidden = {"masked": True, "target": "secret"}
        rows += key(100_000 * place, None, **hidden)[:1]
        rows.append(
            {
                "type": "input",
                "t_us": 100_000 * place + 500,
                "input_type": "deleteContentBackward" if back else "insertText",
                "value_length": length,
                **hidden,
            }
        )
    acts = acts_of(rows)
    assert len(acts) == bool(backwards)
    for act in acts:
        assert isinstance(act, Type)
        assert (act.text, act.length, act.masked) == (None, max(0, length - 4), True)


# ------------------------------------------------------------------ wheel and rests


def wheel(t_us: int, delta_y: float, mode: int = 0) -> Row:
    return {"type": "wheel", "t_us": t_us, "delta_x": 0, "delta_y": delta_y, "delta_mode": mode}


@pytest.mark.parametrize(
    ("rows", "sums"),
    [
        ([wheel(0, 100), wheel(90_000, 100)], [2.0]),
        ([wheel(0, 100), wheel(90_000, -100)], [1.0, -1.0]),
        ([wheel(0, 100), wheel(1_100_000, 100)], [1.0, 1.0]),
        ([wheel(0, 100), *press(100_000), wheel(200_000, 100)], [1.0, 1.0]),
        ([wheel(0, 3, 1), wheel(90_000, 3, 1)], [2.0]),
        ([wheel(0, 25), wheel(8_000, 50)], [0.75]),
    ],
)
def test_runs_of_the_wheel(rows: list[Row], sums: list[float]) -> None:
    scrolls = [a for a in acts_of(rows) if isinstance(a, Scroll)]
    assert [a.notches_y for a in scrolls] == sums


def test_captures_without_a_wheel_tell_by_their_pages() -> None:
    def moved(t_us: int, target: str, y: float) -> Row:
        return {"type": "scroll", "t_us": t_us, "target": target, "delta_x": 0, "delta_y": y}

    rows = [
        {"type": "pointermove", "t_us": 0, "screen_x": 7, "screen_y": 8},
        moved(100_000, "document", 40),
        moved(150_000, "document", 90),
        moved(200_000, "list", 30),
        moved(250_000, "document", 100),
        {"type": "navigation", "t_us": 400_000, "window": "w"},
        moved(500_000, "document", 20),
        moved(550_000, "document", 5),
    ]
    scrolls = [a for a in acts_of(rows) if isinstance(a, Scroll)]
    assert [(a.target, a.delta_y, a.rows) for a in scrolls] == [
        ("document", 90.0, 2),
        ("list", 30.0, 1),
        ("document", 10.0, 1),
        ("document", 20.0, 1),
        ("document", -15.0, 1),
    ]
    assert all((a.screen_x, a.screen_y) == (7.0, 8.0) for a in scrolls)


def test_rests_are_acts_and_end_typed_runs() -> None:
    rows = key(0, "a") + key(100_000, "b") + key(3_000_000, "c")
    one, rest, two = acts_of(rows)
    assert isinstance(one, Type)
    assert isinstance(rest, Wait)
    assert isinstance(two, Type)
    assert (one.text, two.text) == ("ab", "c")
    assert (rest.start_us, rest.end_us) == (150_000, 3_000_000)


def test_an_empty_session_has_no_acts() -> None:
    assert acts_of([]) == []
