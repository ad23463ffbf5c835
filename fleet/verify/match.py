"""Stored rows against expected events: sums of groups first, rows of those that differ then.

A group is a batch where the service keeps batch identifiers, else a session. A row is its group,
sequence number and hash; both sides are multisets, as a merged or reused session identifier may hold
the same row twice.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from deskhand.fleet.tables import Expected
from deskhand.fleet.verify.expectation import (
    NEVER_SENT,
    PERHAPS,
    TAKEN,
    Codes,
    Expectation,
    Ints,
)
from deskhand.fleet.verify.rows import UNREADABLE, Stored
from deskhand.fleet.verify.verdicts import Verdict

Hashes = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

# Rows and expected events that are sorted at a time, some 150 bytes each.
SLICE = 2_000_000


class Findings(NamedTuple):
    """Places where something is wrong; shape (k,) each."""

    events: Ints  # how many at this place
    batch: Ints  # place, or -1
    session: Ints  # place, or -1
    seq: Ints  # or -1
    row: Ints  # of the stored rows, or -1
    note: str


class Events(NamedTuple):
    """Expected events of some batches, one row each."""

    batch: Ints
    seq: Ints
    row_hash: Hashes
    rank: Codes


class Matched(NamedTuple):
    """What was compared and what was found."""

    found: list[tuple[Verdict, Findings]]
    groups: int
    looked_into: int
    least: int  # events that must be stored
    most: int  # events that may be stored


def at_least(expectation: Expectation, batch: Ints, rank: Codes) -> Mask:
    """Return which events must be stored."""
    least: Mask = (expectation.expected[batch] == Expected.ACCEPT) & (rank == TAKEN)
    return least


def at_most(expectation: Expectation, batch: Ints, rank: Codes) -> Mask:
    """Return which events may be stored; what should not have been sent and was, may."""
    most: Mask = (expectation.expected[batch] != Expected.REJECT) & (rank >= PERHAPS)
    return most


def expand(expectation: Expectation, batch: Ints) -> Events:
    """Return the events of batches (places, ascending), with what is known of each."""
    pool = expectation.pool
    row = expectation.pool_row[batch]
    count = pool.events[row]
    ends = np.cumsum(count)
    owner = np.repeat(np.arange(len(batch)), count)
    within = np.arange(len(owner)) - (ends - count)[owner]
    event = pool.first[row][owner] + within
    place = batch[owner]
    seq = pool.seq[event]
    rank = expectation.rank[place]
    split = expectation.split[place]
    if split.any():
        rank = np.where(split, np.int8(NEVER_SENT), rank)
        pieces = expectation.pieces
        slot = np.searchsorted(batch, pieces.batch)
        here = np.flatnonzero(np.append(batch, -1)[slot] == pieces.batch)
        slot = slot[here]
        # Every piece over all events of its batch; those outside of its range fall away.
        owner = np.repeat(np.arange(len(here)), count[slot])
        within = np.arange(len(owner)) - (np.cumsum(count[slot]) - count[slot])[owner]
        target = (ends - count)[slot][owner] + within
        piece = here[owner]
        inside = (seq[target] >= pieces.first_seq[piece]) & (seq[target] <= pieces.last_seq[piece])
        np.maximum.at(rank, target[inside], pieces.rank[piece[inside]])
    return Events(place, seq, pool.row_hash[event], rank)


def match(expectation: Expectation, stored: Stored) -> Matched:
    """Compare what is stored with what should be.

    Parameters
    ----------
    expectation : Expectation
    stored : Stored
        Read with the numbers of the expectation's sessions and batches.

    Returns
    -------
    Matched
    """
    by_batch = stored.batch is not None
    found: list[tuple[Verdict, Findings]] = []
    group, known = _groups(expectation, stored, found)
    total = len(expectation.batch_number) if by_batch else len(expectation.session_number)
    owner = np.arange(total) if by_batch else expectation.session
    differs, least, most = _differing(expectation, stored, group, known, owner, total)
    size = np.bincount(group[known], minlength=total)
    size += np.bincount(
        owner, expectation.pool.events[expectation.pool_row], minlength=total
    ).astype(np.int64)
    for low, high in _slices(np.where(differs, size, 0)):
        inside = np.zeros(total, np.bool_)
        inside[low:high] = differs[low:high]
        rows = np.flatnonzero(known & inside[group])
        batches = np.flatnonzero(inside[owner])
        found += _look_into(expectation, stored, group, owner, rows, batches)
    return Matched(found, total, int(np.count_nonzero(differs)), least, most)


def _groups(
    expectation: Expectation, stored: Stored, found: list[tuple[Verdict, Findings]]
) -> tuple[npt.NDArray[np.int32], Mask]:
    """Return each row's group, and which rows have one; tell of those that have none."""
    unreadable = stored.row_hash == UNREADABLE
    strange = stored.session < 0
    nowhere = unreadable & (strange | (stored.seq < 0))
    refusable = np.zeros(len(nowhere), np.bool_)
    if stored.batch is not None:
        reject = np.append(expectation.expected == Expected.REJECT, False)
        refusable = nowhere & reject[stored.batch]
    checks = [
        (Verdict.WRONGLY_ACCEPTED, refusable, "stored unreadable, of a batch that is not valid"),
        (Verdict.CORRUPTED, nowhere & ~refusable, "unreadable, so its session or seq is not known"),
        (Verdict.PHANTOM, strange & ~nowhere, "the session is none of the plan"),
        (Verdict.PHANTOM, ~strange & ~nowhere & (stored.seq < 0), "seq is no whole number from 0"),
    ]
    group = stored.session
    if stored.batch is not None:
        group = stored.batch
        fine = ~strange & (stored.seq >= 0)
        checks.append((Verdict.PHANTOM, fine & (group < 0), "the batch is none of the plan"))
        other = np.append(expectation.session, -1)[group] != stored.session
        checks.append(
            (Verdict.PHANTOM, fine & (group >= 0) & other, "the batch is of another session")
        )
    known = np.ones(len(group), np.bool_)
    for verdict, mask, note in checks:
        rows = np.flatnonzero(mask)
        known[rows] = False
        if len(rows):
            one = np.ones(len(rows), np.int64)
            found.append(
                (
                    verdict,
                    Findings(
                        events=one,
                        batch=np.full(len(rows), -1, np.int64)
                        if stored.batch is None
                        else stored.batch[rows].astype(np.int64),
                        session=stored.session[rows].astype(np.int64),
                        seq=stored.seq[rows].astype(np.int64),
                        row=rows,
                        note=note,
                    ),
                )
            )
    return group, known


