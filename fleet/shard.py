"""A shard of a plan: what some devices send and when, with its answer key, in columns."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from deskhand.fleet.description import Description
from deskhand.fleet.devices import Columns, make_devices
from deskhand.fleet.draws import keyed_uniforms
from deskhand.fleet.faults.buffer import sending
from deskhand.fleet.faults.clock import device_clocks, device_times
from deskhand.fleet.faults.content import content_faults
from deskhand.fleet.faults.session import session_fates, split_parts
from deskhand.fleet.faults.transport import BREAKS_BODY, transported
from deskhand.fleet.schedule import Starts, session_starts
from deskhand.fleet.sent import sent_batches
from deskhand.fleet.tables import (
    DEVICES,
    KEY_BATCHES,
    KEY_SESSIONS,
    SHARD_DEVICES,
    SHARD_SHIFT,
    Expected,
    Fault,
)
from deskhand.fleet.target import HttpTarget, QueueTarget

# What the head of a body takes in a client's buffer beside the records; assumed.
HEAD_BYTES = 400


class Shard(NamedTuple):
    """The three tables of a shard."""

    devices: pa.Table
    sessions: pa.Table
    batches: pa.Table


class PoolColumns:
    """The pool's batches as columns, with the way from a batch and a fault to its variant."""

    def __init__(self, batches: pa.Table) -> None:
        self.columns: Columns = {name: batches[name].to_numpy() for name in batches.column_names}
        plain = self.columns["variant"] == 0
        session = self.columns["pool_session"][plain]
        self.first = np.searchsorted(session, np.arange(int(session[-1]) + 1))
        self.count = np.bincount(session).astype(np.int32)
        kinds = np.unique(self.columns["variant"])
        self._place: Mapping[int, int] = {int(kind): at for at, kind in enumerate(kinds)}
        self._variants = np.full((len(kinds), int(plain.sum())), -1, np.int32)
        at = [self._place[int(kind)] for kind in self.columns["variant"]]
        self._variants[at, self.columns["plain"]] = self.columns["pool_batch"]

    def variant(
        self, plain: npt.NDArray[np.int64], kind: npt.NDArray[np.uint32]
    ) -> npt.NDArray[np.int32]:
        """Return the variants of batches, and -1 where there is none."""
        found = np.full(len(plain), -1, np.int32)
        for number, at in self._place.items():
            here = kind == number
            found[here] = self._variants[at, plain[here]]
        return found

    def of(self, name: str, batch: npt.NDArray[np.int32]) -> npt.NDArray[Any]:
        """Return a column's values for batches."""
        return self.columns[name][batch]


def make_shard(
    described: Description,
    number: int,
    pool: PoolColumns,
    tails: list[bytes],
    target: HttpTarget | QueueTarget,
    run_id: str,
) -> Shard:
    """Plan what the devices of one shard send.

    Parameters
    ----------
    described : Description
    number : int
        Which shard; devices from ``number * SHARD_DEVICES`` on.
    pool : PoolColumns
    tails : list of bytes
        The sha256 of each pool batch's unfilled tail.
    target : HttpTarget or QueueTarget
        Whose heads go into the digests.
    run_id : str
        The plan's identifier.

    Returns
    -------
    Shard
    """
    seed, duration_us = described.seed, described.duration_us
    first = number * SHARD_DEVICES
    count = min(SHARD_DEVICES, described.devices - first)
    devices = make_devices(seed, first, count, described.time_zones)
    devices |= device_clocks(described.clock, seed, devices["device"])
    starts = session_starts(
        seed,
        described.arrivals,
        devices["device"],
        devices["zone"],
        sorted(described.time_zones),
        described.date,
        duration_us,
    )
    sessions = _sessions(described, number, pool, starts)
    batches = _batches(described, pool, devices, first, sessions)
    _sum_up(described, pool, devices, first, sessions, batches)
    order = np.argsort(batches["intended_us"], kind="stable")
    batches = {name: column[order] for name, column in batches.items()}
    batches["batch"] = (number << SHARD_SHIFT) + np.arange(len(order), dtype=np.int64)
    unique = sent_batches(
        seed=seed,
        run_id=run_id,
        start_unix_us=described.start_unix_us,
        pool=pool.columns,
        sessions=sessions,
        batches=batches,
    )
    whose = batches["pool_batch"].tolist()
    # A digest is of the head and of the digest of the tail: hashing a tail costs a hundred heads.
    digests = [
        sha256(target.head(sent) + tails[batch]).digest()
        for batch, sent in zip(whose, unique, strict=True)
    ]
    return Shard(
        _table(devices, DEVICES),
        _table(sessions, KEY_SESSIONS),
        _table(batches | {"digest": digests}, KEY_BATCHES),
    )


