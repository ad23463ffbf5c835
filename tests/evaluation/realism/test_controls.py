"""Negative controls: what each keeps and what it spoils; and every row fails for one of them."""

import numpy as np
import pyarrow as pa
import pytest

from deskhand.calibration.movements import cut_movements
from deskhand.calibration.recording import DOWN
from deskhand.evaluation.key_table import typed_keys
from deskhand.evaluation.pointer_features import KINEMATIC, SHAPE, pointer_features
from deskhand.evaluation.realism.controls import CONTROLS, spoiled
from deskhand.evaluation.realism.report import VOID, compared, result_of
from deskhand.evaluation.realism.side import Side
from tests.evaluation.realism.made_sides import side

PEOPLE = side(1)


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_is_drawn_anew_by_its_seed_alone(name: str) -> None:
    one, two = (spoiled(PEOPLE, name, seed=5) for _ in range(2))
    assert one.events is not None
    assert two.events is not None
    assert (one.events.t_us == two.events.t_us).all()
    assert (one.events.kind == two.events.kind).all()


@pytest.mark.parametrize("name", CONTROLS)
def test_clocks_never_go_back_within_a_session(name: str) -> None:
    found = spoiled(PEOPLE, name, seed=5)
    for part in (found.events, found.pointer):
        assert part is not None
        within = part.session[1:] == part.session[:-1]
        assert (np.diff(part.t_us)[within] >= 0).all()
    assert found.keys is not None
    assert (found.keys.up_us >= found.keys.down_us).all()


def test_shuffling_keeps_what_there_is() -> None:
    found = spoiled(PEOPLE, "shuffled columns", seed=5)
    assert found.events is not None
    assert PEOPLE.events is not None
    assert sorted(found.events.kind) == sorted(PEOPLE.events.kind)
    assert (found.events.kind != PEOPLE.events.kind).any()


def test_stretching_is_by_three() -> None:
    found = spoiled(PEOPLE, "three times slower", seed=5)
    assert found.keys is not None
    assert PEOPLE.keys is not None
    assert (found.keys.up_us - found.keys.down_us).sum() == 3 * (
        PEOPLE.keys.up_us - PEOPLE.keys.down_us
    ).sum()


def test_rising_order_keeps_the_intervals_of_each_session() -> None:
    found = spoiled(PEOPLE, "rising order", seed=5).keys
    assert found is not None
    assert PEOPLE.keys is not None
    for first, after in zip(found.first[:3], found.first[1:4], strict=True):
        gaps, old = (np.diff(keys.down_us[first:after]) for keys in (found, PEOPLE.keys))
        assert gaps.tolist() == sorted(old)


def test_too_wide_a_spread_keeps_people_where_they_are() -> None:
    found = spoiled(PEOPLE, "spread too wide", seed=5).keys
    assert found is not None
    assert PEOPLE.keys is not None
    logs = [np.log(keys.up_us - keys.down_us) for keys in (found, PEOPLE.keys)]
    for who in range(3):
        wide, own = (side[PEOPLE.keys.person == who] for side in logs)
        assert wide.mean() == pytest.approx(own.mean(), abs=1e-3)
        assert wide.std() == pytest.approx(3 * own.std(), rel=1e-3)


def test_the_commonest_kinds_are_left_alone() -> None:
    found = spoiled(PEOPLE, "commonest kinds alone", seed=5)
    assert found.events is not None
    assert found.keys is not None
    assert len(np.unique(found.events.kind)) == 2
    assert len(np.unique(found.events.app)) == 1
    assert {found.keys.vocabulary.names[key] for key in np.unique(found.keys.key)} == {" ", "o"}
    assert PEOPLE.keys is not None
    assert (found.keys.down_us == PEOPLE.keys.down_us).all()


def test_straight_lines_end_in_the_press_and_nothing_else_is_moved() -> None:
    old = PEOPLE.pointer
    found = spoiled(PEOPLE, "straight to the centre", seed=5).pointer
    assert found is not None
    assert old is not None
    press = np.flatnonzero(old.event == DOWN)
    assert (found.x[press] == old.x[press]).all()
    assert (found.y[press - 1] == old.y[press]).all()
    assert (found.t_us == old.t_us).all()
    moves = cut_movements(found)
    features = pointer_features(moves)["kinematic"]
    deviation = features[:, (*SHAPE, *KINEMATIC).index("largest_deviation")]
    # Places are whole pixels where features are made.
    assert np.nanmax(np.abs(deviation)) < 0.05


def test_every_row_fails_for_a_control_and_people_pass() -> None:
    found = compared(side(2), PEOPLE, seed=0, joint=False)
    assert len(found["rows"]) > 50
    powerless = [row["name"] for row in found["rows"] if row["why"].startswith("no negative")]
    # These people never erase anything.
    assert powerless == ["backspaces of people"]
    assert all(control["ok"] for control in found["controls"])
    fails = [row["name"] for row in found["rows"] if row["verdict"] == "fail"]
    assert len(fails) <= 2, fails


def test_a_slower_population_fails_the_rows_of_time_and_not_those_of_shape() -> None:
    found = compared(side(2, slower=1.6, tempo=1.6), PEOPLE, seed=0, joint=False)
    verdict = {row["name"]: row["verdict"] for row in found["rows"]}
    for row in ("movement time", "down to down", "gap between acts"):
        assert verdict[row] == "fail"
    for row in ("largest deviation / distance", "kinds of keys", "hold"):
        assert verdict[row] in ("pass", "warn", "not measurable")


def test_a_reference_that_no_control_can_spoil_makes_a_void_report() -> None:
    down_s = 0.2 * np.arange(100)
    user = np.repeat([f"p{k}" for k in range(24)], 100)
    columns = {"user": user, "session": user, "t_down_s": np.tile(down_s, 24)}
    keys = typed_keys(pa.table(columns | {"t_up_s": columns["t_down_s"] + 0.1}))
    clockwork = Side(people=keys.people, keys=keys, sessions=24)
    found = compared(clockwork, clockwork, seed=0, joint=False)
    failing = {control["name"]: control["ok"] for control in found["controls"]}
    assert not failing["independent lognormals"]
    assert failing["three times slower"]
    assert result_of(found["rows"], found["controls"], valid=True) == VOID
