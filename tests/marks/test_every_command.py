"""Every command that writes data marks all of it; what is about data says so; a new command has to be sorted."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cyclopts import App

from deskhand.cli import app, main
from deskhand.marks.judging import judge
from deskhand.marks.verdict import Verdict

# Each writes sessions, or what is sent or kept of them; R is a run, F a plan of a fleet.
WRITE = {
    "generate": "auth.unlock --people 2 --seed 7 --format parquet,jsonl,rrweb",
    "convert": "R/shard=t0000-d000 OUT --to ocel",
    "fixture": "OUT --format jsonl",
    "dataset": "--size 3 --scenario auth.unlock --splits train=1 --seed 7",
    "episodes": "auth.unlock --count 1 --scale 0.2 --seed 7",
    "screenshots": "R --scale 0.2",
    "augment": "R --do jitter:1",
    "play": "R --out OUT/player.html",
    "fleet plan": "fleet.json",
    "fleet bodies": "F --out OUT/bodies.ndjson",
}
# Written by tests of their own: tests/play/test_demo.py and tests/fleet.
ELSEWHERE = {"demo", "fleet run", "fleet collector"}
# About sessions: numbers of a population, reports, pictures of a flow, a page that was compiled.
ABOUT = {"fit", "compare", "audit", "fleet report", "scenarios draw", "screens compile"}
NOTHING = {"formats", "validate", "verify-synthetic", "dataset check", "fleet verify"}
NOTHING |= {f"scenarios {word}" for word in ("list", "show", "check")}
NOTHING |= {f"screens {word}" for word in ("list", "show", "locators")}
FLEET = """{"seed": 7, "devices": 12, "arrivals": {"per_device_day": 2}, "date": "2026-03-02", "duration_s": 86400, "compression": 100000,
"target": "json", "sessions": {"scenarios": {"auth.unlock": 1}, "pool": 2},
"faults": {"content": {"bad_utf8": 0.12}}}"""


def _names(one: App, before: str = "") -> Iterator[str]:
    for name in one:
        if name.startswith("-"):
            continue
        inner = one[name]
        full = f"{before}{name}"
        if inner.default_command is not None:
            yield full
        yield from _names(inner, f"{full} ")


def test_every_command_is_sorted() -> None:
    assert set(_names(app)) == {*WRITE, *ELSEWHERE, *ABOUT, *NOTHING}


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("places")
    words = [
        "generate",
        "auth.unlock",
        "--people",
        "2",
        "--seed",
        "7",
        "--out",
        str(folder / "run"),
    ]
    assert main(words) == 0
    (folder / "fleet.json").write_text(FLEET)
    assert main(["fleet", "plan", str(folder / "fleet.json"), "--out", str(folder / "plan")]) == 0
    return {"R": folder / "run", "F": folder / "plan", "fleet.json": folder / "fleet.json"}


@pytest.mark.parametrize("command", WRITE)
def test_all_that_it_writes_is_synthetic(
    command: str, places: dict[str, Path], tmp_path: Path
) -> None:
    if command in ("episodes", "screenshots"):
        reason = 'needs Pillow: python -m pip install -e ".[test,screens]"'
        pytest.importorskip("PIL", reason=reason)
    out = tmp_path / "out"
    words = WRITE[command].split()
    if "/" in words[-1]:
        out.mkdir()
    elif "OUT" not in words:
        words += ["--out", "OUT"]
    for place, path in (places | {"OUT": out}).items():
        words = [w.replace(place, str(path), 1) if w.split("/")[0] == place else w for w in words]
    assert main([*command.split(), *words]) == 0
    found = judge(out)
    assert {one.verdict for one in found} - {Verdict.EMPTY} == {Verdict.SYNTHETIC}, [
        one.line() for one in found if one.verdict != Verdict.SYNTHETIC
    ]
    assert all(one.path.stat().st_size == 0 for one in found if one.verdict == Verdict.EMPTY)


def test_a_table_of_a_plan_says_so_alone(places: dict[str, Path], tmp_path: Path) -> None:
    for path in places["F"].rglob("*.parquet"):
        shutil.copy(path, tmp_path / path.name)
    assert {one.verdict for one in judge(tmp_path)} == {Verdict.SYNTHETIC}


ABOUT_SESSIONS = {
    "profile.json": '{"format": "deskhand.profile/1", "sections": {}}',
    "ledger.json": '{"format": "deskhand.ledger/1", "releases": []}',
    "realism.json": '{"format": "deskhand.realism/1", "rows": [{"synthetic": 1, "reference": 0}]}',
    "audit.json": '{"people": [{"synthetic": 30}], "format": "deskhand.privacy_audit/1"}',
}


@pytest.mark.parametrize("name", ABOUT_SESSIONS)
def test_what_is_about_sessions_is_none(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(ABOUT_SESSIONS[name])
    assert main(["verify-synthetic", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "no mark (a " in told
    assert "which holds no sessions" in told


def test_a_format_in_the_rows_makes_no_report(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text('{"synthetic": true, "rows": [{"format": "deskhand.profile/1"}]}')
    assert [one.verdict for one in judge(path)] == [Verdict.SYNTHETIC]
