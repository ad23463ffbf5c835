"""The fixture set: every verdict of its manifest is the validator's, and its bytes are a promise."""

import json
import os
import platform
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from deskhand import registry
from deskhand.events import EVENT_TYPES
from deskhand.fixtures import write_fixtures
from deskhand.manifest import differences, versions
from deskhand.validation import validate_path

PINNED = Path(__file__).parent / "fixtures.json"
CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"
# Pictures and film have no verdict, and take most of the time.
WITHOUT_PICTURES = {"openadapt": "openadapt:0", "agentnet": "agentnet:bare"}
# Their bytes depend on the builds of zlib and SQLite as well.
OF_LIBRARIES = ("openadapt", "posthog", "sentry")
FORMATS = [WITHOUT_PICTURES.get(n, n) for n in registry.names("deskhand.exports") if n != "mapping"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("fixtures") / "set"
    write_fixtures(out, formats=FORMATS, seed=7)
    return out


@pytest.fixture(scope="module")
def cases(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "manifest.json").read_bytes())["cases"]
    return found


def test_every_verdict_is_the_validators(folder: Path, cases: list[dict[str, Any]]) -> None:
    wrong = []
    for case in cases:
        report = validate_path(folder / case["path"], format=case["format"], sample=50)
        if report.ok != (case["verdict"] == "valid"):
            wrong.append((case["format"], case["case"], [str(f) for f in report.findings[:2]]))
    assert not wrong


def test_the_set_is_whole(folder: Path, cases: list[dict[str, Any]]) -> None:
    by_format = Counter(case["format"] for case in cases)
    assert min(by_format.values()) >= 9, by_format
    files = {name: file for case in cases for name, file in case["files"].items()}
    assert not differences(folder, files, without=["manifest.json"])
    for case in cases:
        if case["case"] == "every_type" and case["format"] == "jsonl":
            rows = (folder / case["path"] / "events.jsonl").read_text().splitlines()
            assert {json.loads(row)["type"] for row in rows} == set(EVENT_TYPES)


def test_bytes_are_pinned_and_the_pin_is_a_written_decision(
    folder: Path, cases: list[dict[str, Any]]
) -> None:
    del folder
    found = versions()
    key = " ".join(f"{part} {found[part]}" for part in ("faker", "numpy", "pyarrow", "scipy"))
    key += f" {platform.machine()}"
    made = {
        name: file["sha256"]
        for case in cases
        if case["format"] not in OF_LIBRARIES
        for name, file in case["files"].items()
    }
    pinned = json.loads(PINNED.read_text()) if PINNED.exists() else {}
    if os.environ.get("DESKHAND_PIN"):
        PINNED.write_text(json.dumps({**pinned, key: made}, indent=2, sort_keys=True) + "\n")
        pinned = {**pinned, key: made}
    elif key not in pinned:
        pytest.skip(f"nothing is pinned for {key}; run with DESKHAND_PIN=1 to pin")
    assert made == pinned[key], "bytes moved; when that is meant, pin them with DESKHAND_PIN=1"
    digest = sha256(PINNED.read_bytes()).hexdigest()[:12]
    assert f"fixtures {digest}" in CHANGELOG.read_text(), (
        f"golden bytes changed: say why in CHANGELOG.md, in a line with 'fixtures {digest}'"
    )
