"""What people write in reviews, and what they look for in a repository; the same for the same seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from deskhand.scenarios.records import POOL_SIZE, RecordKind
from deskhand.streams import stream

VERDICTS = ("Approve", "Comment", "Request changes")
# Engineering estimates: most reviews approve, and a demand for changes is rare.
VERDICT_SHARES = (0.6, 0.25, 0.15)
BRANCHES = ("main", "release-2.4", "release-2.3", "slack-water", "night-berths", "docs-rewrite")
# Functions of the file that `code_host/blame` shows, each with the number of the commit behind it.
COMMITS = {"class Berth": 1, "fits": 3, "free_from": 4, "shift": 5, "margin": 6}

CASES = (
    "two ships come in the same minute",
    "the table of tides ends at midnight",
    "the berth has no sill",
    "a stay is cancelled on the way",
    "start and end are equal",
    "the clocks change in October",
    "the pilot is late by an hour",
    "a plan is read from a file",
)
PARTS = (
    "this loop",
    "the margin",
    "the lowest height",
    "the list of stays",
    "this return",
    "the test",
)
DOINGS = (
    "say which ship was refused",
    "stop at the first stay that is in the way",
    "take the sill from the berth itself",
    "be a function of its own",
    "come before the look at the tide",
    "have a name that says hours",
)
REMARKS = (
    "What happens when {case}?",
    "Does this hold when {case}?",
    "Please add a test in which {case}.",
    "Should {part} {doing}? I would find that easier to read.",
    "I would expect {part} to {doing}.",
    "Small thing: {part} could {doing}.",
    "Nice, {part} is much shorter now. Only: what if {case}?",
    "We had a fault here when {case}; can {part} {doing}?",
)
OPENINGS = {
    "Approve": ("Looks good to me.", "Good to go.", "Thank you, this is clear.", "Fine by me."),
    "Comment": ("Some questions first.", "Read half of it, more later.", "Not sure yet."),
    "Request changes": (
        "Not yet, please.",
        "Close, but one case is missing.",
        "Please look again.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Remarks on three files, a summary and a verdict."""

    first: str
    second: str
    third: str
    summary: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which function somebody asks about."""

    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A look at somebody's repository on one of its branches."""

    branch: str


def _pick(choices: Sequence[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]


def remark(rng: np.random.Generator) -> str:
    """Return a remark on some lines of code.

    Examples
    --------
    >>> remark(stream(7, "example"))[-1] in ".?"
    True
    """
    words = {"case": _pick(CASES, rng), "part": _pick(PARTS, rng), "doing": _pick(DOINGS, rng)}
    return _pick(REMARKS, rng).format(**words)


@lru_cache(maxsize=4)
def reviews(seed: int) -> tuple[Review, ...]:
    """Return all reviews of a seed."""
    rng = stream(seed, "records.code_host.review")

    def one() -> Review:
        verdict = VERDICTS[int(rng.choice(len(VERDICTS), p=VERDICT_SHARES))]
        return Review(
            first=remark(rng),
            second=remark(rng),
            third=remark(rng),
            summary=f"{_pick(OPENINGS[verdict], rng)} {remark(rng)}",
            verdict=verdict,
        )

    return tuple(one() for _ in range(POOL_SIZE))


@lru_cache(maxsize=4)
def questions(seed: int) -> tuple[Question, ...]:
    """Return all questions of a seed."""
    rng = stream(seed, "records.code_host.question")
    return tuple(Question(function=_pick(tuple(COMMITS), rng)) for _ in range(POOL_SIZE))


@lru_cache(maxsize=4)
def visits(seed: int) -> tuple[Visit, ...]:
    """Return all visits of a seed."""
    rng = stream(seed, "records.code_host.visit")
    return tuple(Visit(branch=_pick(BRANCHES, rng)) for _ in range(POOL_SIZE))


REVIEW = RecordKind(
    name="review",
    pool=reviews,
    typed=("first", "second", "third", "summary"),
    mode="composition",
)
QUESTION = RecordKind(name="question", pool=questions)
VISIT = RecordKind(name="visit", pool=visits)
