"""JPEG files of pictures that change little from one to the next: only the changed bands are encoded.

With a restart marker behind each row of blocks, rows depend on nothing before them (ITU-T T.81, E.1.4);
so those of the last file that still hold are put together with new ones. The file is the one that Pillow
would write of the whole picture.
"""

import io
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

# Pixels of a row of blocks where colours are at full resolution.
BAND_PX = 8
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
RESTARTS = tuple(bytes((0xFF, 0xD0 + k)) for k in range(8))
_SCAN, _END = b"\xff\xda", b"\xff\xd9"
Rows = tuple[int, int]
# Small letters are still sharp: colours at full resolution, a quality at which edges do not ring.
HOW = {"quality": 90, "subsampling": 0, "restart_marker_rows": 1}


class JpegBands:
    """Writes pictures of one size, one after the other.

    Parameters
    ----------
    size : tuple of int
        Width and height of the pictures, px.

    Examples
    --------
    >>> from PIL import Image
    >>> bands = JpegBands((16, 20))
    >>> one = bands.file(Image.new("RGB", (16, 20)), b"")
    >>> one == bands.file(Image.new("RGB", (16, 20)), b"")
    True
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        count = -(-size[1] // BAND_PX)
        self._pixels, self._rows = [b""] * count, [b""] * count

    def file(self, picture: "Image", exif: bytes, rows: Sequence[Rows] | None = None) -> bytes:
        """Return a picture as a JPEG file.

        Parameters
        ----------
        picture : PIL.Image.Image
            The picture, RGB.
        exif : bytes
            What the file says of itself.
        rows : sequence of tuple, optional
            Where it may differ from the one before: first row of pixels, and that behind the last.
        """
        for first, last in _runs(self._differing(picture, rows)):
            bottom = min(last * BAND_PX, picture.height)
            band = picture.crop((0, first * BAND_PX, picture.width, bottom))
            self._rows[first:last] = _encoded(band)[1]
        parts = [_head(self._size, exif)]
        for k, row in enumerate(self._rows):
            parts += [row, RESTARTS[k % len(RESTARTS)]]
        return b"".join(parts[:-1]) + _END

    def _differing(self, picture: "Image", rows: Sequence[Rows] | None) -> list[int]:
        """Return the bands that differ from those of the picture before."""
        wide, high = self._size
        given = [(0, high)] if rows is None else rows
        looked = {k for top, bottom in given for k in range(top // BAND_PX, -(-bottom // BAND_PX))}
        differ = []
        for first, last in _runs(sorted(looked)):
            box = (0, first * BAND_PX, wide, min(last * BAND_PX, high))
            raw, step = picture.crop(box).tobytes(), BAND_PX * wide * 3
            for k in range(first, last):
                pixels = raw[(k - first) * step : (k - first + 1) * step]
                if pixels != self._pixels[k]:
                    self._pixels[k] = pixels
                    differ.append(k)
        return differ


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return the runs of ascending numbers, each from the first to behind the last."""
    runs: list[tuple[int, int]] = []
    for k in numbers:
        if runs and runs[-1][1] == k:
            runs[-1] = (runs[-1][0], k + 1)
        else:
            runs.append((k, k + 1))
    return runs


@lru_cache(maxsize=256)
def _head(size: tuple[int, int], exif: bytes) -> bytes:
    """Return what stands before the rows of blocks in every file of a size."""
    from PIL import Image

    return _encoded(Image.new("RGB", size), exif=exif)[0]


def _encoded(picture: "Image", **more: Any) -> tuple[bytes, list[bytes]]:
    """Return what stands before a picture's rows of blocks in its file, and the rows."""
    file = io.BytesIO()
    picture.save(file, "JPEG", **HOW, **more)
    raw = file.getvalue()
    start = raw.rindex(_SCAN)
    start += 2 + int.from_bytes(raw[start + 2 : start + 4], "big")
    return raw[:start], _RESTART.split(raw[start : -len(_END)])
