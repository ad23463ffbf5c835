"""What must hold in a file of computer-use tool calls: its JSON Schema, order, and the display."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deskhand.exports.computer_use.arguments import file_of, words_of
from deskhand.findings import Finding
from deskhand.json_schema import describe, validator

PACKAGE = "deskhand.exports.computer_use"


def findings(path: Path, argument: str | None = None) -> Iterator[Finding]:
    """Yield everything that is wrong with a file of tool calls; a row is one of its steps.

    Parameters
    ----------
    path : pathlib.Path
        The file, or the folder that holds it and its pictures.
    argument : str, optional
        What is wanted: ``anthropic`` or ``openai``, and ``pictures``.

    Yields
    ------
    Finding
        By rule: ``file``, ``schema``, ``vocabulary``, ``order``, ``id``, ``display``, ``picture``.
    """
    vocabulary, pictures = words_of(argument)
    path = file_of(path)
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        yield Finding(
            rule="file", path=path, given=f"not JSON ({error})", remedy="write the session again"
        )
        return
    wrong = False
    for breach in validator("computer_use", PACKAGE).iter_errors(document):
        wrong = True
        place = list(breach.absolute_path)
        yield Finding(
            rule="schema",
            path=path,
            row=place[1] if place[:1] == ["steps"] and len(place) > 1 else None,
            given=describe(breach),
            remedy="fields are those of the vendor's types; see computer_use.schema.json",
        )
    if wrong:
        return
    if vocabulary not in (None, document["vocabulary"]):
        yield Finding(
            rule="vocabulary",
            path=path,
            given=document["vocabulary"],
            remedy=f"write the session with --format computer_use:{vocabulary}",
        )
    yield from _between(path, document)
    yield from _pictures(path, document["steps"], wanted=pictures)


def _between(path: Path, document: dict[str, Any]) -> Iterator[Finding]:
    size = (document["display_width_px"], document["display_height_px"])
    last_us, seen = 0, set()
    for row, step in enumerate(document["steps"]):

        def found(rule: str, given: str, remedy: str, row: int = row) -> Finding:
            return Finding(rule=rule, path=path, row=row, given=given, remedy=remedy)

        if step["end_us"] < step["start_us"] or step["start_us"] < last_us:
            yield found(
                "order", f"{step['start_us']} to {step['end_us']} us", "steps ascend by start_us"
            )
        last_us = max(last_us, step["start_us"])
        call = step["call"]
        if call["id"] in seen:
            yield found("id", call["id"], "every call has an id of its own")
        seen.add(call["id"])
        for x, y in _places(call):
            if x >= size[0] or y >= size[1]:
                yield found("display", f"({x}, {y})", f"places lie within {size[0]} x {size[1]} px")


def _pictures(path: Path, steps: list[dict[str, Any]], *, wanted: bool) -> Iterator[Finding]:
    """Yield steps whose picture is not there; without ``wanted`` only of sessions that have some."""
    if not wanted and not any(path.parent.glob("*.png")):
        return
    for row, step in enumerate(steps):
        name = step["screenshot"]
        # A name that leads elsewhere is not followed.
        if name is None or Path(name).name != name or not (path.parent / name).is_file():
            yield Finding(
                rule="picture",
                path=path,
                row=row,
                given=str(name),
                remedy="write the session with --format computer_use:pictures",
            )


def _places(call: dict[str, Any]) -> Iterator[tuple[int, int]]:
    given = call.get("input") or call.get("action") or {}
    for name in ("coordinate", "start_coordinate"):
        if name in given:
            x, y = given[name]
            yield x, y
    for point in (given, *given.get("path", ())):
        if "x" in point:
            yield point["x"], point["y"]
