"""What is cut out of a recording, and the sections that a fit makes of it."""

from typing import Any

import numpy as np
import pytest

from deskhand.behavior_models.personal_spread import read_spread
from deskhand.behavior_models.press import dwells_us, holds_us, read_press
from deskhand.behavior_models.profile import load_profile
from deskhand.calibration.behaviours import fit_behaviours
from deskhand.calibration.clicks import cut_holds
from deskhand.calibration.recording import Recording, read_recording
from deskhand.calibration.rests import cut_approaches, cut_idle_runs
from deskhand.calibration.scrolls import cut_notches, cut_steps, notches_of, wheel_notches_px
from deskhand.keyed_draws import keys, mixed
from tests.behavior_models.double_clicks import double_clicks

Row = tuple[str, float, str, float, float, str | None]


def _recording(rows: list[Row]) -> Recording:
    user, t_s, event, x, y, button = zip(*rows, strict=True)
    columns: dict[str, Any] = {"user": user, "t_s": t_s, "event": event, "x": x, "y": y}
    return read_recording(
        {name: list(column) for name, column in columns.items()} | {"button": list(button)}
    )


def _click(user: str, t_s: float, hold_s: float, x: float = 5.0, x1: float = 5.0) -> list[Row]:
    return [
        (user, t_s, "down", x, 5.0, "left"),
        (user, t_s + hold_s, "up", x1, 5.0, "left"),
    ]


def test_single_clicks_double_clicks_and_drags_are_told_apart() -> None:
    rows: list[Row] = []
    rows += _click("ann", 0.0, 0.08)
    rows += _click("ann", 2.0, 0.08) + _click("ann", 2.2, 0.07, 6.0, 6.0)
    # A triple click: one pair, and a third press that starts none.
    rows += _click("ann", 4.0, 0.08) + _click("ann", 4.2, 0.08) + _click("ann", 4.4, 0.08)
    rows += [
        ("ann", 6.0, "down", 5.0, 5.0, "left"),
        ("ann", 6.1, "drag", 50.0, 5.0, "left"),
        ("ann", 6.3, "drag", 90.0, 5.0, "left"),
        ("ann", 6.4, "up", 90.0, 5.0, "left"),
    ]
    # A press that is never released, and one that belongs to someone else.
    rows += [("ann", 8.0, "down", 5.0, 5.0, "left"), *_click("bob", 0.0, 0.09)]
    holds = cut_holds(_recording(rows))
    assert holds.hold_s.round(3).tolist() == [0.08, 0.08, 0.07, 0.08, 0.08, 0.08, 0.4, 0.09]
    assert np.flatnonzero(holds.second).tolist() == [2, 4]
    assert np.flatnonzero(holds.single).tolist() == [0, 7]
    assert np.flatnonzero(holds.drag).tolist() == [6]


def test_the_longest_rest_on_the_way_is_found_where_it_was() -> None:
    def way(user: str, rest_s: float) -> list[Row]:
        rows: list[Row] = []
        t_s = 0.0
        for step in range(11):
            t_s += rest_s if step == 8 else 0.02
            rows.append((user, t_s, "move", 10.0 * step, 0.0, None))
        return [*rows, (user, t_s + 0.1, "down", 100.0, 0.0, "left")]

    ways = cut_approaches(_recording(way("ann", 0.5) + way("bob", 0.02)))
    assert ways.rest_s.round(6).tolist() == [0.5, 0.0]
    assert ways.left_share[0] == pytest.approx(0.3)


def test_idle_runs_begin_where_the_hand_rested_and_end_without_a_press() -> None:
    rows: list[Row] = [
        ("ann", 0.0, "move", 0.0, 0.0, None),
        ("ann", 5.0, "move", 2.0, 0.0, None),
        ("ann", 5.1, "move", 1.0, 0.0, None),
        ("ann", 9.0, "move", 40.0, 0.0, None),
        ("ann", 9.1, "down", 40.0, 0.0, "left"),
        ("ann", 9.2, "up", 40.0, 0.0, "left"),
        ("ann", 15.0, "move", 41.0, 0.0, None),
    ]
    runs = cut_idle_runs(_recording(rows))
    # The first has no rest before it, the third a press after it, the fourth comes from a click.
    assert runs.still_s.tolist() == [5.0]
    assert runs.reach_px.tolist() == [2.0]
    assert runs.duration_s.round(6).tolist() == [0.1]


