"""What docs/safeguards.md says may not be kept is in no file, whatever scenario it is typed in."""

import os
import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import deskhand
from deskhand import registry
from deskhand.formats import written as opened
from deskhand.player import write_player
from deskhand.recipe import load_recipe
from deskhand.scenarios.keying import Keying
from deskhand.scenarios.masking import all_keys
from deskhand.scenarios.page_verbs import PageVerbs
from deskhand.screen import Element
from tests.run.unpacking import assert_nowhere, unpacked
from tests.safeguards.files import written

PAGE = (Path(__file__).parents[2] / "docs" / "safeguards.md").read_text("utf-8")
CANARY = "Xq7wZk2vJ9pL"
FORMATS = [name for name in registry.names("deskhand.exports") if name != "mapping"]
# A stretch of a day is made of the tasks of the others.
TASKS = [name for name in registry.names("deskhand.scenarios") if "." in name]
SEEDS = range(7, 12)
# So many seeds of every scenario are searched instead of the first of `SEEDS` that types something.
MANY = int(os.environ.get("DESKHAND_CANARY_SEEDS", "0"))


def rows() -> dict[str, list[str]]:
    """The elements that may not be kept, by pattern of scenarios."""
    body = PAGE.split("<!-- table: must be masked -->")[1].split("<!-- end -->")[0]
    cells = [line.strip("| ").split(" | ") for line in body.splitlines() if line.startswith("| `")]
    names = re.compile(r"`([^`]+)`")
    return {names.findall(row[0])[0]: names.findall(row[2]) for row in cells}


MASK = sorted({entry for entries in rows().values() for entry in entries})


def forbidden(key: str) -> bool:
    return any(fnmatchcase(key, entry) for entry in MASK)


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Have everybody type the canary into the table's elements; which these were."""
    found: set[str] = set()
    type_text, paste = Keying.type_text, PageVerbs.paste

    def typed(desk: Any, text: str, element: Element, **how: Any) -> None:
        if forbidden(element.key):
            found.add(element.key)
            text = f"{CANARY} {text}"
        type_text(desk, text, element, **how)

    def pasted(desk: Any, into: str | None = None, text: str | None = None) -> Any:
        key = desk.find(into or desk.live.focus).key
        if forbidden(key):
            found.add(key)
            text = f"{CANARY} {desk.clipboard if text is None else text}"
        return paste(desk, into, text)

    monkeypatch.setattr(Keying, "type_text", typed)
    monkeypatch.setattr(PageVerbs, "paste", pasted)
    return found


@cache
def keys() -> frozenset[str]:
    screens = load_recipe("workday").screens
    return frozenset(key for screen in screens.values() for key in all_keys(screen))


@pytest.mark.parametrize("name", TASKS)
def test_every_scenario_has_a_row(name: str) -> None:
    assert any(fnmatchcase(name, pattern) for pattern in rows()), (
        f"{name}: docs/safeguards.md says nothing of what may not be kept of it; add a row"
    )


def test_every_row_is_of_something() -> None:
    for pattern, entries in rows().items():
        assert any(fnmatchcase(name, pattern) for name in TASKS), pattern
        for entry in entries:
            assert any(fnmatchcase(key, entry) for key in keys()), entry


@pytest.mark.parametrize("name", TASKS)
def test_it_is_in_no_file(name: str, planted: set[str], tmp_path: Path) -> None:
    path = written(tmp_path, mask=MASK)
    for seed in range(MANY) if MANY else SEEDS:
        planted.clear()
        session = deskhand.simulate(name, seed=seed, safeguards=path)
        if not (MANY or planted or seed == SEEDS[-1]):
            continue
        # Where nothing is typed there is still the page, and it is searched as well.
        out = tmp_path / str(session.session_id)
        for format_ in FORMATS:
            with opened(out / format_, format_) as writer:
                writer.write(session)
        write_player(session, out / "player.html")
        files = [file for file in out.rglob("*") if file.is_file()]
        assert len(files) > len(FORMATS)
        assert_nowhere(CANARY, files)
        if not MANY:
            break


def test_it_would_be_found_without(planted: set[str], tmp_path: Path) -> None:
    session = deskhand.simulate("crm.create_lead", seed=7)
    assert "lead.email" in planted
    session.write(tmp_path / "out", "jsonl")
    texts = [text for file in (tmp_path / "out").iterdir() for text in unpacked(file)]
    assert any(CANARY.encode() in text for text in texts)


@pytest.mark.parametrize("pattern", rows())
def test_it_is_typed_in_some_scenario(pattern: str, planted: set[str]) -> None:
    names = [name for name in TASKS if fnmatchcase(name, pattern)]
    # A comment on news is written in one thread of twenty.
    for seed in range(7, 107):
        for name in names:
            deskhand.simulate(name, seed=seed)
            if any(fnmatchcase(key, entry) for key in planted for entry in rows()[pattern]):
                return
    pytest.fail(f"nothing of {pattern} was typed")
