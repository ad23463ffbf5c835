"""The evaluation needs scikit-learn, which is an extra."""

import importlib.util

import pytest


@pytest.fixture(scope="session")
def scikit_learn() -> None:
    """Skip where scikit-learn is missing."""
    if importlib.util.find_spec("sklearn") is None:
        pytest.skip('needs scikit-learn: python -m pip install -e ".[test,evaluate]"')
