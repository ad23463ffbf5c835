"""What a recording made by deskhand says of itself, and what else its reader needs, as one line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from deskhand.exports.captured import capture_id
from deskhand.exports.evdev.device import Geometry
from deskhand.session import Session

# Names go into paths of what is written later.
_NAME = re.compile(r"[A-Za-z0-9][\w.:-]{0,120}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """The line of a file; without one, what its reader assumes.

    Parameters
    ----------
    made_by : str or None
        The provenance, where the file says that it is synthetic.
    session_id : str
        The session.
    start_wall_us : int
        Unix time of the session's start on its computer's clock, 0 where it is not known.
    first_us : int
        Time of the file's time 0 from the session's start.
    geometry : Geometry
        Where the pointer starts.
    screen : tuple of int
        Width and height of the desktop in px; 1 where they are not known.
    """

    made_by: str | None
    session_id: str
    start_wall_us: int
    first_us: int
    geometry: Geometry
    screen: tuple[int, int] = (1, 1)


def marker_line(session: Session, first_us: int, geometry: Geometry) -> str:
    """Return the marker of a session's recording as JSON, which is YAML too."""
    header = session.header
    record: dict[str, Any] = {"synthetic": bool(header["synthetic"])}
    if header["synthetic"]:
        record["provenance_id"] = header["provenance_id"]
    record |= {
        "session_id": session.session_id,
        "start_wall_us": session.device_start_us,
        "first_us": int(first_us),
        "screen": [int(header["screen_width"]), int(header["screen_height"])],
        **geometry.as_record(),
    }
    return orjson.dumps(record).decode()


def read_marker(line: str | None, content: bytes, first_us: int) -> Marker:
    """Return the marker of a file.

    Parameters
    ----------
    line : str or None
        What the file holds, or nothing.
    content : bytes
        The file, which names a session that has no name.
    first_us : int
        The file's first time: where there is no marker, the session starts with it.

    Returns
    -------
    Marker
        A line that is no marker counts as none.
    """
    # Recorders of old wrote Unix time; those of today count from the first event.
    wall_us = first_us if first_us > 10**15 else 0
    unknown = Marker(
        made_by=None,
        session_id=capture_id(content),
        start_wall_us=wall_us,
        first_us=-first_us,
        geometry=Geometry(),
    )
    try:
        record: Mapping[str, Any] = orjson.loads(line) if line else {}
        start_x, start_y = map(float, record["start"])
        width, height = map(int, record["screen"])
        scale = float(record["counts_per_px"])
        session_id = str(record["session_id"])
        made_by = str(record["provenance_id"]) if record["synthetic"] is True else None
        named = all(_NAME.fullmatch(name) for name in (session_id, made_by or "cap"))
        if not (named and 0.1 <= scale <= 10 and width > 0 and height > 0):
            return unknown
        return Marker(
            made_by=made_by,
            session_id=session_id,
            start_wall_us=int(record["start_wall_us"]),
            first_us=int(record["first_us"]),
            geometry=Geometry(start_x=start_x, start_y=start_y, counts_per_px=scale),
            screen=(width, height),
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, OverflowError, AttributeError):
        return unknown
