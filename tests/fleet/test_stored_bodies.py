"""Bodies that a service keeps: each is read as it would be alone, whatever others end with."""

import asyncio
import gzip
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.errors import DeskhandError
from deskhand.fleet.verify import bodies, services
from deskhand.fleet.verify.bodies import Kept, read_bodies
from deskhand.fleet.verify.columns import coded_column
from tests.servers import nats_server

EVENTS = b'"events":[{"seq":0,"type":"keydown"},{"seq":1,"t_us":5}]}'
BODIES = (
    b'{"batch_id":"b","session_id":"s",' + EVENTS,
    b'{"batch_id":"c","session_id":"t",' + EVENTS,
    b'{"batch_id":"d",' + EVENTS[:-1] + b',"session_id":"after"}',
    b'{"session_id":"s","session_id":"t","events":1,' + EVENTS,
    b'{"session_id":"\\\\\\"events\\":",' + EVENTS,
    b'{\n  "session_id":"s",\n  "events": [\n{"seq":0}\n]\n}\n',
    b'{"of":{"session_id":"s",' + EVENTS + b"}",
    b'{"session_id":5,"events":[{"seq":0}]}',
    b'{"session_id":"s","events":[]}',
    b'{"session_id":"s","events":[{"seq":0},null]}',
    b'{"session_id":"s","events":{"seq":0}}',
    b'{"session_id":"s","batch_id":"b","seq":0}\n{"session_id":"t","seq":1}\n\n',
    b'{"session_id":"s","seq":0}\n{"session_id":"t","se',
    b'{"session_id":"s"}\n{"session_id":"t",' + EVENTS,
    b"",
    b"7",
)

Row = tuple[str | None, str | None, Any]


def alone(body: bytes, session: str, batch: str) -> list[Row]:
    """Return what is to be read of a body, the long way."""
    unread: list[Row] = [(session, batch, None)]
    try:
        objects = [orjson.loads(body)]
    except orjson.JSONDecodeError:
        try:
            objects = [orjson.loads(line) for line in body.split(b"\n") if line.strip()]
        except orjson.JSONDecodeError:
            return unread
    if not all(isinstance(one, dict) for one in objects):
        return unread
    named = [
        tuple(name if isinstance(name, str) else None for name in (one.get(n) for n in NAMES))
        for one in objects
    ]
    if len(objects) == 1 and "events" in objects[0]:
        events = objects[0]["events"]
        fine = isinstance(events, list) and all(isinstance(event, dict) for event in events)
        return [(*named[0], event) for event in events] if fine and events else unread
    return [(*names, one) for names, one in zip(named, objects, strict=True)] or unread


NAMES = ("session_id", "batch_id")


def rows_of(tables: list[pa.Table]) -> list[Row]:
    rows = [row for table in tables for row in table.to_pylist()]
    return [
        (row["session_id"], row["batch_id"], row["record"] and orjson.loads(row["record"]))
        for row in rows
    ]


def kept(given: list[bytes]) -> list[Kept]:
    return [Kept(body, f"b{row}", f"s{row}", row, row * 7) for row, body in enumerate(given)]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(BODIES),
            st.integers(0, 80),
            st.integers(0, 3),
            st.sampled_from([b"", b'"', b"}", b"{", b",", b"\\\\", b"\n", b"\xff", b'"events":[]']),
            st.booleans(),
        ),
        max_size=8,
    )
)
def test_a_body_is_read_as_it_is_alone(
    damaged: list[tuple[bytes, int, int, bytes, bool]],
) -> None:
    plain = [body[:at] + more + body[at + cut :] for body, at, cut, more, _ in damaged]
    sent = [
        gzip.compress(body) if packed else body
        for body, (*_, packed) in zip(plain, damaged, strict=True)
    ]
    tables = list(read_bodies(kept(sent)))
    expected = [alone(body, f"s{row}", f"b{row}") for row, body in enumerate(plain)]
    assert rows_of(tables) == [row for rows in expected for row in rows]
    places = [row for table in tables for row in table["row"].to_pylist()]
    assert places == [row for row, rows in enumerate(expected) for _ in rows]
    times = [time for table in tables for time in table["stored_us"].to_pylist()]
    assert times == [7 * row for row in places]


def test_bodies_that_end_alike_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "ROWS", 12)
    many = [BODIES[0].replace(b'"s"', b'"s%d"' % number) for number in range(20)]
    tables = list(read_bodies(kept([*many, b"{"])))
    assert [table.num_rows for table in tables] == [12, 12, 12, 5]
    assert [len(table["record"].chunk(0).dictionary) for table in tables] == [2] * 4
    assert tables[-1]["record"].to_pylist()[-1] is None


def test_a_column_is_the_same_however_it_is_coded() -> None:
    texts = ["b", None, "a", "b"]
    plain = pa.array(texts)
    coded = plain.dictionary_encode()
    larger = pa.DictionaryArray.from_arrays(
        pa.array([5, None, 0, 5]), pa.array(["a", "x", "y", "z", "v", "b"])
    )
    within = pa.DictionaryArray.from_arrays(pa.array([1, 2, 0, 1]), pa.array(["a", "b", None]))
    for column in (plain, coded, larger, within, plain.cast(pa.large_string())):
        held, place = coded_column(pa.table({"one": column}), "one")
        assert [
            None if text is None else text.decode() for text in held.take(place).to_pylist()
        ] == texts
        assert len(held) == 3
    with pytest.raises(DeskhandError, match="column 'one' holds int64, and should hold text"):
        coded_column(pa.table({"one": [1, 2]}), "one")


def test_deleted_messages_are_none_and_others_are_all_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nats = pytest.importorskip("nats", reason='needs nats-py: pip install "deskhand[queues]"')
    monkeypatch.setattr(services, "PULL", 4)
    many = [BODIES[0].replace(b'"s"', b'"s%d"' % number) for number in range(11)]

    async def filled(url: str) -> None:
        client = await nats.connect(url)
        try:
            context = client.jetstream()
            await context.add_stream(name="KEPT", subjects=["kept"])
            await context.add_stream(name="NONE", subjects=["none"])
            for body in [*many, b""]:
                headers = {"Deskhand-Session-Id": "told", "Deskhand-Batch-Id": "by headers"}
                await context.publish("kept", body, headers=headers)
            await context.publish("kept", b"neither")
            for number in (1, 6, 7, 8, 9):
                await context.delete_msg("KEPT", number)
        finally:
            await client.close()

    with nats_server(tmp_path) as url:
        asyncio.run(filled(url))
        (table,) = services.read_nats(f"{url}/KEPT")
        assert list(services.read_nats(f"{url}/NONE")) == []
    left = [one for one in range(11) if one + 1 not in {1, 6, 7, 8, 9}]
    expected = [row for one in left for row in alone(many[one], "", "")]
    expected += [("told", "by headers", None), (None, None, None)]
    assert rows_of([table]) == expected
    assert table["row"].to_pylist() == [*(one + 1 for one in left for _ in range(2)), 12, 13]


def test_a_stream_that_does_not_answer_is_told() -> None:
    said = b'{"error":{"code":404,"err_code":10059,"description":"stream not found"}}'
    with pytest.raises(OSError, match="message 7: stream not found"):
        services._message(7, said)
    with pytest.raises(OSError, match="message 7: JetStream does not answer"):
        services._message(7, b"")
