"""The desktop of several monitors as openadapt-capture records it: one frame that holds them all.

Its grabber (mss, monitor 0) takes the rectangle around all monitors, its observer moves places so that they are those
of that frame, and ``config`` says under ``capture_desktop`` where the frame begins and which monitors are in it
(openadapt_capture/desktop_capture.py and recorder.py).
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import orjson

from deskhand.monitors import Monitor, bounds

CONFIG = "capture_desktop"
VERSION = "openadapt.capture.display-topology/v1"


def topology(monitors: Sequence[Monitor]) -> dict[str, Any]:
    """Return what ``config`` says of the monitors of a recording.

    Examples
    --------
    >>> made = topology([Monitor(0, 0, 1920, 1080), Monitor(-1440, 180, 1440, 900)])
    >>> made["origin"], made["viewport"]
    ([-1440, 0], [3360, 1080])
    """
    whole = bounds(monitors)
    told = {
        "coordinate_space": "virtual_desktop_pixels",
        "origin": [whole.left, whole.top],
        "viewport": [whole.width, whole.height],
        "monitor_count": len(monitors),
        "monitors": [list(monitor) for monitor in monitors],
    }
    hashed = orjson.dumps({"schema_domain": VERSION, **told}, option=orjson.OPT_SORT_KEYS)
    return {"schema_version": VERSION, **told, "topology_sha256": sha256(hashed).hexdigest()}


def told_monitors(config: Any) -> tuple[Monitor, ...] | None:
    """Return the monitors that a recording's ``config`` tells, the main one first.

    Parameters
    ----------
    config : object
        As it stands in the database.

    Returns
    -------
    tuple of Monitor or None
        None when it tells none, or none that lies at 0, 0.
    """
    try:
        told = orjson.loads(config)
        given = told[CONFIG]["monitors"] if isinstance(told, Mapping) else ()
        monitors = [Monitor(*(int(px) for px in one)) for one in given]
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, OverflowError):
        return None
    # The main one lies at 0, 0; Python's sort keeps the others as they come.
    monitors.sort(key=lambda monitor: monitor[:2] != (0, 0))
    sane = all(
        0 < m.width < 2**15 > m.height > 0 and max(map(abs, m[:2])) < 2**15 for m in monitors
    )
    return tuple(monitors) if sane and monitors and monitors[0][:2] == (0, 0) else None
