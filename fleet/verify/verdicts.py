"""What can be wrong with what a service stored, with counts and examples."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """A kind of wrongness; the words follow the set checker of Jepsen where it has one."""

    LOST = "LOST"
    DUPLICATED = "DUPLICATED"
    CORRUPTED = "CORRUPTED"
    PHANTOM = "PHANTOM"
    MISORDERED = "MISORDERED"
    LATE = "LATE"
    WRONGLY_REJECTED = "WRONGLY_REJECTED"
    WRONGLY_ACCEPTED = "WRONGLY_ACCEPTED"


MEANING: Mapping[Verdict, str] = {
    Verdict.LOST: "answered ok, and not stored",
    Verdict.DUPLICATED: "stored more often than sent",
    Verdict.CORRUPTED: "stored with other content, or unreadable",
    Verdict.PHANTOM: "stored, and never sent or never taken",
    Verdict.MISORDERED: "stored after a later event of its batch",
    Verdict.LATE: "stored too long after the answer",
    Verdict.WRONGLY_REJECTED: "valid, and refused",
    Verdict.WRONGLY_ACCEPTED: "not valid, and taken",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One place where something is wrong, with so many events; what does not apply is None."""

    events: int
    session_id: str | None
    seq: int | None
    batch_id: str | None
    batch: int | None
    device: int | None
    faults: tuple[str, ...]
    note: str

    def __str__(self) -> str:
        """Return the example as one line."""
        places = [
            f"{name} {value}"
            for name, value in (
                ("session", self.session_id),
                ("seq", self.seq),
                ("batch", self.batch_id),
                ("device", self.device),
            )
            if value is not None
        ]
        faults = f" [{', '.join(self.faults)}]" if self.faults else ""
        return f"{', '.join(places)}{': ' if places else ''}{self.note}{faults}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All of one kind: events, the batches they are of, and events by the faults of these batches.

    A batch with two faults counts for both; ``NONE`` counts events of batches without any, and of no
    batch of the plan.
    """

    verdict: Verdict
    events: int
    batches: int
    by_fault: Mapping[str, int]
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was compared and what was found."""

    plan_id: str
    run_id: str | None
    sessions: int
    batches: int
    batches_ok: int
    batches_unknown: int
    batches_failed: int
    batches_unsent: int
    events_ok: int
    events_unknown: int
    stored: int
    groups: int
    groups_looked_into: int
    by_batch: bool
    notes: tuple[str, ...]
    found: tuple[Found, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.found

    @property
    def within_bounds(self) -> bool:
        """Whether ok <= stored <= ok + unknown; necessary, and by itself not enough."""
        return self.events_ok <= self.stored <= self.events_ok + self.events_unknown

    def count(self, verdict: Verdict) -> int:
        """Return how many events are of one kind."""
        return sum(one.events for one in self.found if one.verdict is verdict)

    def as_record(self) -> dict[str, Any]:
        """Return everything as a record of JSON."""
        record = asdict(self)
        record["found"] = {str(one.verdict): asdict(one) for one in self.found}
        for one in record["found"].values():
            del one["verdict"]
        counts = {str(verdict): self.count(verdict) for verdict in Verdict}
        return {"ok": self.ok, "within_bounds": self.within_bounds, "counts": counts, **record}

    def lines(self) -> Iterator[str]:
        """Yield the report as text."""
        high = self.events_ok + self.events_unknown
        sign = "holds" if self.within_bounds else "is broken"
        yield (
            f"{self.batches:,} batches of {self.sessions:,} sessions: {self.batches_ok:,} answered ok, "
            f"{self.batches_unknown:,} unknown, {self.batches_failed:,} failed, "
            f"{self.batches_unsent:,} not sent"
        )
        yield (
            f"sent ok {self.events_ok:,} events, unknown {self.events_unknown:,}, stored "
            f"{self.stored:,}: ok <= stored <= ok + unknown {sign} "
            f"({self.events_ok:,} <= {self.stored:,} <= {high:,})"
        )
        yield from self.notes
        for one in self.found:
            yield (
                f"{one.verdict}: {one.events:,} events of {one.batches:,} batches "
                f"({MEANING[one.verdict]}); by fault: "
                + ", ".join(f"{name} {count:,}" for name, count in one.by_fault.items())
            )
            for example in one.examples:
                yield f"  {example}"
        if self.ok:
            yield "nothing is lost, doubled, spoiled or made up."
