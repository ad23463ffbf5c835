"""What an operator is: a step from one session to another, written ``NAME`` or ``NAME:ARGUMENT``."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from deskhand.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One step, ready to be taken.

    Parameters
    ----------
    text : str
        As it is written, with its defaults filled in.
    apply : callable
        Of a session and a seed, the changed session, its marks still those of the source.
    header : dict
        Columns of the sessions table that it changes.
    of_person : bool
        Whether its numbers are drawn for a person, and not for a session.
    new_person : bool
        Whether another person does the acts.
    """

    text: str
    apply: Callable[[Session, int], Session]
    header: dict[str, Any] = field(default_factory=dict)
    of_person: bool = False
    new_person: bool = False
