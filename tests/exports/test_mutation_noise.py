"""Laws of the changes that pages make by themselves."""

import json
from pathlib import Path
from typing import Any

import pytest

import deskhand
from deskhand.errors import DeskhandError
from deskhand.exports import rrweb
from deskhand.exports.rrweb.mutation_noise import ATTRIBUTES, NODES, RATE_HZ, TEXTS
from deskhand.session import Session
from tests.exports.hand_made import hand_made_session


@pytest.fixture(scope="module")
def session() -> Session:
    return deskhand.simulate("crm.create_lead", seed=18)


def mutations(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [e["data"] for e in events if e["type"] == 3 and e["data"]["source"] == 0]


def test_a_recording_has_as_many_as_asked_for(session: Session) -> None:
    seconds = session.header["duration_us"] / 1e6
    plain = mutations(rrweb.record(session))
    for rate_hz in (0.5, RATE_HZ):
        events = rrweb.record(session, noise_hz=rate_hz)
        more = len(mutations(events)) - len(plain)
        # One more a page, and a Poisson number of changes.
        pages = sum(event["type"] == 2 for event in events)
        assert abs(more - rate_hz * seconds) < pages + 4 * (rate_hz * seconds) ** 0.5


def test_kinds_are_those_of_the_recording_of_2018(session: Session) -> None:
    found = mutations(rrweb.record(session, noise_hz=15 * RATE_HZ))
    kinds = {"texts": TEXTS, "attributes": ATTRIBUTES, "adds": NODES}
    for kind, count in kinds.items():
        share = sum(bool(data[kind]) for data in found) / len(found)
        assert share == pytest.approx(count / (TEXTS + ATTRIBUTES + NODES), rel=0.25)


def test_nothing_but_mutations_is_added(session: Session) -> None:
    def rest(events: list[dict[str, Any]]) -> list[tuple[int, int]]:
        return [
            (event["timestamp"], event["type"])
            for event in events
            if event["type"] != 3 or event["data"]["source"] != 0
        ]

    assert rest(rrweb.record(session, noise_hz=5)) == rest(rrweb.record(session))


def test_a_noisy_recording_keeps_the_rules(session: Session, tmp_path: Path) -> None:
    for number, made in enumerate((session, hand_made_session())):
        path = tmp_path / f"{number}.json"
        path.write_bytes(rrweb.recording(made, noise_hz=10))
        assert list(rrweb.findings(path)) == []


def test_the_same_seed_makes_the_same_noise(tmp_path: Path) -> None:
    session = hand_made_session()
    with rrweb.open_writer(tmp_path, "noise=3") as writer:
        writer.write(session)
    written = json.loads(next((tmp_path / "rrweb").glob("*.json")).read_bytes())
    assert written == rrweb.record(session, noise_hz=3)
    assert written != rrweb.record(hand_made_session(seed=8), noise_hz=3)


@pytest.mark.parametrize("argument", ["loud", "noise=", "noise=-1", "noise=many", "noise=nan"])
def test_other_arguments_are_refused(argument: str, tmp_path: Path) -> None:
    with pytest.raises(DeskhandError, match=r"write rrweb:noise for 2\.79"):
        rrweb.open_writer(tmp_path, argument)
