"""Marks survive what pandas and polars make of tables; only footers and schemas are lost."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from deskhand.formats import written
from deskhand.marks.judging import judge_file
from deskhand.marks.verdict import Verdict
from deskhand.session import Session

pd = pytest.importorskip("pandas", reason='needs pandas: python -m pip install -e ".[test]"')


@pytest.fixture(scope="module")
def frame(session: Session, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("tables")
    with written(folder, "parquet") as writer:
        writer.write(session)
    return pd.read_parquet(folder / "events.parquet")


WAYS = {
    "parquet": lambda frame, path: frame.to_parquet(path),
    "feather": lambda frame, path: frame.to_feather(path),
    "csv": lambda frame, path: frame.to_csv(path),
    "csv with semicolons": lambda frame, path: frame.to_csv(path, sep=";", index=False),
    "json": lambda frame, path: frame.to_json(path),
    "json records": lambda frame, path: frame.to_json(path, orient="records"),
    "json split": lambda frame, path: frame.to_json(path, orient="split"),
    "json table": lambda frame, path: frame.to_json(path, orient="table"),
    "json index": lambda frame, path: frame.to_json(path, orient="index"),
    "json lines": lambda frame, path: frame.to_json(path, orient="records", lines=True),
    "json lines, gzip": lambda frame, path: frame.to_json(
        path, orient="records", lines=True, compression="gzip"
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_pandas(way: str, frame: Any, tmp_path: Path) -> None:
    path = tmp_path / "again"
    WAYS[way](frame, path)
    assert judge_file(path).verdict == Verdict.SYNTHETIC
    # Rows of somebody else among them are told.
    other = frame.copy()
    other["synthetic"] = other["synthetic"].astype(object)
    other.loc[3:6, "synthetic"] = None
    WAYS[way](other, path)
    assert judge_file(path).verdict == Verdict.PARTLY
    # Without a word on it, neither flag nor identifier, there is nothing to be found.
    bare = frame.drop(columns=["synthetic", "provenance_id", "session_id"])
    WAYS[way](bare, path)
    assert judge_file(path).verdict == Verdict.NONE


def test_identifiers_alone_are_a_mark(frame: Any, tmp_path: Path) -> None:
    path = tmp_path / "again.parquet"
    frame[["session_id", "t_us"]].to_parquet(path)
    found = judge_file(path)
    assert found.verdict == Verdict.SYNTHETIC
    assert found.marks == (f"rows: {len(frame):,} of {len(frame):,} synthetic",)


def test_pandas_to_a_database(frame: Any, tmp_path: Path) -> None:
    path = tmp_path / "again.db"
    plain = frame.astype(dict.fromkeys(frame.columns, object))
    with closing(sqlite3.connect(path)) as base:
        plain.to_sql("events", base)
        base.commit()
    assert judge_file(path).verdict == Verdict.SYNTHETIC


def test_polars(frame: Any, tmp_path: Path) -> None:
    polars = pytest.importorskip("polars", reason='needs polars: pip install -e ".[test]"')
    path = tmp_path / "again"
    table = polars.from_arrow(pa.Table.from_pandas(frame))
    for way in (table.write_parquet, table.write_ipc, table.write_ipc_stream, table.write_ndjson):
        way(path)
        assert judge_file(path).verdict == Verdict.SYNTHETIC, way


def test_a_footer_that_its_rows_do_not_bear_out(tmp_path: Path) -> None:
    path = tmp_path / "mixed.parquet"
    claim = {"synthetic": "true"}
    pq.write_table(pa.table({"x": [1], "synthetic": [False]}).replace_schema_metadata(claim), path)
    assert judge_file(path).verdict == Verdict.PARTLY
    pq.write_table(pa.table({"x": [1]}).replace_schema_metadata(claim), path)
    assert judge_file(path).marks == ("footer: synthetic",)
    path.write_bytes(path.read_bytes()[:-9])
    assert judge_file(path).verdict == Verdict.NONE
