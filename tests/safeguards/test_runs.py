"""Runs and conversions with safeguards: the same bytes, named in the record, kept in formats."""

import json
import subprocess
from pathlib import Path

import pyarrow.compute as pc
import pytest

import deskhand
from deskhand.conversion import convert
from deskhand.field_text import edited
from deskhand.manifest import read_record
from deskhand.safeguards import load_safeguards
from deskhand.safeguards.pauses import paused_spans
from tests.run.conftest import command, hashes
from tests.safeguards.files import made, written

WHAT = {
    "exclude": ["chat"],
    "mask": ["lead.*"],
    "secrets": {"builtin": ["email"]},
    "pauses": [{"from_s": 5, "to_s": 15}, {"per_day": 100, "median_min": 0.2}],
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("guarded")
    path = written(folder, **WHAT)
    deskhand.generate(
        "crm.create_lead", people=4, team_size=1, seed=7, out=folder / "out", safeguards=path
    )
    return folder / "out"


def test_any_number_of_workers_makes_the_same_bytes(run: Path, tmp_path: Path) -> None:
    words = ("generate", "crm.create_lead", "--people", 4, "--team-size", 1, "--seed", 7)
    more = ("--workers", 2, "--safeguards", written(tmp_path, **WHAT), "--out", tmp_path / "out")
    done = subprocess.run(command(*words, *more), check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert hashes(tmp_path / "out") == hashes(run)


def test_the_record_names_the_file_by_its_content(run: Path) -> None:
    manifest = read_record(run / "manifest.json")
    told = manifest["safeguards"]
    assert told == load_safeguards(run.parent / "office.json").as_record()
    assert set(told) == {"file", "sha256"}
    plain = deskhand.simulate("crm.create_lead", seed=7)
    assert plain.header["provenance_id"] != manifest["provenance_id"]


def test_another_file_does_not_resume_a_run(run: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="safeguards sha256 was"):
        deskhand.generate(
            "crm.create_lead", people=4, team_size=1, seed=7, out=run, resume=True,
            safeguards=written(tmp_path, exclude=["auth"]),
        )  # fmt: skip


def test_a_run_is_valid_and_has_its_gaps(run: Path) -> None:
    report = deskhand.validate(run)
    assert [str(finding) for finding in report.findings] == []
    for session in deskhand.read_sessions(run):
        events = session.events
        assert "paused" in events["reason"].to_pylist()
        inside = events.filter(
            pc.and_(pc.greater(events["t_us"], 5_000_000), pc.less(events["t_us"], 15_000_000))
        )
        assert len(inside) == 0


@pytest.mark.parametrize("name", ["rrweb", "openadapt", "agentnet", "jsonl"])
def test_captures_are_converted_with_them(name: str, tmp_path: Path) -> None:
    plain = deskhand.simulate("crm.create_lead", seed=7)
    plain.write(tmp_path / f"in.{name}", name)
    email = ""
    for row in plain.events.to_pylist():
        if row["type"] == "input" and row["target"] == "lead.email":
            email = edited(email, row)
    assert "@" in email
    path = written(tmp_path, pauses=[{"from_s": 10, "to_s": 20}], secrets={"builtin": ["email"]})
    done = convert(tmp_path / f"in.{name}", tmp_path / "out", write_as="jsonl", safeguards=path)
    assert done.withheld > 0
    assert any("withheld" in line for line in done.lines())
    report = deskhand.validate(tmp_path / "out")
    assert [str(finding) for finding in report.findings] == []
    text = (tmp_path / "out" / "events.jsonl").read_text()
    assert '"paused"' in text
    assert email not in text
    rows = [json.loads(line) for line in text.splitlines()]
    keys = "".join(row["key"] for row in rows if len(row.get("key") or "") == 1)
    if name == "jsonl":
        assert email not in keys


def test_a_capture_of_an_excluded_application_is_a_gap(tmp_path: Path) -> None:
    deskhand.simulate("crm.create_lead", seed=7).write(tmp_path / "in.json", "rrweb")
    path = written(tmp_path, exclude=["crm.deskhand.example/leads/new"])
    convert(tmp_path / "in.json", tmp_path / "out", write_as="jsonl", safeguards=path)
    assert "leads/new" not in (tmp_path / "out" / "events.jsonl").read_text()
    assert "excluded-app" in (tmp_path / "out" / "events.jsonl").read_text()


def test_drawn_pauses_are_as_many_and_as_long_as_asked_for(tmp_path: Path) -> None:
    safeguards = made(tmp_path, pauses={"per_day": 1.5, "median_min": 8})
    header = {"seed": 7, "team": 0, "day": 0, "duration_us": 8 * 3_600_000_000}
    days = [
        paused_spans(safeguards, {**header, "session_id": f"syn_{k}", "person": k})
        for k in range(2_000)
    ]
    lengths = sorted((end - start) / 60e6 for day in days for start, end in day)
    # Standard errors: 1.5 / 2000 ** 0.5 = 0.03; of the median 1.25 * 0.8 * 8 / 3000 ** 0.5 = 0.15.
    assert sum(map(len, days)) / 2_000 == pytest.approx(1.5, abs=0.12)
    assert lengths[len(lengths) // 2] == pytest.approx(8, abs=0.6)


def test_what_a_scenario_masks_is_shown() -> None:
    words = command("scenarios", "show", "auth.login")
    shown = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert "masked        one-time-code: auth.code\n" in shown
    assert "masked        password: auth.password" in shown
