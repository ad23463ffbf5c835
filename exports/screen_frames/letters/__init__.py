"""Letters and signs as Chromium paints them: masks that were cut from it, and how wide letters are.

`python -m deskhand.exact_pages.cut_letters` cuts them. Sizes, characters and colours that
no shipped screen has are not there; those are written in Pillow's own font.
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

FOLDER, METRICS, RING, TICK = "letters", "metrics.json", "ring.png", "tick.png"
# Printable ASCII, the ellipsis and the dot of a masked field.
CHARACTERS = "".join(map(chr, range(32, 127))) + "\u2026\u2022"
# Skia places letters at quarters of a pixel (SkPackedGlyphID) and corrects masks by three bits of
# the colour's brightness (SkMaskGamma).
PHASES, BRIGHTNESSES = 4, 8
# Sides of the cut ring and of the tick box, px.
RING_PX, TICK_PX = 40, 16


class Letter(NamedTuple):
    """A mask, and where its upper left corner lies from the letter's place on the baseline, px."""

    mask: NDArray[np.uint16]
    left: int
    top: int


Placed = tuple[NDArray[np.uint16], int, int]
"""A mask, and where its upper left corner lies on the picture, px."""


def cell(size_px: int) -> tuple[int, int]:
    """Return width and height of the room for one letter on a sheet, px."""
    return size_px * 2 + 2, size_px * 3 // 2


def font_name(size_px: int, *, bold: bool) -> str:
    """Return the name of a font.

    Examples
    --------
    >>> font_name(14, bold=True)
    '14b'
    """
    return f"{size_px}{'b' if bold else ''}"


def sheet_name(size_px: int, bright: int, *, bold: bool) -> str:
    """Return the file of a font's masks for colours of one brightness.

    Examples
    --------
    >>> sheet_name(14, 1, bold=False)
    '14-1.png'
    """
    return f"{font_name(size_px, bold=bold)}-{bright}.png"


def brightness(colour: str) -> int:
    """Return the brightness of a colour, from 0 to 7.

    Examples
    --------
    >>> brightness("#1b2430"), brightness("#ffffff")
    (1, 7)
    """
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    # Shares of sRGB's primaries in what is seen as bright (IEC 61966-2-1).
    return int(0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.5) * BRIGHTNESSES // 256


def _folder() -> Any:
    return files("deskhand.exports.screen_frames") / FOLDER


@lru_cache(maxsize=1)
def _fonts() -> dict[str, Any]:
    read = json.loads((_folder() / METRICS).read_bytes())
    return {
        name: (dict(zip(CHARACTERS, font["advances"], strict=True)), font["kerning"])
        for name, font in read["fonts"].items()
    }


@lru_cache(maxsize=64)
def _sheet(name: str) -> "Image | None":
    from PIL import Image

    path = _folder() / name
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return Image.open(file).convert("L")


@lru_cache(maxsize=2)
def sign(name: str) -> NDArray[np.uint16]:
    """Return the mask of a sign: of `TICK`, or of `RING`, which has a field's edge above it."""
    found = _sheet(name)
    assert found is not None
    return np.asarray(found).astype(np.uint16)[..., None]


def places(text: str, size_px: int, spacing_px: float = 0.0, *, bold: bool) -> list[float] | None:
    """Return where each letter begins, and where the last one ends; None where a letter is missing.

    Parameters
    ----------
    text : str
        One line.
    size_px : int
        The letters' size.
    spacing_px : float
        Room behind each letter.
    bold : bool
        Which cut of the font.

    Examples
    --------
    >>> places("AV", 14, bold=False)
    [0.0, 8.2988..., 17.6367...]
    >>> places("\u00e4", 14, bold=False) is None
    True
    """
    font = _fonts().get(font_name(size_px, bold=bold))
    if font is None:
        return None
    advances, kerning = font
    x, before, found = 0.0, "", [0.0]
    for letter in text:
        if letter not in advances:
            return None
        pulled = kerning.get(before + letter, 0.0)
        found[-1] += pulled
        x += pulled + advances[letter] + spacing_px
        found.append(x)
        before = letter
    return found


@lru_cache(maxsize=8192)
def _letter(sheet: str, size_px: int, letter: str, phase: int) -> Letter | None:
    masks = _sheet(sheet)
    if masks is None:
        return None
    wide, high = cell(size_px)
    left, top = phase * wide, CHARACTERS.index(letter) * high
    room = masks.crop((left, top, left + wide, top + high))
    box = room.getbbox() or (0, 0, 1, 1)
    mask = np.asarray(room.crop(box)).astype(np.uint16)[..., None]
    return Letter(mask, box[0] - size_px // 2, box[1] - _baseline(size_px))


def _baseline(size_px: int) -> int:
    """Return how far below a cell's top its letters stand."""
    above, below = rises(size_px)
    return (cell(size_px)[1] - above - below) // 2 + above


def rises(size_px: float) -> tuple[int, int]:
    """Return how far a line of the font reaches above and below its baseline, whole px as in Chromium.

    Examples
    --------
    >>> rises(14)
    (13, 3)
    """
    # Ascent and descent of Liberation Sans and Arial, of the letters' size.
    return int(0.905 * size_px + 0.5), int(0.212 * size_px + 0.5)


def write(
    onto: "Image",
    place: tuple[float, float],
    text: str,
    size_px: int,
    colour: str,
    *,
    bold: bool,
    spacing_px: float = 0.0,
) -> bool:
    """Write a line whose letters stand on ``place``; returns False when a letter is missing."""
    starts = places(text, size_px, spacing_px, bold=bold)
    sheet = sheet_name(size_px, brightness(colour), bold=bold)
    if starts is None or _sheet(sheet) is None:
        return False
    left, baseline = place
    found = []
    for letter, start in zip(text, starts, strict=False):
        quarters = int((left + start) * PHASES + 0.5)
        shape = _letter(sheet, size_px, letter, quarters % PHASES)
        assert shape is not None
        found.append((shape.mask, quarters // PHASES + shape.left, round(baseline) + shape.top))
    if found:
        blend(onto, colour, found)
    return True


def blend(onto: "Image", colour: str, placed: Sequence[Placed]) -> None:
    """Lay a colour over a picture with the rounding of Skia, as measured on its pixels.

    Parameters
    ----------
    onto : PIL.Image.Image
        The picture, which is changed.
    colour : str
        The colour, such as ``#1b2430``.
    placed : sequence of tuple
        Masks with their places, one laid over the other.
    """
    from PIL import Image, ImageColor

    left, top = min(x for _, x, _ in placed), min(y for _, _, y in placed)
    right = max(x + mask.shape[1] for mask, x, _ in placed)
    bottom = max(y + mask.shape[0] for mask, _, y in placed)
    below = np.asarray(onto.crop((left, top, right, bottom))).astype(np.uint16)
    ink = np.array(ImageColor.getrgb(colour), np.uint16)
    for mask, x, y in placed:
        part = below[y - top : y - top + mask.shape[0], x - left : x - left + mask.shape[1]]
        part[:] = (ink * (mask + 1) >> 8) + (part * (256 - mask) >> 8)
    onto.paste(Image.fromarray(below.astype(np.uint8)), (left, top))
