"""Labels of applications, from a public list: what a fit may call the work that it finds."""

import json
from collections.abc import Mapping
from pathlib import Path

from deskhand import registry
from deskhand.errors import DeskhandError
from deskhand.scenarios.scenario import GROUP, Scenario

LONGEST, MOST = 40, 60


def registered_apps() -> list[str]:
    """Return the applications of all registered scenarios.

    Examples
    --------
    >>> {"crm", "mail"} <= set(registered_apps())
    True
    """
    made = (registry.load(GROUP, name) for name in registry.names(GROUP))
    return sorted(
        {app for one in made if isinstance(one, Scenario) for app in (one.app, *one.apps)}
    )


def read_labels(path: Path | None) -> Mapping[str, str]:
    """Return the label of each application by the name that captures have for it.

    Parameters
    ----------
    path : pathlib.Path, optional
        A JSON object from names in the captures to labels, such as ``{"Salesforce": "crm"}``; without
        one the registered applications under their own names.

    Raises
    ------
    DeskhandError
        When it is no such object, or a label is no short word.
    """
    if path is None:
        return {app: app for app in registered_apps()}
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DeskhandError(f"labels {path}: cannot be read as JSON ({error}).") from error
    if not (isinstance(data, dict) and data and all(isinstance(v, str) for v in data.values())):
        raise DeskhandError(
            f'labels {path}: give a JSON object from applications to labels, {{"Salesforce": "crm"}}.'
        )
    labels = set(data.values())
    if len(labels) > MOST or not all(0 < len(one) <= LONGEST for one in labels):
        raise DeskhandError(
            f"labels {path}: {len(labels)} labels; give at most {MOST}, of 1 to {LONGEST} letters each."
        )
    return dict(data)
