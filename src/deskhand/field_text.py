"""A field's text after one ``input`` row: rows hold the edit, not the field."""

from collections.abc import Mapping
from typing import Any


def edited(before: str, row: Mapping[str, Any]) -> str:
    """Return a field's text after one edit.

    Parameters
    ----------
    before : str
        The text before it.
    row : mapping
        ``input_type``; ``value``, what was inserted, or without an input type the whole text;
        ``detail``, the caret before the edit; ``value_length``, the field's length after it.

    Returns
    -------
    str
        What was removed lay before the caret of a backward deletion, after the caret otherwise.

    Examples
    --------
    >>> edited("Ad", {"input_type": "insertText", "value": "a", "detail": 2, "value_length": 3})
    'Ada'
    >>> back = {"input_type": "deleteContentBackward", "value": None, "detail": 3}
    >>> edited("Ada", {**back, "value_length": 2}), edited("Ada", {**back, "value_length": 0})
    ('Ad', '')
    """
    kind, value, length = row["input_type"], row["value"], row["value_length"]
    if kind is None:
        return before if value is None else str(value)
    if kind.startswith("delete"):
        value = ""
    elif value is None:
        value = "\n" if kind in ("insertLineBreak", "insertParagraph") else ""
    removed = 0 if length is None else max(0, len(before) + len(value) - length)
    caret = len(before) if row["detail"] is None else min(row["detail"], len(before))
    start = max(0, caret - removed) if kind.endswith("Backward") else caret
    # A selection that reaches back from the caret is replaced whole.
    start = min(start, max(0, len(before) - removed))
    return f"{before[:start]}{value}{before[start + removed :]}"
