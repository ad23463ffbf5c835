"""A scenario of one's own on a page of one's own: carried with the run, found again when loaded."""

import json
from pathlib import Path

import pytest

from deskhand import api
from deskhand.conversion import convert
from deskhand.errors import DeskhandError
from deskhand.manifest import read_record
from deskhand.scenarios.app_screens import shipped_screens
from tests.conftest import Deskhand
from tests.run.conftest import hashes

STEPS = [
    {"do": "click", "target": "lead.company"},
    {"do": "type", "text": {"fake": "company"}, "into": "lead.company"},
    {"do": "read", "words": 20},
]


def write_scenario(folder: Path, name: str = "shop/basket", **changes: object) -> Path:
    """A page of one's own: the shipped form under another name."""
    data = {**shipped_screens()["crm/lead-form"].data, "name": name, "app": "shop"}
    (folder / "basket.screen.json").write_text(json.dumps(data))
    picture = shipped_screens()["crm/lead-form"].picture()
    assert picture is not None
    (folder / "basket.png").write_bytes(picture)
    scenario = {
        "format": "deskhand.scenario/1",
        "name": "shop.fill",
        "app": "shop",
        "opens": name,
        "screens": ["basket.screen.json"],
        "steps": STEPS,
        **changes,
    }
    path = folder / "fill.json"
    path.write_text(json.dumps(scenario, indent=1))
    return path


def test_screens_are_kept_with_the_run(tmp_path: Path, deskhand: Deskhand) -> None:
    path = write_scenario(tmp_path)
    runs = [tmp_path / "one", tmp_path / "two"]
    for workers, out in enumerate(runs, 1):
        words = [
            "--people",
            4,
            "--team-size",
            2,
            "--seed",
            7,
            "--format",
            "parquet,rrweb,openadapt:0.1",
        ]
        done = deskhand("generate", path, *words, "--workers", workers, "--out", out)
        assert done.returncode == 0, done.stderr
    assert hashes(runs[0]) == hashes(runs[1])
    manifest = read_record(runs[0] / "manifest.json")
    assert "screens/shop/basket.screen.json" in manifest["files"]
    kept_screen = manifest["files"]["screens/shop/basket.screen.json"]
    assert manifest["screens"] == {"shop/basket": kept_screen["sha256"]}

    assert "screens/shop/basket.png" in manifest["files"]

    # The page is no longer where it was; the run has its own.
    (tmp_path / "basket.screen.json").unlink()
    (tmp_path / "basket.png").unlink()
    session = next(api.read_sessions(runs[0]))
    assert session.screens["shop/basket"].app == "shop"
    pictured = session.screens["shop/basket"].picture()
    assert pictured == shipped_screens()["crm/lead-form"].picture()
    session.write(tmp_path / "again.json", format="rrweb")
    (kept,) = runs[0].rglob(f"rrweb/{session.session_id}*")
    assert (tmp_path / "again.json").read_bytes() == kept.read_bytes()
    tables = tmp_path / "tables"
    convert(runs[0], tables, write_as="jsonl")
    convert(tables, tmp_path / "pages", write_as="rrweb")
    carried = tmp_path / "pages" / "rrweb" / kept.name
    assert carried.read_bytes() == kept.read_bytes()
    for words in (["validate", runs[0]], ["play", runs[0], "--out", tmp_path / "page.html"]):
        done = deskhand(*words)
        assert done.returncode == 0, done.stdout + done.stderr


def test_layout_of_a_scenario_file_does_not_count(tmp_path: Path) -> None:
    path = write_scenario(tmp_path)
    api.generate(path, people=1, seed=7, out=tmp_path / "one")
    path.write_text(json.dumps(json.loads(path.read_text())))
    api.generate(path, people=1, seed=7, out=tmp_path / "two")
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")


def test_run_with_another_page_is_not_resumed(tmp_path: Path) -> None:
    out = tmp_path / "run"
    api.generate(write_scenario(tmp_path), people=1, seed=7, out=out)
    screen = tmp_path / "basket.screen.json"
    screen.write_text(screen.read_text().replace('"title"', '"x": 1, "title"', 1))
    with pytest.raises(DeskhandError, match="own_screens shop/basket was"):
        api.generate(tmp_path / "fill.json", people=1, seed=7, out=out, resume=True)


@pytest.mark.parametrize("name", ["../basket", "/basket", "a/../../b", "a//b", ".hidden", ""])
def test_screen_cannot_be_written_outside_the_run(tmp_path: Path, name: str) -> None:
    path = write_scenario(tmp_path, name, opens="crm/leads")
    with pytest.raises(DeskhandError, match="screen name"):
        api.generate(path, people=1, seed=7, out=tmp_path / "run")
    left = sorted(p.name for p in tmp_path.iterdir())
    assert left == ["basket.png", "basket.screen.json", "fill.json"]


BROKEN = {
    "not JSON": ("{", "fill.json:1"),
    "not UTF-8": (b"\xff\xfe{", "UTF-8"),
    "a list": ("[]", "fill.json:1"),
    "another format": ({"format": "deskhand.scenario/9"}, "deskhand.scenario/1"),
    "unknown verb": ({"steps": [{"do": "clik", "target": "a"}]}, "did you mean 'click'"),
    "matches nothing": (
        {"steps": [{"do": "click", "target": "lead.savee"}]},
        "did you mean 'lead.save'",
    ),
    "matches several": ({"steps": [{"do": "click", "target": "role=textbox"}]}, "matches"),
    "no such screen": ({"opens": "shop/baskets"}, "shop/baskets"),
    "no such file": ({"screens": ["no.screen.json"]}, "no.screen.json"),
    "broken screen": ({"screens": ["fill.json"]}, "screens compile"),
    "not a screen": ({"screens": ["torn.screen.json"]}, "screens compile"),
}


@pytest.mark.parametrize(("change", "said"), BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("workers", [1, 2])
def test_broken_scenario_is_refused(
    tmp_path: Path, deskhand_here: Deskhand, change: object, said: str, workers: int
) -> None:
    (tmp_path / "torn.screen.json").write_text("{")
    path = write_scenario(tmp_path, **(change if isinstance(change, dict) else {}))
    if isinstance(change, str | bytes):
        path.write_bytes(change.encode() if isinstance(change, str) else change)
    before = sorted(p.name for p in tmp_path.iterdir())
    words = ["--people", 4, "--team-size", 2, "--seed", 7, "--out", tmp_path / "run"]
    done = deskhand_here("generate", path, *words, "--workers", workers)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)
    assert sorted(p.name for p in tmp_path.iterdir()) == before
