"""What is claimed of a profile and what is not, in plain sentences: the items of NIST SP 800-226."""

from math import exp

from deskhand.behavior_models.profile_release import PRIVATE
from deskhand.privacy_audit.subject import Spent, Subject

Statement = tuple[str, str]

NOT_CLAIMED = "what is not claimed"
# What is not covered by the promise, or no promise at all; the other items tell what is promised.
LIMITS = ("side channels", "data collection", "lawful basis", "this report", NOT_CLAIMED)

CLAIMS = {
    "published": (
        "No human is in it: every number is from the literature or assumed, and nobody's recordings "
        "were fitted. This holds strictly for this mode alone."
    ),
    "research": (
        "It holds some hundred numbers of a population of volunteers, fitted to public research data "
        "without differential privacy: of nobody alone, but not of nobody."
    ),
    PRIVATE: (
        "It holds noised numbers of a population. What it gives away about one person is bounded by "
        "epsilon and delta; what is true of all of them is in it, and is meant to be."
    ),
    "fit-no-dp": (
        "It holds numbers of captured people without noise. Nothing is promised; it may give somebody "
        "away, and belongs where the captures are."
    ),
    "derived": (
        "It was made from captures of people act by act. Whatever was varied, it stays personal data of "
        "those people; it is no synthetic data."
    ),
}


def statements(subject: Subject, seen: Spent | None, *, attacked: bool) -> list[Statement]:
    """Return each item with its sentence.

    Parameters
    ----------
    subject : Subject
        What is audited.
    seen : Spent, optional
        Of its ledger.
    attacked : bool
        Whether captures were attacked, so that the report itself tells of them.

    Source
    ------
    NIST SP 800-226 (2025), guidelines for evaluating differential privacy guarantees.
    """
    told = [("what it is", CLAIMS[subject.mode])]
    if subject.networks:
        told.append(
            (
                "networks",
                (
                    f"Of {' and '.join(subject.networks)} it also holds the weights of a network, which was "
                    "shown everything that people did and is the likeliest to remember some of it; attacked "
                    "is what this network draws, and not what the law does."
                ),
            )
        )
    if subject.release.get("stand_ins"):
        told.append(
            ("stand-ins", "Synthetic sessions stood in for captures: it is of nobody, and a trial.")
        )
    told += _private(subject, seen) if subject.mode == PRIVATE else _without(subject)
    if subject.mode != "published":
        told.append(
            (
                "lawful basis",
                (
                    "Fitting is itself processing of personal data and needs its own permission, whatever "
                    "comes out of it."
                ),
            )
        )
    if attacked:
        told.append(
            (
                "this report",
                (
                    "Its figures of attacks were computed on captures without noise: it belongs where the "
                    "captures are, and is no part of a release."
                ),
            )
        )
    told.append(
        (
            NOT_CLAIMED,
            (
                "That attacks find nothing shows that these attacks found nothing. The report is no legal "
                "opinion, and no statement that data are anonymous."
            ),
        )
    )
    return told


def _without(subject: Subject) -> list[Statement]:
    if subject.mode == "published":
        return [
            ("privacy parameters", "None are needed: no data of people went in."),
            ("unit of privacy", "None is needed: there is nobody to protect."),
        ]
    return [
        (
            "privacy parameters",
            (
                "None: no noise was added, so epsilon is infinite and nothing bounds what somebody may "
                "learn who knows all other people."
            ),
        ),
        ("unit of privacy", "None: no promise is made to anybody."),
    ]


def _private(subject: Subject, seen: Spent | None) -> list[Statement]:
    release = subject.release
    epsilon, delta = float(release["epsilon"]), float(release["delta"])
    once = (
        "the ledger is not at hand, so other releases on the same people, if there are any, are not "
        "counted"
        if seen is None
        else f"the ledger knows {seen.releases} profile{'' if seen.releases == 1 else 's'} of these people, "
        f"and all that was released of them comes to epsilon {seen.epsilon:.3g} of a budget of "
        f"{seen.budget:.3g}"
    )
    return [
        (
            "privacy parameters",
            (
                f"Epsilon is {epsilon:g} and delta {delta:g}: whoever tries to tell whether a person is in "
                f"the data changes their odds at most by a factor of {exp(epsilon):.2g} (e to the {epsilon:g}), "
                f"but for a chance of {delta:g}."
            ),
        ),
        (
            "unit of privacy",
            (
                "A person with all that was captured of them: the claim is about adding or removing one. "
                "Somebody with two names counts as two people."
            ),
        ),
        (
            "number of people",
            f"About {float(release['people']):.0f}, noised within the same claim.",
        ),
        (
            "sensitivity and clipping",
            (
                f"Everybody's part is cut to one length, and {float(release['clipped_share']):.1%} of the "
                "people were cut, also noised; the lengths and centres come from a public population."
            ),
        ),
        (
            "mechanism",
            (
                "A count of people, then sums of their vectors, with whole-number Gaussian noise that together "
                "comes to exactly this claim; no floating-point noise, and none drawn from a seed."
            ),
        ),
        (
            "trust model",
            "Central: whoever runs the fit sees the captures, and is trusted; what leaves is the profile.",
        ),
        ("composition", f"Releases on the same people add up; {once}."),
        (
            "post-processing",
            "Whatever is made with the profile is covered by the same claim, however much of it.",
        ),
        (
            "side channels",
            (
                "The time that a fit takes, its memory, and whether captures could be read are not "
                "protected, nor that there were at least 100 people. What else a fit decides by their number is: "
                "the count it goes by is noised."
            ),
        ),
        (
            "data collection",
            "The captures themselves are not protected by it: who could read them still can.",
        ),
        (
            "access",
            "The profile may be given away; the ledger tells what was promised and holds no data.",
        ),
    ]
