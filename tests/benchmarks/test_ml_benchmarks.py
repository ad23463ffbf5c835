"""The benchmarks for machine learning, run as a person runs them, on people made by the law."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from deskhand.api import simulate
from tests.benchmarks.law_recording import key_table, pointer_table

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"
INSTALL = 'scikit-learn is not installed: python -m pip install -e ".[test,evaluate]"'
pytestmark = pytest.mark.skipif(find_spec("sklearn") is None, reason=INSTALL)


def run(name: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCHMARKS / f"{name}.py"), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["ml_bot_detection", "ml_verification"])
def test_missing_data_names_what_is_expected(name: str, tmp_path: Path) -> None:
    done = run(name, "--data", tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "public research data, which are not part of deskhand" in " ".join(done.stderr.split())


def test_bots_are_told_from_people_of_the_law(tmp_path: Path) -> None:
    pq.write_table(pointer_table(people=8, movements=22), tmp_path / "web.parquet")
    figures = tmp_path / "figures.json"
    done = run(
        "ml_bot_detection",
        *("--data", tmp_path, "--set", "mouse-web", "--quick", "--seeds", "1", "--people", "24"),
        *("--left-out", "--real", "0,2", "--figures", tmp_path / "plots", "--json", figures),
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(figures.read_text())["mouse-web"]
    published = found["published"][0]
    # The people tested are of the published profile too, so all but nothing may go wrong.
    assert min(published["auc"].values()) > 0.97
    assert published["false_rejects"] < 0.2
    # What calls bots human tells the others badly.
    assert min(found["control"][0]["auc"].values()) < 0.8
    assert set(found["crossover"]["with synthetic"]) == {"0", "2"}
    assert found["left out"]["linear"][0]["auc"]["linear"] > 0.9
    if find_spec("matplotlib") is not None:
        assert (tmp_path / "plots" / "bot-detection-mouse-web.png").stat().st_size > 5_000


def test_typists_of_the_law_are_verified_by_others_of_it(tmp_path: Path) -> None:
    pq.write_table(key_table(40, 12, 48), tmp_path / "transcription_timing.parquet")
    figures = tmp_path / "figures.json"
    done = run(
        "ml_verification",
        *("--data", tmp_path, "--kind", "keys", "--real", "2,8", "--people", "60"),
        *("--seeds", "2", "--json", figures),
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(figures.read_text())["keys"]
    # The synthetic people are of the tested ones' own population: as good as many real ones.
    alone = np.mean(found["synthetic alone"])
    assert alone < 0.35
    assert alone < np.mean(found["real"]["2"])
    assert np.mean(found["real and synthetic"]["2"]) < np.mean(found["real"]["2"])
    assert "lift" in done.stdout


def test_too_few_people_to_verify_are_refused(tmp_path: Path) -> None:
    pq.write_table(key_table(6, 12, 48), tmp_path / "transcription_timing.parquet")
    done = run("ml_verification", "--data", tmp_path, "--kind", "keys", "--quick")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "30 are needed" in " ".join(done.stderr.split())


def test_the_next_act_is_learnt(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    simulate("crm.create_lead", seed=7).write(tmp_path / "recording", format="agentnet:bare")
    done = run(
        "ml_activity",
        *("--people", "1", "--seeds", "1", "--data", tmp_path / "recording", "--json", figures),
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(figures.read_text())
    assert set(found) == {"other people", "other applications", "a recording"}
    for rows in found.values():
        assert set(rows) == {"commonest", "after the last", "learnt"}
    (right, bits), (always, more_bits) = (
        found["other people"][name][0] for name in ("learnt", "commonest")
    )
    assert right > always
    assert bits < more_bits
    missing = run("ml_activity", "--data", tmp_path / "nothing")
    assert missing.returncode == 2
    assert "Traceback" not in missing.stderr


def test_loaders_are_timed(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    done = run("ml_loader", "--kind", "keystrokes", "--workers", "0", "--quick", "--json", figures)
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(figures.read_text())
    assert row["items_per_s"] > 100
    assert 0 < row["first_s"] < 60