def _differing(
    expectation: Expectation,
    stored: Stored,
    group: npt.NDArray[np.int32],
    known: Mask,
    owner: Ints,
    total: int,
) -> tuple[Mask, int, int]:
    """Return which groups cannot be told to be right by counts and sums, and the bounds of all."""
    pool, row = expectation.pool, expectation.pool_row
    events, sums = pool.events[row], pool.checksum[row]
    place = np.arange(len(row))
    # Batches that were sent in halves are counted event by event.
    split = np.flatnonzero(expectation.split)
    parts = expand(expectation, split)
    least = at_least(expectation, place, expectation.rank) & ~expectation.split
    most = at_most(expectation, place, expectation.rank) & ~expectation.split
    maybe = most & ~least
    low_count, low_sum = _sums(owner[least], events[least], sums[least], total)
    more_count, more_sum = _sums(owner[maybe], events[maybe], sums[maybe], total)
    ones = np.ones(np.count_nonzero(known), np.int64)
    count, hashes = _sums(group[known], ones, stored.row_hash[known], total)
    same = (count == low_count) & (hashes == low_sum)
    with np.errstate(over="ignore"):
        same |= (count == low_count + more_count) & (hashes == low_sum + more_sum)
    same[owner[expectation.split]] = False
    # An event without a hash adds nothing to what is expected, so where it is stored the sums differ.
    return (
        ~same,
        int(events[least].sum()) + int(at_least(expectation, parts.batch, parts.rank).sum()),
        int(events[most].sum()) + int(at_most(expectation, parts.batch, parts.rank).sum()),
    )


def _sums(
    owner: npt.NDArray[np.integer], count: Ints, hashes: Hashes, total: int
) -> tuple[Ints, Hashes]:
    counts, sums = np.zeros(total, np.int64), np.zeros(total, np.uint64)
    with np.errstate(over="ignore"):
        np.add.at(counts, owner, count)
        np.add.at(sums, owner, hashes)
    return counts, sums


def _slices(size: Ints) -> Iterator[tuple[int, int]]:
    """Yield ranges of groups of some `SLICE` rows, without those where there is nothing to look into."""
    ends = np.cumsum(size)
    low, done = 0, 0
    while low < len(size) and ends[-1] > done:
        high = max(int(np.searchsorted(ends, done + SLICE, side="right")), low + 1)
        if ends[high - 1] > done:
            yield low, high
        low, done = high, int(ends[high - 1])


