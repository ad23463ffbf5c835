"""Sessions from files: found in an output folder or a shard, with the screens they were made on."""

from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import cast

from deskhand import registry
from deskhand.errors import ContentError, DeskhandError
from deskhand.exports.losses import Dropped
from deskhand.formats import (
    EXPORTS,
    can_read,
    load_format,
    needs_argument,
    parts_of,
    recognise,
    recognised,
    split_format,
)
from deskhand.manifest import SHARD_FILE, read_record
from deskhand.scenarios.app_screens import shipped_screens
from deskhand.screen import Screen
from deskhand.session import Session

SCREENS_FOLDER = "screens"
SCREEN_SUFFIX = ".screen.json"


def screen_path(name: str) -> str:
    """Return where a run keeps a compiled screen that deskhand does not ship.

    Examples
    --------
    >>> screen_path("shop/basket")
    'screens/shop/basket.screen.json'
    """
    return f"{SCREENS_FOLDER}/{name}{SCREEN_SUFFIX}"


def picture_path(name: str) -> str:
    """Return where a run keeps the picture of such a screen.

    Examples
    --------
    >>> picture_path("shop/basket")
    'screens/shop/basket.png'
    """
    return f"{SCREENS_FOLDER}/{name}.png"


def session_screens(session: Session) -> list[str]:
    """Return the sorted names of the screens that a session's rows refer to."""
    named = set(session.elements.column("screen").unique().to_pylist())
    named |= set(session.screenshots.column("screen").unique().to_pylist())
    references = session.events.column("reference").unique().to_pylist()
    named |= {reference.partition("#")[0] for reference in references if reference}
    return sorted(name for name in named if name is not None and name in session.screens)


def with_shipped(own: Mapping[str, Screen]) -> Mapping[str, Screen]:
    """Return own screens before the shipped ones, which are still read only when they are needed."""
    shipped = shipped_screens()
    return ChainMap(dict(own), cast("MutableMapping[str, Screen]", shipped)) if own else shipped


def read_sessions(
    path: str | Path,
    *,
    format: str | None = None,  # noqa: A002
    dropped: Dropped | None = None,
) -> Iterator[Session]:
    """Yield the sessions of a folder or a file, one at a time.

    Parameters
    ----------
    path : str or pathlib.Path
        An output folder, a shard of it, or a file or folder in any format that is read back; with a
        session id behind an output folder (``out/syn_...``), that session alone.
    format : str, optional
        The format, with its argument behind a colon if it needs one; recognised when not given.
    dropped : Dropped, optional
        Counts what a reader could not keep.

    Yields
    ------
    Session
        With its compiled screens: those beside the run, else the shipped ones.

    Raises
    ------
    DeskhandError
        When there is no such folder, file or session, or no format in it that can be read back.
    """
    path = Path(path)
    if path.is_dir():
        yield from _below(path, None, format, dropped)
    elif path.exists():
        screens = shipped_screens()
        for session in _read(path, format or recognise(path, readable=True), dropped):
            yield replace(session, screens=screens)
    elif any(path.parent.glob("shard=*")) or any(path.parent.glob("events.*")):
        found = False
        for session in _below(path.parent, path.name, format, dropped):
            found = True
            yield session
        if not found:
            raise DeskhandError(
                f"{path}: neither a folder nor a session of {path.parent}; give the folder that "
                "`deskhand generate` wrote, or that folder with a session id behind it."
            )
    else:
        raise DeskhandError(
            f"{path}: not found; give the folder that `deskhand generate` wrote, that folder with a "
            "session id behind it, or a capture."
        )


def load_session(path: str | Path) -> Session:
    """Return the first session of `read_sessions`.

    Raises
    ------
    DeskhandError
        When there is none.
    """
    for session in read_sessions(path):
        return session
    raise DeskhandError(f"{path}: holds no session; generate some first.")


def _below(
    folder: Path,
    session_id: str | None,
    format: str | None,  # noqa: A002
    dropped: Dropped | None,
) -> Iterator[Session]:
    shards = sorted(folder.glob("shard=*"))
    out = folder if shards or not folder.name.startswith("shard=") else folder.parent
    screens = with_shipped(_own_screens(out))
    for shard in shards or [folder]:
        if session_id is not None and not _may_hold(shard, session_id):
            continue
        for part, name in _parts(shard, format):
            for session in _read(part, name, dropped):
                if session_id in (None, session.session_id):
                    yield replace(session, screens=screens)


def _parts(folder: Path, name: str | None) -> Iterator[tuple[Path, str]]:
    """Yield what holds the sessions of a folder, and its format: one format, for each holds them all."""
    name = name or _format_of(folder)
    if name is None:
        if not any(folder.iterdir()):
            raise DeskhandError(f"{folder}: an empty folder; name one with sessions.")
        raise DeskhandError(
            f"{folder}: holds no sessions that can be read back; name a folder that `deskhand generate` "
            "wrote with --format parquet (beside other formats if need be), or captures."
        )
    for part in parts_of(folder, name):
        yield part, name


def is_capture(folder: Path, format: str | None = None) -> bool:  # noqa: A002
    """Return whether a folder is itself a run or a capture, and not one that holds some.

    Parameters
    ----------
    folder : pathlib.Path
    format : str, optional
        Of what is in it; recognised when not given.
    """
    if any(folder.glob("shard=*")):
        return True
    return (
        _format_of(folder) is not None if format is None else folder not in parts_of(folder, format)
    )


def _format_of(folder: Path) -> str | None:
    found = next((name for name in recognised(folder) if can_read(name)), None)
    if found is None:
        # A run keeps a format that is not one of its tables in a folder of the format's name.
        usable = [n for n in registry.names(EXPORTS) if can_read(n) and not needs_argument(n)]
        found = next((n for n in usable if (folder / n).is_dir() or folder.name == n), None)
    return found


def _read(path: Path, format: str, dropped: Dropped | None) -> Iterator[Session]:  # noqa: A002
    module, argument = load_format(format)
    if not hasattr(module, "read"):
        raise DeskhandError(
            f"format {format!r}: is written and not read back; `deskhand formats` lists those that are."
        )
    given = (argument,) if needs_argument(split_format(format)[0]) else ()
    try:
        yield from module.read(path, dropped, *given)
    except DeskhandError as error:
        raise ContentError(str(error)) from error


def _may_hold(shard: Path, session_id: str) -> bool:
    # A shard of a run lists its sessions, so that the others need not be read.
    if not (shard / SHARD_FILE).is_file():
        return True
    return session_id in {s["session_id"] for s in read_record(shard / SHARD_FILE)["sessions"]}


def _own_screens(out: Path) -> Mapping[str, Screen]:
    found = (
        Screen.load(path) for path in sorted((out / SCREENS_FOLDER).rglob(f"*{SCREEN_SUFFIX}"))
    )
    return {screen.name: screen for screen in found}
