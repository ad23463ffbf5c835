"""The page of a run: it stands alone, and its figures, plots and texts are those of the run."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("hdrh", reason='needs hdrhistogram: python -m pip install -e ".[test,fleet]"')

from deskhand.cli_fleet.report import report
from deskhand.errors import DeskhandError
from deskhand.fleet.report.page import report_html, verdict, write_report
from deskhand.fleet.report.thresholds import check
from tests.fleet.made_run import made_run

EVIL = "<script>alert(1)</script>\"'&\x00\ud800"


class Seen(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_page_stands_alone_and_tells_the_figures() -> None:
    run = made_run()
    run["thresholds"] = check(run, ["p99<200ms", "errors<1%"])
    seen = Seen(report_html(run))
    assert "Failed: 1 of 2 thresholds" in seen.text
    assert "synthetic load" in seen.text
    for text in ("12,040", "503 Service Unavailable", "p99.9", run["plan_sha256"], "429"):
        assert text in seen.text
    assert seen.tags.count("svg") == 7
    assert not {"script", "link", "img", "iframe", "object"} & set(seen.tags)
    assert not {"src", "href", "onload"} & {name for name, _ in seen.attributes}
    assert "url(" not in report_html(run)


def test_points_of_the_latency_plot_are_where_they_belong() -> None:
    run = made_run(seconds=4, stall=None)
    for row, value in zip(run["timeline"], (10, 100, 1_000, 10_000), strict=True):
        row["p50_us"] = row["p99_us"] = value
    figure = report_html(run).split("Latency from intent</figcaption>")[1].split("</svg>")[0]
    lines = re.findall(r'points="([^"]+)"', figure)
    across, down = np.array([p.split(",") for p in lines[0].split()], float).T
    # Powers of ten are equally far apart on a scale of logarithms, seconds on one of time.
    assert np.ptp(np.diff(down)) <= 0.2
    assert (np.diff(down) < 0).all()
    assert np.ptp(np.diff(across)) <= 0.2


def test_every_text_of_a_run_is_escaped() -> None:
    run = made_run()
    run["target"] = run["deskhand"] = EVIL
    run["errors"] = {EVIL: 3}
    run["thresholds"] = [{"name": EVIL, "limit": EVIL, "value": 1.0, "ok": False}]
    run["client"] |= {"bottleneck": True, "reasons": [EVIL]}
    page = report_html(run)
    assert "<script" not in page
    assert Seen(page).text.count("<script>alert(1)</script>\"'&") >= 5


def test_a_page_of_texts_that_are_no_unicode_can_be_written(tmp_path: Path) -> None:
    run = made_run(seconds=6, stall=None)
    run["errors"] = {"\ud800": 1}
    write_report(run, tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").endswith("</html>\n")
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize(
    ("change", "headline"),
    [
        ({"interrupted": True}, "Stopped before its end"),
        ({}, "Finished; no thresholds were set"),
        ({"thresholds": [{"name": "p99", "limit": "<1s", "value": 0.1, "ok": True}]}, "Passed"),
        ({"thresholds": [{"name": "p99", "limit": "<1s", "value": None, "ok": False}]}, "Failed"),
    ],
)
def test_headlines(change: dict[str, Any], headline: str) -> None:
    assert verdict(made_run(seconds=6, stall=None) | change)[1].startswith(headline)


def test_a_bottleneck_stands_above_thresholds_that_are_met() -> None:
    run = made_run()
    run["thresholds"] = check(run, ["errors<50%"])
    run["client"] |= {"bottleneck": True, "reasons": ["worker 0 used 97 % of its core"]}
    colour, headline, reasons = verdict(run)
    assert (colour, headline) == ("warn", "No result: the client was the bottleneck")
    assert "97 %" in reasons[0]


@pytest.mark.parametrize("seconds", [0, 1, 2000])
def test_runs_of_any_length_have_a_page(seconds: int) -> None:
    run = made_run(seconds=seconds, rate=2, stall=None)
    run["seconds"] = float(seconds)
    page = report_html(run)
    assert len(page) < 150_000
    assert "nan" not in Seen(page).text.lower()
    assert not re.search(r'points="[^"]*(nan|inf)', page)


def test_missing_seconds_are_gaps() -> None:
    run = made_run(seconds=10, stall=None)
    run["timeline"] = [row for row in run["timeline"] if row["second"] not in (4, 5)]
    run["timeline"][1] |= {"p50_us": None, "p99_us": None}
    figure = report_html(run).split("Latency from intent</figcaption>")[1].split("</svg>")[0]
    assert figure.count("<polyline") == 4  # two spans of each line
    assert figure.count("<circle") == 2  # and the second before the missing answer


def test_command_writes_beside_the_run_or_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps(made_run(seconds=6, stall=None)))
    report(folder)
    report(folder / "run.json", out=tmp_path / "other.html")
    assert (folder / "report.html").read_bytes() == (tmp_path / "other.html").read_bytes()
    with pytest.raises(DeskhandError, match="no such file"):
        report(tmp_path)


def test_page_in_a_browser_has_no_overflow_at_phone_width(tmp_path: Path, chromium: str) -> None:
    from playwright.sync_api import sync_playwright

    run = made_run()
    run["target"] = "https://ingest.example.test/" + "very-long-path" * 20
    run["errors"] = {"x" * 300: 3, "two": 1}
    run["thresholds"] = check(run, ["p99<200ms", "errors<1%", "rate>=100/s"])
    write_report(run, tmp_path / "report.html")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        told: list[str] = []
        for width in (360, 1200):
            page = browser.new_page(viewport={"width": width, "height": 800})
            page.on("console", lambda message: told.append(message.text))
            page.on("request", lambda request: told.append(request.url))
            page.goto((tmp_path / "report.html").as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        browser.close()
    assert told == [(tmp_path / "report.html").as_uri()] * 2


def test_a_queue_acknowledges_and_has_no_statuses() -> None:
    run = made_run(stall=None)
    sent = run["counts"]["sent"]
    run["statuses"] = {"0": sent}
    run["counts"] |= {"ok": sent - 7, "fail": 5, "unknown": 2}
    run["timeline"][3] |= {"ok": 193, "fail": 5, "unknown": 2, "statuses": {"0": 7}}
    page = report_html(run)
    for name, count in (("acknowledged", sent - 7), ("refused", 5), ("no answer", 2)):
        assert f"<span class=long>{name}</span></td><td class=n>{count:,}</td>" in page
    legend = re.findall(r'class="key \w+"></span>([^<]+)', page.partition("Not accepted")[2])
    assert legend[:2] == ["refused", "unknown"]
