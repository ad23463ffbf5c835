"""The writer of every format that keeps each session in a file, or a folder, of its own."""

import re
from collections.abc import Callable
from pathlib import Path

from deskhand.errors import DeskhandError
from deskhand.exports.session_tables import Writer
from deskhand.session import Session

# Identifiers may come from a file that someone else made, so none may lead out of the folder.
_PLAIN = re.compile(r"[^./\\\0-\x1f][^/\\\0-\x1f]{0,199}")


def file_stem(session_id: str) -> str:
    """Return a session's identifier, as the name of its file without the ending.

    Raises
    ------
    DeskhandError
        When it would be a path, a hidden file or too long.

    Examples
    --------
    >>> file_stem("syn_session_1")
    'syn_session_1'
    >>> file_stem("../session")
    Traceback (most recent call last):
    deskhand.errors.DeskhandError: session '../session': no file can have that name; an identifier has no slash and does not begin with a dot; rename the session, or write it as parquet.
    """
    if _PLAIN.fullmatch(session_id) is None:
        raise DeskhandError(
            f"session {session_id[:80]!r}: no file can have that name; an identifier has no slash "
            "and does not begin with a dot; rename the session, or write it as parquet."
        )
    return session_id


def need_screens(session: Session, why: str) -> None:
    """Refuse a session that comes without its screens, in a format of pages.

    Parameters
    ----------
    session : Session
        With its compiled screens, or without.
    why : str
        What the format does with pages.

    Raises
    ------
    DeskhandError
        When it has none.
    """
    if not session.screens:
        raise DeskhandError(
            f"session {session.session_id!r} has no screens: {why}; give the compiled screens that "
            "its rows name."
        )


class SessionFiles(Writer):
    """Writes each session wholly by itself; every file is complete once written.

    Parameters
    ----------
    folder : pathlib.Path
        Where the format's folder goes.
    name : str
        The format's folder.
    write : callable
        Takes a session and the path of its file, without an ending, or of its folder.
    """

    def __init__(self, folder: Path, name: str, write: Callable[[Session, Path], object]) -> None:
        self._folder = folder / name
        self._folder.mkdir(parents=True, exist_ok=True)
        self._write = write

    def write(self, session: Session) -> None:
        """Write one session.

        Raises
        ------
        DeskhandError
            When the format cannot hold the session, or no file can have its name.
        """
        self._write(session, self._folder / file_stem(session.session_id))

    def close(self) -> None:
        """Do nothing: nothing waits."""


def one_file_each(
    folder: Path, name: str, suffix: str, content: Callable[[Session], bytes]
) -> SessionFiles:
    """Return a writer of files ``NAME/<session_id><suffix>``.

    Parameters
    ----------
    folder : pathlib.Path
        Where the format's folder goes.
    name, suffix : str
        The format's folder, and what its files end in.
    content : callable
        From a session to the bytes of its file.
    """
    return SessionFiles(
        folder, name, lambda session, stem: Path(f"{stem}{suffix}").write_bytes(content(session))
    )
