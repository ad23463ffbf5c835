"""Unique compressed bodies in microseconds: a head that is only stored, and a tail compressed once.

Compressed formats allow blocks that hold bytes as they are. A body whose head differs each time and
whose tail does not is such a block with the head, the tail's blocks made beforehand, and a checksum
of both, which follows from the two checksums without reading the tail again.

Sources
-------
RFC 1950 (zlib), RFC 1951 (stored blocks of deflate), RFC 1952 (gzip), RFC 8878 (Zstandard: raw blocks
change neither the repeated offsets nor the tables). Checksums are joined by what appending zeros does
to them: a multiplication by x**(8n) modulo the polynomial, here one table a byte of the checksum.
"""

import zlib
from array import array
from struct import Struct

from deskhand.errors import DeskhandError

_POLYNOMIAL = 0xEDB88320  # of CRC-32, its bits reflected
_ADLER_BASE = 65_521
_STORED_BYTES = 65_535  # in a stored block of deflate
_ZSTD_BLOCK_BYTES = 128 * 1024
# No name, no time, system unknown: the same body is the same bytes everywhere.
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_ZLIB_HEADER = b"\x78\x01"
_ZSTD_HEADER = b"\x28\xb5\x2f\xfd\xa0"  # magic number; one segment, its size in four bytes
_stored = Struct("<BHH").pack
_two_words = Struct("<II").pack
_word = Struct("<I").pack
_big_word = Struct(">I").pack


def _times(a: int, b: int) -> int:
    """Return the product of two polynomials modulo that of CRC-32; bit 31 is the constant term."""
    product = 0
    while a:
        if a & 0x8000_0000:
            product ^= b
        a = (a << 1) & 0xFFFF_FFFF
        b = (b >> 1) ^ _POLYNOMIAL if b & 1 else b >> 1
    return product


def _shift_tables(length: int) -> "array[int]":
    """Return what `length` further bytes make of a CRC-32: 256 values for each of its four bytes."""
    power, square, left = 1 << 31, 1 << 23, length  # 1, and x**8
    while left:
        if left & 1:
            power = _times(power, square)
        square, left = _times(square, square), left >> 1
    tables = array("I")
    for byte in range(4):
        values = [0]
        for bit in range(8):
            image = _times(power, 1 << (8 * byte + bit))
            values += [value ^ image for value in values]
        tables.extend(values)
    return tables


def _raw_deflate(tail: bytes, level: int) -> bytes:
    made = zlib.compressobj(level, zlib.DEFLATED, -15)
    return made.compress(tail) + made.flush()


def _stored_blocks(head: bytes) -> bytes:
    size = len(head)
    if size <= _STORED_BYTES:
        return _stored(0, size, size ^ 0xFFFF) + head
    return _stored_blocks(head[:_STORED_BYTES]) + _stored_blocks(head[_STORED_BYTES:])


class GzipStitch:
    """Bodies with one tail, coded as gzip.

    Parameters
    ----------
    tail : bytes
        What all bodies end with.
    level : int
        How hard the tail is compressed, from 1 to 9.

    Examples
    --------
    >>> import gzip
    >>> gzip.decompress(GzipStitch(b" and the same end").body(b"a head"))
    b'a head and the same end'
    """

    __slots__ = ("_crc", "_end", "_size", "_tables")

    def __init__(self, tail: bytes, level: int = 6) -> None:
        self._end = _raw_deflate(tail, level)
        self._crc = zlib.crc32(tail)
        self._size = len(tail)
        self._tables = _shift_tables(len(tail))

    def body(self, head: bytes) -> bytes:
        """Return head and tail as one gzip member."""
        crc, tables = zlib.crc32(head), self._tables
        crc = (
            tables[crc & 255]
            ^ tables[256 + ((crc >> 8) & 255)]
            ^ tables[512 + ((crc >> 16) & 255)]
            ^ tables[768 + (crc >> 24)]
            ^ self._crc
        )
        size = len(head)
        end = _two_words(crc, (size + self._size) & 0xFFFF_FFFF)
        if size > _STORED_BYTES:
            return b"".join((_GZIP_HEADER, _stored_blocks(head), self._end, end))
        start = _stored(0, size, size ^ 0xFFFF)
        return b"".join((_GZIP_HEADER, start, head, self._end, end))


class DeflateStitch:
    """Bodies with one tail, coded as zlib, which HTTP calls deflate; as `GzipStitch`.

    Examples
    --------
    >>> zlib.decompress(DeflateStitch(b" and the same end").body(b"a head"))
    b'a head and the same end'
    """

    __slots__ = ("_adler", "_end", "_size")

    def __init__(self, tail: bytes, level: int = 6) -> None:
        self._end = _raw_deflate(tail, level)
        self._adler = zlib.adler32(tail)
        self._size = len(tail)

    def body(self, head: bytes) -> bytes:
        """Return head and tail as one zlib stream."""
        of_head, of_tail = zlib.adler32(head), self._adler
        low, tail_low = of_head & 0xFFFF, of_tail & 0xFFFF
        high = ((of_head >> 16) + (of_tail >> 16) + self._size * (low - 1)) % _ADLER_BASE
        adler = (high << 16) | ((low + tail_low - 1) % _ADLER_BASE)
        return b"".join((_ZLIB_HEADER, _stored_blocks(head), self._end, _big_word(adler)))


class ZstdStitch:
    """Bodies with one tail, coded as one frame of Zstandard; as `GzipStitch`.

    Raises
    ------
    DeskhandError
        When zstandard is not installed.

    Examples
    --------
    >>> import zstandard
    >>> zstandard.decompress(ZstdStitch(b" and the same end").body(b"a head"))
    b'a head and the same end'
    """

    __slots__ = ("_end", "_size")

    def __init__(self, tail: bytes, level: int = 3) -> None:
        try:
            import zstandard
        except ImportError as error:
            raise DeskhandError(
                'bodies coded as zstd need zstandard: pip install "deskhand[fleet]".'
            ) from error
        made = zstandard.ZstdCompressor(level=level, write_checksum=False).compress(tail)
        self._end = made[zstandard.frame_header_size(made) :]
        self._size = len(tail)

    def body(self, head: bytes) -> bytes:
        """Return head and tail as one frame."""
        parts = [_ZSTD_HEADER, _word(len(head) + self._size)]
        for start in range(0, len(head), _ZSTD_BLOCK_BYTES):
            block = head[start : start + _ZSTD_BLOCK_BYTES]
            parts += (_word(len(block) << 3)[:3], block)
        parts.append(self._end)
        return b"".join(parts)


class PlainStitch:
    """Bodies with one tail, not compressed.

    Examples
    --------
    >>> PlainStitch(b" and the same end").body(b"a head")
    b'a head and the same end'
    """

    __slots__ = ("_end",)

    def __init__(self, tail: bytes) -> None:
        self._end = tail

    def body(self, head: bytes) -> bytes:
        """Return head and tail."""
        return head + self._end
