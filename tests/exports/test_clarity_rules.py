"""What is wrong with a file of Clarity payloads is found out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deskhand.exports import clarity
from tests.exports.hand_made import hand_made_session


def change(place: str, *keys: Any, value: Any) -> Callable[[list[bytes]], list[bytes]]:
    def changed(lines: list[bytes]) -> list[bytes]:
        payload = json.loads(lines[1])
        at = payload[place]
        for key in keys[:-1]:
            at = at[key]
        at[keys[-1]] = value
        return [lines[0], json.dumps(payload).encode(), *lines[2:]]

    return changed


BROKEN: dict[str, tuple[str, Callable[[list[bytes]], list[bytes]]]] = {
    "empty": ("readable", lambda lines: lines[:0]),
    "half a line": ("readable", lambda lines: [*lines[:-1], lines[-1][:40]]),
    "NUL": ("readable", lambda lines: [lines[0], b"\0", *lines[1:]]),
    "UTF-16": ("readable", lambda lines: [lines[0], lines[1].decode().encode("utf-16")]),
    "no envelope": ("schema", lambda lines: [b'{"a":[]}', *lines]),
    "a click cut short": ("schema", lambda lines: [lines[0].replace(b"[0,28,1]", b"[0,9,2,5]")]),
    "an event that is none": ("schema", change("a", 0, value="click")),
    "a node that is no number": (
        "schema",
        lambda lines: [lines[0].replace(b'[0,5,2,"*D"', b'[0,5,"x","*D"')],
    ),
    "a negative time": ("schema", lambda lines: [lines[0].replace(b"[0,28,1]", b"[-5,28,1]")]),
    "newer": ("version", change("e", 0, value="0.11.0")),
    "twice": ("sequence", lambda lines: [lines[0], lines[0], *lines[1:]]),
    "missing": ("sequence", lambda lines: [lines[0], *lines[2:]]),
    "back in time": ("start", change("e", 2, value=5)),
    "after the end": ("end", change("e", 9, value=1)),
    "later than its payload": ("time", change("a", 0, 0, value=10**9)),
    "unknown event": ("event", change("a", 0, value=[150, 77])),
    "nodes among acts": ("place", change("a", 0, value=[150, 6, 3, "HTML"])),
    "a field that is not masked": (
        "schema",
        lambda lines: [line.replace("•••••".encode(), b"Maris") for line in lines],
    ),
    "on no node": ("node", change("a", 0, value=[150, 12, 99999, 5, 5, "", "true"])),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_found_out(name: str, tmp_path: Path) -> None:
    rule, breaks = BROKEN[name]
    with clarity.open_writer(tmp_path) as writer:
        writer.write(hand_made_session())
    (path,) = (tmp_path / clarity.FOLDER).iterdir()
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join(breaks(lines)) + b"\n")
    found = list(clarity.findings(path))
    assert rule in {finding.rule for finding in found}
    assert all(finding.remedy for finding in found)
