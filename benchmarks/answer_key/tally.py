"""What was found beside what is wrong, event by event, and whether every figure is right."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from answer_key.plain_judge import (
    NEVER,
    PERHAPS,
    REFUSED,
    TAKEN,
    Batch,
    Place,
    faults_of,
)

from deskhand.fleet.tables import Expected, Fault
from deskhand.fleet.verify.verdicts import Verdict


class Figure(NamedTuple):
    """Events of one verdict in one store."""

    verdict: str
    wrong: int
    found: int
    false: int


def places_found(told: Mapping[str, Any]) -> "Counter[Place]":
    """Return every place of a verdict, as `deskhand fleet verify --json` tells it."""
    found: Counter[Place] = Counter()
    for verdict, kind in told["found"].items():
        for one in kind["examples"]:
            found[Place(verdict, one["batch_id"], one["seq"])] += one["events"]
    return found


def figures(truth: "Counter[Place]", found: "Counter[Place]") -> list[Figure]:
    """Return what was found of what is wrong, and what was said of what is right.

    Examples
    --------
    >>> truth = Counter({Place("LOST", "b", 1): 1, Place("LOST", "b", 2): 1})
    >>> figures(truth, Counter({Place("LOST", "b", 1): 1, Place("LOST", "b", 3): 1}))[0]
    Figure(verdict='LOST', wrong=2, found=1, false=1)
    """
    both, more = truth & found, found - truth
    return [
        Figure(
            str(verdict),
            *(
                sum(n for place, n in one.items() if place.verdict == verdict)
                for one in (truth, both, more)
            ),
        )
        for verdict in Verdict
    ]


class Tally:
    """All that was held against what is known, printed as it comes."""

    def __init__(self) -> None:
        self.figures: dict[str, list[Figure]] = {}
        self.complaints: list[str] = []

    def hold(
        self,
        where: str,
        truth: "Counter[Place]",
        key: Mapping[str, Batch],
        told: Mapping[str, Any],
        *,
        may: Sequence[str] = (),
        must: Sequence[str] = (),
    ) -> None:
        """Hold a verdict against the truth.

        Parameters
        ----------
        where : str
            The store, and what was done with it.
        truth : Counter of Place
        key : mapping of str to Batch
        told : mapping
            What `deskhand fleet verify --json` says.
        may, must : sequence of str
            Verdicts that this service may bring, and those that it must.
        """
        found = places_found(told)
        self.figures[where] = figures(truth, found)
        print(
            f"\n{where}: {told['events_ok']:,} events answered ok, {told['events_unknown']:,} perhaps, "
            f"{told['stored']:,} stored; verified in {told['verify_s']:.1f} s"
        )
        for one in self.figures[where]:
            if one.wrong or one.false:
                right = one.wrong == one.found and not one.false
                print(
                    f"  {one.verdict:<17}{one.wrong:>10,} wrong{one.found:>10,} found"
                    f"{one.false:>8,} false{'' if right else '   OFF'}"
                )
            if one.wrong != one.found or one.false:
                self.complain(where, f"{one.verdict} is not told as it is")
            if one.wrong and one.verdict not in (*may, *must):
                self.complain(where, f"{one.verdict}: it should do nothing of this kind")
            if not one.wrong and one.verdict in must:
                self.complain(where, f"{one.verdict}: it should have done this")
        if not truth and not found:
            print("  nothing is wrong, and nothing is said to be")
        counts = {one.verdict: one.found + one.false for one in self.figures[where]}
        if told["counts"] != counts:
            self.complain(where, f"counts {told['counts']} are not those of the places {counts}")
        told_of = {
            (verdict, fault): events
            for verdict, kind in told["found"].items()
            for fault, events in kind["by_fault"].items()
            if events
        }
        if told_of != dict(faults_of(key, truth)):
            self.complain(where, "events by fault are not told as they are")

    def faults(self, where: str, key: Mapping[str, Batch], truth: "Counter[Place]") -> None:
        """Print what became of batches by their faults; each kind must be there, and go as the key says."""
        wrong = {place.batch_id for place in truth}
        print(f"\nfaults of the plan, and what became of their batches ({where}):")
        print(
            f"  {'':<15}{'batches':>9}{'taken':>9}{'perhaps':>9}{'refused':>9}{'unsent':>9}{'otherwise':>11}"
        )
        for fault in Fault:
            struck = {name: batch for name, batch in key.items() if batch.faults & fault}
            ranks = Counter(batch.best() for batch in struck.values())
            odd = sum(name in wrong or not _as_said(batch) for name, batch in struck.items())
            told = (len(struck), *(ranks[rank] for rank in (TAKEN, PERHAPS, REFUSED, NEVER)))
            print(f"  {fault.name:<15}" + "".join(f"{n:>9,}" for n in told) + f"{odd:>11,}")
            if not struck or odd:
                self.complain(
                    where, f"{fault.name}: {len(struck)} batches, {odd} not as the key says"
                )

    def complain(self, where: str, what: str) -> None:
        """Take note that something is off."""
        self.complaints.append(f"{where}: {what}")

    def close(self) -> int:
        """Print the sum of all, and return the exit status."""
        every = [one for figures in self.figures.values() for one in figures]
        wrong, found = sum(one.wrong for one in every), sum(one.found for one in every)
        false = sum(one.false for one in every)
        share = found / wrong if wrong else 1.0
        print(
            f"\nall: {wrong:,} events wrong, {found:,} of them found as what they are ({share:.4%}), "
            f"{false:,} false"
        )
        for complaint in self.complaints:
            print(f"OFF: {complaint}")
        return 1 if self.complaints else 0


def _as_said(batch: Batch) -> bool:
    rank = batch.best()
    if batch.expected == Expected.UNSENT:
        return rank == NEVER
    if batch.expected == Expected.REJECT:
        return rank in (REFUSED, PERHAPS)
    return rank in (TAKEN, PERHAPS) or batch.expected == Expected.QUARANTINE
