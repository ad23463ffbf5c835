"""The claim: what it takes, how claims add up, and that a well-kept library says the same."""

from math import exp, inf, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.calibration.gaussian_privacy import composed, delta_of, epsilon_of, mu_of
from deskhand.calibration.private_moments import FIRST_SHARE, UNITS, WIDER
from deskhand.errors import DeskhandError

CLAIMS = [(0.25, 1e-6), (1.0, 1e-6), (1.0, 1e-9), (3.0, 1e-6), (8.0, 1e-5)]


@pytest.mark.parametrize(("epsilon", "delta"), CLAIMS)
def test_an_accountant_says_the_same(epsilon: float, delta: float) -> None:
    accounting = pytest.importorskip(
        "dp_accounting", reason='needs python -m pip install -e ".[test]"'
    )
    from dp_accounting.pld import PLDAccountant

    mu = mu_of(epsilon, delta)
    whole = PLDAccountant()
    whole.compose(accounting.GaussianDpEvent(1.0 / mu))
    # It rounds up, by less than a thousandth.
    assert whole.get_epsilon(delta) == pytest.approx(epsilon, rel=2e-3)
    # The first look and the rest, with the noise that is truly drawn.
    parts = PLDAccountant()
    for share in (FIRST_SHARE, 1.0 - FIRST_SHARE):
        parts.compose(accounting.GaussianDpEvent(WIDER / (mu * sqrt(share))))
    assert parts.get_epsilon(delta) <= epsilon * (1.0 + 1e-3)


@given(st.floats(0.05, 20.0), st.floats(1e-12, 0.1))
def test_claim_and_noise_are_each_others_inverse(epsilon: float, delta: float) -> None:
    mu = mu_of(epsilon, delta)
    assert delta_of(epsilon, mu) <= delta
    assert delta_of(epsilon, mu * 1.001) > delta
    assert epsilon_of(mu, delta) == pytest.approx(epsilon, rel=1e-6)


@given(st.lists(st.floats(0.01, 3.0), min_size=1, max_size=5))
def test_releases_add_up(mus: list[float]) -> None:
    assert composed(mus) >= max(mus)
    assert composed(mus) <= sum(mus) + 1e-12
    assert epsilon_of(composed(mus), 1e-6) >= epsilon_of(max(mus), 1e-6) - 1e-9


@pytest.mark.parametrize(
    ("epsilon", "delta", "told"),
    [
        (0.0, 1e-6, "epsilon=0.0"),
        (-1.0, 1e-6, "epsilon=-1.0"),
        (inf, 1e-6, "epsilon=inf"),
        (nan, 1e-6, "epsilon=nan"),
        (51.0, 1e-6, "at most 50"),
        (1.0, 0.0, "delta=0.0"),
        (1.0, 1.0, "delta=1.0"),
        (1.0, nan, "delta=nan"),
        (1.0, -1e-6, "delta=-1e-06"),
    ],
)
def test_claims_that_are_none(epsilon: float, delta: float, told: str) -> None:
    with pytest.raises(DeskhandError, match=told.replace(".", r"\.")):
        mu_of(epsilon, delta)


@pytest.mark.parametrize("length", [40, 400, 4000])
def test_whole_noise_keeps_the_claim_of_the_continuous(length: int) -> None:
    # In one dimension the least delta of whole noise is a sum over whole numbers. What it differs by
    # falls with the length of a vector in units, far below what `WIDER` adds at the length in use.
    epsilon, mu = 1.0, 0.25
    sigma = length / mu
    n = np.arange(-int(12 * sigma), int(12 * sigma) + length)
    weight = np.exp(-(n.astype(np.float64) ** 2) / (2 * sigma**2))
    weight /= weight.sum()
    shifted = np.roll(weight, length)
    delta = float(np.maximum(shifted - exp(epsilon) * weight, 0.0)[2 * length :].sum())
    assert delta == pytest.approx(delta_of(epsilon, mu), rel=1.0 / length)
    wider = delta_of(epsilon, mu / WIDER) / delta_of(epsilon, mu)
    assert 1.0 - wider > 1000.0 / UNITS
