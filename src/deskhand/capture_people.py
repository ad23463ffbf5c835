"""Whose captures they are: sessions of one person, in however many files, under one name in memory."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from hashlib import file_digest
from pathlib import Path

from deskhand.capture_reading import check_usable, unshown_sessions
from deskhand.errors import DeskhandError
from deskhand.events import SESSIONS
from deskhand.formats import can_read, recognised
from deskhand.loading import is_capture
from deskhand.manifest import MANIFEST_FILE, SIGNATURE_FILE
from deskhand.marks.beside import SIDECAR
from deskhand.session import Session

# What a reader writes where a capture does not say whose it is.
UNKNOWN, DERIVED = "unknown", "derived"
COLUMN = "persona"
# What deskhand writes beside captures about them.
_RECORDS = (SIDECAR, MANIFEST_FILE, SIGNATURE_FILE)


def captured_people(
    captures: Sequence[Path],
    *,
    person: str | None = None,
    format: str | None = None,  # noqa: A002
    stand_ins: bool = False,
) -> Iterator[tuple[str, Session]]:
    """Yield every session with its person's name, which nobody is to see.

    Parameters
    ----------
    captures : sequence of pathlib.Path
        Files or folders in any format that is read back.
    person : str, optional
        A column of the sessions table, or a regular expression with one group that finds the person
        in a file's path below the folder that was given. The column ``persona`` unless given.
    format : str, optional
        Of the captures; recognised when not given.
    stand_ins : bool
        Whether synthetic sessions may stand in for captures.

    Raises
    ------
    DeskhandError
        When a capture cannot be read or used, is synthetic or derived, or does not say whose it is.
    """
    if not captures:
        raise DeskhandError("fit: name at least one capture or folder of captures.")
    for name, session in _named(captures, person, format):
        if session.header["synthetic"] and not stand_ins:
            raise DeskhandError(
                "a capture says that it is synthetic: a profile fitted on it would be of a model, not "
                "of people. Leave it out; --stand-ins fits it all the same, and the profile says so."
            )
        if session.header["profile_mode"] == DERIVED:
            raise DeskhandError(
                "a capture says that it was derived from another one: its person would count as two, and "
                "be protected as half of either. Leave it out, and fit the captures that it was made from."
            )
        check_usable(session)
        yield name(), session


def named_sessions(
    captures: Sequence[Path],
    *,
    person: str | None = None,
    format: str | None = None,  # noqa: A002
) -> Iterator[tuple[str, Session]]:
    """Yield every session, whatever it is of, with its person's name.

    Parameters
    ----------
    captures : sequence of pathlib.Path
        Files or folders in any format that is read back.
    person, format : str, optional
        As in `captured_people`.

    Raises
    ------
    DeskhandError
        When a capture cannot be read, or does not say whose it is.
    """
    for name, session in _named(captures, person, format):
        yield name(), session


def _named(
    captures: Sequence[Path],
    person: str | None,
    format: str | None,  # noqa: A002
) -> Iterator[tuple[Callable[[], str], Session]]:
    """Yield every session with what tells its person's name."""
    pattern = None
    if person is not None and person not in SESSIONS.names:
        pattern = _pattern(person)
    for session, place in _sessions(captures, format, by_file=pattern is not None):
        yield partial(_name, session, place, person, pattern), session


def _name(session: Session, place: str, person: str | None, pattern: re.Pattern[str] | None) -> str:
    if pattern is None:
        name = str(session.header[person or COLUMN])
        if name == UNKNOWN:
            raise DeskhandError(
                "a capture does not say whose it is; give --person with a column of the sessions "
                "table, or with a pattern that finds the person in the files' paths: "
                r"--person '([^/]+)/[^/]+$'."
            )
        return name
    found = pattern.search(place)
    if found is None or not found[1]:
        raise DeskhandError(
            f"the pattern {person!r} finds no person in the path of a capture; its group is to "
            r"match in every path, for example --person '([^/]+)/[^/]+$'."
        )
    return found[1]


def capture_digests(captures: Sequence[Path]) -> list[bytes]:
    """Return the sha256 of every file of the captures.

    Raises
    ------
    DeskhandError
        When one cannot be read.
    """
    found = []
    for capture in captures:
        try:
            for path in [capture] if capture.is_file() else sorted(capture.rglob("*")):
                if path.is_file():
                    with path.open("rb") as file:
                        found.append(file_digest(file, "sha256").digest())
        except OSError as error:
            raise _closed(capture, error) from None
    return found


def _closed(capture: Path, error: OSError) -> DeskhandError:
    """Return a refusal that names what was given alone: names below it may be those of people."""
    why = error.strerror or type(error).__name__
    return DeskhandError(
        f"{capture}: not all of it can be read: {why}; let this user read it, or leave it out."
    )


def _pattern(text: str) -> re.Pattern[str]:
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise DeskhandError(f"person {text!r}: no regular expression ({error}).") from error
    if pattern.groups != 1:
        columns = ", ".join(SESSIONS.names)
        raise DeskhandError(
            f"person {text!r}: give a column of the sessions table ({columns}), or a regular "
            "expression with one group, such as '([^/]+)/[^/]+$'."
        )
    return pattern


def _sessions(
    captures: Sequence[Path],
    format: str | None,  # noqa: A002
    *,
    by_file: bool,
) -> Iterator[tuple[Session, str]]:
    for capture in captures:
        parts = [capture]
        try:
            if capture.is_dir() and (by_file or not is_capture(capture, format)):
                parts = list(_below(capture))
        except OSError as error:
            raise _closed(capture, error) from None
        if not parts:
            raise DeskhandError(f"{capture}: an empty folder; name one with captures.")
        for number, part in enumerate(parts, 1):
            if part == capture:
                sessions, place = unshown_sessions(part, format=format), part
            else:
                which = f"number {number} of {len(parts)} in it, by their paths,"
                sessions = unshown_sessions(part, format=format, given=capture, which=which)
                place = part.relative_to(capture)
            for session in sessions:
                yield session, place.as_posix()


def _below(folder: Path) -> Iterator[Path]:
    """Yield the captures in a folder: files, and folders that are one capture or one run."""
    if any(folder.glob("shard=*")) or any(map(can_read, recognised(folder))):
        yield folder
        return
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            yield from _below(path)
        elif not path.name.startswith(".") and not path.name.endswith(_RECORDS):
            yield path
