"""Offline spans and buffers: how long, how full, what is dropped, and causality."""

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.fleet.faults.buffer import Buffer, Outage, sending
from deskhand.fleet.tables import Fault
from tests.fleet.struck import DAY_US, SEEDS, SIGMAS, assert_rate


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
