"""The judge: reads the answer key and what is stored, and says what is wrong."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from deskhand.errors import DeskhandError
from deskhand.fleet.identifiers import identifiers
from deskhand.fleet.tables import Expected, Fault
from deskhand.fleet.verify.expectation import (
    NEVER_SENT,
    PERHAPS,
    REFUSED,
    TAKEN,
    Expectation,
    Ints,
    read_expectation,
)
from deskhand.fleet.verify.layout import Layout
from deskhand.fleet.verify.match import Findings, match
from deskhand.fleet.verify.rows import Stored, read_rows
from deskhand.fleet.verify.sequence import late, misordered, origins
from deskhand.fleet.verify.verdicts import Example, Found, Verdict, Verification

# Answers of HTTP that ask to come later; a client that then gave up was not refused.
LATER = (408, 429)


def verify(
    plan: Path,
    stored: Iterable[pa.Table],
    *,
    run: Path | None = None,
    layout: Layout | None = None,
    late_s: float | None = None,
    examples: int = 5,
) -> Verification:
    """Return what is wrong with what a service stored.

    Parameters
    ----------
    plan : pathlib.Path
        A folder that `deskhand fleet plan` wrote.
    stored : iterable of pyarrow.Table
        What is stored, in blocks; `deskhand.fleet.verify.stored.open_stored` reads it from many places.
    run : pathlib.Path, optional
        The run's folder; without, every batch that is to be accepted must be stored exactly once.
    layout : Layout, optional
        Names of the service's columns.
    late_s : float, optional
        How long after the answer an event may be stored, by the service's clock against this machine's.
    examples : int
        Shown of each kind.

    Returns
    -------
    Verification

    Raises
    ------
    DeskhandError
        When the plan, the run or the rows cannot be read, or do not belong together.
    """
    layout = layout or Layout()
    if examples < 0:
        raise DeskhandError(f"examples is {examples}; it must be 0 or more.")
    expectation = read_expectation(plan, run)
    if late_s is not None:
        _check_late(layout, expectation, late_s)
    rows = read_rows(
        expectation.seed,
        expectation.session_number,
        expectation.batch_number,
        stored,
        layout,
        examples,
    )
    matched = match(expectation, rows)
    found = matched.found + list(_answers(expectation))
    notes: list[str] = []
    if layout.order is not None or late_s is not None:
        batch, unclear = origins(expectation, rows)
        if unclear:
            notes.append(
                f"{unclear:,} sessions hold numbers of more than one batch (merged or reused "
                "identifiers): without batch_id their rows are not checked for order and lateness"
            )
        if rows.order is not None:
            found.append((Verdict.MISORDERED, misordered(batch, rows, rows.order)))
        if late_s is not None and rows.time_us is not None:
            after = late(batch, rows, rows.time_us, expectation.done_us, round(late_s * 1e6))
            found.append((Verdict.LATE, after))
    rank = expectation.rank
    return Verification(
        plan_id=expectation.plan_id,
        run_id=expectation.run_id,
        sessions=len(expectation.session_number),
        batches=len(rank),
        batches_ok=int(np.count_nonzero(rank == TAKEN)),
        batches_unknown=int(np.count_nonzero(rank == PERHAPS)),
        batches_failed=int(np.count_nonzero(rank == REFUSED)),
        batches_unsent=int(np.count_nonzero(rank == NEVER_SENT)),
        events_ok=matched.least,
        events_unknown=matched.most - matched.least,
        stored=len(rows.seq),
        groups=matched.groups,
        groups_looked_into=matched.looked_into,
        by_batch=rows.batch is not None,
        notes=tuple(notes),
        found=tuple(_found(expectation, rows, found, examples)),
    )


def _check_late(layout: Layout, expectation: Expectation, late_s: float) -> None:
    if layout.time is None or expectation.run_id is None:
        raise DeskhandError(
            "late_s: needs the column with the time of storing (--time COLUMN) and the run "
            "(--run FOLDER), whose answers it is counted from."
        )
    if expectation.start_unix_us is None:
        raise DeskhandError(
            "late_s: run.json does not say when the run started (start_unix_us); run again."
        )
    if not 0 <= late_s < 1e9:
        raise DeskhandError(f"late_s is {late_s}; it must be 0 or more seconds.")


def _answers(expectation: Expectation) -> Iterable[tuple[Verdict, Findings]]:
    """Yield batches whose answer alone is wrong."""
    pool = expectation.pool
    events = pool.events[expectation.pool_row]
    accept = expectation.expected == Expected.ACCEPT
    refused = accept & (expectation.rank == REFUSED) & ~expectation.split
    batch = np.flatnonzero(refused & _refusal(expectation.status))
    pieces = expectation.pieces
    halves = np.flatnonzero(
        accept[pieces.batch] & (pieces.rank == REFUSED) & _refusal(pieces.status)
    )
    # The events of a half, by places in the pool's rows, which are sorted by batch and seq.
    key = (np.repeat(np.arange(len(pool.events)), pool.events) << 32) | pool.seq
    of = expectation.pool_row[pieces.batch[halves]] << 32
    inside = np.searchsorted(key, of | pieces.last_seq[halves], side="right")
    inside -= np.searchsorted(key, of | pieces.first_seq[halves])
    taken = (expectation.expected == Expected.REJECT) & (expectation.rank == TAKEN)
    for verdict, place, count, note in (
        (Verdict.WRONGLY_REJECTED, batch, events[batch], "valid, and refused for good"),
        (Verdict.WRONGLY_REJECTED, pieces.batch[halves], inside, "valid, and refused for good"),
        (
            Verdict.WRONGLY_ACCEPTED,
            np.flatnonzero(taken),
            events[taken],
            "not valid, and answered ok",
        ),
    ):
        nothing = np.full(len(place), -1)
        if len(place):
            yield (
                verdict,
                Findings(
                    events=count,
                    batch=place,
                    session=expectation.session[place],
                    seq=nothing,
                    row=nothing,
                    note=note,
                ),
            )


def _refusal(status: Ints) -> npt.NDArray[np.bool_]:
    return (status >= 400) & (status < 500) & ~np.isin(status, LATER)


def _found(
    expectation: Expectation,
    stored: Stored,
    found: list[tuple[Verdict, Findings]],
    examples: int,
) -> Iterable[Found]:
    taken = (expectation.expected == Expected.REJECT) & (expectation.rank == TAKEN)
    for verdict in Verdict:
        parts = [findings for kind, findings in found if kind is verdict]
        if verdict is Verdict.WRONGLY_ACCEPTED:
            # A batch that was answered ok is told of as a whole, whatever of it is stored.
            parts = [one if one.row.max(initial=-1) < 0 else _without(one, taken) for one in parts]
        parts = [one for one in parts if len(one.events)]
        if not parts:
            continue
        events = np.concatenate([one.events for one in parts])
        batch = np.concatenate([one.batch for one in parts])
        faults = np.append(expectation.faults, np.uint32(0))[batch]
        by_fault = {
            str(fault.name): int(events[(faults & fault) != 0].sum())
            for fault in Fault
            if ((faults & fault) != 0).any()
        }
        if (faults == 0).any():
            by_fault["NONE"] = int(events[faults == 0].sum())
        yield Found(
            verdict=verdict,
            events=int(events.sum()),
            batches=len(np.unique(batch[batch >= 0])),
            by_fault=by_fault,
            examples=tuple(
                _example(expectation, stored, one, place)
                for one in parts
                for place in range(min(len(one.events), examples))
            )[:examples],
        )


def _without(findings: Findings, taken: npt.NDArray[np.bool_]) -> Findings:
    kept = ~np.append(taken, False)[findings.batch]
    return findings._replace(
        events=findings.events[kept],
        batch=findings.batch[kept],
        session=findings.session[kept],
        seq=findings.seq[kept],
        row=findings.row[kept],
    )


def _example(expectation: Expectation, stored: Stored, findings: Findings, place: int) -> Example:
    events, batch, session, seq, row = (int(column[place]) for column in findings[:5])
    note = findings.note if events == 1 else f"{findings.note}, {events} events"
    if session >= 0:
        number = expectation.session_number[session]
        session_id = identifiers(expectation.seed, "session", number)[0].decode()
    else:
        session_id = stored.strange.get(row)
    faults = Fault(int(expectation.faults[batch])) if batch >= 0 else Fault(0)
    number = expectation.batch_number[batch]
    return Example(
        events=events,
        session_id=session_id,
        seq=None if seq < 0 else seq,
        batch_id=identifiers(expectation.seed, "batch", number)[0].decode() if batch >= 0 else None,
        batch=int(number) if batch >= 0 else None,
        device=int(expectation.device[batch]) if batch >= 0 else None,
        faults=tuple(str(fault.name) for fault in faults),
        note=note,
    )
