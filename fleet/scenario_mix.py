"""The scenario mix: what the sessions of a fleet's pool are made from, known by what it holds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from deskhand.errors import DeskhandError
from deskhand.fleet.description import Description
from deskhand.recipe import Recipe, load_recipe


class Played(NamedTuple):
    """What a scenario's sessions are made from, and how often it is played against the others."""

    recipe: Recipe
    weight: float


Mix = Mapping[str, Played]
"""By the scenario's name, in the order of names."""


def load_mix(described: Description, folder: Path = Path()) -> Mix:
    """Load the scenarios of a fleet.

    Parameters
    ----------
    described : Description
        Its scenarios are registered names, paths of JSON files, or ``module:attribute``.
    folder : pathlib.Path
        What paths are relative to.

    Raises
    ------
    DeskhandError
        When one is unknown or broken, or two have one name.

    Examples
    --------
    >>> mix = load_mix(Description(devices=1, scenarios={"crm.create_lead": 1, "auth.login": 3}))
    >>> [(name, played.weight) for name, played in mix.items()]
    [('auth.login', 3), ('crm.create_lead', 1)]
    """
    found: dict[str, Played] = {}
    for source, weight in described.scenarios.items():
        recipe = load_recipe(folder / source if source.endswith(".json") else source)
        name = recipe.scenario.name
        if name in found:
            raise DeskhandError(
                f"sessions/scenarios: {found[name].recipe.source!r} and {source!r} are both named "
                f"{name!r}; a plan tells scenarios by their names, so leave one out or change its "
                "'name'."
            )
        found[name] = Played(recipe, weight)
    return dict(sorted(found.items()))


def mix_record(described: Description, mix: Mix) -> dict[str, Any]:
    """Return what a plan is made from, as its record holds it: of a file the content, not the place.

    Parameters
    ----------
    described : Description
    mix : Mix
        The scenarios of it.

    Returns
    -------
    dict
        The ``description``, with names where it had sources, and the hashes of ``scenarios``.
    """
    description = described.as_record()
    description["sessions"]["scenarios"] = {name: played.weight for name, played in mix.items()}
    return {
        "description": description,
        "scenarios": {name: played.recipe.as_record() for name, played in mix.items()},
    }
