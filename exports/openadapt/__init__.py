"""OpenAdapt recordings: a folder for each session, with pointer, keys, windows and pictures in SQLite.

The observer sees all reports of the mouse and all keys of the desktop; it knows no elements. Keys in
masked fields are not recorded, nor is anything while an excluded application is in front.
"""

import math
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from deskhand.errors import DeskhandError
from deskhand.exports.losses import Dropped, Kept
from deskhand.exports.openadapt.recording_file import is_recording
from deskhand.exports.openadapt.recording_reader import read_recordings
from deskhand.exports.openadapt.recording_writer import FILE, write_recording
from deskhand.exports.openadapt.rules import findings
from deskhand.exports.screen_frames import need_pillow
from deskhand.exports.session_files import SessionFiles
from deskhand.exports.session_tables import Writer
from deskhand.session import Session

__all__ = ["KEEPS", "LOSES", "SUMMARY", "findings", "open_writer", "read", "recognises"]

SUMMARY = "OpenAdapt recording.db in a folder for each session, for openadapt-capture"
FOLDER = "openadapt"
# SCREEN_CAPTURE_FPS; the recorder's own 10 pictures a second are ten times as large.
FPS, MOST_FPS = 1.0, 60.0
_PLACE = ("screen_x", "screen_y")
KEEPS: Mapping[str, Kept] = {
    "pointermove": Kept(columns=_PLACE),
    "pointerdown": Kept(columns=(*_PLACE, "button")),
    "pointerup": Kept(columns=(*_PLACE, "button")),
    "wheel": Kept(columns=_PLACE, remark="distances as notches: they come back as 100 px a notch"),
    "keydown": Kept(
        columns=("key", "code"), remark="masked keys are left out; codes of PC keyboards"
    ),
    "keyup": Kept(
        columns=("key", "code"), remark="masked keys are left out; codes of PC keyboards"
    ),
    "navigation": Kept(columns=("url",)),
}
LOSES = (
    "elements, fields and their values, drop-downs, scroll offsets; masked keys; windows are told by "
    "their title, up to 0.1 s late; a pointercancel becomes a release."
)


def write_folder(session: Session, folder: Path, *, fps: float) -> None:
    """Write a session's recording; one that comes without screens has no pictures."""
    folder.mkdir()
    write_recording(folder / FILE, session, fps)


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of OpenAdapt recordings.

    Parameters
    ----------
    folder : Path
        Where the folder ``openadapt`` goes.
    argument : str, optional
        Pictures a second, 1 when not given; ``openadapt:0`` writes none. Of the pictures those are
        kept that come right before or after a press, a key or a turn of the wheel.

    Raises
    ------
    DeskhandError
        When the argument is no such number, or pictures are wanted and Pillow is missing.
    """
    try:
        fps = FPS if argument is None else float(argument)
    except ValueError:
        fps = math.nan
    if not 0 <= fps <= MOST_FPS:
        raise DeskhandError(
            f"format 'openadapt:{argument}': behind the name stand the pictures a second, from 0 to "
            f"{MOST_FPS:g}; write --format openadapt:0 for none."
        )
    if fps:
        try:
            need_pillow()
        except DeskhandError as error:
            raise DeskhandError(f"{error} Or write --format openadapt:0, without them.") from None
    return SessionFiles(folder, FOLDER, partial(write_folder, fps=fps))


def recognises(path: Path) -> bool:
    """Return whether a file, or the file in a folder, is a database with OpenAdapt's tables."""
    return is_recording(path)


def read(path: Path, dropped: Dropped | None = None) -> Iterator[Session]:
    """Yield the sessions of a recording, one at a time.

    Parameters
    ----------
    path : Path
        A recording's folder, or its ``recording.db``; it is copied, and the copy is read.
    dropped : Dropped, optional
        Counts what is left out.

    Raises
    ------
    DeskhandError
        When it is no such database, or a row lacks what its kind needs.
    """
    yield from read_recordings(path, Dropped() if dropped is None else dropped)
