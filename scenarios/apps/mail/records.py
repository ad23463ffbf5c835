"""What people do with their mail: what becomes of each message, what they write, how they answer."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from deskhand.scenarios.prose.compose import compose_texts
from deskhand.scenarios.records import EXAMPLE_DOMAINS, POOL_SIZE, RecordKind
from deskhand.streams import stream

# Engineering estimates: archived or deleted 35 %, answered 25 %, passed on 10 %, left 30 %. To pass
# a message on is to put it into a folder here.
FATES = {"archive": 0.27, "delete": 0.08, "answer": 0.25, "file": 0.10, "leave": 0.30}
# How many messages are gone through in one visit.
FEWEST, MOST = 3, 6
# The folder that each message on the page `mail/inbox` belongs into, from the first on.
FOLDERS = ("projects", "projects", "travel", "receipts", "projects", "receipts")
FILES = ("Numbers for March.xlsx", "Offer, twelve seats.pdf", "Price list.pdf")
NO_FILE = "Nothing"
# Engineering estimates: a file goes with 15 % of messages; 80 % of invitations are accepted.
ATTACHES = 0.15
ANSWERS = {"accept": 0.80, "maybe": 0.12, "decline": 0.08}
INVITATION = "Invitation: plans for the spring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """What becomes of the messages of an inbox, from the first on, and the answers to some."""

    fates: tuple[str, ...]
    folders: tuple[str, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message to write."""

    to: str
    subject: str
    body: str
    addition: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An invitation to answer."""

    message: str
    answer: str
    note: str
    remind: str


def _one(shares: dict[str, float], rng: np.random.Generator) -> str:
    return str(rng.choice(list(shares), p=list(shares.values())))


@lru_cache(maxsize=4)
def triages(seed: int) -> tuple[Triage, ...]:
    """Return the visits to the inbox of a seed.

    Examples
    --------
    >>> FEWEST <= len(triages(7)[0].fates) <= MOST
    True
    """
    rng = stream(seed, "records.mail")
    replies = compose_texts("reply", POOL_SIZE + MOST, seed=seed)
    made = []
    for place in range(POOL_SIZE):
        fates = [_one(FATES, rng) for _ in range(int(rng.integers(FEWEST, MOST + 1)))]
        made.append(
            Triage(
                # One message at least is archived: a visit that changes nothing has no goal.
                fates=tuple(fates if set(fates) - {"leave"} else ["archive", *fates[1:]]),
                folders=FOLDERS,
                answers=tuple(replies[place : place + len(fates)]),
            )
        )
    return tuple(made)


@lru_cache(maxsize=4)
def letters(seed: int) -> tuple[Letter, ...]:
    """Return the messages of a seed.

    Examples
    --------
    >>> letters(7)[0].to.split("@")[1] in EXAMPLE_DOMAINS
    True
    """
    from faker import Faker

    rng = stream(seed, "records.mail.letters")
    fake: Faker = Faker("en_US", use_weighting=False)
    fake.seed_instance(int(rng.integers(2**31)))

    def address() -> str:
        name = f"{fake.first_name()}.{fake.last_name()}".lower().replace(" ", "")
        return f"{name}@{EXAMPLE_DOMAINS[int(rng.integers(len(EXAMPLE_DOMAINS)))]}"

    return tuple(
        Letter(
            to=address(),
            subject=subject,
            body=body,
            addition=f"\n\n{addition}",
            file=FILES[int(rng.integers(len(FILES)))] if rng.random() < ATTACHES else NO_FILE,
        )
        for subject, body, addition in zip(
            compose_texts("title", POOL_SIZE, seed=seed),
            compose_texts("mail", POOL_SIZE, seed=seed),
            compose_texts("addition", POOL_SIZE, seed=seed),
            strict=True,
        )
    )


@lru_cache(maxsize=4)
def invitations(seed: int) -> tuple[Invitation, ...]:
    """Return how invitations of a seed are answered.

    Examples
    --------
    >>> invitations(7)[0].answer in ANSWERS
    True
    """
    rng = stream(seed, "records.mail.invitations")
    reminders = ("10 minutes before", "5 minutes before", "30 minutes before", "An hour before")
    return tuple(
        Invitation(
            message=INVITATION,
            answer=_one(ANSWERS, rng),
            note=note,
            remind=reminders[int(rng.integers(len(reminders)))],
        )
        for note in compose_texts("comment", POOL_SIZE, seed=seed)
    )


TRIAGE = RecordKind(name="triage", pool=triages, typed=("answers",), mode="composition")
LETTER = RecordKind(
    name="letter", pool=letters, typed=("to", "subject", "body", "addition"), mode="composition"
)
INVITED = RecordKind(name="invitation", pool=invitations, typed=("note",), mode="composition")
