"""The session pool: sessions that are rendered once, cut into batches, with faulty variants of these."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from deskhand import api
from deskhand.exports.jsonl import lines
from deskhand.fleet.batching import Body, batches_of
from deskhand.fleet.checksum import FIELDS, checksum, row_hashes
from deskhand.fleet.description import Description
from deskhand.fleet.draws import keyed_uniforms
from deskhand.fleet.faults.content import EXPECTED, variant
from deskhand.fleet.faults.session import without_end
from deskhand.fleet.scenario_mix import Mix
from deskhand.fleet.tables import POOL_BATCHES, POOL_EVENTS, POOL_SESSIONS, Expected, Fault
from deskhand.fleet.target import HttpTarget, PoolBatch, QueueTarget, Sent
from deskhand.fleet.targets import load_target
from deskhand.streams import name

# Altered batches whose records are read at once; an eighth of them may hold a text of 256 KiB.
HASHED_TOGETHER = 256


class Pool(NamedTuple):
    """The three tables of a pool; batches without a fault come first, session by session."""

    sessions: pa.Table
    batches: pa.Table
    events: pa.Table


def records_of(events: pa.Table) -> list[bytes]:
    """Return events as the JSON records that a capture client sends: the fields that are set.

    Parameters
    ----------
    events : pyarrow.Table
        Of one session.

    Examples
    --------
    >>> import deskhand
    >>> records_of(deskhand.simulate("auth.login", seed=7).events)[0][:35]
    b'{"seq":0,"t_us":0,"type":"session.s'
    """
    (batch,) = events.select(FIELDS).combine_chunks().to_batches()
    return bytes(lines(batch)).split(b"\n")[:-1]


def hashes_of(records: list[bytes]) -> npt.NDArray[np.uint64]:
    """Return the hash of each record as a reader of JSON finds it, and 0 where it is not JSON.

    Examples
    --------
    >>> hashes_of([b'{"seq":0}', b'{"seq":NaN}']).astype(bool).tolist()
    [True, False]
    """
    read: list[Any] = []
    for record in records:
        try:
            read.append(orjson.loads(record))
        except orjson.JSONDecodeError:
            read.append(None)
    found = [row for row in read if row is not None]
    names = [name for name in FIELDS if any(name in row for row in found)]
    table = pa.table({name: pa.array([row.get(name) for row in found]) for name in names})
    hashes = np.zeros(len(records), np.uint64)
    if found:
        hashes[[row is not None for row in read]] = row_hashes(table)
    return hashes


def make_pool(described: Description, mix: Mix) -> Pool:
    """Render the sessions of a fleet's pool.

    Parameters
    ----------
    described : Description
    mix : Mix
        The scenarios of it.
    """
    names = list(mix)
    weights = np.cumsum([played.weight for played in mix.values()])
    share = keyed_uniforms(described.seed, "fleet.scenario", np.arange(described.pool))
    chosen = np.searchsorted(weights, share * weights[-1], side="right")
    # What it is of comes later, and is as long as this.
    provenance_id = name("syn_prov", described.seed, "fleet.plan")
    target = load_target(described.target, provenance_id=provenance_id)
    sessions: list[dict[str, Any]] = []
    batches: list[dict[str, Any]] = []
    parts: list[tuple[PoolBatch, npt.NDArray[np.uint64]]] = []
    for number in range(described.pool):
        scenario = names[chosen[number]]
        made_from = mix[scenario].recipe
        session = api.simulate(
            made_from.scenario,
            seed=described.seed,
            person=number,
            screens=made_from.own_screens,
        )
        records = records_of(session.events)
        seq = session.events["seq"].to_numpy().astype(np.int32)
        t_us = session.events["t_us"].to_numpy()
        hashes = hashes_of(records)
        sizes = np.array([len(record) for record in records], np.int64)
        body = _body(target, PoolBatch(0, records, seq, t_us))
        closed = batches_of(described.client, t_us, sizes, body)
        for position, (first, last, ready_us) in enumerate(zip(*closed, strict=True)):
            cut = slice(int(first), int(last))
            batch = PoolBatch(len(batches), records[cut], seq[cut], t_us[cut])
            batches.append(
                _row(batch, hashes[cut], number, position, int(ready_us), 0, len(batches))
            )
            parts.append((batch, hashes[cut]))
        sessions.append(
            {
                "pool_session": number,
                "scenario": scenario,
                "events": len(records),
                "duration_us": int(t_us[-1]),
                "checksum": checksum(hashes),
            }
        )
    _add_variants(described, batches, parts)
    return Pool(
        pa.Table.from_pylist(sessions, POOL_SESSIONS),
        pa.Table.from_pylist(batches, POOL_BATCHES),
        _events(parts),
    )


def _add_variants(
    described: Description,
    batches: list[dict[str, Any]],
    parts: list[tuple[PoolBatch, npt.NDArray[np.uint64]]],
) -> None:
    """Put the faulty variants of all batches behind them."""
    whose = [batch["pool_session"] for batch in batches]
    altered: list[tuple[int, Fault, PoolBatch, Expected]] = []
    for plain, (batch, _) in enumerate(parts):
        ends = {
            Fault.MISSING_START: whose[plain] not in whose[:plain],
            Fault.MISSING_END: whose[plain] not in whose[plain + 1 :],
        }
        altered += [(plain, *made) for made in _variants(described, batch, ends)]
    for low in range(0, len(altered), HASHED_TOGETHER):
        some = altered[low : low + HASHED_TOGETHER]
        ends_at = np.cumsum([len(batch.records) for _, _, batch, _ in some])
        found = hashes_of([record for _, _, batch, _ in some for record in batch.records])
        for (plain, kind, batch, expected), hashes in zip(
            some, np.split(found, ends_at[:-1]), strict=True
        ):
            batch = batch._replace(pool_batch=len(batches))
            of = batches[plain]
            row = _row(
                batch, hashes, of["pool_session"], of["position"], of["ready_us"], kind, plain
            )
            batches.append(row | {"expected": int(expected)})
            parts.append((batch, hashes))


def _body(target: HttpTarget | QueueTarget, session: PoolBatch) -> Body | None:
    """Return what the events of a session take in a body, for a service that bounds bodies.

    Faulty variants of a batch may be larger: they are what the service is to be tried with.
    """
    most_bytes = getattr(target, "most_bytes", None)
    if most_bytes is None:
        return None
    names = ("syn_0000000000000000",) * 4
    widest = 2**31 - 1
    head = target.head(Sent(*names, *(widest,) * 5, 10**15, 10**15))
    # Alone, each has the end of a body, and no comma; places that are filled in have a fixed width.
    event_bytes = [
        len(
            target.template(
                PoolBatch(0, [record], session.seq[at : at + 1], session.t_us[at : at + 1])
            ).tail
        )
        for at, record in enumerate(session.records)
    ]
    return Body(np.array(event_bytes, np.int64), most_bytes - len(head))


def _variants(
    described: Description, batch: PoolBatch, ends: Mapping[Fault, bool]
) -> Iterator[tuple[Fault, PoolBatch, Expected]]:
    """Yield the variants of a batch that a fleet's faults call for."""
    for kind in EXPECTED:
        if getattr(described.content, str(kind.name).lower()):
            altered = variant(described.seed, batch, kind).batch
            yield kind, altered, described.expected_of(kind)
    for kind, is_end in ends.items():
        rate = getattr(described.session, str(kind.name).lower())
        if is_end and rate and len(batch.records) > 1:
            yield kind, without_end(batch, kind), Expected.ACCEPT


