"""The hand alone: rows in order, points kept, a movement that depends on its own request, refusals."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from deskhand import pointer_motor
from deskhand.behavior_models.profile import FORMAT, load_profile
from deskhand.errors import DeskhandError
from deskhand.pointer_motor import pointer_paths
from deskhand.pointer_rows import SCHEMA
from tests.behavior_models.tiny_policy import tiny_population

FIDELITIES = ("law", "learned")
SHIPPED = ("literature", "mouse-game", "mouse-web")
N = 48


POPULATION = tiny_population()


def _requests(n: int = N) -> pa.Table:
    """Return requests of five people: whole and fractional points, some with targets, some open."""
    rng = np.random.default_rng(n)
    start, end = rng.uniform(0, 1500, (2, 2, n))
    start[:, ::2], end[:, ::2] = np.rint(start[:, ::2]), np.rint(end[:, ::2])
    aimed, opened = np.arange(n) % 3 > 0, np.arange(n) % 3 == 2
    columns = {
        "person": [f"p{k % 5}" for k in range(n)],
        **dict(zip(("x0", "y0"), start, strict=True)),
        **{name: pa.array(v, mask=opened) for name, v in zip(("x1", "y1"), end, strict=True)},
    }
    box = [end[0], end[1] + 3.0, rng.uniform(10, 120, n), rng.uniform(10, 40, n)]
    names = ("target_x", "target_y", "target_w", "target_h")
    columns |= {name: pa.array(v, mask=~aimed) for name, v in zip(names, box, strict=True)}
    return pa.table(columns)


REQUESTS = _requests()


def _made(requests: Any, fidelity: str = "law", seed: int = 7, **given: Any) -> pa.Table:
    wanted: dict[str, Any] = {"profile": POPULATION, "seed": seed, "fidelity": fidelity}
    return pointer_paths(requests, **(wanted | given))


def _movements(paths: pa.Table) -> list[dict[str, list[Any]]]:
    """Return the rows of each movement, as columns, without its number."""
    number = paths["movement"].to_numpy()
    bounds = np.searchsorted(number, np.arange(number[-1] + 2))
    return [
        paths.slice(low, high - low).drop_columns(["movement"]).to_pydict()
        for low, high in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
    ]


@pytest.fixture(scope="module", params=FIDELITIES)
def fidelity(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def made(fidelity: str) -> pa.Table:
    return _made(REQUESTS, fidelity)


def test_rows_come_in_request_order_with_a_fixed_schema(made: pa.Table) -> None:
    assert made.schema.equals(SCHEMA, check_metadata=True)
    assert [(f.name, str(f.type)) for f in SCHEMA] == [
        ("movement", "int32"),
        ("person", "string"),
        ("t_us", "int64"),
        ("type", "string"),
        ("x", "double"),
        ("y", "double"),
        ("stroke", "int8"),
    ]
    assert not any(made[name].null_count for name in made.column_names)
    number = made["movement"].to_numpy()
    assert (np.diff(number) >= 0).all()
    assert sorted(set(number.tolist())) == list(range(N))
    for asked, rows in zip(REQUESTS["person"].to_pylist(), _movements(made), strict=True):
        assert set(rows["person"]) == {asked}


def test_a_movement_goes_from_its_start_to_its_press(made: pa.Table) -> None:
    for asked, rows in zip(REQUESTS.to_pylist(), _movements(made), strict=True):
        x, y, t_us, kind = (rows[name] for name in ("x", "y", "t_us", "type"))
        assert set(kind[:-2]) == {"pointermove"}
        assert kind[-2:] == ["pointerdown", "pointerup"]
        assert len(kind) >= 4
        assert t_us[0] == 0
        assert all(before <= after for before, after in pairwise(t_us))
        assert t_us[-1] > t_us[-2]
        # Fractions of a px are kept exactly at both ends; what lies between is whole.
        assert (x[0], y[0]) == (asked["x0"], asked["y0"])
        assert len({*zip(x[-3:], y[-3:], strict=True)}) == 1
        if asked["x1"] is not None:
            assert (x[-1], y[-1]) == (asked["x1"], asked["y1"])
        assert all(value == round(value) for value in x[1:-3] + y[1:-3])
        assert rows["stroke"][0] >= 0
        assert set(np.diff(rows["stroke"]).tolist()) <= set(range(9))


def test_an_open_end_is_drawn_inside_its_target(fidelity: str) -> None:
    n = 200
    box = {"target_x": 400.5, "target_y": 300.0, "target_w": 60.0, "target_h": 8.0}
    columns = {"person": ["ann"] * n, "x0": [0.0] * n, "y0": [0.0] * n}
    columns |= {name: [value] * n for name, value in box.items()}
    paths = _made(columns, fidelity)
    x, y = np.array([[rows["x"][-1], rows["y"][-1]] for rows in _movements(paths)]).T
    assert (np.abs(x - 400.5) <= 30.0).all()
    assert (np.abs(y - 300.0) <= 4.0).all()
    assert len(set(x.tolist())) > 10
    nulls = {"x1": [None] * n, "y1": [None] * n}
    assert _made(columns | nulls, fidelity).equals(paths)


def test_a_small_target_takes_longer() -> None:
    n = 150
    same = {"person": ["ann"] * n, "x0": [0] * n, "y0": [0] * n, "x1": [700] * n, "y1": [0] * n}
    where = {"target_x": [700] * n, "target_y": [0] * n, "target_h": [40] * n}
    small, large = (
        np.median(
            [rows["t_us"][-3] for rows in _movements(_made(same | where | {"target_w": [w] * n}))]
        )
        for w in (8, 250)
    )
    assert small > 1.2 * large


def test_start_equal_to_end_is_a_press_alone(fidelity: str) -> None:
    asked: dict[str, Any] = {
        "person": ["ann"] * 3,
        "x0": [5.25, 0, 1],
        "y0": [7, 0, 1],
        "x1": [5.25, 90, 1],
        "y1": [7, 40, 1],
    }
    first, _, last = _movements(_made(asked, fidelity))
    for rows, place in ((first, (5.25, 7.0)), (last, (1.0, 1.0))):
        assert rows["type"] == ["pointerdown", "pointerup"]
        assert rows["t_us"][0] == 0 < rows["t_us"][1]
        assert {*zip(rows["x"], rows["y"], strict=True)} == {place}
    alone = _made({name: column[:1] for name, column in asked.items()}, fidelity)
    assert _movements(alone) == [first]


@pytest.mark.parametrize("far", [0.3, 1.0, 30_000.0, 999_999.0])
def test_very_short_and_very_long_ways_arrive(far: float, fidelity: str) -> None:
    asked: dict[str, Any] = {
        "person": ["ann"] * 9,
        "x0": [0.1] * 9,
        "y0": [0.2] * 9,
        "x1": [far] * 9,
        "y1": [0.2] * 9,
    }
    for rows in _movements(_made(asked, fidelity)):
        assert (rows["x"][0], rows["x"][-3], rows["x"][-2]) == (0.1, far, far)
        assert np.isfinite(rows["x"] + rows["y"]).all()


def _unchanged(requests: pa.Table, whole: list[Any], make: Callable[[pa.Table], pa.Table]) -> None:
    """Check that a movement is the same with requests reordered, left out, split and added."""
    n = requests.num_rows
    order = np.random.default_rng(2).permutation(n)
    for chosen in (order, order[: n // 3], order[:1], order[n // 3 :], np.append(order, order[:5])):
        part = _movements(make(requests.take(pa.array(chosen))))
        assert part[:n] == [whole[place] for place in chosen[:n].tolist()]


def test_a_movement_does_not_change_with_the_others(fidelity: str, made: pa.Table) -> None:
    _unchanged(REQUESTS, _movements(made), lambda requests: _made(requests, fidelity))


def test_blocks_change_nothing(
    fidelity: str, made: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    for block in (7, 1):
        monkeypatch.setattr(pointer_motor, "BLOCK", block)
        part = REQUESTS if block > 1 else REQUESTS.slice(0, 5)
        paths = _made(part, fidelity)
        assert paths.equals(made.slice(0, paths.num_rows))
        assert paths.schema.equals(SCHEMA, check_metadata=True)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_profiles_keep_the_law_too(name: str) -> None:
    def make(requests: pa.Table) -> pa.Table:
        return pointer_paths(requests, profile=name, seed=3)

    requests = REQUESTS.slice(0, 15)
    _unchanged(requests, _movements(make(requests)), make)
    learned = "report_policy" in load_profile(name).sections
    assert learned == (name != "literature")
    plain = pointer_paths(requests, profile=name, seed=3, fidelity="learned" if learned else "law")
    assert plain.equals(make(requests))


def test_the_default_is_the_web_survey() -> None:
    asked = REQUESTS.slice(0, 3)
    assert pointer_paths(asked, seed=3).equals(pointer_paths(asked, profile="mouse-web", seed=3))


def test_equal_requests_are_different_movements(fidelity: str) -> None:
    twice = pa.concat_tables([REQUESTS.slice(0, 1)] * 3)
    rows = _movements(_made(twice, fidelity))
    assert rows[0] != rows[1] != rows[2] != rows[0]
    assert _movements(_made(twice.slice(0, 1), fidelity)) == rows[:1]


def test_seed_and_person_decide_the_movement(fidelity: str, made: pa.Table) -> None:
    assert _made(REQUESTS, fidelity).equals(made)
    others = _movements(_made(REQUESTS, fidelity, seed=8))
    assert not any(one == other for one, other in zip(_movements(made), others, strict=True))
    asked = REQUESTS.slice(0, 1)
    renamed = asked.set_column(0, "person", pa.array(["someone"]))
    assert _movements(_made(renamed, fidelity))[0]["t_us"] != _movements(made)[0]["t_us"]


def test_any_form_of_the_same_numbers_is_the_same_request(fidelity: str, made: pa.Table) -> None:
    coded = REQUESTS["person"].dictionary_encode()
    extra = REQUESTS.set_column(0, "person", coded).append_column("note", pa.array(["-"] * N))
    turned = extra.select(extra.column_names[::-1])
    whole = {name: REQUESTS[name].to_pylist() for name in REQUESTS.column_names}
    viewed = REQUESTS.set_column(0, "person", REQUESTS["person"].cast(pa.string_view()))
    batch = REQUESTS.combine_chunks().to_batches()[0]
    for requests in (turned, whole, MappingProxyType(whole), viewed, batch):
        assert _made(requests, fidelity).equals(made)
    zero = {"person": ["ann"], "x0": [0.0], "y0": [0], "x1": [90], "y1": [-0.0]}
    minus = {"person": ["ann"], "x0": [-0.0], "y0": [-0.0], "x1": [90.0], "y1": [0]}
    assert _made(zero, fidelity).equals(_made(minus, fidelity))


def test_a_profile_may_be_an_object_or_a_path(tmp_path: Path) -> None:
    path = tmp_path / "made.json"
    path.write_text(json.dumps({"format": FORMAT} | asdict(POPULATION)))
    asked = REQUESTS.slice(0, 6)
    wanted = pointer_paths(asked, profile=POPULATION, seed=1)
    for profile in (path, str(path)):
        assert pointer_paths(asked, profile=profile, seed=1).equals(wanted)
    assert wanted.equals(pointer_paths(asked, profile=POPULATION, seed=1, fidelity="learned"))


GOOD: dict[str, Any] = {
    "person": ["ann", "bob"],
    "x0": [1, 2],
    "y0": [1, 2],
    "x1": [30, 40],
    "y1": [50, 60],
}
BOX: dict[str, Any] = {
    "target_x": [30, 40],
    "target_y": [50, 60],
    "target_w": [9, 9],
    "target_h": [9, 9],
}


def _without(*names: str, of: dict[str, Any] = GOOD) -> dict[str, Any]:
    return {name: column for name, column in of.items() if name not in names}


@pytest.mark.parametrize(
    ("requests", "said"),
    [
        # What was given, the rule and the remedy.
        (_without("person", "y1"), r"no column person, y1; they need person, x0.* for example \{"),
        (_without("x1", of=GOOD | BOX), "no column x1; they need"),
        (_without("x1", "y1"), "no column x1, y1"),
        (_without("target_h", of=GOOD | BOX), "no column target_h"),
        ({}, "no column person"),
        ({name: [] for name in GOOD}, r"no rows; give at least one, for example"),
        (GOOD | {"person": [1, 2]}, "'person' has type int64; it must be strings"),
        (GOOD | {"person": ["ann", None]}, "'person' holds nulls; name a person"),
        (GOOD | {"x0": [1, float("nan")]}, "'x0' holds nan; it must be finite"),
        (GOOD | {"x0": [1, float("inf")]}, "'x0' holds inf; it must be finite"),
        (GOOD | {"y1": [1, -2e6]}, "'y1' holds -2000000.0; it must be finite and at most 1000000"),
        (GOOD | {"x0": [1, 2**60]}, "'x0' holds 1.15.*e.18; it must be finite and at most"),
        (GOOD | {"x0": [1, None]}, "'x0' holds nulls; it must be numbers"),
        (GOOD | {"x1": [1, None]}, "'x1' holds nulls; it must be numbers"),
        (GOOD | {"x0": ["1", "2"]}, "'x0' has type string; it must be numbers, in px"),
        (GOOD | {"x0": [True, False]}, "'x0' has type bool; it must be numbers"),
        (GOOD | {"x0": [1]}, "no table .* mapping of columns of equal length, for example"),
        (GOOD | {"x0": 1}, "no table"),
        (GOOD | {"x0": [10**30, 1]}, "no table"),
        (GOOD | {"person": "ab"}, "'person' is the one string 'ab', not a list"),
        (GOOD | {"person": ["\ud800", "b"]}, "no table"),
        (GOOD | BOX | {"target_w": [9, 0]}, r"row 1: a target of 0 x 9 px; width and height must"),
        (GOOD | BOX | {"target_h": [-2, 9]}, r"row 0: a target of 9 x -2 px"),
        (GOOD | BOX | {"target_w": [9, float("nan")]}, "'target_w' holds nan; .* null where"),
        (GOOD | BOX | {"target_w": [9, None]}, "row 1: a target needs all of target_x"),
        (
            GOOD | BOX | {"x1": [None, 40]},
            "row 0: neither a point x1, y1 nor a target .* give both",
        ),
        (
            GOOD
            | {name: [c[0], None] for name, c in BOX.items()}
            | {"x1": [1, None], "y1": [1, None]},
            "row 1: neither a point",
        ),
        ([1, 2], "of type list are no table"),
        (None, "of type NoneType are no table"),
        (pa.table([[1.0], *([v[0]] for v in GOOD.values())], names=["x0", *GOOD]), "x0 twice"),
    ],
)
def test_bad_requests_are_refused(requests: Any, said: str) -> None:
    with pytest.raises(DeskhandError, match=said):
        _made(requests)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"profile": "mouse-wed"}, "profile 'mouse-wed' is not known; .*Known: .*office"),
        ({"profile": "nowhere.json"}, "'nowhere.json' does not exist"),
        ({"fidelity": "learnt"}, "fidelity 'learnt' is not known; did you mean 'learned'"),
        (
            {"profile": "office", "fidelity": "learned"},
            "'office' has no learned tier; use fidelity='law'",
        ),
        ({"seed": -1}, "seed"),
        ({"seed": 2**64}, "seed"),
        ({"seed": 1.5}, "seed=1.5: must be a whole number"),
        ({"seed": "7"}, "seed='7': must be a whole number"),
        ({"seed": None}, "seed=None: must be a whole number"),
    ],
)
def test_bad_arguments_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(DeskhandError, match=said):
        _made(GOOD, **given)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON .*; give a profile file"),
        ("[]", "JSON of type list; a profile is an object"),
        ("{}", "format None; expected 'deskhand.profile/1'"),
        (f'{{"format": "{FORMAT}", "mode": "derived", "name": "a"}}', "remark, sections missing"),
    ],
)
def test_bad_profile_files_are_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(DeskhandError, match=f"bad.json: {said}"):
        _made(GOOD, profile=path)


def test_a_profile_file_that_changed_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "made.json"
    found = []
    for number, seed in enumerate((1, 2)):
        population = asdict(tiny_population(seed))
        path.write_text(json.dumps({"format": FORMAT} | population))
        os.utime(path, (number, number))
        found.append(_made(REQUESTS.slice(0, 3), "learned", profile=path))
    assert not found[0].equals(found[1])
