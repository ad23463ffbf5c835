"""A canvas that has shown many things, held against a new one that shows the last of them."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

Image = pytest.importorskip(
    "PIL.Image", reason='needs Pillow: python -m pip install -e ".[test,screens]"'
)

from deskhand.exports.screen_frames.canvas import Canvas, Draw, Part, Paste  # noqa: E402

SIZE = (24, 18)
PAPER = Image.new("RGB", SIZE, "#808080")
# Pictures with an edge, so that a part of one is told from another.
PICTURES = []
for number, (wide, high) in enumerate([(5, 7), (12, 3), (30, 20), (1, 1)]):
    made = Image.new("RGB", (wide, high), (40 * number, 10, 90))
    made.paste("#ffffff", (0, 0, wide // 2, high // 2))
    PICTURES.append(made)


def darkened(box: tuple[int, int, int, int]) -> Draw:
    """Return what reads all that lies beneath it and makes it darker."""

    def onto(canvas: Any) -> None:
        canvas.paste(canvas.crop(box).point(lambda level: level * 3 // 4), box[:2])

    return Draw(box, ("darkened", box), onto)


places = st.tuples(st.integers(-6, 24), st.integers(-6, 18))
pasted = st.builds(lambda which, at: Paste(which, *at), st.sampled_from(PICTURES), places)
drawn = st.builds(
    lambda at, size: darkened((*at, at[0] + size[0], at[1] + size[1])),
    places,
    st.tuples(st.integers(1, 12), st.integers(1, 9)),
)
pool = st.lists(pasted | drawn, min_size=1, max_size=6)


@given(pool, st.lists(st.lists(st.integers(0, 5), max_size=7), min_size=1, max_size=6))
def test_what_is_shown_does_not_depend_on_what_was_shown_before(
    parts: Sequence[Part], shows: Sequence[Sequence[int]]
) -> None:
    canvas, before = Canvas(SIZE), PAPER.copy()
    for show in shows:
        now: list[Part] = [Paste(PAPER, 0, 0), *(parts[k % len(parts)] for k in show)]
        changed = canvas.show(now)
        alone = Canvas(SIZE)
        alone.show(now)
        assert canvas.picture.tobytes() == alone.picture.tobytes()
        for box in changed:
            before.paste(canvas.picture.crop(box), box[:2])
        assert before.tobytes() == canvas.picture.tobytes()


def test_a_picture_that_has_changed_itself_is_shown_as_it_is() -> None:
    page, canvas = Image.new("RGB", (10, 10), "#ff0000"), Canvas(SIZE)
    parts: list[Part] = [Paste(PAPER, 0, 0), Paste(page, 4, 4), darkened((6, 6, 20, 16))]
    canvas.show(parts)
    page.paste("#00ff00", (3, 3, 5, 5))
    assert canvas.show(parts, [(7, 7, 9, 9)]) == [(6, 6, 20, 16)]
    alone = Canvas(SIZE)
    alone.show(parts)
    assert canvas.picture.tobytes() == alone.picture.tobytes()
