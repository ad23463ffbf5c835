"""The house itself: the package map, the lock file, the entry points."""

import re
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ROOMS = (
    *("behavior_models", "generators", "scenarios", "exports"),
    *("calibration", "evaluation", "fleet", "datasets"),
)


def test_packages_list_is_true() -> None:
    found = {"deskhand"}
    source = ROOT / "src" / "deskhand"
    for folder in [source, *(ROOT / room for room in ROOMS)]:
        base = "deskhand" if folder == source else f"deskhand.{folder.name}"
        for init in folder.rglob("__init__.py"):
            inner = init.parent.relative_to(folder).parts
            if not (folder == source and inner and inner[0] in ROOMS):
                found.add(".".join([base, *inner]))
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == found


def test_rooms_are_linked_into_the_hall() -> None:
    for room in ROOMS:
        link = ROOT / "src" / "deskhand" / room
        assert link.resolve() == ROOT / room


def test_lock_pins_versions_and_names_no_address() -> None:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert all(re.match(r"^[\w.\-\[\]]+==\S+", pin) for pin in pins)
    assert not any("://" in line or "--index" in line for line in lines)


@pytest.mark.parametrize("group", sorted(PROJECT["project"]["entry-points"]))
def test_every_entry_point_loads(group: str) -> None:
    named = PROJECT["project"]["entry-points"][group]
    installed = {e.name: e for e in entry_points(group=group) if e.value.startswith("deskhand.")}
    assert set(installed) == set(named)
    for entry in installed.values():
        assert entry.load() is not None


def test_every_shipped_number_has_a_source() -> None:
    from deskhand.behavior_models.profile import load_profile, profile_names

    for name in profile_names():
        entries = [e for s in load_profile(name).sections.values() for e in s.values()]
        assert entries
        assert all(entry["source"] for entry in entries)
