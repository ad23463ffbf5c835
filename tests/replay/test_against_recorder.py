"""The same acts done to the real pages, with rrweb's own recorder listening.

Our recording of a session is compared with what @rrweb/record writes in Chromium while the session's
pointer and keys are sent to the pages themselves: every event, its order, ids, texts and masks; the
samples of the pointer, their batches and offsets; and the times. What differs is listed, with the
reason, in docs/formats/rrweb.md.
"""

import json
from collections.abc import Iterable, Mapping
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest

import deskhand
from deskhand.exports import rrweb
from deskhand.marks.json_marks import said_by
from deskhand.marks.verdict import Verdict
from deskhand.scenarios.scenario import Scenario
from tests.replay import recorder_acts as acts
from tests.replay.real_recorder import recorded

# The page answers at once when the clock stands still. Our pages answer 1 ms after a key or a button,
# tell of a value that a script sets 2 ms after it, scroll with the next frame but one at 120 Hz, and
# lose the focus of a hidden element a frame at 60 Hz after the change; whole milliseconds add one.
NOT_LATER_MS = 0
NOT_EARLIER_MS = 19
# A page counts a submenu's delay from when the pointer enters its item, we from when it rests there.
ENTERING_MS = 400
# The text of a draft is longer than the one with which the page was compiled, so its paragraph
# reaches further down than our map of the page says: its ids count as those of the box around it.
SAME_PLACE = {"crm.update_opportunity": {186: 185}}
Event = Mapping[str, Any]


def is_move(event: Event) -> bool:
    """Return whether an event hands over samples of the pointer."""
    return (event["type"], event["data"].get("source")) == (3, 1)


def told(events: Iterable[Event]) -> list[Event]:
    """Return all events but pointer samples and our own marks, in their order."""
    return [event for event in events if event["type"] != 5 and not is_move(event)]


def batches(events: Iterable[Event], same: Mapping[int, int]) -> list[str]:
    """Return each batch of pointer samples with its time, as a line."""
    return [
        json.dumps(
            [
                event["timestamp"],
                *(
                    [p["x"], p["y"], same.get(p["id"], p["id"]), p["timeOffset"]]
                    for p in event["data"]["positions"]
                ),
            ]
        )
        for event in events
        if is_move(event)
    ]


def line(event: Event) -> str:
    """Return what an event says, but for its time, as a line."""
    return json.dumps([event["type"], event["data"]], sort_keys=True)


def differences(theirs: list[str], ours: list[str]) -> list[str]:
    """Return the lines that one side lacks, shortened."""
    found = unified_diff(theirs, ours, "recorder", "ours", lineterm="", n=0)
    return [difference[:300] for difference in found]


@pytest.mark.parametrize(
    ("scenario", "seed"),
    [
        ("auth.login", 7),
        ("crm.create_lead", 18),
        ("crm.update_opportunity", 8),
        ("tracker.triage_board", 3),
        (acts.form, 1),
        (acts.drags, 2),
        (acts.keys, 4),
        (acts.thread, 1),
        (acts.chat, 1),
        (acts.clumsy, 3),
        (acts.files, 3),
    ],
    ids=lambda given: getattr(given, "name", given),
)
def test_our_recording_is_the_recorders(
    scenario: str | Scenario, seed: int, chromium: str, node_modules: Path
) -> None:
    session = deskhand.simulate(scenario, seed=seed)
    if scenario is acts.chat:
        session = acts.with_resizes(session)
    ours = rrweb.record(session)
    theirs = recorded(session, ours, chromium, node_modules)
    assert not differences([line(e) for e in told(theirs)], [line(e) for e in told(ours)])
    same = SAME_PLACE.get(scenario, {}) if isinstance(scenario, str) else {}
    assert not differences(batches(theirs, same), batches(ours, same))
    for real, made in zip(told(theirs), told(ours), strict=True):
        late_ms = made["timestamp"] - real["timestamp"]
        most_ms = ENTERING_MS if scenario is acts.files else NOT_EARLIER_MS
        assert NOT_LATER_MS <= late_ms <= most_ms, (late_ms, line(made)[:300])
    assert len(told(ours)) > 15
    assert len(batches(ours, {})) > 5
    # Who records gets no mark, whatever the pages are.
    assert {said_by(event) for event in theirs} == {Verdict.NONE}
    assert Verdict.SYNTHETIC in {said_by(event) for event in ours}
