"""Tests of one's own code with synthetic sessions: nothing to set up, the same bytes every time."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ingest import count_clicks

from deskhand.session import Session


def test_clicks_are_counted(
    deskhand_session: Callable[..., Session], deskhand_file: Callable[..., Path]
) -> None:
    session = deskhand_session("crm.create_lead", seed=7)
    folder = deskhand_file("crm.create_lead", format="jsonl", seed=7)
    pressed = session.events["type"].to_pylist().count("pointerup")
    assert count_clicks(folder / "events.jsonl") == pressed


def test_good_files_are_taken_and_broken_ones_refused(tmp_path: Path) -> None:
    out = tmp_path / "fixtures"
    command = [sys.executable, "-m", "deskhand", "fixture", str(out), "--format", "jsonl"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    cases: list[dict[str, Any]] = json.loads((out / "manifest.json").read_bytes())["cases"]
    for case in cases:
        path = out / case["path"] / "events.jsonl"
        if case["verdict"] == "valid":
            assert count_clicks(path) >= 0
        elif case["case"] != "empty_file":
            with pytest.raises(ValueError):  # noqa: PT011 - wrong JSON, wrong bytes and wrong times
                count_clicks(path)
