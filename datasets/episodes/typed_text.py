"""What typing comes to: the text that a field gains, whatever was mistyped and taken back."""

from collections.abc import Mapping, Sequence
from typing import Any

from deskhand.field_text import edited

# Stands for each letter that a field held before; no keyboard types it.
_HELD = "\ue000"


def gained(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the text that edits add to a field, None where they do more than add.

    Parameters
    ----------
    rows : sequence of mapping
        ``input`` rows of one field in order: ``input_type``, ``value``, ``detail``, ``value_length``.

    Examples
    --------
    >>> def row(kind, value, caret, length):
    ...     return {"input_type": kind, "value": value, "detail": caret, "value_length": length}
    >>> typed = [row("insertText", "a", 3, 4), row("insertText", "c", 4, 5)]
    >>> back = [row("deleteContentBackward", None, 5, 4), row("insertText", "b", 4, 5)]
    >>> gained(typed + back)
    'ab'
    >>> gained(back) is None
    True
    """
    if not rows or any(not row["input_type"] or row["value_length"] is None for row in rows):
        return None
    first = rows[0]
    if first["input_type"].startswith("delete"):
        return None
    # A line break has no value of its own.
    length = first["value_length"] - len(first["value"] or "\n")
    text = before = _HELD * max(0, length)
    for row in rows:
        text = edited(text, row)
    start = len(text) - len(text.lstrip(_HELD))
    added = text.strip(_HELD) if text.strip(_HELD) else ""
    kept = text[:start] + text[start + len(added) :]
    return added if kept == before and _HELD not in added else None
