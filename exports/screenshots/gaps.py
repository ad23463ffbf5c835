"""When no picture may be taken: the recorder is stopped, or something excluded is in front."""

from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from deskhand.exports.screen_frames import EXCLUDED
from deskhand.session import Session


class Gap(NamedTuple):
    """From ``start_us`` until before ``end_us`` nothing is seen, and why."""

    start_us: int
    end_us: int
    reason: str


def gaps(session: Session) -> list[Gap]:
    """Return a session's gaps, in order.

    Parameters
    ----------
    session : Session
        A gap begins with a ``redaction`` row whose policy is ``pause``, and ends with the next
        window that comes to the front, or after the session.

    Examples
    --------
    >>> from deskhand.exports.captured import captured_session
    >>> session = captured_session(
    ...     {
    ...         "type": ["redaction", "window.focus"],
    ...         "t_us": [5, 9],
    ...         "policy": ["pause", None],
    ...         "reason": ["paused", None],
    ...     },
    ...     session_id="cap_session_1",
    ...     start_wall_us=0,
    ...     source="mylog",
    ... )
    >>> gaps(session)
    [Gap(start_us=5, end_us=9, reason='paused')]
    """
    events = session.events
    wanted = pc.is_in(events["type"].cast(pa.string()), pa.array(["redaction", "window.focus"]))
    rows = events.filter(wanted).select(["t_us", "type", "policy", "reason"]).to_pylist()
    found: list[Gap] = []
    begun: tuple[int, str] | None = None
    for row in rows:
        if row["type"] == "window.focus" and begun is not None:
            found.append(Gap(begun[0], row["t_us"], begun[1]))
            begun = None
        elif row["policy"] == EXCLUDED and begun is None:
            begun = (row["t_us"], row["reason"])
    if begun is not None:
        found.append(Gap(begun[0], int(session.header["duration_us"]) + 1, begun[1]))
    return found
