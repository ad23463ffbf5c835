"""One small session for tests that only read it."""

import pytest

from deskhand import api
from deskhand.session import Session


@pytest.fixture(scope="session")
def session() -> Session:
    return api.simulate("auth.login", seed=7)
