"""Look-up of plug-ins: models, applications, scenarios and exports register as entry points.

Those of deskhand do so, too, but for its applications, which are the folders of `scenarios/apps`.
"""

import os
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from deskhand.errors import DeskhandError, UnknownNameError

GROUPS = ("deskhand.models", "deskhand.apps", "deskhand.scenarios", "deskhand.exports")
OFF_SWITCH = "DESKHAND_NO_PLUGINS"


@cache
def _entries(group: str) -> dict[str, EntryPoint]:
    own_only = bool(os.environ.get(OFF_SWITCH))
    found: dict[str, EntryPoint] = {}
    for entry in sorted(entry_points(group=group), key=lambda e: (e.name, e.value)):
        own = entry.value.startswith("deskhand.")
        if own or (not own_only and entry.name not in found):
            found[entry.name] = entry
    return found


def names(group: str) -> list[str]:
    """Return the sorted names registered in a group.

    Parameters
    ----------
    group : str
        One of `GROUPS`. Others' entries are left out when ``DESKHAND_NO_PLUGINS`` is set.

    Examples
    --------
    >>> "parquet" in names("deskhand.exports")
    True
    """
    return sorted(_entries(group))


def load(group: str, name: str) -> Any:
    """Import and return what a name stands for.

    Parameters
    ----------
    group : str
        One of `GROUPS`.
    name : str
        A name of `names`.

    Raises
    ------
    UnknownNameError
        When nothing is registered under that name.
    DeskhandError
        When a plug-in cannot be imported.
    """
    entries = _entries(group)
    if name not in entries:
        kind = group.removeprefix("deskhand.").removesuffix("s")
        raise UnknownNameError({"export": "format"}.get(kind, kind), name, entries)
    try:
        return entries[name].load()
    except (ImportError, AttributeError) as error:
        raise DeskhandError(
            f"{name!r} of {group} is registered as {entries[name].value!r}, "
            f"which cannot be loaded: {error}; reinstall that package or set {OFF_SWITCH}=1."
        ) from error
