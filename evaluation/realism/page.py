"""The report as one HTML page that stands alone: a verdict, plots, a strip for each row, the controls."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from deskhand.evaluation.realism.measure import LEVELS
from deskhand.html_table import html_table, page_style
from deskhand.plots import Axis, Curve, linear_axis, plot

HEADLINES = {
    "pass": ("good", "No row fails"),
    "fail": ("bad", "{fail} of {judged} rows fail"),
    "not measurable": ("warn", "Not measurable"),
    "invalid data": ("bad", "The synthetic side is not valid"),
    "void": ("bad", "Void: a negative control did not fail"),
}
TITLES = {
    "pointer": (
        "Pointer",
        "How the hand moves, clicks and scrolls; most of it of each movement that ends in a press.",
    ),
    "keys": ("Keys", "How keys are held and follow one another."),
    "events": ("Events", "Mix, gaps, bursts, memory and order of the events."),
    "workflow": ("Work", "What follows what, in which applications, how long, at what hour."),
    "joint": (
        "All together",
        "What single figures cannot see: classifiers, distances and a task, tested on people left out.",
    ),
}
_COLOUR = {"pass": "good", "warn": "warm-word", "fail": "bad", "not measurable": "soft"}
_MARK = {"pass": "✓ pass", "warn": "~ warn", "fail": "✗ fail", "not measurable": "not measurable"}
_STYLE = """
.warm-word { color: var(--warn); } .strip { width: 150px; height: 16px; }
.strip rect.lane { fill: var(--rule); opacity: .55; } .strip rect.ok { fill: var(--good); opacity: .28; } .strip rect.so { fill: var(--warn); opacity: .22; }
.strip line { stroke: var(--ink); stroke-width: 1.6; opacity: .55; } .strip circle { fill: var(--ink); }
.row-name { white-space: normal; min-width: 190px; } .row-name small { display: block; color: var(--soft); font-size: 12px; }
.pips { white-space: nowrap; letter-spacing: 1px; } td:first-child.row-name { white-space: normal; }
.wide td:first-child, .wide th:first-child { width: 118px; } .narrow { display: none; }
@media (max-width: 700px) {
  .rows td:nth-child(n+3):nth-child(-n+6), .rows th:nth-child(n+3):nth-child(-n+6), .rows td:nth-child(9), .rows th:nth-child(9) { display: none; }
  .rows td:first-child, .rows th:first-child { width: auto; white-space: normal; } .row-name { min-width: 0; } .strip { width: 76px; } .narrow { display: block; }
}
"""
# The strip is logarithmic, from a tenth of the floor to 30 times the floor.
_LOW, _HIGH, _WIDE = 0.1, 30.0, 150


def report_html(record: Mapping[str, Any]) -> str:
    """Return the page of a report.

    Parameters
    ----------
    record : mapping
        As in report.schema.json.

    Returns
    -------
    str
        HTML that loads nothing and runs nothing; every text of the report is escaped.
    """
    colour, headline = HEADLINES[record["result"]]
    judged = sum(n for name, n in record["counts"].items() if name != "not measurable")
    headline = headline.format(judged=judged, **record["counts"])
    title = f"{record['synthetic']['name']} beside {record['reference']['name']}"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(headline)} - {escape(title)}</title><style>{page_style()}{_STYLE}</style></head><body>"
        f'<div class="marks"><span class="synthetic">realism report</span><span>deskhand {escape(record["deskhand"])}</span></div>'
        f"<h1>{escape(title)}</h1>"
        f'<div class="verdict {colour}"><strong>{escape(headline)}</strong><ul>{_reasons(record)}</ul></div>'
        f"{_tiles(record)}{_how(record)}{_curves(record)}{_levels(record)}{_controls(record)}"
        '<p class="note">There is no score: an average of rows would let many easy ones hide a hard '
        "one. A row that passes says that this figure is as close as people are to one another, and "
        "nothing about any other figure, device, task or population.</p></body></html>\n"
    )


def _reasons(record: Mapping[str, Any]) -> str:
    worst = [row for row in record["rows"] if row["verdict"] == "fail" and not row["ignored"]]
    worst.sort(key=lambda row: -(row["ratio"] if row["ratio"] is not None else np.inf))
    told = [f"{row['name']}: {_times(row['ratio'])} the floor." for row in worst[:3]]
    if len(worst) > 3:
        told.append(f"and {len(worst) - 3} more, below.")
    if record["validity"]["findings"]:
        told += [f"{record['validity']['findings']} findings; the first of them:"]
        told += record["validity"]["first"][:3]
    told += [
        f"The control {c['name']!r} ({c['said']}) fails no row: nothing here can be relied on."
        for c in record["controls"]
        if not c["ok"]
    ]
    if record["result"] == "not measurable":
        told += sorted({row["why"] for row in record["rows"] if row["why"]})[:3]
    return "".join(f"<li>{escape(text)}</li>" for text in [*told, *record["notes"]])


def _times(ratio: float | None) -> str:
    return "beyond any multiple of" if ratio is None else f"{ratio:.3g} times"


def _tiles(record: Mapping[str, Any]) -> str:
    counts = record["counts"]
    known = record["reference"]["kind"] == "capture"
    failing = sum(control["ok"] for control in record["controls"])
    tiles = [
        (
            "Valid",
            "yes" if not record["validity"]["findings"] else "no",
            f"{record['validity']['sessions']:,} sessions checked",
        ),
        ("Pass", str(counts["pass"]), "rows as close as people"),
        ("Warn", str(counts["warn"]), "rows up to twice that far"),
        ("Fail", str(counts["fail"]), "rows farther than that"),
        ("Not measurable", str(counts["not measurable"]), "rows, each says why"),
        ("Synthetic", f"{record['synthetic']['people']:,}", "people"),
        (
            "Reference",
            f"{record['reference']['people']:,}" if known else "bands",
            "people" if known else "out of the literature",
        ),
        ("Controls", f"{failing} of {len(record['controls'])}", "fail, as they must"),
    ]
    made = "".join(
        f"<div><dt>{n}</dt><dd>{escape(v)}<small>{w}</small></dd></div>" for n, v, w in tiles
    )
    return f'<dl class="tiles" style="grid-template-columns:repeat(auto-fit,minmax(118px,1fr))">{made}</dl>'


def _how(record: Mapping[str, Any]) -> str:
    if record["reference"]["kind"] == "published":
        text = (
            "Each figure has a band out of the literature. The strip shows how far the value is from "
            "the band's middle, in units of half the band: 1 is its end. The line is the 95 % interval "
            "over people."
        )
    else:
        text = (
            "Each row asks how far the synthetic side is from people, and divides by how far one half "
            "of the people is from the other half: the floor. At 1 the synthetic people are as far "
            "from people as people are. The strip shows that ratio and its 95 % interval over people, "
            "from a tenth to thirty times the floor; green passes, amber warns."
        )
    narrow = "In a wider window the rows show values, distances and controls, too."
    return f'<h2>How to read this</h2><p>{escape(text)}</p><p class="narrow note">{narrow}</p>'


def _curves(record: Mapping[str, Any]) -> str:
    if not record["curves"]:
        return ""
    return f'<h2>At a glance</h2><div class="pair">{"".join(map(_curve, record["curves"]))}</div>'


def _say(value: float) -> str:
    return f"{value:,.4g}"


def _curve(curve: Mapping[str, Any]) -> str:
    at = np.array(curve["at"])
    shares = [100 * np.array(curve[side]) for side in ("reference", "synthetic")]
    unit = f", {curve['unit']}" if curve["unit"] else ""
    if curve["logarithmic"]:
        x = _log_axis(at, f"{curve['name']}{unit}")
    else:
        step = _step(float(at[-1] - at[0]))
        ticks = np.arange(np.ceil(at[0] / step), np.floor(at[-1] / step) + 1) * step
        x = Axis(
            low=float(at[0]),
            high=float(at[-1]),
            name=f"{curve['name']}{unit}",
            ticks=tuple((float(tick), _say(float(tick))) for tick in ticks),
        )
    y = linear_axis(float(max(side.max() for side in shares)), "{:g} %".format)
    lines = [
        Curve(name="people", y=shares[0], style="c7"),
        Curve(name="synthetic", y=shares[1], style="c1"),
    ]
    title = f"{curve['name'][0].upper()}{curve['name'][1:]}"
    return plot(title, x, y, at, lines)


def _step(span: float) -> float:
    rough = max(span, 1e-9) / 5
    power = 10.0 ** np.floor(np.log10(rough))
    return float(power * next(s for s in (1, 2, 5, 10) if s * power >= rough * (1 - 1e-9)))


def _log_axis(at: Any, name: str) -> Axis:
    low, high = float(at[0]), float(at[-1])
    powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    wide = high / low > 300
    ticks = [m * power for power in powers for m in ((1,) if wide else (1, 2, 5))]
    ticks = [tick for tick in ticks if low <= tick <= high]
    return Axis(
        low=low,
        high=high,
        name=name,
        logarithmic=True,
        ticks=tuple((float(tick), _say(float(tick))) for tick in ticks),
    )


def _levels(record: Mapping[str, Any]) -> str:
    parts = []
    for level in LEVELS:
        rows = [row for row in record["rows"] if row["level"] == level]
        if rows:
            title, said = TITLES[level]
            parts.append(
                f'<h2>{title}</h2><p>{said}</p><div class="card wide rows">{_table(rows, record)}</div>'
            )
    return "".join(parts)


def _table(rows: Sequence[Mapping[str, Any]], record: Mapping[str, Any]) -> str:
    names = [control["name"] for control in record["controls"]]
    published = record["reference"]["kind"] == "published"
    heads = (
        "",
        "Row",
        "Synthetic",
        "Band" if published else "People",
        "Distance",
        "Floor",
        "Ratio",
        "",
        "Controls that fail",
    )
    if published:
        heads = (*heads[:5], "Half band", *heads[6:])
    made = []
    for row in rows:
        verdict = "not judged" if row["ignored"] else _MARK[row["verdict"]]
        colour = "soft" if row["ignored"] else _COLOUR[row["verdict"]]
        unit = f" {row['unit']}" if row["unit"] else ""
        remark = row["why"] or row["remark"]
        made.append(
            (
                f'<span class="{colour}">{verdict}</span>',
                f'<div class="row-name">{escape(row["name"])}{escape("," + unit if unit else "")}<small>{escape(remark)}</small></div>',
                *(
                    _number(row[key])
                    for key in ("value", "reference", "distance", "floor", "ratio")
                ),
                _strip(row),
                _pips(row, names),
            )
        )
    return html_table(heads, made, (2, 3, 4, 5, 6))


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    if abs(value) < 1e-9:
        return "0"
    return f"{value:.3g}" if abs(value) < 1e3 else f"{value:,.0f}"


def _at(ratio: float) -> float:
    share = np.log(np.clip(ratio, _LOW, _HIGH) / _LOW) / np.log(_HIGH / _LOW)
    return round(float(share) * (_WIDE - 8) + 4, 1)


def _strip(row: Mapping[str, Any]) -> str:
    if row["ratio"] is None:
        return ""
    published = row["reference_people"] == 0
    ok, so = (_at(1.0), _at(1.5)) if published else (_at(1.5), _at(3.0))
    line = ""
    if row["low"] is not None:
        line = f'<line x1="{_at(row["low"])}" x2="{_at(row["high"])}" y1="8" y2="8"/>'
    return (
        f'<svg class="strip" viewBox="0 0 {_WIDE} 16" role="img" aria-label="ratio {row["ratio"]:.3g}">'
        f'<rect class="lane" x="0" y="4" width="{_WIDE}" height="8" rx="4"/>'
        f'<rect class="ok" x="0" y="4" width="{ok}" height="8" rx="4"/>'
        f'<rect class="so" x="{ok}" y="4" width="{so - ok:.1f}" height="8"/>'
        f'{line}<circle cx="{_at(row["ratio"])}" cy="8" r="4"/></svg>'
    )


def _pips(row: Mapping[str, Any], names: Sequence[str]) -> str:
    pips = []
    for place, name in enumerate(names):
        seen = row["controls"].get(name)
        fails = seen is not None and seen["verdict"] == "fail"
        said = "not measurable" if seen is None else seen["verdict"]
        pips.append(
            f'<span title="{escape(name)}: {said}" class="{"" if fails else "soft"}">{chr(65 + place) if fails else "·"}</span>'
        )
    return f'<span class="pips">{"".join(pips)}</span>'


def _controls(record: Mapping[str, Any]) -> str:
    rows = [
        (
            chr(65 + place),
            escape(control["name"]),
            escape(control["said"]),
            f"{len(control['fails'])} of {control['rows']}",
            f'<span class="{"good" if control["ok"] else "bad"}">{"✓&nbsp;fails" if control["ok"] else "✗&nbsp;passes"}</span>',
        )
        for place, control in enumerate(record["controls"])
    ]
    text = (
        "The reference itself, spoiled. Each has to fail, or this report is void; a row that none of "
        "them fails would pass anything, and counts as not measurable."
    )
    table = html_table(("", "Control", "What is done", "Rows that fail", ""), rows, (3,))
    return f'<h2>Negative controls</h2><p>{text}</p><div class="card wide">{table}</div>'
