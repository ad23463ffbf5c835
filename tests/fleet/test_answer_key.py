"""The benchmark of the answer key, small: every verdict is right on real services, and it can say otherwise."""

import subprocess
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.servers import REMEDIES, found_program

for package in ("uvloop", "httptools", "hdrh", "uvicorn"):
    pytest.importorskip(package, reason='a run needs pip install "deskhand[fleet]"')

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"
VERDICTS = (
    *("LOST", "DUPLICATED", "CORRUPTED", "PHANTOM", "MISORDERED", "LATE"),
    *("WRONGLY_REJECTED", "WRONGLY_ACCEPTED"),
)


def held(*words: str) -> str:
    """Run the benchmark as a person does, and return what it prints when all of it is right."""
    command = [sys.executable, str(BENCHMARKS / "fleet_answer_key.py")]
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "(100.0000%), 0 false" in done.stdout
    assert "OFF:" not in done.stdout
    return done.stdout


@pytest.mark.parametrize("service", ["sqlite", "nats", "activitywatch"])
def test_every_event_is_told_as_what_it_is(service: str) -> None:
    needed = {"nats": "nats-server", "activitywatch": "aw-server"}.get(service)
    if needed is not None and found_program(needed) is None:
        pytest.skip(f"needs {needed}: {REMEDIES[needed]}")
    if service == "nats":
        pytest.importorskip("nats", reason='needs nats-py: pip install "deskhand[queues]"')
    # aw-server stores some hundred events a second.
    events = "5000" if service == "activitywatch" else "15000"
    said = held("--services", service, "--bugs", "", "--each", "5", "--events", events)
    assert "nothing is wrong, and nothing is said to be" in said
    _, planted, of_planted = said.partition("planted in")
    if service == "activitywatch":
        assert " DUPLICATED" in said
    else:
        assert planted
        assert all(f" {verdict} " in of_planted for verdict in VERDICTS)


def test_a_collector_that_is_told_to_be_wrong_is_found_out() -> None:
    bugs = "double-on-retry,lose-on-crash"
    events = ("--events", "15000", "--bug-events", "15000")
    said = held("--services", "", "--bugs", bugs, *events)
    assert " DUPLICATED" in said
    assert " LOST" in said


@pytest.fixture
def tally(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return import_module("answer_key.tally")


@pytest.mark.parametrize(
    ("truth", "found", "said"),
    [
        ([("LOST", 1)], [("LOST", 1)], ""),
        ([("LOST", 1), ("LOST", 2)], [("LOST", 1)], "LOST is not told as it is"),
        ([("LOST", 1)], [("LOST", 2)], "LOST is not told as it is"),
        ([("LOST", 1)], [("LOST", 1), ("LATE", 1)], "LATE is not told as it is"),
        ([("LOST", 1)], [("CORRUPTED", 1)], "CORRUPTED is not told as it is"),
    ],
)
def test_one_event_that_is_told_otherwise_is_an_error(
    tally: Any, truth: list[tuple[str, int]], found: list[tuple[str, int]], said: str
) -> None:
    place = tally.Place
    verdicts = dict.fromkeys(verdict for verdict, _ in found)
    told = {
        "events_ok": 9,
        "events_unknown": 0,
        "stored": 9,
        "verify_s": 0.0,
        "counts": {one: sum(verdict == one for verdict, _ in found) for one in VERDICTS},
        "found": {
            one: {
                "examples": [
                    {"batch_id": None, "seq": seq, "events": 1}
                    for verdict, seq in found
                    if verdict == one
                ],
                "by_fault": {"NONE": sum(verdict == one for verdict, _ in found)},
            }
            for one in verdicts
        },
    }
    made = tally.Tally()
    wrong = Counter(place(verdict, None, seq) for verdict, seq in truth)
    made.hold("a store", wrong, {}, told, may=VERDICTS)
    assert made.close() == bool(said)
    assert any(said in complaint for complaint in made.complaints) is bool(said)
