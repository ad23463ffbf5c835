"""Shipped screens compile again to what is shipped."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from deskhand.scenarios.screen_compiler import compile_page

ROOT = Path(__file__).parents[2]
APPS = ROOT / "scenarios" / "apps"
SHIPPED = sorted(f"{page.parent.name}/{page.stem}" for page in APPS.glob("*/*.html"))
# Pages that come cheap, for each state and each way takes a page load, and that together hold every
# kind of act and of block; `test_apps.py` holds all of them to the page they were compiled from.
# DESKHAND_ALL_SCREENS=1 compiles every one, whole.
SAMPLE = (
    "auth/lock",
    "builder/prompt",
    "crm/call",
    "sheet/files",
    "sheet/pivot",
    "tracker/board",
    "tracker/issue",
    "wiki/page",
)
# Of pages whose layers are alike, so many are compiled: what comes first does not depend on the rest.
FIRST_LAYERS = {"tracker/board": 2}
ALL = bool(os.environ.get("DESKHAND_ALL_SCREENS"))


def _sidecar(name: str) -> dict[str, Any]:
    """Return what a page's author says about it, of the sample no more than its first layers."""
    told: dict[str, Any] = json.loads((APPS / f"{name}.states.json").read_bytes())
    layers = told.get("layers", {})
    most = len(layers) if ALL else FIRST_LAYERS.get(name, len(layers))
    return told | {"layers": dict(list(layers.items())[:most])}


def _kinds(names: Iterable[str]) -> set[str]:
    """Return the kinds of acts, and of blocks that stand for many, in pages' sidecars."""
    entries = [e for name in names for layer in _sidecar(name)["layers"].values() for e in layer]
    acts = {kind for entry in entries for act in entry.get("do", ()) for kind in act}
    return acts | ({"select", "explore"} & {kind for entry in entries for kind in entry})


def test_the_sample_holds_every_kind_of_act() -> None:
    assert _kinds(SAMPLE) == _kinds(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED if ALL else SAMPLE)
def test_shipped_screens_compile_again_to_what_is_shipped(
    name: str, chromium: str, tmp_path: Path
) -> None:
    shipped = json.loads((APPS / f"{name}.screen.json").read_bytes())
    size = (shipped["viewport"]["width"], shipped["viewport"]["height"])
    sidecar = _sidecar(name)
    states = tmp_path / "page.states.json"
    states.write_text(json.dumps(sidecar), encoding="utf-8")
    again = compile_page(APPS / f"{name}.html", states=states, viewport=size, chromium=chromium)
    # The sum of page and sidecar, which `test_apps.py` checks, is that of the file as it lies there.
    assert list(again["layers"]) == ["page", *(k for k in sidecar["layers"] if k != "page")]
    for part in ("dom", "links", "max_id", "document"):
        assert again[part] == shipped[part], part
    for layer, content in again["layers"].items():
        assert content["edges"] == shipped["layers"][layer]["edges"]
        assert list(content["states"]) == list(shipped["layers"][layer]["states"])
    if again["engine"] != shipped["engine"]:
        # Another Chromium may lay a control out by a fraction of a pixel differently.
        assert set(again["elements"]) == set(shipped["elements"])
        for key, element in shipped["elements"].items():
            assert again["elements"][key]["box"] == pytest.approx(element["box"], abs=1.0), key
        return
    assert again["elements"] == shipped["elements"]
    assert again["hit"] == shipped["hit"]
    for layer, content in again["layers"].items():
        for state, remade in content["states"].items():
            written = shipped["layers"][layer]["states"][state]
            assert remade.get("elements") == written.get("elements")
            assert remade.get("hits") == written.get("hits")
