"""What a person on call has to do with an alert."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from deskhand.scenarios.records import POOL_SIZE, RecordKind
from deskhand.streams import stream

# Estimates: what becomes of an alert.
FALSE_ALARM, RUNBOOK, ESCALATE = "false alarm", "runbook", "escalate"
OUTCOMES = {FALSE_ALARM: 0.35, RUNBOOK: 0.40, ESCALATE: 0.25}
RANGES = ("Past 15 minutes", "Past hour", "Past 4 hours", "Past day", "Past week")
# Queries of the logs, by the state of `monitor/dashboard` that each leads to.
QUERIES = {"errors": "status:500", "host": "host:web-3", "slow": "took:2000"}
ON_CALL = (
    "Payments, on call",
    "Platform, on call",
    "Amara Quill",
    "Dario Vance",
    "Head of operations",
)
MUTES = ("15 minutes", "1 hour", "4 hours")
# What the team is told at first, and what is noted in the end.
STATUSES = (
    "Looking at the errors of the checkout, more in ten minutes.",
    "I have the alert of the checkout. Please hold releases until I know more.",
    "Errors in the checkout since 10:34, one host stands out. Searching the logs now.",
    "Some payments fail right now, support may get calls. I am on it.",
    "The checkout alert is mine; search and catalogue are not touched.",
)
CAUSES = (
    "web-3 lost its connection to the gateway",
    "The gateway answered too slowly for some minutes",
    "A test of the load ran into the rule",
    "Few orders and two timeouts were enough for the rule",
    "The release of this morning left old settings on web-3",
)
FINDINGS = (
    "no order was lost",
    "nothing is left to do tonight",
    "the rule should look at ten minutes instead of five",
    "the logs of the last hour are kept",
    "customers saw it for six minutes",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An alert that pages somebody: what it turns out to be, and what is said about it."""

    outcome: str
    time_range: str
    query: str
    status: str
    note: str
    to: str
    customer: str
    mute: str

    @property
    def asked(self) -> str:
        """What the logs are searched by."""
        return QUERIES[self.query]


@lru_cache(maxsize=4)
def pages(seed: int) -> Sequence[Page]:
    """Return the alerts of a seed.

    Examples
    --------
    >>> pages(7)[0] == pages(7)[0], pages(7)[0].outcome in OUTCOMES
    (True, True)
    """
    rng = stream(seed, "records.monitor")

    def one(choices: Sequence[str]) -> str:
        return choices[int(rng.integers(len(choices)))]

    return [
        Page(
            outcome=str(rng.choice(list(OUTCOMES), p=list(OUTCOMES.values()))),
            time_range=one([label for label in RANGES if label != "Past hour"]),
            query=one(list(QUERIES)),
            status=one(STATUSES),
            note=f"{one(CAUSES)}; {one(FINDINGS)}.",
            # The form shows the first one already.
            to=one(ON_CALL[1:]),
            customer=f"C-{int(rng.integers(10_000, 99_999))}",
            mute=one(MUTES),
        )
        for _ in range(POOL_SIZE)
    ]


PAGE = RecordKind(name="page", pool=pages, typed=("status", "note", "customer", "asked"))
