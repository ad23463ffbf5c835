"""Made-up data that people type: leads, issues, messages, secrets; the same for the same seed.

Pools are built once for a seed and kept; a person draws from them with a stream of its own. Names
come from Faker, texts from `deskhand.scenarios.prose`. Telephone numbers lie in the range 555-0100 to
555-0199 that is reserved for fiction, e-mail addresses at the reserved example domains; all texts
are ASCII.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from deskhand.errors import UnknownNameError
from deskhand.keyed_draws import Keys, keys, uniforms
from deskhand.scenarios.prose.compose import compose_texts
from deskhand.streams import Draws, stream

if TYPE_CHECKING:
    from faker import Faker

POOL_SIZE = 96
ITSELF = ""  # of a record that is a text
_BLOCK = 64  # places in a pool that are drawn at once
MOST_AHEAD = 4  # records whose texts are foreseen
EXAMPLE_DOMAINS = ("example.com", "example.org", "example.net")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A person who might buy, and the firm."""

    name: str
    company: str
    email: str
    phone: str
    street: str
    source: str
    status: str
    follow_up: str
    notes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity:
    """A deal, and what is said about it to an assistant."""

    stage: str
    amount: str
    next_step: str
    prompt: str
    draft: str
    second_draft: str
    edit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A report in a tracker."""

    title: str
    description: str
    priority: str
    assignee: str
    label: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """How a person signs in; none of it may ever be written."""

    user: str
    password: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordKind:
    """A kind of records that a task needs, for an application that brings its own.

    ``pool`` returns all records of a seed; ``typed`` names the texts in them that people type, those of parts as in ``lines.amount``, and
    ``mode`` how, where it does not go by the length; ``iban:transcription`` says it of one of them, and
    `ITSELF` stands for a record that is a text.
    """

    name: str
    pool: Callable[[int], Sequence[Any]]
    typed: tuple[str, ...] = ()
    mode: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pools:
    """All records of one seed."""

    lead: tuple[Lead, ...]
    opportunity: tuple[Opportunity, ...]
    issue: tuple[Issue, ...]
    message: tuple[str, ...]
    word: tuple[str, ...]


SOURCES = ("Web", "Referral", "Trade fair", "Partner", "Cold call", "Advert")
STATUSES = ("New", "Contacted", "Qualified", "On hold", "Unqualified")
STAGES = (
    "Needs agreed",
    "Demonstration",
    "Proposal",
    "Negotiation",
    "Verbal yes",
    "Won",
    "Lost",
    "First contact",
    "Discovery",
)
PRIORITIES = ("Low", "Medium", "High", "Urgent")
ASSIGNEES = ("Nobody", "Amara Quill", "Bas Terlinden", "Chioma Reyes", "Dario Vance", "Elin Marsh")
LABELS = ("Defect", "Feature", "Question", "Design", "Documentation", "Speed")


@lru_cache(maxsize=4)
def pools(seed: int) -> Pools:
    """Return the records of a seed.

    Examples
    --------
    >>> (
    ...     pools(7).lead[0] == pools(7).lead[0],
    ...     pools(7).lead[0].email.split("@")[1] in EXAMPLE_DOMAINS,
    ... )
    (True, True)
    """
    from faker import Faker

    rng = stream(seed, "records")
    fake: Faker = Faker("en_US", use_weighting=False)
    fake.seed_instance(int(rng.integers(2**31)))

    def texts(*kinds: str) -> list[list[str]]:
        return [compose_texts(kind, POOL_SIZE, seed=seed) for kind in kinds]

    drafts = compose_texts("reply", 2 * POOL_SIZE, seed=seed)
    return Pools(
        lead=tuple(
            _lead(fake, rng, notes) for notes in compose_texts("note", POOL_SIZE, seed=seed)
        ),
        opportunity=tuple(
            Opportunity(
                stage=_pick(STAGES, rng),
                amount=str(int(rng.integers(12, 900)) * 100),
                next_step=next_step,
                prompt=prompt,
                draft=draft,
                second_draft=second_draft,
                edit=f" {edit}",
            )
            for next_step, prompt, edit, draft, second_draft in zip(
                *texts("task", "prompt", "addition"), drafts[::2], drafts[1::2], strict=True
            )
        ),
        issue=tuple(
            Issue(
                title=title,
                description=description,
                priority=_pick(PRIORITIES, rng),
                assignee=_pick(ASSIGNEES, rng),
                label=_pick(LABELS, rng),
                comment=comment,
            )
            for title, description, comment in zip(
                *texts("title", "ticket", "comment"), strict=True
            )
        ),
        message=tuple(compose_texts("chat", 2 * POOL_SIZE, seed=seed)),
        word=tuple(fake.word() for _ in range(POOL_SIZE)),
    )


def _lead(fake: "Faker", rng: np.random.Generator, notes: str) -> Lead:
    first, last = fake.first_name(), fake.last_name()
    return Lead(
        name=f"{first} {last}",
        company=fake.company(),
        email=f"{first}.{last}@{_pick(EXAMPLE_DOMAINS, rng)}".lower().replace(" ", ""),
        phone=f"+1 202 555 01{int(rng.integers(100)):02d}",
        street=f"{int(rng.integers(1, 900))} Example Street",
        source=_pick(SOURCES, rng),
        status=_pick(STATUSES, rng),
        follow_up=f"2026-{int(rng.integers(1, 13)):02d}-{int(rng.integers(1, 29)):02d}",
        notes=notes,
    )


def _pick(choices: Sequence[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]


class _Deck:
    """Records of one kind in the order in which one person draws them."""

    def __init__(self, kind: RecordKind, pool: Sequence[Any], key: Keys) -> None:
        self._pool, self._key = pool, key
        split = (name.partition(":") for name in kind.typed)
        self._typed = [(name, mode or kind.mode) for name, _, mode in split]
        self._places: list[int] = []
        self._drawn = self._foreseen = 0
        self.expected = 0

    def draw(self) -> Any:
        self._drawn += 1
        return self._record(self._drawn - 1)

    def _record(self, number: int) -> Any:
        if number >= len(self._places):
            slots = np.arange(len(self._places), number + _BLOCK)
            self._places += (uniforms(self._key, slots) * len(self._pool)).astype(int).tolist()
        return self._pool[self._places[number]]

    def ahead(self, count: int) -> list[tuple[str, str | None]]:
        """Return texts of the last record and of those that come next, each once, with their modes."""
        if not self._typed:
            return []
        last = max(self._drawn - 1, 0)
        until = last + count if self._drawn else 0
        until = max(until, min(self.expected, last + MOST_AHEAD))
        numbers = range(max(self._foreseen, last), until)
        self._foreseen = max(self._foreseen, until)
        records = [self._record(number) for number in numbers]
        return [
            (text, mode)
            for record in records
            for name, mode in self._typed
            for text in _texts(record, name)
        ]


def _texts(record: Any, name: str) -> list[str]:
    """Return the texts that a name stands for: a member, or members of what a member lists.

    Examples
    --------
    >>> from types import SimpleNamespace as Record
    >>> _texts(Record(lines=(Record(sum="12"), Record(sum="30"))), "lines.sum")
    ['12', '30']
    """
    found = [record]
    for part in name.split(".") if name != ITSELF else ():
        members = [getattr(one, part) for one in found]
        found = [
            one for member in members for one in (member if type(member) is tuple else (member,))
        ]
    return found


_LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!?-_+"


class Records:
    """What one person types in a session, drawn from the pools of the seed.

    Parameters
    ----------
    seed, team, person, day : int
        Whose records.

    Attributes
    ----------
    kinds : mapping
        The kinds of records that can be drawn, by name.

    Examples
    --------
    >>> Records(7, 0, 3, 0).draw("lead") == Records(7, 0, 3, 0).draw("lead")
    True
    """

    def __init__(self, seed: int, team: int, person: int, day: int) -> None:
        self._seed, self._who = seed, f"{team} {person} {day}"
        self._draws = Draws(seed, "records", team, person, day)
        self._pools = pools(seed)
        self.kinds: Mapping[str, RecordKind] = {kind.name: kind for kind in KINDS}
        self._decks: dict[RecordKind, _Deck] = {}
        # A person's password stays the same from day to day.
        self._secret = stream(seed, "records.secret", team, person)
        self._credentials: Credentials | None = None
        self._signs_in = False
        # How often records were drawn or expected, and what it was when texts were last foreseen.
        self._changes, self._foreseen = 0, (0, 0)

    def know(self, kinds: Iterable[RecordKind]) -> None:
        """Take further kinds of records, those that a task's application brings, before others of their names."""
        brought = {kind.name: kind for kind in kinds}
        if brought:
            self.kinds = {**self.kinds, **brought}

    def draw(self, kind: str) -> Any:
        """Return a record of a known kind.

        Raises
        ------
        UnknownNameError
            When there is no such kind.
        """
        if kind == "credentials":
            return self.credentials()
        if kind not in self.kinds:
            raise UnknownNameError("kind of record", kind, (*self.kinds, "credentials"))
        return self._deck(kind).draw()

    def _deck(self, name: str) -> _Deck:
        self._changes += 1
        kind = self.kinds[name]
        deck = self._decks.get(kind)
        if deck is None:
            key = keys(self._seed, "records.order", [f"{self._who} {name}"])
            deck = self._decks[kind] = _Deck(kind, kind.pool(self._seed), key)
        return deck

    def expect(self, kind: str, number: int) -> None:
        """Take it that about so many records of a kind will be drawn."""
        if number and kind == "credentials":
            self._signs_in = True
        elif number and kind in self.kinds:
            self._deck(kind).expected += number

    def ahead(self, count: int) -> list[tuple[str, str | None]]:
        """Return texts that the person may type soon, with the mode where it is known.

        They are those of the last record and of some that come next, of each kind drawn so far or
        expected. Each record's texts are returned once.
        """
        found: list[tuple[str, str | None]] = []
        count = min(count, MOST_AHEAD)
        if self._foreseen == (self._changes, count):
            return found
        self._foreseen = (self._changes, count)
        for deck in self._decks.values():
            found += deck.ahead(count)
        if self._signs_in:
            known = self._own_credentials()
            # A password is at times typed short of its end, and a code is on its way once it was asked for.
            found += [(known.user, None), (known.password, "password")]
            found += [(known.password[:-1], "password"), (known.code, None)]
        return found

    def fill(self, needs: Sequence[str], given: Mapping[str, Any]) -> dict[str, Any]:
        """Return a record for each kind that is needed and not given."""
        unknown = [name for name in given if name not in needs]
        if unknown:
            raise UnknownNameError("record", unknown[0], needs)
        return {kind: given[kind] if kind in given else self.draw(kind) for kind in needs}

    def credentials(self) -> Credentials:
        """Return the person's user name and password, and a fresh one-time code."""
        self._changes += 1
        self._signs_in = True
        code = int(self._draws.uniform() * 1_000_000)
        self._credentials = replace(self._own_credentials(), code=f"{code:06d}")
        return self._credentials

    def _own_credentials(self) -> Credentials:
        """Return what a person signs in with, with the latest code."""
        if self._credentials is None:
            rng = self._secret
            lead = self._pools.lead[int(rng.integers(POOL_SIZE))]
            length = int(rng.integers(8, 15))
            letters = rng.integers(len(_LETTERS), size=length).tolist()
            self._credentials = Credentials(
                user=lead.email.split("@")[0],
                password="".join(_LETTERS[i] for i in letters),
                code="",
            )
        return self._credentials


def _own(name: str) -> Callable[[int], Sequence[Any]]:
    return lambda seed: getattr(pools(seed), name)


KINDS = (
    RecordKind(
        name="lead", pool=_own("lead"), typed=("name", "company", "email", "phone", "notes")
    ),
    RecordKind(name="opportunity", pool=_own("opportunity"), typed=("amount", "prompt", "edit")),
    RecordKind(
        name="issue",
        pool=_own("issue"),
        typed=("title", "description", "comment"),
        mode="composition",
    ),
    RecordKind(name="message", pool=_own("message"), typed=(ITSELF,), mode="composition"),
    RecordKind(name="word", pool=_own("word")),
)
