"""rrweb 2.x recordings, one event array a file, written without a browser.

What a compiled screen cannot know is lost as it is in a real recording: key timing but for the
fields' text, wheel deltas, opened native lists, everything outside the page.
"""

from functools import partial
from pathlib import Path

from deskhand.exports.blank_page import with_page
from deskhand.exports.rrweb.mutation_noise import parsed_rate
from deskhand.exports.rrweb.reader import KEEPS, LOSES, read
from deskhand.exports.rrweb.recording import record, recording
from deskhand.exports.rrweb.recording_file import recognises
from deskhand.exports.rrweb.rules import findings
from deskhand.exports.session_files import need_screens, one_file_each
from deskhand.exports.session_tables import Writer
from deskhand.session import Session

__all__ = ["KEEPS", "LOSES", "findings", "open_writer", "read", "recognises", "record", "recording"]

SUFFIX = ".json"
SUMMARY = "rrweb 2.x event arrays, one a session, for its Replayer and what builds on it"
FOLDER = "rrweb"
NEEDS_PAGE = True


def paged_recording(session: Session, noise_hz: float = 0.0) -> bytes:
    """Return the file of a session's recording.

    Parameters
    ----------
    session : Session
        With the compiled screens that its rows name.
    noise_hz : float
        Mutations a second that no act causes.

    Raises
    ------
    DeskhandError
        When the session comes without its screens, or opens none of them.
    """
    session = with_page(session)
    need_screens(session, "rrweb shows pages")
    return recording(session, noise_hz=noise_hz)


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of rrweb recordings.

    Parameters
    ----------
    folder : Path
        Where the folder ``rrweb`` goes.
    argument : str, optional
        ``noise`` or ``noise=RATE``: changes of the page that no act causes, RATE a second.

    Raises
    ------
    DeskhandError
        When the argument is something else.
    """
    return one_file_each(
        folder, FOLDER, SUFFIX, partial(paged_recording, noise_hz=parsed_rate(argument))
    )
