"""The demonstration as a person runs it: everything is there, linked, small and repeatable."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from deskhand.demo import run_demo
from deskhand.loading import read_sessions

# What the page promises to open quickly.
PLAYER_BYTES = 5_000_000


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo")
    run_demo(out, seed=7)
    return out


def test_every_link_of_the_overview_leads_to_a_file(demo: Path) -> None:
    links = set(re.findall(r'href="([^"]*)"', (demo / "index.html").read_text("utf-8")))
    assert len(links) > 10
    assert [link for link in links if not (demo / unquote(link)).is_file()] == []


def test_each_of_five_people_has_a_small_player_page(demo: Path) -> None:
    pages = sorted((demo / "player").glob("*.html"))
    assert [page.stem for page in pages] == sorted(
        session.session_id for session in read_sessions(demo / "sessions")
    )
    assert len(pages) == 5
    assert max(page.stat().st_size for page in pages) < PLAYER_BYTES


def test_no_masked_text_reaches_a_page(demo: Path) -> None:
    for session in read_sessions(demo / "sessions"):
        rows = session.events.select(["masked", "key", "code", "value"]).to_pylist()
        masked = [row for row in rows if row["masked"]]
        assert masked
        assert all(row["key"] is row["code"] is row["value"] is None for row in masked)


def test_again_keeps_the_sessions_and_tells_what_was_made(
    demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (demo / "sessions" / "manifest.json").read_bytes()
    run_demo(demo, seed=7)
    assert (demo / "sessions" / "manifest.json").read_bytes() == before
    said = capsys.readouterr().out
    assert "synthetic events" in said
    assert str(demo / "index.html") in said
    assert said.count("  deskhand ") == 3


def test_fields_and_states_of_a_whole_morning_are_shown(demo: Path, chromium: str) -> None:
    from playwright.sync_api import sync_playwright

    session = next(iter(read_sessions(demo / "sessions")))
    rows = session.events.select(["t_us", "type", "input_type", "value_length"]).to_pylist()
    typed = [row for row in rows if row["type"] == "input" and row["input_type"]]
    # The field that the latest edit changed; steps are looked up by time, to 10 us.
    length = """t => {
        deskhand.seek(t);
        const step = deskhand.data.steps.find((s) => s[1] === "edit" && Math.abs(s[0] - t) < 2e-5);
        return deskhand.view.value(deskhand.view.nodes.get(step[3])).length;
    }"""
    lost = """() => {
        const view = deskhand.view, change = view.change.bind(view);
        let missing = 0, all = 0;
        view.change = (data, slots) => {
            for (const part of [...(data.texts || []), ...(data.attributes || []), ...(data.removes || [])]) {
                all += 1;
                missing += view.nodes.has(view.key(part.id)) ? 0 : 1;
            }
            change(data, slots);
        };
        for (let k = 0; k <= 200; k++) deskhand.seek((deskhand.length * k) / 200);
        return [all, missing];
    }"""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto((demo / "player" / f"{session.session_id}.html").as_uri())
        page.wait_for_function("document.documentElement.dataset.ready")
        for row in typed[:: max(1, len(typed) // 40)]:
            assert page.evaluate(length, row["t_us"] / 1e6 + 1e-5) == row["value_length"]
        every, missing = page.evaluate(lost)
        assert every > 50
        assert missing == 0
        browser.close()
