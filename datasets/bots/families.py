"""The registry of families by name."""

from collections.abc import Mapping
from types import MappingProxyType

from deskhand.datasets.bots import (
    bezier,
    headless,
    jittered,
    linear,
    minimum_jerk,
    replayed,
    spline,
    wind,
)
from deskhand.datasets.bots.family import Family
from deskhand.errors import UnknownNameError

_MODULES = (linear, bezier, wind, replayed, jittered, headless, minimum_jerk, spline)
FAMILIES: Mapping[str, Family] = MappingProxyType({m.FAMILY.name: m.FAMILY for m in _MODULES})


def family_named(name: str) -> Family:
    """Return a family.

    Raises
    ------
    UnknownNameError
        When there is none of that name.

    Examples
    --------
    >>> family_named("wind").unseen, family_named("spline").unseen
    (False, True)
    """
    if name not in FAMILIES:
        raise UnknownNameError("family of bots", name, FAMILIES)
    return FAMILIES[name]
