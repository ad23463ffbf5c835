"""What holds over the layers of faults: independence, a device made alone, bounds of settings."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.errors import DeskhandError
from deskhand.fleet.faults.buffer import Buffer, Outage
from deskhand.fleet.faults.clock import ClockFaults
from deskhand.fleet.faults.content import ContentFaults, content_faults
from deskhand.fleet.faults.session import SessionFaults
from deskhand.fleet.faults.transport import TransportFaults
from deskhand.fleet.tables import Fault
from tests.fleet.struck import (
    EVERY_CLOCK,
    EVERY_TRANSPORT,
    SEEDS,
    assert_rate,
    clocks,
    names,
    transport,
)


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
