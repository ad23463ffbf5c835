"""What a fit is refused for, and what it says when it can fit the law alone."""

import json
import warnings
from typing import Any

import numpy as np
import pytest

from deskhand.calibration import pointer_fit
from deskhand.calibration.behaviours import fit_behaviours
from deskhand.calibration.pointer_fit import FEWEST_MOVEMENTS, FEWEST_PEOPLE, fit
from deskhand.calibration.recording import read_recording
from deskhand.errors import DeskhandError, UnknownNameError


def _tidy(people: int, movements: int) -> dict[str, Any]:
    """Return a tidy table of people who each move to the right and press, again and again."""
    reports = 8
    rows = reports + 2
    n = people * movements * rows
    place = np.arange(n) % rows
    movement = np.arange(n) // rows
    return {
        "user": [f"u{number}" for number in (movement // movements).tolist()],
        "t_s": (movement * 2.0 + place * 0.016).tolist(),
        "event": (["move"] * reports + ["down", "up"]) * (people * movements),
        "x": (np.minimum(place, reports - 1) * 20.0).tolist(),
        "y": [100.0] * n,
    }


SMALL = _tidy(3, 2)


def _without(name: str) -> dict[str, Any]:
    return {key: column for key, column in SMALL.items() if key != name}


def _with_first(name: str, value: Any) -> dict[str, Any]:
    return SMALL | {name: [value, *SMALL[name][1:]]}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (SMALL, "6 movements that end in a press, by 3 people; a fit needs 400 by at least 20"),
        (_tidy(FEWEST_PEOPLE - 1, 22), "418 movements .* by 19 people; .* at least 20"),
        (
            _tidy(FEWEST_PEOPLE, FEWEST_MOVEMENTS // FEWEST_PEOPLE - 1),
            "380 movements .* by 20 people",
        ),
        (SMALL | {"event": ["move"] * len(SMALL["x"])}, "0 movements that end in a press, by 0"),
        (_without("t_s"), "columns t_s are missing; a tidy table has user, t_s, event, x, y"),
        (_with_first("t_s", float("nan")), "'t_s' holds NaN or infinite times; drop those rows"),
        (
            _with_first("event", "click"),
            "'event' holds 'click'; known: move, drag, down, up, scroll",
        ),
        ({name: [] for name in SMALL}, "the table is empty; a fit needs .* at least 20 people"),
        ("nowhere.parquet", "no such file"),
    ],
)
def test_bad_data_is_refused(data: Any, said: str) -> None:
    with pytest.raises(DeskhandError, match=said):
        fit(data, fidelity="law")


@pytest.mark.parametrize("lost", [None, float("nan"), float("inf")])
def test_a_move_without_a_place_leaves_its_movement_out(lost: float | None) -> None:
    # The first move of one, a middle one of another.
    xs = [lost, *SMALL["x"][1:13], lost, *SMALL["x"][14:]]
    with pytest.raises(DeskhandError, match="4 movements that end in a press"):
        fit(SMALL | {"x": xs}, fidelity="law")


def test_a_hundredth_of_places_lost_is_no_matter_for_the_behaviours() -> None:
    data = _tidy(FEWEST_PEOPLE, 40)
    xs = np.array(data["x"])
    xs[::101] = np.inf
    data["y"] = [np.nan if place % 103 == 0 else 100.0 for place in range(len(xs))]
    found = fit_behaviours(read_recording(data | {"x": xs}), "made")
    assert "hold_s" in found["press"]
    assert "NaN" not in json.dumps(found)
    assert "Infinity" not in json.dumps(found)


def test_no_sessions_are_refused() -> None:
    with pytest.raises(DeskhandError, match="no sessions given"):
        fit([], fidelity="law")


@pytest.mark.parametrize("seed", [-1, 1.5, "a", None, 2**64])
def test_a_seed_is_a_whole_number(seed: Any) -> None:
    with pytest.raises(DeskhandError, match="must be a whole number"):
        fit(SMALL, seed=seed, fidelity="law")


def test_an_unknown_fidelity_names_the_nearest() -> None:
    with pytest.raises(
        UnknownNameError, match="fidelity 'learnt' is not known; did you mean 'learned'"
    ):
        fit(SMALL, fidelity="learnt")


def test_without_pytorch_the_law_alone_is_fitted_and_said_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pointer_fit, "torch_or_none", lambda: None)
    install = r"python -m pip install .deskhand\[fit\]"
    with (
        pytest.warns(UserWarning, match=f"only the law tier is fitted; for both: {install}"),
        pytest.raises(DeskhandError, match="6 movements"),
    ):
        fit(SMALL)
    # Asked for, the learned tier is refused; not asked for, nothing is said.
    with pytest.raises(
        DeskhandError, match=f"fidelity='learned' is fitted with PyTorch: {install}"
    ):
        fit(SMALL, fidelity="learned")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(DeskhandError, match="6 movements"):
            fit(SMALL, fidelity="law")
