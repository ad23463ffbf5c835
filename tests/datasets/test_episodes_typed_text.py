"""What typing comes to, against a text field that is edited letter by letter."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from deskhand.datasets.episodes.typed_text import gained

STEPS = st.lists(
    st.one_of(st.sampled_from("ab \n"), st.sampled_from(["back", "left", "right"])), max_size=30
)


@given(st.text("xyz", max_size=6), st.integers(0, 6), STEPS)
def test_gained_is_what_a_field_has_more_than_before(
    before: str, place: int, steps: list[str]
) -> None:
    start = caret = min(place, len(before))
    text, rows, deepest = before, list[dict[str, Any]](), start
    for step in steps:
        if step in ("left", "right"):
            # The caret stays within what was typed here.
            end = start + len(text) - len(before)
            caret = max(start, caret - 1) if step == "left" else min(end, caret + 1)
            continue
        row: dict[str, Any] = {"detail": caret, "value": None}
        if step == "back":
            if caret == 0:
                continue
            text = text[: caret - 1] + text[caret:]
            caret -= 1
            deepest = min(deepest, caret)
            row["input_type"] = "deleteContentBackward"
        else:
            text = text[:caret] + step + text[caret:]
            caret += 1
            row["input_type"] = "insertLineBreak" if step == "\n" else "insertText"
            row["value"] = None if step == "\n" else step
        rows.append(row | {"value_length": len(text)})
    found = gained(rows)
    if not rows or rows[0]["input_type"] == "deleteContentBackward" or deepest < start:
        assert found is None or before[:start] + found + before[start:] == text
    else:
        assert found == text[start : start + len(text) - len(before)]


def test_a_field_whose_edits_are_not_told_gains_nothing() -> None:
    row = {"input_type": None, "value": "2026-03-01", "detail": None, "value_length": 10}
    assert gained([row]) is None
    assert gained([]) is None
