"""What others read from a data set: Hugging Face, PyTorch, DuckDB, Polars, Arrow, Croissant and YAML.

Hugging Face's package has the name of a room of this repository, so it is read in a process of its own
that does not look here.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.dataset as ds
import pytest
import yaml

from deskhand.datasets.tables import TABLES
from deskhand.manifest import read_record

NEEDS = 'needs python -m pip install -e ".[test,ml]"'
HUGGING_FACE = """
import json, sys
from datasets import Features, load_dataset
folder, cache = sys.argv[1:]
wanted = json.load(open(folder + "/features.json"))
found = {}
for table in wanted:
    splits = load_dataset(folder, table, cache_dir=cache)
    found[table] = {name: len(rows) for name, rows in splits.items()}
    for rows in splits.values():
        assert rows.features == Features.from_dict(wanted[table]), table
first = load_dataset(folder, cache_dir=cache)["train"][0]
print(json.dumps({"counts": found, "first": first}))
"""
LOADER = """
import json, sys
import torch
from datasets import load_dataset
folder, cache = sys.argv[1:]
whole = load_dataset(folder, "actions", split="train", cache_dir=cache)
columns = ["action_id", "verb", "intended_target", "submovement_count"]
rows = whole.select_columns(["action_id", "verb", "submovement_count"]).with_format("torch")
batches = list(torch.utils.data.DataLoader(rows, batch_size=16, num_workers=2))
streamed = load_dataset(folder, "sessions", split="train", streaming=True)
streamed = streamed.select_columns(["session_id", "duration_us"]).with_format("torch")
flowing = list(torch.utils.data.DataLoader(streamed, batch_size=4, num_workers=2))
print(json.dumps({
    "rows": sum(len(batch["verb"]) for batch in batches), "whole": len(whole),
    "strokes": int(sum(int(batch["submovement_count"].sum()) for batch in batches)),
    "wanted": sum(whole["submovement_count"]),
    "sessions": sorted(name for batch in flowing for name in batch["session_id"]),
}))
"""
CROISSANT = """
import itertools, json, sys
import mlcroissant
most = int(sys.argv[2])
dataset = mlcroissant.Dataset(jsonld=sys.argv[1] + "/croissant.json")
issues = dataset.metadata.ctx.issues
found = {}
for record_set in dataset.metadata.record_sets:
    rows = list(itertools.islice(dataset.records(record_set=record_set.uuid), most))
    splits = sorted({row[f"{record_set.uuid}/split"].decode() for row in rows if record_set.uuid != "splits"})
    found[record_set.uuid] = {"rows": len(rows), "splits": splits, "columns": len(rows[0])}
print(json.dumps({"errors": sorted(issues.errors), "warnings": sorted(issues.warnings), "found": found}))
"""


def answer(script: str, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, *words],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"},
        cwd=words[0],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def need(package: str) -> None:
    if importlib.util.find_spec(package) is None:
        pytest.skip(NEEDS)


@pytest.fixture(scope="module")
def counts(data_set: Path) -> dict[str, dict[str, int]]:
    """Rows of each table by split, as the manifest has them."""
    splits = read_record(data_set / "manifest.json")["splits"]
    return {table: {split: told[table] for split, told in splits.items()} for table in TABLES}


def test_hugging_face_finds_every_table(
    data_set: Path, counts: dict[str, dict[str, int]], tmp_path: Path
) -> None:
    need("huggingface_hub")
    found = answer(HUGGING_FACE, str(data_set), str(tmp_path))
    assert found["counts"] == counts
    assert found["first"]["type"] == "session.start"
    assert found["first"]["synthetic"] is True


def test_a_data_loader_of_two_processes_gives_every_row_once(
    data_set: Path, counts: dict[str, dict[str, int]], tmp_path: Path
) -> None:
    need("huggingface_hub")
    need("torch")
    found = answer(LOADER, str(data_set), str(tmp_path))
    assert found["rows"] == found["whole"] == counts["actions"]["train"]
    assert found["strokes"] == found["wanted"]
    sessions = ds.dataset(data_set / "sessions" / "split=train").to_table(["session_id"])
    assert found["sessions"] == sorted(sessions["session_id"].to_pylist())


def test_duckdb_and_arrow_count_alike(data_set: Path, counts: dict[str, dict[str, int]]) -> None:
    for table in TABLES:
        files = str(data_set / table / "*" / "*.parquet")
        rows = duckdb.execute(
            f"SELECT split, count(*) FROM read_parquet('{files}', hive_partitioning = true) GROUP BY 1"
        ).fetchall()
        assert dict(rows) == counts[table]
        arrow = ds.dataset(data_set / table, partitioning="hive")
        for split, count in counts[table].items():
            assert arrow.count_rows(filter=ds.field("split") == split) == count
    (unjoined,) = duckdb.execute(
        f"SELECT count(*) FROM read_parquet('{data_set}/events/*/*.parquet') "
        f"ANTI JOIN read_parquet('{data_set}/actions/*/*.parquet') USING (session_id, action_id)"
    ).fetchall()
    assert unjoined == (0,)


def test_polars_counts_alike(data_set: Path, counts: dict[str, dict[str, int]]) -> None:
    polars = pytest.importorskip("polars", reason=NEEDS)
    for table in TABLES:
        scan = polars.scan_parquet(data_set / table, hive_partitioning=True)
        rows = scan.group_by("split").len().collect()
        assert dict(rows.iter_rows()) == counts[table]


def test_croissant_is_valid_and_its_records_are_read(
    data_set: Path, counts: dict[str, dict[str, int]]
) -> None:
    need("mlcroissant")
    # It makes Python objects of every field of every row, so not of all of them.
    most = 1000
    told = answer(CROISSANT, str(data_set), str(most))
    assert (told["errors"], told["warnings"]) == ([], [])
    assert told["found"]["splits"]["rows"] == 3
    for table, by_split in counts.items():
        found = told["found"][table]
        assert found["rows"] == min(most, sum(by_split.values()))
        assert found["columns"] == len(TABLES[table].names) + 1
        assert set(found["splits"]) <= set(by_split)
    assert told["found"]["sessions"]["splits"] == sorted(counts["sessions"])


def test_croissant_says_that_it_is_synthetic_and_hashes_every_file(data_set: Path) -> None:
    document = read_record(data_set / "croissant.json")
    manifest = read_record(data_set / "manifest.json")
    assert document["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    assert "synthetic" in document["keywords"]
    made = document["prov:wasGeneratedBy"]
    assert made["@id"] == manifest["provenance_id"]
    assert "deskhand" in made["prov:wasAssociatedWith"]["prov:label"]
    hashed = {f["@id"]: f["sha256"] for f in document["distribution"] if "sha256" in f}
    assert hashed == {
        path: told["sha256"]
        for path, told in manifest["files"].items()
        if path.endswith(".parquet")
    }


def test_the_card_s_header_is_yaml_that_the_hub_knows(data_set: Path) -> None:
    text = (data_set / "README.md").read_text("utf-8")
    _, header, _ = text.split("---\n", 2)
    told = yaml.safe_load(header)
    assert told["pretty_name"] == 'Six tasks, "small"'
    assert told["license"] == "cc-by-4.0"
    assert "synthetic" in told["tags"]
    assert [config["config_name"] for config in told["configs"]] == list(TABLES)
    for config in told["configs"]:
        for entry in config["data_files"]:
            assert list(data_set.glob(entry["path"])), entry
