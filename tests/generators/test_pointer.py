"""Laws of rendered pointer rows."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from deskhand.errors import DeskhandError
from deskhand.events import TYPE_CODE
from deskhand.generators.columns import Columns, stack
from deskhand.generators.plan import Move, SessionPlan
from deskhand.generators.pointer import render_moves, render_presses
from tests.behavior_models.tiny_policy import tiny_population

MakePlan = Callable[..., SessionPlan]
POPULATION = tiny_population()
POINT = st.tuples(st.integers(0, 1919), st.integers(0, 1079))


def _rows_of(block: Columns, move: Move) -> NDArray[np.intp]:
    return np.flatnonzero((block.t_us > move.start_us) & (block.t_us <= move.end_us))


@pytest.mark.parametrize("fidelity", ["law", "learned"])
@settings(max_examples=60, deadline=None)
@given(
    data=st.lists(
        st.tuples(
            POINT,
            POINT,
            st.integers(1, 3_000_000),
            st.integers(0, 100_000),
            st.sampled_from(["aim", "drag", "drift", "return"]),
            st.sampled_from([0.0, 4.0, 200.0]),
        ),
        max_size=12,
    ),
    poll_hz=st.sampled_from([125.0, 500.0, 1000.0]),
    scale=st.sampled_from([1.0, 1.0, 1.5, 2.0]),
    seed=st.integers(0, 2**32),
)
def test_paths_end_in_their_end_points_and_stay_within_time_and_screen(
    make_plan: MakePlan,
    data: list[tuple[tuple[int, int], tuple[int, int], int, int, str, float]],
    poll_hz: float,
    scale: float,
    seed: int,
    fidelity: str,
) -> None:
    plan = make_plan(clicks=0, seed=7, poll_hz=poll_hz, profile=POPULATION)
    device = replace(plan.persona.device, screen_scale=scale)
    plan.persona = replace(plan.persona, device=device)
    plan.seed = seed
    t = 0
    for i, ((x0, y0), (x1, y1), duration, rest, kind, width) in enumerate(data):
        held = int(kind == "drag")
        plan.moves.append(Move(i, kind, t, t + duration, x0, y0, x1, y1, width, held))
        t += duration + rest
    block, strokes = render_moves(plan, fidelity)
    assert np.all(np.diff(block.t_us) >= 0)
    if not len(block):
        assert all((m.x0, m.y0) == (m.x1, m.y1) for m in plan.moves)
        return
    x, y = block.numbers["screen_x"], block.numbers["screen_y"]
    for place in (x, y):
        assert np.allclose(place * scale, np.rint(place * scale), atol=1e-3)
    assert 0 <= x.min() <= x.max() <= 1919
    assert 0 <= y.min() <= y.max() <= 1079
    seen = 0
    for move, count in zip(plan.moves, strokes, strict=True):
        rows = _rows_of(block, move)
        seen += len(rows)
        if (move.x0, move.y0) == (move.x1, move.y1):
            assert len(rows) == 0
            assert count == 0
            continue
        assert count >= 1
        # Every whole px is a physical pixel, but for a scale of 1.5.
        off = 0.5 / scale if scale == 1.5 else 0.0
        assert abs(x[rows[-1]] - move.x1) <= off + 1e-4
        assert abs(y[rows[-1]] - move.y1) <= off + 1e-4
        assert np.all(block.action_id[rows] == move.action_id)
        assert np.all(block.numbers["buttons"][rows] == move.buttons)
        # No report without a change of place.
        path = np.stack([np.append(move.x0, x[rows]), np.append(move.y0, y[rows])])
        assert np.all(np.any(np.diff(path, axis=1) != 0, axis=0))
    assert seen == len(block)


def test_each_press_has_its_release(make_plan: MakePlan) -> None:
    plan = make_plan(30)
    block = render_presses(plan)
    order = np.argsort(block.t_us, kind="stable")
    types = block.type[order]
    assert types.tolist() == [TYPE_CODE["pointerdown"], TYPE_CODE["pointerup"]] * 30
    assert block.numbers["buttons"][order].tolist() == [1, 0] * 30
    assert block.numbers["detail"].tolist() == [1] * 60


@pytest.mark.parametrize("fidelity", ["law", "learned"])
def test_a_press_happens_where_the_pointer_is(make_plan: MakePlan, fidelity: str) -> None:
    plan = make_plan(60, profile=POPULATION)
    block = stack([render_moves(plan, fidelity)[0], render_presses(plan)])
    order = np.argsort(block.t_us, kind="stable")
    move = block.type[order] == TYPE_CODE["pointermove"]
    x, y = block.numbers["screen_x"][order], block.numbers["screen_y"][order]
    for row in np.flatnonzero(~move):
        if row:
            assert (x[row], y[row]) == (x[row - 1], y[row - 1])


@pytest.mark.parametrize("fidelity", ["law", "learned"])
def test_the_same_stream_gives_the_same_bytes_in_any_order(
    make_plan: MakePlan, fidelity: str
) -> None:
    def digest(person: int) -> bytes:
        block, _ = render_moves(make_plan(25, person=person, profile=POPULATION), fidelity)
        return block.t_us.tobytes() + block.numbers["screen_x"].tobytes()

    forward = {person: digest(person) for person in (1, 2, 3)}
    backward = {person: digest(person) for person in (3, 2, 1)}
    assert forward == backward
    assert len(set(forward.values())) == 3


@pytest.mark.parametrize("poll_hz", [125.0, 500.0, 1000.0])
def test_reports_keep_the_devices_clock(make_plan: MakePlan, poll_hz: float) -> None:
    block, _ = render_moves(make_plan(150, poll_hz=poll_hz))
    phase = np.exp(2j * np.pi * poll_hz * 1e-6 * block.t_us)
    # One clock for the whole session: all reports have one phase, give or take the jitter.
    assert abs(phase.mean()) > 0.75
    gaps = np.diff(block.t_us) * poll_hz * 1e-6
    # A still hand and lost reports make longer gaps, never shorter ones than jitter allows.
    assert np.quantile(gaps, 0.001) > 0.1
    assert np.mean(np.abs(gaps - 1) < 0.5) > 0.4


def test_fitts_law_is_recovered_from_rendered_movements(make_plan: MakePlan) -> None:
    plan = make_plan(0)
    traits = plan.persona.hand
    rng = np.random.default_rng(4)
    n, t = 1500, 0
    bits = rng.uniform(1.5, 6.0, n)
    for i, difficulty in enumerate(bits):
        x1 = float(rng.integers(900, 1900))
        width = (x1 - 20.0) / (2.0**difficulty - 1.0)
        time_s = traits.fitts_intercept_s + traits.fitts_slope_s_per_bit * difficulty
        t += 500_000
        end = t + round(time_s * 1e6)
        plan.moves.append(Move(i, "aim", t, end, 20.0, 500.0, x1, 500.0, width, 0))
        t = end
    block, _ = render_moves(plan)
    count = np.bincount(block.action_id, minlength=n)
    last = np.cumsum(count) - 1
    visible_s = (block.t_us[last] - block.t_us[last - count + 1]) / 1e6
    slope, intercept = np.polyfit(bits, visible_s, 1)
    # What can be seen is shorter than the movement: the first and the last pixel take time.
    assert slope == pytest.approx(traits.fitts_slope_s_per_bit, rel=0.12)
    assert intercept == pytest.approx(traits.fitts_intercept_s, abs=0.06)


def test_a_movement_without_time_is_refused(make_plan: MakePlan) -> None:
    plan = make_plan(0)
    plan.moves.append(Move(0, "aim", 5, 5, 1.0, 1.0, 9.0, 9.0, 0.0, 0))
    with pytest.raises(DeskhandError, match="has to take time"):
        render_moves(plan)


def test_points_outside_the_screen_are_clipped(make_plan: MakePlan) -> None:
    plan = make_plan(0)
    device = replace(plan.persona.device, screen_width=800, screen_height=600)
    plan.persona = replace(plan.persona, device=device)
    plan.moves.append(Move(0, "aim", 0, 700_000, 10.0, 10.0, 2000.0, 900.0, 0.0, 0))
    block, _ = render_moves(plan)
    assert (block.numbers["screen_x"][-1], block.numbers["screen_y"][-1]) == (799, 599)
