"""How new times are given: what a person sees of one session, row by row."""

from typing import Any

import numpy as np
import pytest

import deskhand
from deskhand.datasets.augmentation.augment import augment
from deskhand.datasets.bots.families import FAMILIES
from deskhand.datasets.resynthesis.found_acts import found_acts
from deskhand.datasets.resynthesis.report_clock import own_intervals_us
from deskhand.datasets.resynthesis.retiming import Retiming, loose_releases
from deskhand.datasets.resynthesis.session_rows import SessionRows
from deskhand.exports.captured import captured_session
from deskhand.session import Session

MS = 1_000


def capture(rows: list[tuple[Any, ...]]) -> Session:
    """Return a capture of (time in ms, type, x, y, key, buttons)."""
    columns = ("t_us", "type", "screen_x", "screen_y", "key", "buttons")
    filled = [(*row, *[None] * (len(columns) - len(row))) for row in rows]
    table = dict(zip(columns, map(list, zip(*filled, strict=True)), strict=True))
    table["t_us"] = [1_000 * t for t in table["t_us"]]
    buttons = [0 if kind in ("pointerdown", "pointerup") else None for kind in table["type"]]
    return captured_session(
        {**table, "button": buttons},
        session_id="cap_session_1",
        start_wall_us=1_700_000_000_000_000,
        source="test",
    )


CLICK: list[tuple[Any, ...]] = [
    (100, "pointermove", 0, 0),
    *[(100 + 16 * k, "pointermove", 40 * k, 10 * k) for k in range(1, 11)],
    (300, "pointerdown", 400, 100),
    (301, "focus"),
    (380, "pointerup", 400, 100),
    (900, "navigation"),
    (2900, "keydown", None, None, "a"),
    (2901, "input"),
    (2980, "keyup", None, None, "a"),
]


def times_ms(session: Session, *kinds: str) -> list[float]:
    rows = session.events.select(["type", "t_us"]).to_pylist()
    return [row["t_us"] / MS for row in rows if row["type"] in kinds]


def new_times(source: Session, before: str, after: str, length_ms: float) -> dict[str, list[float]]:
    rows = SessionRows(source)
    nothing = np.zeros(len(rows), np.bool_)
    retiming = Retiming(rows, nothing, loose_releases(rows))
    first, last = (np.flatnonzero(rows.is_kind(kind))[:1] for kind in (before, after))
    assert retiming.span(first, last, np.array([length_ms * MS])).all()
    made = retiming.times_us() / MS
    return {kind: made[rows.is_kind(kind)].tolist() for kind in sorted(set(rows.kind.tolist()))}


def test_what_follows_keeps_its_delay() -> None:
    made = new_times(capture(CLICK), "pointermove", "pointerdown", 500.0)
    assert made["pointerdown"] == [600.0]
    assert made["focus"] == [601.0]
    assert made["pointerup"] == [680.0]
    assert made["navigation"] == [1200.0]
    # The pause before the next act is what it was.
    assert made["keydown"] == [3200.0]
    assert made["input"] == [3201.0]
    assert made["keyup"] == [3280.0]


def test_moves_within_a_span_keep_their_shares() -> None:
    made = new_times(capture(CLICK), "pointermove", "pointerdown", 100.0)
    assert made["pointermove"] == [100.0 + 8 * k for k in range(11)]
    assert made["pointerdown"] == [200.0]


def test_an_act_waits_for_what_stood_before_it() -> None:
    made = new_times(capture(CLICK), "pointerup", "keydown", 10.0)
    # The page answered 520 ms after the release; nobody types on it before.
    assert made["navigation"] == [900.0]
    assert made["keydown"] == [900.0]


def test_spans_that_share_time_go_to_the_first() -> None:
    source = capture(CLICK)
    rows = SessionRows(source)
    nothing = np.zeros(len(rows), np.bool_)
    retiming = Retiming(rows, nothing, nothing)
    move, down, up = (
        np.flatnonzero(rows.is_kind(kind))[:1]
        for kind in ("pointermove", "pointerdown", "pointerup")
    )
    assert retiming.span(move, down, np.array([1e6])).tolist() == [True]
    assert retiming.span(move, up, np.array([5e6])).tolist() == [False]


def test_acts_are_found_as_movements_are_cut() -> None:
    slow = [(50, "pointermove", 500, 500), *[(600 + t, *row) for t, *row in CLICK]]
    rows = SessionRows(capture(slow))
    acts = found_acts(rows)
    # The report half a second before belongs to another movement.
    assert rows.t_us[acts.approaches.first].tolist() == [700 * MS]
    assert rows.t_us[acts.approaches.down].tolist() == [900 * MS]
    assert rows.t_us[acts.clicks.after].tolist() == [980 * MS]


