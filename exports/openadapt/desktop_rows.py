"""Rows of windows, pages and pictures: what OpenAdapt's recorder polls, hears and grabs."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.desktop_layout import BARS_PX
from deskhand.exports.screen_frames import frames, png_bytes
from deskhand.exports.screen_frames.stage import page_origins
from deskhand.session import Session

# openadapt_capture.recorder.read_window_events asks for the active window so often.
POLL_US = 100_000
# Grabbing a full-HD desktop takes up to so long (assumed: 10 to 30 ms with mss).
GRAB_US = 20_000
# X11's numbers of windows begin with the client's base, for example 0x3a00003.
FIRST_WINDOW = 0x3A00003
BASE = (256, 136)

Row = dict[str, Any]


def window_rows(session: Session, hidden: NDArray[np.bool_], phase_us: int) -> list[Row]:
    """Return the changes of the active window and its title, as a poll sees them.

    Parameters
    ----------
    session : Session
        With its screens, which have the titles.
    hidden : ndarray of bool, shape (n,)
        Events that the recorder does not see.
    phase_us : int
        When the first poll after the start is.
    """
    header = session.header
    origins = page_origins(session.events)
    numbers: dict[str, int] = {}
    polled: dict[int, Row] = {}
    for row in _changes(session.events, hidden):
        name = row["window"] or row["app"] or "window"
        number = numbers.setdefault(name, len(numbers))
        screen = session.screens.get(row["reference"] or "")
        left, top = origins.get(name, BASE)
        seen = {
            "title": screen.title if screen is not None else row["app"] or name,
            "left": left,
            "top": top - BARS_PX,
            "width": int(header["viewport_width"]),
            "height": int(header["viewport_height"]) + BARS_PX,
            "window_id": FIRST_WINDOW + (number << 21),
        }
        at_us = row["t_us"]
        if at_us > 0:
            at_us = phase_us + -(-(at_us - phase_us) // POLL_US) * POLL_US
        polled[at_us] = seen
    rows: list[Row] = []
    last: Row = {}
    for at_us, seen in sorted(polled.items()):
        if seen == last:
            continue
        last = seen
        places = {"x": seen["left"], "y": seen["top"]}
        meta = {k: seen[k] for k in ("window_id", "width", "height", "title")} | places
        rows.append(
            {
                "t_us": at_us,
                **seen,
                "window_id": str(seen["window_id"]),
                "state": _json({**seen, "meta": meta, "data": {}}),
            }
        )
    return rows


def _changes(events: pa.Table, hidden: NDArray[np.bool_]) -> list[Row]:
    kinds = pc.is_in(events["type"].cast(pa.string()), pa.array(["window.focus", "navigation"]))
    chosen = events.filter(pa.array(np.asarray(kinds) & ~hidden))
    front: str | None = None
    found = []
    for row in chosen.select(["t_us", "type", "app", "window", "reference"]).to_pylist():
        if row["type"] == "window.focus" or front is None:
            front = row["window"]
        if row["window"] == front:
            found.append(row)
    return found


def browser_rows(
    session: Session, hidden: NDArray[np.bool_], marks: Mapping[str, Any]
) -> list[Row]:
    """Return the loads of pages, as the browser's extension tells them."""
    kind = pc.equal(session.events["type"].cast(pa.string()), "navigation")
    chosen = session.events.filter(pa.array(np.asarray(kind) & ~hidden))
    tabs: dict[str | None, int] = {}
    before: dict[str | None, str] = {}
    rows = []
    for row in chosen.select(["t_us", "window", "url"]).to_pylist():
        window, url = row["window"], row["url"] or ""
        payload = {
            "eventType": "navigate",
            "url": url,
            "previousUrl": before.get(window, ""),
            "navigationType": "link" if window in before else "typed",
            "tabId": tabs.setdefault(window, len(tabs) + 1),
            **marks,
        }
        before[window] = url
        rows.append({"t_us": row["t_us"], "message": _json({"message": payload})})
    return rows


def picture_times(
    acts_us: NDArray[np.int64], duration_us: int, fps: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return when the pictures that are kept were grabbed.

    Parameters
    ----------
    acts_us : ndarray of int, shape (n,)
        When presses, keys and turns of the wheel were.
    duration_us : int
        The session's length.
    fps : float
        How many pictures a second are grabbed. Kept are the first, the last, and those that come
        right before or after an act.
    rng : numpy.random.Generator
        For how long a grab takes.

    Returns
    -------
    ndarray of int, shape (m,)
        Ascending, in microseconds.
    """
    count = int(duration_us * fps / 1e6) + 2
    grabbed = (np.arange(count) * 1e6 / fps).astype(np.int64)
    grabbed[1:] += rng.integers(0, int(min(GRAB_US, 0.5e6 / fps)) + 1, count - 1)
    before = np.searchsorted(grabbed, acts_us, "right") - 1
    kept = np.unique(np.concatenate([[0, count - 1], before, before + 1]))
    return np.asarray(grabbed[np.clip(kept, 0, count - 1)], np.int64)


def pictures(session: Session, times_us: NDArray[np.int64]) -> Iterator[tuple[bytes, str]]:
    """Yield the PNG file and its SHA-256 for each time; a picture that stays is packed once.

    The grabber (mss) leaves the pointer out.
    """
    last: Any = None
    packed = b""
    digest = ""
    for image in frames(session, times_us.tolist(), pointer=False):
        if last is None or image != last:
            packed = png_bytes(image, session)
            digest = sha256(packed).hexdigest()
            last = image
        yield packed, digest


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
