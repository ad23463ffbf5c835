"""What each column of a data set's tables means, for the card and for Croissant."""

from functools import cache

from deskhand.datasets.tables import LABELS, TABLES
from deskhand.json_schema import schema

_RECORD = {"events": "event", "actions": "action", "elements": "element", "sessions": "session"}


@cache
def meanings(table: str) -> dict[str, str]:
    """Return a table's columns and what they mean.

    Examples
    --------
    >>> meanings("actions")["hit"]
    'whether the press hit it; null without a press or a box'
    """
    canonical = schema(_RECORD[table])["properties"]
    labels = LABELS[table]
    return {
        column: labels[column][1]
        if column in labels
        else str(canonical[column].get("description", "")).rstrip(".")
        for column in TABLES[table].names
    }
