"""Negative controls: what each keeps and what it spoils; and every row fails for one of them."""

import numpy as np
import pyarrow as pa
import pytest

from deskhand.evaluation.key_table import typed_keys
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


def test_every_row_fails_for_a_control_and_people_pass() -> None:
    found = compared(side(2), PEOPLE, seed=0, joint=False)
    assert len(found["rows"]) > 50
    powerless = [row["name"] for row in found["rows"] if row["why"].startswith("no negative")]
    # Hands of this law do not overshoot, and have no memory at a lag of 5.
    assert len(powerless) <= 6, powerless
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
