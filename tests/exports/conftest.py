"""What several formats are tested with: sessions, and the decoder of Clarity."""

import json
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import deskhand
from deskhand.exports import clarity
from deskhand.session import Session
from tests.exports.hand_made import hand_made_session

READER = Path(__file__).parents[1] / "browser" / "clarity_decode.cjs"


@pytest.fixture(scope="session")
def session() -> Session:
    return hand_made_session()


@pytest.fixture(scope="session")
def lead() -> Session:
    return deskhand.simulate("crm.create_lead", seed=7)


@pytest.fixture(scope="session")
def day() -> Session:
    return deskhand.simulate("workday", seed=7)


@cache
def _lived(name: str) -> Session:
    return hand_made_session() if name == "hand made" else deskhand.simulate(name, seed=5)


@pytest.fixture(
    scope="module", params=["crm.create_lead", "auth.login", "tracker.triage_board", "hand made"]
)
def lived(request: pytest.FixtureRequest) -> Session:
    """Return a session of each of several scenarios, and the hand-made one."""
    return _lived(request.param)


@pytest.fixture(scope="session")
def decoded(node: str, node_modules: Path) -> Callable[[Session], list[dict[str, Any]]]:
    """Return what clarity-decode makes of a session's payloads."""

    def run(session: Session) -> list[dict[str, Any]]:
        lines = "\n".join(json.dumps(payload) for payload in clarity.payloads(session))
        done = subprocess.run(
            [node, str(READER), str(node_modules)],
            input=lines, capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip
        read = json.loads(done.stdout)
        assert read["complaints"] == []
        payloads: list[dict[str, Any]] = read["payloads"]
        assert len(payloads) == lines.count("\n") + 1
        return payloads

    return run
