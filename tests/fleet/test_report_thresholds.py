"""Thresholds of a run, and the histograms that they are read from."""

import re

import numpy as np
import pytest

pytest.importorskip("hdrh", reason='needs hdrhistogram: python -m pip install -e ".[test,fleet]"')

from deskhand.errors import DeskhandError
from deskhand.fleet.report.latencies import decoded
from deskhand.fleet.report.thresholds import check, refuse_unreadable
from tests.fleet.made_run import made_run, times


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
