"""The files of an episode: where they are, and what is in them."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.json

from deskhand.errors import DeskhandError
from deskhand.exports.capture_files import content_of, text_of

EVENTS_FILE, METADATA_FILE = "events.jsonl", "metadata.json"
# A line is some hundred bytes; Arrow cuts the file into blocks of whole lines.
BLOCK = 1 << 24
FIELDS = {
    "time_stamp": pa.float64(), "action": pa.string(), "x": pa.float64(), "y": pa.float64(),
    "button": pa.string(), "pressed": pa.bool_(), "dx": pa.float64(), "dy": pa.float64(),
    "name": pa.string(), "pynput_key": pa.string(), "event_idx": pa.int64(),
}  # fmt: skip
_HEAD = re.compile(rb'\s*\{\s*"time_stamp"\s*:\s*[-0-9.e+]+\s*,\s*"action"\s*:\s*"\w+"')


def recognises(path: Path) -> bool:
    """Return whether a folder is an episode, by the first row in it."""
    rows = path / EVENTS_FILE
    if not (rows.is_file() and (path / METADATA_FILE).is_file()):
        return False
    with rows.open("rb") as file:
        head = file.read(256)
    return not head.strip() or _HEAD.match(head) is not None


def episodes(path: Path) -> Iterator[Path]:
    """Yield the folders of episodes at a path: itself, or what lies below it.

    Raises
    ------
    DeskhandError
        When there is none.
    """
    if (path / EVENTS_FILE).is_file() and (path / METADATA_FILE).is_file():
        yield path
        return
    root = path.resolve()
    found = sorted(file.parent for file in path.rglob(METADATA_FILE)) if path.is_dir() else []
    inside = [f for f in found if recognises(f) and f.resolve().is_relative_to(root)]
    if not inside:
        raise DeskhandError(
            f"{path}: no episode of AgentNet; a folder of one holds {EVENTS_FILE} and "
            f"{METADATA_FILE}; name such a folder, or one that holds some."
        )
    yield from inside


def raw_rows(path: Path) -> pa.Table:
    """Return ``events.jsonl`` as columns; columns that are not the recorder's come last.

    Raises
    ------
    DeskhandError
        When it is not JSON Lines with the recorder's types.
    """
    schema = pa.schema(list(FIELDS.items()))
    # Arrow's parser takes any bytes for a string.
    if not text_of(path, "a recording of AgentNetTool").strip():
        return schema.empty_table()
    try:
        return pyarrow.json.read_json(
            path,
            read_options=pyarrow.json.ReadOptions(block_size=BLOCK, use_threads=False),
            parse_options=pyarrow.json.ParseOptions(
                explicit_schema=schema, unexpected_field_behavior="infer"
            ),
        )
    except (OSError, pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        message = str(error).splitlines()[0]
        raise DeskhandError(
            f"{path}: cannot be read ({message}); every line is one row of AgentNetTool's recorder."
        ) from error


def json_object(path: Path) -> Mapping[str, Any]:
    """Return a file that holds one JSON object.

    Raises
    ------
    DeskhandError
        When it does not.
    """
    try:
        record = json.loads(content_of(path).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise DeskhandError(f"{path}: cannot be read ({error}); it holds a JSON object.") from error
    if not isinstance(record, dict):
        raise DeskhandError(f"{path}: {type(record).__name__}; it holds a JSON object.")
    return record
