"""The benchmark of attacks, run part by part on typists made by the law; its tables go into a page."""

import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.benchmarks.law_recording import key_table

BENCHMARK = Path(__file__).parent.parent.parent / "benchmarks" / "privacy_audit.py"
PEOPLE, SESSIONS, KEYS = 44, 5, 44


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCHMARK), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    pq.write_table(key_table(PEOPLE, SESSIONS, KEYS), folder / "transcription_timing.parquet")
    return folder


def test_parts_are_kept_and_written_into_a_page(data: Path, tmp_path: Path) -> None:
    page, keep = tmp_path / "page.md", tmp_path / "keep"
    page.write_text(
        "Before.\n<!-- privacy_audit: begin -->\nold\n<!-- privacy_audit: end -->\nAfter.\n"
    )
    words = ("--data", data, "--kind", "typing", "--keep", keep)
    first = run(*words, "--release", "published")
    assert first.returncode in (0, 1), first.stderr
    # What is there is not measured again: the data may be gone.
    assert run(*words, "--release", "dp-fit").returncode in (0, 1)
    (data / "transcription_timing.parquet").unlink()
    both = run(*words, "--release", "published,dp-fit", "--write", page)
    assert both.returncode in (0, 1), both.stderr
    assert both.returncode == int("bars missed:" in both.stdout)
    text = page.read_text()
    assert text.startswith("Before.\n")
    assert text.endswith("After.\n")
    assert "old" not in text
    rows = [line.split(" | ")[0] for line in text.splitlines() if line.startswith("| ")]
    assert rows[1:5] == ["| published", "| dp-fit", "| control: clones", "| control: replays"]
    assert f"**typing: {PEOPLE // 2} people who were fitted, {PEOPLE // 2} who were not**" in text
    # A figure in bold is one that the last lines name.
    figures = [line for line in text.splitlines() if line.startswith("| ")]
    assert any("**" in line for line in figures) == ("bars missed:" in both.stdout)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--release", "reserch"), "did you mean 'research'"),
        (("--kind", "speech"), "Known: pointer, typing"),
        (("--kind", "typing"), "no transcription_timing.parquet"),
    ],
)
def test_what_is_refused(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    done = run("--data", tmp_path, *words)
    assert done.returncode == 2
    assert told in done.stderr
