"""A data set's description: the JSON file that it is built from, checked and with its defaults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from deskhand.arguments import (
    DEFAULT_FIDELITY,
    DEFAULT_START,
    DEFAULT_TIME_ZONE,
    parse_condition,
    parse_fidelity,
    parse_start,
)
from deskhand.datasets.bot_families import family_names, unseen
from deskhand.datasets.tables import SPLITS
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.json_schema import describe, read_description, worst
from deskhand.recipe import scenario_names
from deskhand.scenarios.local_time import parse_time_zone

FORMAT = "deskhand.dataset/1"
PACKAGE = "deskhand.datasets"
GRID, QUOTA, BALANCED = "grid", "quota", "balanced"
DEFAULT_NAME = "deskhand sessions"
DEFAULT_LICENSE = "other"
DEFAULT_SHARES: Mapping[str, float] = {"train": 0.8, "validation": 0.1, "test": 0.1}
_DEFAULTS: Mapping[str, str | None] = {
    "role": None,
    "condition": "none",
    "profile": "office",
    "fidelity": DEFAULT_FIDELITY,
}
# As `deskhand dataset --example` prints it.
EXAMPLE: Mapping[str, Any] = {
    "format": FORMAT,
    "name": "CRM and mail",
    "license": "cc-by-4.0",
    "seed": 7,
    "size": {"sessions": 200, "per_person": 2},
    "mixing": BALANCED,
    "mix": {
        "scenario": {"crm.create_lead": 2, "crm.log_call": 1, "mail.compose": 1},
        "condition": {"none": 0.8, "touchpad": 0.1, "tremor": 0.1},
    },
    "splits": {"train": 0.8, "validation": 0.1, "test": 0.1},
    "hold_out": {"scenario": ["crm.log_call"]},
}


class Cell(NamedTuple):
    """One combination: what is done, and the person and the means that do it."""

    scenario: str
    role: str | None
    condition: str
    profile: str
    fidelity: str


AXES = Cell._fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a data set is to hold.

    ``mix`` has a weight for each value of each axis of `Cell`; ``cells`` a count or a share for each
    combination. ``per_person`` is how many sessions each person has, on as many days. ``bots`` are
    shares of the people by family, ``splits`` shares of those that are not held out.
    """

    sessions: int
    per_person: int = 1
    seed: int = 0
    name: str = DEFAULT_NAME
    license: str = DEFAULT_LICENSE
    mixing: str = BALANCED
    mix: Mapping[str, Mapping[Any, float]] = field(default_factory=dict)
    cells: tuple[tuple[Cell, int | None, float | None], ...] = ()
    bots: Mapping[str, float] = field(default_factory=dict)
    splits: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_SHARES))
    hold_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    start: str = DEFAULT_START
    time_zone: str = DEFAULT_TIME_ZONE

    @property
    def values(self) -> dict[str, list[Any]]:
        """The values of each axis that occur."""
        if self.mixing == QUOTA:
            return {
                axis: list(dict.fromkeys(getattr(cell, axis) for cell, _, _ in self.cells))
                for axis in AXES
            }
        return {axis: list(self.mix[axis]) for axis in AXES}


def described(record: Any, where: str = "data set", folder: Path = Path()) -> Description:
    """Return a description, checked.

    Parameters
    ----------
    record : mapping
        As read from JSON.
    where : str
        Where it comes from, for refusals.
    folder : pathlib.Path
        What the paths of scenarios and profiles are relative to.

    Raises
    ------
    DeskhandError
        When something in it is unknown, out of range, or cannot be: with its place.

    Examples
    --------
    >>> described(EXAMPLE).per_person
    2
    >>> described({"format": FORMAT, "size": {"sessions": 0}})
    Traceback (most recent call last):
    deskhand.errors.DeskhandError: data set: size/sessions: 0 is less than the minimum of 1; `deskhand dataset --example` prints a valid one.
    """
    breach = worst("dataset", record, PACKAGE)
    if breach is not None:
        raise DeskhandError(
            f"{where}: {describe(breach)}; `deskhand dataset --example` prints a valid one."
        )
    given = dict(record)
    size, mixing = given["size"], given.get("mixing", QUOTA if "cells" in given else BALANCED)
    _check_mixing(given, mixing, where)
    per_person = size.get("days", size.get("per_person", 1))
    cells = tuple(
        (
            Cell(
                **{axis: _source(axis, c.get(axis, _DEFAULTS.get(axis)), folder) for axis in AXES}
            ),
            c.get("count"),
            c.get("share"),
        )
        for c in given.get("cells", ())
    )
    made = Description(
        sessions=size["people"] * per_person if "people" in size else size["sessions"],
        per_person=per_person,
        mixing=mixing,
        mix={axis: _weights(axis, given.get("mix", {}), folder) for axis in AXES},
        cells=cells,
        bots=given.get("bots", {}),
        splits=_splits(given.get("splits", DEFAULT_SHARES), where),
        hold_out=_held_out(given, folder),
        **{
            key: given[key]
            for key in ("seed", "name", "license", "start", "time_zone")
            if key in given
        },
    )
    _check_names(made, where)
    return made


