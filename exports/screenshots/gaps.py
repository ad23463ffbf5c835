"""When no picture is taken: the recorder is stopped, something excluded is in front, the device sleeps."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from deskhand.exports.screen_frames.stage import EXCLUDED
from deskhand.session import Session

# Why a page is hidden whose device sleeps, in the session's own rows.
LID = "lid"


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
        window that comes to the front; or it begins when a page is hidden by a laptop's lid, and
        ends when a page is shown. The last one may end after the session.

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
    kinds = pa.array(["redaction", "window.focus", "visibility"])
    wanted = pc.is_in(events["type"].cast(pa.string()), kinds)
    rows = events.filter(wanted).select(["t_us", "type", "policy", "value", "reason"]).to_pylist()
    found: list[Gap] = []
    begun: tuple[int, str] | None = None
    for row in rows:
        slept = begun is not None and begun[1] == LID
        ends = row["value"] == "visible" if slept else row["type"] == "window.focus"
        if begun is not None and ends:
            found.append(Gap(begun[0], row["t_us"], begun[1]))
            begun = None
        elif begun is None and (row["policy"] == EXCLUDED or _sleeps(row)):
            begun = (row["t_us"], row["reason"])
    if begun is not None:
        found.append(Gap(begun[0], int(session.header["duration_us"]) + 1, begun[1]))
    return found


def _sleeps(row: Mapping[str, Any]) -> bool:
    return row["type"] == "visibility" and (row["value"], row["reason"]) == ("hidden", LID)
