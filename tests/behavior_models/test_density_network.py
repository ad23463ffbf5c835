"""Layers are exact: no batch, order of columns or order of summation changes a bit."""

from collections.abc import Callable
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from deskhand.behavior_models import density_network
from deskhand.behavior_models.density_network import (
    LIMIT,
    MOST_INPUTS,
    STEP,
    WEIGHT_LIMIT,
    Layer,
    drawn_class,
    hard_swish,
    outputs,
    whole_inputs,
)
from deskhand.compiled import compiled
from deskhand.errors import DeskhandError

FALSE_ALARM = 1e-3
INSTALL = 'numba is not installed: python -m pip install -e ".[fast]"'
RNG = np.random.default_rng(5)
# As wide as a layer may be, with the largest weights and inputs there are in some rows and columns.
WEIGHT = RNG.normal(0, 1, (33, MOST_INPUTS)).astype(np.float32)
WEIGHT[0] = 1.0
LAYER = Layer.of(WEIGHT, RNG.normal(0, 1, 33).astype(np.float32))
INPUTS = whole_inputs(RNG.normal(0, 6, (MOST_INPUTS, 257)).astype(np.float32))
INPUTS[:, 0], INPUTS[:, 1] = LIMIT, -LIMIT
OUT = LAYER(INPUTS)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 256), min_size=1, max_size=300))
def test_a_column_is_the_same_in_any_batch(columns: list[int]) -> None:
    part = LAYER(np.ascontiguousarray(INPUTS[:, columns]))
    assert part.tobytes() == np.ascontiguousarray(OUT[:, columns]).tobytes()


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(MOST_INPUTS)))
def test_the_order_of_summation_changes_nothing(order: list[int]) -> None:
    turned = Layer(weight=LAYER.weight[:, order], scale=LAYER.scale, bias=LAYER.bias)
    assert turned(INPUTS[order]).tobytes() == OUT.tobytes()


def test_sums_are_those_of_whole_and_of_double_arithmetic() -> None:
    whole = LAYER.weight.astype(np.int64) @ INPUTS.astype(np.int64)
    assert np.abs(whole).max() == LIMIT * WEIGHT_LIMIT * MOST_INPUTS
    double = LAYER.weight.astype(np.float64) @ INPUTS.astype(np.float64)
    for sums in (whole, double):
        scaled = sums.astype(np.float32) * LAYER.scale + LAYER.bias
        assert scaled.tobytes() == OUT.tobytes()


def test_rounding_to_whole_weights_is_small() -> None:
    exact = WEIGHT @ (INPUTS * np.float32(STEP)) + LAYER.bias
    half_step = np.abs(WEIGHT).max(axis=1, keepdims=True) / WEIGHT_LIMIT / 2
    assert (np.abs(OUT - exact) <= half_step * np.abs(INPUTS * STEP).sum(axis=0) + 1e-2).all()


def test_too_many_inputs_are_refused() -> None:
    with pytest.raises(DeskhandError, match=f"at most {MOST_INPUTS}"):
        Layer.of(np.ones((1, MOST_INPUTS + 1), np.float32), np.zeros(1, np.float32))
    assert LIMIT * WEIGHT_LIMIT * MOST_INPUTS < 2**24 <= LIMIT * WEIGHT_LIMIT * (MOST_INPUTS + 1)


def test_a_record_is_the_layer() -> None:
    again = Layer.from_record(LAYER.record)
    assert again.record == LAYER.record
    assert again(INPUTS).tobytes() == OUT.tobytes()


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1))
def test_inputs_and_activations_are_whole_steps_within_the_limit(values: list[float]) -> None:
    given_values = np.array(values, np.float32)
    for out in (whole_inputs(given_values.copy()), hard_swish(given_values.copy())):
        assert np.array_equal(out, np.rint(out))
        assert np.abs(out).max() <= LIMIT
    near = np.abs(given_values) < LIMIT * STEP
    assert (
        np.abs(whole_inputs(given_values.copy()) * STEP - given_values)[near].max(initial=0)
        <= STEP / 2
    )
    smooth = given_values * np.clip(given_values + 3, 0, 6) / 6
    found = hard_swish(given_values.copy()) * STEP
    assert np.abs(found - np.minimum(smooth, LIMIT * STEP)).max() <= STEP / 2 + 1e-4


def test_classes_come_as_often_as_their_logits_say() -> None:
    n, logits = 40_000, np.array([0.3, -2.0, 1.5, -40.0, 0.0], np.float32)
    uniform = np.random.default_rng(8).random(n, np.float32)
    drawn = drawn_class(np.tile(logits[:, np.newaxis], n), uniform)
    found = np.bincount(drawn, minlength=5)
    share = np.exp(logits.astype(np.float64))
    assert found[3] == 0
    likely = share > 1e-9
    expected = share[likely] / share[likely].sum() * n
    assert stats.chisquare(found[likely], expected).pvalue > FALSE_ALARM


def test_a_class_rises_with_its_number_and_is_never_beyond_the_last() -> None:
    logits = np.tile(np.array([[-3.0], [2.0], [2.0]], np.float32), 3)
    ends = np.array([2.0**-24, 0.5, 1 - 2.0**-24], np.float32)
    drawn = drawn_class(logits, ends).tolist()
    assert drawn[0] == 0
    assert drawn[-1] == 2
    assert all(low <= high for low, high in pairwise(drawn))


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(lambda loop: loop, id="plain"),
        pytest.param(
            compiled, marks=pytest.mark.skipif(find_spec("numba") is None, reason=INSTALL)
        ),
    ],
)
def test_loops_say_what_array_code_says(
    monkeypatch: pytest.MonkeyPatch, way: Callable[..., Any]
) -> None:
    rng = np.random.default_rng(5)
    first, last = (
        Layer.of(
            rng.normal(0, 0.5, size).astype(np.float32),
            rng.normal(0, 1, size[0]).astype(np.float32),
        )
        for size in ((9, 7), (5, 9))
    )
    inputs = whole_inputs(rng.normal(0, 3, (7, 400)).astype(np.float32))
    uniform = rng.random(400, np.float32)
    monkeypatch.setattr(density_network, "compiled", way)
    said = {}
    for name, fewest in (("arrays", 10**9), ("loops", 0)):
        monkeypatch.setattr(density_network, "FEWEST_COLUMNS", fewest)
        out = outputs([first, last], inputs.copy())
        said[name] = (out.tobytes(), drawn_class(out, uniform).tobytes())
    assert said["arrays"] == said["loops"]
