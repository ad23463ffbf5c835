"""rrweb 2.x recordings, one event array a file, written without a browser.

What a compiled screen cannot know is lost as it is in a real recording: key timing but for the
fields' text, wheel deltas, opened native lists, everything outside the page.
"""

from pathlib import Path

from deskhand.errors import DeskhandError
from deskhand.exports.rrweb.mutation_noise import parsed_rate
from deskhand.exports.rrweb.reader import KEEPS, LOSES, read
from deskhand.exports.rrweb.recording import record, recording
from deskhand.exports.rrweb.recording_file import recognises
from deskhand.exports.rrweb.rules import findings
from deskhand.exports.session_tables import Writer
from deskhand.session import Session

__all__ = ["KEEPS", "LOSES", "findings", "open_writer", "read", "recognises", "record", "recording"]

SUFFIX = ".json"
SUMMARY = "rrweb 2.x event arrays, one a session, for its Replayer and what builds on it"
FOLDER = "rrweb"
NEEDS_PAGE = True


class RrwebWriter(Writer):
    """Writes ``rrweb/<session_id>.json`` files.

    Parameters
    ----------
    folder : Path
        Where the folder ``rrweb`` goes.
    noise_hz : float
        Mutations a second that no act causes.
    """

    def __init__(self, folder: Path, noise_hz: float = 0.0) -> None:
        self._noise_hz = noise_hz
        self._folder = folder / FOLDER
        self._folder.mkdir(parents=True, exist_ok=True)

    def write(self, session: Session) -> None:
        """Write one session's recording.

        Raises
        ------
        DeskhandError
            When the session comes without its screens, or opens none of them.
        """
        if not session.screens:
            raise DeskhandError(
                f"session {session.session_id!r} has no screens: rrweb shows pages; give the "
                "compiled screens that its rows name."
            )
        path = self._folder / f"{session.session_id}{SUFFIX}"
        path.write_bytes(recording(session, noise_hz=self._noise_hz))

    def close(self) -> None:
        """Do nothing: every file is complete once written."""


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
    return RrwebWriter(folder, parsed_rate(argument))
