"""Parquet, JSON Lines and Arrow: exact round trips, and what independent readers see."""

import hashlib
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.errors import DeskhandError
from deskhand.events import EVENTS, TABLES
from deskhand.exports import arrow, jsonl, parquet
from deskhand.json_schema import schema
from deskhand.session import Session
from deskhand.validation.records import SCHEMA_OF_TABLE
from tests.exports.hand_made import PROVENANCE, hand_made_session

FORMATS = [parquet, jsonl, arrow]
PARTS = ("events", "actions", "elements", "screenshots")


def rows(table: pa.Table) -> list[dict[str, Any]]:
    return list(table.to_pylist())


def assert_same(one: Session, other: Session) -> None:
    assert dict(one.header) == dict(other.header)
    for part in PARTS:
        table, twin = getattr(one, part), getattr(other, part)
        assert table.schema.equals(twin.schema, check_metadata=True)
        assert rows(table) == rows(twin)


def digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


@pytest.mark.parametrize("module", FORMATS)
def test_sessions_come_back_exactly(module: ModuleType, tmp_path: Path, session: Session) -> None:
    given = [session, hand_made_session("syn_b", person=1), hand_made_session("syn_c", seed=0)]
    with module.open_writer(tmp_path) as writer:
        for one in given:
            writer.write(one)
    assert {p.name for p in tmp_path.iterdir()} == {f"{t}{module.SUFFIX}" for t in TABLES}
    back = list(module.read(tmp_path))
    assert len(back) == 3
    for one, other in zip(given, back, strict=True):
        assert_same(one, other)


@pytest.mark.parametrize("module", FORMATS)
def test_same_sessions_same_bytes(module: ModuleType, tmp_path: Path, session: Session) -> None:
    for name in ("a", "b"):
        with module.open_writer(tmp_path / name) as writer:
            writer.write(session)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


@pytest.mark.parametrize("module", FORMATS)
def test_what_was_read_can_be_written_again(
    module: ModuleType, tmp_path: Path, session: Session
) -> None:
    with module.open_writer(tmp_path / "a") as writer:
        writer.write(session)
        writer.write(hand_made_session("syn_b"))
    first = next(module.read(tmp_path / "a"))
    # The dictionaries of one session hold no word of another.
    assert first.events["session_id"].chunk(0).dictionary.to_pylist() == [session.session_id]
    with module.open_writer(tmp_path / "b") as writer:
        writer.write(first)
    assert_same(next(module.read(tmp_path / "b")), session)


@pytest.mark.parametrize("module", FORMATS)
def test_no_session_at_all(module: ModuleType, tmp_path: Path) -> None:
    module.open_writer(tmp_path).close()
    assert list(module.read(tmp_path)) == []


words = st.text(max_size=6)
maybe_words = st.none() | words


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "value": maybe_words,
                "key": maybe_words,
                "screen_x": st.none() | st.floats(width=32, allow_nan=False, allow_infinity=False),
                "delta_y": st.none() | st.integers(-(2**20), 2**20).map(float),
                "detail": st.none() | st.integers(-(2**31), 2**31 - 1),
                "repeat": st.none() | st.booleans(),
            }
        ),
        min_size=1,
        max_size=8,
    ),
    st.lists(words, min_size=1, max_size=3, unique=True),
)
def test_any_text_and_number_survives(
    tmp_path_factory: pytest.TempPathFactory, cells: list[dict[str, Any]], names: list[str]
) -> None:
    given = []
    for name in names:
        fixed = {"session_id": name, "type": "mark", "masked": False, "synthetic": True}
        fixed["provenance_id"] = PROVENANCE
        listed = [{**fixed, "seq": i, "t_us": 2**40 + i, **c} for i, c in enumerate(cells)]
        base = hand_made_session(name)
        events = pa.Table.from_pylist(listed, schema=EVENTS)
        empty = {part: TABLES[part].empty_table() for part in PARTS[1:]}
        given.append(Session(header=base.header, screens={}, events=events, **empty))
    for module in FORMATS:
        folder = tmp_path_factory.mktemp("any")
        with module.open_writer(folder) as writer:
            for one in given:
                writer.write(one)
        for one, other in zip(given, module.read(folder), strict=True):
            assert_same(one, other)


