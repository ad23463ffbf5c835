"""Bad input: status 2, one clear message on standard error, nothing half-written."""

import json
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Deskhand
from tests.run.conftest import SCENARIO, command

GOOD = {"scenario": SCENARIO, "--people": "2", "--seed": "7", "--out": "OUT"}

BAD = [
    ({"scenario": "crm.creat_lead"}, "did you mean 'crm.create_lead'"),
    ({"scenario": "no/such.json"}, "does not exist"),
    ({"scenario": "mine.yaml"}, "write it as .json"),
    ({"scenario": "deskhand.nowhere:lead"}, "cannot be loaded"),
    ({"scenario": "deskhand.session:Session"}, "@scenario"),
    ({"--format": "parquet,rweb"}, "did you mean 'rrweb'"),
    ({"--format": ","}, "at least one of"),
    ({"--profile": "offic"}, "did you mean 'office'"),
    ({"--profile": "no/such.json"}, "does not exist"),
    ({"--role": "salse"}, "did you mean 'sales'"),
    ({"--condition": "tremour"}, "did you mean 'tremor'"),
    ({"--fidelity": "learnt"}, "did you mean 'learned'"),
    ({"--fidelity": "learned", "--profile": "literature"}, "no network; use fidelity 'law'"),
    ({"--people": "0"}, "people=0"),
    ({"--people": "-3"}, "people=-3"),
    ({"--people": "2.5"}, "--people"),
    ({"--people": "9" * 30}, "to 1000000"),
    ({"--people": "9" * 5000}, "whole number"),
    ({"--days": "0"}, "days=0"),
    ({"--workers": "0"}, "workers=0"),
    ({"--team-size": "0"}, "team_size=0"),
    ({"--seed": "-1"}, "seed=-1"),
    ({"--seed": str(2**70)}, f"seed={2**70}"),
    ({"--seed": "lucky"}, "--seed"),
    ({"--people": None}, "--people"),
    ({"--only": "team=9"}, "from 0 to 0"),
    ({"--only": "person=2"}, "from 0 to 1"),
    ({"--only": "day=-1"}, "write team=3"),
    ({"--only": "tean=0"}, "did you mean 'team'"),
    ({"--only": "everything"}, "write team=3"),
    ({"--only": "day=0,day=0"}, "given twice"),
    ({"--start": "yesterday"}, "2026-03-02"),
    ({"--start": "2026-02-30"}, "2026-03-02"),
    ({"--start": "2026-03-02T09:00+01:00"}, "--time-zone"),
    ({"--start": "0001-01-01"}, "1970"),
    ({"--time-zone": "Europe/Berlni"}, "Europe/Berlin"),
    ({"--time-zone": "../../etc/passwd"}, "not known"),
    ({"--out": "/dev/null"}, "is a file"),
    ({"--out": "/dev/null/run"}, "can be written"),
    ({"--out": "/proc/run"}, "can be written"),
    ({"--out": "FULL"}, "not empty"),
    ({"--colour": "red"}, "--colour"),
]


def _label(value: object) -> str | None:
    return " ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else None


@pytest.mark.parametrize(("change", "said"), BAD, ids=_label)
def test_generate_refuses(
    change: dict[str, str | None], said: str, tmp_path: Path, deskhand_here: Deskhand
) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    given = {**GOOD, **change}
    places = {"OUT": tmp_path / "run", "FULL": full}
    words: list[object] = ["generate", given.pop("scenario")]
    for option, value in given.items():
        if value is not None:
            words += [option, places.get(value, value)]
    done = deskhand_here(*words)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    _one_message(done.stdout, done.stderr)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["full", "mine.txt"]


OTHER = [
    (["frobnicate"], "frobnicate"),
    (["scenarios", "show", "workdy"], "did you mean 'workday'"),
    (["scenarios", "check", "no/such.json"], "does not exist"),
    (["screens", "show", "crm/lead-from"], "did you mean 'crm/lead-form'"),
    (["screens", "show", "no/such.screen.json"], "no such file"),
    (["screens", "show", "crm/lead-form", "--state", "page:savd"], "page:saved"),
    (["screens", "compile", "no/such.html"], "no such file"),
    (["screens", "compile", "PAGE", "--viewport", "wide"], "WIDTHxHEIGHT"),
    (["screens", "compile", "PAGE", "--viewport", "10x10"], "from 200 to 8000"),
    (["screens", "compile", "PAGE", "--states", "no/such.json"], "no such file"),
    (["validate", "no/such/run"], "no/such/run"),
    (["play", "no/such/run"], "no/such/run"),
]


@pytest.mark.parametrize(
    ("words", "said"), OTHER, ids=lambda v: " ".join(v) if isinstance(v, list) else ""
)
def test_other_commands_refuse(
    words: list[str], said: str, tmp_path: Path, deskhand_here: Deskhand
) -> None:
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><title>Page</title><button>Go</button>")
    done = deskhand_here(*(page if word == "PAGE" else word for word in words))
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    _one_message(done.stdout, done.stderr)
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def _with_sections(sections: object) -> str:
    known = {"format": "deskhand.profile/1", "mode": "published", "name": "mine", "remark": "mine"}
    return json.dumps(known | {"sections": sections})


PROFILES = {
    "not JSON": "{",
    "another format": json.dumps({"format": "deskhand.profile/99"}),
    "no sections": json.dumps({"format": "deskhand.profile/1", "mode": "published"}),
    "no source": _with_sections({"pointer": {"slope_s": {"value": 0.1}}}),
    "sections in a list": _with_sections([]),
    "no number": _with_sections({"hover": {"share": {"value": "much", "source": "assumed"}}}),
    "a list": "[]",
}


@pytest.mark.parametrize("content", PROFILES.values(), ids=PROFILES.keys())
def test_broken_profile_is_refused(content: str, tmp_path: Path, deskhand_here: Deskhand) -> None:
    profile = tmp_path / "mine.json"
    profile.write_text(content)
    words = ["--people", "1", "--seed", "7", "--out", tmp_path / "run", "--profile", profile]
    done = deskhand_here("generate", SCENARIO, *words)
    assert done.returncode == 2, done.stderr
    assert "mine.json" in done.stderr
    _one_message(done.stdout, done.stderr)
    assert not (tmp_path / "run").exists()


def test_file_size_limit_in_mid_shard_is_reported(tmp_path: Path) -> None:
    out = tmp_path / "run"
    words = ["generate", SCENARIO, "--people", 4, "--seed", 7, "--team-size", 2, "--out", out]
    for workers in (1, 2):
        line = shlex.join(command(*words, "--resume", "--workers", workers))
        done = subprocess.run(
            ["/bin/sh", "-c", f"ulimit -f 8; exec {line}"],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 2, done.stderr
        assert "cannot be written" in done.stderr
        assert "--resume" in done.stderr
        _one_message(done.stdout, done.stderr)
        assert not out.exists()


def _one_message(stdout: str, stderr: str) -> None:
    assert stdout == ""
    assert stderr.startswith("deskhand: ")
    assert stderr.count("\n") == 1
    assert "Traceback" not in stderr
