"""Marks in text: JSON, JSON Lines, Sentry envelopes, XML and HTML, and lines of device recordings."""

import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from deskhand.marks.json_marks import said_by_bytes, said_by_json, said_by_line, said_by_lines
from deskhand.marks.tables import judge_csv
from deskhand.marks.verdict import Judgement, Verdict, of_records, together

# A line by which a device recording says what made it, as a comment or as YAML.
_OWN_LINE = re.compile(rb"^(?:# )?deskhand: (\{.*\})\s*$", re.M)
_IN_MARKUP = re.compile(
    rb'<boolean key="synthetic" value="(true|false)"|<meta name="synthetic" content="(true|false)"'
)
_DERIVED = re.compile(rb'value="der_[0-9a-f]{16};|"der_session_[0-9a-f]{16}"')
# Of JSON that is about sessions and holds none, so that there is nothing to mark.
_ABOUT = re.compile(rb'"format"\s*:\s*"deskhand\.(realism|privacy_audit|profile|ledger)/\d+"')
_SPOKEN = {"realism": "a report", "privacy_audit": "a report"}
_HEAD = 1 << 20


def judge_text(path: Path) -> Judgement:
    """Judge a file of text by what it holds."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] in (b"{", b"["):
        return _judge_json(path)
    if start[:1] == b"<":
        return _judge_markup(path)
    if own := _OWN_LINE.search(head):
        verdict = said_by_line(own[1])
        return Judgement(path=path, verdict=verdict, marks=(f"line 'deskhand:': {verdict}",))
    return judge_csv(path)


def _judge_json(path: Path) -> Judgement:
    with path.open("rb") as file:
        first = file.readline()
        while first and not first.strip():
            first = file.readline()
        second = file.readline()
        try:
            one = json.loads(first)
        except (ValueError, RecursionError):
            one = None
        if one is None and not _is_object(second):
            file.seek(0)
            return _judge_document(path, file.read())
        if second.strip() == b"" and not file.readline().strip():
            return _judge_document(path, first)
        if isinstance(one, dict) and _is_envelope(second):
            file.seek(0)
            return _judge_envelope(path, file.read())
        file.seek(0)
        found = said_by_lines(file)
    return of_records(path, found, layer="lines")


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _judge_document(path: Path, content: bytes) -> Judgement:
    about = _about(content)
    if about is not None:
        mark = f"{_SPOKEN.get(about, f'a {about}')}, which holds no sessions"
        return Judgement(path=path, verdict=Verdict.NONE, marks=(mark,))
    found = said_by_json(content)
    return of_records(path, found, layer="document" if found.total() == 1 else "records")


def _about(content: bytes) -> str | None:
    """Return the kind of a report, profile or ledger; None for any other document."""
    if (found := _ABOUT.search(content)) is None:
        return None
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    kind = found[1].decode()
    said = str(document.get("format")) if isinstance(document, dict) else ""
    return kind if said.startswith(f"deskhand.{kind}/") else None


def _is_envelope(line: bytes) -> bool:
    try:
        item = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(item, dict) and set(item) <= {
        "type", "length", "item_count", "content_type", "filename",
    } and "type" in item  # fmt: skip


def _judge_envelope(path: Path, content: bytes) -> Judgement:
    found = Counter(_parts(content))
    del found[Verdict.NONE]
    verdict = together(found) if found else Verdict.NONE
    marks = (f"envelope: {verdict}",) if found else ()
    return Judgement(path=path, verdict=verdict, marks=marks)


def _parts(content: bytes) -> Iterator[Verdict]:
    """Yield what the headers and items of an envelope say; a recording within is compressed."""
    for line in content.split(b"\n"):
        if line[:1] == b"{":
            yield said_by_line(line)
    for place in (found.end() for found in re.finditer(rb'^\{"segment_id":\d+\}\n', content, re.M)):
        try:
            yield said_by_bytes(zlib.decompressobj().decompress(content[place:], _HEAD))
        except zlib.error:
            continue


def _judge_markup(path: Path) -> Judgement:
    content = path.read_bytes()
    claims = {a or b for a, b in _IN_MARKUP.findall(content)}
    if claims == {b"true"}:
        verdict = Verdict.SYNTHETIC
    elif len(claims) == 2:
        verdict = Verdict.PARTLY
    elif _DERIVED.search(content):
        verdict = Verdict.DERIVED
    else:
        verdict = Verdict.NOT if claims else Verdict.NONE
    marks = () if verdict == Verdict.NONE else (f"markup: {verdict}",)
    return Judgement(path=path, verdict=verdict, marks=marks)