def test_duckdb_reads_the_parquet_tables(tmp_path: Path, session: Session) -> None:
    with parquet.open_writer(tmp_path) as writer:
        writer.write(session)
        writer.write(hand_made_session("syn_b"))
    with duckdb.connect() as database:
        counted = database.sql(
            f"select session_id, type, count(*), min(t_us), bool_and(synthetic) "
            f"from '{tmp_path}/events.parquet' group by all"
        ).fetchall()
        joined = database.sql(
            f"select count(*) from '{tmp_path}/events.parquet' e "
            f"join '{tmp_path}/actions.parquet' a using (session_id, action_id)"
        ).fetchall()
    own: dict[str, int] = {}
    for kind in session.events["type"].to_pylist():
        own[kind] = own.get(kind, 0) + 1
    for name in (session.session_id, "syn_b"):
        assert {kind: n for s, kind, n, _, _ in counted if s == name} == own
    assert all(marked for *_, marked in counted)
    assert joined == [(2 * (len(session.events) - session.events["action_id"].null_count),)]


def test_parquet_encodings_and_marks(tmp_path: Path, session: Session) -> None:
    with parquet.open_writer(tmp_path) as writer:
        writer.write(session)
    file = pq.ParquetFile(tmp_path / "events.parquet")
    group = file.metadata.row_group(0)
    columns = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
    assert {c.compression for c in columns.values()} == {"ZSTD"}
    for name in ("t_us", "seq", "action_id"):
        assert "DELTA_BINARY_PACKED" in columns[name].encodings
    for name in ("screen_x", "client_y"):
        assert "BYTE_STREAM_SPLIT" in columns[name].encodings
    for name in ("type", "target", "session_id", "value"):
        assert "RLE_DICTIONARY" in columns[name].encodings
        # No page fell back to plain text.
        assert columns[name].dictionary_page_offset is not None
    assert file.schema_arrow.metadata[b"synthetic"] == b"true"


def test_row_groups_hold_whole_sessions(
    tmp_path: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    n = len(session.events)
    monkeypatch.setattr(parquet, "ROW_GROUP", 2 * n + 5)
    with parquet.open_writer(tmp_path) as writer:
        for number in range(5):
            writer.write(hand_made_session(f"syn_{number}"))
    metadata = pq.ParquetFile(tmp_path / "events.parquet").metadata
    sizes = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
    assert sizes == [2 * n, 2 * n, n]
    assert [s.session_id for s in parquet.read(tmp_path)] == [f"syn_{i}" for i in range(5)]


def test_json_lines_are_valid_records(tmp_path: Path, session: Session) -> None:
    with jsonl.open_writer(tmp_path) as writer:
        writer.write(session)
    for table, name in SCHEMA_OF_TABLE.items():
        validator = jsonschema.Draft202012Validator(schema(name))
        lines = (tmp_path / f"{table}.jsonl").read_text(encoding="utf-8").splitlines()
        assert lines
        for line in lines[:: max(1, len(lines) // 200)]:
            record = json.loads(line)
            assert record["synthetic"] is True
            assert record["provenance_id"]
            validator.validate(record)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_json_schema_and_arrow_schema_are_twins(table: str) -> None:
    document = schema(SCHEMA_OF_TABLE[table])
    arrow_schema = TABLES[table]
    assert list(document["properties"]) == arrow_schema.names
    assert document["required"] == [field.name for field in arrow_schema if not field.nullable]
    for field in arrow_schema:
        spec = document["properties"][field.name]
        if spec.get("const") is True:
            assert field.type == pa.bool_()
            continue
        kind = spec.get("type", "string")
        plain = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        wanted = {
            "string": plain == pa.string(),
            "integer": pa.types.is_integer(plain),
            "number": pa.types.is_floating(plain),
            "boolean": plain == pa.bool_(),
        }
        assert wanted[kind], field


def test_a_foreign_table_is_refused(tmp_path: Path, session: Session) -> None:
    wrong = session.events.drop_columns(["synthetic"])
    broken = Session(
        header=session.header,
        events=wrong,
        actions=session.actions,
        elements=session.elements,
        screenshots=session.screenshots,
        screens={},
    )
    for module in FORMATS:
        with (
            module.open_writer(tmp_path / module.SUFFIX) as writer,
            pytest.raises(DeskhandError, match=r"column 31: .*provenance_id.*synthetic"),
        ):
            writer.write(broken)


def test_reading_says_what_is_missing(tmp_path: Path, session: Session) -> None:
    with parquet.open_writer(tmp_path) as writer:
        writer.write(session)
    (tmp_path / "actions.parquet").unlink()
    with pytest.raises(DeskhandError, match=r"actions\.parquet: not found"):
        list(parquet.read(tmp_path))
    (tmp_path / "actions.parquet").write_bytes(b"no Parquet")
    with pytest.raises(DeskhandError, match="not a Parquet file"):
        list(parquet.read(tmp_path))
