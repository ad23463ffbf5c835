"""The tables of the normal distribution against scipy, and against what they must leave alone."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.special import ndtr

from deskhand.behavior_models.normal_distribution import normal_cdf, normal_log_odds

Z = np.linspace(-8.0, 8.0, 100_003)


def test_the_distribution_function_is_that_of_scipy() -> None:
    assert np.abs(normal_cdf(Z) - ndtr(Z)).max() < 5e-7


def test_log_odds_keep_their_digits_in_both_tails() -> None:
    # The upper tail as the lower one of -z: 1 - ndtr(z) has lost its digits there.
    expected = np.log(ndtr(Z) / ndtr(-Z))
    assert np.abs(normal_log_odds(Z) - expected).max() < 5e-6
    assert normal_log_odds(np.array([20.0])) == pytest.approx(normal_log_odds(np.array([8.0])))


def test_a_session_needs_no_scipy() -> None:
    script = (
        "import sys, deskhand; deskhand.simulate('crm.create_lead', seed=7);"
        "assert 'scipy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