def test_offsets_tell_wheels_from_fingers_and_count_the_notches() -> None:
    rng = np.random.default_rng(1)
    rows: list[Row] = []
    for user, notch in (("wheel", 100.0), ("fingers", 0.0)):
        offset, t_s = 0.0, 0.0
        for _ in range(60):
            t_s += 1.0
            steps = int(rng.integers(1, 6))
            distance = steps * notch or float(rng.uniform(20, 700))
            # The page glides: ten steps of a frame each.
            for part in np.diff(np.rint(distance * np.linspace(0.0, 1.0, 11) ** 0.7)):
                offset += float(part)
                t_s += 0.017
                rows.append((user, t_s, "scroll", float("nan"), offset, "scrolltop"))
    steps_cut = cut_steps(_recording(rows))
    found = wheel_notches_px(steps_cut)
    assert found == {0: 100.0, 1: 0.0}
    notches = notches_of(steps_cut, found)
    assert set(notches.person.tolist()) == {0}
    assert 60 <= len(notches.gap_s) <= 300
    assert len(cut_notches(_recording(rows)).gap_s) == 0


def test_logged_notches_keep_their_direction() -> None:
    rows: list[Row] = [
        ("ann", 0.0, "scroll", 0.0, 0.0, "down"),
        ("ann", 0.1, "scroll", 0.0, 0.0, "up"),
        ("bob", 0.0, "scroll", 0.0, 0.0, "down"),
    ]
    notches = cut_notches(_recording(rows))
    assert notches.direction.tolist() == [1, -1, 1]
    assert np.isinf(notches.gap_s).tolist() == [True, False, True]
    assert len(cut_steps(_recording(rows)).t_s) == 0


def test_a_fit_finds_the_presses_that_made_a_recording() -> None:
    population = read_press(load_profile("office"))
    people, clicks = 60, 40
    who = np.repeat(np.arange(people), clicks)
    person_key = keys(9, "who", range(people))[who]
    key = mixed(person_key, np.tile(np.arange(clicks), people))
    dwell = dwells_us(population, person_key, key) * 1e-6
    hold = holds_us(population, person_key, key) * 1e-6
    double = double_clicks(population, people, clicks, 9)
    rows: list[Row] = []
    for i, person in enumerate(who.tolist()):
        user, t_s = f"p{person}", 10.0 * (i % clicks)
        for step in range(12):
            rows.append((user, t_s, "move", 20.0 * step, 5.0, None))
            t_s += 0.016
        t_s += float(dwell[i]) - 0.016
        rows += _click(user, t_s, float(hold[i]), 220.0, 220.0)
        t_s += 3.0
        rows += _click(user, t_s, float(double.first_hold_s[i]), 220.0, 220.0)
        t_s += float(double.gap_s[i])
        x = 220.0 + float(double.dx[i])
        rows += _click(user, t_s, float(double.second_hold_s[i]), x, x)
    found = fit_behaviours(_recording(rows), "made")
    assert set(found) == {"press"}
    # Four standard errors of a median over 60 people.
    for name in ("hold_s", "double_gap_s"):
        fitted, true = read_spread(found["press"][name]["value"]), getattr(population, name)
        error = 4 * 1.2533 * true.between_sd / np.sqrt(people) + 0.02
        assert np.log(fitted.median / true.median) == pytest.approx(0, abs=error)
    fitted, true = read_spread(found["press"]["dwell_s"]["value"]), population.dwell_s
    error = 4 * 1.2533 * true.between_sd / np.sqrt(people) + 0.01
    assert fitted.median**0.35 == pytest.approx(true.median**0.35, abs=error)
    assert all(entry["source"].startswith("made") for entry in found["press"].values())


def test_a_recording_that_tells_nothing_makes_no_section() -> None:
    rows: list[Row] = [("ann", 0.1 * k, "move", float(k), 0.0, None) for k in range(20)]
    assert fit_behaviours(_recording(rows), "nothing") == {}
