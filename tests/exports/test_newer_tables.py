"""Tables of a newer schema: columns and event types that are not known yet."""

import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deskhand import api
from deskhand.conversion import convert
from deskhand.errors import DeskhandError
from deskhand.exports import arrow, jsonl, parquet
from deskhand.exports.losses import Dropped
from deskhand.session import Session


@pytest.fixture(scope="module")
def session() -> Session:
    return api.simulate("auth.login", seed=5)


def _newer(folder: Path, module: ModuleType, session: Session) -> None:
    """Write a session with a column and an event type of later days."""
    with module.open_writer(folder) as writer:
        writer.write(session)
    path = folder / f"events{module.SUFFIX}"
    if module is jsonl:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for row in rows:
            row["gaze_x"] = 1.5
        rows[5]["type"] = "gesture"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return
    table = pa.Table.from_batches(module.read_table(path, "events"))
    types = table["type"].to_pylist()
    types[5] = "gesture"
    field = table.schema.field("type")
    place = table.schema.get_field_index("type")
    table = table.set_column(place, field, pa.array(types).dictionary_encode().cast(field.type))
    table = table.append_column("gaze_x", pa.array([1.5] * len(table)))
    if module is parquet:
        pq.write_table(table, path)
    else:
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as file:
            file.write_table(table)


@pytest.mark.parametrize("module", [parquet, arrow, jsonl])
def test_the_known_is_read_and_the_rest_is_counted(
    module: ModuleType, session: Session, tmp_path: Path
) -> None:
    _newer(tmp_path, module, session)
    dropped = Dropped()
    (back,) = module.read(tmp_path, dropped)
    row = back.events.slice(5, 1).to_pylist()[0]
    assert (row["type"], row["reference"]) == ("mark", "gesture")
    same = [name for name in session.events.column_names if name not in ("type", "reference")]
    assert back.events.select(same).to_pylist() == session.events.select(same).to_pylist()
    assert dict(dropped.counts) == {
        "column 'gaze_x' of events: not of schema version 1": len(session.events),
        "event type 'gesture': kept as a mark of that name": 1,
    }


@pytest.mark.parametrize("module", [parquet, arrow, jsonl])
def test_strict_refuses_it(module: ModuleType, session: Session, tmp_path: Path) -> None:
    _newer(tmp_path / "newer", module, session)
    with pytest.raises(DeskhandError, match="--strict refuses"):
        convert(tmp_path / "newer", tmp_path / "out", strict=True)
    assert not (tmp_path / "out").exists()
    assert convert(tmp_path / "newer", tmp_path / "out").sessions == 1
    assert not api.validate(tmp_path / "newer").ok


@pytest.mark.parametrize("module", [parquet, arrow])
def test_a_column_that_is_missing_is_refused(
    module: ModuleType, session: Session, tmp_path: Path
) -> None:
    _newer(tmp_path, module, session)
    path = tmp_path / f"events{module.SUFFIX}"
    table = session.events.drop_columns(["key"]).append_column(
        "gaze_x", pa.array([1.5] * len(session.events))
    )
    if module is parquet:
        pq.write_table(table, path)
    else:
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as file:
            file.write_table(table)
    with pytest.raises(DeskhandError, match="'events'"):
        list(module.read(tmp_path, Dropped()))


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("module", [parquet, arrow])
def test_tables_from_before_a_column_are_read(
    module: ModuleType, counts: bool, session: Session, tmp_path: Path
) -> None:
    with module.open_writer(tmp_path) as writer:
        writer.write(session)
    path = tmp_path / f"sessions{module.SUFFIX}"
    if module is parquet:
        earlier = pq.read_table(path).drop_columns(["monitors"])
        pq.write_table(earlier, path)
    else:
        earlier = pa.ipc.open_file(path.read_bytes()).read_all().drop_columns(["monitors"])
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, earlier.schema) as file:
            file.write_table(earlier)
    dropped = Dropped()
    (back,) = module.read(tmp_path, dropped) if counts else module.read(tmp_path)
    assert dict(dropped.counts) == {}
    assert back.header == {**session.header, "monitors": None}


def test_words_may_come_after_a_session_without_any(session: Session, tmp_path: Path) -> None:
    # The dictionary of the first session is empty, and a file holds one dictionary a column.
    second = replace(session, header={**session.header, "monitors": "9x9@0,0 9x9@9,0"})
    with arrow.open_writer(tmp_path) as writer:
        for one in (session, second):
            writer.write(one)
    found = pa.ipc.open_file((tmp_path / "sessions.arrow").read_bytes()).read_all()
    assert found["monitors"].to_pylist() == [None, "9x9@0,0 9x9@9,0"]
