"""Faults by layer: rates, that none moves another, that a device can be made alone, and causality."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.errors import DeskhandError
from deskhand.fleet.devices import make_devices
from deskhand.fleet.faults.buffer import Buffer, Outage, sending
from deskhand.fleet.faults.clock import AN_HOUR_US, ClockFaults, device_clocks, device_times
from deskhand.fleet.faults.content import (
    EXPECTED,
    HUGE_BYTES,
    INT64_MIN,
    ContentFaults,
    content_faults,
    variant,
)
from deskhand.fleet.faults.session import (
    REACH,
    SessionFaults,
    _owners,
    session_fates,
    split_parts,
    without_end,
)
from deskhand.fleet.faults.transport import BREAKS_BODY, TransportFaults, transported
from deskhand.fleet.tables import Expected, Fault
from deskhand.fleet.target import PoolBatch

DAY_US = 86_400_000_000
# Statistical tests have fixed seeds; their bounds would be missed by one seed in a million.
SIGMAS = 4.9
SEEDS = st.integers(0, 2**64 - 1)


def assert_rate(hit: np.ndarray, rate: float) -> None:
    sigma = np.sqrt(rate * (1 - rate) * len(hit))
    assert abs(int(hit.sum()) - rate * len(hit)) <= SIGMAS * sigma


def names(devices: int, sessions: int, batches: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return device, session and position of batches, in this order."""
    grid = np.indices((devices, sessions, batches), np.int32).reshape(3, -1)
    return grid[0], grid[1], grid[2]


# ---- clock ----


def clocks(faults: ClockFaults, seed: int, first: int, count: int) -> dict[str, np.ndarray]:
    devices = make_devices(seed, first, count, {"UTC": 1})
    return devices | device_clocks(faults, seed, devices["device"])


EVERY_CLOCK = ClockFaults(
    offset_share=0.3, drift_share=0.4, step_share=0.5, dst_share=0.6, reset_share=0.7
)
CLOCK_KINDS = ("offset", "drift", "step", "dst", "reset")


@pytest.mark.parametrize("kind", CLOCK_KINDS)
def test_share_of_wrong_clocks_is_met_and_moves_no_other(kind: str) -> None:
    bit = Fault[f"CLOCK_{kind.upper()}"]
    devices = clocks(EVERY_CLOCK, 7, 0, 100_000)
    assert_rate((devices["faults"] & bit) > 0, getattr(EVERY_CLOCK, f"{kind}_share"))
    off = clocks(replace(EVERY_CLOCK, **{f"{kind}_share": 0.0}), 7, 0, 100_000)
    np.testing.assert_array_equal(off["faults"], devices["faults"] & ~np.uint32(bit))
    for column, own in (("offset_us", "offset"), ("drift_ppm", "drift")):
        assert np.array_equal(off[column], devices[column]) == (kind != own)


@given(seed=SEEDS, device=st.integers(0, 199), at_us=st.integers(0, 2 * DAY_US))
@settings(max_examples=50, deadline=None)
def test_a_clock_alone_shows_the_same(seed: int, device: int, at_us: int) -> None:
    many, alone = clocks(EVERY_CLOCK, seed, 0, 200), clocks(EVERY_CLOCK, seed, device, 1)
    index, times = np.arange(200), np.full(200, at_us)
    shown, bits = device_times(EVERY_CLOCK, seed, many, index, times, DAY_US)
    own, own_bits = device_times(EVERY_CLOCK, seed, alone, index[:1], times[:1], DAY_US)
    assert (own[0], own_bits[0]) == (shown[device], bits[device])
    assert (bits & ~many["faults"]).max() == 0


def test_a_clock_without_faults_is_true() -> None:
    devices = clocks(ClockFaults(), 7, 0, 100)
    times = np.arange(100) * 1_000_003
    shown, bits = device_times(ClockFaults(), 7, devices, np.arange(100), times, DAY_US)
    np.testing.assert_array_equal(shown, times)
    assert not bits.any()


