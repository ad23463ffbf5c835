"""OTLP as protobuf in a file: messages one after the other, each behind its length.

The frame is that of the OpenTelemetry Collector's file exporter: four bytes, the length as an
unsigned number with the highest byte first.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deskhand.errors import DeskhandError

LENGTH = struct.Struct(">I")
# No exporter sends more at once; the Collector's own limit is 4 MiB.
LARGEST = 1 << 26


def _logs_data() -> Any:
    try:
        from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
    except ImportError as error:
        raise DeskhandError(
            "OTLP as protobuf needs opentelemetry-proto: "
            'python -m pip install "deskhand[otlp]"; OTLP as JSON needs nothing.'
        ) from error
    return LogsData


def framed(document: dict[str, Any]) -> bytes:
    """Return one LogsData in OTLP's JSON shape as a protobuf message behind its length.

    Raises
    ------
    DeskhandError
        When opentelemetry-proto is not installed.
    """
    message_type = _logs_data()
    from google.protobuf.json_format import ParseDict

    message = ParseDict(document, message_type())
    content: bytes = message.SerializeToString(deterministic=True)
    return LENGTH.pack(len(content)) + content


def frames(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the messages of a file in OTLP's JSON shape.

    Raises
    ------
    DeskhandError
        When a frame is cut short, or holds no LogsData.
    """
    message_type = _logs_data()
    from google.protobuf.json_format import MessageToDict
    from google.protobuf.message import DecodeError

    with path.open("rb") as file:
        number = 0
        while head := file.read(LENGTH.size):
            size = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else LARGEST + 1
            content = file.read(size) if size <= LARGEST else b""
            if len(content) != size:
                raise DeskhandError(f"{path}: message {number} is cut short; write the file again.")
            try:
                message = message_type.FromString(content)
            except DecodeError as error:
                raise DeskhandError(
                    f"{path}: message {number} is no LogsData ({error}); write the file again."
                ) from error
            document: dict[str, Any] = MessageToDict(message)
            yield document
            number += 1
