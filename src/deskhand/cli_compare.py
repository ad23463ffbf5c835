"""`deskhand compare`: the realism report of synthetic sessions beside people's."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from deskhand.option_types import Whole


def compare(
    synthetic: Path,
    reference: Path,
    *,
    out: Path = Path("realism"),
    thresholds: Path | None = None,
    person: str | None = None,
    format_: Annotated[str | None, Parameter(name="--format")] = None,
    reference_format: str | None = None,
    joint: bool = True,
    seed: Whole = 0,
) -> int:
    """Compare synthetic sessions with people's, figure by figure, each beside how far people are apart.

    The exit status is 0 when no row fails, 1 when one does, 2 when nothing is measurable (or for a
    refusal), 3 when the synthetic side is not valid, 4 when a negative control did not fail.

    Parameters
    ----------
    synthetic
        A file or folder in any format that is read back; `deskhand formats` lists them.
    reference
        The same, of people; or published, for bands out of the literature.
    out
        The folder to write report.json, report.html and report.xml (JUnit) into.
    thresholds
        A TOML file of ratios to the floor; 1.5 passes and 3 warns when not given.
    person
        Whose a session is: a column of the sessions table (persona when not given), or a pattern with
        one group that finds the person in a file's path.
    format_
        Of the synthetic side; recognised when not given.
    reference_format
        Of the reference; recognised when not given.
    joint
        Train classifiers as well, which takes most of the time.
    seed
        Of all draws; the same seed gives the same report.
    """
    from deskhand.comparison import FILES, PUBLISHED, check_out, write_comparison
    from deskhand.comparison import compare as compared
    from deskhand.errors import DeskhandError

    check_out(out)
    if str(reference) == PUBLISHED and reference_format is not None:
        raise DeskhandError("--reference-format: published figures are no captures; leave it out.")
    shown = sys.stderr.isatty()

    def told(what: str) -> None:
        if shown:
            print(f"\r\x1b[K{what} ...", end="", file=sys.stderr, flush=True)

    try:
        record = compared(
            synthetic,
            reference,
            thresholds=thresholds,
            person=person,
            format=format_,
            reference_format=reference_format,
            joint=joint,
            seed=seed,
            told=told,
        )
    finally:
        if shown:
            print("\r\x1b[K", end="", file=sys.stderr)
    write_comparison(record, out)
    for row in record["rows"]:
        if row["verdict"] in ("warn", "fail") and not row["ignored"]:
            ratio = "beyond the floor" if row["ratio"] is None else f"{row['ratio']:.3g} x floor"
            print(f"{row['verdict']}: {row['level']}: {row['name']}: {ratio}")
    for note in record["notes"]:
        print(f"note: {note}")
    for finding in record["validity"]["first"][:3]:
        print(f"invalid: {finding}; `deskhand validate {synthetic}` tells more")
    counts = ", ".join(f"{number} {name}" for name, number in record["counts"].items())
    print(f"{record['result']}: {counts}; {out / FILES[1]}")
    return int(record["status"])
