"""A run whose figures are known, with a service that stalls once."""

from collections.abc import Sequence
from typing import Any

import numpy as np


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
