"""Training of the learned typist: the seed decides, nobody's traits stay, and people are met."""

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import deskhand
from deskhand.behavior_models.key_clock import KINDS
from deskhand.behavior_models.learned_keystrokes import SECTION
from deskhand.behavior_models.learned_typists import fit_people_law
from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.calibration import keystroke_training, pytorch
from deskhand.calibration.key_recording import read_key_recording
from deskhand.calibration.keystroke_rows import KeystrokeRows, keystroke_rows
from deskhand.calibration.keystroke_training import train_keystrokes
from deskhand.calibration.recording import read_table
from deskhand.errors import DeskhandError
from tests.calibration.test_policy_training import needs_torch
from tests.calibration.test_typing_fit import recorded


@cache
def table() -> pa.Table:
    return recorded(load_profile("literature"), seed=3)


@cache
def rows() -> KeystrokeRows:
    return keystroke_rows(read_key_recording(read_table(table())))


@cache
def fitted() -> Profile:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keystroke_training, "MOST_PASSES", 25)
        return deskhand.fit(table(), name="found", fidelity="learned")


@needs_torch
def test_the_seed_decides_the_network_and_steps_are_told() -> None:
    told: list[float] = []
    records: list[dict[str, Any]] = [
        train_keystrokes(rows(), seed=seed, steps=4, progress=told.append).network.record
        for seed in (1, 1, 2)
    ]
    assert records[0] == records[1]
    assert records[0] != records[2]
    assert all(0 < share <= 1 for share in told)


@needs_torch
def test_a_network_types_like_the_recording_it_was_fitted_to() -> None:
    keys = {
        name: table()[column]
        for name, column in (("sequence", "session"), ("person", "user"), ("key", "key"))
    }
    timed = deskhand.time_keys(keys, profile=fitted(), fidelity="learned", seed=11)
    down, up = (timed[name].to_numpy() / 1e6 for name in ("down_us", "up_us"))
    real_down, real_up = (table()[name].to_numpy() for name in ("t_down_s", "t_up_s"))
    # 60 people, whose medians vary by .3 and .2 in ln: standard errors of 6 % and 4 % a side.
    hold, real_hold = np.median(up - down), np.median(real_up - real_down)
    assert hold == pytest.approx(real_hold, rel=0.2)
    same = np.diff(timed["sequence"].to_numpy()) == 0
    assert np.median(np.diff(down)[same]) == pytest.approx(
        np.median(np.diff(real_down)[same]), rel=0.25
    )
    space = np.array(table()["key"].to_pylist())[1:] == " "
    for after in (space, ~space):
        assert np.median(np.diff(down)[same & after]) == pytest.approx(
            np.median(np.diff(real_down)[same & after]), rel=0.3
        )


@needs_torch
def test_a_profile_holds_the_law_of_traits_and_nobodys() -> None:
    section = fitted().sections[SECTION]
    assert set(section) == {"network", "people"}
    law = section["people"]["value"]
    assert set(law) == set(KINDS)
    # 12 means and a triangle: as many numbers whatever the number of people.
    for kind in KINDS:
        assert len(law[kind]["mean"]) == 12
        assert [len(row) for row in law[kind]["factor"]] == list(range(1, 13))
    assert "60 people" in section["people"]["source"] + section["network"]["source"]


def test_kinds_of_few_people_have_the_law_of_all() -> None:
    rng = np.random.default_rng(2)
    middle = np.concatenate([rng.normal(0, 1, (100, 3)), rng.normal(5, 1, (10, 3))])
    kind = np.repeat([0, 1], [100, 10])
    law = fit_people_law(middle, np.full_like(middle, 0.01), kind, np.full(110, 500))
    assert law["stamps"] == law["gaps"]
    # One in 11 of all is at 5; of the first kind none.
    assert np.allclose(law["stamps"]["mean"], 5 / 11, atol=0.3)
    assert np.allclose(law["none"]["mean"], 0.0, atol=0.3)


def test_times_are_drawn_anew_within_the_ticks_of_a_clock() -> None:
    one, other = (rows().outcomes(np.random.default_rng(seed)) for seed in (1, 2))
    known = rows().has_hold
    assert not np.array_equal(one.hold, other.hold)
    # A clock of 8 ms moves a hold by at most that.
    assert np.abs(one.hold - other.hold)[known].mean() < 0.5
    assert np.corrcoef(one.hold[known], other.hold[known])[0, 1] > 0.9


def test_without_pytorch_the_command_that_installs_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pytorch, "torch_or_none", lambda: None)
    with pytest.raises(DeskhandError, match=r"python -m pip install .deskhand\[fit\]"):
        train_keystrokes(rows(), seed=1)
