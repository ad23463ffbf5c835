"""Known ways to be wrong, so that what verifies a service can itself be tested."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from typing import Any
from zlib import crc32

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.fleet.collector.intake import Batch, RefusedError, json_batch, line_batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Bugs:
    """What the collector does wrong; nothing by default.

    Which batch or event is struck depends on its name alone, so a test knows it beforehand.

    Parameters
    ----------
    drop, reject, phantom : int
        One event in so many is lost; one batch in so many is refused, or gets an event that nobody
        sent.
    truncate : int
        Texts keep so many characters.
    late : int
        Events are stored so many seconds later, by their own account.
    double_on_retry, lose_on_crash, misorder, accept_invalid : bool
        A batch that comes again is stored again; answers come before the commit; events of a batch
        are stored in reverse; what is no valid batch is answered with success.
    """

    drop: int = 0
    reject: int = 0
    phantom: int = 0
    truncate: int = 0
    late: int = 0
    double_on_retry: bool = False
    lose_on_crash: bool = False
    misorder: bool = False
    accept_invalid: bool = False

    def refuses(self, batch: Batch) -> bool:
        """Return whether a valid batch is refused."""
        return strikes(self.reject, "reject", batch.batch_id)

    def altered(self, batch: Batch) -> Batch:
        """Return what is stored of a batch."""
        if self.drop:
            kept = [
                place
                for place, seq in enumerate(batch.seq)
                if not strikes(self.drop, "drop", f"{batch.batch_id}/{seq}")
            ]
            batch = _taken(batch, kept)
        if self.truncate:
            batch = batch._replace(
                records=[
                    {
                        name: value[: self.truncate] if isinstance(value, str) else value
                        for name, value in record.items()
                    }
                    for record in batch.records
                ]
            )
        if strikes(self.phantom, "phantom", batch.batch_id):
            batch = batch._replace(
                sessions=[*batch.sessions, "syn_ffffffffffffffff"],
                seq=[*batch.seq, 0],
                records=[*batch.records, {"seq": 0, "t_us": 0, "type": "mark"}],
            )
        if self.misorder:
            batch = _taken(batch, range(len(batch.seq) - 1, -1, -1))
        return batch


def strikes(one_in: int, what: str, name: str) -> bool:
    """Return whether a bug strikes what has this name.

    Examples
    --------
    >>> 900 < sum(strikes(10, "drop", f"batch/{seq}") for seq in range(10_000)) < 1100
    True
    """
    return one_in > 0 and crc32(f"{what}:{name}".encode()) % one_in == 0


def falls(share: float, what: str, name: str) -> bool:
    """Return whether what has this name is in a share of all.

    Examples
    --------
    >>> 6900 < sum(falls(0.7, "429", f"batch-{number}") for number in range(10_000)) < 7100
    True
    """
    return crc32(f"{what}:{name}".encode()) < share * 2**32


def whatever(body: bytes, lines: bool) -> Batch | None:
    """Return what a careless service makes of an invalid body, or None."""
    text = body.decode("utf-8", "replace")
    careful = line_batch if lines else json_batch
    with suppress(ValueError, RefusedError):
        parsed = [json.loads(line) for line in text.splitlines()] if lines else json.loads(text)
        rows = parsed if lines else [parsed]
        # A number that is none becomes nothing, half a character a question mark.
        clean = b"\n".join(
            json.dumps(_clean(row), ensure_ascii=False).encode("utf-8", "replace") for row in rows
        )
        return careful(clean)
    return None


def _clean(value: Any) -> Any:
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    if isinstance(value, dict):
        return {name: _clean(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner) for inner in value]
    return value


def _taken(batch: Batch, places: Sequence[int]) -> Batch:
    return batch._replace(
        sessions=[batch.sessions[p] for p in places],
        seq=[batch.seq[p] for p in places],
        records=[batch.records[p] for p in places],
    )


def parse_bugs(texts: Sequence[str]) -> Bugs:
    """Return the bugs that a command line names.

    Parameters
    ----------
    texts : sequence of str
        Such as ``drop=1/100``, ``truncate=64``, ``double-on-retry``.

    Raises
    ------
    UnknownNameError
        When there is no such bug.
    DeskhandError
        When it has no such size.

    Examples
    --------
    >>> parse_bugs(["drop=1/100", "misorder"]).drop
    100
    """
    bugs = Bugs()
    known: Mapping[str, Any] = {f.name.replace("_", "-"): f.default for f in fields(Bugs)}
    for text in texts:
        name, _, size = text.partition("=")
        if name not in known:
            raise UnknownNameError("bug", name, known)
        switch = isinstance(known[name], bool)
        rate = name in ("drop", "reject", "phantom")
        number = size.removeprefix("1/") if rate and size.startswith("1/") else size
        wrong = bool(size) if switch else not number.isdecimal() or not int(number)
        if wrong or (rate and not size.startswith("1/")):
            form = name if switch else f"{name}=1/100" if rate else f"{name}=60"
            raise DeskhandError(f"bug {text!r}: write it like {form}.")
        value: Any = True if switch else int(number)
        bugs = replace(bugs, **{name.replace("-", "_"): value})
    return bugs
