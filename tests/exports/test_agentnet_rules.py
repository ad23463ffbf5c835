"""What is wrong with an AgentNet episode is found, and what cannot be read is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from deskhand.errors import DeskhandError
from deskhand.exports import agentnet
from deskhand.exports.losses import Dropped
from tests.exports.agentnet_episodes import ROWS, SEEN, WHOLE, episode, scripted
from tests.exports.hand_made import hand_made_session


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return episode(hand_made_session(), tmp_path)


def _edit(name: str, change: Any) -> Any:
    def damage(folder: Path) -> None:
        lines = (folder / name).read_text("utf-8").splitlines()
        (folder / name).write_text("\n".join(change(lines)) + "\n", "utf-8")

    return damage


def _write(name: str, content: bytes) -> Any:
    return lambda folder: (folder / name).write_bytes(content)


def _replace(name: str, old: str, new: str) -> Any:
    def damage(folder: Path) -> None:
        text = (folder / name).read_text("utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), "utf-8")

    return damage


def _reversed(line: str) -> str:
    return json.dumps(dict(reversed(json.loads(line).items())))


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        (_edit(ROWS, lambda lines: [*lines[:5], lines[9], *lines[5:9], *lines[10:]]), "order"),
        (_edit(ROWS, lambda lines: [*lines[:5], *lines[4:]]), "event_idx"),
        (_replace(ROWS, '"action": "move"', '"action": "touch"'), "action"),
        (_edit(ROWS, lambda lines: [_reversed(lines[0]), *lines[1:]]), "fields"),
        (_replace(ROWS, '"pressed": true', '"pressed": null'), "schema"),
        (_replace(ROWS, '"pressed": true', '"pressed": 1'), "file"),
        (_edit(ROWS, lambda lines: [*lines[:-1], lines[-1][:20]]), "file"),
        (_edit(SEEN, lambda lines: lines[1:]), "lengths"),
        (_edit(SEEN, lambda lines: [*lines[:-1], "{"]), "file"),
        (_replace(WHOLE, '"click_type": 1', '"click_type": 9'), "schema"),
        (_replace("metadata.json", '"screen_width": 1920', '"screen_width": "wide"'), "schema"),
        (_write("task_name.json", b""), "file"),
        (lambda folder: (folder / WHOLE).unlink(), "file"),
    ],
)
def test_damage_is_found(folder: Path, damage: Any, rule: str) -> None:
    assert not list(agentnet.findings(folder))
    damage(folder)
    found = list(agentnet.findings(folder))
    assert rule in {f.rule for f in found}
    assert all(f.remedy for f in found)


@pytest.mark.parametrize(
    "content",
    [b"\0", b"[1]\n", "ä".encode("utf-16"), b'{"time_stamp": 1, "action": "move"', b'{"x": {}}'],
)
def test_rows_that_cannot_be_read_are_refused(folder: Path, content: bytes) -> None:
    (folder / ROWS).write_bytes(
        b'{"time_stamp": 1.0, "action": "move", "x": 1, "y": 2}\n' + content
    )
    with pytest.raises(
        DeskhandError, match=r"events\.jsonl: (cannot be read|byte 54 is no|character 54 is NUL)"
    ):
        list(agentnet.read(folder))


def test_unknown_things_are_counted(folder: Path) -> None:
    row = b'{"time_stamp": 9e9, "action": "touch", "x": 1, "y": 2, "event_idx": 0, "force": 3}\n'
    (folder / ROWS).write_bytes((folder / ROWS).read_bytes() + row)
    (folder / "top_window.jsonl").write_bytes(b"oops\n")
    dropped = Dropped()
    (session,) = agentnet.read(folder, dropped)
    assert list(dropped.lines()) == [
        "1 x a line of top_window.jsonl that cannot be read",
        "1 x field 'force' of a row: not the recorder's",
        "1 x touch: no canonical event is like it",
    ]
    assert session.events.num_rows > 1000


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"session_id": "syn_', '"session_id": "../../syn_'),
        ('"time_zone": "Europe/Berlin"', '"time_zone": "../../etc/passwd"'),
        ('"duration_us": ', '"duration_us": 1e9, "x": '),
        ('"synthetic": true', '"synthetic": "yes"'),
    ],
)
def test_a_mark_that_deskhand_did_not_write_is_not_believed(
    folder: Path, old: str, new: str
) -> None:
    _replace("metadata.json", old, new)(folder)
    dropped = Dropped()
    (session,) = agentnet.read(folder, dropped)
    assert session.session_id.startswith("cap_session_")
    assert session.header["synthetic"] is False
    assert any("'deskhand'" in line for line in dropped.lines())


def test_an_episode_without_rows_is_a_session_without_events(folder: Path) -> None:
    (folder / ROWS).write_bytes(b"")
    (session,) = agentnet.read(folder)
    kinds = set(session.events["type"].to_pylist())
    assert kinds == {"session.start", "window.focus", "session.end"}


def test_reading_changes_nothing_and_stays_inside(folder: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*")}
    outside = episode(scripted([]), tmp_path / "elsewhere")
    (folder.parent / "link").symlink_to(outside, target_is_directory=True)
    assert [s.session_id for s in agentnet.read(folder.parent)] == [folder.name]
    assert before == {path: path.read_bytes() for path in folder.rglob("*")}


def test_folders_without_an_episode_are_refused(tmp_path: Path) -> None:
    assert not agentnet.recognises(tmp_path)
    assert not agentnet.recognises(tmp_path / "nowhere")
    with pytest.raises(DeskhandError, match="no episode"):
        list(agentnet.read(tmp_path))
    with pytest.raises(DeskhandError, match="mp4 can be asked for"):
        agentnet.open_writer(tmp_path, "avi")
