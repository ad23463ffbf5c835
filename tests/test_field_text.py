"""A field's text rebuilt from its input rows."""

from typing import Any

import pytest

from deskhand.field_text import edited


@pytest.mark.parametrize(
    ("before", "row", "after"),
    [
        ("", ("insertText", "a", 0, 1), "a"),
        ("Lndholm", ("insertText", "i", 1, 8), "Lindholm"),
        ("Liindholm", ("deleteContentBackward", None, 3, 8), "Lindholm"),
        ("Liindholm", ("deleteContentForward", None, 1, 8), "Lindholm"),
        ("all of it", ("deleteContentBackward", None, 9, 0), ""),
        ("one", ("insertLineBreak", None, 3, 4), "one\n"),
        ("one three", ("insertFromPaste", "two", 4, 7), "one two"),
        ("draft", (None, "final", None, 5), "final"),
        ("draft", ("historyUndo", "dra", None, 3), "dra"),
        ("draft", ("historyUndo", None, 3, 3), "dra"),
        ("kept", (None, None, None, 4), "kept"),
    ],
)
def test_edits(before: str, row: tuple[Any, ...], after: str) -> None:
    names = ("input_type", "value", "detail", "value_length")
    assert edited(before, dict(zip(names, row, strict=True))) == after
