"""OpenTelemetry logs (OTLP): a session as events of semantic conventions, in batches."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from deskhand.errors import DeskhandError
from deskhand.exports.losses import Kept
from deskhand.exports.otlp.batches import batches
from deskhand.exports.otlp.protobuf_frames import LENGTH, framed
from deskhand.exports.otlp.records import ROW_TYPES, attributes, records
from deskhand.exports.otlp.rules import findings
from deskhand.exports.session_files import one_file_each
from deskhand.exports.session_tables import Writer
from deskhand.session import Session

__all__ = ["KEEPS", "LOSES", "SUMMARY", "export", "findings", "open_writer", "recognises"]

FOLDER = "otlp"
SUFFIXES = {"json": ".jsonl", "protobuf": ".binpb"}
SUMMARY = "OpenTelemetry logs (OTLP): clicks by semantic conventions, and deskhand.* events; json or protobuf"
KEEPS: Mapping[str, Kept] = {
    **dict.fromkeys(ROW_TYPES, Kept()),
    "pointerup": Kept(remark="as app.screen.click and app.widget.click, or as deskhand.drag"),
    "wheel": Kept(remark="as one deskhand.scroll for each turn of the wheel without a pause"),
    "keydown": Kept(remark="counted, as deskhand.keyboard"),
    "input": Kept(remark="counted, as deskhand.field.edit with the field's length"),
}
LOSES = (
    "pointer moves, single keys and edits, which are counted, all text that was typed, presses "
    "apart from clicks, focus and blur, offsets of scrolled pages, opened and closed drop-downs"
)
# The version of the shape of deskhand.* events.
SCOPE = {"name": "deskhand", "version": "1"}
HEAD = 4096


def export(session: Session) -> list[dict[str, Any]]:
    """Return a session as the requests of an exporter, each a LogsData in OTLP's JSON shape.

    Parameters
    ----------
    session : Session
        Any session.

    Returns
    -------
    list of dict
        One for each batch, in order.
    """
    header = session.header
    synthetic = bool(header["synthetic"])
    resource = {
        "attributes": attributes(
            (
                ("service.name", "deskhand"),
                ("service.instance.id", session.session_id),
                # Not the SDK's own name, for this is not the SDK.
                ("telemetry.sdk.name", "deskhand"),
                ("telemetry.sdk.language", "python"),
                ("telemetry.sdk.version", SCOPE["version"]),
                ("user.id", header["persona"]),
                ("deskhand.synthetic", True if synthetic else None),
                ("deskhand.provenance_id", header["provenance_id"] if synthetic else None),
            )
        )
    }
    return [
        {
            "resourceLogs": [
                {"resource": resource, "scopeLogs": [{"scope": SCOPE, "logRecords": batch}]}
            ]
        }
        for batch in batches(records(session))
    ]


def log_file(session: Session, encoding: str) -> bytes:
    """Return the file of a session's batches.

    Raises
    ------
    DeskhandError
        When protobuf is wanted and opentelemetry-proto is not installed.
    """
    if encoding == "protobuf":
        return b"".join(map(framed, export(session)))
    return b"".join(orjson.dumps(d) + b"\n" for d in export(session))


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of OTLP logs.

    Parameters
    ----------
    folder : Path
        Where the folder ``otlp`` goes.
    argument : str, optional
        ``json``, which is the default, or ``protobuf``.

    Raises
    ------
    DeskhandError
        When it is neither.
    """
    encoding = "json" if argument is None else argument
    if encoding not in SUFFIXES:
        raise DeskhandError(
            f"format {f'otlp:{argument}'!r}: known behind the colon are {', '.join(SUFFIXES)}; "
            "write otlp or otlp:protobuf."
        )
    return one_file_each(folder, FOLDER, SUFFIXES[encoding], partial(log_file, encoding=encoding))


def recognises(path: Path) -> bool:
    """Return whether a file begins like OTLP logs, as JSON Lines or in frames of protobuf."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.lstrip().startswith(b'{"resourceLogs"'):
        return True
    # The one field of a LogsData comes first in it, behind its length: tag 1, and bytes.
    within = head[LENGTH.size :]
    return len(within) > 1 and within[:1] == b"\x0a" and b"telemetry.sdk" in head
