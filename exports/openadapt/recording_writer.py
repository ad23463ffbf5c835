"""One session as a ``recording.db``: the same rows, in the same order, give the same bytes."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from deskhand.exports.excluded_apps import paused
from deskhand.exports.openadapt.action_rows import action_columns, observed
from deskhand.exports.openadapt.desktop_rows import (
    POLL_US,
    browser_rows,
    picture_times,
    pictures,
    window_rows,
)
from deskhand.exports.openadapt.virtual_desktop import CONFIG, topology
from deskhand.monitors import bounds, monitors_of
from deskhand.session import Session
from deskhand.streams import stream

FILE = "recording.db"
SCHEMA = "recording.sql"
# Under this key of ``config`` a recording that deskhand made says so; readers pass it over.
MARK = "deskhand"
# What was made from a person's recording has such identifiers.
DERIVED = "der_"
# Pages are of SQLite's own size (since 3.12), stated so that no build's default matters.
PAGE_BYTES = 4096
# The header of a database names the SQLite that wrote it last, for information alone
# (sqlite.org/fileformat.html, 1.3.18): always the same here, so that machines differ in nothing.
VERSION_AT, VERSION = 96, 3_040_000
# openadapt_capture.utils on Linux: its defaults.
DOUBLE_CLICK_S, DOUBLE_CLICK_PX = 0.5, 5
PLATFORM = "linux"


def write_recording(path: Path, session: Session, fps: float) -> None:
    """Write one session.

    Parameters
    ----------
    path : Path
        The file to make.
    session : Session
        With its screens where pictures are wanted.
    fps : float
        How many pictures of the desktop a second are grabbed; 0 for none.
    """
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.executescript(f"BEGIN;\n{schema()}")
        _fill(database, session, fps)
        database.execute("COMMIT")
    finally:
        database.close()
    with path.open("r+b") as file:
        file.seek(VERSION_AT)
        file.write(VERSION.to_bytes(4, "big"))


def schema() -> str:
    """Return the statements that make the tables."""
    return (files("deskhand.exports.openadapt") / SCHEMA).read_text(encoding="utf-8")


def _fill(database: sqlite3.Connection, session: Session, fps: float) -> None:
    header, events = session.header, session.events
    seed_path = [int(header[name]) for name in ("team", "person", "day")]
    rng = stream(int(header["seed"]), "openadapt", session.session_id, *seed_path)
    wall_us = session.device_start_us
    made = bool(header["synthetic"])
    marks: dict[str, Any] = {"synthetic": True} if made else {}
    hidden = paused(events)
    rows = observed(events, hidden)
    # Where a session's own clock runs back, a row still comes after the rows before it.
    clock_us = np.maximum.accumulate(events["t_us"].to_numpy())
    acts_us = clock_us[rows["place"].to_numpy()]
    windows = window_rows(session, hidden, int(rng.integers(POLL_US)))
    pages = browser_rows(session, hidden, marks)
    grabbed_us = np.zeros(0, np.int64)
    if fps > 0 and session.screens:
        moves = np.asarray(rows["type"].combine_chunks().cast("string")) == "pointermove"
        end_us = int(clock_us[-1]) if len(clock_us) else 0
        grabbed_us = picture_times(acts_us[~moves], end_us, fps, rng)
        at = np.searchsorted(clock_us, grabbed_us, "right") - 1
        grabbed_us = grabbed_us[~hidden[np.maximum(at, 0)]]
    polled_us = np.array([row["t_us"] for row in windows], np.int64)
    loaded_us = np.array([row["t_us"] for row in pages], np.int64)
    shots, wins, loads, acts = _ordinals(grabbed_us, polled_us, loaded_us, acts_us)

    config: dict[str, Any] = {"screen_capture_fps": fps}
    # A capture as it was recorded says nothing; what was made from one says that it was.
    if made or session.session_id.startswith(DERIVED):
        origin = {"session_id": session.session_id, "provenance_id": header["provenance_id"]}
        config[MARK] = {"synthetic": made, **origin}
    monitors = monitors_of(header)
    whole = bounds(monitors)
    if len(monitors) > 1:
        config[CONFIG] = topology(monitors)
    start_s = wall_us / 1e6
    recording = {
        "id": 1,
        "timestamp": start_s,
        "monitor_width": whole.width,
        "monitor_height": whole.height,
        "pixel_ratio": 1.0,
        "double_click_interval_seconds": DOUBLE_CLICK_S,
        "double_click_distance_pixels": DOUBLE_CLICK_PX,
        "platform": PLATFORM,
        "task_description": str(header["scenario"]),
        "config": orjson.dumps(config).decode(),
    }
    _insert(database, "recording", list(recording), [list(recording.values())])
    common = {"recording_timestamp": start_s, "recording_id": 1}

    shots_s = _seconds(wall_us, grabbed_us)
    packed = pictures(session, grabbed_us) if len(grabbed_us) else iter(())
    _insert(
        database,
        "screenshot",
        ["id", "source_ordinal", "timestamp", *common, "png_data", "png_sha256"],
        (
            (place, ordinal, at_s, start_s, 1, png, digest)
            for place, (ordinal, at_s, (png, digest)) in enumerate(
                zip(shots.tolist(), shots_s, packed, strict=True), 1
            )
        ),
    )
    wins_s = _seconds(wall_us, polled_us)
    for name, listed, places, times_s in (
        ("window_event", windows, wins, wins_s),
        ("browser_event", pages, loads, _seconds(wall_us, loaded_us)),
    ):
        columns = [column for column in (listed[0] if listed else {}) if column != "t_us"]
        _insert(
            database,
            name,
            ["id", "source_ordinal", "timestamp", *common, *columns],
            (
                (place, ordinal, at_s, start_s, 1, *(row[column] for column in columns))
                for place, (ordinal, at_s, row) in enumerate(
                    zip(places.tolist(), times_s, listed, strict=True), 1
                )
            ),
        )
    before, window = np.searchsorted(shots, acts) - 1, np.searchsorted(wins, acts) - 1
    done = {
        "id": list(range(1, len(acts) + 1)),
        "source_ordinal": acts.tolist(),
        "timestamp": _seconds(wall_us, rows["t_us"].to_numpy()),
        "recording_timestamp": [start_s] * len(acts),
        "recording_id": [1] * len(acts),
        "screenshot_timestamp": _picked(shots_s, before),
        "screenshot_source_ordinal": _picked(shots.tolist(), before),
        "screenshot_id": _picked(range(1, len(shots) + 1), before),
        "after_screenshot_timestamp": _picked(shots_s, before + 1),
        "after_screenshot_source_ordinal": _picked(shots.tolist(), before + 1),
        "window_event_timestamp": _picked(wins_s, window),
        "window_event_source_ordinal": _picked(wins.tolist(), window),
        "window_event_id": _picked(range(1, len(wins) + 1), window),
        **action_columns(rows, whole[:2]),
    }
    _insert(database, "action_event", list(done), zip(*done.values(), strict=True))


def _seconds(wall_us: int, t_us: NDArray[np.int64]) -> list[float]:
    times: list[float] = ((wall_us + t_us) / 1e6).tolist()
    return times


def _ordinals(*times_us: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield the place, from 1, of each time among all times; of equal ones the first kind's is first."""
    kind = np.repeat(np.arange(len(times_us)), [len(times) for times in times_us])
    order = np.lexsort((kind, np.concatenate(times_us)))
    ordinal = np.empty(len(order), np.int64)
    ordinal[order] = np.arange(1, len(order) + 1)
    yield from np.split(ordinal, np.cumsum([len(times) for times in times_us])[:-1])


def _picked(values: Sequence[Any], places: NDArray[np.int64]) -> list[Any]:
    size = len(values)
    return [values[k] if 0 <= k < size else None for k in places.tolist()]


def _insert(
    database: sqlite3.Connection, table: str, columns: Sequence[str], rows: Iterable[Any]
) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join("?" * len(columns))
    database.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
