"""A session as rrweb's recorder would have kept it: which rows the page sees, and what comes of them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.errors import DeskhandError
from deskhand.exports.blank_page import with_page
from deskhand.exports.rrweb import vocabulary as rr
from deskhand.exports.rrweb.mutation_noise import MutationNoise
from deskhand.exports.rrweb.pointer_samples import flushes, sample_moves
from deskhand.exports.rrweb.recorder import SNAPSHOT_US, Recorder
from deskhand.exports.rrweb.timeline import Event, Timeline
from deskhand.exports.rrweb.viewport import Viewport
from deskhand.session import Session
from deskhand.streams import stream

_COLUMNS = (
    "t_us", "type", "window", "target", "client_x", "client_y", "button", "detail", "delta_x",
    "delta_y", "key", "modifiers", "repeat", "value", "value_length", "masked", "input_type",
    "url", "reference",
)  # fmt: skip


def recording(session: Session, *, noise_hz: float = 0.0) -> bytes:
    """Return a session's rrweb events as a JSON array.

    Parameters
    ----------
    session : Session
        With every screen that its rows name.
    noise_hz : float
        Mutations a second that no act causes; see `deskhand.exports.rrweb.mutation_noise`.

    Returns
    -------
    bytes
        Events ascending in time. Each has the key ``synthetic``, which rrweb's own events lack and
        its readers pass over; a Custom event at either end says where the recording is from.

    Raises
    ------
    DeskhandError
        When no screen is opened or one is missing, or a row does not fit the page that is open.
    """
    session = with_page(session)
    header, events = session.header, session.events
    seed_path = [int(header[name]) for name in ("team", "person", "day")]
    rng, noise = (
        stream(int(header["seed"]), purpose, session.session_id, *seed_path)
        for purpose in ("rrweb", "rrweb.noise")
    )
    types = events["type"].combine_chunks()
    is_move = np.asarray(pc.equal(types.cast(pa.string()), "pointermove"))
    rows = page_rows(events, ~is_move)
    breaks_us, unloads = _page_breaks(rows)
    t_us, x, y = places_on_page(session, is_move, rows)
    index, taken_us = sample_moves(t_us, breaks_us, rng)
    wall_us = session.device_start_us
    timeline = Timeline(
        (taken_us, x[index], y[index]),
        flushes((wall_us + taken_us) // 1000, (wall_us + breaks_us) // 1000, unloads, rng),
        wall_us,
        bool(header["synthetic"]),
    )
    recorder = Recorder(
        screens=session.screens,
        viewport=Viewport(viewport_size(session), timeline),
        sensitive=sensitive_elements(session.elements),
        timeline=timeline,
        noise=MutationNoise(noise_hz, noise, timeline),
    )
    payload = {
        "synthetic": bool(header["synthetic"]),
        "provenance_id": header["provenance_id"],
        "session_id": session.session_id,
    }
    timeline.add(0, rr.CUSTOM, {"tag": rr.CUSTOM_TAG, "payload": payload})
    recorder.follow(rows)
    if not recorder.shows_page:
        raise DeskhandError(
            f"session {session.session_id!r} opens no compiled screen: rrweb shows pages; a session "
            "that was read from a capture has none, write it as parquet."
        )
    # The last thing on the page stays in sight as long as its user looked at it.
    end = {"tag": rr.CUSTOM_TAG, "payload": payload | {"end": True}}
    timeline.add(int(header["duration_us"]), rr.CUSTOM, end)
    packed: bytes = orjson.dumps(timeline.events())
    return packed


def record(session: Session, *, noise_hz: float = 0.0) -> list[Event]:
    """Return the rrweb events of a session, as `recording` describes them."""
    events: list[Event] = orjson.loads(recording(session, noise_hz=noise_hz))
    return events


def page_rows(
    events: pa.Table, wanted: np.ndarray[Any, np.dtype[np.bool_]]
) -> list[Mapping[str, Any]]:
    """Return the wanted rows of the event table with the columns that a page's recorder reads."""
    columns = [c.to_pylist() for c in events.select(_COLUMNS).filter(pa.array(wanted)).columns]
    return [dict(zip(_COLUMNS, values, strict=True)) for values in zip(*columns, strict=True)]


def viewport_size(session: Session) -> tuple[int, int]:
    """Return width and height of the page at first, in px."""
    return int(session.header["viewport_width"]), int(session.header["viewport_height"])


def _page_breaks(
    rows: list[Mapping[str, Any]],
) -> tuple[np.ndarray[Any, np.dtype[np.int64]], np.ndarray[Any, np.dtype[np.bool_]]]:
    """Return when another page comes to the front, and whether the one before it is unloaded."""
    front = None
    times, unloads = [], []
    for row in rows:
        if row["type"] in ("window.focus", "navigation") and row["reference"]:
            times.append(row["t_us"] + SNAPSHOT_US)
            unloads.append(row["type"] == "navigation" and row["window"] == front)
            front = row["window"]
    return np.array(times, np.int64), np.array(unloads, np.bool_)


def places_on_page(
    session: Session, is_move: np.ndarray[Any, np.dtype[np.bool_]], rows: list[Mapping[str, Any]]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return time and place of the marked moves that the page itself gets to see."""
    header = session.header
    moves = session.events.select(["t_us", "client_x", "client_y"]).filter(pa.array(is_move))
    t_us = moves["t_us"].to_numpy()
    x, y = (pc.fill_null(moves[name], float("nan")).to_numpy() for name in ("client_x", "client_y"))
    resizes = [r for r in rows if r["type"] == "resize" and r["delta_x"] is not None]
    sizes = [(header["viewport_width"], header["viewport_height"])]
    sizes += [(int(r["delta_x"]), int(r["delta_y"])) for r in resizes]
    at = np.searchsorted(np.array([r["t_us"] for r in resizes], np.int64), t_us, "right")
    width, height = np.array(sizes, np.float32)[at].T
    with np.errstate(invalid="ignore"):
        seen = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    # While a native list is open, the pointer is over a window of its own.
    native = {
        key
        for screen in session.screens.values()
        for key, element in screen.elements.items()
        if element.widget == "select"
    }
    opened: int | None = None
    for row in rows:
        if row["type"] == "select.open" and row["target"] in native:
            opened = row["t_us"]
        elif row["type"] == "select.close" and opened is not None:
            seen[np.searchsorted(t_us, opened) : np.searchsorted(t_us, row["t_us"])] = False
            opened = None
    return t_us[seen], x[seen], y[seen]


def sensitive_elements(elements: pa.Table) -> dict[str, set[str]]:
    """Return the elements whose content is masked, by screen."""
    found: dict[str, set[str]] = {}
    marked = elements.filter(pc.is_valid(elements["sensitive"])).select(["screen", "target"])
    for row in marked.to_pylist():
        found.setdefault(row["screen"], set()).add(row["target"])
    return found
