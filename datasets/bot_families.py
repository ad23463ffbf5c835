"""Families of bots as a data set has them: their names, and a session as one of them does it."""

from collections.abc import Callable, Mapping
from typing import Any

from deskhand.datasets.bots.families import FAMILIES
from deskhand.datasets.tables import HUMAN_LIKE
from deskhand.session import Session
from deskhand.streams import stream_key


def _families() -> Mapping[str, Callable[..., Session]]:
    # Some know the paths and keys of bots alone, and no whole sessions.
    known: Mapping[str, Any] = FAMILIES
    return {name: family for name, family in known.items() if callable(family)}


def family_names() -> list[str]:
    """Return the names of the families of bots that do whole sessions."""
    return sorted(_families())


def unseen(name: str) -> bool:
    """Return whether a family is kept for testing detectors on what they were not trained with."""
    return name in FAMILIES and FAMILIES[name].unseen


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
