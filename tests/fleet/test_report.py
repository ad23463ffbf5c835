"""Thresholds, the live line and the page of a run, from runs whose figures are known."""

import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("hdrh", reason='needs hdrhistogram: python -m pip install -e ".[test,fleet]"')

from deskhand.cli_fleet.report import report
from deskhand.errors import DeskhandError
from deskhand.fleet.report.latencies import decoded
from deskhand.fleet.report.live import live_line
from deskhand.fleet.report.page import report_html, verdict, write_report
from deskhand.fleet.report.record_check import check_record
from deskhand.fleet.report.thresholds import check, refuse_unreadable
from deskhand.json_schema import worst

EVIL = "<script>alert(1)</script>\"'&\x00\ud800"


def times(values_us: Sequence[int]) -> dict[str, Any]:
    from hdrh.histogram import HdrHistogram

    histogram = HdrHistogram(1, 3_600_000_000, 3)
    for value_us in values_us:
        histogram.record_value(value_us)
    found = {"p50": 50, "p90": 90, "p99": 99, "p999": 99.9}
    return {
        "count": len(values_us),
        "mean_us": float(np.mean(values_us)) if values_us else None,
        **{
            f"{k}_us": histogram.get_value_at_percentile(v) if values_us else None
            for k, v in found.items()
        },
        "max_us": max(values_us, default=None),
        "hdr": histogram.encode().decode(),
    }


def made_run(*, seconds: int = 60, rate: int = 200, stall: int | None = 30) -> dict[str, Any]:
    """Return a run of one batch each 1/rate s whose service stalls for a second at `stall`."""
    draws = np.random.default_rng(7)
    intent: list[int] = []
    send: list[int] = []
    rows: list[dict[str, Any]] = []
    for second in range(seconds):
        base = draws.lognormal(7.0, 0.4, rate)
        waits = np.linspace(1e6, 0, rate) if second == stall else np.zeros(rate)
        ours = (base + waits).astype(int)
        failed = rate // 10 if stall is not None and second in (stall + 1, stall + 2) else 0
        if second >= 5:
            intent += ours.tolist()
            send += base.astype(int).tolist()
        rows.append(
            {
                "second": second,
                "intended": rate,
                "sent": rate + failed,
                "ok": rate,
                "fail": failed,
                "unknown": 0,
                "retries": failed,
                "p50_us": int(np.median(ours)),
                "p99_us": int(np.quantile(ours, 0.99)),
                "in_flight": int(ours.sum() / 1e6),
                "devices": min(rate * (second + 1), 5000),
                "bytes": rate * 20_000,
                "statuses": {"429": failed // 4, "503": failed - failed // 4},
            }
        )
    fails = sum(row["fail"] for row in rows)
    lag = times([300] * len(intent))
    return {
        "format": "deskhand.fleet/1",
        "deskhand": "0.1.0",
        "plan_sha256": "ab" * 32,
        "run_id": "syn_" + "0f" * 8,
        "target": "http://127.0.0.1:8080/batch",
        "workers": 2,
        "seconds": float(seconds),
        "warm_up_s": 5.0,
        "interrupted": False,
        "counts": {
            "intended": rate * seconds,
            "sent": rate * seconds + fails,
            "ok": rate * seconds,
            "fail": fails,
            "unknown": 0,
            "retries": fails,
            "unsent": 0,
        },
        "statuses": {"200": rate * seconds, "429": fails // 4, "503": fails - fails // 4},
        "errors": {"503 Service Unavailable": fails - fails // 4} if fails else {},
        "bytes_sent": rate * seconds * 20_000,
        "latency": {"from_intent": times(intent), "from_send": times(send)},
        "lag": lag,
        "client": {
            "cpu_share": [0.41, 0.38],
            "lag_p99_us": lag["p99_us"],
            "bottleneck": False,
            "reasons": [],
        },
        "timeline": rows,
        "thresholds": [],
    }


def test_thresholds_have_the_values_of_the_run() -> None:
    run = made_run()
    intent = run["latency"]["from_intent"]
    found = check(
        run, ["p50<200ms", "p99<=0.5s", "p999>1us", "max<2s", "rate>=200/s", "lag_p99<2ms"]
    )
    assert [t["ok"] for t in found] == [True, intent["p99_us"] <= 500_000, True, True, True, True]
    assert found[0] == {
        "name": "p50",
        "limit": "<200ms",
        "value": intent["p50_us"] / 1000,
        "ok": True,
    }
    assert found[4]["value"] == pytest.approx(200)
    assert [t["value"] for t in check(run, ["errors<1%", "errors<5", "unknown==0"])] == [
        pytest.approx(100 * 40 / 12_040),
        40.0,
        0.0,
    ]
    assert [t["ok"] for t in check(run, ["errors<0.3%", "errors<0.4%"])] == [False, True]


def test_other_percentiles_are_read_from_the_histogram() -> None:
    run = made_run()
    run["latency"]["from_intent"] = times(range(1, 1001))
    values = [t["value"] for t in check(run, ["p95<1s", "p75<1us", "p999<1us", "p9999<1us"])]
    assert values == [pytest.approx(950e-6), 750.0, 999.0, 1000.0]


def test_nothing_measured_is_no_threshold_met() -> None:
    run = made_run(seconds=3, stall=None)
    assert check(run, ["p99<1s", "rate>=0/s"]) == [
        {"name": "p99", "limit": "<1s", "value": None, "ok": False},
        {"name": "rate", "limit": ">=0/s", "value": None, "ok": False},
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("p99", "p99<200ms"),
        ("p99<200", "p99<200us or p99<200ms or p99<200s"),
        ("p99<-1ms", "write a figure"),
        ("p99<1ms; rm", "write a figure"),
        ("p9<1ms", "Known: "),
        ("p100<1ms", "Known: "),
        ("latency<1ms", "Known: "),
        ("lag<1ms", "did you mean"),
        ("errors<1ms", "errors<1%"),
        ("rate>=1000", "rate>=1000/s"),
        ("", "write a figure"),
    ],
)
def test_unreadable_thresholds_are_refused(text: str, told: str) -> None:
    with pytest.raises(DeskhandError, match=re.escape(told)):
        refuse_unreadable(["p50<1s", text])


def test_histograms_give_the_percentiles_they_were_made_of() -> None:
    values = np.random.default_rng(1).lognormal(8, 1, 5000).astype(int)
    found = decoded(times(values.tolist())["hdr"])
    assert found.total == 5000
    wanted = np.quantile(values, [0, 0.5, 0.9, 0.99, 1], method="inverted_cdf")
    # Three significant digits.
    np.testing.assert_allclose(found.at([0, 0.5, 0.9, 0.99, 1]), wanted, rtol=1.1e-3)


@pytest.mark.parametrize("broken", ["", "AAAA", "HISTFAAAAAA", "é", times([1, 2])["hdr"][:-9]])
def test_broken_histograms_are_refused(broken: str) -> None:
    with pytest.raises(DeskhandError, match="cannot be read"):
        decoded(broken)


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


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"format": "deskhand.fleet/9"}, "format"),
        ({"plan_sha256": "x"}, "plan_sha256"),
        ({"counts": {}}, "counts"),
        ({"timeline": [{}]}, "timeline"),
        ({"seconds": -1}, "seconds"),
    ],
)
def test_records_that_are_no_runs_are_refused(change: dict[str, Any], place: str) -> None:
    with pytest.raises(DeskhandError, match=f"not the record of a run: {place}"):
        report_html(made_run(seconds=6, stall=None) | change)


