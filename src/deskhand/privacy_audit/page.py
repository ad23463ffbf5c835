"""The report as one HTML page that stands alone: verdict, promise, tests, controls, limits."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from deskhand.behavior_models.profile_release import PRIVATE
from deskhand.evaluation.canary_audit import HONEST, AuditedClaim
from deskhand.evaluation.privacy.attacks import ATTACKS
from deskhand.evaluation.privacy.finding import AUDITED, CLONES, REPLAYS, Finding
from deskhand.html_table import html_table, page_style
from deskhand.manifest import versions
from deskhand.privacy_audit.profile_checks import FAIL, OPEN, PASS
from deskhand.privacy_audit.report import VOID, Attacked, PrivacyReport
from deskhand.privacy_audit.statements import LIMITS
from deskhand.privacy_audit.wording import (
    MEANINGS,
    RELEASES,
    UNATTACKED,
    UNNOISED,
    claim_verdict,
    finding_verdict,
    reasons,
)

COLOURS = {PASS: "good", FAIL: "bad", OPEN: "warn", VOID: "bad"}
# Of a release's dot in a strip: the style sheet's colours of lines.
_DOTS = {AUDITED: "c1", CLONES: "c3", REPLAYS: "c4"}
_WIDE, _HIGH = 240, 18
_STYLE = """
.strip { width: 240px; height: 18px; } .strip .lane { fill: var(--rule); opacity: .5; } .strip .ok { fill: var(--good); opacity: .3; }
.strip .control { stroke: var(--ink); stroke-width: 1.6; } .strip .span { stroke: var(--c); stroke-width: 3; opacity: .45; }
.strip circle { fill: var(--c); } .warn { color: var(--warn); } .dot-key { display: inline-block; width: 10px; height: 10px; border-radius: 9px; margin-right: 6px; background: var(--c); }
.ok-key { display: inline-block; width: 14px; height: 10px; margin-right: 6px; background: var(--good); opacity: .3; } .tick-key { display: inline-block; width: 2px; height: 12px; margin-right: 8px; vertical-align: -2px; background: var(--ink); }
td:first-child { white-space: normal; } td small { display: block; color: var(--soft); font-size: 12px; min-width: 150px; max-width: 46ch; }
.said td:first-child { width: 170px; font-weight: 600; } .said span { white-space: nowrap; } h3 { font-size: 14px; margin: 14px 0 4px; } .card + .card { margin-top: 12px; }
.named { display: none; } .word { white-space: nowrap; font-weight: 600; } .card h3:first-child { margin-top: 0; }
@media (max-width: 520px) {
  .measured tr { display: grid; grid-template-columns: auto auto auto 1fr; border-bottom: 1px solid var(--rule); padding: 3px 0; } .measured tr:last-child { border: 0; }
  .named { display: inline; color: var(--soft); } .measured th { display: none; } .measured td { border: 0; padding: 2px 10px 2px 0; } .measured td:first-child, .measured td:has(svg) { grid-column: 1 / -1; }
  .strip { width: 100%; height: auto; } td small { min-width: 0; max-width: none; } .said td { display: block; border: 0; padding: 0; width: auto; }
  .said td:first-child { width: auto; padding-top: 6px; } .said tr:not(:last-child) td:last-child { padding-bottom: 6px; border-bottom: 1px solid var(--rule); }
}
"""


def page(report: PrivacyReport) -> str:
    """Return the report as a page without scripts, links or anything else to load.

    Parameters
    ----------
    report : PrivacyReport
    """
    subject = report.subject
    title = f"Privacy of {subject.name}"
    told = [text for item, text in report.statements if item == "what it is"]
    points = "".join(f"<li>{escape(text)}</li>" for text in [*reasons(report), *told])
    promised = [(a, b) for a, b in report.statements if a not in LIMITS and a != "what it is"]
    limits = [(a, b) for a, b in report.statements if a in LIMITS]
    parts = [
        f'<div class="marks"><span class="synthetic">privacy report</span><span>deskhand {escape(versions()["deskhand"])}</span></div>',
        f"<h1>{escape(title)}</h1>",
        f'<div class="verdict {COLOURS[report.verdict]}"><strong>{escape(report.headline)}</strong><ul>{points}</ul></div>',
        _tiles(report),
        "<h2>What is promised</h2>",
        f'<p class="soft">{escape(subject.remark)}</p>',
        _said(promised),
        *_tests(report),
        *_controls(report),
        "<h2>Limits</h2>",
        _said(limits),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{page_style()}{_STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _tiles(report: PrivacyReport) -> str:
    subject, release = report.subject, report.subject.release
    tiles = [("Mode", subject.mode, "of what is audited")]
    if subject.mode == PRIVATE:
        tiles += [
            ("Epsilon", f"{float(release['epsilon']):g}", "of a person, all captures"),
            ("Delta", f"{float(release['delta']):g}", "chance that it fails"),
            ("People", f"{float(release['people']):.0f}", "about, by a noised count"),
            ("Cut", f"{float(release['clipped_share']):.0%}", "of people, noised"),
        ]
        seen = report.spent
        tiles.append(
            ("Ledger", "not at hand", "other releases unknown")
            if seen is None
            else (
                "Ledger",
                f"{seen.epsilon:.3g} of {seen.budget:.3g}",
                "epsilon spent of the budget",
            )
        )
    own = [one for one in report.findings if one.release == AUDITED]
    if own:
        found = sum(one.leaks for one in own)
        tiles.append(("Attacks", f"{found} of {len(own)}", "find somebody"))
    controls = len(report.findings) - len(own) + sum(c.way != HONEST for c in report.claims)
    if controls:
        caught = controls - len(report.uncaught)
        tiles.append(("Controls", f"{caught} of {controls}", "caught, as they must be"))
    made = "".join(
        f"<div><dt>{name}</dt><dd>{escape(value)}<small>{remark}</small></dd></div>"
        for name, value, remark in tiles
    )
    return f'<dl class="tiles" style="grid-template-columns:repeat(auto-fit,minmax(118px,1fr))">{made}</dl>'


def _tests(report: PrivacyReport) -> Iterator[str]:
    yield "<h2>What was tested</h2>"
    if report.checks:
        yield '<div class="card said"><h3>What it says itself</h3>'
        rows = [(c.check, _word(c.verdict, c.verdict), c.sentence) for c in report.checks]
        yield _table(("", "", ""), [(escape(a), b, escape(c)) for a, b, c in rows])
        yield "</div>"
    yield '<div class="card"><h3>Canary test of the mechanism</h3>'
    honest = [claim for claim in report.claims if claim.way == HONEST]
    if honest:
        yield (
            "<p>An odd person is put into one of two otherwise equal groups, and both are released many "
            "times. How well the releases can be told apart shows an epsilon at the least, which must "
            "be below the claim: in the green, which ends there.</p>"
        )
        yield _table(("", "", "claimed", "shown", ""), map(_claim_row, honest), (2, 3))
    else:
        yield f"<p>{UNNOISED}</p>"
    yield '</div><div class="card"><h3>Attacks</h3>'
    if not report.attacked:
        yield f"<p>{UNATTACKED}</p></div>"
        return
    yield (
        "<p>Each is tried on people who were fitted and, beside them, on people who were not. It finds "
        "somebody when it surely does better on the former by more than is allowed; chance passes that "
        "bound once in a hundred.</p>"
    )
    yield _legend([AUDITED, *dict.fromkeys(f.release for f in report.findings)])
    for told in report.attacked:
        yield _people(told)
        if not told.reason:
            yield _table(("attack", "", "figure", "beside", ""), _attack_rows(report, told), (2, 3))
    yield "</div>"


def _controls(report: PrivacyReport) -> Iterator[str]:
    yield "<h2>Controls</h2>"
    mistakes = [claim for claim in report.claims if claim.way != HONEST]
    leaky = [one for one in report.findings if one.release != AUDITED]
    if not mistakes and not leaky:
        yield "<p>None, since neither a mechanism nor an attack was tried.</p>"
        return
    yield (
        "<p>A test that finds nothing is worth what it would have found. So mistakes are made on purpose, "
        "and people are given away on purpose. Each has to be caught; where one is not, the whole report is "
        "void.</p>"
    )
    if mistakes:
        yield '<div class="card"><h3>Mistakes of the mechanism</h3>'
        yield _table(("", "", "claimed", "shown", ""), map(_claim_row, mistakes), (2, 3))
        yield "</div>"
    for told in report.attacked:
        rows = [_control_row(one) for one in leaky if one.activity == told.activity]
        if rows:
            yield f'<div class="card"><h3>Releases that leak: {escape(told.activity)}</h3>'
            yield _table(("attack", "", "release", "figure", "beside"), rows, (3, 4))
            yield "</div>"


def _people(told: Attacked) -> str:
    name = escape(told.activity.capitalize())
    if told.reason:
        return f"<h3>{name}</h3><p>Not measured: {escape(told.reason)}.</p>"
    remark = f" {escape(told.remark)}." if told.remark else ""
    return (
        f'<h3>{name}</h3><p class="note">{told.members} people who were fitted, {told.others} who were '
        f"not, {told.synthetic} synthetic ones.{remark}</p>"
    )


def _attack_rows(report: PrivacyReport, told: Attacked) -> Iterator[Sequence[str]]:
    for attack in ATTACKS:
        of_all = [f for f in report.findings if (f.activity, f.attack) == (told.activity, attack)]
        for one in of_all:
            if one.release == AUDITED:
                yield (
                    f"{escape(attack)}<small>{escape(MEANINGS[attack])}</small>",
                    _word(FAIL if one.leaks else PASS, finding_verdict(one)),
                    _number("figure", f"{one.value:.3f}"),
                    _number("beside", f"{one.control:.3f}"),
                    _strip(of_all, one),
                )


def _control_row(one: Finding) -> Sequence[str]:
    return (
        escape(one.attack),
        _word(PASS if one.leaks else VOID, finding_verdict(one)),
        escape(RELEASES[one.release]),
        _number("figure", f"{one.value:.3f}"),
        _number("beside", f"{one.control:.3f}"),
    )


def _claim_row(claim: AuditedClaim) -> Sequence[str]:
    name = "the mechanism as it is" if claim.way == HONEST else claim.way
    scale = 1.0 / (4.0 * claim.claimed)
    colour = "c1" if claim.way == HONEST else "c4"
    verdict = PASS if claim.as_it_should_be else FAIL
    return (
        escape(name),
        _word(verdict, claim_verdict(claim)),
        _number("claimed", f"{claim.claimed:g}"),
        _number("shown", f"{claim.shown:.2f}"),
        _svg(
            f'<rect class="ok" width="{_x(claim.claimed * scale)}" height="{_HIGH}"/>',
            _dot(claim.shown * scale, colour),
        ),
    )


def _strip(of_all: Sequence[Finding], own: Finding) -> str:
    allowed = own.control + own.allowed
    span = (own.control + own.low, own.control + own.high)
    leaky = [_dot(one.value, _DOTS[one.release]) for one in of_all if one is not own]
    return _svg(
        f'<rect class="ok" x="{_x(own.control)}" width="{_x(allowed) - _x(own.control):.1f}" height="{_HIGH}"/>',
        f'<line class="control" x1="{_x(own.control)}" x2="{_x(own.control)}" y2="{_HIGH}"/>',
        f'<line class="span {_DOTS[AUDITED]}" x1="{_x(span[0])}" x2="{_x(span[1])}" y1="9" y2="9"/>',
        *leaky,
        _dot(own.value, _DOTS[AUDITED]),
    )


def _x(share: float) -> float:
    return round(_WIDE * min(max(share, 0.0), 1.0), 1)


def _dot(share: float, colour: str) -> str:
    at = min(max(_x(share), 5.0), _WIDE - 5.0)
    return f'<circle class="{colour}" cx="{at}" cy="9" r="4.5"/>'


def _svg(*marks: str) -> str:
    lane = f'<rect class="lane" width="{_WIDE}" height="{_HIGH}"/>'
    return (
        f'<svg class="strip" viewBox="0 0 {_WIDE} {_HIGH}" aria-hidden="true">'
        f"{lane}{''.join(marks)}</svg>"
    )


def _legend(releases: Iterable[str]) -> str:
    dots = "".join(
        f'<li><span class="dot-key {_DOTS[one]}"></span>{escape(RELEASES[one])}'
        f"{'' if one == AUDITED else ', a control'}</li>"
        for one in dict.fromkeys(releases)
    )
    return (
        f'<ul class="legend">{dots}<li><span class="tick-key"></span>people who were not fitted</li>'
        '<li><span class="ok-key"></span>allowed above it</li></ul>'
    )


def _number(name: str, value: str) -> str:
    """Return a figure with its name, which is shown where there is no line of heads."""
    return f'<span class="named">{name} </span>{value}'


def _word(verdict: str, said: str) -> str:
    return f'<span class="word {COLOURS[verdict]}">{escape(said)}</span>'


def _said(statements: Iterable[tuple[str, str]]) -> str:
    rows = [(escape(item), escape(text)) for item, text in statements]
    return f'<div class="card said">{_table(("", ""), rows)}</div>'


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], numeric: Iterable[int] = ()) -> str:
    """Return a table of cells that are escaped already; rows with figures fold where it is narrow."""
    kind = "wide measured" if numeric else "wide"
    return f'<div class="{kind}">{html_table(heads, rows, numeric)}</div>'
