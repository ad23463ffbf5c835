"""Checks of what a profile itself says: its numbers, its promise, its ledger."""

from typing import NamedTuple

from deskhand.behavior_models.profile import profile_names
from deskhand.behavior_models.profile_release import PRIVATE
from deskhand.calibration.fitted_profile import check_written, public_sections
from deskhand.calibration.privacy_gates import DELTA_SHARE, FEWEST
from deskhand.errors import DeskhandError
from deskhand.exports.captured import DERIVED
from deskhand.privacy_audit.subject import Spent, Subject

PASS, FAIL, OPEN = "pass", "fail", "not measurable"


class Check(NamedTuple):
    """What was checked, what came of it, and why."""

    check: str
    verdict: str
    sentence: str


def profile_checks(subject: Subject, seen: Spent | None) -> list[Check]:
    """Return the checks that need no captures.

    Parameters
    ----------
    subject : Subject
        A profile, or a folder of sessions.
    seen : Spent, optional
        What its ledger says.
    """
    checks = []
    if subject.mode == DERIVED:
        checks.append(
            Check(
                "derived from captures",
                FAIL,
                "What is derived from captures is personal data of the people in them.",
            )
        )
    if subject.mode == "published" and subject.profile is not None:
        checks.append(_published(subject))
    if subject.mode in ("research", "fit-no-dp"):
        checks.append(
            Check(
                "promise",
                OPEN,
                "There is none to check; only attacks with the people who were fitted (--members) and "
                "others (--others) can say more.",
            )
        )
    if subject.mode == PRIVATE:
        checks += [_people(subject), _ledger(seen)]
        if subject.profile is not None:
            checks.append(_numbers(subject))
    return checks


def _published(subject: Subject) -> Check:
    fitted = [
        f"{section}.{name}"
        for section, entries in (subject.profile.sections if subject.profile else {}).items()
        for name, given in entries.items()
        if "fitted on" in given["source"] or "fit-no-dp" in given["source"]
    ]
    if fitted:
        return Check(
            "sources",
            FAIL,
            f"{len(fitted)} numbers are fitted by what their sources say, {fitted[0]} among them; that "
            "is of another mode.",
        )
    return Check("sources", PASS, "No source of any number speaks of a fit.")


def _people(subject: Subject) -> Check:
    people = float(subject.release["people"])
    delta = float(subject.release["delta"])
    # A fit knows how many there are; the profile tells it with noise, which a half covers.
    if people < 0.5 * FEWEST:
        return Check(
            "people",
            FAIL,
            f"About {people:.0f} people by the noised count, far below the {FEWEST} that a fit needs.",
        )
    if delta > DELTA_SHARE / people:
        return Check("people", FAIL, f"Delta {delta:g} is too large for about {people:.0f} people.")
    return Check(
        "people",
        PASS,
        f"About {people:.0f} by the noised count; a fit refuses fewer than {FEWEST}.",
    )


def _ledger(seen: Spent | None) -> Check:
    if seen is None:
        return Check(
            "ledger", OPEN, "It is not beside the profile; name it with --ledger where it is kept."
        )
    if not seen.within:
        return Check(
            "ledger",
            FAIL,
            f"Releases on these people come to epsilon {seen.epsilon:.3g}, above the budget of "
            f"{seen.budget:g}.",
        )
    return Check(
        "ledger",
        PASS,
        f"Its seals hold; releases on these people come to epsilon {seen.epsilon:.3g} of "
        f"{seen.budget:g}.",
    )


def _numbers(subject: Subject) -> Check:
    """Whether nothing but what a fit may write is other than in a shipped profile."""
    sections = subject.profile.sections if subject.profile else {}
    for base in profile_names():
        try:
            lent = public_sections(base)
            check_written(sections, lent)
        except (AssertionError, DeskhandError):
            continue
        moved = sum(
            given != lent.get(section, {}).get(name)
            for section, entries in sections.items()
            for name, given in entries.items()
        )
        return Check(
            "numbers",
            PASS,
            f"{moved} parameters are other than in the shipped profile {base!r}, all of them numbers "
            "of the public list.",
        )
    return Check(
        "numbers",
        FAIL,
        "Something is other than in the shipped profiles that a fit does not write; it was not made by "
        "a private fit.",
    )
