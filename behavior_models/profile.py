"""A profile: the parameters of a population, each with its source. A readable JSON, no one's data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from deskhand.errors import DeskhandError, UnknownNameError

FORMAT = "deskhand.profile/1"
Entries = dict[str, dict[str, Any]]
"""The parameters of one section: ``{"name": {"value": ..., "source": ...}}``."""
MODES = ("published", "research", "dp-fit", "fit-no-dp", "derived")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Population parameters: sections of named numbers, each ``{"value": ..., "source": ...}``.

    ``profile["pointer", "fitts_slope_s"]`` returns the value.
    """

    name: str
    mode: str
    remark: str
    sections: Mapping[str, Mapping[str, Mapping[str, Any]]]

    def __getitem__(self, key: tuple[str, str]) -> Any:
        section, parameter = key
        try:
            return self.sections[section][parameter]["value"]
        except KeyError:
            known = [f"{s}.{p}" for s, entries in self.sections.items() for p in entries]
            raise UnknownNameError("profile parameter", f"{section}.{parameter}", known) from None

    def __hash__(self) -> int:
        return hash((self.name, self.mode))


def entry(value: Any, source: str) -> dict[str, Any]:
    """Return one parameter of a profile: its value and where it comes from.

    Examples
    --------
    >>> entry(0.4, "Card, Moran & Newell 1980")
    {'value': 0.4, 'source': 'Card, Moran & Newell 1980'}
    """
    return {"value": value, "source": source}


def parse_profile(data: Mapping[str, Any], origin: str) -> Profile:
    """Return the profile held by parsed JSON, after checking that every number has a source."""
    if data.get("format") != FORMAT:
        raise DeskhandError(f"{origin}: format {data.get('format')!r}; expected {FORMAT!r}.")
    if data.get("mode") not in MODES:
        raise UnknownNameError("profile mode", str(data.get("mode")), MODES)
    missing = [name for name in ("name", "remark", "sections") if name not in data]
    if missing:
        raise DeskhandError(
            f"{origin}: {', '.join(missing)} missing; a profile has format, name, mode, remark and "
            "sections."
        )
    for section, entries in data["sections"].items():
        for parameter, entry in entries.items():
            if not isinstance(entry, dict) or "value" not in entry or not entry.get("source"):
                raise DeskhandError(
                    f"{origin}: {section}.{parameter} needs a value and a source; "
                    'write {"value": 0.1, "source": "assumed"} when nobody measured it.'
                )
    return Profile(
        name=data["name"], mode=data["mode"], remark=data["remark"], sections=data["sections"]
    )


def profile_names() -> list[str]:
    """Return the names of the shipped profiles.

    Examples
    --------
    >>> "office" in profile_names()
    True
    """
    folder = files("deskhand.behavior_models") / "profiles"
    return sorted(p.name.removesuffix(".json") for p in folder.iterdir() if p.name[-5:] == ".json")


def load_profile(name: str) -> Profile:
    """Return a shipped profile by name, or one read from a ``.json`` path.

    Parameters
    ----------
    name : str
        A name of `profile_names`, or the path of a profile file.

    Raises
    ------
    DeskhandError
        When there is no such profile or it is not valid.

    Examples
    --------
    >>> load_profile("office").mode
    'research'
    """
    if name.endswith(".json"):
        path = Path(name)
        if not path.is_file():
            raise DeskhandError(f"profile file {name!r} does not exist; give a path or a name.")
        return _read_file(name, path.stat().st_mtime_ns)
    return _read_shipped(name)


@cache
def _read_file(name: str, _changed_ns: int) -> Profile:
    """Return the profile in a file, read again when the file has changed."""
    return _read(Path(name).read_bytes(), name)


@cache
def _read_shipped(name: str) -> Profile:
    if name not in profile_names():
        raise UnknownNameError("profile", name, profile_names())
    source = files("deskhand.behavior_models") / "profiles" / f"{name}.json"
    return _read(source.read_bytes(), name)


def _read(content: bytes, origin: str) -> Profile:
    try:
        data = json.loads(content)
    except ValueError as error:
        raise DeskhandError(f"{origin}: not JSON ({error}); give a profile file.") from error
    if not isinstance(data, dict):
        raise DeskhandError(
            f"{origin}: JSON of type {type(data).__name__}; a profile is an object."
        )
    return parse_profile(data, origin)
