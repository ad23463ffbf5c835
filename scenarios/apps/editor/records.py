"""What people ask a coding agent, type as code, and write about it; the same for the same seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from deskhand.scenarios.records import POOL_SIZE, RecordKind
from deskhand.streams import stream

MODELS = ("wren-large", "wren-small", "wren-fast", "heron-2", "heron-2-mini")
BRANCHES = ("late-fees", "main", "release-2.4", "slack-water", "night-berths", "try-out")
# The files that `editor/workspace` opens, by the name that is typed to go there.
FILES = {"fees.py": "fees", "test_fees.py": "test", "cli.py": "cli"}

THINGS = (
    "late fee",
    "night rate",
    "free hour",
    "winter rate",
    "sill fee",
    "crane hour",
    "pilot fee",
)
VERBS = ("adds", "checks", "rounds", "splits", "reports", "refunds", "caps")
WHENS = (
    "a ship leaves before its time",
    "the stay is shorter than an hour",
    "the season changes on the way",
    "two stays touch",
    "the pilot came late",
    "nobody signed for the berth",
)
WHERES = ("fees.py", "test_fees.py", "cli.py", "the fee function", "the tests", "the command line")
ASKS = (
    "Write a function that {verb} the {thing} when {when}. Keep the style of {where} and add a test.",
    "The {thing} is wrong when {when}. Find out why, mend it in {where}, and say what you changed.",
    "Move the {thing} out of {where} so that it can be tested alone. Nothing else should change.",
    "Why does {where} fail when {when}? Explain it first, then propose the smallest change.",
    "Add the {thing} to {where}. It is due when {when}, and it is never more than the berth itself.",
)
FURTHER = (
    "Good, but keep the old name of the {thing}.",
    "Use whole coins only, and no new import.",
    "What about the case that {when}? Please add it to the test.",
    "Shorter, please. The {thing} needs no class of its own.",
)
PLANS = (
    "I will look at how {where} counts hours, then at the tests for the {thing}.",
    "First the callers of the fee function, then a test in which {when}.",
    "Let me read {where} and see where the {thing} is decided.",
)
ANSWERS = (
    (
        "The {thing} was left out when {when}. The change below adds it after the free hours and leaves"
        " the rest of {where} as it is."
    ),
    (
        "Hours were counted before the {thing} was known, so {where} was off when {when}. Now the fee is"
        " worked out once, at the end."
    ),
    (
        "I kept the signature. The {thing} is added in one place, and a stay in which {when} costs what"
        " the table says."
    ),
)
CODE = (
    "\ndef {name}(stay):\n    return max(0, stay.hours - {n})\n",
    "\ndef {name}(stay, season):\n    hours = stay.hours - FREE_HOURS\n    return {n} * hours\n",
    "\ndef {name}(stays):\n    return sum(fee(s, season) for s in stays[:{n}])\n",
    "\n{upper} = {n}\n\ndef {name}(stay):\n    return stay.rate * {upper}\n",
)
MENDS = ("\n# {thing}: never below zero.\n", "\nLIMIT = {n}\n", "\nassert FREE_HOURS <= {n}\n")
MESSAGES = (
    "Charge the {thing} when {when}\n\nUntil now it was left out. The table of fees is unchanged.",
    "Round the {thing} once, at the end\n\nTwo roundings made a stay in which {when} too cheap.",
    "Test the {thing}\n\nCovers the case that {when}.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants of the agent, and what it says."""

    model: str
    prompt: str
    further: str
    plan: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Some lines of code for a file, and what mends them."""

    file: str
    code: str
    mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit message, the branch it goes to, and the passphrase that sends it there."""

    branch: str
    message: str
    passphrase: str


def _pick(choices: Sequence[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]


def _words(rng: np.random.Generator) -> dict[str, object]:
    verb, thing = _pick(VERBS, rng), _pick(THINGS, rng)
    name = f"{verb.rstrip('s')}_{thing.replace(' ', '_')}"
    return {
        "verb": verb,
        "thing": thing,
        "when": _pick(WHENS, rng),
        "where": _pick(WHERES, rng),
        "name": name,
        "upper": name.upper(),
        "n": int(rng.integers(2, 30)),
    }


@lru_cache(maxsize=4)
def wishes(seed: int) -> tuple[Wish, ...]:
    """Return all wishes of a seed."""
    rng = stream(seed, "records.editor.wish")

    def one() -> Wish:
        words = _words(rng)
        further, plan, answer = (_pick(said, rng) for said in (FURTHER, PLANS, ANSWERS))
        return Wish(
            model=_pick(MODELS, rng),
            prompt=_pick(ASKS, rng).format(**words),
            further=further.format(**words),
            plan=plan.format(**words),
            answer=answer.format(**words),
        )

    return tuple(one() for _ in range(POOL_SIZE))


@lru_cache(maxsize=4)
def changes(seed: int) -> tuple[Change, ...]:
    """Return all changes of a seed.

    Examples
    --------
    >>> all(20 < len(change.code) < 200 for change in changes(7))
    True
    """
    rng = stream(seed, "records.editor.change")

    def one() -> Change:
        words = _words(rng)
        code, mend = _pick(CODE, rng).format(**words), _pick(MENDS, rng).format(**words)
        return Change(file=_pick(tuple(FILES), rng), code=code, mend=mend)

    return tuple(one() for _ in range(POOL_SIZE))


@lru_cache(maxsize=4)
def commits(seed: int) -> tuple[Commit, ...]:
    """Return all commits of a seed."""
    rng = stream(seed, "records.editor.commit")

    def one() -> Commit:
        secret = rng.integers(26, size=12).tolist()
        return Commit(
            branch=_pick(BRANCHES, rng),
            message=_pick(MESSAGES, rng).format(**_words(rng)),
            passphrase="".join(chr(ord("a") + number) for number in secret),
        )

    return tuple(one() for _ in range(POOL_SIZE))


WISH = RecordKind(name="wish", pool=wishes, typed=("prompt", "further"), mode="composition")
CHANGE = RecordKind(name="change", pool=changes, typed=("code", "mend"), mode="composition")
COMMIT = RecordKind(
    name="commit", pool=commits, typed=("message", "passphrase:password"), mode="composition"
)
