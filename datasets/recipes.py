"""The scenarios and profiles of a data set, loaded and checked against who is to do them."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from deskhand.behavior_models.conditions import condition
from deskhand.datasets.description import Cell
from deskhand.errors import DeskhandError
from deskhand.recipe import Recipe, load_recipe


@cache
def recipe_of(scenario: str, profile: str, fidelity: str) -> Recipe:
    """Return what sessions of a combination are made from; loaded once in a process."""
    return load_recipe(scenario, profile, None, fidelity)


def check_cells(cells: Iterable[Cell]) -> dict[str, str]:
    """Refuse combinations that nobody can be: a role that a scenario has not, a drag without a mouse.

    Parameters
    ----------
    cells : iterable of Cell
        Those that are planned.

    Returns
    -------
    dict
        The name of each scenario and profile, by what it was given as.

    Raises
    ------
    DeskhandError
        When a scenario or profile is unknown, two of them have one name, or a combination cannot be.
    """
    scenarios: dict[str, str] = {}
    profiles: dict[str, str] = {}
    for cell in sorted(set(cells), key=lambda cell: tuple(map(str, cell))):
        recipe = recipe_of(cell.scenario, cell.profile, cell.fidelity)
        made = recipe.scenario
        recipe.check_role(cell.role)
        if made.by_mouse and condition(cell.condition).keys_alone:
            raise DeskhandError(
                f"scenario {made.name!r} under condition {cell.condition!r}: something in it is "
                "dragged, which takes a mouse, and there are keys alone; leave one of them out, or "
                "combine them otherwise with mixing quota."
            )
        scenarios[cell.scenario], profiles[cell.profile] = made.name, recipe.profile.name
    _check_apart("scenarios", scenarios)
    _check_apart("profiles", profiles)
    return profiles | scenarios


def _check_apart(what: str, names: Mapping[str, str]) -> None:
    given: dict[str, str] = {}
    for source, name in names.items():
        if given.setdefault(name, source) != source:
            raise DeskhandError(
                f"{what} {given[name]!r} and {source!r} are both named {name!r}; a data set tells "
                f"{what} by their names, so leave one out or change its 'name'."
            )


def recipe_records(cells: Iterable[Cell]) -> list[Mapping[str, Any]]:
    """Return what a data set is made from, with hashes of the contents, never their places."""
    found = {
        (recipe.scenario.name, recipe.profile.name, fidelity): {
            **recipe.as_record(),
            "fidelity": fidelity,
        }
        for recipe, fidelity in (
            (recipe_of(cell.scenario, cell.profile, cell.fidelity), cell.fidelity)
            for cell in set(cells)
        )
    }
    return [found[key] for key in sorted(found)]
