"""The player page in a real browser: offline, silent, and right at any time it is sent to."""

from collections.abc import Iterator
from typing import Any

import pytest

from deskhand.player import player_html, write_player
from deskhand.session import Session

WIDTH, HEIGHT = 1400, 900


@pytest.fixture(scope="module")
def player(
    session: Session, chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """The opened page, with everything that it said and asked for."""
    from playwright.sync_api import sync_playwright

    path = tmp_path_factory.mktemp("player") / "player.html"
    write_player(session, path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, offline=True
        ).new_page()
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_function("document.documentElement.dataset.ready")
        page.said, page.asked = said, asked  # type: ignore[attr-defined]
        yield page
        browser.close()


def _rows(session: Session, kind: str) -> list[dict[str, Any]]:
    return [row for row in session.events.to_pylist() if row["type"] == kind]


def _value(player: Any, name: str) -> str:
    found = player.evaluate(
        "name => deskhand.view.document.querySelector(`[data-name='${name}']`).value", name
    )
    return str(found)


def test_opens_offline_without_a_word_or_a_request(player: Any) -> None:
    player.evaluate("deskhand.play()")
    player.wait_for_timeout(300)
    player.evaluate("deskhand.pause()")
    assert player.said == []
    assert [url for url in player.asked if not url.startswith("file:")] == []


def test_cursor_stands_where_the_events_say(player: Any, session: Session) -> None:
    moves = _rows(session, "pointermove")
    for row in (moves[40], moves[130], moves[-1]):
        x, y, _ = player.evaluate("t => deskhand.stage.cursor(t)", row["t_us"] / 1e6)
        assert (x, y) == pytest.approx((row["screen_x"], row["screen_y"]), abs=1.0)


@pytest.mark.parametrize("typed", [1, 4, 10, 6])
def test_field_shows_what_was_typed_until_then(player: Any, session: Session, typed: int) -> None:
    rows = [row for row in _rows(session, "input") if row["target"] == "lead.name"]
    player.evaluate("t => deskhand.seek(t)", rows[typed - 1]["t_us"] / 1e6 + 0.002)
    assert _value(player, "lead.name") == "ada lovell"[:typed]


def test_state_of_the_page_comes_and_goes_with_time(player: Any, session: Session) -> None:
    (mark,) = _rows(session, "mark")
    toast = "deskhand.view.document.querySelector('.toast')?.textContent ?? null"
    player.evaluate("t => deskhand.seek(t)", mark["t_us"] / 1e6 + 0.19)
    assert player.evaluate(toast) is None
    player.evaluate("t => deskhand.seek(t)", mark["t_us"] / 1e6 + 0.21)
    assert player.evaluate(toast) == "Saved ada lovell"
    assert _value(player, "lead.source") == "fair"
    player.evaluate("deskhand.seek(0.1)")
    assert player.evaluate(toast) is None


def test_masked_field_shows_dots_and_holds_no_text(player: Any, session: Session) -> None:
    rows = [row for row in _rows(session, "input") if row["target"] == "lead.secret"]
    player.evaluate("t => deskhand.seek(t)", rows[4]["t_us"] / 1e6 + 0.002)
    assert _value(player, "lead.secret") == "\u2022" * 5
    assert "hunter" not in player.evaluate("JSON.stringify(deskhand.data)")


def test_keyboard_plays_and_moves(player: Any) -> None:
    player.evaluate("deskhand.seek(2)")
    player.keyboard.press("ArrowRight")
    assert player.evaluate("deskhand.time") == pytest.approx(4.0)
    player.keyboard.press("ArrowUp")
    assert player.evaluate("deskhand.rate") == 2
    player.keyboard.press("Space")
    assert player.evaluate("deskhand.playing") is True
    player.keyboard.press("Space")
    assert player.evaluate("deskhand.playing") is False


def test_idle_time_is_skipped(player: Any, session: Session) -> None:
    last = [row for row in _rows(session, "input") if row["target"] == "lead.secret"][-1]
    pause = last["t_us"] / 1e6 + 3.0
    player.evaluate("t => { deskhand.seek(t); deskhand.play(); }", pause)
    player.wait_for_timeout(150)
    player.evaluate("deskhand.pause()")
    assert player.evaluate("deskhand.time") > pause + 5


def test_page_says_that_it_is_synthetic(player: Any) -> None:
    assert player.locator("meta[name=synthetic]").get_attribute("content") == "true"
    assert player.get_by_text("synthetic: no human in this session").is_visible()


def test_page_names_no_address_to_fetch_from(session: Session) -> None:
    html = player_html(session)
    assert "default-src 'none'" in html
    assert "<link" not in html
    assert "src=" not in html


def test_same_session_gives_the_same_page(session: Session) -> None:
    assert player_html(session) == player_html(session)
