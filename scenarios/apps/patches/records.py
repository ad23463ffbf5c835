"""What people write about patches, by the rules of the Linux kernel; the same for the same seed."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from deskhand.scenarios.records import EXAMPLE_DOMAINS, POOL_SIZE, RecordKind
from deskhand.streams import stream

if TYPE_CHECKING:
    from faker import Faker

LISTS = ("harbour-drivers", "tides", "stable")
# Lines of a description are wrapped at 72 columns; checkpatch warns above 75.
WRAP = 72
# What `patches/inbox` lists, by number; the fourth mail is the patch to be reviewed.
MAILS = 6
PATCH = 4

WHYS = (
    "the stay is shorter than an hour",
    "a window ends exactly at low water",
    "the gauge has not been read yet",
    "two ships ask at the same time",
    "the sill is zero",
    "the clock goes back in October",
)
REMARKS = (
    "Is this right when {why}? I do not see who checks that.",
    "This wants a comment: it is not clear that it still holds when {why}.",
    "Please return early instead, it saves a level.",
    "Can this sleep? The caller holds a lock.",
    "Why not use the helper that tide.c has for this?",
    "Nit: reverse the order of the two conditions, the cheap one first.",
    "dev_dbg() is enough here, or the log fills up when {why}.",
    "Fine, but say in the commit message what happens when {why}.",
)
SUBJECTS = (
    "berth: free a berth an hour after a late ship",
    "berth: count the margin from the true departure",
    "berth: keep the margin out of the index of stays",
)
REASONS = (
    (
        "A ship that leaves late still holds its berth in the plan, so the next one is turned away although"
        " there is room."
    ),
    "The margin was taken from the planned departure, which is wrong when {why}.",
    "Two readers looked at the margin without the lock and could see half of it when {why}.",
)
CURES = (
    "Take the hour from the report of the pilot instead, and fall back to the plan when there is none.",
    "Compute it once when the stay is closed; nobody needs it before.",
    "Keep it in the stay, where the lock is held anyway.",
)
COVERS = (
    (
        "Ships that leave late block their berth for the rest of the day. This series teaches a stay when"
        " it is late, counts hours after high water, and frees the berth an hour later."
    ),
    (
        "Three patches that let a berth be used again after a late ship. The first two prepare, the third"
        " changes what is planned. Tested with a week of plans from two harbours."
    ),
)
ENDS = (
    "Comments are welcome.",
    "Based on harbour/next of today.",
    "No change for others intended.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An inline reply to a patch: remarks under its hunks, and perhaps a tag."""

    mail: int
    first: str
    second: str
    third: str
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A commit message with its sign-off, the draft of a cover letter, and where it is sent."""

    message: str
    careless: str
    sign_off: str
    draft: str
    end: str
    to_list: str
    password: str


def _pick(choices: Sequence[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]


def _signatures(seed: int, purpose: str) -> tuple[np.random.Generator, "Faker"]:
    from faker import Faker

    rng = stream(seed, "records.patches", purpose)
    fake: Faker = Faker("en_US", use_weighting=False)
    fake.seed_instance(int(rng.integers(2**31)))
    return rng, fake


def _signature(rng: np.random.Generator, fake: "Faker") -> str:
    first, last = fake.first_name(), fake.last_name()
    return f"{first} {last} <{first}.{last}@{_pick(EXAMPLE_DOMAINS, rng)}>".replace("'", "")


@lru_cache(maxsize=4)
def answers(seed: int) -> tuple[Answer, ...]:
    """Return all replies of a seed."""
    rng, fake = _signatures(seed, "answer")

    def one() -> Answer:
        first, second, third = (_pick(REMARKS, rng).format(why=_pick(WHYS, rng)) for _ in range(3))
        tag = f"Reviewed-by: {_signature(rng, fake)}"
        return Answer(mail=PATCH, first=first, second=second, third=third, tag=tag)

    return tuple(one() for _ in range(POOL_SIZE))


@lru_cache(maxsize=4)
def series(seed: int) -> tuple[Series, ...]:
    """Return all series of a seed.

    Examples
    --------
    >>> all(len(line) <= WRAP for one in series(7) for line in one.message.splitlines())
    True
    """
    rng, fake = _signatures(seed, "series")

    def one() -> Series:
        subject = _pick(SUBJECTS, rng)
        why, cure = _pick(REASONS, rng).format(why=_pick(WHYS, rng)), _pick(CURES, rng)
        body = "\n\n".join(textwrap.fill(part, WRAP) for part in (why, cure))
        secret = rng.integers(26, size=13).tolist()
        return Series(
            message=f"{subject}\n\n{body}",
            careless=f"{subject}\n\n{why} {cure}",
            sign_off=f"\n\nSigned-off-by: {_signature(rng, fake)}",
            draft=_pick(COVERS, rng),
            end=f"\n\n{_pick(ENDS, rng)}",
            to_list=_pick(LISTS, rng),
            password="".join(chr(ord("a") + number) for number in secret),
        )

    return tuple(one() for _ in range(POOL_SIZE))


ANSWER = RecordKind(
    name="answer", pool=answers, typed=("first", "second", "third"), mode="composition"
)
SERIES = RecordKind(
    name="series",
    pool=series,
    typed=("message", "sign_off", "end", "password:password"),
    mode="composition",
)
