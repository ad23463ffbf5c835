"""A plan's batches as whole requests without compression, for load tools that send them themselves."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.fleet.identifiers import identifiers
from deskhand.fleet.tables import FORMAT, Expected, Fault
from deskhand.fleet.target import PoolBatch, Sent, Template
from deskhand.manifest import read_record

# Only a client that writes its own bytes to the socket can send these.
NOT_BY_OTHERS = int(Fault.TRUNCATE | Fault.CORRUPT_GZIP | Fault.WRONG_LENGTH)
_NEEDED = [
    *("batch", "session", "device", "pool_batch", "position"),
    *("device_us", "copies", "faults", "expected"),
]
_UNIT_US = {"s": 1_000_000, "ms": 1_000, "us": 1}


class WholeBatch(NamedTuple):
    """A batch of a plan, ready to be sent."""

    batch: int
    path: str
    headers: Mapping[str, str]
    body: bytes
    expected: Expected


class JsonBatches:
    """The generic target: one JSON object a batch.

    Parameters
    ----------
    provenance_id : str
        Of the plan.
    path : str
        Where batches are posted.
    """

    def __init__(self, provenance_id: str, path: str) -> None:
        self.provenance_id = provenance_id
        self.path = path
        self.headers = {"Content-Type": "application/json"}

    def head(self, sent: Sent) -> bytes:
        """Return the beginning of a body."""
        fields = (
            *("run_id", "batch_id", "session_id", "device_id", "position"),
            *("start_us", "device_us", "first_seq", "last_seq"),
        )
        record = {"synthetic": True, **{name: getattr(sent, name) for name in fields}}
        return orjson.dumps(record | {"provenance_id": self.provenance_id})[:-1] + b',"events":['

    def template(self, batch: PoolBatch) -> Template:
        """Return the rest of a body."""
        return Template(tail=b",".join(batch.records) + b"]}")


def filled(template: Template, sent: Sent) -> bytes:
    """Return a tail with its places filled in.

    Parameters
    ----------
    template : Template
        Of a batch of the pool.
    sent : Sent
        What is unique about this one.

    Examples
    --------
    >>> from deskhand.fleet.target import TextSlot, TimeSlot
    >>> sent = Sent("r", "b", "syn_7", "d", 0, 0, 1, 0, 0, 1_772_438_400_000_000, 0)
    >>> name = TextSlot(name="session_id", width=5, offsets=np.array([0]))
    >>> time = TimeSlot(style="ms", offsets=np.array([6]), t_us=np.array([2_500]))
    >>> filled(Template(tail=b"_____ 0000000000000", texts=(name,), times=(time,)), sent)
    b'syn_7 1772438400002'
    """
    if not template.texts and not template.times:
        return template.tail
    tail = np.frombuffer(template.tail, np.uint8).copy()

    def put(offsets: npt.NDArray[np.int64], texts: npt.NDArray[np.bytes_]) -> None:
        width = texts.dtype.itemsize
        letters = np.ascontiguousarray(texts).view(np.uint8).reshape(-1, width)
        tail[offsets[:, None] + np.arange(width)] = letters

    for text in template.texts:
        value = str(getattr(sent, text.name)).encode()
        put(text.offsets, np.full(len(text.offsets), value, f"S{text.width}"))
    for time in template.times:
        at_us = sent.start_us + time.t_us
        if time.style == "iso":
            moments = np.datetime_as_string(at_us.astype("M8[us]")).astype("S26")
            put(time.offsets, np.char.add(moments, b"+00:00"))
        elif time.style == "ns":
            put(time.offsets, (at_us * 1_000).astype("S19"))
        else:
            digits = at_us // _UNIT_US[time.style]
            put(time.offsets, digits.astype(f"S{len(str(digits.max()))}"))
    return tail.tobytes()


class WholeBodies:
    """A plan's batches, one after the other.

    Parameters
    ----------
    folder : pathlib.Path
        A plan, of the generic target.
    path : str
        Where batches are posted.

    Raises
    ------
    DeskhandError
        When this is not a plan, or its target is another.
    """

    def __init__(self, folder: Path, *, path: str = "/batch") -> None:
        self.folder = folder
        self.record: dict[str, Any] = read_record(folder / "plan.json")
        if not isinstance(self.record, dict) or self.record.get("format") != FORMAT:
            raise DeskhandError(
                f"{folder}: not a plan of format {FORMAT}; make it again with `deskhand fleet plan`."
            )
        if self.record["target"] != "json":
            raise UnknownNameError("target of whole bodies", self.record["target"], ["json"])
        self.target = JsonBatches(self.record["provenance_id"], path)

    @cached_property
    def _batches(self) -> list[dict[str, Any]]:
        found = pq.read_table(
            self.folder / "pool" / "batches.parquet",
            columns=["pool_batch", "events", "first_seq", "last_seq"],
        )
        rows: list[dict[str, Any]] = found.sort_by("pool_batch").to_pylist()
        return rows

    @cached_property
    def _templates(self) -> list[Template]:
        events = pq.read_table(self.folder / "pool" / "events.parquet")
        events = events.sort_by([("pool_batch", "ascending"), ("seq", "ascending")])
        of = _column(events, "pool_batch")
        records = events.column("record").to_pylist()
        seq, t_us = _column(events, "seq"), _column(events, "t_us")
        starts = np.searchsorted(of, np.arange(len(self._batches) + 1))
        return [
            self.target.template(PoolBatch(place, records[a:b], seq[a:b], t_us[a:b]))
            for place, (a, b) in enumerate(pairwise(starts))
        ]

    def part(self, which: int = 0, of: int = 1) -> Iterator[WholeBatch]:
        """Yield the batches of some devices, in the order of each shard's plan.

        Parameters
        ----------
        which, of : int
            Those devices whose number leaves `which` when divided by `of`, so that each device
            keeps to one sender.

        Yields
        ------
        WholeBatch
            Twice, for a planned duplicate. Left out are batches that the plan does not send, and
            those whose fault lies in the bytes on the wire.
        """
        for shard in self.record["shards"]:
            yield from self._of_shard(self.folder / shard["name"], which, of)

    def _of_shard(self, shard: Path, which: int, of: int) -> Iterator[WholeBatch]:
        sessions = pq.read_table(
            shard / "sessions.parquet", columns=["session", "alias", "device_start_us"]
        ).sort_by("session")
        batches = pq.read_table(shard / "batches.parquet", columns=_NEEDED)
        device, faults = _column(batches, "device"), _column(batches, "faults")
        taken = (device % of == which) & ((faults & NOT_BY_OTHERS) == 0)
        taken &= _column(batches, "expected") != Expected.UNSENT
        batches = batches.filter(pa.array(taken))
        place = np.searchsorted(_column(sessions, "session"), _column(batches, "session"))
        start = self.record["start_unix_us"]
        seed = self.record["seed"]
        columns = zip(
            _column(batches, "batch").tolist(),
            _names(seed, "batch", _column(batches, "batch")),
            _names(seed, "session", _column(sessions, "alias")[place]),
            _names(seed, "device", _column(batches, "device")),
            _column(batches, "device").tolist(),
            _column(batches, "position").tolist(),
            _column(batches, "pool_batch").tolist(),
            (start + _column(sessions, "device_start_us")[place]).tolist(),
            (start + _column(batches, "device_us")).tolist(),
            _column(batches, "copies").tolist(),
            _column(batches, "expected").tolist(),
            strict=True,
        )
        for (
            batch,
            name,
            session,
            who,
            number,
            at,
            pool,
            start_us,
            device_us,
            copies,
            wanted,
        ) in columns:
            row = self._batches[pool]
            sent = Sent(
                self.record["run_id"],
                name,
                session,
                who,
                number,
                at,
                row["events"],
                row["first_seq"],
                row["last_seq"],
                start_us,
                device_us,
            )
            body = self.target.head(sent) + filled(self._templates[pool], sent)
            for _ in range(copies):
                yield WholeBatch(
                    batch, self.target.path, self.target.headers, body, Expected(wanted)
                )


def _column(table: pa.Table, name: str) -> npt.NDArray[Any]:
    found: npt.NDArray[Any] = table.column(name).to_numpy()
    return found


def _names(seed: int, what: str, numbers: npt.NDArray[np.int64]) -> list[str]:
    return [name.decode() for name in identifiers(seed, what, numbers).tolist()]
