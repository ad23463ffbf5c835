"""One batch, and bodies of it that are filled in slowly and plainly."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from deskhand.fleet.target import HttpTarget, PoolBatch, QueueTarget, Sent, Template
from deskhand.fleet.targets import load_target
from deskhand.fleet.targets.tails import WIDTHS

START_US = 1_772_438_400_123_456  # 2026-03-02 08:00:00.123456 UTC
SENT = Sent(
    run_id="syn_0000000000000abc",
    batch_id="syn_0123456789abcdef",
    session_id="syn_fedcba9876543210",
    device_id="syn_00000000000000d1",
    device=7,
    position=3,
    events=4,
    first_seq=5,
    last_seq=8,
    start_us=START_US,
    device_us=START_US + 9_000_000,
)


RECORDS: tuple[Mapping[str, Any], ...] = (
    {"seq": 5, "t_us": 0, "type": "pointermove", "screen_x": 1.5, "screen_y": -3},
    {"seq": 6, "t_us": 1, "type": "input", "value": 'é "quoted" \\ \n \u2028 😀', "masked": False},
    {"seq": 7, "t_us": 999_999, "type": "keydown", "key": "a"},
    {"seq": 8, "t_us": 86_400_000_000, "type": "session.end"},
)


def batch_of(records: tuple[Mapping[str, Any], ...]) -> PoolBatch:
    return PoolBatch(
        0,
        [json.dumps(r, separators=(",", ":"), ensure_ascii=False).encode() for r in records],
        np.array([r["seq"] for r in records], np.int32),
        np.array([r["t_us"] for r in records], np.int64),
    )


def iso(us: int) -> str:
    whole = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
    return whole.isoformat(timespec="microseconds")


def written(us: int, style: str) -> bytes:
    if style == "iso":
        return iso(us).encode()
    per = {"s": 1_000_000, "ms": 1000, "us": 1}
    return str(us * 1000 if style == "ns" else us // per[style]).encode()


def filled(template: Template, sent: Sent) -> bytes:
    """Fill a tail slowly and plainly, and see that no two places meet and each was blank."""
    body = bytearray(template.tail)
    places = [
        (int(at), getattr(sent, slot.name).encode(), slot.width)
        for slot in template.texts
        for at in slot.offsets
    ] + [
        (int(at), written(sent.start_us + int(t_us), slot.style), WIDTHS[slot.style])
        for slot in template.times
        for at, t_us in zip(slot.offsets, slot.t_us, strict=True)
    ]
    end = 0
    for at, text, width in sorted(places):
        assert len(text) == width
        assert at >= end
        end = at + width
        assert template.tail[at:end] == b"0" * width
        body[at:end] = text
    return bytes(body)


def http(name: str, url: str | None = None, **options: Any) -> HttpTarget:
    target = load_target(name, url, **options)
    assert not hasattr(target, "send")
    return target


def body_of(target: HttpTarget | QueueTarget, batch: PoolBatch, sent: Sent = SENT) -> bytes:
    return target.head(sent) + filled(target.template(batch), sent)


IDENTIFIERS = ("run_id", "batch_id", "session_id")


def identified(told: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return what is left of an event when what identifies it was taken out, and was right."""
    assert told.pop("synthetic") is True
    for name in names or IDENTIFIERS:
        assert told.pop(name) == getattr(SENT, name)
    return told


def uuids_of(batch_id: str) -> list[str]:
    return [f"{batch_id[4:12]}-{batch_id[12:16]}-8000-8000-{r['seq']:012x}" for r in RECORDS]
