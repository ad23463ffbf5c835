"""`deskhand augment`: variations of captures, marked as derived."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from deskhand.cli_marks import signing
from deskhand.option_types import Whole
from deskhand.progress import progress_line


def augment(
    *captures: Path,
    do: str,
    out: Path,
    seed: Whole = 0,
    copies: Whole = 1,
    format_: Annotated[str, Parameter(name="--format")] = "parquet",
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    sign: Path | None = None,
) -> None:
    """Write variations of captures; what was made from a person's recording stays personal data.

    Parameters
    ----------
    captures
        Files and folders in any format that is read back. They are only read.
    do
        What is done, in order, joined by commas: persona_transfer[:PROFILE], resynthesise,
        time_warp[:0.9..1.1], jitter[:PX], class_balance:LABELS (a column of the sessions table, or
        a .csv or .json file of labels by session).
    out
        A new or empty folder.
    seed
        A whole number; the same seed gives the same bytes.
    copies
        Variations of each session; with class_balance, of each session of the largest class.
    format_
        The format to write, for example rrweb.
    from_
        The format of the captures; recognised by what they hold when not given.
    sign
        A private key (Ed25519, PEM): the manifest's signature is written beside it.
    """
    from deskhand.datasets.augmentation.folder import augment_files

    with signing(sign, out), progress_line("sessions") as progress:
        manifest = augment_files(
            captures,
            do,
            out=out,
            seed=seed,
            copies=copies,
            format=format_,
            read_as=from_,
            progress=progress,
        )
    counts = manifest["counts"]
    print(f"{out}: {counts['sessions']:,} sessions, {counts['events']:,} events", file=sys.stderr)
    for what, count in manifest["not_read"].items():
        print(f"not read: {count:,} x {what}", file=sys.stderr)
    if manifest["personal_data"]:
        print(manifest["personal_data"], file=sys.stderr)
