"""AgentNet episodes, as AgentNetTool records and reduces them and OpenCUA reads them: a folder each.

The raw rows, what the recorder knew of machine, windows and elements, the reduced actions, and the
trajectory of pyautogui code that a model is trained on. A picture shows
the screen before each step; ``agentnet:mp4`` adds the film, ``agentnet:bare`` leaves pictures out.
"""

import json
from collections.abc import Iterable
from functools import partial
from hashlib import sha256
from pathlib import Path

from deskhand.errors import DeskhandError
from deskhand.exports.agentnet.action_records import seen
from deskhand.exports.agentnet.episode_files import recognises
from deskhand.exports.agentnet.reader import read
from deskhand.exports.agentnet.recorder import (
    EOL,
    Record,
    event_lines,
    metadata,
    recorded,
)
from deskhand.exports.agentnet.reduction import reduced
from deskhand.exports.agentnet.rules import findings
from deskhand.exports.agentnet.trajectory import trajectory
from deskhand.exports.agentnet.video import film, need_video, step_times_us, write_pictures
from deskhand.exports.losses import Kept
from deskhand.exports.screen_frames import need_pillow
from deskhand.exports.session_files import SessionFiles
from deskhand.exports.session_tables import Writer
from deskhand.session import Session

__all__ = ["findings", "open_writer", "read", "recognises"]

SUMMARY = "AgentNet (OpenCUA) episodes, a folder each, with pictures; agentnet:mp4 with film"
FOLDER = "agentnet"
FILM, BARE = "mp4", "bare"
PICTURES = "images"
LOSES = "pages, fields and focus; masked keys, which are left out; parts of pixels and of notches"
_PLACE = "the place to the whole px"
KEEPS = {
    "session.start": Kept(),
    "session.end": Kept(),
    "pointermove": Kept(columns=("buttons",), remark=_PLACE),
    "pointerdown": Kept(columns=("button", "buttons"), remark=_PLACE),
    "pointerup": Kept(columns=("button", "buttons"), remark=_PLACE),
    "wheel": Kept(remark=f"whole notches; {_PLACE}"),
    "keydown": Kept(columns=("key",), remark="masked keys are left out"),
    "keyup": Kept(columns=("key",), remark="masked keys are left out"),
    "window.focus": Kept(columns=("app",), step_us=200_000, remark="seen up to 0.2 s later"),
}


def write_episode(session: Session, folder: Path, *, pictures: bool, video: bool) -> None:
    """Write a session's episode.

    Parameters
    ----------
    session : Session
        Without screens it has no pictures, unless a film is made.
    folder : Path
        The episode's folder, which is made.
    pictures, video : bool
        Whether pictures and a film are made.
    """
    folder.mkdir()
    recording = recorded(session)
    actions = reduced(recording)
    about = metadata(session, recording, video=video)
    header = session.header
    instruction = str(header["scenario"]).replace(".", ": ").replace("_", " ")
    (folder / "events.jsonl").write_bytes(event_lines(recording))
    _lines(folder / "top_window.jsonl", recording.top_windows)
    _lines(folder / "element.jsonl", recording.elements)
    _lines(folder / "reduced_events_complete.jsonl", actions)
    _lines(folder / "reduced_events_vis.jsonl", map(seen, actions))
    _object(folder / "task_name.json", {"task_name": instruction, "description": ""}, indent=4)
    images: list[str] = []
    if video:
        film(session, folder / f"{about['start_time'].replace(':', '-')}.mp4")
    if video or (pictures and session.screens):
        times_us = step_times_us(session, recording, actions)
        images = write_pictures(session, times_us, folder / PICTURES)
    whole = trajectory(
        actions,
        task_id=session.session_id,
        instruction=instruction,
        size=(about["screen_width"], about["screen_height"]),
        images=images,
    )
    marks = {"synthetic": header["synthetic"], "provenance_id": header["provenance_id"]}
    _lines(folder / "trajectory.jsonl", [{**whole, **marks}])
    # The recorder's records have no room for a mark, so the episode's names them by their hash.
    about["deskhand"]["files"] = {
        path.name: sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.suffix in (".json", ".jsonl")
    }
    _object(folder / "metadata.json", about, indent=4)


def _lines(path: Path, records: Iterable[Record]) -> None:
    lines = [json.dumps(record, ensure_ascii=False) + EOL for record in records]
    path.write_bytes("".join(lines).encode())


def _object(path: Path, record: Record, indent: int) -> None:
    path.write_bytes(json.dumps(record, ensure_ascii=False, indent=indent).encode())


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of episodes.

    Parameters
    ----------
    folder : Path
        Where the folder ``agentnet`` goes.
    argument : str, optional
        ``mp4`` for a film beside the pictures, ``bare`` for neither.

    Raises
    ------
    DeskhandError
        When something else is asked for, or what pictures and films need is not installed.
    """
    if argument not in (None, FILM, BARE):
        raise DeskhandError(
            f"format {f'agentnet:{argument}'!r}: mp4 can be asked for, or bare; "
            "write --format agentnet:mp4 for a film, agentnet:bare for no pictures."
        )
    if argument == FILM:
        need_video()
    elif argument is None:
        need_pillow()
    write = partial(write_episode, pictures=argument != BARE, video=argument == FILM)
    return SessionFiles(folder, FOLDER, write)
