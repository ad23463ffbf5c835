"""One small data set for all tests that only read it."""

from pathlib import Path

import pytest

from deskhand.datasets.building import build_dataset
from tests.datasets.asked import ASKED


@pytest.fixture(scope="session")
def data_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is only read: 40 sessions of 20 people over six scenarios, one of them held out."""
    out = tmp_path_factory.mktemp("data") / "set"
    build_dataset(ASKED, out)
    return out
