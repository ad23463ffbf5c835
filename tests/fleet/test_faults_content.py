"""Faults of content: their rates, and that a variant is spoiled in one event as it says."""

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.errors import DeskhandError
from deskhand.fleet.faults.content import (
    EXPECTED,
    HUGE_BYTES,
    INT64_MIN,
    ContentFaults,
    content_faults,
    variant,
)
from deskhand.fleet.tables import Expected, Fault
from tests.fleet.struck import SEEDS, assert_rate, names, pool_batch


@pytest.mark.parametrize("kind", sorted(EXPECTED))
def test_content_rate_is_met_and_moves_no_other(kind: Fault) -> None:
    field = str(kind.name).lower()
    every = ContentFaults(**{f.name: 0.01 * (i + 1) for i, f in enumerate(fields(ContentFaults))})
    name = names(1_000, 10, 10)
    found = content_faults(every, 7, *name)
    assert_rate(found == kind, getattr(every, field))
    off = content_faults(replace(every, **{field: 0.0}), 7, *name)
    np.testing.assert_array_equal(off, np.where(found == kind, 0, found))


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
