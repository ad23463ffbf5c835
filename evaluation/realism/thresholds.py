"""What a ratio to the floor comes to, and what a team asks for instead: a TOML file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.evaluation.realism.measure import LEVELS

PASS, WARN = 1.5, 3.0
VERDICTS = ("pass", "warn", "fail", "not measurable")
_EXAMPLE = (
    '[default]\npass = 1.5\nwarn = 3.0\n[levels.keys]\npass = 2.0\n[rows."hold"]\nignore = true'
)
_KEYS = ("pass", "warn", "ignore")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Ratios up to which a row passes, or warns; by level, and by row, which overrides.

    Parameters
    ----------
    default : mapping
        ``pass`` and ``warn``.
    levels, rows : mapping of str to mapping
        The same, and ``ignore`` for what is shown and not judged.
    """

    default: Mapping[str, Any] = field(default_factory=lambda: {"pass": PASS, "warn": WARN})
    levels: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def of(self, level: str, row: str) -> dict[str, Any]:
        """Return what holds for a row.

        Examples
        --------
        >>> Thresholds().of("keys", "hold")
        {'pass': 1.5, 'warn': 3.0, 'ignore': False}
        """
        plain = {"pass": PASS, "warn": WARN, "ignore": False}
        return (
            plain
            | dict(self.default)
            | dict(self.levels.get(level, {}))
            | dict(self.rows.get(row, {}))
        )

    def verdict(self, level: str, row: str, ratio: float) -> str:
        """Return what a ratio comes to.

        Examples
        --------
        >>> [Thresholds().verdict("keys", "hold", ratio) for ratio in (1.2, 2.0, 9.0)]
        ['pass', 'warn', 'fail']
        """
        held = self.of(level, row)
        if ratio <= held["pass"]:
            return "pass"
        return "warn" if ratio <= held["warn"] else "fail"

    def refuse_unknown_rows(self, known: list[str]) -> None:
        """Refuse rows that no report has.

        Raises
        ------
        UnknownNameError
            With those that there are.
        """
        for row in self.rows:
            if row not in known:
                raise UnknownNameError("row of the report", row, known)


def read_thresholds(path: Path | None) -> Thresholds:
    """Return the thresholds of a TOML file; the usual ones where none is given.

    Parameters
    ----------
    path : pathlib.Path, optional
        Tables ``default``, ``levels.NAME`` and ``rows."NAME"``, each with ``pass``, ``warn`` and
        ``ignore``.

    Raises
    ------
    DeskhandError
        When it cannot be read, or says what is not known.
    """
    if path is None:
        return Thresholds()
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DeskhandError(f"{path}: cannot be read: {error.strerror or error}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DeskhandError(f"{path}: no TOML ({error}); for example\n{_EXAMPLE}") from error
    for table in given:
        if table not in ("default", "levels", "rows"):
            raise UnknownNameError(
                f"{path}: table of thresholds", table, ("default", "levels", "rows")
            )
    tables = {"default": given.get("default", {})}
    for group in ("levels", "rows"):
        if not isinstance(given.get(group, {}), dict):
            raise DeskhandError(f"{path}: {group} is no table; for example\n{_EXAMPLE}")
        tables |= {f"{group}.{name}": table for name, table in given.get(group, {}).items()}
    for place, table in tables.items():
        _check(path, place, table)
    for level in given.get("levels", {}):
        if level not in LEVELS:
            raise UnknownNameError(f"{path}: level", level, LEVELS)
    return Thresholds(
        default={"pass": PASS, "warn": WARN, **given.get("default", {})},
        levels=given.get("levels", {}),
        rows=given.get("rows", {}),
    )


def _check(path: Path, place: str, table: Any) -> None:
    if not isinstance(table, dict):
        raise DeskhandError(f"{path}: {place} is no table; for example\n{_EXAMPLE}")
    for key, value in table.items():
        if key not in _KEYS:
            raise UnknownNameError(f"{path}: key of {place}", key, _KEYS)
        if key == "ignore":
            if not isinstance(value, bool):
                raise DeskhandError(f"{path}: {place}.ignore is {value!r}; write true or false.")
        elif isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
            raise DeskhandError(f"{path}: {place}.{key} is {value!r}; write a ratio, such as 1.5.")
    if table.get("warn", WARN) < table.get("pass", 0.0):
        raise DeskhandError(f"{path}: {place}: warn is below pass; a row passes first.")
