"""Reading people's captures so that no message shows what stands in them, or whose they are."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from deskhand.errors import ContentError, DeskhandError, InvalidDataError
from deskhand.loading import read_sessions
from deskhand.session import Session

PLACES = ("screen_x", "screen_y", "client_x", "client_y", "delta_x", "delta_y")


def unshown_sessions(
    part: Path,
    *,
    format: str | None = None,  # noqa: A002
    given: Path | None = None,
    which: str = "",
) -> Iterator[Session]:
    """Yield the sessions of a capture; what cannot be read is told without quoting it.

    Parameters
    ----------
    part : pathlib.Path
        A file or folder.
    format : str, optional
        Recognised when not given.
    given : pathlib.Path, optional
        The folder that was named, where the capture lies below it: names of files in it may be those
        of people.
    which : str
        The capture's place in that folder, in words.

    Raises
    ------
    DeskhandError
        When there is no capture that can be read back.
    InvalidDataError
        When there is one, and it is not as its format has it.
    """
    named = part if given is None else given
    try:
        yield from read_sessions(part, format=format)
    except ContentError:
        why = "it is damaged, in another format, or of a newer schema"
        # A format that was named may be the wrong one.
        kind = InvalidDataError if format is None else DeskhandError
        raise kind(_unread(named, which, why)) from None
    except DeskhandError:
        if given is None:
            raise
        raise DeskhandError(_unread(named, which, "no format is recognised in it")) from None
    except OSError as error:
        raise DeskhandError(_unread(named, which, error.strerror or "no reason given")) from None
    except Exception as error:  # A traceback would show a person's data.
        raise InvalidDataError(_unread(named, which, f"{type(error).__name__} in it")) from None


def _unread(named: Path, which: str, why: str) -> str:
    return (
        f"{named}: {which or 'the capture'} cannot be read: {why}. What stands in it is not told here; "
        f"`deskhand validate {named}` shows it to those who may see it. Mend it, or leave it out."
    )


def finite_places(session: Session) -> bool:
    """Return whether all places and turns of the wheel are finite numbers, or null.

    Examples
    --------
    >>> import deskhand
    >>> finite_places(deskhand.simulate("auth.unlock", seed=7))
    True
    """
    columns = (session.events[name].drop_null().to_numpy() for name in PLACES)
    return all(bool(np.isfinite(column).all()) for column in columns)


def check_usable(session: Session) -> None:
    """Refuse a capture of which nothing can be measured.

    Raises
    ------
    DeskhandError
        When its clock goes back, or a place is no finite number.
    """
    if (np.diff(session.events["t_us"].to_numpy()) < 0).any():
        raise DeskhandError(
            "a capture's clock goes back between two of its rows; `deskhand validate` names the "
            "file: sort its rows by time, or leave it out."
        )
    if not finite_places(session):
        raise DeskhandError(
            "a capture has places that are no finite numbers; `deskhand validate` names the file: "
            "leave a place null where there is none, or leave the capture out."
        )
