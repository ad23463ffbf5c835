"""An application of another package, built and installed as pip does it: examples/shop_app."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import deskhand as face
from tests.conftest import Deskhand
from tests.run.conftest import hashes

PACKAGE = Path(__file__).parent.parent.parent / "examples" / "shop_app"
CODES = {"SPRING", "THANKS", "WELCOME"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which the package is installed."""
    folder = tmp_path_factory.mktemp("shop")
    source, site = folder / "source", folder / "site"
    # Building leaves files behind, which belong into no checkout.
    shutil.copytree(PACKAGE, source)
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", str(site)]
    command = [sys.executable, "-m", "pip", "install", *options, str(source)]
    subprocess.run(command, check=True, timeout=300, cwd=folder)
    return with_site(site)


def with_site(site: Path) -> dict[str, str]:
    before = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join([str(site), *([before] if before else [])])}


def test_its_tasks_and_screens_are_known(shop: dict[str, str], deskhand: Deskhand) -> None:
    listed = deskhand("scenarios", "list", env=shop)
    assert "shop.voucher            Use a voucher." in listed.stdout, listed.stderr
    assert "shop.look" in listed.stdout
    assert "shop/basket" in deskhand("screens", "list", env=shop).stdout
    assert (
        "basket.voucher: role=textbox"
        in deskhand("screens", "show", "shop/basket", env=shop).stdout
    )


def test_its_tasks_are_checked_and_drawn(
    shop: dict[str, str], tmp_path: Path, deskhand: Deskhand
) -> None:
    for name in ("shop.voucher", "shop.look"):
        checked = deskhand("scenarios", "check", name, "--trials", 2, env=shop)
        assert checked.returncode == 0, checked.stderr
        assert f"{name}: 2 trials took" in checked.stdout
    out = tmp_path / "flow.svg"
    drawn = deskhand("scenarios", "draw", "shop.voucher", "--out", out, env=shop)
    assert drawn.returncode == 0, drawn.stderr
    # It was read, and not found by trials.
    assert "type basket.voucher" in out.read_text()
    assert "found by" not in out.read_text()


def test_its_sessions_are_the_same_from_any_worker_and_read_without_it(
    shop: dict[str, str], tmp_path: Path, deskhand: Deskhand
) -> None:
    words = ["--people", 4, "--team-size", 2, "--seed", 7, "--format", "parquet,rrweb"]
    runs = []
    for workers in (1, 2):
        out = tmp_path / f"run{workers}"
        more = ["--workers", workers, "--out", out]
        done = deskhand("generate", "shop.voucher", *words, *more, env=shop)
        assert done.returncode == 0, done.stderr
        assert deskhand("validate", out).returncode == 0
        runs.append(hashes(out))
    assert runs[0] == runs[1]
    sessions = list(face.read_sessions(tmp_path / "run1"))
    assert len(sessions) == 4
    for session in sessions:
        # This process has never heard of the package: the screen came with the run.
        assert session.screens["shop/basket"].title == "Basket"
        marks = [json.loads(e["value"]) for e in session.events.to_pylist() if e["type"] == "mark"]
        assert next(mark["code"] for mark in marks if "code" in mark) in CODES


def test_others_can_build_on_it(shop: dict[str, str], tmp_path: Path, deskhand: Deskhand) -> None:
    part = {
        "format": "deskhand.scenario/1",
        "name": "crm.voucher",
        "app": "crm",
        "opens": "crm/leads",
        "steps": [
            {"do": "scenario", "name": "shop.voucher"},
            {"do": "navigate", "screen": "shop/basket"},
            {"do": "hover", "target": "basket.use"},
        ],
    }
    path = tmp_path / "part.json"
    path.write_text(json.dumps(part))
    checked = deskhand("scenarios", "check", path, "--trials", 1, env=shop)
    assert checked.returncode == 0, checked.stderr + checked.stdout


def test_without_plugins_it_is_unknown(
    shop: dict[str, str], tmp_path: Path, deskhand: Deskhand
) -> None:
    off = {**shop, "DESKHAND_NO_PLUGINS": "1"}
    done = deskhand("generate", "shop.look", "--people", 1, "--out", tmp_path / "x", env=off)
    assert (done.returncode, "'shop.look' is not known" in done.stderr) == (2, True)
    assert "shop/basket" not in deskhand("screens", "list", env=off).stdout


@pytest.mark.parametrize(
    ("name", "entry", "words"),
    [
        ("basket", "shop_page", "is of a screen called 'shop/basket'; compile it with --name"),
        (None, "shop_page", "holds no *.screen.json; compile its pages"),
        ("basket", "shop_gone", "cannot be loaded"),
    ],
)
def test_a_broken_application_is_refused_by_name(
    name: str | None, entry: str, words: str, tmp_path: Path, deskhand: Deskhand
) -> None:
    site = tmp_path / "site"
    info = site / "shop_page-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "shop_page").mkdir()
    (site / "shop_page" / "__init__.py").write_text("")
    if name is not None:
        compiled = PACKAGE / "shop_app" / "basket.screen.json"
        shutil.copy(compiled, site / "shop_page" / f"{name}.screen.json")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shop-page\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[deskhand.apps]\nstore = {entry}\n")
    task = {
        "format": "deskhand.scenario/1",
        "name": "store.look",
        "app": "store",
        "opens": "store/basket",
        "steps": [{"do": "read", "words": 5}],
    }
    (tmp_path / "look.json").write_text(json.dumps(task))
    done = deskhand("scenarios", "check", tmp_path / "look.json", env=with_site(site))
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
