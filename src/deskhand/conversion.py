"""Sessions from one format into another, with an account of all that is lost on the way."""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from deskhand.errors import DeskhandError
from deskhand.exports.losses import Dropped, Kept
from deskhand.formats import load_format, written
from deskhand.loading import SCREENS_FOLDER, read_sessions
from deskhand.progress import Progress
from deskhand.safeguards import Safeguards, load_safeguards, safeguarded
from deskhand.scenarios.app_screens import shipped_screens
from deskhand.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What was converted, and what was lost.

    Parameters
    ----------
    sessions, events : int
        How many canonical sessions and events were read and written.
    not_read : mapping of str to int
        What the reader could not keep, with counts.
    not_written : mapping of str to int
        Canonical event types that the format of the output has nothing for, with counts.
    withheld : int
        How many events safeguards left out or masked.
    """

    sessions: int
    events: int
    not_read: Mapping[str, int]
    not_written: Mapping[str, int]
    withheld: int = 0

    def lines(self) -> Iterator[str]:
        """Yield the account as text."""
        yield f"{self.sessions:,} sessions, {self.events:,} events"
        for verb, lost in (("read", self.not_read), ("written", self.not_written)):
            for what, count in sorted(lost.items(), key=lambda item: (-item[1], item[0])):
                yield f"not {verb}: {count:,} x {what}"
        if self.withheld:
            yield f"withheld by safeguards: {self.withheld:,} events left out or masked"


def convert(
    source: str | Path,
    out: str | Path,
    *,
    read_as: str | None = None,
    write_as: str = "parquet",
    strict: bool = False,
    safeguards: str | Path | None = None,
    progress: Progress | None = None,
) -> Conversion:
    """Write the sessions of a file or a folder in another format.

    Parameters
    ----------
    source : str or pathlib.Path
        A capture, or a folder that deskhand wrote; it is only read.
    out : str or pathlib.Path
        The file to write, for what comes to be one file; else a new or empty folder.
    read_as : str, optional
        The format of the source; recognised by what it holds when not given.
    write_as : str
        The format to write, with its argument behind a colon if it takes one.
    strict : bool
        Refuse when anything of the source cannot be read.
    safeguards : str or pathlib.Path, optional
        A file that says what is left out, see docs/safeguards.md.
    progress : callable, optional
        Called with the number of sessions so far, 0, and the number of events so far.

    Returns
    -------
    Conversion
        Counts, and all that was lost.

    Raises
    ------
    DeskhandError
        When the source cannot be read or is not wholly kept under ``strict``, or the output cannot
        be written; then there is no output.
    """
    source, out = Path(source), Path(out)
    check_apart(source, out)
    kept = keeps(write_as)
    guard = None if safeguards is None else Guard(load_safeguards(safeguards))
    dropped, lost = Dropped(), Counter[str]()
    sessions = events = 0
    with written(out, write_as) as writer:
        for session in read_sessions(source, format=read_as, dropped=dropped):
            if strict:
                _refuse_losses(source, dropped)
            if guard is not None:
                session = guard.take(session)
            writer.write(session)
            sessions += 1
            events += len(session.events)
            counts = pc.value_counts(session.events["type"].unify_dictionaries().combine_chunks())
            for kind, count in zip(
                counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True
            ):
                if kind not in kept:
                    lost[kind] += count
            if progress is not None:
                progress(sessions, 0, events)
        if strict:
            # What stands behind the last session is read after it.
            _refuse_losses(source, dropped)
        if not sessions:
            raise DeskhandError(f"{source}: holds no session; nothing was written.")
        if guard is not None:
            guard.check()
    _carry_screens(source, out)
    return Conversion(
        sessions=sessions,
        events=events,
        not_read=dict(dropped.counts),
        not_written=dict(lost),
        withheld=0 if guard is None else guard.withheld,
    )


class Guard:
    """Applies safeguards to sessions, and sees whether these have what the safeguards name."""

    def __init__(self, safeguards: Safeguards) -> None:
        self._safeguards = safeguards
        self._apps: set[str] = set()
        self._elements: set[str] = set()
        self.withheld = 0

    def take(self, session: Session) -> Session:
        """Return a session as a recorder with the safeguards keeps it."""
        events = session.events
        self._apps.update(app for app in events["app"].unique().to_pylist() if app)
        for column in (events["target"], session.elements["target"]):
            self._elements.update(target for target in column.unique().to_pylist() if target)
        made = safeguarded(session, self._safeguards)
        self.withheld += max(0, len(events) - len(made.events))
        self.withheld += _masked(made) - _masked(session)
        return made

    def check(self) -> None:
        """Refuse what is neither in the sessions nor in an application that ships."""
        shipped = shipped_screens()
        self._safeguards.check_apps(self._apps | {name.partition("/")[0] for name in shipped})
        try:
            self._safeguards.check_elements(self._elements)
        except DeskhandError:
            self._elements.update(key for screen in shipped.values() for key in screen.elements)
            self._safeguards.check_elements(self._elements)


def _masked(session: Session) -> int:
    return int(pc.sum(session.events["masked"]).as_py() or 0)


def keeps(text: str) -> Mapping[str, Kept]:
    """Return what a format keeps, by event type.

    Parameters
    ----------
    text : str
        ``NAME`` or ``NAME:ARGUMENT``.

    Examples
    --------
    >>> "keydown" in keeps("parquet")
    True
    """
    module, argument = load_format(text)
    if hasattr(module, "keeps"):
        # What is kept depends on the argument, for example on a mapping of one's own.
        return dict(module.keeps(argument))
    return dict(getattr(module, "KEEPS", {}))


def _refuse_losses(source: Path, dropped: Dropped) -> None:
    for line in dropped.lines():
        raise DeskhandError(f"{source}: {line}; --strict refuses what is not wholly kept.")


def _carry_screens(source: Path, out: Path) -> None:
    """Put a run's own compiled screens beside the tables, so that pages can be shown from there too."""
    own = source / SCREENS_FOLDER
    if own.is_dir() and any(out.glob("sessions.*")):
        shutil.copytree(own, out / SCREENS_FOLDER)


def check_apart(source: Path, out: Path) -> None:
    """Refuse an output that is a file already, or that lies within what is only read."""
    if out.is_file():
        raise DeskhandError(f"{out}: is there already; give another path, nothing is overwritten.")
    inside: Any = out.resolve().parents
    if source.is_dir() and (out.resolve() == source.resolve() or source.resolve() in inside):
        raise DeskhandError(f"{out}: lies within {source}, which is only read; give another path.")
