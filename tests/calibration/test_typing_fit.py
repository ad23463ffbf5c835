"""Fit of typing: a made population is found again, and what cannot be fitted is refused."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import deskhand
from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.errors import DeskhandError

PEOPLE = 60
TEXT = "the carrier called about the late delivery and asked for another week"


def recorded(profile: Profile, seed: int) -> pa.Table:
    texts = [TEXT] * (8 * PEOPLE)
    person = [f"p{number % PEOPLE}" for number in range(len(texts))]
    typed = deskhand.type_text(texts, person=person, profile=profile, seed=seed)
    return pa.table(
        {
            "user": typed["person"].cast(pa.string()),
            "session": typed["text"].cast(pa.string()),
            "t_down_s": typed["down_us"].to_numpy() / 1e6,
            "t_up_s": typed["up_us"].to_numpy() / 1e6,
            "key": typed["key"].cast(pa.string()),
        }
    )


def _with_grids(grids: list[tuple[int, float, str, float]]) -> Profile:
    base = load_profile("literature")
    classes = [
        {
            "period_us": period_us,
            "share": share,
            "counts": counts,
            "late_down": [late, 0.3],
            "late_up": [late / 2, 0.3],
            "down_after_ms": [0.0, 0.0],
            "up_slow_ppm": [0.0, 0.0],
            "missed": [0.0, 0.0],
        }
        for period_us, share, counts, late in grids
    ]
    clock = {"grids": {"value": classes, "source": "made"}}
    return Profile(
        name="made",
        mode="fit-no-dp",
        remark="made",
        sections={**base.sections, "key_clock": {**base.sections["key_clock"], **clock}},
    )


@pytest.fixture(scope="module")
def made() -> tuple[pa.Table, Profile]:
    grids = [(1000, 0.4, "none", 0.0), (8000, 0.35, "stamps", 0.1), (15625, 0.25, "gaps", 0.0)]
    table = recorded(_with_grids(grids), seed=5)
    return table, deskhand.fit(table, name="found", fidelity="law")


def test_clocks_are_found_again(made: tuple[pa.Table, Profile]) -> None:
    _, found = made
    grids = found["key_clock", "grids"]
    share = {(row["period_us"], row["counts"]): row["share"] for row in grids}
    # 60 people: the standard error of a share is .06; three of them for three shares err by chance
    # in less than 1 of 100 seeds, and the seed is fixed.
    assert share[1000, "none"] == pytest.approx(0.4, abs=0.19)
    assert share[8000, "stamps"] == pytest.approx(0.35, abs=0.19)
    assert share[15625, "gaps"] == pytest.approx(0.25, abs=0.19)
    assert sum(share.values()) == pytest.approx(1.0, abs=0.01)


def test_a_fitted_population_types_at_the_same_pace(made: tuple[pa.Table, Profile]) -> None:
    table, found = made
    keys = {"sequence": table["session"], "person": table["user"], "key": table["key"]}
    timed = deskhand.time_keys(keys, profile=found, seed=11)
    holds = [
        np.median(table["t_up_s"].to_numpy() - table["t_down_s"].to_numpy()),
        np.median(timed["up_us"].to_numpy() - timed["down_us"].to_numpy()) / 1e6,
    ]
    assert holds[1] == pytest.approx(holds[0], rel=0.1)
    down_s = [table["t_down_s"].to_numpy(), timed["down_us"].to_numpy() / 1e6]
    spacings = [np.median(np.diff(one)[np.diff(one) > 0]) for one in down_s]
    assert spacings[1] == pytest.approx(spacings[0], rel=0.15)


def test_the_same_fit_from_a_file_and_a_table(
    made: tuple[pa.Table, Profile], tmp_path: Any
) -> None:
    table, found = made
    pq.write_table(table, tmp_path / "keys.parquet")
    again = deskhand.fit(tmp_path / "keys.parquet", name="found", fidelity="law")
    assert again.sections == found.sections
    assert (
        found["keystrokes", "person_mean"]
        != load_profile("literature")["keystrokes", "person_mean"]
    )


@pytest.mark.parametrize(
    ("columns", "more", "told"),
    [
        ({"user": ["a"], "t_down_s": [0.0], "t_up_s": [0.1]}, {}, "at least 20 people"),
        ({"user": ["a"], "t_down_s": [0.0]}, {}, "t_up_s are missing"),
        ({"user": ["a"], "t_down_s": ["x"], "t_up_s": [0.1]}, {}, "must be numbers"),
        ({"user": ["a"], "t_down_s": [0.0], "t_up_s": [1e300]}, {}, "huge"),
        (
            {"user": ["a"], "t_down_s": [0.0], "t_up_s": [0.1]},
            {"fidelity": "best"},
            "fidelity.*best",
        ),
    ],
)
def test_keystrokes_that_cannot_be_fitted(
    columns: dict[str, Any], more: dict[str, Any], told: str
) -> None:
    with pytest.raises(DeskhandError, match=told):
        deskhand.fit(columns, **{"fidelity": "law", **more})