def drag(path: list[tuple[int, int]]) -> Session:
    """Return a capture of one drag, and of one key."""
    moves = [(200 + 10 * k, "pointermove", x, y, None, 1) for k, (x, y) in enumerate(path, 1)]
    end = 220 + 10 * len(path)
    return capture(
        [
            (200, "pointerdown", 0, 0),
            *moves,
            (end, "pointerup", *path[-1]),
            (end + 900, "keydown", None, None, "a"),
            (end + 980, "keyup", None, None, "a"),
        ]
    )


@pytest.mark.parametrize("way", ["persona_transfer:literature", "linear", "wind"])
def test_a_drag_ends_where_it_was_dropped(way: str) -> None:
    source = drag([(20 * k, 5 * k) for k in range(1, 21)])
    made = FAMILIES[way](source, seed=7) if way in FAMILIES else augment(source, way, seed=7)
    rows = SessionRows(made)
    moves = np.flatnonzero(rows.is_kind("pointermove"))
    assert len(moves) > 3
    assert rows.place[moves[-1]].tolist() == [400.0, 100.0]
    assert set(rows.numbers("buttons")[moves].tolist()) == {1.0}
    assert times_ms(made, "pointerdown") < [rows.t_us[moves[0]] / MS]


def test_a_drawing_keeps_its_shape() -> None:
    turn = np.linspace(0.0, 1.8 * np.pi, 60)
    circle = [(int(90 * np.sin(a)), int(90 - 90 * np.cos(a))) for a in turn]
    source = drag(circle)
    made = augment(source, "persona_transfer:literature", seed=7)
    places = [SessionRows(s).place[SessionRows(s).is_kind("pointermove")] for s in (source, made)]
    assert np.array_equal(places[0], places[1])


def test_repeats_of_a_held_key_keep_their_beat() -> None:
    beat = [(500 + 33 * k, "keydown", None, None, "x") for k in range(1, 6)]
    rows = [
        (100, "keydown", None, None, "a"), (180, "keyup", None, None, "a"),
        (250, "keydown", None, None, "x"), *beat, (700, "keyup", None, None, "x"),
    ]  # fmt: skip
    made = augment(capture(rows), "persona_transfer:literature", seed=7)
    downs = times_ms(made, "keydown")
    assert np.diff(downs[2:]).tolist() == [33.0] * 4
    assert times_ms(made, "keyup")[-1] - downs[-1] == 700 - 665


def test_masked_keys_stay_in_order() -> None:
    rows = [
        (100 + 90 * k, kind)
        for k, kind in enumerate(("keydown", "keyup", "keydown", "keydown", "keyup", "keyup"))
    ]
    made = augment(capture(rows), "persona_transfer:literature", seed=7)
    kinds = [row["type"] for row in made.events.select(["type"]).to_pylist()][1:-1]
    assert kinds == [kind for _, kind in rows]
    assert times_ms(made, "keydown") != [100.0, 280.0, 370.0]


def test_reports_come_by_the_clock_of_the_capture() -> None:
    moves = [(100 + 20 * k, "pointermove", 7 * k, 3 * k) for k in range(60)]
    source = capture([*moves, (1400, "pointerdown", 413, 177), (1490, "pointerup", 413, 177)])
    made = augment(source, "persona_transfer:literature", seed=7)
    assert set(own_intervals_us(SessionRows(source)).tolist()) == {20 * MS}
    gaps = np.diff(times_ms(made, "pointermove"))
    # Reports that would not move are left out, and the last is the movement's end.
    assert np.all(gaps[:-1] % 20 == 0)


def test_the_same_person_keeps_the_pace_and_another_has_another() -> None:
    source = deskhand.simulate("mail.compose", seed=4)

    def flights_us(session: Session) -> float:
        rows = SessionRows(session)
        keys = found_acts(rows).keys
        return float(np.median(rows.t_us[keys.after] - rows.t_us[keys.before]))

    own = flights_us(augment(source, "resynthesise", seed=7)) / flights_us(source)
    assert 0.85 < own < 1.15
    others = [
        flights_us(augment(source, "persona_transfer:literature", seed=7, copy=copy))
        for copy in range(6)
    ]
    assert np.std(np.log(others)) > 0.08


def test_actions_and_submovements_follow() -> None:
    source = deskhand.simulate("crm.create_lead", seed=7)
    made = augment(source, "persona_transfer:literature", seed=7)
    for old, new in zip(source.actions.to_pylist(), made.actions.to_pylist(), strict=True):
        kept = ("action_id", "verb", "target", "intended_x", "actual_x", "text_class")
        assert [old[name] for name in kept] == [new[name] for name in kept]
        mine = made.events.filter(
            np.asarray(made.events["action_id"].fill_null(-1)) == new["action_id"]
        )
        times = mine["t_us"].to_pylist()
        assert not times or new["start_us"] <= times[0] <= times[-1]
    counts = [s.actions["submovement_count"].to_pylist() for s in (source, made)]
    assert counts[0] != counts[1]
    assert [c > 0 for c in counts[0]] == [c > 0 for c in counts[1]]
