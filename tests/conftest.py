"""Fixtures for what only some machines have, and the switch that makes every skip a failure.

A bare machine skips the tests that need Chromium or npm packages, with the command that installs
them as the reason. With DESKHAND_NO_SKIP=1, as in .ci/run, a skip is a failure.
"""

import importlib.util
import json
import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

NO_SKIP = "DESKHAND_NO_SKIP"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def _forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get(NO_SKIP) and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{NO_SKIP} is set and this was skipped: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _forbid_skip(report)
    return report


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
