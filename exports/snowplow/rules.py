"""What must hold of tracker payloads: the schemas, one inside the other, and a few rules beside."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from deskhand.findings import Finding
from deskhand.json_schema import describe, worst

PACKAGE = "deskhand.exports.snowplow"
NAMES = (
    "web_page", "client_session", "link_click", "button_click", "focus_form", "change_form",
    "submit_form",
)  # fmt: skip
# So many requests are checked against the schemas, the first ones; the other rules look at all.
SAMPLE = 500


def findings(path: Path) -> Iterator[Finding]:
    """Yield what is wrong with a file of tracker payloads, one a line.

    Parameters
    ----------
    path : Path
        A file.
    """
    seen: set[str] = set()
    last = 0
    empty = True
    with path.open("rb") as file:
        for row, line in enumerate(file):
            empty = False

            def found(rule: str, given: str, remedy: str, row: int = row) -> Finding:
                return Finding(rule=rule, path=path, row=row, given=given, remedy=remedy)

            try:
                body = orjson.loads(line)
            except ValueError as error:
                yield found("readable", f"not JSON: {error}", "each line is one request's body")
                return
            breach = worst("payload_data", body, PACKAGE) if row < SAMPLE or not row else None
            if breach is not None:
                yield found("schema", describe(breach), "write it as payload_data.schema.json says")
                continue
            try:
                for event in body["data"]:
                    for name, problem in _inner(event) if row < SAMPLE else ():
                        yield found("schema", f"{name}: {problem}", f"write it as {name} says")
                    if event["eid"] in seen:
                        yield found(
                            "eid", f"{event['eid']} again", "an event's identifier is its own"
                        )
                    seen.add(event["eid"])
                    at = int(event["dtm"])
                    if at < last:
                        yield found("time", f"dtm {at} after {last}", "events are in their order")
                    last = max(last, at)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                given = f"{type(error).__name__}: {error}"
                yield found("event", given, "an event has eid, dtm and whole self-describing JSON")
    if empty:
        yield Finding(rule="readable", path=path, given="an empty file", remedy="write it again")


def _inner(event: Any) -> Iterator[tuple[str, str]]:
    """Yield what is wrong in the self-describing JSON that an event carries as text."""
    parts = []
    if "co" in event:
        parts += orjson.loads(event["co"])["data"]
    if event["e"] == "ue":
        parts.append(orjson.loads(event["ue_pr"])["data"])
    for part in parts:
        name = part["schema"].split("/")[1]
        # Others' schemas are theirs to check.
        if name in NAMES:
            breach = worst(name, part["data"], PACKAGE)
            if breach is not None:
                yield name, describe(breach)