def _table(columns: Mapping[str, Any], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_arrays(
        [pa.array(columns[item.name], item.type) for item in schema], schema=schema
    )


def _sessions(described: Description, number: int, pool: PoolColumns, starts: Starts) -> Columns:
    """Return who starts which session, after what becomes of sessions as wholes."""
    device, which = starts.device, starts.which
    share = keyed_uniforms(described.seed, "fleet.pool", device, which)
    chosen = (share * described.pool).astype(np.int32)
    lasts = pool.first[chosen] + pool.count[chosen] - 1
    events = pool.columns["events"]
    fates = session_fates(
        described.session,
        described.seed,
        device,
        which,
        pool.count[chosen],
        events[pool.first[chosen]],
        events[lasts],
    )
    parts = split_parts(fates.cut, pool.count[chosen])
    row, base = parts.row, number << SHARD_SHIFT
    second = parts.first > 0
    # Where the first part of each session went; a second part has a name of its own.
    place = np.flatnonzero(~second)
    alias = np.where(second, np.arange(len(row)), place[fates.alias[row]])
    faults = fates.faults[row]
    faults[second] &= ~np.uint32(Fault.MISSING_START)
    faults[parts.last < pool.count[chosen[row]]] &= ~np.uint32(Fault.MISSING_END)
    return {
        "session": base + np.arange(len(row), dtype=np.int64),
        "alias": base + alias.astype(np.int64),
        "device": device[row],
        "which": which[row],
        "pool_session": chosen[row],
        "start_us": starts.start_us[row],
        "first": parts.first,
        "batches": (parts.last - parts.first).astype(np.int32),
        "faults": faults,
    }


def _batches(
    described: Description, pool: PoolColumns, devices: Columns, first: int, sessions: Columns
) -> Columns:
    """Return the batches of sessions, session by session."""
    seed = described.seed
    owner = np.repeat(np.arange(len(sessions["session"])), sessions["batches"])
    place = np.arange(len(owner)) - np.repeat(
        np.cumsum(sessions["batches"]) - sessions["batches"], sessions["batches"]
    )
    position = (sessions["first"][owner] + place).astype(np.int32)
    plain = pool.first[sessions["pool_session"][owner]] + position
    device, which = sessions["device"][owner], sessions["which"][owner]
    kind = content_faults(described.content, seed, device, which, position)
    fated = sessions["faults"][owner]
    at_start = ((fated & Fault.MISSING_START) > 0) & (place == 0)
    at_end = ((fated & Fault.MISSING_END) > 0) & (place == sessions["batches"][owner] - 1)
    kind[at_start], kind[at_end] = int(Fault.MISSING_START), int(Fault.MISSING_END)
    batch = pool.variant(plain, kind)
    kind[batch < 0] = 0
    batch = np.where(batch < 0, plain, batch).astype(np.int32)
    made_us = sessions["start_us"][owner] + pool.of("ready_us", batch)
    sizes = pool.of("record_bytes", batch).astype(np.int64) + HEAD_BYTES
    buffered = sending(described.buffer, seed, device, made_us, sizes, described.duration_us)
    by_name = np.lexsort((position, which, device))
    sent = transported(
        described.transport,
        seed,
        device[by_name],
        which[by_name],
        position[by_name],
        buffered.intended_us[by_name],
        buffered.unsent[by_name],
    )
    back = np.empty_like(by_name)
    back[by_name] = np.arange(len(by_name))
    shown_us, clock = device_times(
        described.clock, seed, devices, device - first, made_us, described.duration_us
    )
    broken = sent.faults[back]
    expected = pool.of("expected", batch)
    expected = np.where(broken & np.uint32(BREAKS_BODY), np.uint8(Expected.REJECT), expected)
    expected = np.where(buffered.unsent, np.uint8(Expected.UNSENT), expected)
    names = Fault.SPLIT | Fault.MERGED | Fault.REUSED_ID
    return {
        "session": sessions["session"][owner],
        "device": device,
        "pool_batch": batch,
        "position": position,
        "made_us": made_us,
        "intended_us": sent.intended_us[back],
        "device_us": shown_us,
        "copies": sent.copies[back],
        "faults": kind | broken | buffered.faults | clock | (fated & np.uint32(names)),
        "expected": expected.astype(np.uint8),
    }


def _sum_up(
    described: Description,
    pool: PoolColumns,
    devices: Columns,
    first: int,
    sessions: Columns,
    batches: Columns,
) -> None:
    """Add to sessions what their batches come to; counts and checksums of those to be accepted."""
    starts = np.cumsum(sessions["batches"]) - sessions["batches"]
    batch, accepted = batches["pool_batch"], batches["expected"] == Expected.ACCEPT
    shown_us, clock = device_times(
        described.clock,
        described.seed,
        devices,
        sessions["device"] - first,
        sessions["start_us"],
        described.duration_us,
    )
    sessions["device_start_us"] = shown_us
    sessions["faults"] = sessions["faults"] | clock
    for name, ufunc, kind in (
        ("min_seq", np.minimum, "first_seq"),
        ("max_seq", np.maximum, "last_seq"),
        ("first_us", np.minimum, "first_t_us"),
        ("last_us", np.maximum, "last_t_us"),
    ):
        values = pool.of(kind, batch)
        sessions[name] = ufunc.reduceat(values, starts) if len(starts) else values[:0]
        if name.endswith("_us"):
            sessions[name] = sessions[name] + sessions["start_us"]
    for name in ("events", "checksum"):
        values = np.where(accepted, pool.of(name, batch), 0).astype(pool.columns[name].dtype)
        sessions[name] = np.add.reduceat(values, starts) if len(starts) else values[:0]
