"""The hit map: the node id under every pixel, and the patches by which a state differs."""

import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.errors import DeskhandError
from deskhand.scenarios.screen_compiler.live_page import LivePage

Labels = NDArray[np.uint16]

# Changed pixels nearer than this go into one rectangle.
JOIN_PX = 16

BASE_STEP_PX = 4
STATE_STEP_PX = 8

# From this number of nodes on a question to the browser takes so long that the map is made with
# fewer of them; a few pixels at the edges of text and drawings may be wrong then.
LARGE_PAGE_NODES = 1_000
LARGE_STEP_PX = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelMap:
    """Node ids of the document, shape (height, width), and of what stays fixed on the viewport.

    ``fixed`` has the viewport's shape and holds 0 where no fixed element lies.
    """

    document: Labels
    fixed: Labels | None
    asked: int
    repaired: int


def _unpack(text: str, width: int) -> Labels:
    return np.frombuffer(b64decode(text), dtype="<u2").reshape(-1, width)


def read_labels(live: LivePage, width: int, height: int, step: int = BASE_STEP_PX) -> LabelMap:
    """Ask the page for its hit map; do this last, since it hides fixed elements.

    Parameters
    ----------
    live : LivePage
        The page, its nodes numbered.
    width, height : int
        Size of the document in pixels.
    step : int
        Pitch of the checking grid in pixels; 0 asks for every pixel.
    """
    nodes = live.call("nextId")
    if nodes > np.iinfo(np.uint16).max:
        raise DeskhandError(
            f"the page has {nodes} nodes; a hit map holds at most 65,535. Compile a smaller page."
        )
    large = nodes >= LARGE_PAGE_NODES and step > 0
    found = live.call("hitMap", width, height, LARGE_STEP_PX if large else step, large)
    fixed = found["fixed"]
    return LabelMap(
        document=_unpack(found["labels"], width),
        fixed=None if fixed is None else _unpack(fixed["labels"], width),
        asked=found["asked"],
        repaired=found["repaired"],
    )


def pack(labels: Labels) -> str:
    """Return labels as base64 of zlib of little-endian uint16, as a screen file holds them."""
    return b64encode(zlib.compress(np.ascontiguousarray(labels, dtype="<u2").tobytes(), 9)).decode()


def rectangles(
    changed: NDArray[np.bool_], join_px: int = JOIN_PX
) -> list[tuple[int, int, int, int]]:
    """Return rectangles (left, top, right, bottom) that cover the changed pixels, near ones joined.

    Examples
    --------
    >>> changed = np.zeros((100, 100), bool)
    >>> changed[10:20, 10:30] = changed[80, 80] = True
    >>> rectangles(changed)
    [(10, 10, 30, 20), (80, 80, 81, 81)]
    """
    from scipy import ndimage

    height, width = changed.shape
    rows, columns = -(-height // join_px), -(-width // join_px)
    padded = np.zeros((rows * join_px, columns * join_px), dtype=bool)
    padded[:height, :width] = changed
    tiles = padded.reshape(rows, join_px, columns, join_px).any(axis=(1, 3))
    marks, _ = ndimage.label(tiles, structure=np.ones((3, 3)))
    found = []
    for place in ndimage.find_objects(marks):
        top, left = place[0].start * join_px, place[1].start * join_px
        part = changed[top : place[0].stop * join_px, left : place[1].stop * join_px]
        ys, xs = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
        found.append(
            (left + int(xs[0]), top + int(ys[0]), left + int(xs[-1]) + 1, top + int(ys[-1]) + 1)
        )
    return found


def _patch(labels: Labels, box: tuple[int, int, int, int], *, fixed: bool) -> dict[str, Any]:
    left, top, right, bottom = box
    patch: dict[str, Any] = {
        "left": left,
        "top": top,
        "width": right - left,
        "height": bottom - top,
    }
    if fixed:
        patch["fixed"] = True
    patch["zlib_u16"] = pack(labels[top:bottom, left:right])
    return patch


def fixed_patches(labels: LabelMap, base: LabelMap | None = None) -> list[dict[str, Any]]:
    """Return the patches of the fixed elements; 0 in them lets the document show through.

    With a base, only what differs from the base's fixed elements.
    """
    if labels.fixed is None:
        return []
    below: Labels = np.zeros_like(labels.fixed)
    if base is not None and base.fixed is not None:
        below = base.fixed
    return [_patch(labels.fixed, box, fixed=True) for box in rectangles(labels.fixed != below)]


def changed_patches(base: Labels, now: Labels) -> list[dict[str, Any]]:
    """Return the patches by which a state's document differs from the base page's."""
    height = min(len(base), len(now))
    boxes = rectangles(base[:height] != now[:height])
    return [_patch(now, box, fixed=False) for box in boxes]
