"""What a file of Clarity's payloads must hold to: its schema, and what a schema cannot say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from deskhand.exports.capture_files import content_of
from deskhand.exports.clarity import vocabulary as cl
from deskhand.findings import Finding
from deskhand.json_schema import describe, schema, worst

_PACKAGE = "deskhand.exports.clarity"
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)(-b\d+)?")
_HEAD = re.compile(rb'\s*\{\s*"e"\s*:\s*\[\s*"\d+\.\d+\.\d+')
_KNOWN = frozenset([*range(cl.LAST_EVENT + 1), *cl.APP_EVENTS, *cl.RESERVED])
# Events whose third token is a node; 0 is a node that Clarity does not know.
_ON_NODES = (*cl.POINTER, cl.CLICK, cl.CONTEXT_MENU, cl.INPUT, cl.CHANGE, cl.SCROLL, cl.CLIPBOARD)


@dataclass(slots=True)
class _Page:
    """What was told of a page so far."""

    sequence: int = 0
    end_ms: int = 0
    closed: bool = False
    nodes: set[int] = field(default_factory=lambda: {0})


def recognises(path: Path) -> bool:
    """Return whether a file begins with a payload of Clarity's."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return _HEAD.match(file.read(256)) is not None


def findings(path: Path) -> Iterator[Finding]:
    """Yield everything that is wrong with a file of payloads.

    Parameters
    ----------
    path : Path
        One payload a line.
    """
    pages: dict[tuple[str, str, int], _Page] = {}
    lines = content_of(path).splitlines()
    if not lines:
        yield _finding("readable", path, 0, "an empty file", "one payload a line")
    for row, line in enumerate(lines):
        try:
            payload = orjson.loads(line)
        except ValueError as error:
            yield _finding("readable", path, row, f"not JSON: {error}", "one payload a line")
            continue
        wrong = _breach(payload)
        if wrong is not None:
            remedy = "write the payload as clarity.schema.json says"
            yield _finding("schema", path, row, wrong, remedy)
            continue
        version, _, _, _, project, _, session_id, number = payload["e"][:8]
        page = pages.setdefault((project, session_id, number), _Page())
        for rule, given, remedy in (
            *_version(version),
            *_envelope(page, payload["e"]),
            *_events(page, payload),
        ):
            yield _finding(rule, path, row, given, remedy)


def _breach(payload: Any) -> str | None:
    """Return what in a payload is not as the schema says, each event held to its own layout alone."""
    events = [
        (part, payload[part])
        for part in ("a", "p")
        if isinstance(payload, dict) and isinstance(payload.get(part), list)
    ]
    shell = {**payload, **{part: [] for part, _ in events}} if events else payload
    wrong = worst("clarity", shell, _PACKAGE)
    if wrong is not None:
        return describe(wrong)
    layouts = _layouts()
    for part, held in events:
        for place, tokens in enumerate(held):
            head = tokens[:2] if isinstance(tokens, list) else ()
            if len(head) < 2 or any(type(token) is not int or token < 0 for token in head):
                return f"{part}/{place}: an event begins with its time and its number, from 0"
            layout = layouts.get(head[1])
            error = None if layout is None else best_match(layout.iter_errors(tokens))
            if error is not None:
                return f"{part}/{place}/{describe(error)}"
    return None


@cache
def _layouts() -> dict[int, Draft202012Validator]:
    """Return the schema's layouts by the number of their event."""
    rules = schema("clarity", _PACKAGE)["$defs"]["event"]["allOf"]
    return {
        event: Draft202012Validator(rule["then"])
        for rule in rules
        for event in rule["if"]["prefixItems"][1]["enum"]
    }


def _version(version: str) -> Iterator[tuple[str, str, str]]:
    found, ours = _VERSION.fullmatch(version), _VERSION.fullmatch(cl.VERSION)
    near = found and ours and found[1] == ours[1] and abs(int(found[2]) - int(ours[2])) <= 1
    if not near:
        yield (
            "version",
            version,
            f"clarity-decode {cl.VERSION} reads its own minor version, one off",
        )


def _envelope(page: _Page, envelope: list[Any]) -> Iterator[tuple[str, str, str]]:
    sequence, start_ms, duration_ms = envelope[1:4]
    if sequence != page.sequence + 1:
        given = f"payload {sequence} after {page.sequence}"
        yield "sequence", given, "payloads of a page are numbered 1, 2, 3 ... in the file's order"
    elif start_ms != page.end_ms:
        given = f"starts at {start_ms} ms, the one before ends at {page.end_ms} ms"
        yield "start", given, "a payload starts where the one before it ends"
    if page.closed:
        yield (
            "end",
            f"payload {sequence} after the last",
            "nothing follows a payload whose end is 1",
        )
    if sequence > cl.PAYLOAD_LIMIT + 1:
        yield (
            "limit",
            f"payload {sequence}",
            f"a page has {cl.PAYLOAD_LIMIT} payloads and a last one",
        )
    page.sequence, page.end_ms = sequence, start_ms + duration_ms
    page.closed = envelope[9] == 1


def _events(page: _Page, payload: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    events = [*payload["a"], *payload.get("p", ())]
    late = [e for e in events if e[0] > page.end_ms]
    if late:
        given = f"event {late[0][1]} at {late[0][0]} ms, the payload ends at {page.end_ms} ms"
        yield "time", given, "an event is not later than its payload"
    unknown = sorted({e[1] for e in events if e[1] not in _KNOWN})
    if unknown:
        yield "event", f"events {unknown}", f"Clarity {cl.VERSION} knows 0 to {cl.LAST_EVENT}"
    stray = [e for e in payload["a"] if e[1] in cl.PLAYBACK]
    if stray:
        yield "place", f"event {stray[0][1]} in a", "what shows the page stands in p"
    for tokens in events:
        if tokens[1] in (cl.DISCOVER, cl.MUTATION):
            page.nodes.update(_node_ids(tokens))
    # Without playback there are no nodes to look for.
    lost = [e for e in events if e[1] in _ON_NODES and e[2] not in page.nodes]
    if len(page.nodes) > 1 and lost:
        given = f"event {lost[0][1]} at {lost[0][0]} ms on node {lost[0][2]}"
        yield "node", given, "a node is told before something happens on it"


def _node_ids(tokens: list[Any]) -> Iterator[int]:
    """Yield the nodes of a tree: each begins with a number, behind which others may stand."""
    before = True
    for token in tokens[2:]:
        is_number = isinstance(token, int)
        if is_number and before:
            yield abs(token)
        before = not is_number


def _finding(rule: str, path: Path, row: int, given: str, remedy: str) -> Finding:
    return Finding(rule=rule, path=path, row=row, given=given[:200], remedy=remedy)
