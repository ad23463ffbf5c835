"""The command line in this process, and fixtures for what only some machines have.

A bare machine skips the tests that need Chromium or npm packages, with the command that installs
them as the reason.
"""

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from deskhand import cli

Deskhand = Callable[..., subprocess.CompletedProcess[str]]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@pytest.fixture
def deskhand_here(capsys: pytest.CaptureFixture[str]) -> Deskhand:
    """Run the command line in this process, which has started already."""

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        capsys.readouterr()
        given = [*map(str, words)]
        status = cli.main(given)
        return subprocess.CompletedProcess(given, status, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of an installed Chromium that playwright can drive."""
    if importlib.util.find_spec("playwright") is None:
        pytest.skip('needs playwright: python -m pip install -e ".[test,screens]"')
    named = os.environ.get("DESKHAND_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("needs Chromium: apt-get install chromium fonts-liberation")
    return found


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """Folder of the npm packages that tests/browser/package.json names."""
    folder = Path(__file__).parent / "browser" / "node_modules"
    wanted = json.loads((folder.parent / "package.json").read_text("utf-8"))["dependencies"]
    if not all((folder / name).is_dir() for name in wanted):
        pytest.skip("needs npm packages: npm install --prefix tests/browser --no-package-lock")
    return folder


@pytest.fixture(scope="session")
def node() -> str:
    """Path of Node.js."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("needs Node.js: apt-get install nodejs npm")
    return found
