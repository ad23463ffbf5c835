"""Marks in pictures and films: text chunks of PNG, and what other files hold as plain bytes."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from deskhand.marks.json_marks import said_by_bytes
from deskhand.marks.verdict import Judgement, Verdict

PNG = b"\x89PNG\r\n\x1a\n"
# Notes are short; a chunk that is longer is no note.
LONGEST_NOTE = 1 << 20
_CHUNK, _OVERLAP = 1 << 20, 256


def png_notes(file: BinaryIO) -> Iterator[tuple[str, str]]:
    """Yield the keys and texts of a PNG file's text chunks."""
    if file.read(len(PNG)) != PNG:
        return
    while len(head := file.read(8)) == 8:
        size, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind not in (b"tEXt", b"zTXt", b"iTXt") or size > LONGEST_NOTE:
            file.seek(size + 4, 1)
            continue
        key, _, text = file.read(size).partition(b"\0")
        file.seek(4, 1)
        if kind == b"zTXt":
            try:
                text = zlib.decompressobj().decompress(text[1:], LONGEST_NOTE)
            except zlib.error:
                continue
        elif kind == b"iTXt":
            text = text.rpartition(b"\0")[2]
        yield key.decode("latin-1"), text.decode("utf-8", "replace")


def judge_png(path: Path) -> Judgement:
    """Judge a PNG file by its text chunks ``synthetic`` and ``provenance_id``."""
    with path.open("rb") as file:
        notes = dict(png_notes(file))
    claim, source = notes.get("synthetic"), notes.get("provenance_id", "")
    if claim == "true":
        verdict = Verdict.SYNTHETIC
    elif claim == "false":
        verdict = Verdict.DERIVED if source.startswith("der_") else Verdict.NOT
    else:
        return Judgement(path=path, verdict=Verdict.NONE)
    return Judgement(path=path, verdict=verdict, marks=(f"PNG text: synthetic={claim}",))


def judge_bytes(path: Path, layer: str) -> Judgement:
    """Judge a file of any other kind by what stands in it as plain bytes, such as a film's comment."""
    found: set[Verdict] = set()
    kept = b""
    with path.open("rb") as file:
        while part := file.read(_CHUNK):
            found.add(said_by_bytes(kept + part))
            kept = part[-_OVERLAP:]
    found.discard(Verdict.NONE)
    if not found:
        return Judgement(path=path, verdict=Verdict.NONE)
    verdict = found.pop() if len(found) == 1 else Verdict.PARTLY
    return Judgement(path=path, verdict=verdict, marks=(f"{layer}: {verdict}",))
