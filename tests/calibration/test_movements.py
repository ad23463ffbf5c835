"""What is a movement, and what is cut away."""

from typing import Any

import numpy as np
import pytest

from deskhand.calibration.movements import (
    FEWEST_REPORTS,
    Movements,
    cut_movements,
    cut_rests,
)
from deskhand.calibration.recording import Recording, read_recording

Event = tuple[str, float, float]


def _moves(n: int = 10, *, gap_ms: float = 16, px: float = 10, from_ms: float = 0) -> list[Event]:
    return [("move", from_ms + gap_ms * k, px * k) for k in range(n)]


def _recording(*sessions: list[Event], **columns: list[Any]) -> Recording:
    rows = [(f"u{k}", *event) for k, session in enumerate(sessions) for event in session]
    user, event, t_ms, x = (list(column) for column in zip(*rows, strict=True))
    tidy = {
        "user": user,
        "t_s": [t / 1e3 for t in t_ms],
        "event": event,
        "x": x,
        "y": [0.0] * len(x),
    }
    return read_recording(tidy | columns)


def _counts(*sessions: list[Event]) -> tuple[list[int], list[int]]:
    recording = _recording(*sessions)
    return cut_movements(recording).count.tolist(), cut_rests(recording).count.tolist()


def test_a_run_and_its_press_are_a_movement() -> None:
    found = cut_movements(_recording([*_moves(from_ms=500), ("down", 700, 91), ("up", 800, 91)]))
    assert found.count.tolist() == [10]
    assert found.t_us.tolist() == [16_000 * k for k in range(10)]
    assert found.x.tolist() == [10.0 * k for k in range(10)]
    assert found.dwell_us.tolist() == [700_000 - 644_000]
    assert found.duration_us.tolist() == [144_000]
    assert found.distance_px.tolist() == [90.0]


@pytest.mark.parametrize(
    ("session", "aimed", "rests"),
    [
        ([*_moves(), ("down", 150, 90)], [10], []),
        ([*_moves(), ("drag", 150, 95), ("down", 160, 90)], [], [10]),
        ([*_moves(), ("scroll", 150, 90), ("down", 160, 90)], [], [10]),
        # The press comes half a second after the last report at most.
        ([*_moves(), ("down", 644, 90)], [10], []),
        ([*_moves(), ("down", 645, 90)], [], [10]),
        ([*_moves(), ("down", 143, 90)], [], [10]),
        # A gap of .3 s belongs to the movement, a longer one parts it.
        ([*_moves(), *_moves(from_ms=444), ("down", 600, 90)], [20], []),
        ([*_moves(), *_moves(from_ms=445), ("down", 600, 90)], [10], [10]),
        # Times that run back part it.
        ([*_moves(), *_moves(from_ms=100), ("down", 250, 90)], [10], [10]),
        # Too few reports, too short a way, too short and too long a time.
        ([*_moves(FEWEST_REPORTS - 1, gap_ms=30), ("down", 150, 90)], [], []),
        ([*_moves(FEWEST_REPORTS, gap_ms=30), ("down", 160, 90)], [6], []),
        ([*_moves(px=2), ("down", 150, 18)], [], []),
        ([*_moves(gap_ms=8), ("down", 80, 90)], [], []),
        ([*_moves(14, gap_ms=250), ("down", 3300, 90)], [], []),
        ([*_moves(13, gap_ms=250), ("down", 3001, 90)], [13], []),
        # A place that is no number.
        ([*_moves(), ("move", 150, float("nan")), ("down", 160, 90)], [], []),
        ([("down", 0, 1), *_moves(from_ms=5)], [], [10]),
    ],
)
def test_cuts(session: list[Event], aimed: list[int], rests: list[int]) -> None:
    # A press elsewhere, so that releases are not taken for clicks.
    assert _counts(session, [("down", 0, 0)]) == (aimed, rests)


def test_a_press_belongs_to_its_own_session() -> None:
    assert _counts(_moves(), [("down", 150, 90)]) == ([], [10])


def test_releases_stand_for_clicks_where_no_presses_are_kept() -> None:
    assert _counts([*_moves(), ("up", 150, 90)]) == ([10], [])
    assert _counts([*_moves(), ("up", 150, 90)], [("down", 0, 0)]) == ([], [10])


def test_a_movement_has_the_target_of_its_press() -> None:
    events = [*_moves(), ("down", 150, 90), *_moves(from_ms=300)]
    box = {name: [float(k) for k in range(len(events))] for name in ("target_x", "target_y")}
    size = {name: [5.0] * len(events) for name in ("target_w", "target_h")}
    recording = _recording(events, **box, **size)
    assert cut_movements(recording).target.tolist() == [[10.0, 10.0, 5.0, 5.0]]
    rests = cut_rests(recording)
    assert np.isnan(rests.target).all()
    assert rests.dwell_us.tolist() == [-1]


def test_take_returns_movements_in_the_order_asked_for() -> None:
    sessions = [[*_moves(n, px=n), ("down", 16 * n, n * n)] for n in (8, 11, 9)]
    found = cut_movements(_recording(*sessions))
    taken = found.take(np.array([2, 0]))
    assert taken.person.tolist() == [2, 0]
    assert taken.count.tolist() == [9, 8]
    assert taken.x.tolist() == [9.0 * k for k in range(9)] + [8.0 * k for k in range(8)]
    mask = found.take(np.array([True, False, True]))
    assert mask.count.tolist() == [8, 9]
    assert len(found.take(np.zeros(3, np.bool_))) == 0
    assert _same(found.take(np.arange(3)), found)


def _same(one: Movements, other: Movements) -> bool:
    names = ("person", "count", "t_us", "x", "y", "dwell_us")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)
