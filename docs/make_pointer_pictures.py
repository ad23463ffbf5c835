"""Make the pictures of docs/models/pointer.md: `python docs/make_pointer_pictures.py`.

Paths, speeds, Fitts' law and intervals between reports, of both tiers of a profile; prints what the
page says about them. Nothing recorded is drawn. Needs the extra `plot`.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from picture_style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    LINE,
    PAPER,
    RED,
    SOFT,
    head,
    set_style,
    small,
    write,
)
from PIL import Image
from pointer_movements import (
    AGAIN,
    BUTTON,
    JERK,
    LAW,
    LEARNED,
    ONCE,
    TIMES,
    Floats,
    Movement,
    drawn,
    minimum_jerk,
    peers_of,
)

from deskhand.behavior_models.profile import load_profile
from deskhand.generators.recorder import Recorders, draw_recorders
from deskhand.generators.report_times import report_times_us
from deskhand.keyed_draws import keys

HERE = Path(__file__).parent / "models"
COLOURS = {LEARNED: BLUE, LAW: GREEN}
# Classes of recorders that fewer people have are not drawn.
RARE = 0.05


def draw_ways(axes: Axes, ways: Floats, movements: Sequence[Movement], colour: str) -> None:
    """Draw paths with a dot at every report over the boxes that they lead to."""
    axes.set_visible(True)
    for x, y, width, height in ways[:, 2:6].tolist():
        corner = x - width / 2, y - height / 2
        axes.add_patch(Rectangle(corner, width, height, facecolor="#f0ede4", edgecolor=LINE))
    for _, x, y in movements:
        axes.plot(x, y, color=colour, linewidth=0.9, alpha=0.65, zorder=3)
        axes.scatter(x, y, s=3.5, color=colour, linewidths=0, zorder=4)
        axes.scatter(x[-1:], y[-1:], s=16, color=RED, linewidths=0, zorder=5)
    axes.set(xticks=[], yticks=[], aspect="equal")
    axes.spines[:].set_visible(True)


def picture_of_paths(profile: str, peers: Path | None) -> Image.Image:
    """Return many ways, and one way many times, by each tier and by what else is given."""
    people, others = ["ann"] * len(ONCE), [f"person {k}" for k in range(TIMES)]
    columns = {
        tier: (drawn(ONCE, people, profile, tier), drawn(AGAIN, others, profile, tier))
        for tier in (LEARNED, LAW)
    }
    for name, movements in peers_of(peers).items():
        columns[name] = movements[: len(ONCE)], movements[len(ONCE) :]
    once, again = columns[LEARNED]
    columns[JERK] = minimum_jerk(once), minimum_jerk(again)
    wide = min(len(columns), 4)
    tall = -(-len(columns) // wide)
    # A page is 1090 x 630 px, the way to the button 660 x 250; titles take the rest.
    high = 13.2 / wide * (630 / 1090 + 250 / 660) + 0.66
    figure, grid = plt.subplots(
        2 * tall,
        wide,
        figsize=(13.2, 0.45 + tall * high),
        layout="constrained",
        height_ratios=(630 / 1090, 250 / 660) * tall,
        squeeze=False,
    )
    for axes in grid.flat:
        axes.set_visible(False)
    for place, (name, (once, again)) in enumerate(columns.items()):
        row, column = 2 * (place // wide), place % wide
        colour = COLOURS.get(name, GREY)
        draw_ways(grid[row, column], ONCE, once, colour)
        grid[row, column].set(xlim=(20, 1110), ylim=(650, 20), title=title_of(name))
        draw_ways(grid[row + 1, column], AGAIN[:1], again, colour)
        grid[row + 1, column].set(xlim=(20, 680), ylim=(270, 20))
        grid[row + 1, column].set_title(f"one way, {TIMES} times")
    head(
        figure,
        "The same start and end points; a dot is a report, red is where the button goes down",
    )
    return small(figure)


def title_of(name: str) -> str:
    """Return what a column shows."""
    ours = f"deskhand, {name}"
    return {LEARNED: ours, LAW: ours, JERK: "minimum jerk, for comparison"}.get(name, name)


def speeds(
    movement: Movement, step_s: float = 0.01, smooth_s: float = 0.015
) -> tuple[Floats, Floats]:
    """Return times and speed in px/s, from reports smoothed on a grid of 100 Hz."""
    at = np.arange(-0.06, movement.t_s[-1] + 0.06, step_s)
    reach = np.arange(-6, 7) * step_s
    weight = np.exp(-0.5 * (reach / smooth_s) ** 2)
    weight /= weight.sum()
    x, y = (
        np.convolve(np.interp(at, movement.t_s, axis), weight, mode="valid")
        for axis in movement[1:]
    )
    return at[6:-6], np.hypot(np.gradient(x, step_s), np.gradient(y, step_s))


def picture_of_speeds(profile: str) -> Image.Image:
    """Return the speed over time of one way, a row a movement."""
    rows = 9
    ways = np.tile(BUTTON, (rows, 1))
    people = [f"person {k}" for k in range(rows)]
    columns = {tier: drawn(ways, people, profile, tier) for tier in (LEARNED, LAW)}
    columns[JERK] = minimum_jerk(columns[LEARNED])
    figure, grid = plt.subplots(
        1, len(columns), figsize=(11, 5.6), layout="constrained", sharex=True, sharey=True
    )
    profiles = {name: [speeds(m) for m in made] for name, made in columns.items()}
    scale = np.quantile([v.max() for made in profiles.values() for _, v in made], 0.75)
    for axes, (name, made) in zip(grid, profiles.items(), strict=True):
        colour = COLOURS.get(name, GREY)
        # The longest at the bottom, so that rows can be compared.
        for row, (t_s, speed) in enumerate(sorted(made, key=lambda part: -part[0][-1])):
            height = speed / scale
            axes.fill_between(t_s, row, row + height, color=PAPER, zorder=3 * (rows - row))
            axes.fill_between(
                t_s,
                row,
                row + height,
                color=colour,
                alpha=0.22,
                linewidth=0,
                zorder=3 * (rows - row),
            )
            axes.plot(t_s, row + height, color=colour, linewidth=1.1, zorder=3 * (rows - row) + 1)
        axes.set(
            title=title_of(name), xlabel="seconds from the first report", yticks=[], xlim=(0, None)
        )
        axes.spines["left"].set_visible(False)
    far = float(np.hypot(*(BUTTON[2:4] - BUTTON[:2])))
    bar = 1000 * round(scale / 1000) or 500
    grid[0].plot(
        [0.985] * 2,
        [rows - 1, rows - 1 + bar / scale],
        color=INK,
        linewidth=1.4,
        transform=grid[0].get_yaxis_transform(),
    )
    grid[0].text(
        0.97,
        rows - 1 + bar / scale / 2,
        f"{bar:,} px/s",
        ha="right",
        va="center",
        fontsize=8,
        transform=grid[0].get_yaxis_transform(),
    )
    head(
        figure,
        f"Speed on the way to one button, {far:.0f} px; a row is a movement, each of another person",
    )
    return small(figure)


class Line(NamedTuple):
    """A regression of movement time on the index of difficulty."""

    intercept_s: float
    slope_s_per_bit: float
    r2: float
    bin_r2: float
    bits: Floats
    mean_s: Floats


def regression(bits: Floats, time_s: Floats, bins: int = 10) -> Line:
    """Return Fitts' line through movements, and through means of bins of equal count."""
    slope, intercept = np.polyfit(bits, time_s, 1)
    parts = np.array_split(np.argsort(bits, kind="stable"), bins)
    middle, mean_s = (
        np.array([column[part].mean() for part in parts]) for column in (bits, time_s)
    )

    def r2(x: Floats, y: Floats) -> float:
        return float(np.corrcoef(x, y)[0, 1] ** 2)

    return Line(intercept, slope, r2(bits, time_s), r2(middle, mean_s), middle, mean_s)


