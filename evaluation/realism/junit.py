"""The report as JUnit XML, which build servers show: a row a test case."""

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr


def junit_xml(record: Mapping[str, Any]) -> str:
    """Return a report as JUnit XML.

    Parameters
    ----------
    record : mapping
        As in report.schema.json. What is not measurable or not judged is a skipped case.
    """
    cases = [_case("validity", "the synthetic side is valid", *_validity(record))]
    cases += [_case(row["level"], row["name"], *_judged(row)) for row in record["rows"]]
    for control in record["controls"]:
        seen = ("", "") if control["ok"] else ("failure", f"{control['said']}: no row fails")
        cases.append(_case("controls", f"{control['name']} fails", *seen))
    failures = sum("<failure" in case for case in cases)
    skipped = sum("<skipped" in case for case in cases)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites><testsuite name="deskhand.realism" tests="{len(cases)}" '
        f'failures="{failures}" errors="0" skipped="{skipped}">\n{"".join(cases)}</testsuite></testsuites>\n'
    )


def _validity(record: Mapping[str, Any]) -> tuple[str, str]:
    found = record["validity"]["first"]
    return ("failure", "\n".join(found)) if found else ("", "")


def _judged(row: Mapping[str, Any]) -> tuple[str, str]:
    if row["ignored"] or row["verdict"] == "not measurable":
        return "skipped", row["why"] or "not judged"
    ratio = "beyond all bounds" if row["ratio"] is None else f"{row['ratio']:.3g} times the floor"
    return (
        ("failure", ratio)
        if row["verdict"] == "fail"
        else ("system-out", f"{row['verdict']}: {ratio}")
    )


def _case(level: str, name: str, tag: str, text: str) -> str:
    inner = ""
    if tag == "system-out":
        inner = f"<system-out>{escape(text)}</system-out>"
    elif tag:
        inner = f"<{tag} message={quoteattr(text)}/>"
    return f'<testcase classname="deskhand.realism.{level}" name={quoteattr(name)}>{inner}</testcase>\n'
