"""Whether a record is that of a run; a day of it, with a row a second, is checked in a moment."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from deskhand.errors import DeskhandError
from deskhand.json_schema import describe, worst

_PACKAGE = "deskhand.fleet.report"


def _shape(value: Any) -> Hashable:
    """Return what the schema can tell of a value: to it, whole numbers from 0 on are all alike.

    Examples
    --------
    >>> _shape({"second": 3, "p50_us": None}) == _shape({"second": 4, "p50_us": None})
    True
    >>> _shape({"second": 3}) == _shape({"second": -3}), _shape([1]) == _shape([True])
    (False, False)
    """
    if type(value) is int and value >= 0:
        return int
    if isinstance(value, Mapping):
        return Mapping, tuple((name, _shape(member)) for name, member in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return Sequence, tuple(map(_shape, value))
    # True is 1 to Python, and not to the schema.
    return type(value), value


def check_record(run: Any) -> None:
    """Refuse what is not the record of a run.

    Parameters
    ----------
    run : mapping
        As read from run.json.

    Raises
    ------
    DeskhandError
        When it is not as run.schema.json says, with the place.

    Examples
    --------
    >>> check_record({"format": "deskhand.fleet/1"})
    Traceback (most recent call last):
    deskhand.errors.DeskhandError: this is not the record of a run: 'deskhand' is a required property. Give a folder that `deskhand fleet run` wrote, or its run.json.
    """
    rows = run.get("timeline") if isinstance(run, Mapping) else None
    breach = None
    if isinstance(rows, list):
        # One row of each shape stands for all of it; where one is wrong, its place is looked for.
        few = list({_shape(row): row for row in rows}.values())
        breach = worst("run", {**run, "timeline": few}, _PACKAGE)
    if breach is not None or not isinstance(rows, list):
        breach = worst("run", run, _PACKAGE)
    if breach is not None:
        raise DeskhandError(
            f"this is not the record of a run: {describe(breach)}. "
            "Give a folder that `deskhand fleet run` wrote, or its run.json."
        )
