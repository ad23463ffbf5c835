"""The tutorial of one's own application runs as it stands, on a real server and in a real browser."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import deskhand

PAGE = Path(__file__).parents[2] / "docs" / "your-own-app.md"
# A file of the tutorial: its name ends the paragraph before its block.
FILE = re.compile(
    r"`([\w.-]+\.(?:py|html|json))`[^`\n]*:\n\n```(?:py|html|json)\n(.*?)^```", re.M | re.S
)

# The tutorial's server ends with it, also when a step fails.
CLEAN_UP = "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT"


@pytest.fixture(scope="module")
def ran(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder in which the tutorial was done, and what it printed."""
    folder = tmp_path_factory.mktemp("tutorial")
    text = PAGE.read_text("utf-8")
    files = dict(FILE.findall(text))
    assert len(files) == len(re.findall(r"^```(py|html|json)$", text, re.M))
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    own = folder / "bin"
    own.mkdir()
    (own / "deskhand").write_text(f'#!/bin/sh\nexec {sys.executable} -m deskhand "$@"\n')
    (own / "deskhand").chmod(0o755)
    (own / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (own / "python").chmod(0o755)
    done = subprocess.run(
        [
            "bash",
            "-euc",
            "\n".join([CLEAN_UP, *re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)]),
        ],
        cwd=folder,
        env={**os.environ, "PATH": f"{own}:{os.environ['PATH']}", "DESKHAND_CHROMIUM": chromium},
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_locators_are_those_that_the_page_shows(ran: tuple[Path, str]) -> None:
    (shown,) = re.findall(r"^```text\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    printed = [" ".join(line.split()) for line in ran[1].splitlines()]
    for line in shown.splitlines():
        assert " ".join(line.split()) in printed
    assert printed.count('"role=textbox[name=\\"Note\\"]" text') == 1


def test_three_people_left_a_note_and_can_be_looked_at(ran: tuple[Path, str]) -> None:
    folder, _ = ran
    sessions = list(deskhand.read_sessions(folder / "notes"))
    assert len(sessions) == 3
    for session in sessions:
        marks = [r for r in session.events["reference"].to_pylist() if r]
        assert "intranet/orders#page:saved" in marks
    assert (folder / "notes.html").stat().st_size > 10_000
