"""The table that goes with pictures: one row for each reason why one was taken, and for each gap."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from deskhand.events import SCHEMA_VERSION
from deskhand.exports.screenshots import Gap, Shot
from deskhand.session import Session

_NAME = pa.dictionary(pa.int32(), pa.string())


def _field(name: str, kind: pa.DataType, *, null: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=null)


SHOTS = pa.schema(
    [
        _field("session_id", _NAME),
        _field("t_us", pa.int64()),
        # Null in the row of a gap, which has no picture.
        _field("policy", _NAME, null=True),
        _field("action_id", pa.int32(), null=True),
        _field("app", _NAME, null=True),
        _field("window", _NAME, null=True),
        # Relative to the folder of the index of all sessions.
        _field("file", pa.string(), null=True),
        _field("width", pa.int32(), null=True),
        _field("height", pa.int32(), null=True),
        _field("scale", pa.float32()),
        # Why nothing is seen from ``t_us`` until before ``until_us``.
        _field("gap", _NAME, null=True),
        _field("until_us", pa.int64(), null=True),
        _field("synthetic", pa.bool_()),
        _field("provenance_id", _NAME),
    ],
    metadata={"deskhand.schema_version": str(SCHEMA_VERSION)},
)


class Index:
    """The rows of one session's pictures.

    Parameters
    ----------
    session : Session
        Whose pictures they are.
    scale : float
        Pixels of a picture for each of the desktop.
    """

    def __init__(self, session: Session, scale: float) -> None:
        header = session.header
        names = ("session_id", "synthetic", "provenance_id")
        self._all = {name: header[name] for name in names} | {"scale": scale}
        self._rows: list[dict[str, Any]] = []

    def add(self, shot: Shot, file: str) -> None:
        """Add a picture that lies in a file."""
        columns = ("t_us", "policy", "action_id", "app", "window")
        row = {name: getattr(shot, name) for name in columns}
        size = {"width": shot.picture.width, "height": shot.picture.height}
        self._rows.append({**self._all, **row, **size, "file": file})

    def table(self, gaps: Sequence[Gap] = ()) -> pa.Table:
        """Return the rows in order of their time, with those of gaps."""
        away = [
            {**self._all, "t_us": gap.start_us, "gap": gap.reason, "until_us": gap.end_us}
            for gap in gaps
        ]
        rows = sorted([*away, *self._rows], key=lambda row: row["t_us"])
        return pa.Table.from_pylist(rows, schema=SHOTS)
