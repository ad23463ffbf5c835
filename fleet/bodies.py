"""Bodies of batches: the pool's tails prepared once, a head each, compressed as the service wants it."""

import zlib
from collections.abc import Callable, Mapping
from typing import Literal, Protocol, get_args

import numpy as np
import numpy.typing as npt

from deskhand.errors import UnknownNameError
from deskhand.fleet.gzip_stitch import DeflateStitch, GzipStitch, PlainStitch, ZstdStitch
from deskhand.fleet.target import PoolBatch, Sent, Template

Encoding = Literal["gzip", "deflate", "zstd", "none"]
# Filled bodies differ all over, so each is compressed whole: as fast as zlib can.
_LEVEL = 1


_UNIT_US = {"s": 1_000_000, "ms": 1_000, "us": 1}


class BodyTarget(Protocol):
    """What bodies need of a target, by HTTP or by queue."""

    def head(self, sent: Sent) -> bytes:
        """Return the beginning of a body."""

    def template(self, batch: PoolBatch) -> Template:
        """Return the rest of a body."""


class Pool(Protocol):
    """Batches by number."""

    def __getitem__(self, pool_batch: int, /) -> PoolBatch:
        """Return a batch of the pool."""


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


def _gzip(body: bytes) -> bytes:
    made = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
    return made.compress(body) + made.flush()


def _zstd(body: bytes) -> bytes:
    return ZstdStitch(body, level=1).body(b"")


def compressor(encoding: Encoding) -> Callable[[bytes], bytes]:
    """Return what codes a whole body.

    Raises
    ------
    UnknownNameError
        When there is no such encoding.

    Examples
    --------
    >>> zlib.decompress(compressor("deflate")(b"all of it"))
    b'all of it'
    """
    known: Mapping[str, Callable[[bytes], bytes]] = {
        "gzip": _gzip,
        "deflate": lambda body: zlib.compress(body, _LEVEL),
        "zstd": _zstd,
        "none": lambda body: body,
    }
    if encoding not in known:
        raise UnknownNameError("encoding", encoding, get_args(Encoding))
    return known[encoding]


class Bodies:
    """Bodies of batches.

    Parameters
    ----------
    target : BodyTarget
        Whose head and template these are.
    pool : Pool
        Batches by number.
    encoding : str
        ``gzip``, ``deflate``, ``zstd`` or ``none``.

    Examples
    --------
    >>> from deskhand.fleet.targets import load_target
    >>> time = np.zeros(1, np.int64)
    >>> pool = {4: PoolBatch(4, [b'{"seq":0}'], time.astype(np.int32), time)}
    >>> sent = Sent("syn_r", "syn_b", "syn_s", "syn_d", 0, 0, 1, 0, 0, 5, 6)
    >>> bodies = Bodies(load_target("json", provenance_id="syn_p"), pool, "gzip")
    >>> zlib.decompress(bodies.body(4, sent), 31)[-45:]
    b'"provenance_id":"syn_p","events":[{"seq":0}]}'
    """

    def __init__(self, target: BodyTarget, pool: Pool, encoding: Encoding) -> None:
        self._target = target
        self._pool = pool
        self._encoding = encoding
        self._code = compressor(encoding)
        self._made: dict[int, Callable[[Sent], bytes]] = {}

    def prepare(self, pool_batch: int) -> None:
        """Make the tail of a batch, which the first body would wait for."""
        if pool_batch not in self._made:
            self._made[pool_batch] = self._maker(self._pool[pool_batch])

    def body(self, pool_batch: int, sent: Sent) -> bytes:
        """Return the body of a batch."""
        make = self._made.get(pool_batch)
        if make is None:
            make = self._made[pool_batch] = self._maker(self._pool[pool_batch])
        return make(sent)

    def part(self, pool_batch: int, sent: Sent) -> bytes:
        """Return a body with those events alone that `sent` tells by their sequence numbers."""
        whole = self._pool[pool_batch]
        a = int(np.searchsorted(whole.seq, sent.first_seq))
        b = int(np.searchsorted(whole.seq, sent.last_seq, side="right"))
        cut = PoolBatch(pool_batch, whole.records[a:b], whole.seq[a:b], whole.t_us[a:b])
        return self._maker(cut)(sent)

    def sequence(self, pool_batch: int) -> npt.NDArray[np.int32]:
        """Return the sequence numbers of a batch's events, in order."""
        return self._pool[pool_batch].seq

    def _maker(self, batch: PoolBatch) -> Callable[[Sent], bytes]:
        template, head = self._target.template(batch), self._target.head
        if template.texts or template.times:
            code = self._code
            return lambda sent: code(head(sent) + filled(template, sent))
        if self._encoding == "gzip":
            stitch = GzipStitch(template.tail).body
        elif self._encoding == "deflate":
            stitch = DeflateStitch(template.tail).body
        elif self._encoding == "zstd":
            stitch = ZstdStitch(template.tail).body
        else:
            stitch = PlainStitch(template.tail).body
        return lambda sent: stitch(head(sent))
