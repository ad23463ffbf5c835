"""The Croissant metadata of a run: valid, read by mlcroissant, with provenance and every hash."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from deskhand import api
from deskhand.croissant import CROISSANT_FILE
from deskhand.events import TABLES
from deskhand.manifest import read_record
from deskhand.run_croissant import run_croissant

READ = """
import itertools, json, sys
import mlcroissant
data = mlcroissant.Dataset(jsonld=sys.argv[1])
issues = data.metadata.ctx.issues
rows = {r.uuid: list(itertools.islice(data.records(record_set=r.uuid), 50)) for r in data.metadata.record_sets}
print(json.dumps({
    "errors": sorted(issues.errors), "warnings": sorted(issues.warnings),
    "rows": {name: len(found) for name, found in rows.items()},
    "columns": {name: len(found[0]) for name, found in rows.items() if found},
    "synthetic": all(row["events/synthetic"] for row in rows["events"]),
}))
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("croissant") / "run"
    api.generate("auth.unlock", people=7, seed=7, out=out, formats="parquet,rrweb")
    return out


def test_mlcroissant_reads_it(run: Path) -> None:
    if importlib.util.find_spec("mlcroissant") is None:
        pytest.skip('needs python -m pip install -e ".[test]"')
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READ, str(run / CROISSANT_FILE)],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["errors"], told["warnings"]) == ([], [])
    assert set(told["rows"]) == set(TABLES)
    assert told["rows"]["sessions"] == read_record(run / "manifest.json")["counts"]["sessions"]
    assert told["columns"]["events"] == len(TABLES["events"])
    assert told["synthetic"] is True


def test_it_hashes_every_table_and_names_its_origin(run: Path) -> None:
    document, manifest = (read_record(run / name) for name in (CROISSANT_FILE, "manifest.json"))
    hashed = {f["@id"]: f["sha256"] for f in document["distribution"] if "sha256" in f}
    tables = {name: f for name, f in manifest["files"].items() if name.endswith(".parquet")}
    assert hashed == {name: told["sha256"] for name, told in tables.items()}
    assert document["prov:wasGeneratedBy"]["@id"] == manifest["provenance_id"]
    assert CROISSANT_FILE in manifest["files"]


def test_a_run_without_parquet_has_none(tmp_path: Path) -> None:
    api.generate("auth.unlock", people=1, seed=7, out=tmp_path / "run", formats="jsonl")
    assert not (tmp_path / "run" / CROISSANT_FILE).exists()


@pytest.mark.parametrize(
    ("profile", "told"),
    [
        ({"mode": "published"}, "numbers of the literature alone"),
        ({"mode": "fit-no-dp"}, "without differential privacy"),
        (
            {"mode": "dp-fit", "release": {"epsilon": 3.0, "delta": 1e-6}},
            "with differential privacy, epsilon 3, delta 1e-06, unit of privacy a person",
        ),
    ],
)  # fmt: skip
def test_it_says_what_of_persons_is_in_it(run: Path, profile: dict[str, object], told: str) -> None:
    begun = read_record(run / "run.json") | {"profile": profile}
    (said,) = run_croissant(begun, {})["rai:personalSensitiveInformation"]
    assert told in said
