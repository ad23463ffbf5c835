"""What must hold of Clarity payloads, one a line."""

from collections.abc import Iterator
from pathlib import Path

import orjson

from deskhand.findings import Finding
from deskhand.json_schema import describe, worst

PACKAGE = "deskhand.exports.clarity"
# So many payloads are checked against the schema, the first ones.
SAMPLE = 300
NEWEST_MINOR = 8


def findings(path: Path) -> Iterator[Finding]:
    """Yield what is wrong with a file of Clarity payloads.

    Parameters
    ----------
    path : Path
        A file.
    """
    last: dict[int, int] = {}
    row = -1
    with path.open("rb") as file:
        for row, line in enumerate(file):
            try:
                payload = orjson.loads(line)
            except ValueError as error:
                yield Finding(
                    rule="readable",
                    path=path,
                    row=row,
                    given=f"not JSON: {error}",
                    remedy="each line is one payload",
                )
                return
            breach = worst("clarity", payload, PACKAGE) if row < SAMPLE else None
            if breach is not None:
                yield Finding(
                    rule="schema",
                    path=path,
                    row=row,
                    given=describe(breach),
                    remedy="write it as clarity.schema.json says",
                )
                continue
            try:
                version, sequence, page = (payload["e"][k] for k in (0, 1, 7))
                major, minor = (int(part) for part in version.split(".")[:2])
                if (major, minor) > (0, NEWEST_MINOR):
                    yield Finding(
                        rule="version",
                        path=path,
                        row=row,
                        given=f"version {version}",
                        remedy="the decoder passes over versions in silence; 0.8 is known here",
                    )
                if sequence != last.get(page, 0) + 1:
                    yield Finding(
                        rule="sequence",
                        path=path,
                        row=row,
                        given=f"payload {sequence} of page {page}",
                        remedy="the payloads of a page are numbered from 1",
                    )
                last[page] = sequence
            except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
                yield Finding(
                    rule="envelope",
                    path=path,
                    row=row,
                    given=f"{type(error).__name__}: {error}",
                    remedy="e has twelve parts, the first the version",
                )
    if row < 0:
        yield Finding(rule="readable", path=path, given="an empty file", remedy="write it again")
