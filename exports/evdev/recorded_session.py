"""The session of which the devices of a recording tell."""

from collections.abc import Sequence
from dataclasses import replace

from deskhand.exports.captured import captured_session
from deskhand.exports.evdev.device import Geometry, Reports
from deskhand.exports.evdev.integration import canonical_rows
from deskhand.exports.evdev.marker import Marker
from deskhand.exports.losses import Dropped
from deskhand.session import Session


def recorded_session(
    source: str,
    devices: Sequence[tuple[Reports, int]],
    marker: Marker,
    geometry: Geometry,
    dropped: Dropped,
) -> Session:
    """Return the canonical session of what devices reported.

    Parameters
    ----------
    source : str
        The format's name.
    devices : sequence of (Reports, int)
        Each with the microseconds from the session's start to its recording's time 0.
    marker : Marker
        What the recording says of its session.
    geometry : Geometry
        Where the pointer started.
    dropped : Dropped
        Counts what no canonical event is like.
    """
    reports = [replace(one, t_us=one.t_us + first_us) for one, first_us in devices]
    return captured_session(
        canonical_rows(reports, geometry, dropped),
        session_id=marker.session_id,
        start_wall_us=marker.start_wall_us,
        source=source,
        made_by=marker.made_by,
        header={
            "screen_width": marker.screen[0],
            "screen_height": marker.screen[1],
            "device": ", ".join(one.device for one in reports),
        },
    )