def _check_mixing(given: Mapping[str, Any], mixing: str, where: str) -> None:
    if mixing == QUOTA and "cells" not in given:
        raise DeskhandError(
            f"{where}: mixing quota takes `cells`, each with a count or a share; give them, or "
            "mixing grid or balanced with `mix`."
        )
    if mixing != QUOTA and "cells" in given:
        raise DeskhandError(
            f"{where}: `cells` are for mixing quota, not {mixing}; leave one of them out."
        )
    if mixing == QUOTA and "mix" in given:
        raise DeskhandError(
            f"{where}: mixing quota has its values in `cells`; leave `mix` out, or `cells` and "
            "the mixing."
        )


def _source(axis: str, value: Any, folder: Path) -> Any:
    if axis in ("scenario", "profile") and isinstance(value, str) and value.endswith(".json"):
        return str(folder / value)
    return value


def _weights(axis: str, mix: Mapping[str, Any], folder: Path) -> dict[Any, float]:
    given = mix.get(axis)
    if given is None:
        # Days are hours long, so they are in a data set when they are asked for.
        given = (
            [n for n in scenario_names() if "." in n] if axis == "scenario" else [_DEFAULTS[axis]]
        )
    if not isinstance(given, Mapping):
        given = dict.fromkeys(given, 1.0)
    return {_source(axis, value, folder): float(weight) for value, weight in given.items()}


def _splits(given: Mapping[str, float], where: str) -> dict[str, float]:
    shares = {name: float(given[name]) for name in SPLITS if given.get(name)}
    total = sum(shares.values())
    if abs(total - 1.0) > 1e-6:
        raise DeskhandError(
            f"{where}: splits: the shares sum to {total:g} and must sum to 1, for example "
            "train 0.8, validation 0.1, test 0.1."
        )
    return shares


def _held_out(given: Mapping[str, Any], folder: Path) -> dict[str, tuple[str, ...]]:
    """Return what is held out: as asked for, and families of bots that are made for it."""
    asked = {
        axis: tuple(_source(axis, name, folder) for name in names)
        for axis, names in given.get("hold_out", {}).items()
    }
    strange = tuple(name for name in given.get("bots", {}) if unseen(name))
    return {"bots": strange, **asked} if strange else asked


def _check_names(made: Description, where: str) -> None:
    values = made.values
    for name in values["condition"]:
        parse_condition(name)
    for name in values["fidelity"]:
        parse_fidelity(name)
    known = family_names()
    for name in made.bots:
        if name not in known:
            raise UnknownNameError(f"{where}: bots: family", name, known)
    total = sum(made.bots.values())
    if total > 1.0 + 1e-9:
        raise DeskhandError(
            f"{where}: bots: the shares sum to {total:g}, above 1; people are the rest, so give less."
        )
    for axis, names in made.hold_out.items():
        there: Sequence[Any] = list(made.bots) if axis == "bots" else values[axis]
        for name in names:
            if name not in there:
                raise UnknownNameError(
                    f"{where}: hold_out: {axis}", name, [str(value) for value in there if value]
                )
        if axis != "bots" and set(there) <= set(names):
            raise DeskhandError(
                f"{where}: hold_out: every {axis} is held out, so nothing is left to train on; "
                "leave one of them in."
            )
    parse_start(made.start)
    parse_time_zone(made.time_zone)


def load_description(path: Path) -> Description:
    """Read a description from a JSON file.

    Raises
    ------
    DeskhandError
        When it cannot be read or used.
    """
    record = read_description(path, "deskhand dataset --example")
    return described(record, str(path), path.parent)
