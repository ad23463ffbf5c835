"""JPEG files of pictures that change little from one to the next: only the changed bands are encoded.

With a restart marker behind each row of blocks, rows depend on nothing before them (ITU-T T.81, E.1.4);
so those of the last file that still hold are put together with new ones. The file is the one that Pillow
would write of the whole picture.
"""

import io
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

# Pixels of a row of blocks where colours are at full resolution.
BAND_PX = 8
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_SCAN, _END = b"\xff\xda", b"\xff\xd9"
# Small letters are still sharp: colours at full resolution, a quality at which edges do not ring.
HOW = {"quality": 90, "subsampling": 0, "restart_marker_rows": 1}


class JpegBands:
    """Writes pictures of one size, one after the other.

    Parameters
    ----------
    exif : bytes
        What each file says of itself.

    Examples
    --------
    >>> from PIL import Image
    >>> bands = JpegBands(b"")
    >>> one = bands.file(Image.new("RGB", (16, 20)))
    >>> one == bands.file(Image.new("RGB", (16, 20)))
    True
    """

    def __init__(self, exif: bytes) -> None:
        self._exif = exif
        self._head = b""
        self._rows: list[bytes] = []
        self._pixels: list[bytes] = []

    def file(self, picture: "Image") -> bytes:
        """Return a picture as a JPEG file."""
        raw = picture.tobytes()
        step = BAND_PX * picture.width * 3
        pixels = [raw[k : k + step] for k in range(0, len(raw), step)]
        if len(self._pixels) != len(pixels):
            self._head, self._rows = _encoded(picture, exif=self._exif)
        else:
            for first, last in _runs(self._pixels, pixels):
                bottom = min(last * BAND_PX, picture.height)
                band = picture.crop((0, first * BAND_PX, picture.width, bottom))
                self._rows[first:last] = _encoded(band)[1]
        self._pixels = pixels
        parts = [self._head]
        for k, row in enumerate(self._rows):
            parts += [row, bytes((0xFF, 0xD0 + k % 8))]
        return b"".join(parts[:-1]) + _END


def _runs(before: list[bytes], now: list[bytes]) -> list[tuple[int, int]]:
    """Return the runs of bands that differ, each from the first to behind the last."""
    runs: list[tuple[int, int]] = []
    for k, (old, new) in enumerate(zip(before, now, strict=True)):
        if old == new:
            continue
        if runs and runs[-1][1] == k:
            runs[-1] = (runs[-1][0], k + 1)
        else:
            runs.append((k, k + 1))
    return runs


def _encoded(picture: "Image", **more: Any) -> tuple[bytes, list[bytes]]:
    """Return what stands before a picture's rows of blocks in its file, and the rows."""
    file = io.BytesIO()
    picture.save(file, "JPEG", **HOW, **more)
    raw = file.getvalue()
    start = raw.rindex(_SCAN)
    start += 2 + int.from_bytes(raw[start + 2 : start + 4], "big")
    return raw[:start], _RESTART.split(raw[start : -len(_END)])
