"""What holds for the bodies of every target: records survive, are labelled, and are filled in alike."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.fleet.bodies import filled as fast_filled
from deskhand.fleet.description import EXAMPLE, described
from deskhand.fleet.faults.content import EXPECTED
from deskhand.fleet.plan_files import pool_batch_list
from deskhand.fleet.scenario_mix import load_mix
from deskhand.fleet.session_pool import make_pool
from deskhand.fleet.tables import Expected
from deskhand.fleet.target import PoolBatch
from deskhand.fleet.targets import TARGETS, load_target
from tests.fleet.filled_bodies import IDENTIFIERS, RECORDS, SENT, batch_of, body_of, filled


# The first body of a target waits for its imports.
@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 10**12), st.text(max_size=30)),
        min_size=1,
        max_size=5,
        unique_by=lambda row: row[0],
    ),
    st.sampled_from(sorted(TARGETS)),
)
def test_any_text_in_any_number_of_events_survives(
    rows: list[tuple[int, int, str]], name: str
) -> None:
    records = tuple({"seq": s, "t_us": t, "type": "input", "value": v} for s, t, v in rows)
    body = body_of(load_target(name), batch_of(records)).decode("utf-8")
    told = body.split("\n") if name in ("ndjson", "sentry") else [body]
    found = [r for text in told if text for r in records_in(json.loads(text))]
    assert [(r["seq"], r["t_us"], r["value"]) for r in found] == rows


@pytest.fixture(scope="module")
def planned() -> list[tuple[PoolBatch, Expected]]:
    """Return batches of real sessions, some with a fault in their content, and what is expected."""
    content = [(kind.name or "").lower() for kind in EXPECTED]
    description = described(
        {
            **EXAMPLE,
            "sessions": {"scenarios": {"auth.login": 1}, "pool": 4},
            "faults": {"content": dict.fromkeys(content, 0.12)},
        }
    )
    pool = make_pool(description, load_mix(description))
    expected = [Expected(n) for n in pool.batches["expected"].to_pylist()]
    return list(zip(pool_batch_list(pool.events), expected, strict=True))


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_bodies_of_real_sessions_carry_every_record(
    name: str, planned: list[tuple[PoolBatch, Expected]]
) -> None:
    target = load_target(name)
    kinds = {expected for _, expected in planned}
    assert kinds == {Expected.ACCEPT, Expected.REJECT}
    for batch, expected in planned:
        if expected == Expected.REJECT:
            continue
        body = body_of(target, batch).decode("utf-8")
        told = body.split("\n") if name in ("ndjson", "sentry") else [body]
        found = [r for text in told if text for r in records_in(json.loads(text))]
        wanted = [json.loads(record) for record in batch.records]
        labels = {"synthetic", "provenance_id", *IDENTIFIERS, "device_id", "time_us"}
        labels |= {"$process_person_profile"}
        assert [{k: v for k, v in r.items() if k not in labels} for r in found] == wanted


def records_in(told: Any) -> Iterator[dict[str, Any]]:
    """Yield the records in a document, wherever it has them, and be it as JSON in a text."""
    if isinstance(told, dict):
        if "t_us" in told:
            yield told
        else:
            for value in told.values():
                yield from records_in(value)
    elif isinstance(told, list):
        for value in told:
            yield from records_in(value)
    elif isinstance(told, str) and told.startswith("{"):
        yield from records_in(json.loads(told))


def test_unknown_targets_and_options_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'ndjson'"):
        load_target("ndjsn")
    with pytest.raises(DeskhandError, match="does not take these options: colour"):
        load_target("json", colour="red")


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_batch_of_faulty_records_still_makes_a_body(name: str) -> None:
    bad = (b'{"seq":0,"t_us":0,"type":"input","value":"\xff\xfe"}', b'{"seq":1,"t_us":9,"x":NaN}')
    batch = PoolBatch(0, bad, np.arange(2, dtype=np.int32), np.array([0, 9], np.int64))
    body = body_of(load_target(name), batch)
    assert b"\xff\xfe" in body
    assert b"NaN" in body
    with pytest.raises(UnicodeDecodeError):
        body.decode()


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_every_body_says_that_it_is_synthetic_and_where_it_comes_from(name: str) -> None:
    body = body_of(load_target(name, provenance_id='syn_prov_7"'), batch_of(RECORDS))
    assert b"synthetic" in body
    assert rb'"syn_prov_7\""' in body
    # Whatever it is, it is one of what the service reads.
    for line in body.split(b"\n") if name in ("ndjson", "sentry") else [body]:
        assert json.loads(line or b"{}") is not None


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_the_fast_way_of_filling_agrees_with_the_plain_one(name: str) -> None:
    template = load_target(name).template(batch_of(RECORDS))
    assert fast_filled(template, SENT) == filled(template, SENT)
    # Where the service is does not show, so a plan may be made without an address.
    assert load_target(name, "http://127.0.0.1:1").template(batch_of(RECORDS)).tail == template.tail
