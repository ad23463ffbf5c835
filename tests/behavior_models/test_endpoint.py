"""Landing points lie in their targets, off the centre, and their table is found again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.behavior_models.endpoint import SECTION, fit_endpoint, landing_points
from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.errors import DeskhandError
from deskhand.keyed_draws import keys

PROFILE = load_profile("office")


@given(
    x=st.floats(-500, 2000),
    y=st.floats(-500, 2000),
    width=st.floats(0.1, 900),
    height=st.floats(0.1, 900),
    seed=st.integers(0, 2**32),
)
def test_landing_points_lie_in_the_box(
    x: float, y: float, width: float, height: float, seed: int
) -> None:
    box = np.tile([x, y, width, height], (20, 1))
    at = landing_points(PROFILE, np.zeros((20, 2)), box, keys(seed, "end", range(20)))
    assert np.all(np.abs(at - box[:, :2]) <= 0.5 * box[:, 2:] * (1 + 1e-9))
    for axis, extent in enumerate((width, height)):
        if extent >= 1.0:
            assert np.array_equal(at[:, axis], np.rint(at[:, axis]))


def test_the_table_is_found_again_from_its_own_draws() -> None:
    n = 20_000
    rng = np.random.default_rng(3)
    target = np.column_stack([rng.uniform(300, 1500, (n, 2)), rng.uniform(60, 400, (n, 2))])
    start = rng.uniform(0, 1900, (n, 2))
    given_table = [
        -0.5,
        -0.43,
        -0.41,
        -0.36,
        -0.21,
        -0.09,
        -0.03,
        0.03,
        0.15,
        0.3,
        0.38,
        0.43,
        0.45,
    ]
    first = fit_endpoint(
        start, landing_points(PROFILE, start, target, keys(1, "end", range(n))), target, "x"
    )
    values = {name: dict(entry) for name, entry in first.items()}
    values["offset_x"]["value"] = [0.8 * share for share in given_table]
    values["offset_y"]["value"] = [0.7 * share for share in given_table]
    values["short"]["value"] = 0.06
    made = Profile(name="made", mode="published", remark="", sections={SECTION: values})
    end = landing_points(made, start, target, keys(2, "end", range(n)))
    found = fit_endpoint(start, end, target, "x")
    # The error of a quantile or slope of 20,000 draws is below .004; rounding adds to small boxes.
    assert found["short"]["value"] == pytest.approx(0.06, abs=0.01)
    for name in ("offset_x", "offset_y"):
        assert found[name]["value"][1:-1] == pytest.approx(values[name]["value"][1:-1], abs=0.02)


def test_presses_without_targets_teach_nothing_and_wrong_shapes_are_refused() -> None:
    nowhere = np.full((3, 4), np.nan)
    assert fit_endpoint(np.zeros((3, 2)), np.ones((3, 2)), nowhere, "x") == {}
    with pytest.raises(DeskhandError, match="give"):
        fit_endpoint(np.zeros((3, 2)), np.ones((2, 2)), nowhere, "x")


def test_a_table_of_another_length_than_its_levels_is_refused() -> None:
    section = {name: dict(entry) for name, entry in PROFILE.sections[SECTION].items()}
    section["levels"]["value"] = [0.0, 0.5, 1.0]
    profile = Profile(name="mine", mode="published", remark="", sections={SECTION: section})
    with pytest.raises(DeskhandError, match=r"endpoint.offset_x has 7 entries .*levels 3"):
        landing_points(profile, np.zeros((1, 2)), np.ones((1, 4)), keys(1, "end", [0]))
