"""The audit: what a profile says, its mechanism, and attacks; every one with a control that must be caught."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from deskhand.behavior_models.profile_release import NUMBERS, PRIVATE
from deskhand.capture_fit import Captures
from deskhand.errors import DeskhandError
from deskhand.evaluation.canary_audit import HONEST, RUNS, AuditedClaim, canary_audit
from deskhand.evaluation.privacy.activity import (
    POINTER_ACTIVITY,
    TYPING_ACTIVITY,
    Activity,
    Acts,
)
from deskhand.evaluation.privacy.attacks import (
    FEWEST_PEOPLE,
    TWINS,
    attack_findings,
    known_people,
)
from deskhand.evaluation.privacy.finding import AUDITED, Finding
from deskhand.manifest import versions
from deskhand.privacy_audit.captured_acts import (
    Acts as PeoplesActs,
)
from deskhand.privacy_audit.captured_acts import (
    captured_acts,
    check_apart,
    made_acts,
    released_acts,
)
from deskhand.privacy_audit.profile_checks import FAIL, OPEN, PASS, Check, profile_checks
from deskhand.privacy_audit.statements import Statement, statements
from deskhand.privacy_audit.subject import Spent, Subject, load_subject, spent
from deskhand.progress import Progress

FORMAT = "deskhand.privacy_audit/1"
VOID, CANARY = "void", "canary test"
STATUS = {PASS: 0, FAIL: 1, OPEN: 2, VOID: 4}
INVALID = 3
UNRECOGNISED = (
    "Biometric twins are not measured: of these captures the verifier does not know even half of the "
    "people by their own second half"
)
# What nobody's noise covers has to be measured, or is not known.
_UNPROMISED = ("research", "fit-no-dp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attacked:
    """How many people an activity was attacked with; ``reason`` where it was not.

    ``remark`` says which attack was left out, and why.
    """

    activity: str
    members: int = 0
    others: int = 0
    synthetic: int = 0
    reason: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyReport:
    """What an audit came to."""

    subject: Subject
    spent: Spent | None
    statements: tuple[Statement, ...]
    checks: tuple[Check, ...]
    claims: tuple[AuditedClaim, ...]
    attacked: tuple[Attacked, ...]
    findings: tuple[Finding, ...]

    @property
    def uncaught(self) -> list[str]:
        """Controls that were not caught."""
        ways = [f"{c.way} ({CANARY})" for c in self.claims if c.way != HONEST and c.holds]
        leaky = [f for f in self.findings if f.release != AUDITED and not f.leaks]
        return ways + [f"{f.release} by {f.attack} ({f.activity})" for f in leaky]

    @property
    def failed(self) -> list[str]:
        """What speaks against what is claimed, or gives people away."""
        told = [c.sentence.rstrip(".") for c in self.checks if c.verdict == FAIL]
        if any(c.way == HONEST and not c.holds for c in self.claims):
            told.append("The canary test shows a larger epsilon than is claimed")
        own = [f for f in self.findings if f.release == AUDITED]
        leaks = sum(f.leaks for f in own)
        if leaks:
            told.append(f"People are given away by {leaks} of {len(own)} attacks")
        return [f"{one[0].lower()}{one[1:]}" for one in told]

    @property
    def verdict(self) -> str:
        """``pass``, ``fail``, ``not measurable``, or ``void`` where a control was not caught."""
        if self.uncaught:
            return VOID
        if self.failed:
            return FAIL
        if self.subject.mode in _UNPROMISED and not self.findings:
            return OPEN
        return PASS

    @property
    def status(self) -> int:
        """Exit status of the command."""
        return STATUS[self.verdict]

    @property
    def headline(self) -> str:
        """The verdict as a sentence."""
        if self.uncaught:
            return f"Void: a control was not caught: {', '.join(self.uncaught)}."
        if self.failed:
            return f"Fail: {'; '.join(self.failed)}."
        if self.verdict == OPEN:
            return (
                "Not measurable: nothing is promised, and without captures of people (--members and "
                "--others) nothing can be attacked."
            )
        if self.findings and self.subject.mode in _UNPROMISED:
            return "Pass: nothing is promised, and no attack gave anybody away."
        if self.findings:
            return "Pass: nothing speaks against what is claimed, and no attack gave anybody away."
        return (
            "Pass: nothing speaks against what is claimed. No attack was run: that takes captures of "
            "people (--members and --others)."
        )

    def as_record(self) -> dict[str, Any]:
        """Return the report as JSON has it."""
        subject = self.subject
        return {
            "format": FORMAT,
            "deskhand": versions()["deskhand"],
            "verdict": self.verdict,
            "status": self.status,
            "headline": self.headline,
            "subject": {"name": subject.name, "mode": subject.mode, "promise": self._promise()},
            "statements": [{"item": item, "sentence": told} for item, told in self.statements],
            "checks": [one._asdict() for one in self.checks],
            "canary": [
                {
                    "way": one.way,
                    "claimed": one.claimed,
                    "shown": round(one.shown, 4),
                    "as_it_should_be": one.as_it_should_be,
                }
                for one in self.claims
            ],
            "people": [asdict(one) for one in self.attacked],
            "attacks": [
                {
                    name: round(value, 4) if isinstance(value, float) else value
                    for name, value in asdict(one).items()
                }
                | {"leaks": one.leaks, "as_it_should_be": one.as_it_should_be}
                for one in self.findings
            ],
        }

    def _promise(self) -> dict[str, Any]:
        release = self.subject.release
        if self.subject.mode != PRIVATE:
            return {}
        return {name: release[name] for name in NUMBERS} | {
            "unit": "person",
            "trust_model": "central",
            "ledger": None if self.spent is None else asdict(self.spent),
        }


def audit(
    given: str,
    *,
    members: Captures | None = None,
    others: Captures | None = None,
    ledger: Path | None = None,
    seed: int = 0,
    runs: int = RUNS,
    progress: Progress | None = None,
) -> PrivacyReport:
    """Audit the privacy of a profile, or of a folder of sessions.

    Parameters
    ----------
    given : str
        The name of a shipped profile, the path of a profile, or sessions: a folder or a file.
    members, others : Captures, optional
        Of people who were fitted and of people who were not; both or neither.
    ledger : pathlib.Path, optional
        Of a private profile; looked for beside it unless given.
    seed : int
        Of synthetic people, draws and resamples.
    runs : int
        Releases that the canary test makes of either set.
    progress : callable, optional
        Called while captures are read.

    Raises
    ------
    DeskhandError
        When something is not there, or people are too few to measure anything.
    InvalidDataError
        When a profile, ledger or capture is not as it was written.

    Examples
    --------
    >>> report = audit("literature")
    >>> report.verdict, report.status
    ('pass', 0)
    """
    if (members is None) != (others is None):
        raise DeskhandError(
            "--members and --others belong together: the captures of people who were fitted, and of "
            "people who were not, as the control."
        )
    subject = load_subject(given)
    seen = None
    if subject.mode == PRIVATE:
        seen = spent(subject, given, ledger)
    elif ledger is not None:
        raise DeskhandError(f"--ledger belongs to mode {PRIVATE!r}, and this is {subject.mode!r}.")
    attacked, findings = _attacks(subject, members, others, seed, progress)
    claims: tuple[AuditedClaim, ...] = ()
    if subject.mode == PRIVATE:
        epsilon, delta = (float(subject.release[name]) for name in ("epsilon", "delta"))
        claims = tuple(canary_audit(epsilon, delta, runs=runs, seed=seed))
    return PrivacyReport(
        subject=subject,
        spent=seen,
        statements=tuple(statements(subject, seen, attacked=bool(findings))),
        checks=tuple(profile_checks(subject, seen)),
        claims=claims,
        attacked=tuple(attacked),
        findings=tuple(findings),
    )


def _attacks(
    subject: Subject,
    members: Captures | None,
    others: Captures | None,
    seed: int,
    progress: Progress | None,
) -> tuple[list[Attacked], list[Finding]]:
    if members is None or others is None:
        return [], []
    fitted, strangers = (captured_acts(side, progress) for side in (members, others))
    check_apart(fitted, strangers)
    if subject.profile is not None:
        made = made_acts(subject.profile, strangers.acts, seed)
    else:
        made = released_acts(subject.sessions or Path())
    return attacks_on(fitted.acts, strangers.acts, made, seed)


def attacks_on(
    members: PeoplesActs, others: PeoplesActs, made: PeoplesActs, seed: int
) -> tuple[list[Attacked], list[Finding]]:
    """Return with how many people each activity was attacked, and what was found.

    Parameters
    ----------
    members, others, made : Acts
        Of people who were fitted, of people who were not, and of synthetic people.
    seed : int

    Raises
    ------
    DeskhandError
        When neither activity has enough people.
    """
    both = [
        _attacked(TYPING_ACTIVITY, members.typing, others.typing, made.typing, seed),
        _attacked(POINTER_ACTIVITY, members.pointer, others.pointer, made.pointer, seed),
    ]
    attacked = [told for told, _ in both]
    if all(told.reason for told in attacked):
        reasons = "; ".join(f"{told.activity}, {told.reason}" for told in attacked)
        raise DeskhandError(
            f"not measurable: {reasons}. Give captures of at least {FEWEST_PEOPLE} people on either "
            "side, with some hundred keys or clicked movements each."
        )
    return attacked, [finding for _, found in both for finding in found]


def _attacked(
    activity: Activity[Acts],
    members: Acts | None,
    others: Acts | None,
    made: Acts | None,
    seed: int,
) -> tuple[Attacked, list[Finding]]:
    counts = [
        0 if acts is None else len(known_people(activity, acts)) for acts in (members, others, made)
    ]
    told: dict[str, Any] = dict(zip(("members", "others", "synthetic"), counts, strict=True))
    if members is not None and others is not None and made is None:
        reason = (
            "what is audited has nothing of it; the sessions of such a profile take it from another one, "
            "such as 'transcription' or 'mouse-web', which can be audited"
        )
        return Attacked(activity=activity.name, **told, reason=reason), []
    if members is None or others is None or made is None or min(counts) < FEWEST_PEOPLE:
        reason = (
            f"enough is known of {counts[0]} people who were fitted, {counts[1]} who were not and "
            f"{counts[2]} synthetic ones, of at least {FEWEST_PEOPLE} each"
        )
        return Attacked(activity=activity.name, **told, reason=reason), []
    found = list(attack_findings(activity, members, others, made, seed))
    remark = "" if any(one.attack == TWINS for one in found) else UNRECOGNISED
    return Attacked(activity=activity.name, **told, remark=remark), found
