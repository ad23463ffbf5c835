"""A small mapping with its schema, to be broken by the tests."""

import json
import re
from pathlib import Path
from typing import Any

HEAD = {"made": {"$session": "synthetic"}, "at": {"$clock": "epoch", "unit": "us"}}
KEYS = {"when": {"type": ["keydown"]}, "record": {"kind": "key", "key": {"$column": "key"}}}
MOVES = {
    "when": {"type": ["pointermove"]},
    "record": {
        "kind": "move",
        "points": {"$each": [{"record": {"x": {"$column": "client_x"}}}]},
    },
    "batch": {"count": 5},
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["kind", "at"],
    "properties": {"kind": {"enum": ["key", "move"]}, "key": {"type": "string"}},
}


def whole() -> dict[str, Any]:
    given = {
        "format": "deskhand.mapping/1",
        "name": "acme",
        "schema": "acme.schema.json",
        "file": {"form": "jsonl"},
        "common": HEAD,
        "records": [KEYS, MOVES],
    }
    copy: dict[str, Any] = json.loads(json.dumps(given))
    return copy


def save(folder: Path, given: Any, schema: Any = SCHEMA) -> str:
    path = folder / "acme.json"
    path.write_text(given if isinstance(given, str) else json.dumps(given, indent=1))
    text = schema if isinstance(schema, str) else json.dumps(schema, indent=1)
    (folder / "acme.schema.json").write_text(text)
    return str(path)


def check_line(path: Path, place: str, text: str) -> None:
    """The message begins with the file, the pointer, and the line on which its last key stands."""
    found = re.match(rf"acme\.json line (\d+), {re.escape(place)}: ", text)
    assert found, text
    key = place.rpartition("/")[2]
    shown = path.read_text().splitlines()[int(found[1]) - 1]
    given = json.loads(path.read_text())
    for part in place.split("/")[1:-1]:
        given = given[int(part)] if isinstance(given, list) else given[part]
    if isinstance(given, dict) and key:
        assert shown.lstrip().startswith(f'"{key}": ')
    elif key:
        assert shown.strip(" ,") == json.dumps(given[int(key)], indent=1).splitlines()[0]