def test_command_writes_beside_the_run_or_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps(made_run(seconds=6, stall=None)))
    report(folder)
    report(folder / "run.json", out=tmp_path / "other.html")
    assert (folder / "report.html").read_bytes() == (tmp_path / "other.html").read_bytes()
    with pytest.raises(DeskhandError, match="no such file"):
        report(tmp_path)


def test_no_live_line_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with live_line() as show:
        assert show is None


def test_live_line_on_a_terminal() -> None:
    program = (
        "from deskhand.fleet.report.live import live_line\n"
        "with live_line() as show:\n"
        "    show({'second': 1, 'rate_hz': 10})\n"
        "    show({'second': 2, 'rate_hz': 12400, 'p99_us': 4210, 'fail': 3, 'lag_p99_us': 20000})\n"
    )
    ours, theirs = pty.openpty()
    try:
        environment = os.environ | {"TERM": "xterm", "COLUMNS": "120"}
        subprocess.run(
            [sys.executable, "-c", program], stderr=theirs, check=True, timeout=60, env=environment
        )
        shown = os.read(ours, 65_536).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
    assert "12,400/s  p99 4.21 ms  3 errors  client 20 ms late" in plain


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


odd = st.one_of(
    st.sampled_from([None, True, False, -1, -0.5, 2.0, 2.5, "3", "", [], [1], {}, {"": 0}]),
    st.dictionaries(st.sampled_from(["200", "0", "9999", "x"]), st.sampled_from([0, -1, 1.5, "1"])),
)

MINUTE = made_run(rate=2)


@settings(deadline=None, max_examples=50)
@given(
    second=st.integers(0, 59),
    name=st.sampled_from(["second", "intended", "p50_us", "statuses", "other"]),
    value=odd | st.just("gone"),
)
def test_a_row_among_many_is_judged_as_the_schema_judges_it(
    second: int, name: str, value: Any
) -> None:
    row = MINUTE["timeline"][second] | {name: value}
    if value == "gone":
        del row[name]
    rows = MINUTE["timeline"]
    run = MINUTE | {"timeline": [*rows[:second], row, *rows[second + 1 :]]}
    breach = worst("run", run, "deskhand.fleet.report")
    if breach is None:
        check_record(run)
        return
    with pytest.raises(DeskhandError, match=f"timeline/{second}"):
        check_record(run)


@pytest.mark.parametrize("record", [None, 7, [], {}, {"timeline": 3}, {"timeline": [3]}])
def test_what_is_no_record_of_a_run_is_refused(record: Any) -> None:
    with pytest.raises(DeskhandError, match="not the record of a run"):
        check_record(record)


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
