"""Sessions of rows that a test makes up, on a screen of 1920 x 1080 px."""

from collections.abc import Mapping, Sequence
from typing import Any

from deskhand.exports.captured import captured_session
from deskhand.session import Session


def columns_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return rows as columns, with null where a row does not say; what is not masked is plain."""
    names = dict.fromkeys(("type", "t_us", *(name for row in rows for name in row)))
    columns: dict[str, list[Any]] = {name: [row.get(name) for row in rows] for name in names}
    return columns | {"masked": [bool(row.get("masked")) for row in rows]}


def made_up(
    columns: Mapping[str, Any],
    made_by: str | None = "syn_prov_1",
    *,
    start_wall_us: int = 1_772_438_400_000_000,
) -> Session:
    """Return columns of events as a session, or as a capture where no maker is named."""
    return captured_session(
        columns,
        session_id="syn_session_1" if made_by else "cap_session_1",
        start_wall_us=start_wall_us,
        source="test",
        made_by=made_by,
        header={"screen_width": 1920, "screen_height": 1080},
    )
