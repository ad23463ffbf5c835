"""The benchmark of the typing's realism, run as a person runs it, on made typists."""

import json
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deskhand.evaluation.key_table import typed_keys
from tests.evaluation.made_typists import TEXT, typists

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"
INSTALL = 'scikit-learn is not installed: python -m pip install -e ".[test,evaluate]"'


@pytest.fixture
def sides(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return import_module("key_sides")


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCHMARKS / "realism_keys.py"), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_missing_data_names_what_is_expected(tmp_path: Path) -> None:
    done = run("--data", tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    for word in (
        "transcription_keyed.parquet",
        "composition_classes.parquet",
        "t_down_s",
        "KLiCKe",
    ):
        assert word in done.stderr


@pytest.mark.skipif(find_spec("sklearn") is None, reason=INSTALL)
def test_the_floor_of_one_law_is_a_half(tmp_path: Path, sides: Any) -> None:
    table = tmp_path / "copied.parquet"
    pq.write_table(sides.as_table(typists(1, people=40)), table)
    figures = tmp_path / "figures.json"
    done = run("--table", table, "--fidelity", "", "--seeds", "1", "--json", figures)
    assert done.returncode == 0, done.stderr
    floor = json.loads(figures.read_text())["copied"]["views"]["people (floor)"]
    assert len(floor) == 6
    # 240 windows of 20 people a side: a standard error of about .06; beyond four, 1 in 16,000.
    for area, low, high in floor.values():
        assert abs(area - 0.5) < 0.25
        assert low <= area <= high


def test_folds_hold_everybody_once(sides: Any) -> None:
    keys = typists(2, people=11, keys=60)
    folds = sides.folds_of(keys, 3)
    assert sorted(len(fold) for fold in folds) == [3, 4, 4]
    assert sorted(np.concatenate(folds).tolist()) == list(range(11))


def test_texts_are_what_the_keys_leave(sides: Any) -> None:
    texts, person = sides.texts_of(typists(3, people=2, keys=len(TEXT)))
    assert texts == [TEXT, TEXT]
    assert person.tolist() == [0, 1]
    unknown, _ = sides.texts_of(typists(3, people=1, keys=10, known=False))
    assert unknown == ["the second"]
    some = sides.some_sessions(typists(4, people=6, keys=50), 120, seed=0)
    assert len(some) == 150
    assert len(some.first) == 3


def test_texts_of_erased_keys_and_of_places(sides: Any) -> None:
    names = ["letter:L2u", "a", "BKSP", "Shift", "space", "sentence-punct", "letter-cap:L1u"]
    count = len(names)
    columns: dict[str, list[Any]] = {
        "user": ["ann"] * count,
        "session": ["1"] * count,
        "key": names,
    }
    columns |= {"t_down_s": list(range(count)), "t_up_s": list(range(1, count + 1))}
    texts, _ = sides.texts_of(typed_keys(pa.table(columns)))
    assert texts == ["e .t"]
