"""The player shows both monitors of a desk while the pointer crosses over."""

from pathlib import Path

import pytest

from deskhand.monitors import bounds, monitors_of
from deskhand.player import write_player
from tests.two_monitors import LEFT, RIGHT, two_monitors


@pytest.mark.parametrize("person", [LEFT, RIGHT])
def test_both_monitors_are_in_view(person: int, chromium: str, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    session = two_monitors(person)
    monitors = monitors_of(session.header)
    whole = bounds(monitors)
    acts = [act for act in session.actions.to_pylist() if act["verb"] == "switch_to"]
    crossing = next(act for act in acts[1:] if act["intended_x"] is not None)
    write_player(session, tmp_path / "player.html")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        said: list[str] = []
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto((tmp_path / "player.html").as_uri())
        page.wait_for_function("document.documentElement.dataset.ready")
        page.evaluate("t => deskhand.seek(t)", crossing["start_us"] / 1e6)
        page.wait_for_timeout(200)
        stage = page.locator("#stage").bounding_box()
        desks = page.locator(".desk").evaluate_all(
            "all => all.map(d => { const b = d.getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; })"
        )
        page.screenshot(path=tmp_path / "crossing.png")
        browser.close()
    assert said == []
    assert stage is not None
    scale = desks[0][2] / monitors[0].width
    for desk, monitor in zip(desks, monitors, strict=True):
        assert desk[2:] == pytest.approx([px * scale for px in monitor[2:]], abs=1)
        assert desk[0] - desks[0][0] == pytest.approx(monitor.left * scale, abs=1)
        assert desk[1] - desks[0][1] == pytest.approx(monitor.top * scale, abs=1)
        assert desk[0] >= stage["x"] - 1
        assert desk[0] + desk[2] <= stage["x"] + stage["width"] + 1
    assert scale < 1400 / whole.width
