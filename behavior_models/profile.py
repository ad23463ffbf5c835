"""A profile: the parameters of a population, each with its source. A readable JSON, no one's data."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from deskhand.behavior_models.profile_form import check_finite, check_form
from deskhand.behavior_models.profile_release import check_release
from deskhand.errors import DeskhandError, UnknownNameError

FORMAT = "deskhand.profile/1"
Entries = dict[str, dict[str, Any]]
"""The parameters of one section: ``{"name": {"value": ..., "source": ...}}``."""
# Tables of a network and of keys, as long as one likes; their models check them.
FREE_SECTIONS = ("keystrokes", "learned_keystrokes", "report_policy")
MODES = ("published", "research", "dp-fit", "fit-no-dp", "derived")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Population parameters: sections of named numbers, each ``{"value": ..., "source": ...}``.

    ``profile["pointer", "fitts_slope_s"]`` returns the value. ``release`` says under which promise
    numbers of captured people were released, see `deskhand.behavior_models.profile_release`.
    """

    name: str
    mode: str
    remark: str
    sections: Mapping[str, Mapping[str, Mapping[str, Any]]]
    release: Mapping[str, Any] | None = None

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
    """Return the profile held by parsed JSON.

    Parameters
    ----------
    data : mapping
        ``format``, ``name``, ``mode``, ``remark`` and ``sections``.
    origin : str
        What to call it in an error, for example its path.

    Raises
    ------
    DeskhandError
        When something is missing or no text, a value has no source or a number that is none, or a
        parameter is not of the form that it has in the shipped profiles.
    """
    profile = _parsed(data, origin)
    shipped = [_read_shipped(name).sections for name in profile_names()]
    for section, entries in profile.sections.items():
        for parameter, given in entries.items() if section not in FREE_SECTIONS else ():
            forms = [
                s[section][parameter]["value"] for s in shipped if parameter in s.get(section, {})
            ]
            if forms:
                check_form(given["value"], forms, f"{origin}: {section}.{parameter}")
    return profile


def _parsed(data: Mapping[str, Any], origin: str) -> Profile:
    if data.get("format") != FORMAT:
        given = data.get("format")
        newer = isinstance(given, str) and given.startswith(FORMAT.partition("/")[0])
        remedy = (
            "read it with the deskhand that wrote it, or fit anew" if newer else "give a profile"
        )
        raise DeskhandError(f"{origin}: format {given!r}; expected {FORMAT!r}: {remedy}.")
    if data.get("mode") not in MODES:
        raise UnknownNameError("profile mode", str(data.get("mode")), MODES)
    missing = [name for name in ("name", "remark", "sections") if name not in data]
    if missing:
        raise DeskhandError(
            f"{origin}: {', '.join(missing)} missing; a profile has format, name, mode, remark and "
            "sections."
        )
    for text in ("name", "remark"):
        if not isinstance(data[text], str):
            raise DeskhandError(f"{origin}: {text} is {data[text]!r}; it must be a text.")
    _check_object(data["sections"], f"{origin}: sections", "pointer")
    for section, entries in data["sections"].items():
        _check_object(entries, f"{origin}: section {section}", "fitts_slope_s_per_bit")
        for parameter, given in entries.items():
            source = given.get("source") if isinstance(given, dict) else None
            if not (source and isinstance(source, str) and "value" in given):
                raise DeskhandError(
                    f"{origin}: {section}.{parameter} needs a value and a source; "
                    'write {"value": 0.1, "source": "assumed"} when nobody measured it.'
                )
            check_finite(given["value"], f"{origin}: {section}.{parameter}")
    release = data.get("release")
    check_release(release, data["mode"], data["sections"], origin)
    return Profile(
        name=data["name"],
        mode=data["mode"],
        remark=data["remark"],
        sections=data["sections"],
        release=release,
    )


def _check_object(given: Any, where: str, example: str) -> None:
    if not isinstance(given, dict):
        raise DeskhandError(
            f"{where} is of type {type(given).__name__}; it must be an object by name, such as "
            f'{{"{example}": ...}}.'
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


def load_profile(name: str | Path) -> Profile:
    """Return a shipped profile by name, or one read from a file.

    Parameters
    ----------
    name : str or pathlib.Path
        A name of `profile_names`, or the path of a profile file. A str that is such a name stands
        for it, even where there is a file of that name; a Path is always a file.

    Raises
    ------
    DeskhandError
        When there is no such profile or it is not valid.

    Examples
    --------
    >>> load_profile("office").mode
    'research'
    """
    text = profile_reference(name)
    path = Path(text)
    if text in profile_names() or not (path.is_file() or text.endswith(".json") or os.sep in text):
        return _read_shipped(text)
    if not path.is_file():
        raise DeskhandError(f"profile file {text!r} does not exist; give a path or a name.")
    return _read_file(text, path.stat().st_mtime_ns)


def profile_reference(name: str | Path) -> str:
    """Return a text under which another process loads the same profile.

    Examples
    --------
    >>> profile_reference("office"), profile_reference(Path("office")) == "office"
    ('office', False)
    """
    text = str(name)
    # A bare one would be taken for the name of a shipped profile.
    return f".{os.sep}{text}" if isinstance(name, Path) and text == name.name else text


@cache
def _read_file(name: str, _changed_ns: int) -> Profile:
    """Return the profile in a file, read again when the file has changed."""
    return parse_profile(_json(Path(name).read_bytes(), name), name)


@cache
def _read_shipped(name: str) -> Profile:
    if name not in profile_names():
        raise UnknownNameError("profile", name, profile_names())
    source = files("deskhand.behavior_models") / "profiles" / f"{name}.json"
    return _parsed(_json(source.read_bytes(), name), name)


def _json(content: bytes, origin: str) -> dict[str, Any]:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DeskhandError(f"{origin}: not JSON ({error}); give a profile file.") from error
    if not isinstance(data, dict):
        raise DeskhandError(
            f"{origin}: JSON of type {type(data).__name__}; a profile is an object."
        )
    return data
