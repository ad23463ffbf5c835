"""What a hand does around its aims: pushes, rests, slips between presses, lost drags, tiredness."""

from collections.abc import Callable
from math import hypot

import numpy as np
import pytest

from deskhand.generators.plan import SessionPlan
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps

Act = Callable[..., SessionPlan]
SEEDS = range(40)


def _double_clicks(desk: Desk) -> Steps:
    for _ in range(6):
        yield from desk.double_click("form.name")


def test_the_second_press_of_a_double_click_may_lie_a_pixel_off_and_still_hits(act: Act) -> None:
    moved = 0
    for seed in SEEDS:
        plan = act(_double_clicks, seed=seed)
        for first, second in zip(plan.presses, plan.presses[1:], strict=False):
            if second.count != 2:
                continue
            assert first.up_us < second.down_us <= first.down_us + 500_000 + 200_000
            off = hypot(second.x0 - first.x0, second.y0 - first.y0)
            assert off < 4.5
            assert second.down_target == first.down_target == "form.name"
            moved += off > 0
            # The pointer is where the press is: a move led there between the presses.
            if off:
                led = [m for m in plan.moves if first.up_us <= m.end_us <= second.down_us]
                assert (led[-1].x1, led[-1].y1) == (second.x0, second.y0)
    # 240 double clicks at a share of about .12: none at all would come once in 10**13 times.
    assert moved


def _drags(desk: Desk) -> Steps:
    yield from desk.drag("form.card", "form.bin")


def test_a_lost_drag_is_an_error_that_the_next_action_mends(
    act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Every drag is let go on the way.
    monkeypatch.setattr("deskhand.scenarios.pointing.Pointing.clumsiness", lambda _: 1e9)
    plan = act(_drags)
    drags = [a for a in plan.actions if a.verb == "drag"]
    lost = [a for a in drags if a.error_of is not None]
    assert len(drags) == 2 * len(lost)
    by_id = {a.action_id: a for a in drags}
    for action in lost:
        assert action.error_of is not None
        mended = by_id[action.error_of]
        assert mended.correction_of == action.action_id
        assert mended.start_us >= action.end_us
        press = next(p for p in plan.presses if p.action_id == action.action_id)
        assert (press.down_target, press.up_target) == ("form.card", None)


def _types_then_points(desk: Desk) -> Steps:
    yield from desk.type("Ada", into="form.name")
    yield from desk.click("form.save")
    yield from desk.type("Bea", into="form.name")
    yield from desk.read(words=200)


def test_the_hand_that_comes_back_pushes_the_mouse_first(act: Act) -> None:
    pushes = 0
    for seed in SEEDS:
        plan = act(_types_then_points, seed=seed)
        ends = [typed.start_us + typed.typing.duration_us for typed in plan.typed]
        for move in plan.moves:
            if move.kind == "return":
                pushes += 1
                assert hypot(move.x1 - move.x0, move.y1 - move.y0) < 16
                assert any(end <= move.start_us for end in ends)
    assert pushes > len(SEEDS) / 4


def _reads(desk: Desk) -> Steps:
    yield from desk.click("form.bin")
    yield from desk.read(words=600)


def test_a_reader_with_the_hand_on_the_mouse_is_never_quite_still(act: Act) -> None:
    for seed in (1, 2, 3):
        plan = act(_reads, seed=seed)
        read = next(a for a in plan.actions if a.verb == "read")
        idle = [m for m in plan.moves if m.kind == "drift" and m.action_id == read.action_id]
        assert len(idle) > 10
        assert all(read.start_us <= m.start_us < m.end_us <= read.end_us for m in idle)
        gaps = np.diff([m.start_us for m in idle])
        assert gaps.min() >= 1_000_000


def test_a_day_tires_and_a_break_refreshes(act: Act) -> None:
    slowness: list[float] = []

    def script(desk: Desk) -> Steps:
        yield from desk.click("form.bin")
        slowness.append(desk.hand.slowness)
        for rest_us in (4 * 3600 * 10**6, 0):
            desk.t_us += rest_us
            yield from desk.click("form.name")
            slowness.append(desk.hand.slowness)
        yield from desk.away(3600 * 10**6, "lunch")
        yield from desk.click("form.bin")
        slowness.append(desk.hand.slowness)

    act(script)
    fresh, tired, still_tired, rested = slowness
    assert 1.0 <= fresh < rested < tired <= still_tired
