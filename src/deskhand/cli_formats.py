"""`deskhand convert`, `validate`, `fixture` and `formats`: files of one's own and of others."""

import sys
from pathlib import Path
from typing import Annotated

import orjson
from cyclopts import Parameter

from deskhand.cli_marks import signing
from deskhand.option_types import Flag, Whole
from deskhand.progress import progress_line

INVALID = 1
SHOWN = 10


def convert(
    source: Path,
    out: Path,
    *,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    to: str = "parquet",
    strict: Flag = False,
    safeguards: Path | None = None,
) -> None:
    """Write sessions in another format; what is lost on the way is told, with counts.

    Parameters
    ----------
    source
        A capture, or a folder that deskhand wrote. It is only read.
    out
        The file to write, for what comes to be one file; else a new or empty folder.
    from_
        The format of the source; recognised by what it holds when not given.
    to
        The format to write, for example rrweb, or mapping:mycompany.json.
    strict
        Refuse when anything of the source cannot be read.
    safeguards
        A file that says what is left out: applications, pauses, fields, secrets.
    """
    from deskhand import conversion

    with progress_line("sessions") as progress:
        done = conversion.convert(
            source,
            out,
            read_as=from_,
            write_as=to,
            strict=strict,
            safeguards=safeguards,
            progress=progress,
        )
    for line in done.lines():
        print(line, file=sys.stderr)


def validate(
    *paths: Path,
    format_: Annotated[str | None, Parameter(name="--format")] = None,
    json: Flag = False,
) -> int:
    """Check files; the exit status is 1 when something is wrong, and the first ten findings are told.

    Parameters
    ----------
    paths
        Output folders, shard folders, tables, and files or folders in any known format.
    format_
        Their format; recognised by what they hold when not given.
    json
        Print all findings as one JSON object.
    """
    from deskhand import api
    from deskhand.errors import DeskhandError

    if not paths:
        raise DeskhandError("validate: name at least one file or folder.")
    reports = [api.validate(path, format=format_) for path in paths]
    ok = all(report.ok for report in reports)
    if json:
        findings = [finding.as_record() for report in reports for finding in report.findings]
        sums = {
            name: sum(getattr(report, name) for report in reports)
            for name in ("files", "sessions", "rows", "records")
        }
        sys.stdout.write(orjson.dumps({"ok": ok, **sums, "findings": findings}).decode() + "\n")
    else:
        for report in reports:
            for line in report.lines(SHOWN):
                print(line)
    return 0 if ok else INVALID


def fixture(
    out: Path,
    *,
    format_: Annotated[str, Parameter(name="--format")] = "jsonl,parquet,rrweb",
    seed: Whole = 7,
    sign: Path | None = None,
) -> None:
    """Write a small set of named files for tests in any language: good, odd and broken ones.

    Parameters
    ----------
    out
        A new or empty folder; its manifest.json says of every file what a reader should make of it.
    format_
        Formats joined by commas.
    seed
        A whole number; the same seed and version give the same bytes.
    sign
        A private key (Ed25519, PEM): the manifest's signature is written beside it.
    """
    from deskhand.arguments import parse_formats
    from deskhand.fixtures import write_fixtures

    with signing(sign, out):
        manifest = write_fixtures(out, formats=parse_formats(format_), seed=seed)
    print(f"{out}: {len(manifest['cases'])} cases, described in {out / 'manifest.json'}")


def formats(*, json: Flag = False) -> None:
    """List the formats: which are written, which are read back, and what each keeps and loses.

    Parameters
    ----------
    json
        Print them as JSON, with the columns that each keeps of each type of event.
    """
    from deskhand.format_table import format_lines, format_records

    if json:
        sys.stdout.write(orjson.dumps(format_records()).decode() + "\n")
    else:
        for line in format_lines():
            print(line)
