"""Pictures of steps as files: made smaller, encoded, and marked as synthetic."""

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from deskhand.errors import DeskhandError, UnknownNameError

if TYPE_CHECKING:
    from PIL.Image import Image

JPEG, PNG, WEBP, NONE = ENCODINGS = ("jpeg", "png", "webp", "none")
ENDINGS: Mapping[str, str] = {JPEG: "jpg", PNG: "png", WEBP: "webp"}
BESIDE = "files"
# Small letters are still sharp: colours at full resolution, and a quality at which edges do not ring.
HOW: Mapping[str, Mapping[str, Any]] = {
    JPEG: {"quality": 90, "subsampling": 0},
    # The quickest of zlib and of lossless WebP.
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


def smaller(picture: "Image", scale: float) -> "Image":
    """Return a picture with ``scale`` pixels for each of its own.

    Where pixels are joined two by two, three by three and so on, each new one is their mean.
    """
    if scale == 1.0:
        return picture
    factor = round(1 / scale)
    if factor * scale == 1.0:
        return picture.reduce(factor)
    return picture.resize(size_of(picture.size, scale))


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


def encoded(picture: "Image", encoding: str, provenance_id: str) -> bytes:
    """Return a picture as a file that says that it is synthetic, and from which run."""
    from PIL.Image import Exif
    from PIL.PngImagePlugin import PngInfo

    how = dict(HOW[encoding])
    if encoding == PNG:
        notes = PngInfo()
        notes.add_text("synthetic", "true")
        notes.add_text("provenance_id", provenance_id)
        how["pnginfo"] = notes
    else:
        exif = Exif()
        exif[IMAGE_DESCRIPTION] = f"synthetic; {provenance_id}"
        how["exif"] = exif.tobytes()
    file = io.BytesIO()
    picture.save(file, encoding.upper(), **how)
    return file.getvalue()
