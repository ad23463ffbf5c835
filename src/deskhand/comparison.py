"""Synthetic sessions beside people's: read both sides, compare, and write the report."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deskhand.capture_people import named_sessions
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
from deskhand.evaluation.realism.side import Side, side_of_sessions
from deskhand.evaluation.realism.thresholds import read_thresholds
from deskhand.json_schema import describe, worst
from deskhand.manifest import cannot_write, canonical_bytes, versions, write_whole
from deskhand.session import Session
from deskhand.validation.event_rules import event_breaches
from deskhand.validation.session_rules import session_breaches

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
    findings: list[str] = []
    seen: tuple[Counter[str], Counter[str]] = Counter(), Counter()
    say("reading the synthetic side")
    made = _side(Path(synthetic), person, format, findings, seen[0])
    notes = _notes("the synthetic side", made, seen[0])
    parts: dict[str, Any]
    people = 0
    of_people: list[str] = []
    if str(reference) == PUBLISHED:
        say("comparing with published figures")
        rows = beside_published(made, seed=seed, thresholds=held)
        parts = {"rows": rows, "controls": controls_of(rows), "curves": []}
    else:
        if Path(synthetic).resolve() == Path(reference).resolve():
            notes.append("Both sides are the same: whatever passes, passes with itself.")
        say("reading the reference")
        real = _side(Path(reference), person, reference_format, of_people, seen[1])
        notes += _notes("the reference", real, seen[1])
        if seen[1]["synthetic"]:
            notes.append("The reference says that it is synthetic: it stands in for people.")
        people = len(real.people)
        parts = compared(made, real, seed=seed, thresholds=held, joint=joint, told=say)
        devices = [sorted(k for k in side if k.startswith("device ")) for side in seen]
        if devices[0] != devices[1]:
            notes.append(
                "The sides differ in devices: "
                + " beside ".join(
                    ", ".join(d.removeprefix("device ") for d in side) for side in devices
                )
                + ". Part of what rows tell is the devices'."
            )
    if of_people:
        notes.append(f"The reference breaks {len(of_people)} rules, the first: {of_people[0]}")
    held.refuse_unknown_rows([row["name"] for row in parts["rows"]])
    result = result_of(parts["rows"], parts["controls"], valid=not findings)
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
            "findings": len(findings),
            "first": findings[:SHOWN],
        },
        **parts,
    }
    breach = worst("report", record, "deskhand.evaluation.realism")
    assert breach is None, describe(breach)
    return record


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
    if out.exists() and not out.is_dir():
        raise DeskhandError(f"{out}: is a file; give a folder for the report.")
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
        raise cannot_write(error, str(out), "Captures") from error


def _side(
    path: Path,
    person: str | None,
    format: str | None,  # noqa: A002
    findings: list[str],
    seen: Counter[str],
) -> Side:
    try:
        return side_of_sessions(_checked(path, person, format, findings, seen))
    except DeskhandError as error:
        text = str(error)
        raise DeskhandError(text if text.startswith(str(path)) else f"{path}: {text}") from error


def _checked(
    path: Path,
    person: str | None,
    format: str | None,  # noqa: A002
    findings: list[str],
    seen: Counter[str],
) -> Iterator[tuple[str, Session]]:
    """Yield sessions with their people, and gather the rules that they break."""
    for name, session in named_sessions([path], person=person, format=format):
        seen["synthetic"] += bool(session.header["synthetic"])
        seen["captured"] += not session.header["synthetic"]
        seen[f"device {session.header['device']}"] += 1
        found = [*event_breaches(session.events), *(b for _, b in session_breaches(session))]
        findings += [
            f"[{breach.rule}] {breach.column or 'row'}: {breach.given}; {breach.remedy}"
            for breach in found
        ]
        yield name, session


def _notes(spoken: str, side: Side, seen: Counter[str]) -> list[str]:
    notes = [
        f"Of {spoken} {count} sessions were left out: {why}."
        for why, count in side.left_out.items()
    ]
    if spoken == "the synthetic side" and seen["captured"]:
        notes.append(f"Of {spoken} {seen['captured']} sessions are captures, not synthetic.")
    for part, value in (("pointer", side.pointer), ("keys", side.keys)):
        if value is None:
            notes.append(
                f"{spoken[0].upper()}{spoken[1:]} holds no {part}: nothing of it is measured."
            )
    kinds = sorted(k.removeprefix("device ") for k in seen if k.startswith("device "))
    if len(kinds) > 1:
        notes.append(f"{spoken[0].upper()}{spoken[1:]} mixes devices: {', '.join(kinds)}.")
    return notes
