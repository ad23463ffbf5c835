"""Lettering that is the same on every machine, without system fonts or shaping.

Letters are those that were cut from Chromium, and Pillow's own where a text has others.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from deskhand.errors import DeskhandError
from deskhand.exports.screen_frames import letters

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

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


@lru_cache(maxsize=16384)
def starts_px(
    text: str, size_px: int, spacing_px: float = 0.0, *, bold: bool = False
) -> Sequence[float]:
    """Return where each letter of a line begins, and where the last one ends."""
    found = letters.places(text, size_px, spacing_px, bold=bold)
    if found is not None:
        return found
    own = font(size_px)
    return [float(own.getlength(text[:k])) + spacing_px * k for k in range(len(text) + 1)]


def width_px(text: str, size_px: int, spacing_px: float = 0.0, *, bold: bool = False) -> float:
    """Return how wide a text is.

    Examples
    --------
    >>> width_px("", 14)
    0.0
    """
    return starts_px(text, size_px, spacing_px, bold=bold)[-1]


def write(
    onto: "Image",
    place: tuple[float, float],
    text: str,
    size_px: int,
    colour: str,
    *,
    bold: bool = False,
    spacing_px: float = 0.0,
) -> None:
    """Write one line whose letters stand on ``place``: left end and baseline, px."""
    if letters.write(onto, place, text, size_px, colour, bold=bold, spacing_px=spacing_px):
        return
    from PIL import ImageDraw

    pen, own = ImageDraw.Draw(onto), font(size_px)
    left, baseline = place
    parts = list(text) if spacing_px else [text]
    for part in parts:
        pen.text((left, baseline), part, fill=colour, font=own, anchor="ls")
        if bold:
            pen.text((left + 1, baseline), part, fill=colour, font=own, anchor="ls")
        left += own.getlength(part) + spacing_px


def shortened(text: str, size_px: int, room_px: float, *, bold: bool = False) -> str:
    """Return as much of a text as fits, with an ellipsis where something is left out."""
    if width_px(text, size_px, bold=bold) <= room_px:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width_px(text[:middle] + ELLIPSIS, size_px, bold=bold) <= room_px:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS


@lru_cache(maxsize=4096)
def wrapped(text: str, size_px: int, room_px: float) -> Sequence[tuple[int, str]]:
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
