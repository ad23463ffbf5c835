"""The file of safeguards: read, checked against its schema, and against what it names."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.json_schema import describe, schema, worst
from deskhand.safeguards.places import chosen, is_address
from deskhand.safeguards.secret_patterns import Secrets, compiled

# Applications that are nobody's work (assumed): those whose visits may be private when none is named.
PERSONAL = ("news", "lesson")
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPauses:
    """Pauses by chance: how many eight hours have in the mean, and the median of their length."""

    per_day: float
    median_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Safeguards:
    """What a recorder leaves out.

    Parameters
    ----------
    file, sha256 : str
        The file's name, and the hash of what it says.
    allow, exclude : tuple of str
        Applications and patterns of addresses; without any in ``allow`` all are allowed.
    mask, block : tuple of str
        Keys of elements, ``*`` in them for any characters.
    secrets : tuple of (str, re.Pattern)
        Patterns by name.
    pauses : tuple of (int, int)
        From when to when the recorder stands still, in microseconds, in order.
    drawn_pauses : DrawnPauses or None
        Pauses by chance.
    private_share : float
        Which part of the visits of ``private_apps`` is private.
    private_apps : tuple of str
        Personal applications.
    """

    file: str
    sha256: str
    allow: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    mask: tuple[str, ...] = ()
    block: tuple[str, ...] = ()
    secrets: Secrets = ()
    pauses: tuple[tuple[int, int], ...] = ()
    drawn_pauses: DrawnPauses | None = None
    private_share: float = 0.0
    private_apps: tuple[str, ...] = PERSONAL

    def as_record(self) -> dict[str, str]:
        """Return how a run's record names the file."""
        return {"file": self.file, "sha256": self.sha256}

    def check_apps(self, known: Collection[str]) -> None:
        """Refuse names of applications that are not known.

        Raises
        ------
        UnknownNameError
            With the nearest known name.
        """
        private = () if self.private_apps == PERSONAL else self.private_apps
        for member, entries in (
            ("allow", self.allow),
            ("exclude", self.exclude),
            ("private_windows: apps", private),
        ):
            for entry in entries:
                if entry not in known and not is_address(entry):
                    kind = f"safeguards {self.file!r}, {member}: application"
                    raise UnknownNameError(kind, entry, known)

    def check_elements(self, known: Collection[str]) -> None:
        """Refuse elements that are not known: what was meant to be masked would be written in clear.

        Raises
        ------
        DeskhandError
            With the nearest known keys.
        """
        for member, entries in (("mask", self.mask), ("block", self.block)):
            for entry, keys in chosen(entries, known).items():
                if not set(keys) & set(known):
                    near = get_close_matches(entry, sorted(known), n=3, cutoff=0.5)
                    hint = f" Nearest: {', '.join(near)}." if near else ""
                    raise DeskhandError(
                        f"safeguards {self.file!r}, {member}: {entry!r} names no element, so nothing "
                        f"of it would be left out.{hint}"
                    )

    def for_elements(self, keys: Collection[str]) -> "Safeguards":
        """Return the same safeguards with elements by their keys alone, without any ``*``."""
        if not any("*" in entry for entry in (*self.mask, *self.block)):
            return self
        mask, block = (
            tuple(key for named in chosen(entries, keys).values() for key in named)
            for entries in (self.mask, self.block)
        )
        return replace(self, mask=mask, block=block)


def load_safeguards(path: str | Path) -> Safeguards:
    """Read a file of safeguards.

    Parameters
    ----------
    path : str or pathlib.Path
        A JSON file of the form ``deskhand.safeguards/1``.

    Raises
    ------
    DeskhandError
        When it is not there, cannot be read, or breaks a rule.

    Examples
    --------
    >>> file = getfixture("tmp_path") / "office.json"
    >>> _ = file.write_text('{"format": "deskhand.safeguards/1", "exclude": ["chat"]}')
    >>> load_safeguards(file).exclude
    ('chat',)
    """
    path = Path(path)
    if not path.is_file():
        raise DeskhandError(f"safeguards file {str(path)!r} does not exist; give a .json file.")
    if path.stat().st_size > MOST_BYTES:
        raise DeskhandError(f"safeguards file {path.name!r} is larger than {MOST_BYTES} bytes.")
    try:
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise DeskhandError(f"safeguards file {path.name!r} is not JSON: {error}.") from error
    _check_form(path.name, data)
    secrets = data.get("secrets", {})
    pauses, drawn = _pauses(path.name, data.get("pauses", []))
    private = data.get("private_windows", {})
    try:
        patterns = compiled(secrets.get("builtin", ()), secrets.get("patterns", {}))
    except DeskhandError as error:
        raise DeskhandError(f"safeguards {path.name!r}: {error}") from error
    made = Safeguards(
        file=path.name,
        sha256=sha256(json.dumps(data, sort_keys=True).encode()).hexdigest(),
        allow=tuple(data.get("allow", ())),
        exclude=tuple(data.get("exclude", ())),
        mask=tuple(data.get("mask", ())),
        block=tuple(data.get("block", ())),
        secrets=patterns,
        pauses=pauses,
        drawn_pauses=drawn,
        private_share=float(private.get("share", 0.0)),
        private_apps=tuple(private.get("apps", PERSONAL)),
    )
    _check_twice(made)
    return made


def _check_form(name: str, data: Any) -> None:
    if not isinstance(data, dict):
        raise DeskhandError(
            f"safeguards file {name!r}: the outermost value is a {type(data).__name__}; it is an "
            'object: {"format": "deskhand.safeguards/1", ...}.'
        )
    known: Mapping[str, Any] = schema("safeguards")["properties"]
    for key in data:
        if key not in known:
            raise UnknownNameError(f"safeguards file {name!r}: member", key, known)
    error = worst("safeguards", data)
    if error is not None:
        place: Any = error.schema
        said = place.get("description", "") if isinstance(place, dict) else ""
        raise DeskhandError(f"safeguards file {name!r}: {describe(error)}. {said}".rstrip())


def _pauses(name: str, given: Any) -> tuple[tuple[tuple[int, int], ...], DrawnPauses | None]:
    entries = [given] if isinstance(given, dict) else given
    drawn = [DrawnPauses(**entry) for entry in entries if "per_day" in entry]
    if len(drawn) > 1:
        raise DeskhandError(
            f"safeguards {name!r}, pauses: per_day is given {len(drawn)} times; give it once."
        )
    spans = sorted(
        (round(1e6 * entry["from_s"]), round(1e6 * entry["to_s"]))
        for entry in entries
        if "from_s" in entry
    )
    for start_us, end_us in spans:
        if end_us <= start_us:
            raise DeskhandError(
                f"safeguards {name!r}, pauses: from_s={start_us / 1e6:g} to_s={end_us / 1e6:g}: a "
                "pause ends after it begins; exchange the two."
            )
    for before, after in pairwise(spans):
        if after[0] < before[1]:
            raise DeskhandError(
                f"safeguards {name!r}, pauses: the one from {after[0] / 1e6:g} s begins before the "
                f"one from {before[0] / 1e6:g} s ends at {before[1] / 1e6:g} s; make one of them."
            )
    return tuple(spans), drawn[0] if drawn else None


def _check_twice(made: Safeguards) -> None:
    for first, second, entries, others in (
        ("allow", "exclude", made.allow, made.exclude),
        ("mask", "block", made.mask, made.block),
    ):
        both = sorted(set(entries) & set(others))
        if both:
            raise DeskhandError(
                f"safeguards {made.file!r}: {both[0]!r} is in {first!r} and in {second!r}; keep it "
                "in one of them."
            )
