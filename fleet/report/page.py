"""The page of a run: one HTML file that stands alone, with a verdict, tables and plots."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from deskhand.fleet.report.amounts import short_bytes, short_count, short_time
from deskhand.fleet.report.figures import percentile_curve, timeline_figures
from deskhand.fleet.report.record_check import check_record
from deskhand.html_table import html_table, page_style
from deskhand.manifest import write_whole

FIGURES = ("p50", "p90", "p99", "p999", "max", "mean")
SPOKEN = {
    "p50": "p50",
    "p90": "p90",
    "p99": "p99",
    "p999": "p99.9",
    "max": "highest",
    "mean": "mean",
}
# Rows of a table of errors; texts of errors can be as many as a service likes.
SHOWN = 50


def _time(value_us: float | None) -> str:
    return "-" if value_us is None else short_time(value_us)


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.3g} %" if whole else "-"


def verdict(run: Mapping[str, Any]) -> tuple[str, str, list[str]]:
    """Return what a run came to: ``good``, ``bad`` or ``warn``, a headline, and the reasons.

    Parameters
    ----------
    run : mapping
        As in run.json. A client that was the bottleneck comes before anything else, since then no
        figure tells of the service.

    Examples
    --------
    >>> slow = {"name": "p99", "limit": "<200ms", "value": 936.0, "ok": False}
    >>> client = {"bottleneck": False, "reasons": [], "lag_p99_us": 400, "cpu_share": [0.41, 0.38]}
    >>> run = {
    ...     "client": client,
    ...     "thresholds": [slow],
    ...     "interrupted": False,
    ...     "counts": {"unsent": 0},
    ... }
    >>> verdict(run)[1:]
    ('Failed: 1 of 1 thresholds', ['p99 is 936 ms, not <200ms.', 'The client kept up: it sent 99 % of its batches no more than 400 µs late, and used 41 % of its busiest core.'])
    """
    client, thresholds = run["client"], run["thresholds"]
    failed = [threshold for threshold in thresholds if not threshold["ok"]]
    reasons = [f"{t['name']} is {_measured(t)}, not {t['limit']}." for t in failed]
    if run["interrupted"]:
        reasons.append("The run was stopped before its end; the figures are those up to then.")
    if run["counts"]["unsent"]:
        reasons.append(f"{short_count(run['counts']['unsent'])} batches were never sent.")
    if client["bottleneck"]:
        reasons = [*client["reasons"], *reasons]
        return "warn", "No result: the client was the bottleneck", reasons
    busiest = (
        f", and used {max(client['cpu_share']):.0%} of its busiest core"
        if client["cpu_share"]
        else ""
    )
    reasons.append(
        f"The client kept up: it sent 99 % of its batches no more than {_time(client['lag_p99_us'])} "
        f"late{busiest.replace('%', ' %')}."
    )
    if failed:
        return "bad", f"Failed: {len(failed)} of {len(thresholds)} thresholds", reasons
    if run["interrupted"]:
        return "warn", "Stopped before its end", reasons
    if not thresholds:
        return "warn", "Finished; no thresholds were set", reasons
    return (
        "good",
        f"Passed: all {len(thresholds)} thresholds"
        if len(thresholds) > 1
        else "Passed: the threshold",
        reasons,
    )


def _measured(threshold: Mapping[str, Any]) -> str:
    if threshold["value"] is None:
        return "not measured"
    unit = threshold["limit"].lstrip("<>=!").lstrip("0123456789.")
    space = "" if unit == "/s" else " "
    return f"{threshold['value']:,.4g}{space}{unit}".rstrip()


def _tiles(run: Mapping[str, Any]) -> str:
    counts, latency = run["counts"], run["latency"]["from_intent"]
    sent = counts["sent"]
    rate = counts["ok"] / run["seconds"] if run["seconds"] else 0.0
    tiles = [
        ("Accepted", f"{short_count(rate)}/s", f"{short_count(counts['ok'])} in all"),
        ("p50", _time(latency["p50_us"]), "from intent"),
        ("p99", _time(latency["p99_us"]), "from intent"),
        ("p99", _time(run["latency"]["from_send"]["p99_us"]), "from send, as most tools count"),
        ("Intended", short_count(counts["intended"]), "batches"),
        ("Sent", short_count(sent), f"attempts, {short_bytes(run['bytes_sent'])}"),
        ("Refused", short_count(counts["fail"]), f"{_share(counts['fail'], sent)} of attempts"),
        ("Unknown", short_count(counts["unknown"]), "no answer"),
        (
            "Retries",
            short_count(counts["retries"]),
            f"{_share(counts['retries'], sent)} of attempts",
        ),
        ("Unsent", short_count(counts["unsent"]), "never tried"),
    ]
    made = (
        f"<div><dt>{name}</dt><dd>{value}<small>{what}</small></dd></div>"
        for name, value, what in tiles
    )
    return f'<dl class="tiles">{"".join(made)}</dl>'


def _thresholds(run: Mapping[str, Any]) -> str:
    if not run["thresholds"]:
        return ""
    rows = [
        (
            f"<span class={'good' if t['ok'] else 'bad'}>{'✓ met' if t['ok'] else '✗ not met'}</span>",
            f"<span class=long>{escape(t['name'])}</span>",
            escape(t["limit"]),
            escape(_measured(t)),
        )
        for t in run["thresholds"]
    ]
    heads = ("", "Threshold", "Limit", "Measured")
    return f'<h2>Thresholds</h2><div class="card wide">{html_table(heads, rows, (2, 3))}</div>'


def _why(run: Mapping[str, Any]) -> str:
    """Return why latencies from intent and from send differ, or that they do not."""
    intent, send = run["latency"]["from_intent"], run["latency"]["from_send"]
    if not intent["count"]:
        return "No batch was answered after the warm-up, so there is nothing to show."
    rule = (
        "A device does not wait for the service: its batch is due when it is due. From intent counts "
        "from that moment, so it holds the waiting behind a service that stalls; from send starts "
        "only once a connection was free, which is what most load tools report."
    )
    if intent["p99_us"] > 2 * send["p99_us"]:
        times = intent["p99_us"] / max(send["p99_us"], 1)
        return (
            f"{rule} Here p99 from intent is {times:,.3g} times p99 from send: batches queued up, "
            "and people would have felt the larger figure."
        )
    return f"{rule} Here the two agree: hardly anything queued up."


def _latency(run: Mapping[str, Any]) -> str:
    kinds = [
        ("From intent", run["latency"]["from_intent"]),
        ("From send", run["latency"]["from_send"]),
        ("Lag", run["lag"]),
    ]
    rows = [
        (
            SPOKEN[figure],
            *(_time(times[f"{figure}_us"] if times["count"] else None) for _, times in kinds),
        )
        for figure in FIGURES
    ]
    rows.append(("batches", *(f"{times['count']:,}" for _, times in kinds)))
    table = html_table(("", *(name for name, _ in kinds)), rows, (1, 2, 3))
    return (
        f"<h2>Latency</h2><p>{escape(_why(run))}</p>"
        f'<div class="pair"><div class="card wide">{table}<p class="note">Lag is how late '
        f"the client itself was. The warm-up is left out.</p></div>{percentile_curve(run)}</div>"
    )


def _counted(run: Mapping[str, Any]) -> str:
    counted = run["counts"]
    sent, statuses = counted["sent"], run["statuses"]
    if counted["ok"] and set(statuses) == {"0"}:
        # A queue acknowledges or refuses without a status.
        ends = {"acknowledged": "ok", "refused": "fail", "no answer": "unknown"}
        statuses = {name: counted[end] for name, end in ends.items() if counted[end]}

    def rows(counts: Mapping[str, int], say: Mapping[str, str]) -> list[tuple[str, str, str]]:
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        made = [
            (f"<span class=long>{escape(say.get(name, name))}</span>", f"{n:,}", _share(n, sent))
            for name, n in ordered[:SHOWN]
        ]
        if len(ordered) > SHOWN:
            rest = sum(n for _, n in ordered[SHOWN:])
            made.append((f"{len(ordered) - SHOWN} others", f"{rest:,}", _share(rest, sent)))
        return made

    answers = html_table(
        ("Status", "Attempts", "Share"), rows(statuses, {"0": "no answer"}), (1, 2)
    )
    errors = "<p>None.</p>"
    if run["errors"]:
        errors = html_table(("Error", "Attempts", "Share"), rows(run["errors"], {}), (1, 2))
    return (
        '<h2>Answers</h2><div class="pair">'
        f'<div class="card">{answers}</div><div class="card">{errors}</div></div>'
    )


def _facts(run: Mapping[str, Any]) -> str:
    shares = ", ".join(f"{100 * share:.0f} %" for share in run["client"]["cpu_share"])
    facts = [
        ("Target", f"<code>{escape(run['target'])}</code>"),
        ("Run", f"<code>{escape(run['run_id'])}</code>"),
        ("Plan's sha256", f"<code>{escape(run['plan_sha256'])}</code>"),
        ("Length", f"{run['seconds']:,.4g} s, the first {run['warm_up_s']:g} s of it warm-up"),
        ("Workers", f"{run['workers']:,}, CPU {shares or '-'}"),
        ("deskhand", escape(run["deskhand"])),
    ]
    return f'<h2>Plan and client</h2><div class="card">{html_table(("", ""), facts)}</div>'


def report_html(run: Mapping[str, Any]) -> str:
    """Return the page of a run.

    Parameters
    ----------
    run : mapping
        As in run.json.

    Returns
    -------
    str
        HTML that loads nothing and runs nothing; every text of the run is escaped.

    Raises
    ------
    DeskhandError
        When the run is not as run.schema.json says.
    """
    check_record(run)
    colour, headline, reasons = verdict(run)
    told = "".join(f"<li>{escape(reason)}</li>" for reason in reasons)
    style = page_style()
    target = escape(run["target"])
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(headline)} - {target}</title><style>{style}</style></head><body>"
        f'<div class="marks"><span class="synthetic">synthetic load, no human in it</span></div>'
        f"<h1>{target}</h1>"
        f'<div class="verdict {colour}"><strong>{escape(headline)}</strong><ul>{told}</ul></div>'
        f"{_tiles(run)}{_thresholds(run)}{_latency(run)}{timeline_figures(run)}{_counted(run)}{_facts(run)}"
        '<p class="note">Every batch of this run was made by deskhand and says so: no line of it is '
        "the behaviour of a person. Whether the service stored what it accepted is not told here; "
        "<code>deskhand fleet verify</code> compares what it stored with the answer key.</p></body></html>\n"
    )


def write_report(run: Mapping[str, Any], out: Path) -> None:
    """Write the page of a run; the file appears whole.

    Parameters
    ----------
    run : mapping
        As in run.json.
    out : pathlib.Path
        The HTML file.

    Raises
    ------
    DeskhandError
        When the run is not as run.schema.json says.
    """
    write_whole(out, report_html(run).encode("utf-8", "replace"))
