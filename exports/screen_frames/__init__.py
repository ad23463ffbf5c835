"""Pictures of a session's desktop, composed from compiled screens, without a browser.

What the compiled screens do not hold is not in the pictures: what changes while the pointer is over
something, the place of a list that scrolls within the page, and pages of screens that a session
comes without.
"""

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from deskhand.errors import DeskhandError
from deskhand.exports.screen_frames.canvas import Canvas, Painter, Part, Place
from deskhand.exports.screen_frames.desktop import (
    Point,
    caret_part,
    desktop_parts,
    list_part,
    notification_part,
    pointer_part,
)
from deskhand.exports.screen_frames.page_painter import painted
from deskhand.exports.screen_frames.stage import Stage, pointer_places
from deskhand.monitors import bounds, in_picture, monitors_of
from deskhand.session import Session

if TYPE_CHECKING:
    from PIL.Image import Image

# A caret shows and hides for as long as this (Windows, GTK and Chromium: 500 to 600 ms).
BLINK_US = 500_000
# zlib's level, fixed: lower ones save a quarter of the time and cost a quarter more bytes.
LEVEL = 6


def need_pillow() -> None:
    """Refuse to go on without Pillow.

    Raises
    ------
    DeskhandError
        With the command that installs it.
    """
    try:
        import PIL.Image  # noqa: F401
    except ImportError:
        raise DeskhandError(
            "pictures of the screen need Pillow, which is not installed; "
            'install it with `pip install "deskhand[screens]"`.'
        ) from None


def frames(
    session: Session,
    t_us: Sequence[int],
    *,
    pointer: bool = True,
    paint: Painter = painted,
    main_alone: bool = False,
) -> Iterator["Image"]:
    """Yield pictures of a session's desktop: of all its monitors, with black where a gap is.

    Parameters
    ----------
    session : Session
        With the compiled screens that its rows name; other pages are blank.
    t_us : sequence of int
        Times in microseconds since the session's start, ascending, shape (n,). A picture shows what
        happened up to and including its time.
    pointer : bool
        Whether the pointer's arrow is drawn.
    paint : callable
        Paints a page from what it shows; by default from its compiled pictures.
    main_alone : bool
        Whether only the main monitor is in the picture.

    Yields
    ------
    PIL.Image.Image
        RGB, as wide and high as all monitors together. Yours to change.

    Raises
    ------
    DeskhandError
        When Pillow is missing or the times do not ascend.

    Examples
    --------
    >>> import deskhand
    >>> session = deskhand.simulate("auth.login", seed=7)
    >>> [picture.size for picture in frames(session, [0, 5_000_000])]
    [(1920, 1080), (1920, 1080)]
    """
    staged = staged_frames(session, t_us, pointer=pointer, paint=paint)
    monitors = in_picture(monitors_of(session.header))
    if not main_alone or len(monitors) == 1:
        return (frame.picture.copy() for frame in staged)
    main = monitors[0]
    box = (main.left, main.top, main.right, main.bottom)
    return (frame.picture.crop(box) for frame in staged)


class Frame(NamedTuple):
    """A picture, the windows and pages that it shows, and where it may differ from the one before.

    Picture and stage are one and the same, and go on with the next frame.
    """

    picture: "Image"
    stage: Stage
    changed: list[Place]


def desktop_size(session: Session) -> tuple[int, int]:
    """Return how wide and high all monitors of a session are together, px."""
    whole = bounds(in_picture(monitors_of(session.header)))
    return whole.width, whole.height


def staged_frames(
    session: Session,
    t_us: Sequence[int],
    *,
    pointer: bool = True,
    paint: Painter = painted,
    canvas: Canvas | None = None,
) -> Iterator[Frame]:
    """Yield pictures as `frames` does, each with what it shows; the next one changes the picture.

    Parameters
    ----------
    session, t_us, pointer, paint
        As in `frames`.
    canvas : Canvas, optional
        What they are painted on: another desktop of the same size may have been before.

    Raises
    ------
    DeskhandError
        When Pillow is missing or the times do not ascend.
    """
    need_pillow()
    times = np.asarray(t_us, np.int64)
    if (np.diff(times) < 0).any():
        raise DeskhandError("t_us: the times do not ascend; sort them.")
    canvas = canvas or Canvas(desktop_size(session))
    return _staged_frames(session, times, canvas, pointer=pointer, paint=paint)


def _staged_frames(
    session: Session, times: Any, canvas: Canvas, *, pointer: bool, paint: Painter
) -> Iterator[Frame]:
    header = session.header
    viewport = (int(header["viewport_width"]), int(header["viewport_height"]))
    # One for each application, as the pointer of a session finds them.
    bookmarks = sorted({name.partition("/")[0] for name in session.screens})
    stage = Stage(session)
    for now_us, at in zip(times.tolist(), pointer_places(session, times), strict=True):
        stage.advance(now_us)
        parts, touched = desktop_parts(
            stage.windows,
            monitors=stage.monitors,
            viewport=viewport,
            bookmarks=bookmarks,
            paint=paint,
        )
        parts += _over(stage, now_us, at)
        if pointer and at is not None:
            parts.append(pointer_part(*at))
        changed = canvas.show(parts, touched)
        yield Frame(canvas.picture, stage, changed)


def _over(stage: Stage, now_us: int, at: Point | None) -> Iterator[Part]:
    """Yield what lies over the windows: caret, open list, notification."""
    front = stage.front
    if front is not None and front.view is not None:
        since_us = now_us - front.view.edited_us
        caret, listed = caret_part(front), list_part(front, stage.monitors, at)
        if caret is not None and since_us // BLINK_US % 2 == 0:
            yield caret
        if listed is not None:
            yield listed
    if stage.notification is not None:
        yield notification_part(*stage.notification)


def png_bytes(image: "Image", session: Session, level: int = LEVEL) -> bytes:
    """Return a picture as a PNG file that says where it is from.

    Parameters
    ----------
    image : PIL.Image.Image
        One of `frames`.
    session : Session
        What it shows; one that is synthetic is called so in the file.
    level : int
        How hard zlib tries, from 0 to 9.

    Returns
    -------
    bytes
        With the text chunks ``synthetic`` and ``provenance_id``, and no time.
    """
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("synthetic", "true" if session.header["synthetic"] else "false")
    notes.add_text("provenance_id", str(session.header["provenance_id"]))
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=level, pnginfo=notes)
    return file.getvalue()
