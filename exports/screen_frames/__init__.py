"""Pictures of a session's desktop, composed from compiled screens, without a browser.

What the compiled screens do not hold is not in the pictures: what changes while the pointer is over
something, the place of a list that scrolls within the page, and pages of screens that a session
comes without.
"""

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.errors import DeskhandError
from deskhand.exports.screen_frames.desktop import (
    Painter,
    Point,
    Window,
    desktop,
    draw_list,
    draw_pointer,
)
from deskhand.exports.screen_frames.page_painter import painted
from deskhand.exports.screen_frames.page_view import PageView
from deskhand.screen import parse_reference
from deskhand.session import Session

if TYPE_CHECKING:
    from PIL.Image import Image

SEEN = (
    "navigation",
    "window.focus",
    "mark",
    "input",
    "focus",
    "blur",
    "scroll",
    "select.open",
    "select.close",
    "redaction",
)
_COLUMNS = (
    "t_us", "type", "app", "window", "target", "detail", "delta_x", "delta_y", "value",
    "value_length", "masked", "input_type", "url", "reference", "policy",
)  # fmt: skip
# A redaction row of this policy says that the application is excluded from recordings.
EXCLUDED = "pause"
# Where a page starts of whose window no pointer tells it.
ORIGIN = (256, 136)
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
    session: Session, t_us: Sequence[int], *, pointer: bool = True, paint: Painter = painted
) -> Iterator["Image"]:
    """Yield pictures of a session's desktop.

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

    Yields
    ------
    PIL.Image.Image
        RGB, as wide and high as the header's screen. Yours to change.

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
    need_pillow()
    times = np.asarray(t_us, np.int64)
    if (np.diff(times) < 0).any():
        raise DeskhandError("t_us: the times do not ascend; sort them.")
    return _frames(session, times, pointer=pointer, paint=paint)


def _frames(session: Session, times: Any, *, pointer: bool, paint: Painter) -> Iterator["Image"]:
    from PIL import ImageDraw

    header = session.header
    size = (int(header["screen_width"]), int(header["screen_height"]))
    viewport = (int(header["viewport_width"]), int(header["viewport_height"]))
    shown = pc.is_in(session.events["type"].cast(pa.string()), pa.array(SEEN))
    rows = session.events.filter(shown).select(list(_COLUMNS)).to_pylist()
    stage = _Stage(session)
    # One for each application, as the pointer of a session finds them.
    bookmarks = sorted({name.partition("/")[0] for name in session.screens})
    places = _places(session, times)
    drawn: Image | None = None
    taken = 0
    for k, now_us in enumerate(times.tolist()):
        before = taken
        while taken < len(rows) and rows[taken]["t_us"] <= now_us:
            stage.take(rows[taken])
            taken += 1
        if drawn is None or taken > before:
            drawn = desktop(
                stage.windows, size=size, viewport=viewport, bookmarks=bookmarks, paint=paint
            )
        frame = drawn.copy()
        pen = ImageDraw.Draw(frame)
        at = places[k]
        front = stage.windows[-1] if stage.windows else None
        if front is not None and front.view is not None:
            x, y = front.origin
            since_us = now_us - front.view.edited_us
            if front.caret is not None and since_us // BLINK_US % 2 == 0:
                left, top, right, bottom = front.caret
                pen.line((x + left, y + top, x + right, y + bottom), fill="#000000")
            draw_list(frame, front, size, at)
        if pointer and at is not None:
            draw_pointer(pen, *at)
        yield frame


class _Stage:
    """The windows of a session, the one in front last, as its rows change them."""

    def __init__(self, session: Session) -> None:
        self.windows: list[Window] = []
        self._screens = session.screens
        self._origins = page_origins(session.events)
        self._count = 0
        self._away: list[Window] = []
        self._sensitive = _sensitive(session)

    def take(self, row: dict[str, Any]) -> None:
        kind = row["type"]
        if kind == "redaction":
            self._exclude(row)
            return
        window = self._window(row)
        if kind == "window.focus" and window in self._away:
            # A gap that named no window is over for what was in front when it began.
            self._away.remove(window)
            window.excluded, window.stale = False, True
        if kind in ("navigation", "window.focus"):
            if kind == "window.focus" or len(self.windows) == 1:
                self.windows.remove(window)
                self.windows.append(window)
            self._show(window, row, fresh=kind == "navigation")
        elif kind == "mark":
            screen, layer, state = parse_reference(row["reference"] or "")
            # A page may still change in the instant in which another window comes to the front.
            for each in (window, *self.windows):
                if each.view is not None and each.view.screen.name == screen:
                    each.view.enter(layer, state, row["value"])
                    each.stale = True
                    break
        elif window.view is not None:
            window.view.take(row)
            window.stale = True

    def _exclude(self, row: dict[str, Any]) -> None:
        if row["policy"] == EXCLUDED and (row["window"] is not None or self.windows):
            window = self.windows[-1] if row["window"] is None else self._window(row)
            if row["window"] is None and not window.excluded:
                self._away.append(window)
            window.excluded = window.stale = True

    def _window(self, row: dict[str, Any]) -> Window:
        name = row["window"] or row["app"] or "window"
        for window in self.windows:
            if window.name == name:
                return window
        made = Window(
            name=name,
            app=row["app"] or "",
            origin=self._origins.get(name, ORIGIN),
            number=self._count,
        )
        self._count += 1
        self.windows.append(made)
        return made

    def _show(self, window: Window, row: dict[str, Any], *, fresh: bool) -> None:
        name = row["reference"]
        window.url = row["url"] or window.url
        same = window.view is not None and window.view.screen.name == name
        if fresh or not same:
            known = name is not None and name in self._screens
            if known:
                window.view = PageView(self._screens[name], self._sensitive)
            elif fresh:
                window.view = None
            window.stale = True


def _sensitive(session: Session) -> set[str]:
    """Return the elements that the session masks: that are marked, or of which a row is masked."""
    events, marked = session.events, session.elements
    masked = pc.or_(events["masked"], pc.equal(events["type"].cast(pa.string()), "redaction"))
    found = {*marked.filter(pc.is_valid(marked["sensitive"]))["target"].unique().to_pylist()}
    return (found | {*events.filter(masked)["target"].unique().to_pylist()}) - {None}


def page_origins(events: pa.Table) -> dict[str, tuple[int, int]]:
    """Return where each window's page starts on the desktop, as the pointer's rows tell it."""
    table = events.select(["window", "screen_x", "screen_y", "client_x", "client_y"]).drop_null()
    if not len(table):
        return {}
    codes = table["window"].combine_chunks().cast(pa.string()).dictionary_encode()
    names = codes.dictionary.to_pylist()
    numbers, first = np.unique(codes.indices.to_numpy(), return_index=True)
    found = table.take(first).to_pylist()
    return {
        names[number]: (
            round(row["screen_x"] - row["client_x"]),
            round(row["screen_y"] - row["client_y"]),
        )
        for number, row in zip(numbers.tolist(), found, strict=True)
    }


def _places(session: Session, times: Any) -> list[Point | None]:
    """Return where the pointer is at each time: at its last row."""
    table = session.events.select(["t_us", "screen_x", "screen_y"]).drop_null()
    at_us = table["t_us"].to_numpy()
    x, y = table["screen_x"].to_numpy(), table["screen_y"].to_numpy()
    last = np.searchsorted(at_us, times, "right") - 1
    return [(float(x[k]), float(y[k])) if k >= 0 else None for k in last.tolist()]


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
