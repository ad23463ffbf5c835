"""The hand-made session, built once."""

import pytest

from deskhand.session import Session
from tests.exports.hand_made import hand_made_session


@pytest.fixture(scope="session")
def session() -> Session:
    return hand_made_session()
