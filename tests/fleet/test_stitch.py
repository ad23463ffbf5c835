"""Stitched bodies are valid: checked with gzip, zlib and zstandard, which made none of it."""

import gzip
import random
import zlib
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import pytest

from deskhand.errors import UnknownNameError
from deskhand.fleet.bodies import Bodies, Encoding
from deskhand.fleet.gzip_stitch import DeflateStitch, GzipStitch, ZstdStitch
from deskhand.fleet.target import PoolBatch, Sent, Template, TextSlot, TimeSlot
from deskhand.fleet.targets import load_target

HEADS = [b"", b"h", b'{"a":1,' * 40, random.Random(1).randbytes(65_535), bytes(200_001)]
TAILS = [b"", b"t", b'{"type":"pointermove","x":1}' * 700, random.Random(2).randbytes(300_000)]
SENT = Sent("syn_r", "syn_b", "syn_s", "syn_d", 3, 0, 2, 0, 1, 1_772_438_400_000_000, 6)


@pytest.mark.parametrize("head", HEADS, ids=len)
@pytest.mark.parametrize("tail", TAILS, ids=len)
def test_stitched_bodies_are_valid(head: bytes, tail: bytes) -> None:
    assert gzip.decompress(GzipStitch(tail).body(head)) == head + tail
    assert zlib.decompress(DeflateStitch(tail).body(head)) == head + tail
    zstandard = pytest.importorskip("zstandard", reason='pip install "deskhand[fleet]"')
    assert zstandard.decompress(ZstdStitch(tail).body(head)) == head + tail


def test_a_wrong_checksum_would_be_noticed() -> None:
    body = bytearray(GzipStitch(TAILS[2]).body(b"head"))
    body[-8] ^= 1
    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress(bytes(body))


def _pool() -> dict[int, PoolBatch]:
    seq = np.arange(2, dtype=np.int32)
    return {0: PoolBatch(0, [b'{"seq":0}', b'{"seq":1}'], seq, seq.astype(np.int64) * 1500)}


class Slotted:
    """A target whose events each carry a name and a time."""

    def head(self, sent: Sent) -> bytes:
        return sent.batch_id.encode() + b" "

    def template(self, batch: PoolBatch) -> Template:
        tail = (b"_____ 0000000000000 " + bytes(32)) * len(batch.records)
        places = np.arange(len(batch.records)) * 52
        return Template(
            tail=tail,
            texts=(TextSlot(name="session_id", width=5, offsets=places),),
            times=(
                TimeSlot(style="ms", offsets=places + 6, t_us=batch.t_us),
                TimeSlot(style="iso", offsets=places + 20, t_us=batch.t_us),
            ),
        )


def _plain(encoding: str, body: bytes) -> bytes:
    if encoding == "zstd":
        import zstandard

        return zstandard.decompress(body)
    decoders: dict[str, Callable[[bytes], bytes]] = {
        "gzip": gzip.decompress,
        "deflate": zlib.decompress,
        "none": bytes,
    }
    return decoders[encoding](body)


NEEDS = 'needs zstandard: python -m pip install -e ".[test,fleet]"'
ZSTD = pytest.param("zstd", marks=pytest.mark.skipif(find_spec("zstandard") is None, reason=NEEDS))


@pytest.mark.parametrize("encoding", ["gzip", "deflate", ZSTD, "none"])
def test_bodies_say_the_same_in_every_encoding(encoding: Encoding) -> None:
    bodies = Bodies(load_target("json", provenance_id="syn_p"), _pool(), encoding)
    whole = _plain(encoding, bodies.body(0, SENT))
    assert whole.endswith(b'"events":[{"seq":0},{"seq":1}]}')
    assert b'"batch_id":"syn_b"' in whole
    half = _plain(encoding, bodies.part(0, SENT._replace(first_seq=1, last_seq=1, events=1)))
    assert half.endswith(b'"events":[{"seq":1}]}')
    filled = _plain(encoding, Bodies(Slotted(), _pool(), encoding).body(0, SENT))
    assert filled == (
        b"syn_b syn_s 1772438400000 2026-03-02T08:00:00.000000+00:00"
        b"syn_s 1772438400001 2026-03-02T08:00:00.001500+00:00"
    )


def test_an_unknown_encoding_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="gzip"):
        Bodies(load_target("json", provenance_id="syn_p"), _pool(), "br")  # type: ignore[arg-type]
