"""Pictures of a page: the whole document, and the crops by which a state differs."""

import io
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.errors import DeskhandError
from deskhand.scenarios.screen_compiler.label_map import rectangles
from deskhand.scenarios.screen_compiler.live_page import LivePage

Pixels = NDArray[np.uint8]

# Chromium smooths an edge a little differently when only a part of the page is painted again:
# a few pixels that differ by a few levels of 255 (up to 11 seen) are not a change.
NOISE_LEVELS = 16
NOISE_PIXELS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Pixels of the document, shape (height, width, 3), without what is fixed on the viewport.

    ``viewport`` is what the screen shows before scrolling, fixed elements included; None when the
    document does not scroll.
    """

    document: Pixels
    viewport: Pixels | None


def _shot(live: LivePage) -> Pixels:
    try:
        from PIL import Image
    except ImportError:
        raise DeskhandError(
            "compiling a screen needs Pillow, which is not installed; "
            'install it with `pip install "deskhand[screens]"`.'
        ) from None
    # caret="initial": by default the screenshot writes a style into every input.
    raw = live.page.screenshot(caret="initial", animations="allow", scale="css")
    return np.asarray(Image.open(io.BytesIO(raw)).convert("RGB"))


def png_bytes(pixels: Pixels) -> bytes:
    """Return pixels, shape (height, width, 3), as the bytes of a PNG file."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", optimize=True)
    return file.getvalue()


def webp_bytes(pixels: Pixels) -> bytes:
    """Return pixels, shape (height, width, 3), as WebP without loss: about half of a PNG."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", lossless=True, quality=100, method=6)
    return file.getvalue()


def take_picture(live: LivePage, width: int, height: int) -> Picture:
    """Take the document's picture, viewport by viewport; do this before any other measurement.

    The caret is hidden, and fixed elements are too while the page scrolls.
    """
    live.hide_caret()
    first = _shot(live)
    high = len(first)
    if height <= high:
        return Picture(document=first, viewport=None)
    live.call("hideFixed")
    document = np.zeros((height, width, 3), np.uint8)
    for top in range(0, height, high):
        offset = min(top, height - high)
        live.page.evaluate("y => scrollTo({top: y, behavior: 'instant'})", offset)
        shot = _shot(live)
        document[offset : offset + high] = shot
    live.page.evaluate("() => scrollTo({top: 0, behavior: 'instant'})")
    live.call("showFixed")
    return Picture(document=document, viewport=first)


def fixed_crops(picture: Picture) -> list[dict[str, Any]]:
    """Return the crops of what stays on the viewport while the document scrolls."""
    if picture.viewport is None:
        return []
    return crops(picture.document[: len(picture.viewport)], picture.viewport, fixed=True)


def _overlay(picture: Picture) -> Pixels | None:
    """Return the viewport's pixels where something fixed lies on the document, 0 elsewhere."""
    if picture.viewport is None:
        return None
    below = picture.document[: len(picture.viewport)]
    lies = (below != picture.viewport).any(axis=2, keepdims=True)
    return np.where(lies, picture.viewport, 0).astype(np.uint8)


def fixed_changes(base: Picture, now: Picture) -> list[dict[str, Any]]:
    """Return the crops in which what is fixed on the viewport differs from the base page's."""
    before, after = _overlay(base), _overlay(now)
    if before is None or after is None or now.viewport is None:
        return []
    changed = (before != after).any(axis=2)
    return [_crop(now.viewport, box, fixed=True) for box in rectangles(changed)]


def _crop(pixels: Pixels, box: tuple[int, int, int, int], *, fixed: bool) -> dict[str, Any]:
    left, top, right, bottom = box
    crop: dict[str, Any] = {"left": left, "top": top, "width": right - left, "height": bottom - top}
    if fixed:
        crop["fixed"] = True
    crop["image"] = b64encode(webp_bytes(pixels[top:bottom, left:right])).decode()
    return crop


def crops(base: Pixels, now: Pixels, *, fixed: bool = False) -> list[dict[str, Any]]:
    """Return the rectangles in which two pictures differ, as WebP in base64."""
    height = min(len(base), len(now))
    apart = np.abs(base[:height].astype(np.int16) - now[:height]).max(axis=2)
    found = []
    for left, top, right, bottom in rectangles(apart > 0):
        part = apart[top:bottom, left:right]
        if part.max() > NOISE_LEVELS or np.count_nonzero(part) > NOISE_PIXELS:
            found.append(_crop(now, (left, top, right, bottom), fixed=fixed))
    return found


def pool_pictures(layers: dict[str, Any]) -> list[str]:
    """Take the pictures out of the layers' crops and return each different one once.

    A message looks the same whatever follows it, so states share most of their crops. The crop's
    ``image`` becomes the picture's place in the list.

    Parameters
    ----------
    layers : dict
        The ``layers`` of a screen; changed in place.
    """
    places: dict[str, int] = {}
    for layer in layers.values():
        for state in layer["states"].values():
            for crop in state.get("crops", ()):
                crop["image"] = places.setdefault(crop["image"], len(places))
    return list(places)
