"""The error base and the wording of refusals: what was given, the rule, the remedy."""

from collections.abc import Iterable
from difflib import get_close_matches


class DeskhandError(ValueError):
    """A refusal that a person can act on; the command line prints it and exits with status 2."""


class InvalidDataError(DeskhandError):
    """Something is there and is not as it was written."""


class ContentError(DeskhandError):
    """What a file holds cannot be used; the message may quote it."""


class UnknownNameError(DeskhandError):
    """A name that is not in a closed list; the message lists the known names and the nearest.

    Parameters
    ----------
    kind : str
        What the name stands for, for example ``"scenario"``.
    given : str
        The name that was given.
    known : iterable of str
        The names that exist.

    Examples
    --------
    >>> str(UnknownNameError("format", "rweb", ["parquet", "rrweb"]))
    "format 'rweb' is not known; did you mean 'rrweb'? Known: parquet, rrweb."
    """

    def __init__(self, kind: str, given: str | None = None, known: Iterable[str] = ()) -> None:
        if given is None:
            # Pickling and SimPy make an error anew from its finished message alone.
            super().__init__(kind)
            return
        names = sorted(known)
        near = get_close_matches(given, names, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}? " if near else ""
        listing = ", ".join(names) if names else "none"
        super().__init__(f"{kind} {given!r} is not known; {hint}Known: {listing}.")
