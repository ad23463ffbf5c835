"""Faults of sessions: their rates, whose name is taken, which parts there are."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.errors import DeskhandError
from deskhand.fleet.faults.session import (
    REACH,
    SessionFaults,
    _owners,
    session_fates,
    split_parts,
    without_end,
)
from deskhand.fleet.tables import Fault
from tests.fleet.struck import SEEDS, assert_rate, pool_batch

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