def _look_into(
    expectation: Expectation,
    stored: Stored,
    group: npt.NDArray[np.int32],
    owner: Ints,
    rows: Ints,
    batches: Ints,
) -> Iterator[tuple[Verdict, Findings]]:
    """Yield what is wrong with the rows and batches of some groups."""
    events = expand(expectation, batches)
    least = at_least(expectation, events.batch, events.rank)
    most = at_most(expectation, events.batch, events.rank)
    reject = expectation.expected[events.batch] == Expected.REJECT
    none = ~most & ~reject
    own = np.concatenate([np.zeros(len(rows), np.bool_), np.ones(len(events.seq), np.bool_)])
    where = np.concatenate([group[rows], owner[events.batch]]).astype(np.int64)
    key = (where << 32) | np.concatenate([stored.seq[rows], events.seq])
    row_hash = np.concatenate([stored.row_hash[rows], events.row_hash])
    order = np.lexsort((row_hash, key))
    key, row_hash = key[order], row_hash[order]
    new_key = np.diff(key, prepend=-1) != 0
    runs = np.flatnonzero(new_key | (np.diff(row_hash, prepend=row_hash[:1]) != 0))
    keys = np.searchsorted(runs, np.flatnonzero(new_key))

    def tally(mask: Mask) -> Ints:
        column = np.zeros(len(own), np.int64)
        column[own] = mask
        return np.add.reduceat(column[order], runs)

    def batch_of(mask: Mask) -> Ints:
        column = np.full(len(own), -1, np.int64)
        column[own] = np.where(mask, events.batch, -1)
        return np.maximum.reduceat(np.maximum.reduceat(column[order], runs), keys)

    def row_of() -> Ints:
        column = np.full(len(own), -1, np.int64)
        column[~own] = rows
        return np.maximum.reduceat(np.maximum.reduceat(column[order], runs), keys)

    def per_key(column: Ints) -> Ints:
        return np.add.reduceat(column, keys)

    if not len(key):
        return
    there = np.add.reduceat((~own)[order].astype(np.int64), runs)
    low, high, refuse, never = tally(least), tally(most), tally(reject), tally(none)
    wild = row_hash[runs] == 0
    # Content that is known: counted against its own bounds.
    surplus = np.where(wild, 0, np.maximum(there - high, 0))
    accepted = np.where(high > 0, np.minimum(surplus, refuse), np.where(refuse > 0, surplus, 0))
    surplus -= accepted
    doubled = np.where(high > 0, surplus, 0)
    unsent = np.where((high == 0) & (never > 0), surplus, 0)
    # Content that is not: it stands for events of its place that have no hash, are missing, or may be.
    other = per_key(surplus - doubled - unsent)
    lost = per_key(np.where(wild, 0, np.maximum(low - there, 0)))
    free = per_key(np.where(wild, 0, high - np.maximum(np.minimum(there, high), low)))
    wild_low, wild_high = per_key(np.where(wild, low, 0)), per_key(np.where(wild, high, 0))
    unknowable = np.minimum(other, wild_high)
    lost += np.maximum(wild_low - unknowable, 0)
    other -= unknowable
    spoilt = np.minimum(other, lost)
    lost -= spoilt
    spare = np.minimum(other - spoilt, free)
    other -= spoilt + spare
    spoilt += spare
    may, refusable, known = per_key(high) > 0, per_key(refuse) > 0, per_key(never) > 0
    accepted_here = per_key(accepted) + np.where(refusable, other, 0)
    spoilt += np.where(~refusable & may, other, 0)
    unsent_here = per_key(unsent) + np.where(~refusable & ~may & known, other, 0)
    strange = np.where(~refusable & ~may & ~known, other, 0)
    place = key[runs][keys]
    row = row_of()
    for verdict, amount, mask, note in (
        (Verdict.LOST, lost, least, "answered ok, and not stored"),
        (Verdict.DUPLICATED, per_key(doubled), most, "stored more often than sent"),
        (Verdict.CORRUPTED, spoilt, most, "stored with other content"),
        (Verdict.PHANTOM, unsent_here, none, "its batch was refused or never sent"),
        (Verdict.PHANTOM, strange, np.zeros(len(least), np.bool_), "no event of this seq was sent"),
        (Verdict.WRONGLY_ACCEPTED, accepted_here, reject, "stored, of a batch that is not valid"),
    ):
        here = np.flatnonzero(amount)
        if not len(here):
            continue
        batch = batch_of(mask)[here]
        at = place[here] >> 32
        if stored.batch is not None:
            batch = np.where(batch < 0, at, batch)
            at = expectation.session[at]
        yield (
            verdict,
            Findings(
                events=amount[here],
                batch=batch,
                session=at,
                seq=place[here] & (2**32 - 1),
                row=row[here],
                note=note,
            ),
        )