def picture_of_fitts(profile: str, movements: int = 4000, people: int = 60) -> Image.Image:
    """Return movement times over difficulty, of targets of many sizes and distances."""
    rng = np.random.default_rng(7)
    far = np.exp(rng.uniform(np.log(60), np.log(900), movements))
    width = np.exp(rng.uniform(np.log(16), np.log(240), movements))
    height = np.maximum(width * rng.uniform(0.3, 1.0, movements), 14.0)
    angle = rng.uniform(0, 2 * np.pi, movements)
    outside = far > 0.8 * width
    x, y = 960 + far * np.cos(angle), 540 + far * np.sin(angle)
    start = np.full((2, movements), [[960.0], [540.0]])
    ways = np.stack([*start, x, y, width, height], axis=1)[outside]
    names = [f"person {k % people}" for k in range(len(ways))]
    figure, grid = plt.subplots(
        1, 2, figsize=(11, 4.6), layout="constrained", sharex=True, sharey=True
    )
    for axes, tier in zip(grid, (LEARNED, LAW), strict=True):
        made = drawn(ways, names, profile, tier)
        time_s = np.array([m.t_s[-1] for m in made])
        reach = np.array([np.hypot(m.x[-1] - m.x[0], m.y[-1] - m.y[0]) for m in made])
        bits = np.log2(reach / ways[:, 4:].min(1) + 1)
        line = regression(bits, time_s)
        axes.scatter(bits, time_s, s=3, color=COLOURS[tier], alpha=0.25, linewidths=0)
        ends = np.array([bits.min(), bits.max()])
        axes.plot(ends, line.intercept_s + line.slope_s_per_bit * ends, color=INK, linewidth=1.2)
        axes.scatter(line.bits, line.mean_s, s=34, color=RED, edgecolors="white", zorder=4)
        told = (
            f"MT = {line.intercept_s:.2f} + {line.slope_s_per_bit:.3f} ID s\n"
            f"r2 of movements {line.r2:.2f}, of ten bins {line.bin_r2:.3f}"
        )
        axes.text(0.03, 0.97, told, transform=axes.transAxes, va="top", fontsize=10)
        axes.set(title=title_of(tier), xlabel="index of difficulty, bits", ylim=(0, 2.6))
        print(f"{profile}, {tier}: {told}".replace("\n", "; "))
    grid[0].set_ylabel("movement time, s")
    head(figure, f"Fitts' law, {len(ways):,} movements of {people} people; red: means of ten bins")
    return small(figure, 64)


