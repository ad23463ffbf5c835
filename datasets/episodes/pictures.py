"""Pictures of steps as files: made smaller, encoded, and marked as synthetic."""

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from deskhand.datasets.episodes.jpeg_bands import JpegBands
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.exports.screen_frames import Frame

if TYPE_CHECKING:
    from PIL.Image import Image

JPEG, PNG, WEBP, NONE = ENCODINGS = ("jpeg", "png", "webp", "none")
ENDINGS: Mapping[str, str] = {JPEG: "jpg", PNG: "png", WEBP: "webp"}
BESIDE = "files"
# The quickest of zlib and of lossless WebP.
HOW: Mapping[str, Mapping[str, Any]] = {
    PNG: {"compress_level": 1},
    WEBP: {"lossless": True, "quality": 0, "method": 0},
}
# TIFF's tag for what a picture is of, which JPEG and WebP files hold in their EXIF part.
IMAGE_DESCRIPTION = 0x010E


class Pictures(NamedTuple):
    """How pictures are encoded, and whether they lie beside the tables as files."""

    encoding: str
    beside: bool = False

    def __str__(self) -> str:
        return f"{self.encoding}:{BESIDE}" if self.beside else self.encoding

    @property
    def ending(self) -> str:
        """The ending of a file's name."""
        return ENDINGS.get(self.encoding, "")


def parse_pictures(text: str) -> Pictures:
    """Return how pictures are kept.

    Parameters
    ----------
    text : str
        ``jpeg``, ``png``, ``webp`` or ``none``; behind a colon ``files`` to have them beside the tables.

    Raises
    ------
    DeskhandError
        When it is something else.

    Examples
    --------
    >>> parse_pictures("png:files")
    Pictures(encoding='png', beside=True)
    """
    encoding, colon, beside = text.partition(":")
    if encoding not in ENCODINGS:
        raise UnknownNameError("pictures", encoding, ENCODINGS)
    if colon and (beside != BESIDE or encoding == NONE):
        raise DeskhandError(
            f"pictures {text!r}: behind the colon stands files, for pictures beside the tables; "
            f"write {JPEG}:{BESIDE}, or {JPEG} to have them inside."
        )
    return Pictures(encoding, bool(colon))


def size_of(size: tuple[int, int], scale: float) -> tuple[int, int]:
    """Return how large a picture of a screen is.

    Examples
    --------
    >>> size_of((1920, 1080), 0.5), size_of((1366, 768), 0.3)
    ((960, 540), (410, 230))
    """
    factor = round(1 / scale)
    if factor * scale == 1.0:
        return -(-size[0] // factor), -(-size[1] // factor)
    return round(size[0] * scale), round(size[1] * scale)


class Album:
    """Makes picture files of one session, from frames that come one after the other.

    Parameters
    ----------
    scale : float
        Pixels for each of a frame's. Where these are joined two by two, three by three and so on,
        each new one is their mean.
    encoding : str
        ``jpeg``, ``png`` or ``webp``.
    provenance_id : str
        Files say that they are synthetic, and this.
    """

    def __init__(self, scale: float, encoding: str, provenance_id: str) -> None:
        from PIL.Image import Exif

        self._scale = scale
        self._encoding = encoding
        self._provenance_id = provenance_id
        exif = Exif()
        exif[IMAGE_DESCRIPTION] = f"synthetic; {provenance_id}"
        self._exif = exif.tobytes()
        self._bands = JpegBands(self._exif)
        self._small: Image | None = None

    def file(self, frame: Frame) -> bytes:
        """Return a frame as a file."""
        small = self._smaller(frame)
        return self._bands.file(small) if self._encoding == JPEG else self._encoded(small)

    def _smaller(self, frame: Frame) -> "Image":
        picture, factor = frame.picture, round(1 / self._scale)
        if self._scale == 1.0:
            return picture
        if factor * self._scale != 1.0:
            return picture.resize(size_of(picture.size, self._scale))
        if self._small is None or frame.changed is None:
            self._small = picture.reduce(factor)
            return self._small
        for left, top, right, bottom in frame.changed:
            # What becomes one pixel is taken as a whole.
            x, y = max(left, 0) // factor, max(top, 0) // factor
            to_x = min(-(-right // factor) * factor, picture.width)
            to_y = min(-(-bottom // factor) * factor, picture.height)
            if x * factor < to_x and y * factor < to_y:
                part = picture.crop((x * factor, y * factor, to_x, to_y))
                self._small.paste(part.reduce(factor), (x, y))
        return self._small

    def _encoded(self, picture: "Image") -> bytes:
        from PIL.PngImagePlugin import PngInfo

        how: dict[str, Any] = dict(HOW[self._encoding])
        if self._encoding == PNG:
            how["pnginfo"] = PngInfo()
            how["pnginfo"].add_text("synthetic", "true")
            how["pnginfo"].add_text("provenance_id", self._provenance_id)
        else:
            how["exif"] = self._exif
        file = io.BytesIO()
        picture.save(file, self._encoding.upper(), **how)
        return file.getvalue()
