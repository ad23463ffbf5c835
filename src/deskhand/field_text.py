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


def edit_between(before: str, after: str) -> dict[str, Any]:
    """Return the one edit that makes one text of another, as an ``input`` row holds it.

    Parameters
    ----------
    before, after : str
        What a field held before and after; they differ.

    Returns
    -------
    dict
        ``input_type``, ``value``, ``detail`` and ``value_length``, so that `edited` gives ``after``.
        Of what may have been typed at several places, as the second of doubled letters, the last
        place is told.

    Examples
    --------
    >>> edit_between("Ad", "Ada")
    {'input_type': 'insertText', 'value': 'a', 'detail': 2, 'value_length': 3}
    >>> edit_between("Adda", "Ada")
    {'input_type': 'deleteContentBackward', 'value': None, 'detail': 3, 'value_length': 3}
    """
    shorter = min(len(before), len(after))
    start = next((k for k in range(shorter) if before[k] != after[k]), shorter)
    kept = next(
        (k for k in range(shorter - start) if before[-1 - k] != after[-1 - k]), shorter - start
    )
    inserted = after[start : len(after) - kept]
    removed = len(before) - start - kept
    kind = "insertText" if inserted else "deleteContentBackward"
    return {
        "input_type": kind,
        "value": inserted or None,
        "detail": start if inserted else start + removed,
        "value_length": len(after),
    }
