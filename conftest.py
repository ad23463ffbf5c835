"""The switch that makes every skip a failure, and doctests that need what only some machines have.

With DESKHAND_NO_SKIP=1, as in .ci/run, a skip is a failure.
"""

import importlib.util
import os
from collections.abc import Generator

import pytest

NO_SKIP = "DESKHAND_NO_SKIP"
FLEET = 'needs python -m pip install -e ".[test,fleet]"'
# Modules whose examples need an extra: the package that it brings, and how to install it.
EXTRAS = {
    "pointer_views.py": (
        "sklearn",
        'needs scikit-learn: python -m pip install -e ".[test,evaluate]"',
    ),
    "gzip_stitch.py": ("zstandard", FLEET),
    "latency.py": ("hdrh", FLEET),
    "latencies.py": ("hdrh", FLEET),
    "two_sample.py": ("sklearn", 'needs scikit-learn: python -m pip install -e ".[test,evaluate]"'),
}
# Modules that are not even imported without the extra `fleet`; tests of them say so and are skipped.
collect_ignore = (
    []
    if importlib.util.find_spec("httptools")
    else [
        f"src/deskhand/fleet/load/{name}.py"
        for name in (
            "connection",
            "http_sender",
            "pool",
            "queue_sender",
            "sender",
            "wire",
            "worker",
        )
    ]
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        package, reason = EXTRAS.get(item.path.name, ("pytest", ""))
        if importlib.util.find_spec(package) is None:
            item.add_marker(pytest.mark.skip(reason=reason))


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
