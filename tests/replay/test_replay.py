"""Recordings in the Replayer, and under the TypeScript compiler with rrweb's own types."""

import json
import os
import subprocess
from pathlib import Path

import pytest

import deskhand
from deskhand.exports import rrweb
from deskhand.validation import validate_path
from tests.exports.desktop_session import desktop_session
from tests.exports.hand_made import hand_made_session
from tests.replay.replayer import ReplayResult, replay
from tests.two_monitors import LEFT, two_monitors

SCENARIOS = ("auth.login", "crm.create_lead", "crm.update_opportunity", "tracker.triage_board")


def shots(tmp_path: Path) -> Path:
    """Where pictures go: kept when DESKHAND_REPLAY_SHOTS names a folder."""
    return Path(os.environ.get("DESKHAND_REPLAY_SHOTS", tmp_path))


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    with rrweb.open_writer(folder) as writer:
        writer.write(hand_made_session())
    return next((folder / "rrweb").glob("*.json"))


@pytest.fixture(scope="module")
def played(
    recording: Path, chromium: str, node_modules: Path, tmp_path_factory: pytest.TempPathFactory
) -> ReplayResult:
    return replay(
        recording,
        chromium=chromium,
        node_modules=node_modules,
        watch=["[role=listbox]", "[role=status]"],
        shots={"list-open": 8_800, "saved": 17_500},
        folder=shots(tmp_path_factory.mktemp("shots")),
    )


def test_the_replay_is_the_recording(played: ReplayResult) -> None:
    assert played.problems() == []
    assert len(played.trace) > 150
    assert played.titles == ["Log in", "New lead", "Log in", "New lead"]


def test_the_custom_list_and_the_toast_show_at_their_times(played: ReplayResult) -> None:
    start = played.events[0]["timestamp"]
    mutations = [
        e["timestamp"] - start for e in played.events if e["type"] == 3 and e["data"]["source"] == 0
    ]
    opened, chosen, saved, gone = mutations
    assert played.visible["[role=listbox]"] == [(opened, True), (chosen, False)]
    assert played.visible["[role=status]"] == [(saved, True), (gone, False)]
    assert played.shown_at("[role=listbox]", opened + 1)
    assert not played.shown_at("[role=listbox]", chosen + 1)


def test_the_password_shows_as_stars(played: ReplayResult) -> None:
    assert played.passwords == ["*" * n for n in range(1, 7)]


def test_pictures_show_different_pages(played: ReplayResult) -> None:
    pictures = [path.read_bytes() for path in played.shots.values()]
    assert len(set(pictures)) == 2
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)


def test_the_harness_sees_what_is_wrong(
    recording: Path, chromium: str, node_modules: Path, tmp_path: Path
) -> None:
    events = json.loads(recording.read_bytes())
    clicks = [e for e in events if e["type"] == 3 and e["data"]["source"] == 2]
    clicks[0]["data"]["id"] = 9999
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(events))
    problems = replay(broken, chromium=chromium, node_modules=node_modules, watch_s=1).problems()
    assert any("Node with id '9999' not found" in problem for problem in problems)
    assert any(problem.startswith("the cursor took") for problem in problems)


@pytest.mark.parametrize(
    ("name", "fidelity", "argument"),
    [
        *((name, "law", None) for name in SCENARIOS),
        (SCENARIOS[1], "learned", None),
        (SCENARIOS[1], "law", "noise"),
    ],
)
def test_simulated_sessions_replay(
    name: str,
    fidelity: str,
    argument: str | None,
    chromium: str,
    node_modules: Path,
    tmp_path: Path,
) -> None:
    with rrweb.open_writer(tmp_path, argument) as writer:
        writer.write(deskhand.simulate(name, seed=7, fidelity=fidelity))
    path = next((tmp_path / "rrweb").glob("*.json"))
    report = validate_path(path)
    assert report.ok, list(report.lines())
    events = json.loads(path.read_bytes())
    middle = (events[-1]["timestamp"] - events[0]["timestamp"]) // 2
    result = replay(
        path,
        chromium=chromium,
        node_modules=node_modules,
        shots={name: middle},
        folder=shots(tmp_path),
    )
    assert result.problems() == []


def test_what_happens_around_the_page_breaks_no_replay(
    chromium: str, node_modules: Path, tmp_path: Path
) -> None:
    with rrweb.open_writer(tmp_path) as writer:
        writer.write(desktop_session())
    path = next((tmp_path / "rrweb").glob("*.json"))
    events = json.loads(path.read_bytes())
    larger = next(e for e in events if e["type"] == 3 and e["data"].get("width") == 853)
    result = replay(
        path,
        chromium=chromium,
        node_modules=node_modules,
        shots={"larger": larger["timestamp"] - events[0]["timestamp"] + 500},
        folder=shots(tmp_path),
    )
    assert result.problems() == []


def test_pages_on_two_monitors_replay(chromium: str, node_modules: Path, tmp_path: Path) -> None:
    with rrweb.open_writer(tmp_path) as writer:
        writer.write(two_monitors(LEFT))
    path = next((tmp_path / "rrweb").glob("*.json"))
    report = validate_path(path)
    assert report.ok, list(report.lines())
    result = replay(
        path,
        chromium=chromium,
        node_modules=node_modules,
        shots={"chat": 30_000},
        folder=shots(tmp_path),
    )
    assert result.problems() == []


def test_rrwebs_types_accept_the_recording(
    recording: Path, node: str, node_modules: Path, tmp_path: Path
) -> None:
    (tmp_path / "node_modules").symlink_to(node_modules)
    # One constant an event, so that a refusal names the event; JSON is TypeScript as it stands.
    lines = [
        "import type { eventWithTime } from '@rrweb/types';",
        "type Marked<T> = T extends unknown ? T & { synthetic: true } : never;",
        "type Event = Marked<eventWithTime>;",
    ]
    for number, event in enumerate(json.loads(recording.read_bytes())):
        lines.append(f"export const e{number}: Event = {json.dumps(event)};")
    # The types do refuse: an Input without isChecked, a move without positions.
    for broken in ({"source": 5, "id": 1, "text": "a"}, {"source": 1}):
        bare = json.dumps({"type": 3, "data": broken, "timestamp": 1, "synthetic": True})
        lines += ["// @ts-expect-error", f"export const b{broken['source']}: Event = {bare};"]
    source = "\n".join(lines)
    (tmp_path / "recording.ts").write_text(source)
    options = [
        "--noEmit",
        "--strict",
        "--skipLibCheck",
        "--module",
        "nodenext",
        "--target",
        "es2022",
    ]
    done = subprocess.run(
        [node, node_modules / "typescript" / "bin" / "tsc", *options, "recording.ts"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout[:2000]
