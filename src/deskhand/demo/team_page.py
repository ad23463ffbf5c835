"""The overview of a team's morning as one HTML page: time line, path pictures, files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from deskhand.demo.person import SHRINK, Person, Span

HUES = ("#3d7be0", "#e08a1e", "#2a9d74", "#9461d6", "#d24d78", "#1f9fb8", "#8a8f3c")
LEFT, WIDTH, ROW, TOP = 178, 1180, 58, 26
HOUR_US = 3_600_000_000
QUARTER_US = HOUR_US // 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One file that a run wrote: its address relative to the page, what it is, and its size."""

    address: str
    what: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """All that the page tells: people, files and how they were made.

    ``first_wall_us`` is when the first person starts; ``players`` and ``recordings`` hold, for each
    person, the address of a file relative to the page.
    """

    people: Sequence[Person]
    players: Sequence[str]
    recordings: Sequence[str | None]
    files: Sequence[Made]
    scenario: str
    seed: int
    provenance_id: str
    first_wall_us: int
    time_zone: str
    seconds: float
    commands: Sequence[tuple[str, str]]


def size_text(size: int) -> str:
    """Return a size in bytes as people write it.

    Examples
    --------
    >>> size_text(900), size_text(12_345), size_text(3_400_000)
    ('900 B', '12 kB', '3.4 MB')
    """
    if size < 1000:
        return f"{size} B"
    return f"{size / 1e3:.0f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"