def test_each_clock_fault_moves_a_clock_as_it_says() -> None:
    at_us = np.arange(0, DAY_US, DAY_US // 2_000)

    def error_us(**given: Any) -> tuple[np.ndarray, np.ndarray]:
        faults = ClockFaults(**given)
        devices = clocks(faults, 7, 0, 1)
        shown, bits = device_times(faults, 7, devices, np.zeros(len(at_us), np.intp), at_us, DAY_US)
        return shown - at_us, bits > 0

    moved, bits = error_us(offset_share=1.0, offset_s=5.0)
    assert len(set(moved.tolist())) == 1
    assert 0 < abs(moved[0]) <= 5_000_000
    assert bits.all()
    moved, bits = error_us(drift_share=1.0, drift_ppm=50.0)
    rate = np.diff(moved) / np.diff(at_us) * 1e6
    assert np.ptp(rate) < 0.1
    assert 0 < abs(rate[0]) <= 50
    for wrong, size_us in (
        ({"step_share": 1.0, "step_s": 30.0}, 30_000_000),
        ({"dst_share": 1.0}, AN_HOUR_US),
    ):
        moved, bits = error_us(**wrong)
        assert set(moved[~bits].tolist()) == {0}
        after = set(moved[bits].tolist())
        assert len(after) == 1
        assert 0 < abs(after.pop()) <= size_us
        assert np.all(np.diff(bits.astype(int)) >= 0)
    moved, bits = error_us(reset_share=1.0, reset_heals_s=7_200.0)
    assert np.all((moved < 0) == bits)
    assert moved.min() >= -AN_HOUR_US
    # Two hours of a day, on a grid of 43.2 s.
    assert abs(int(bits.sum()) - 7_200 / 43.2) <= 1


# ---- buffer ----


def test_devices_are_offline_for_as_long_as_asked() -> None:
    # Spans of one length that begin at a rate leave a device online with probability exp(-rate L)
    # (the empty M/G/infinity queue).
    faults = Buffer(offline_per_day=20.0, offline_median_s=600.0, offline_sigma=0.0)
    device = np.arange(100_000, dtype=np.int32)
    made_us = np.full(len(device), DAY_US // 2)
    found = sending(faults, 7, device, made_us, np.ones(len(device), np.int64), DAY_US)
    assert_rate(found.intended_us > made_us, 1 - np.exp(-20 * 600 / 86_400))
    np.testing.assert_array_equal(found.faults > 0, found.intended_us > made_us)
    assert not found.unsent.any()


def test_an_outage_ends_in_a_storm_or_spread() -> None:
    device = np.arange(10_000, dtype=np.int32)
    made_us, sizes = np.full(len(device), 15_000_000), np.ones(len(device), np.int64)
    storm = Buffer(outages=[Outage(at_s=10, for_s=20)])
    assert set(sending(storm, 7, device, made_us, sizes, DAY_US).intended_us.tolist()) == {
        30_000_000
    }
    back_s = (
        sending(replace(storm, spread_s=60.0), 7, device, made_us, sizes, DAY_US).intended_us / 1e6
    )
    assert 30 <= back_s.min() < 30.1
    assert 89.9 < back_s.max() < 90
    assert abs(back_s.mean() - 60) < SIGMAS * 60 / np.sqrt(12 * len(device))


batches = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 100), st.integers(0, 5)), min_size=1, max_size=40
)


@given(
    rows=batches,
    cap_batches=st.integers(0, 4),
    cap_bytes=st.integers(0, 12),
    drop=st.sampled_from(["oldest", "newest"]),
)
@settings(max_examples=300, deadline=None)
def test_buffers_do_what_a_queue_would_do_step_by_step(
    rows: list[tuple[int, int, int]], cap_batches: int, cap_bytes: int, drop: Any
) -> None:
    outages = [Outage(at_s=20, for_s=20), Outage(at_s=40, for_s=10), Outage(at_s=70, for_s=20)]
    faults = Buffer(outages=outages, cap_batches=cap_batches, cap_bytes=cap_bytes, drop=drop)
    device, made_s, sizes = (np.array(c) for c in zip(*rows, strict=True))
    found = sending(faults, 7, device.astype(np.int32), made_s * 1_000_000, sizes, DAY_US)

    def fits(queue: list[int]) -> bool:
        return not (
            (cap_batches and len(queue) > cap_batches)
            or (cap_bytes and sum(sizes[i] for i in queue) > cap_bytes)
        )

    lost = set()
    for who in set(device.tolist()):
        for begin, end in ((20, 50), (70, 90)):
            queue: list[int] = []
            full = False
            for row in sorted(np.flatnonzero(device == who).tolist(), key=lambda i: made_s[i]):
                if not begin <= made_s[row] < end:
                    continue
                assert found.intended_us[row] == end * 1_000_000
                if drop == "newest":
                    full = full or not fits([*queue, row])
                    if full:
                        lost.add(row)
                        continue
                queue.append(row)
                while not fits(queue):
                    lost.add(queue.pop(0))
    assert set(np.flatnonzero(found.unsent)) == lost
    assert set(np.flatnonzero(found.faults & Fault.OVERFLOW)) == lost
    online = (made_s < 20) | (made_s >= 90) | ((made_s >= 50) & (made_s < 70))
    np.testing.assert_array_equal(found.intended_us[online], made_s[online] * 1_000_000)
    assert not found.faults[online].any()


