"""Judging files and folders: by what is in them, by what stands beside them, by their name."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from deskhand.errors import DeskhandError
from deskhand.marks.beside import judge_beside, judge_name
from deskhand.marks.media import PNG, judge_bytes, judge_png
from deskhand.marks.packed import judge_packed, packing
from deskhand.marks.tables import judge_arrow, judge_parquet, judge_sqlite
from deskhand.marks.texts import judge_text
from deskhand.marks.verdict import Judgement, Verdict, together

_HEAD = 512
# Archives within archives are opened so many times, for some files unpack to themselves.
MOST_DEPTH = 5
SIGNATURE_ENDING = ".sig"


def is_synthetic(path: str | Path) -> bool:
    """Return whether a file, or every file of a folder, says that it is synthetic.

    Parameters
    ----------
    path : str or pathlib.Path
        Of any format that deskhand writes, packed or not, also after pandas has rewritten it.

    Returns
    -------
    bool
        False for captures, for what was derived from one, and where only a part has a mark. A mark
        can be taken off, so False does not mean that data is of people.

    Raises
    ------
    DeskhandError
        When there is nothing at the path.

    Examples
    --------
    >>> import tempfile, deskhand
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = deskhand.simulate("auth.unlock", seed=7).write(
    ...         Path(folder) / "one.json", format="rrweb"
    ...     )
    ...     deskhand.is_synthetic(Path(folder) / "one.json")
    True
    """
    return together(Counter(one.verdict for one in judge(path))) == Verdict.SYNTHETIC


def judge(path: str | Path) -> list[Judgement]:
    """Return the judgement on a file, or on each file below a folder, in order of their names.

    Parameters
    ----------
    path : str or pathlib.Path

    Raises
    ------
    DeskhandError
        When there is nothing at the path, or it cannot be read.
    """
    return _judge(Path(path), 0)


def _judge(path: Path, depth: int) -> list[Judgement]:
    try:
        if path.is_dir():
            # A signature is no data; it is checked with a key.
            files = sorted(p for p in _below(path) if p.suffix != SIGNATURE_ENDING)
            return [judge_file(file, depth) for file in files]
        if not path.exists():
            raise DeskhandError(f"{path}: not found; name a file or a folder.")
        return [judge_file(path, depth)]
    except OSError as error:
        raise DeskhandError(
            f"{error.filename or path} cannot be read: {error.strerror or error}."
        ) from error


def _below(folder: Path) -> Iterator[Path]:
    """Yield all files; a folder that cannot be looked into is an error, and not passed over."""

    def refuse(error: OSError) -> None:
        raise error

    for place, _, names in os.walk(folder, onerror=refuse):
        yield from (path for path in (Path(place, name) for name in names) if path.is_file())


def judge_file(path: Path, depth: int = 0) -> Judgement:
    """Return the judgement on one file: what is in it counts before what is beside it.

    Parameters
    ----------
    path : pathlib.Path
    depth : int
        In how many archives it was packed.
    """
    inside = _inside(path, depth)
    if inside.verdict == Verdict.NOT:
        # A table without rows has no word for what was derived; the manifest beside it has.
        beside = judge_beside(path)
        return beside if beside is not None and beside.verdict == Verdict.DERIVED else inside
    if inside.verdict not in (Verdict.NONE, Verdict.EMPTY):
        return inside
    return (
        judge_beside(path)
        or (inside if inside.verdict == Verdict.EMPTY else judge_name(path))
        or inside
    )


def _inside(path: Path, depth: int) -> Judgement:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        return Judgement(path=path, verdict=Verdict.EMPTY)
    kind = packing(head)
    if kind is not None and depth >= MOST_DEPTH:
        return Judgement(path=path, verdict=Verdict.NONE, marks=("packed too many times",))
    if kind is not None:
        return judge_packed(path, kind, lambda inner: _judge(inner, depth + 1))
    if head.startswith(b"PAR1"):
        return judge_parquet(path)
    if head.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return judge_arrow(path)
    if head.startswith(b"SQLite format 3\0"):
        return judge_sqlite(path)
    if head.startswith(PNG):
        return judge_png(path)
    if head.startswith((b"\xff\xd8\xff", b"RIFF")):
        return judge_bytes(path, "EXIF")
    if head[4:8] == b"ftyp":
        return judge_bytes(path, "comment")
    if b"\0" in head or _is_binary(head):
        return judge_bytes(path, "bytes")
    return judge_text(path)


def _is_binary(head: bytes) -> bool:
    try:
        # A letter may be cut in two where the head ends.
        head[:-3].decode("utf-8")
    except UnicodeDecodeError:
        return True
    return any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)
