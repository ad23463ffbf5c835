"""Lettering that is the same on every machine: Pillow's own font, without system fonts or shaping."""

from functools import lru_cache
from typing import TYPE_CHECKING

from deskhand.errors import DeskhandError

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

# Where a line's letters stand: ascent and descent of Arial and its like, of the letters' size.
ASCENT, DESCENT = 0.905, 0.212
ELLIPSIS = "\u2026"


@lru_cache(maxsize=64)
def font(size_px: int) -> "FreeTypeFont":
    """Return Pillow's own font.

    Raises
    ------
    DeskhandError
        When this Pillow was built without FreeType.
    """
    from PIL import ImageFont

    found = ImageFont.load_default(size_px)
    if not isinstance(found, ImageFont.FreeTypeFont):
        raise DeskhandError(
            "this Pillow was built without FreeType and cannot write text; "
            'install one with it: `pip install --force-reinstall "deskhand[screens]"`.'
        )
    # Shaping by Raqm, where it is installed, would space letters in another way.
    return found.font_variant(layout_engine=ImageFont.Layout.BASIC)


def width_px(text: str, size_px: int, spacing_px: float = 0.0) -> float:
    """Return how wide a text is.

    Examples
    --------
    >>> width_px("", 14)
    0.0
    """
    return float(font(size_px).getlength(text)) + spacing_px * len(text)


def write(
    pen: "ImageDraw",
    place: tuple[float, float],
    text: str,
    size_px: int,
    colour: str,
    *,
    bold: bool = False,
    spacing_px: float = 0.0,
) -> None:
    """Write one line whose letters stand on ``place``: left end and baseline, px."""
    left, baseline = place
    letters = font(size_px)
    parts = list(text) if spacing_px else [text]
    for part in parts:
        pen.text((left, baseline), part, fill=colour, font=letters, anchor="ls")
        if bold:
            pen.text((left + 1, baseline), part, fill=colour, font=letters, anchor="ls")
        left += letters.getlength(part) + spacing_px


def shortened(text: str, size_px: int, room_px: float) -> str:
    """Return as much of a text as fits, with an ellipsis where something is left out."""
    if width_px(text, size_px) <= room_px:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width_px(text[:middle] + ELLIPSIS, size_px) <= room_px:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS


def wrapped(text: str, size_px: int, room_px: float) -> list[tuple[int, str]]:
    """Return the lines of a text area, each with the place of its first letter in the text."""
    lines = []
    start = 0
    for paragraph in text.split("\n"):
        at = 0
        while True:
            end = at + _fitting(paragraph[at:], size_px, room_px)
            lines.append((start + at, paragraph[at:end]))
            at = end
            if at >= len(paragraph):
                break
        start += len(paragraph) + 1
    return lines


def _fitting(text: str, size_px: int, room_px: float) -> int:
    """Return how many letters go on a line, broken behind a blank where there is one."""
    if width_px(text, size_px) <= room_px:
        return len(text)
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width_px(text[:middle].rstrip(" "), size_px) <= room_px:
            low = middle
        else:
            high = middle - 1
    blank = text.rfind(" ", 0, low + 1)
    return blank + 1 if blank > 0 else low
