"""The figures of a run: latencies by nines, and what happened second by second."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from deskhand.fleet.report.amounts import short_bytes, short_count, short_time
from deskhand.fleet.report.latencies import decoded
from deskhand.fleet.report.timeline import timeline
from deskhand.plots import (
    Axis,
    Curve,
    Values,
    linear_axis,
    logarithmic_axis,
    plot,
)

# Places on the axis of nines, each a tenth of a nine apart.
PER_NINE = 10
SHARES = ("0", "90", "99", "99.9", "99.99", "99.999", "99.9999", "99.99999")


def percentile_curve(run: Mapping[str, Any]) -> str:
    """Return the figure of latencies over the share of batches, one nine more at each tick."""
    kinds = (("from intent", "from_intent", "c1"), ("from send", "from_send", "c3"))
    found = {key: decoded(run["latency"][key]["hdr"]) for _, key, _ in kinds}
    most = max(one.total for one in found.values())
    if not most:
        return ""
    # As many nines as there are batches to tell them from one another.
    last = min(max(int(np.floor(np.log10(most))), 1), len(SHARES) - 1)
    nines = np.arange(last * PER_NINE + 1) / PER_NINE
    curves = [
        Curve(name=name, y=found[key].at(1 - 10**-nines).astype(np.float64), style=style)
        for name, key, style in kinds
        if found[key].total
    ]
    across = Axis(
        low=0.0,
        high=float(last),
        ticks=tuple((float(k), SHARES[k]) for k in range(last + 1)),
        name="% of batches, answered no later",
    )
    return plot("Latency by nines", across, _latency_axis([c.y for c in curves]), nines, curves)


def _latency_axis(values: list[Values]) -> Axis:
    all_us = np.concatenate(values)
    all_us = np.maximum(all_us[np.isfinite(all_us)], 1)
    if not len(all_us):
        return logarithmic_axis(1_000, 10_000, short_time)
    return logarithmic_axis(float(all_us.min()), float(all_us.max()), short_time)


def _highest(values: list[Values]) -> float:
    return max((float(np.nanmax(v)) for v in values if np.isfinite(v).any()), default=0.0)


def timeline_figures(run: Mapping[str, Any]) -> str:
    """Return the section of what happened second by second; empty when nothing was recorded."""
    if not run["timeline"]:
        return ""
    line = timeline(run["timeline"])
    column = line.columns
    length_s = float(line.start_s[-1] + line.bin_s)
    seconds = linear_axis(length_s, "{:g}".format, "seconds since the start")
    # The axis of time ends where the run does, not at the next round number.
    seconds = Axis(
        low=0.0,
        high=length_s,
        ticks=tuple(tick for tick in seconds.ticks if tick[0] <= length_s),
        name=seconds.name,
    )
    middle = line.start_s + line.bin_s / 2
    rates = [
        Curve(name="intended", y=column["intended"], style="c7 plan"),
        Curve(name="sent, with retries", y=column["sent"], style="c3"),
        Curve(name="accepted", y=column["ok"], style="c1"),
    ]
    times = [
        Curve(name="p99", y=column["p99_us"], style="c3"),
        Curve(name="p50", y=column["p50_us"], style="c1"),
    ]
    colours = ("c4", "c3", "c5", "c6", "c2", "c1", "c7")
    refused = [
        Curve(name=name, y=values, style=colours[place % len(colours)])
        for place, (name, values) in enumerate(line.statuses.items())
        if np.nansum(values)
    ]
    flying = [Curve(name="sent, not yet answered", y=column["in_flight"], style="c5")]
    devices = [Curve(name="that have sent", y=column["devices"], style="c2")]
    sent_bytes = [Curve(name="bodies", y=column["bytes"], style="c6")]
    binned = f"Each point is {line.bin_s} s" if line.bin_s > 1 else ""
    highest = f"{binned}: the highest of it." if binned else ""
    warm_up = run["warm_up_s"]

    def over_time(
        title: str,
        curves: list[Curve],
        note: str,
        say: Callable[[float], str] = short_count,
        *,
        width: float | None = None,
    ) -> str:
        drawn = [curve.y for curve in curves]
        highest = _highest([np.nansum(drawn, axis=0)] if width else drawn)
        up = linear_axis(highest, say)
        at = line.start_s if width else middle
        return plot(
            title, seconds, up, at, curves, stacked_width=width, warm_up_to=warm_up, note=note
        )

    means = f"{binned}: the mean of it." if binned else ""
    figures = [
        over_time("Batches a second", rates, means),
        plot(
            "Latency from intent",
            seconds,
            _latency_axis([curve.y for curve in times]),
            middle,
            times,
            warm_up_to=warm_up,
            note=highest,
        ),
    ]
    if refused:
        figures.append(over_time("Not accepted, a second", refused, means, width=float(line.bin_s)))
    figures.append(over_time("Batches in flight", flying, highest))
    figures.append(over_time("Devices", devices, highest))
    figures.append(over_time("Bytes a second", sent_bytes, means, short_bytes))
    said = "" if refused else "<p>Every attempt was accepted.</p>"
    return f'<h2>Second by second</h2>{said}<div class="pair">{"".join(figures)}</div>'
