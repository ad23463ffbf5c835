"""A report as lines of text, and as one HTML page that stands alone."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files

from deskhand.evaluation.canary_audit import HONEST
from deskhand.evaluation.privacy.attacks import ATTACKS, MEMBERSHIP
from deskhand.evaluation.privacy.finding import AUDITED, CLONES, REPLAYS, Finding
from deskhand.html_table import html_table
from deskhand.privacy_audit.profile_checks import FAIL, OPEN, PASS
from deskhand.privacy_audit.report import VOID, PrivacyReport

MARKS = {PASS: "good", FAIL: "bad", OPEN: "open", VOID: "bad"}
RELEASES = {
    AUDITED: "what is audited",
    CLONES: "control: a clone of each person",
    REPLAYS: "control: jittered replays",
}
# What each attack's figure is, and what it is beside.
MEANINGS = {
    "membership inference": "the chance that somebody who was fitted comes nearer to a synthetic person "
    "than somebody who was not; .5 is chance",
    "biometric twins": "share of people for whom a verifier takes one of up to 25 synthetic people, beside "
    "the same among other real people, or of people who were not fitted; the higher one counts",
    "singling out": "share of descriptions taken from synthetic people that fit exactly one person",
    "linkability": "share of people both of whose sides, such as holds and spacings, lie nearest to one "
    "synthetic person's",
    "inference": "share of one side that the synthetic person nearest by the other side tells",
    "nearest records": "share of synthetic rows that lie nearer to a fitted one than half the strangers' "
    "nearest hundredth",
}
WIDTH, HEIGHT = 220, 16


def text_lines(report: PrivacyReport) -> Iterator[str]:
    """Yield the report as a terminal shows it.

    Parameters
    ----------
    report : PrivacyReport
    """
    yield f"{report.subject.name} ({report.subject.mode})"
    for item, sentence in report.statements:
        yield f"  {item}: {sentence}"
    for check in report.checks:
        yield f"{check.check}: {check.verdict}. {check.sentence}"
    for claim in report.claims:
        told = "as it should be" if claim.as_it_should_be else "NOT as it should be"
        yield (
            f"canary, {claim.way}: epsilon {claim.claimed:g} claimed, {claim.shown:.2f} shown; {told}"
        )
    for told_of in report.attacked:
        yield f"{told_of.activity}: " + (
            f"not measured, {told_of.reason}"
            if told_of.reason
            else f"attacked with {told_of.members} people who were fitted, {told_of.others} who were not"
            f" and {told_of.synthetic} synthetic ones"
        )
        if told_of.remark:
            yield f"  {told_of.remark}."
    for one in report.findings:
        verdict = _finding_verdict(one)
        yield (
            f"  {one.attack:<21} {RELEASES[one.release]:<32} {one.value:.3f} beside {one.control:.3f} "
            f"({one.low:+.3f} to {one.high:+.3f}): {verdict}"
        )
    yield report.headline


def page(report: PrivacyReport) -> str:
    """Return the report as a page without scripts, links or anything else to load.

    Parameters
    ----------
    report : PrivacyReport
    """
    subject = report.subject
    title = f"Privacy of {subject.name}"
    parts = [
        f"<header class={MARKS[report.verdict]}><h1>{escape(title)}</h1>",
        f"<p class=verdict>{escape(report.headline)}</p>",
        f"<p>Mode <b>{escape(subject.mode)}</b>. {escape(subject.remark)}</p></header>",
        "<section><h2>What is claimed, and what is not</h2>",
        _table(("", ""), [(f"<b>{escape(a)}</b>", escape(b)) for a, b in report.statements]),
        "</section>",
        *_checks(report),
        *_canary(report),
        *_attacks(report),
    ]
    style = (files("deskhand.privacy_audit") / "page.css").read_text(encoding="utf-8")
    return (
        f"<!doctype html>\n<html lang=en><meta charset=utf-8><title>{escape(title)}</title>\n"
        '<meta name=viewport content="width=device-width, initial-scale=1">\n'
        f"<style>{style}</style>\n<main>{''.join(parts)}</main></html>\n"
    )


def _checks(report: PrivacyReport) -> Iterator[str]:
    if report.checks:
        yield "<section><h2>What it says itself</h2>"
        yield _table(
            ("check", "", ""),
            [(escape(c.check), _mark(c.verdict), escape(c.sentence)) for c in report.checks],
        )
        yield "</section>"


def _canary(report: PrivacyReport) -> Iterator[str]:
    yield "<section><h2>Canary test of the mechanism</h2>"
    if not report.claims:
        yield "<p>No noise was added, so there is no mechanism to test.</p></section>"
        return
    yield (
        "<p>An odd person is put into one of two otherwise equal groups, and both are released many "
        "times. What is shown is a lower bound of epsilon: below the claim for the mechanism as it is, "
        "above it for each mistake made on purpose.</p>"
    )
    rows = []
    most = max(max(c.shown, c.claimed) for c in report.claims)
    for claim in report.claims:
        name = "the mechanism as it is" if claim.way == HONEST else f"control: {claim.way}"
        verdict = PASS if claim.as_it_should_be else (FAIL if claim.way == HONEST else VOID)
        said = {PASS: "holds" if claim.way == HONEST else "caught", FAIL: "broken", VOID: "missed"}
        bar = _bar(claim.shown / most, claim.claimed / most, claim.way == HONEST)
        rows.append(
            (
                escape(name),
                f"{claim.claimed:g}",
                f"{claim.shown:.2f}",
                bar,
                _mark(verdict, said[verdict]),
            )
        )
    yield _table(("", "claimed", "shown", "", ""), rows, numeric=(1, 2))
    yield "</section>"


def _attacks(report: PrivacyReport) -> Iterator[str]:
    yield "<section><h2>Attacks</h2>"
    if not report.attacked:
        yield (
            "<p>None was run: they take captures of people who were fitted (<code>--members</code>) and "
            "of people who were not (<code>--others</code>).</p></section>"
        )
        return
    yield (
        "<p>Each attack is tried on people who were fitted and, as its control, on people who were not. "
        "It finds something when it does better on the former by more than is allowed, with chance "
        "passing that bound once in a hundred. Two releases that give people away on purpose must be "
        "caught by it. Bars: the figure; tick: its control.</p>"
    )
    for told in report.attacked:
        yield f"<h3>{escape(told.activity)}</h3>"
        if told.reason:
            yield f"<p>Not measured: {escape(told.reason)}.</p>"
            continue
        yield (
            f"<p>{told.members} people who were fitted, {told.others} who were not, {told.synthetic} "
            "synthetic ones; of more than 300, so many were drawn.</p>"
        )
        own = [one for one in report.findings if one.activity == told.activity]
        for attack in ATTACKS:
            rows = [_finding_row(one) for one in own if one.attack == attack]
            if not rows:
                yield f"<h4>{escape(attack)}</h4><p>{escape(told.remark)}.</p>"
                continue
            yield f"<h4>{escape(attack)}</h4><p class=small>{escape(MEANINGS[attack])}</p>"
            yield _table(("", "figure", "control", "difference", "", ""), rows, numeric=(1, 2, 3))
    yield "</section>"


def _finding_row(one: Finding) -> Sequence[str]:
    verdict = PASS if one.as_it_should_be else (FAIL if one.release == AUDITED else VOID)
    low = 0.5 if one.attack == MEMBERSHIP else 0.0
    scale = 1.0 / (1.0 - low)
    return (
        escape(RELEASES[one.release]),
        f"{one.value:.3f}",
        f"{one.control:.3f}",
        f"{one.low:+.3f} to {one.high:+.3f}",
        _bar((one.value - low) * scale, (one.control - low) * scale, one.release == AUDITED),
        _mark(verdict, _finding_verdict(one)),
    )


def _finding_verdict(one: Finding) -> str:
    if one.release == AUDITED:
        return "gives people away" if one.leaks else "nothing found"
    return "caught" if one.leaks else "MISSED"


def _mark(verdict: str, said: str = "") -> str:
    return f"<span class={MARKS[verdict]}>{escape(said or verdict)}</span>"


def _bar(share: float, control: float, own: bool) -> str:
    at, tick = (round(WIDTH * min(max(part, 0.0), 1.0), 1) for part in (share, control))
    return (
        f'<svg width={WIDTH} height={HEIGHT} viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden=true>'
        f"<rect class=ground width={WIDTH} height={HEIGHT} rx=3 />"
        f"<rect class={'own' if own else 'leaky'} width={at} height={HEIGHT} rx=3 />"
        f"<rect class=tick x={max(tick - 1.0, 0.0):.1f} width=2 height={HEIGHT} /></svg>"
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], numeric: Iterable[int] = ()) -> str:
    """Return a table of cells that are escaped already; it scrolls where the page is narrow."""
    return f"<div class=wide>{html_table(heads, rows, numeric)}</div>"
