"""Synthetic sessions beside people's: read both sides, compare, and write the report."""

import os
from pathlib import Path
from typing import Any

from deskhand.compared_side import Seen, read_side
from deskhand.errors import DeskhandError
from deskhand.evaluation.realism.junit import junit_xml
from deskhand.evaluation.realism.page import report_html
from deskhand.evaluation.realism.published import beside_published
from deskhand.evaluation.realism.report import (
    FORMAT,
    RESULTS,
    Told,
    compared,
    controls_of,
    counts_of,
    result_of,
)
from deskhand.evaluation.realism.thresholds import read_thresholds
from deskhand.json_schema import describe, worst
from deskhand.manifest import canonical_bytes, versions, write_whole

PUBLISHED = "published"
# Findings that are told in full.
SHOWN = 20
FILES = ("report.json", "report.html", "report.xml")


def compare(
    synthetic: str | Path,
    reference: str | Path,
    *,
    thresholds: str | Path | None = None,
    person: str | None = None,
    format: str | None = None,  # noqa: A002
    reference_format: str | None = None,
    joint: bool = True,
    seed: int = 0,
    told: Told | None = None,
) -> dict[str, Any]:
    """Return the realism report of synthetic sessions beside people's.

    Parameters
    ----------
    synthetic : str or pathlib.Path
        A file or folder in any format that is read back.
    reference : str or pathlib.Path
        The same, of people; or ``"published"``: bands out of the literature, for whole days.
    thresholds : str or pathlib.Path, optional
        A TOML file; 1.5 times the floor passes and 3 times warns when not given.
    person : str, optional
        Whose a session is: a column of the sessions table (persona when not given), or a pattern
        with one group that finds the person in a file's path; for both sides.
    format, reference_format : str, optional
        Recognised when not given.
    joint : bool
        Whether classifiers are trained (needs scikit-learn).
    seed : int
        Of all draws.
    told : callable, optional
        Called with what is being done.

    Returns
    -------
    dict
        As in report.schema.json. There is no score: every row stands for itself.

    Raises
    ------
    DeskhandError
        When a side cannot be read or holds no session.

    Examples
    --------
    >>> compare("nowhere", "published")
    Traceback (most recent call last):
    deskhand.errors.DeskhandError: nowhere: not found; give the folder that `deskhand generate` wrote, that folder with a session id behind it, or a capture.
    """
    say = told or (lambda _: None)
    held = read_thresholds(None if thresholds is None else Path(thresholds))
    ours, theirs = Seen(spoken="the synthetic side"), Seen(spoken="the reference")
    say("reading the synthetic side")
    made = read_side(Path(synthetic), person, format, ours)
    notes = list(ours.notes(made))
    parts: dict[str, Any]
    people = 0
    if str(reference) == PUBLISHED:
        say("comparing with published figures")
        rows = beside_published(made, seed=seed, thresholds=held)
        parts = {"rows": rows, "controls": controls_of(rows), "curves": []}
    else:
        if Path(synthetic).resolve() == Path(reference).resolve():
            notes.append("Both sides are the same: whatever passes, passes with itself.")
        say("reading the reference")
        real = read_side(Path(reference), person, reference_format, theirs)
        notes += theirs.notes(real)
        if theirs.synthetic:
            notes.append("The reference says that it is synthetic: it stands in for people.")
        people = len(real.people)
        parts = compared(made, real, seed=seed, thresholds=held, joint=joint, told=say)
        if ours.devices != theirs.devices:
            beside = " beside ".join(", ".join(sorted(one.devices)) for one in (ours, theirs))
            notes.append(
                f"The sides differ in devices: {beside}. Part of what rows tell is the devices'."
            )
    if theirs.broken:
        rules = "a rule" if len(theirs.broken) == 1 else f"{len(theirs.broken)} rules"
        notes.append(
            f"The reference breaks {rules}, the first: {theirs.findings[0]}; `deskhand validate` tells more."
        )
    held.refuse_unknown_rows([row["name"] for row in parts["rows"]])
    result = result_of(parts["rows"], parts["controls"], valid=not ours.broken)
    record = {
        "format": FORMAT,
        "deskhand": versions()["deskhand"],
        "synthetic": {
            "name": Path(synthetic).name,
            "people": len(made.people),
            "sessions": made.sessions,
        },
        "reference": {
            "name": Path(reference).name,
            "people": people,
            "kind": PUBLISHED if str(reference) == PUBLISHED else "capture",
        },
        "result": RESULTS[result],
        "status": result,
        "counts": counts_of(parts["rows"]),
        "notes": notes,
        "validity": {
            "sessions": made.sessions,
            "findings": len(ours.findings),
            "first": ours.findings[:SHOWN],
        },
        **parts,
    }
    breach = worst("report", record, "deskhand.evaluation.realism")
    assert breach is None, describe(breach)
    return record


def check_out(out: Path) -> None:
    """Refuse a place where no report can be written, before anything is compared.

    Raises
    ------
    DeskhandError
        When it is a file, or a folder that cannot be written to.
    """
    if out.exists() and not out.is_dir():
        raise DeskhandError(f"{out}: is a file; give a folder for the report.")
    there = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise DeskhandError(f"{out}: {there} cannot be written to; give another folder.")


def write_comparison(record: dict[str, Any], out: Path) -> None:
    """Write a report as report.json, report.html and report.xml (JUnit) into a folder.

    Parameters
    ----------
    record : dict
        What `compare` returned.
    out : pathlib.Path
        The folder; it is made where it is missing, and files of a report in it are replaced.

    Raises
    ------
    DeskhandError
        When it cannot be written.
    """
    check_out(out)
    whole = (
        canonical_bytes(record),
        report_html(record).encode("utf-8", "replace"),
        junit_xml(record).encode("utf-8", "replace"),
    )
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in zip(FILES, whole, strict=True):
            write_whole(out / name, content)
    except OSError as error:
        raise DeskhandError(
            f"{out}: the report cannot be written: {error.strerror or error}."
        ) from error