def _row(
    batch: PoolBatch,
    hashes: npt.NDArray[np.uint64],
    session: int,
    position: int,
    ready_us: int,
    kind: int,
    plain: int,
) -> dict[str, Any]:
    return {
        "pool_batch": batch.pool_batch,
        "pool_session": session,
        "position": position,
        "variant": int(kind),
        "plain": plain,
        "first_seq": int(batch.seq[0]),
        "last_seq": int(batch.seq[-1]),
        "events": len(batch.records),
        "first_t_us": int(batch.t_us[0]),
        "last_t_us": int(batch.t_us[-1]),
        "ready_us": ready_us,
        "record_bytes": sum(map(len, batch.records)),
        "checksum": checksum(hashes),
        "expected": int(Expected.ACCEPT),
    }


def _events(parts: Sequence[tuple[PoolBatch, npt.NDArray[np.uint64]]]) -> pa.Table:
    batches = [batch for batch, _ in parts]
    numbers = np.array([batch.pool_batch for batch in batches], np.int32)
    columns = [
        np.repeat(numbers, [len(batch.records) for batch in batches]),
        np.concatenate([batch.seq for batch in batches]),
        np.concatenate([batch.t_us for batch in batches]),
        np.concatenate([hashes for _, hashes in parts]),
        [record for batch in batches for record in batch.records],
    ]
    arrays = [
        pa.array(column, kind) for column, kind in zip(columns, POOL_EVENTS.types, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=POOL_EVENTS)
