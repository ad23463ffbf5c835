"""The test finds what differs, and finds nothing where nothing does."""

import sys

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.errors import DeskhandError
from deskhand.evaluation.two_sample import (
    TwoSample,
    area,
    linear,
    telling_features,
    two_sample_test,
)

Floats = npt.NDArray[np.float64]

PEOPLE, EACH, COLUMNS = 20, 10, 4


def rows(rng: np.random.Generator, *, shift: float = 0.0, personal: float = 0.5) -> Floats:
    people = personal * rng.standard_normal((PEOPLE, COLUMNS))
    found: Floats = np.repeat(people, EACH, axis=0) + rng.standard_normal((PEOPLE * EACH, COLUMNS))
    found[:, 0] += shift
    return found


def between(seed: int, *, shift: float = 0.0, personal: float = 0.5) -> TwoSample:
    """Both sides have people of their own, so that a personal trait must not decide."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(PEOPLE), EACH)
    return two_sample_test(
        rows(rng, personal=personal),
        rows(rng, shift=shift, personal=personal),
        person,
        person + PEOPLE,
        seed=seed,
        classifier=linear,
    )


@pytest.mark.usefixtures("scikit_learn")
def test_no_difference_is_found_where_there_is_none() -> None:
    found = [between(seed) for seed in range(20)]
    # At most 10 % of the intervals may lie above .5: of 20, five or more with a chance of 4 %.
    assert sum(test.low > 0.5 for test in found) <= 4
    assert abs(np.mean([test.auc for test in found]) - 0.5) < 0.05


@pytest.mark.usefixtures("scikit_learn")
def test_a_planted_difference_is_found() -> None:
    for seed in range(5):
        test = between(seed, shift=1.5)
        assert test.low > 0.6
        assert test.low < test.auc < test.high


@pytest.mark.usefixtures("scikit_learn")
def test_people_are_not_mistaken_for_a_difference() -> None:
    # Every row names its person; a test with a person in two folds would reach 1.
    assert np.mean([between(seed, personal=50.0).auc for seed in range(10)]) < 0.65


@pytest.mark.usefixtures("scikit_learn")
def test_the_same_seed_gives_the_same_result() -> None:
    assert between(3) == between(3)


@pytest.mark.usefixtures("scikit_learn")
def test_too_few_people_are_refused() -> None:
    side, person = np.zeros((8, 2)), np.arange(8) % 4
    with pytest.raises(DeskhandError, match="4 people: a test needs at least 5"):
        two_sample_test(side, side, person, person, seed=0)


def test_without_scikit_learn_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.model_selection", None)
    with pytest.raises(DeskhandError, match=r"python -m pip install .deskhand\[evaluate\]"):
        between(0)


pairs = st.tuples(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.booleans(), st.integers(0, 3))


@given(st.lists(pairs, max_size=30))
def test_the_area_counts_pairs_in_order(drawn: list[tuple[float, bool, int]]) -> None:
    given_rows = [(0.5, True, 1), (0.5, False, 1), *drawn]
    expected = 0.0
    pairs_of_all = 0.0
    for one, made, often in given_rows:
        for other, other_made, other_often in given_rows:
            if made and not other_made:
                expected += often * other_often * ((one > other) + 0.5 * (one == other))
                pairs_of_all += often * other_often
    score, label, weight = (
        np.array(column, np.float64) for column in zip(*given_rows, strict=True)
    )
    assert area(score, label.astype(np.int64), weight) == pytest.approx(expected / pairs_of_all)


def test_the_telling_feature_is_named() -> None:
    rng = np.random.default_rng(5)
    top = telling_features(rows(rng), rows(rng, shift=2.0), ["a", "b", "c", "d"], top=2)
    assert top[0][0] == "a"
    assert 0.8 < top[0][1] <= 1.0
    assert len(top) == 2
