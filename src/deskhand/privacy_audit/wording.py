"""The report in words: what attacks, releases and verdicts are called, and the lines of a terminal."""

from collections.abc import Iterator

from deskhand.evaluation.canary_audit import HONEST, AuditedClaim
from deskhand.evaluation.privacy.finding import AUDITED, CLONES, REPLAYS, Finding
from deskhand.privacy_audit.report import PrivacyReport

RELEASES = {
    AUDITED: "what is audited",
    CLONES: "a clone of each person",
    REPLAYS: "jittered replays",
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
UNATTACKED = (
    "No attack was run. Attacks take captures of people who were fitted (--members) and of people who "
    "were not (--others)."
)
UNNOISED = "No noise was added, so there is no mechanism to test."


def finding_verdict(one: Finding) -> str:
    """Return what a finding comes to, in two words."""
    if one.release == AUDITED:
        return "gives people away" if one.leaks else "nothing found"
    return "caught" if one.leaks else "MISSED"


def claim_verdict(claim: AuditedClaim) -> str:
    """Return what a canary test comes to, in a word."""
    if claim.way == HONEST:
        return "holds" if claim.holds else "broken"
    return "MISSED" if claim.holds else "caught"


def reasons(report: PrivacyReport) -> Iterator[str]:
    """Yield why the verdict is none better, a sentence each."""
    for name in report.uncaught:
        yield f"The control {name} was not caught, so that nothing was found says nothing."
    for claim in report.claims:
        if claim.way == HONEST and not claim.holds:
            yield (
                f"The canary test shows epsilon {claim.shown:.2f}, above the {claim.claimed:g} that is "
                "claimed."
            )
    for one in report.findings:
        if one.release == AUDITED and one.leaks:
            yield (
                f"{one.attack.capitalize()} ({one.activity}): {one.value:.3f} of people who were fitted, "
                f"beside {one.control:.3f}."
            )


def text_lines(report: PrivacyReport) -> Iterator[str]:
    """Yield the report as a terminal shows it, the verdict last.

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
        yield (
            f"canary, {claim.way}: epsilon {claim.claimed:g} claimed, {claim.shown:.2f} shown; "
            f"{claim_verdict(claim)}"
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
            if one.activity == told_of.activity:
                control = "" if one.release == AUDITED else "control: "
                yield (
                    f"  {one.attack:<21} {control + RELEASES[one.release]:<32} {one.value:.3f} beside "
                    f"{one.control:.3f} ({one.low:+.3f} to {one.high:+.3f}): {finding_verdict(one)}"
                )
    yield report.headline
