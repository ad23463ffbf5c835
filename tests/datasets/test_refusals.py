"""Bad input: what was given, the rule, the remedy, status 2, and nothing left behind."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from deskhand.cli import main
from deskhand.datasets.building import build_dataset
from deskhand.datasets.description import EXAMPLE, described
from deskhand.datasets.mixing import members
from tests.datasets.asked import SMALLEST

FORMAT = "deskhand.dataset/1"
SIX = {"sessions": 6}
CELL = {"scenario": "auth.unlock"}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "size: 'size' is a required property|'size' is a required property"),
    ({"size": {"sessions": 0}}, "size/sessions: 0 is less than the minimum of 1"),
    ({"size": {"sessions": 2.5}}, "2.5 is not of type 'integer'"),
    ({"size": {"people": 3}}, "'days' is a required property|is not valid under any"),
    ({"size": SIX, "format": "deskhand.dataset/9"}, "'deskhand.dataset/1' was expected"),
    ({"size": SIX, "mixes": {}}, "'mixes' was unexpected"),
    ({"size": SIX, "mix": {"scenario": []}}, r"mix/scenario: \[\]|is not valid under any"),
    ({"size": SIX, "mix": {"colour": ["red"]}}, "'colour' was unexpected"),
    ({"size": SIX, "mix": {"scenario": ["crm.create_led"]}}, "did you mean 'crm.create_lead'"),
    ({"size": SIX, "mix": {"condition": ["tremour"]}}, "did you mean 'tremor'"),
    ({"size": SIX, "mix": {"role": ["pirate"]}}, "role for scenario .* 'pirate' is not known"),
    ({"size": SIX, "mix": {"profile": ["offices"]}}, "'offices'"),
    ({"size": SIX, "mix": {"fidelity": ["learnt"]}}, "did you mean 'learned'"),
    ({"size": SIX, "bots": {"terminator": 0.1}}, "bots: family 'terminator' is not known"),
    ({"size": SIX, "splits": {"train": 0.8, "test": 0.1}}, "sum to 0.9 and must sum to 1"),
    ({"size": SIX, "splits": {"dev": 1.0}}, "'dev' was unexpected"),
    ({"size": {"sessions": 2}}, "would be empty: its share of 2 people is none of them"),
    ({"size": {"sessions": 6, "per_person": 3}}, "split '(validation|test)' would be empty"),
    ({"size": SIX, "hold_out": {"scenario": ["crm.log_call"]}}, "hold_out: scenario 'crm.log_call'"),
    ({"size": SIX, "hold_out": {"scenario": ["auth.unlock"]}}, "every scenario is held out"),
    ({"size": SIX, "hold_out": {"bots": ["linear"]}}, "hold_out: bots 'linear' is not known"),
    ({"size": SIX, "mixing": "quota"}, "mixing quota takes `cells`"),
    ({"size": SIX, "mixing": "grid", "cells": [{**CELL, "count": 6}]}, "for mixing quota, not grid"),
    ({"size": SIX, "cells": [{**CELL, "count": 7}]}, "counts sum to 7 and the size is 6"),
    ({"size": SIX, "cells": [{**CELL, "count": 5}]}, "counts sum to 5 and the size is 6"),
    ({"size": SIX, "cells": [{**CELL, "share": 0.5}]}, "the shares sum to 0.5"),
    ({"size": SIX, "cells": [CELL]}, "cells/0"),
    (
        {"size": SIX, "cells": [{**CELL, "count": 3}, {**CELL, "count": 3}]},
        "scenario auth.unlock, condition none, .* is given twice",
    ),
    (
        {"size": SIX, "cells": [{**CELL, "share": 0.99}, {"scenario": "auth.login", "share": 0.01}]},
        "scenario auth.login, .* gets no session of 6",
    ),
    (
        {"size": SIX, "mixing": "grid", "mix": {"condition": ["none", "tremor", "touchpad", "trackball"], "scenario": ["auth.unlock"]}},
        "grid of 4 combinations: .* ask for 4 or 8 sessions",
    ),
    ({"size": SIX, "mixing": "grid", "mix": {"scenario": {"auth.unlock": 2, "auth.login": 1}}}, "scenario has weights"),
    (
        {"size": SIX, "mix": {"scenario": ["mail.triage"], "condition": ["screen-reader"]}},
        "takes a mouse, and there are keys alone",
    ),
    ({"size": SIX, "mix": {"scenario": ["missing.json"]}}, "scenario file .*missing.json' does not exist"),
    ({"size": SIX, "license": "My Own!"}, "license: 'My Own!' does not match"),
    ({"size": SIX, "start": "yesterday"}, "start 'yesterday'"),
    ({"size": SIX, "time_zone": "Mars/Olympus"}, "Mars/Olympus"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "told"), REFUSED, ids=lambda v: str(v)[:60])
def test_a_description_is_refused(
    given: dict[str, Any], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {"format": FORMAT, "mix": {"scenario": ["auth.unlock"]}, **given}
    if "cells" in given or given.get("mixing") == "quota":
        asked.pop("mix")
    path = tmp_path / "asked.json"
    path.write_bytes(orjson.dumps(asked))
    out = tmp_path / "out"
    assert main(["dataset", str(path), "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert re.search(told, said), said
    assert said.count("\n") == 1
    assert not out.exists()


FLAGS: list[tuple[list[str], str]] = [
    ([], "say what to build and where"),
    (["--size", "6"], "say what to build and where"),
    (["--out", "x"], "say what to build and where"),
    (["--size", "6", "--people", "3", "--out", "x"], "give --size, with --per-person"),
    (["--people", "3", "--out", "x"], "or --people and --days"),
    (["--size", "six", "--out", "x"], "'six' is not a whole number"),
    (["--size", "6", "--bots", "linear", "--out", "x"], "write a name and its share"),
    (["--size", "6", "--splits", "train=all", "--out", "x"], "write a name and its share"),
    (["--size", "6", "--hold-out", "tremor", "--out", "x"], "such as scenario=tremor"),
    (["--size", "6", "--hold-out", "colour=red", "--out", "x"], "'colour' was unexpected"),
    (["--size", "6", "--scenario", "auth.unlock=1.2.3", "--out", "x"], "write weights as numbers"),
    (["--size", "6", "--workers", "0", "--out", "x"], "workers=0"),
    (["absent.json", "--out", "x"], "absent.json: No such file"),
    (["asked.json", "--size", "6", "--out", "x"], "says what to build, and so do flags (size)"),
    (["broken.json", "--out", "x"], "broken.json: not JSON"),
]


@pytest.mark.parametrize(("words", "told"), FLAGS, ids=lambda v: " ".join(v)[:60])
def test_flags_are_refused(
    words: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("asked.json").write_bytes(orjson.dumps(SMALLEST))
    Path("broken.json").write_text("{")
    assert main(["dataset", *words]) == 2
    assert told in capsys.readouterr().err
    assert not Path("x").exists()


def test_a_folder_in_use_and_a_changed_description(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    build_dataset(SMALLEST, out)
    words = ["dataset", "--size", "6", "--scenario", "auth.unlock", "--out", str(out)]
    assert main([*words, "--seed", "3"]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert main([*words, "--seed", "4", "--resume"]) == 2
    said = capsys.readouterr().err
    assert "was begun differently" in said
    assert "asked seed was 3 and is 4" in said
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("kept")
    assert main([*words[:-1], str(other), "--resume"]) == 2
    assert "no dataset.json, so no run was begun there" in capsys.readouterr().err
    assert (other / "mine.txt").read_text() == "kept"


def test_flags_say_what_a_description_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "flags"
    words = ["--size", "6", "--scenario", "auth.unlock", "--seed", "3", "--out", str(out)]
    assert main(["dataset", *words]) == 0
    told = capsys.readouterr()
    assert re.fullmatch(
        rf"{re.escape(str(out))}: [\d,]+ events of sessions: 4 train, 1 validation, 1 test\n",
        told.out,
    )
    assert told.err == ""
    build_dataset(SMALLEST, tmp_path / "file")
    for path in sorted((tmp_path / "file").rglob("*.parquet")):
        twin = out / path.relative_to(tmp_path / "file")
        assert twin.read_bytes() == path.read_bytes()


def test_weights_and_lists_of_flags(tmp_path: Path) -> None:
    out = tmp_path / "weights"
    words = (
        "--size 8 --scenario auth.unlock=3,auth.login=1 --condition none tremor --mixing balanced"
    )
    more = "--splits train=0.5 test=0.5 --hold-out condition=tremor --name mine --license mit"
    assert main(["dataset", *words.split(), *more.split(), "--out", str(out)]) == 0
    record = orjson.loads((out / "dataset.json").read_bytes())["asked"]
    assert record["mix"]["scenario"] == {"auth.unlock": 3.0, "auth.login": 1.0}
    assert record["hold_out"] == {"condition": ["tremor"]}
    assert (record["name"], record["license"]) == ("mine", "mit")


def test_the_example_is_valid(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dataset", "--example"]) == 0
    record = orjson.loads(capsys.readouterr().out)
    assert record == EXAMPLE
    assert len(members(described(record))) == 100
