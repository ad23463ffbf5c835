"""Files within files: what is compressed is unpacked into a temporary folder, and judged there."""

import bz2
import gzip
import lzma
import tarfile
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from deskhand.marks.verdict import Judgement, Verdict, together

# A file that unpacks to more is not looked into: it may have been made to fill a disk.
MOST_BYTES = 4 << 30
# What the libraries raise; zipfile's of passwords and of unknown methods are the last two.
_BROKEN = (
    OSError,
    EOFError,
    ValueError,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    RuntimeError,
    NotImplementedError,
)
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"PK\x03\x04", "zip"),
)


def packing(head: bytes) -> str | None:
    """Return how a file is packed, by its first 265 bytes; None for not at all.

    Examples
    --------
    >>> packing(b"BZh91AY"), packing(b"a,b")
    ('bzip2', None)
    """
    if head[257:262] == b"ustar":
        return "tar"
    return next((name for magic, name in _MAGIC if head.startswith(magic)), None)


def judge_packed(path: Path, kind: str, judge: Callable[[Path], list[Judgement]]) -> Judgement:
    """Judge a packed file by what is in it.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    kind : str
        As `packing` names it.
    judge : callable
        Judges a file or a folder.
    """
    try:
        with _unpacked(path, kind) as inner:
            found = judge(inner)
            if kind in ("tar", "zip"):
                return _of_members(path, kind, inner, found)
    except _BROKEN as error:
        return Judgement(
            path=path, verdict=Verdict.NONE, marks=(f"{kind} that cannot be unpacked: {error}",)
        )
    (one,) = found
    return Judgement(
        path=path, verdict=one.verdict, marks=tuple(f"{kind}, {mark}" for mark in one.marks)
    )


def _of_members(path: Path, kind: str, root: Path, found: list[Judgement]) -> Judgement:
    """Join the members of an archive; those of a WebDataset sample have their name up to the first dot."""
    samples: dict[str, list[Judgement]] = {}
    for one in found:
        name = one.path.relative_to(root)
        samples.setdefault(f"{name.parent}/{name.name.partition('.')[0]}", []).append(one)
    verdicts: Counter[Verdict] = Counter()
    for members in samples.values():
        arrays = [
            one for one in members if one.verdict == Verdict.NONE and one.path.suffix == ".npy"
        ]
        rest = [one for one in members if one not in arrays] or arrays
        verdicts[together(Counter(one.verdict for one in rest))] += 1
    total = verdicts.total()
    marks = [
        f"{kind}: {n:,} of {total:,} samples {verdict}" for verdict, n in sorted(verdicts.items())
    ]
    layers = sorted({mark.partition(":")[0] for one in found for mark in one.marks})
    return Judgement(
        path=path,
        verdict=together(verdicts),
        marks=(*marks, *([f"in {', '.join(layers)}"] if layers else [])),
    )


@contextmanager
def _unpacked(path: Path, kind: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="deskhand-") as name:
        folder = Path(name)
        if kind == "tar":
            with tarfile.open(path) as tar:
                if sum(member.size for member in tar) > MOST_BYTES:
                    raise ValueError(f"more than {MOST_BYTES:,} bytes")
                tar.extractall(folder, filter="data")
            yield folder
        elif kind == "zip":
            with zipfile.ZipFile(path) as archive:
                if sum(member.file_size for member in archive.infolist()) > MOST_BYTES:
                    raise ValueError(f"more than {MOST_BYTES:,} bytes")
                archive.extractall(folder)
            yield folder
        else:
            inner = folder / (path.stem or path.name)
            with _opened(path, kind) as source, inner.open("wb") as file:
                _copy(source, file)
            yield inner


def _opened(path: Path, kind: str) -> Any:
    if kind == "gzip":
        return gzip.open(path)
    if kind == "bzip2":
        return bz2.open(path)
    if kind == "xz":
        return lzma.open(path)
    import pyarrow as pa

    return pa.CompressedInputStream(pa.OSFile(str(path)), "zstd")


def _copy(source: Any, file: BinaryIO) -> None:
    while part := source.read(1 << 20):
        file.write(part)
        if file.tell() > MOST_BYTES:
            raise ValueError(f"more than {MOST_BYTES:,} bytes")
