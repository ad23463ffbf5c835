"""Which families of bots there are, and their motion in place of a person's.

The families are in `deskhand.datasets.bots`, as ``FAMILIES``: by name a function that takes a session and
a seed and returns the session as that family would have done it.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec

from deskhand.datasets.tables import HUMAN_LIKE
from deskhand.session import Session
from deskhand.streams import stream_key

Family = Callable[..., Session]
_HOME = "deskhand.datasets.bots"


def _families() -> Mapping[str, Family]:
    if find_spec(_HOME) is None:
        return {}
    found: Mapping[str, Family] = import_module(_HOME).FAMILIES
    return found


def family_names() -> list[str]:
    """Return the names of the families of bots."""
    return sorted(_families())


def acted(session: Session, family: str) -> Session:
    """Return a session as one of a family would have done it.

    Parameters
    ----------
    session : Session
        As a person would do it.
    family : str
        A name of `family_names`, or ``human-like`` for the session as it is.
    """
    if family == HUMAN_LIKE:
        return session
    header = session.header
    key = stream_key(int(header["seed"]), "dataset.bot", family, str(header["session_id"]))
    # 53 bits, which every reader of JSON keeps.
    return _families()[family](session, seed=key >> 11)