def span_text(duration_us: int) -> str:
    """Return a duration as hours and minutes.

    Examples
    --------
    >>> span_text(12_600_000_000), span_text(90_000_000)
    ('3 h 30 min', '2 min')
    """
    hours, minutes = divmod(round(duration_us / 60e6), 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def hues(people: Sequence[Person]) -> dict[str, str]:
    """Return a colour for each application, the same as the player's."""
    apps = sorted({app for p in people for _, _, app in p.front + p.work})
    return {app: HUES[k % len(HUES)] for k, app in enumerate(apps)}


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return None


def time_line(morning: Morning) -> str:
    """Return the team's morning as SVG: a row for each person."""
    people, colours = morning.people, hues(morning.people)
    end = max(p.end_us for p in people)
    scale = (WIDTH - LEFT - 16) / max(end, 1)
    height = TOP + ROW * len(people) + 8
    parts = [f'<svg class="line" viewBox="0 0 {WIDTH} {height}" role="img">']
    parts.append("<title>Who did what when; click a row to watch it</title>")
    parts.append(
        '<defs><pattern id="rest" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path d="M0 0V6" class="hatch"/></pattern></defs>'
    )
    zone = _zone(morning.time_zone)
    local = datetime.fromtimestamp(morning.first_wall_us / 1e6, zone or UTC)
    since_midnight = int((local.hour * 3600 + local.minute * 60 + local.second) * 1e6)
    step = QUARTER_US if end <= 1.5 * HOUR_US else 2 * QUARTER_US
    for tick in range(-(-since_midnight // step) * step, since_midnight + end, step):
        x = LEFT + (tick - since_midnight) * scale
        hour, minute = divmod(tick // 60_000_000, 60)
        parts.append(f'<path class="tick" d="M{x:.1f} {TOP - 6}V{height}"/>')
        if x < WIDTH - 30:
            parts.append(
                f'<text class="soft" x="{x + 4:.1f}" y="14">{hour:02d}:{minute:02d}</text>'
            )
    for row, (person, player) in enumerate(zip(people, morning.players, strict=True)):
        parts.append(_row(person, player, TOP + row * ROW, scale, colours))
    parts.append("</svg>")
    return "".join(parts)


def _bars(spans: Sequence[Span], y: float, tall: int, scale: float, colour: dict[str, str]) -> str:
    # One path for each application, with times to a fifth of a pixel, keeps the page small.
    found: dict[str, list[str]] = {}
    for start, end, app in spans:
        x, wide = LEFT + start * scale, max((end - start) * scale, 0.6)
        found.setdefault(app, []).append(f"M{x:.1f} {y}h{wide:.1f}v{tall}h-{wide:.1f}z")
    return "".join(f'<path fill="{colour[app]}" d="{"".join(d)}"/>' for app, d in found.items())


def _row(person: Person, player: str, top: int, scale: float, colour: dict[str, str]) -> str:
    at = [LEFT + person.start_us * scale, LEFT + person.end_us * scale]
    parts = [f'<a href="{quote(player)}"><g><rect class="hit" x="0" y="{top}" width="{WIDTH}" ']
    parts.append(f'height="{ROW}"/><text class="who" x="14" y="{top + 24}">{escape(person.role)}')
    parts.append(f'</text><text class="soft" x="14" y="{top + 41}">person {person.person}, ')
    parts.append(f"{person.actions:,} actions</text>")
    parts.append(f'<g opacity=".26">{_bars(person.front, top + 15, 28, scale, colour)}</g>')
    parts.append(_bars(person.work, top + 20, 18, scale, colour))
    for start, end, reason in person.breaks:
        x, wide = LEFT + start * scale, max((end - start) * scale, 1)
        parts.append(f"<g><title>{escape(reason)}, {span_text(end - start)}</title>")
        parts.append(
            f'<rect class="rest" x="{x:.1f}" y="{top + 14}" width="{wide:.1f}" height="30"/>'
        )
        parts.append(
            f'<rect fill="url(#rest)" x="{x:.1f}" y="{top + 14}" width="{wide:.1f}" height="30"/>'
        )
        if wide > 46:
            parts.append(
                f'<text class="away" x="{x + wide / 2:.1f}" y="{top + 33}">{escape(reason)}</text>'
            )
        parts.append("</g>")
    for kind, times in (("got", person.received), ("sent", person.sent)):
        y = top + 8 if kind == "got" else top + 50
        parts += [
            f'<circle class="{kind}" cx="{LEFT + t * scale:.1f}" cy="{y}" r="3"/>' for t in times
        ]
    parts.append(f'<path class="ends" d="M{at[0]:.1f} {top + 12}v34M{at[1]:.1f} {top + 12}v34"/>')
    parts.append("</g></a>")
    return "".join(parts)


def path_picture(person: Person, colour: dict[str, str]) -> str:
    """Return the cursor's whole path as SVG, coloured by application, with a dot a click."""
    box = " ".join(str(px // SHRINK) for px in person.desktop)
    runs: dict[str, list[str]] = {}
    for app, corners in person.path:
        runs.setdefault(app, []).append(_run(corners))
    lines = "".join(
        f'<path stroke="{colour.get(app, HUES[-1])}" d="{"".join(d)}"/>' for app, d in runs.items()
    )
    dots = "".join(f"M{x} {y}h0" for x, y in person.presses.tolist())
    return (
        f'<svg class="path" viewBox="{box}" role="img"><title>Path of the cursor</title>'
        f'{lines}<path class="dots" d="{dots}"/></svg>'
    )


def _run(corners: NDArray[np.int64]) -> str:
    steps = "".join(f"{dx} {dy} " for dx, dy in np.diff(corners, axis=0).tolist())
    return f"M{corners[0][0]} {corners[0][1]}l{steps}" if steps else ""


def _card(person: Person, player: str, recording: str | None, colour: dict[str, str]) -> str:
    facts = (
        ("events", f"{person.events:,}"),
        ("keys", f"{person.keys:,}"),
        ("clicks", f"{person.clicks:,}"),
        ("slips", f"{person.slips:,}"),
    )
    told = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    other = f' <a href="{quote(recording)}">rrweb</a>' if recording else ""
    return (
        f'<article><a class="look" href="{quote(player)}">{path_picture(person, colour)}</a>'
        f"<h3>{escape(person.role)}</h3><p>person {person.person}: {escape(person.device)}, "
        f"{escape(person.keyboard_layout)}<br>{span_text(person.end_us - person.start_us)} at the "
        f'desk, the cursor travelled {person.travel_px / 1e3:,.0f}k px</p><dl>{told}</dl><p class="go">'
        f'<a class="watch" href="{quote(player)}">Watch</a>{other}</p></article>'
    )


def team_page(morning: Morning) -> str:
    """Return the overview page.

    Parameters
    ----------
    morning : Morning
        What to tell.

    Returns
    -------
    str
        A complete HTML document that makes no request; its links are relative.
    """
    people, colour = morning.people, hues(morning.people)
    events = sum(p.events for p in people)
    legend = "".join(
        f'<span><i style="--hue:{c}"></i>{escape(a)}</span>' for a, c in colour.items()
    )
    zone = _zone(morning.time_zone)
    day = datetime.fromtimestamp(morning.first_wall_us / 1e6, zone or UTC)
    rows = "".join(
        f'<tr><td><a href="{quote(f.address)}">{escape(f.address)}</a></td><td>{escape(f.what)}</td>'
        f"<td>{size_text(f.size)}</td></tr>"
        for f in morning.files
    )
    steps = "".join(
        f"<li><code>{escape(command)}</code><span>{escape(why)}</span></li>"
        for command, why in morning.commands
    )
    numbers = (
        (f"{events:,}", "events"),
        (f"{sum(p.actions for p in people):,}", "actions, each the known cause of its events"),
        (f"{sum(p.keys for p in people):,}", "keys"),
        (f"{sum(len(p.received) + len(p.sent) for p in people):,}", "messages"),
        (size_text(sum(f.size for f in morning.files)), f"in {len(morning.files)} files"),
        (f"{morning.seconds:.0f} s", "to make it"),
    )
    page = _part("team_page.html")
    for mark, text in (
        ("/*{{css}}*/", _part("team_page.css")),
        ("{{provenance}}", escape(morning.provenance_id)),
        ("{{people}}", f"{len(people)}"),
        ("{{day}}", f"{day:%A} {day.day} {day:%B %Y}, {escape(morning.time_zone)}"),
        ("{{scenario}}", escape(morning.scenario)),
        ("{{seed}}", str(morning.seed)),
        (
            "{{numbers}}",
            "".join(f"<div><b>{n}</b><span>{what}</span></div>" for n, what in numbers),
        ),
        ("{{legend}}", legend),
        ("{{line}}", time_line(morning)),
        (
            "{{cards}}",
            "".join(
                _card(person, player, recording, colour)
                for person, player, recording in zip(
                    people, morning.players, morning.recordings, strict=True
                )
            ),
        ),
        ("{{files}}", rows),
        ("{{steps}}", steps),
    ):
        page = page.replace(mark, text)
    return page


def _part(name: str) -> str:
    return files("deskhand.demo").joinpath(name).read_text(encoding="utf-8")
