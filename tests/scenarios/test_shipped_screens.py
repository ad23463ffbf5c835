"""Shipped screens compile again to what is shipped."""

import json
import os
from pathlib import Path

import pytest

from deskhand.scenarios.screen_compiler import compile_page

ROOT = Path(__file__).parents[2]
APPS = ROOT / "scenarios" / "apps"
SHIPPED = sorted(f"{page.parent.name}/{page.stem}" for page in APPS.glob("*/*.html"))
# A page a kind of widget, since each takes a browser up to a minute; `test_apps.py` holds all of them to the
# page they were compiled from. DESKHAND_ALL_SCREENS=1 compiles every one.
SAMPLE = (
    "auth/login",
    "chat/channel",
    "crm/lead-form",
    "news/thread",
    "sheet/contacts",
    "tracker/board",
)
COMPILED = SHIPPED if os.environ.get("DESKHAND_ALL_SCREENS") else SAMPLE


@pytest.mark.parametrize("name", COMPILED)
def test_shipped_screens_compile_again_to_what_is_shipped(name: str, chromium: str) -> None:
    shipped = json.loads((APPS / f"{name}.screen.json").read_bytes())
    size = (shipped["viewport"]["width"], shipped["viewport"]["height"])
    again = compile_page(
        APPS / f"{name}.html",
        states=APPS / f"{name}.states.json",
        viewport=size,
        chromium=chromium,
    )
    for part in ("dom", "links", "max_id", "document", "source_sha256"):
        assert again[part] == shipped[part], part
    for layer, content in shipped["layers"].items():
        assert again["layers"][layer]["edges"] == content["edges"]
        assert list(again["layers"][layer]["states"]) == list(content["states"])
    if again["engine"] != shipped["engine"]:
        # Another Chromium may lay a control out by a fraction of a pixel differently.
        assert set(again["elements"]) == set(shipped["elements"])
        for key, element in shipped["elements"].items():
            assert again["elements"][key]["box"] == pytest.approx(element["box"], abs=1.0), key
        return
    assert again["elements"] == shipped["elements"]
    assert again["hit"] == shipped["hit"]
    for layer, content in shipped["layers"].items():
        for state, written in content["states"].items():
            remade = again["layers"][layer]["states"][state]
            assert remade.get("elements") == written.get("elements")
            assert remade.get("hits") == written.get("hits")