def timeline(count: int, per_device: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    device = np.repeat(np.arange(count, dtype=np.int32), per_device)
    made_us = np.tile(np.linspace(0, 1.1 * DAY_US, per_device).astype(np.int64), count)
    return device, made_us + device, np.full(len(device), 100)


@given(seed=SEEDS, who=st.integers(0, 9), rate=st.sampled_from([1.0, 10.0, 300.0]))
@settings(max_examples=50, deadline=None)
def test_a_buffer_alone_and_in_a_fleet(seed: int, who: int, rate: float) -> None:
    faults = Buffer(
        offline_per_day=rate, outages=[Outage(at_s=40_000, for_s=3_600)], cap_batches=5, spread_s=90
    )
    device, made_us, sizes = timeline(10, 200)
    many: Any = sending(faults, seed, device, made_us, sizes, DAY_US)
    rows = device == who
    alone = sending(faults, seed, device[rows], made_us[rows], sizes[rows], DAY_US)
    for whole, part in zip(many, alone, strict=True):
        np.testing.assert_array_equal(whole[rows], part)
    # In true time nothing goes backwards, and one device's batches keep their order.
    assert np.all(many.intended_us >= made_us)
    assert np.all(np.diff(many.intended_us.reshape(10, -1), axis=1) >= 0)
    # Where a batch waits, all later ones wait until the device is back.
    waiting = many.intended_us[:-1] > made_us[1:]
    same = device[1:] == device[:-1]
    assert np.all((many.intended_us[1:] == many.intended_us[:-1])[waiting & same])
    # Row order does not matter.
    turned = sending(faults, seed, device[::-1], made_us[::-1], sizes[::-1], DAY_US)
    np.testing.assert_array_equal(turned.unsent[::-1], many.unsent)


def test_caps_and_spread_move_no_span() -> None:
    device, made_us, sizes = timeline(1_000, 50)
    plain = Buffer(offline_per_day=10.0)
    first = sending(plain, 7, device, made_us, sizes, DAY_US)
    capped = sending(replace(plain, cap_bytes=250), 7, device, made_us, sizes, DAY_US)
    np.testing.assert_array_equal(first.intended_us, capped.intended_us)
    assert capped.unsent.any()
    assert not first.unsent.any()
    longer = sending(plain, 7, device, made_us, sizes, 5 * DAY_US)
    early = made_us < DAY_US - 2 * 28_800_000_000
    np.testing.assert_array_equal(first.intended_us[early], longer.intended_us[early])


def test_nothing_to_send() -> None:
    none = np.zeros(0, np.int64)
    found = sending(Buffer(offline_per_day=3), 7, none.astype(np.int32), none, none, DAY_US)
    assert [len(column) for column in found] == [0, 0, 0]


# ---- transport ----

EVERY_TRANSPORT = TransportFaults(
    duplicate=0.1,
    reorder=0.2,
    truncate=0.05,
    corrupt_gzip=0.1,
    wrong_length=0.15,
    reset=0.2,
    slow=0.3,
)


def transport(
    faults: TransportFaults, seed: int, name: Any, unsent: np.ndarray | None = None
) -> Any:
    sent_us = name[2].astype(np.int64) * 1_000_000 + name[1].astype(np.int64) * DAY_US
    never = np.zeros(len(sent_us), bool) if unsent is None else unsent
    device, which, position = name
    return transported(faults, seed, device, which, position, sent_us, never), sent_us


@pytest.mark.parametrize("kind", [f.name for f in fields(TransportFaults)])
def test_transport_rate_is_met_and_moves_no_other(kind: str) -> None:
    name = names(1_000, 10, 10)
    found, _ = transport(EVERY_TRANSPORT, 7, name)
    bit = np.uint32(Fault[kind.upper()])
    hit = (found.faults & bit) > 0
    assert_rate(hit[name[2] < 9] if kind == "reorder" else hit, getattr(EVERY_TRANSPORT, kind))
    off, sent_us = transport(replace(EVERY_TRANSPORT, **{kind: 0.0}), 7, name)
    np.testing.assert_array_equal(off.faults, found.faults & ~bit)
    if kind == "reorder":
        np.testing.assert_array_equal(off.intended_us, sent_us)
    else:
        np.testing.assert_array_equal(off.intended_us, found.intended_us)
    # A higher rate strikes the same ones and more.
    more, _ = transport(replace(EVERY_TRANSPORT, **{kind: 0.25}), 7, name)
    assert np.all((more.faults & bit)[hit] > 0) or getattr(EVERY_TRANSPORT, kind) > 0.25


def test_every_batch_but_the_last_can_be_overtaken_equally_often() -> None:
    name = names(4_000, 10, 5)
    found, _ = transport(TransportFaults(reorder=0.5), 7, name)
    held = (found.faults & Fault.REORDER) > 0
    for position in range(4):
        # Sessions are independent, so a position's hits are a binomial number.
        assert_rate(held[name[2] == position], 0.5)
    assert not held[name[2] == 4].any()


@given(seed=SEEDS, reorder=st.floats(0, 0.5), lost=st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_overtaken_batches_go_right_after_their_next(
    seed: int, reorder: float, lost: float
) -> None:
    name = names(5, 3, 7)
    unsent = np.random.default_rng(seed).random(len(name[0])) < lost
    found, sent_us = transport(replace(EVERY_TRANSPORT, reorder=reorder), seed, name, unsent)
    held = np.flatnonzero(found.faults & Fault.REORDER)
    np.testing.assert_array_equal(found.intended_us[held], sent_us[held + 1] + 1)
    np.testing.assert_array_equal(found.intended_us[held + 1], sent_us[held + 1])
    assert np.all(name[1][held] == name[1][held + 1])
    assert np.all(found.intended_us >= sent_us)
    assert not found.faults[unsent].any()
    np.testing.assert_array_equal(found.copies == 2, (found.faults & Fault.DUPLICATE) > 0)
    assert not unsent[held + 1].any()
    breaking = found.faults & np.uint32(BREAKS_BODY | Fault.RESET)
    assert np.all(breaking & (breaking - np.uint32(1)) == 0)


@given(seed=SEEDS, who=st.integers(0, 49))
@settings(max_examples=30, deadline=None)
def test_a_device_alone_has_the_same_faults(seed: int, who: int) -> None:
    name = names(50, 4, 6)
    rows = name[0] == who
    own = tuple(column[rows] for column in name)
    many, alone = (
        transport(EVERY_TRANSPORT, seed, name)[0],
        transport(EVERY_TRANSPORT, seed, own)[0],
    )
    for whole, part in zip(many, alone, strict=True):
        np.testing.assert_array_equal(whole[rows], part)
    every = ContentFaults(**{f.name: 0.1 for f in fields(ContentFaults)})
    np.testing.assert_array_equal(
        content_faults(every, seed, *name)[rows], content_faults(every, seed, *own)
    )


def test_faults_of_different_kinds_and_layers_are_independent() -> None:
    name = names(2_000, 10, 10)
    sent, _ = transport(EVERY_TRANSPORT, 7, name)
    spoiled = content_faults(ContentFaults(nul=0.125), 7, *name) == Fault.NUL
    twice, slow = ((sent.faults & kind) > 0 for kind in (Fault.DUPLICATE, Fault.SLOW))
    cut = (sent.faults & Fault.TRUNCATE) > 0
    devices = clocks(EVERY_CLOCK, 7, 0, 2_000)
    early = (devices["faults"] & Fault.CLOCK_OFFSET) > 0
    assert_rate(spoiled & twice, 0.125 * 0.1)
    assert_rate(spoiled & cut, 0.125 * 0.05)
    assert_rate(slow & twice, 0.3 * 0.1)
    assert_rate(slow & cut, 0.3 * 0.05)
    assert_rate(twice[early[name[0]]], 0.1)
    assert_rate(early & ((devices["faults"] & Fault.CLOCK_DST) > 0), 0.3 * 0.6)


# ---- content ----


@pytest.mark.parametrize("kind", sorted(EXPECTED))
def test_content_rate_is_met_and_moves_no_other(kind: Fault) -> None:
    field = str(kind.name).lower()
    every = ContentFaults(**{f.name: 0.01 * (i + 1) for i, f in enumerate(fields(ContentFaults))})
    name = names(1_000, 10, 10)
    found = content_faults(every, 7, *name)
    assert_rate(found == kind, getattr(every, field))
    off = content_faults(replace(every, **{field: 0.0}), 7, *name)
    np.testing.assert_array_equal(off, np.where(found == kind, 0, found))


def pool_batch(events: int) -> PoolBatch:
    records = [
        orjson.dumps(
            {
                "seq": i,
                "t_us": i * 10,
                "type": "input" if i % 2 else "pointermove",
                **({"value": "a", "delta_x": 0.5} if i % 2 else {"screen_x": 1.5}),
                "masked": False,
            }
        )
        for i in range(events)
    ]
    return PoolBatch(3, records, np.arange(events, dtype=np.int32), np.arange(events) * 10)


@pytest.mark.parametrize("kind", sorted(EXPECTED))
@given(seed=SEEDS, events=st.integers(1, 9))
@settings(max_examples=15, deadline=None)
def test_a_variant_alters_one_event_and_parses_as_expected(
    kind: Fault, seed: int, events: int
) -> None:
    batch = pool_batch(events)
    made = variant(seed, batch, kind)
    assert made.expected == EXPECTED[kind]
    differing = [i for i in range(events) if made.batch.records[i] != batch.records[i]]
    assert differing == [made.altered]
    record = made.batch.records[made.altered]
    if made.expected == Expected.REJECT:
        with pytest.raises(orjson.JSONDecodeError):
            orjson.loads(record)
        return
    event = orjson.loads(record)
    assert (event["seq"], event["t_us"]) == (made.altered, made.altered * 10)
    what: dict[Fault, Callable[[], bool]] = {
        Fault.SCHEMA_MIX: lambda: "screenX" in event and "screen_x" not in event,
        Fault.UNKNOWN_TYPE: lambda: event["type"] == "gesture.pinch",
        Fault.NUL: lambda: "\0" in event["value"],
        Fault.HUGE_STRING: lambda: len(event["value"]) == HUGE_BYTES,
        Fault.EXTREME_NUMBER: lambda: (event["delta_x"], event["detail"]) == (1e308, INT64_MIN),
    }
    assert what[kind]()


def test_invalid_text_is_invalid_in_its_own_way() -> None:
    batch = pool_batch(1)
    bad = variant(7, batch, Fault.BAD_UTF8).batch.records[0]
    with pytest.raises(UnicodeDecodeError):
        bad.decode()
    orjson.loads(bad.decode(errors="replace"))
    half = variant(7, batch, Fault.LONE_SURROGATE).batch.records[0]
    orjson.loads(half.replace(b"\\ud800", b"\\ud83d\\ude00"))
    orjson.loads(variant(7, batch, Fault.NAN).batch.records[0].replace(b"NaN", b"0"))


def test_faults_of_other_layers_make_no_content() -> None:
    with pytest.raises(DeskhandError, match="content fault 'SLOW'"):
        variant(7, pool_batch(1), Fault.SLOW)


# ---- session ----

EVERY_SESSION = SessionFaults(
    missing_start=0.1, missing_end=0.2, split=0.15, merged=0.1, reused_id=0.05
)


def fates(faults: SessionFaults, seed: int, devices: int, sessions: int, size: int = 3) -> Any:
    which, device = (c.ravel() for c in np.indices((sessions, devices), np.int32))
    two = np.full(len(which), size, np.int32)
    return device, which, session_fates(faults, seed, device, which, two, two, two)


@pytest.mark.parametrize("kind", [f.name for f in fields(SessionFaults)])
def test_session_rate_is_met_and_moves_no_other(kind: str) -> None:
    _, which, found = fates(EVERY_SESSION, 7, 20_000, 6)
    bit = np.uint32(Fault[kind.upper()])
    hit = (found.faults & bit) > 0
    assert_rate(hit[which > 0] if kind == "merged" else hit, getattr(EVERY_SESSION, kind))
    _, _, off = fates(replace(EVERY_SESSION, **{kind: 0.0}), 7, 20_000, 6)
    np.testing.assert_array_equal(off.faults, found.faults & ~bit)
    if kind != "split":
        np.testing.assert_array_equal(off.cut, found.cut)


@given(seed=SEEDS, size=st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_names_come_from_earlier_sessions(seed: int, size: int) -> None:
    high = SessionFaults(missing_start=0.5, missing_end=0.5, split=0.3, merged=1 / 6, reused_id=0.3)
    device, which, found = fates(high, seed, 8, 5, size)
    own = np.arange(len(device))
    heirs = (found.faults & np.uint32(Fault.MERGED | Fault.REUSED_ID)) > 0
    np.testing.assert_array_equal(found.alias < own, heirs)
    np.testing.assert_array_equal(found.alias == own, ~heirs)
    np.testing.assert_array_equal(found.alias[found.alias], found.alias)
    for row in np.flatnonzero(found.faults & Fault.MERGED):
        before = np.flatnonzero((device == device[row]) & (which == which[row] - 1))
        assert found.alias[row] == found.alias[before[0]]
    ends = found.faults & np.uint32(Fault.MISSING_START | Fault.MISSING_END)
    assert np.all(ends & (ends - np.uint32(1)) == 0)
    if size == 1:
        assert not ends.any()
        assert not found.cut.any()
    np.testing.assert_array_equal(found.cut > 0, (found.faults & Fault.SPLIT) > 0)
    parts = split_parts(found.cut, np.full(len(device), size, np.int32))
    covered = [
        (row, position)
        for row, first, last in zip(*parts, strict=True)
        for position in range(first, last)
    ]
    assert covered == [(row, position) for row in range(len(device)) for position in range(size)]
    assert np.all(parts.last > parts.first)


@given(seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_a_name_used_again_is_an_earlier_one_of_another_device(seed: int) -> None:
    device, which = np.tile(np.arange(3, dtype=np.int32), 40), np.repeat(np.arange(40), 3)
    again = np.arange(120)
    owners = _owners(seed, device, which.astype(np.int32), again)
    taken = owners >= 0
    assert np.all(owners[taken] < again[taken])
    assert np.all(again[taken] - owners[taken] <= REACH)
    assert np.all(device[owners[taken]] != device[again[taken]])
    # Two of three sessions before are of other devices.
    assert 40 < int(taken.sum()) < 110


@given(seed=SEEDS, who=st.integers(0, 29))
@settings(max_examples=30, deadline=None)
def test_all_but_whose_name_is_used_again_depends_on_the_device(seed: int, who: int) -> None:
    faults = replace(EVERY_SESSION, reused_id=0.0)
    device, which, many = fates(faults, seed, 30, 6)
    rows = device == who
    two = np.full(6, 3, np.int32)
    alone = session_fates(faults, seed, device[rows], which[rows], two, two, two)
    np.testing.assert_array_equal(many.faults[rows], alone.faults)
    np.testing.assert_array_equal(many.cut[rows], alone.cut)
    np.testing.assert_array_equal(which[many.alias[rows]], alone.alias)


def test_batches_lose_their_ends() -> None:
    batch = pool_batch(3)
    assert without_end(batch, Fault.MISSING_START).seq.tolist() == [1, 2]
    assert without_end(batch, Fault.MISSING_END).records == batch.records[:2]
    with pytest.raises(DeskhandError, match="has one event"):
        without_end(pool_batch(1), Fault.MISSING_END)


# ---- settings ----


@pytest.mark.parametrize(
    ("make", "given", "message"),
    [
        (ClockFaults, {"step_share": 1.5}, "step_share=1.5 must be a number from 0 to 1"),
        (ClockFaults, {"offset_s": float("inf")}, "offset_s=inf"),
        (Buffer, {"cap_batches": 1.5}, "a whole number of 0 or more"),
        (Buffer, {"drop": "newset"}, "did you mean 'newest'"),
        (Buffer, {"offline_longest_s": 90_000.0}, "a day"),
        (Outage, {"at_s": -1, "for_s": 1}, "at_s=-1"),
        (TransportFaults, {"reorder": 0.6}, "from 0 to 0.5"),
        (TransportFaults, {"reset": 0.3}, "from 0 to 0.25"),
        (TransportFaults, {"slow": "0.3"}, "slow='0.3'"),
        (ContentFaults, {"nan": 0.2}, "from 0 to 0.125"),
        (SessionFaults, {"merged": 0.2}, "merged=0.2"),
    ],
)
def test_settings_out_of_bounds_are_refused(make: Any, given: dict[str, Any], message: str) -> None:
    with pytest.raises(DeskhandError, match=message):
        make(**given)
