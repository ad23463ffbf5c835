"""Pictures of steps as files: made smaller, encoded, and marked as synthetic."""

import io
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from deskhand.datasets.episodes.jpeg_bands import JpegBands
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.exports.screen_frames import Frame, desktop_size, staged_frames
from deskhand.exports.screen_frames.canvas import Canvas, Painter, Place
from deskhand.exports.screen_frames.page_painter import painted
from deskhand.exports.screen_frames.stage import Stage
from deskhand.session import Session

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
# Desktops of one and of two monitors come in several sizes; one of them needs some 20 MB.
SHEETS = 4
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
    """Makes picture files of sessions, one after the other.

    What is the same as in the picture before, be it of another session, is not made anew.

    Parameters
    ----------
    scale : float
        Pixels for each of a desktop's. Where these are joined two by two, three by three and so on,
        each new one is their mean.
    encoding : str
        ``jpeg``, ``png`` or ``webp``.
    paint : callable
        Paints a page from what it shows.
    """

    def __init__(self, scale: float, encoding: str, paint: Painter = painted) -> None:
        self._scale = scale
        self._encoding = encoding
        self._paint = paint
        self._sheets: dict[tuple[int, int], _Sheet] = {}

    def files(self, session: Session, t_us: Sequence[int]) -> Iterator[tuple[Stage, bytes]]:
        """Yield what stands on a session's desktop at some times, and its picture as a file.

        Parameters
        ----------
        session : Session
            With its compiled screens; it and its provenance are told in the files.
        t_us : sequence of int
            Times in microseconds since its start, ascending.
        """
        sheet = self._sheet(desktop_size(session))
        provenance_id = str(session.header["provenance_id"])
        for frame in staged_frames(session, t_us, paint=self._paint, canvas=sheet.canvas):
            yield frame.stage, self._file(sheet, frame, provenance_id)

    def _sheet(self, size: tuple[int, int]) -> "_Sheet":
        found = self._sheets.pop(size, None) or _Sheet(size, size_of(size, self._scale))
        self._sheets[size] = found
        if len(self._sheets) > SHEETS:
            del self._sheets[next(iter(self._sheets))]
        return found

    def _file(self, sheet: "_Sheet", frame: Frame, provenance_id: str) -> bytes:
        small, changed = self._smaller(sheet, frame)
        if self._encoding != JPEG:
            return _encoded(small, self._encoding, provenance_id)
        rows = None if changed is None else [(top, bottom) for _, top, _, bottom in changed]
        return sheet.bands.file(small, _exif(provenance_id), rows)

    def _smaller(self, sheet: "_Sheet", frame: Frame) -> "tuple[Image, list[Place] | None]":
        """Return the picture in its size, and where it has changed, None for everywhere."""
        picture, factor = frame.picture, round(1 / self._scale)
        if self._scale == 1.0:
            return picture, frame.changed
        if factor * self._scale != 1.0:
            return picture.resize(size_of(picture.size, self._scale)), None
        if sheet.small is None:
            sheet.small = picture.reduce(factor)
            return sheet.small, None
        changed = []
        for left, top, right, bottom in frame.changed:
            # What becomes one pixel is taken as a whole.
            x, y = left // factor, top // factor
            to_x, to_y = -(-right // factor), -(-bottom // factor)
            edges = (min(to_x * factor, picture.width), min(to_y * factor, picture.height))
            part = picture.reduce(factor, (x * factor, y * factor, *edges))
            sheet.small.paste(part, (x, y))
            changed.append((x, y, to_x, to_y))
        return sheet.small, changed


class _Sheet:
    """What the last picture of a size was made of."""

    def __init__(self, size: tuple[int, int], smaller: tuple[int, int]) -> None:
        self.canvas = Canvas(size)
        self.bands = JpegBands(smaller)
        self.small: Image | None = None


@lru_cache(maxsize=256)
def _exif(provenance_id: str) -> bytes:
    from PIL.Image import Exif

    exif = Exif()
    exif[IMAGE_DESCRIPTION] = f"synthetic; {provenance_id}"
    return exif.tobytes()


def _encoded(picture: "Image", encoding: str, provenance_id: str) -> bytes:
    from PIL.PngImagePlugin import PngInfo

    how: dict[str, Any] = dict(HOW[encoding])
    if encoding == PNG:
        how["pnginfo"] = PngInfo()
        how["pnginfo"].add_text("synthetic", "true")
        how["pnginfo"].add_text("provenance_id", provenance_id)
    else:
        how["exif"] = _exif(provenance_id)
    file = io.BytesIO()
    picture.save(file, encoding.upper(), **how)
    return file.getvalue()