def one_class(recorders: Recorders, group: int) -> Recorders:
    """Return the recorders of one class."""
    return recorders.take(np.flatnonzero(recorders.group == group))


def picture_of_intervals(profiles: Sequence[str], learned_profile: str) -> Image.Image:
    """Return histograms of the intervals between reports, one a class of recorders."""
    panels: list[tuple[str, str, Floats]] = []
    for profile in profiles:
        classes = load_profile(profile)["recorder", "classes"]
        order = sorted(range(len(classes)), key=lambda k: -classes[k]["share"])
        people = draw_recorders(load_profile(profile), keys(7, "picture", range(4000)))
        for group in order:
            entry = classes[group]
            mine = one_class(people, group)
            if entry["share"] < RARE or not len(mine):
                continue
            mine = mine.take(np.arange(3000) % len(mine))
            duration_us = np.full(len(mine), 700_000)
            count, t_us = report_times_us(mine, duration_us, keys(7, "picture", range(len(mine))))
            hz = 1e3 / entry["period_ms"][0]
            name = f"{entry['kind']}, {hz:.0f} Hz, clock {entry['clock']} ({profile}, {100 * entry['share']:.0f} %)"
            panels.append((name, GREEN, gaps_ms(count, t_us)))
    ways, people_names = np.tile(BUTTON, (1500, 1)), [f"person {k % 100}" for k in range(1500)]
    made = drawn(ways, people_names, learned_profile, LEARNED)
    learned = np.concatenate([np.diff(m.t_s) for m in made]) * 1e3
    panels.append((f"learned tier of {learned_profile}, all recorders", BLUE, learned))
    tall = -(-len(panels) // 2)
    figure, grid = plt.subplots(
        tall, 2, figsize=(11, 1.75 * tall + 0.6), layout="constrained", squeeze=False
    )
    edges = np.arange(-0.5, 60.0)
    for axes, (name, colour, gap_ms) in zip(grid.flat, panels, strict=False):
        share, _ = np.histogram(gap_ms, edges)
        axes.bar(edges[:-1] + 0.5, share / len(gap_ms), width=0.9, color=colour, alpha=0.8)
        beyond = float((gap_ms >= edges[-1]).mean())
        axes.text(
            0.99,
            0.9,
            f"{100 * beyond:.1f} % of {edges[-1] + 0.5:.0f} ms or more",
            ha="right",
            va="top",
            fontsize=8,
            color=SOFT,
            transform=axes.transAxes,
        )
        axes.set(title=name, yscale="log", xlim=(-0.5, 60), ylim=(3e-4, 1.2))
        axes.set_yticks([0.001, 0.01, 0.1, 1.0], [".1 %", "1 %", "10 %", "100 %"])
        axes.minorticks_off()
    for axes in grid.flat[len(panels) :]:
        axes.set_visible(False)
    for axes in grid.flat[max(len(panels) - 2, 0) : len(panels)]:
        axes.set_xlabel("ms from report to report")
    head(figure, "Intervals between the reports of a movement, share of all in bins of 1 ms")
    return small(figure, 48)


def gaps_ms(count: NDArray[np.int64], t_us: NDArray[np.int64]) -> Floats:
    """Return the intervals within movements."""
    inner = np.ones(len(t_us), np.bool_)
    inner[np.cumsum(count) - count] = False
    return np.diff(t_us, prepend=0)[inner] / 1e3


def main(words: Sequence[str] | None = None) -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="mouse-web")
    parser.add_argument(
        "--peers", type=Path, help="folder of the peers' movements along these ways"
    )
    parser.add_argument("--write-ways", type=Path, help="file to write these ways to, and no more")
    parser.add_argument("--out", type=Path, default=HERE)
    given = parser.parse_args(words)
    if given.write_ways:
        # x0, y0, x1, y1 and the smaller side of the box: what benchmarks/realism_pointer.py reads.
        ways = np.vstack([ONCE, AGAIN])
        rows = np.column_stack([ways[:, [0, 1, 6, 7]], ways[:, 4:6].min(axis=1)])
        given.write_ways.write_text(json.dumps(rows.tolist()))
        return
    set_style()
    write(picture_of_paths(given.profile, given.peers), given.out / "pointer_paths.png")
    write(picture_of_speeds(given.profile), given.out / "pointer_speeds.png")
    write(picture_of_fitts(given.profile), given.out / "pointer_fitts.png")
    shown = list(dict.fromkeys([given.profile, "literature"]))
    write(picture_of_intervals(shown, given.profile), given.out / "pointer_intervals.png")


if __name__ == "__main__":
    main()
