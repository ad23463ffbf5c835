"""The command line: quiet in a pipe, the same by either name, and every command at work."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deskhand import api
from tests.conftest import Deskhand
from tests.run.conftest import SCENARIO, command


def test_quiet_in_a_pipe(tmp_path: Path, deskhand: Deskhand) -> None:
    words = ["--people", 2, "--seed", 7, "--workers", 2, "--team-size", 1]
    done = deskhand("generate", SCENARIO, *words, "--out", tmp_path / "run")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_one_line_on_a_terminal(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    import os

    ours, theirs = pty.openpty()
    words = ["generate", SCENARIO, "--people", 2, "--seed", 7, "--team-size", 1]
    process = subprocess.Popen(
        command(*words, "--out", tmp_path / "run"),
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    seen = b""
    try:
        while part := os.read(ours, 65536):
            seen += part
    except OSError:
        pass  # Linux says so when the other end is closed.
    os.close(ours)
    output, _ = process.communicate(timeout=60)
    assert (process.returncode, output) == (0, b"")
    assert b"2 of 2 team days" in seen
    assert seen.count(b"\n") <= 2  # the line of progress and what was made


@pytest.mark.parametrize("words", [["--help"], ["generate", "--help"], ["screens", "--help"], []])
def test_help(words: list[str], deskhand: Deskhand) -> None:
    done = deskhand(*words)
    assert done.returncode == 0
    assert "Usage" in done.stdout
    assert done.stderr == ""


def test_version(deskhand: Deskhand) -> None:
    import deskhand as package

    done = deskhand("--version")
    assert done.stdout.strip() == package.__version__


def test_help_does_not_wait_for_numpy() -> None:
    script = (
        "import sys; from deskhand.cli import main; main(['--help']);"
        "sys.exit('numpy' in sys.modules or 'pyarrow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert done.returncode == 0


def test_import_is_light_and_lists_its_names() -> None:
    script = (
        "import sys, deskhand; assert 'simulate' in dir(deskhand);"
        "sys.exit('numpy' in sys.modules or 'deskhand.api' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_scenarios_are_listed_and_shown(deskhand: Deskhand) -> None:
    listed = deskhand("scenarios", "list")
    assert SCENARIO in listed.stdout
    shown = deskhand("scenarios", "show", SCENARIO)
    assert shown.stdout.startswith("name          crm.create_lead\n")
    checked = deskhand("scenarios", "check", SCENARIO)
    assert f"{SCENARIO} is written in Python: trials tell" in checked.stdout
    assert f"{SCENARIO}: 5 trials took" in checked.stdout
    assert {listed.returncode, shown.returncode, checked.returncode} == {0}


def test_screens_are_listed_and_shown(deskhand: Deskhand) -> None:
    listed = deskhand("screens", "list")
    assert "crm/lead-form" in listed.stdout
    shown = deskhand("screens", "show", "crm/lead-form")
    assert 'lead.save: role=button[name="' in shown.stdout
    named = deskhand("screens", "locators", "crm/lead-form", "--state", "page:saved")
    assert '"role=textbox[name=\\"Company\\"]"  ' in named.stdout
    assert {listed.returncode, shown.returncode, named.returncode} == {0}
    wrong = deskhand("screens", "locators", "crm/lead-form", "--state", "page:sved")
    assert wrong.returncode == 2
    assert "did you mean 'page:saved'" in wrong.stderr


def test_validate_says_what_it_checked(small: Path, deskhand: Deskhand) -> None:
    done = deskhand("validate", small)
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.endswith(": valid\n")


def test_validate_finds_what_was_changed(small: Path, tmp_path: Path, deskhand: Deskhand) -> None:
    run = tmp_path / "run"
    shutil.copytree(small, run)
    changed = run / "shard=t0001-d000" / "events.jsonl"
    changed.write_bytes(changed.read_bytes().replace(b'"synthetic":true', b'"synthetic":null', 1))
    done = deskhand("validate", run)
    assert done.returncode == 1
    assert "shard=t0001-d000/events.jsonl: its sha256 is not the one listed" in done.stdout
    (run / "manifest.json").unlink()
    done = deskhand("validate", run)
    assert done.returncode == 1
    assert "not complete" in done.stdout


def test_play_writes_a_page(small: Path, tmp_path: Path, deskhand: Deskhand) -> None:
    session = next(api.read_sessions(small / "shard=t0001-d001"))
    for path in (small / session.session_id, small / "shard=t0001-d001"):
        page = tmp_path / "page.html"
        done = deskhand("play", path, "--out", page)
        assert done.returncode == 0, done.stderr
        assert page.read_text().startswith("<!")
        page.unlink()
