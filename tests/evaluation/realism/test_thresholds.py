"""Thresholds of a team, in TOML: what is read, and what is refused."""

from pathlib import Path

import pytest

from deskhand.errors import DeskhandError
from deskhand.evaluation.realism.thresholds import Thresholds, read_thresholds


def test_a_row_overrides_its_level_and_that_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "realism.toml"
    path.write_text(
        "[default]\npass = 1.2\n[levels.keys]\npass = 2.0\nwarn = 4\n"
        '[rows."hold"]\nwarn = 9.0\n[rows."rollover of people"]\nignore = true\n'
    )
    held = read_thresholds(path)
    assert held.of("pointer", "x") == {"pass": 1.2, "warn": 3.0, "ignore": False}
    assert held.of("keys", "hold") == {"pass": 2.0, "warn": 9.0, "ignore": False}
    assert held.of("keys", "rollover of people")["ignore"]
    assert [held.verdict("keys", "hold", r) for r in (2.0, 9.0, 9.1)] == ["pass", "warn", "fail"]
    assert read_thresholds(None) == Thresholds()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("pass 1.5", "no TOML"),
        ("[defaults]\npass = 1", "table of thresholds"),
        ("[default]\npasses = 1", "key of default"),
        ("[default]\npass = 'low'", "write a ratio"),
        ("[default]\npass = -1", "write a ratio"),
        ("[default]\npass = nan", "write a ratio"),
        ("[default]\nignore = 1", "write true or false"),
        ("[levels.mouse]\npass = 1", "level"),
        ("[rows]\nhold = 3", "is no table"),
        ("levels = 3", "is no table"),
        ("[default]\npass = 2\nwarn = 1", "warn is below pass"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "realism.toml"
    path.write_text(text)
    with pytest.raises(DeskhandError, match=told):
        read_thresholds(path)


def test_a_file_that_is_missing_and_a_row_that_is_unknown_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DeskhandError, match="cannot be read"):
        read_thresholds(tmp_path / "none.toml")
    with pytest.raises(DeskhandError, match="hold"):
        Thresholds(rows={"holds": {}}).refuse_unknown_rows(["hold", "gap"])
