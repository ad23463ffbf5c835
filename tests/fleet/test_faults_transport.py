"""Faults of transport: their rates, that none moves another, who overtakes whom."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.fleet.faults.transport import BREAKS_BODY, TransportFaults
from deskhand.fleet.tables import Fault
from tests.fleet.struck import EVERY_TRANSPORT, SEEDS, assert_rate, names, transport


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
