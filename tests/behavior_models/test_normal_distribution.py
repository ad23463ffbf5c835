"""The tables of the normal distribution against scipy, and against what they must leave alone."""

import subprocess
import sys

import numpy as np
from scipy.special import ndtr

from deskhand.behavior_models.normal_distribution import normal_cdf

Z = np.linspace(-8.0, 8.0, 100_003)


def test_the_distribution_function_is_that_of_scipy() -> None:
    assert np.abs(normal_cdf(Z) - ndtr(Z)).max() < 5e-7


def test_a_session_needs_no_scipy() -> None:
    script = (
        "import sys, deskhand; deskhand.simulate('crm.create_lead', seed=7);"
        "assert 'scipy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
