"""Make the picture of the README: `python docs/make_picture.py` writes docs/picture.png.

One simulated session: the cursor's path over the page that it moved on, keys as a piano roll, and
the cursor's speed above the actions that caused it. Needs the extra `plot`.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import FancyBboxPatch
from numpy.typing import NDArray
from picture_style import BLUE, GREEN, GREY, LINE, RED, SOFT, head, set_style, small, write
from PIL import Image

import deskhand
from deskhand.session import Session

HERE = Path(__file__).parent
APPS = HERE.parent / "scenarios" / "apps"
LEFT_HAND, RIGHT_HAND, THUMB, MASKED = BLUE, RED, GREEN, GREY
HEAT = LinearSegmentedColormap.from_list(
    "heat", ["#4078d2", "#2aa8a0", "#e4b234", "#e25c2c", "#ce2c4a"]
)
VERBS = {
    "type": "#3d7be0",
    "click": "#e08a1e",
    "choose": "#2a9d74",
    "press": "#9461d6",
    "read": "#a9aeb9",
    "navigate": "#d24d78",
    "scroll": "#1f9fb8",
}
ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
# Seconds of typing in the piano roll: short enough for letters to be read.
ROLL_S = 5.0


def rows_of(session: Session, *kinds: str) -> list[dict[str, Any]]:
    """Return the event rows of some types."""
    wanted = pa.array([kind in kinds for kind in session.events["type"].to_pylist()])
    return session.events.filter(wanted).to_pylist()


def visit(session: Session, screen: str) -> tuple[int, int]:
    """Return when the session comes to a screen and when it leaves it."""
    steps = rows_of(session, "navigation", "session.end")
    at = next(k for k, row in enumerate(steps) if row["reference"] == screen)
    after = next(row for row in steps[at + 1 :] if row["reference"] != screen)
    return steps[at]["t_us"], after["t_us"]


def moves_of(session: Session, span: tuple[int, int]) -> tuple[NDArray[np.float64], ...]:
    """Return time in seconds, place and speed of the cursor's samples in a span."""
    rows = [r for r in rows_of(session, "pointermove") if span[0] <= r["t_us"] < span[1]]
    t, x, y = (np.array([r[n] for r in rows], float) for n in ("t_us", "client_x", "client_y"))
    t = (t - span[0]) / 1e6
    gap = np.maximum(np.diff(t, prepend=t[0]), 1e-3)
    speed = np.hypot(np.diff(x, prepend=x[0]), np.diff(y, prepend=y[0])) / gap
    speed[gap > 0.1] = 0
    return t, x, y, np.convolve(speed, np.ones(7) / 7, mode="same")


def draw_path(axes: Axes, session: Session, screen: str, span: tuple[int, int]) -> None:
    """Draw the cursor's path over the page, coloured by speed, with a ring at every click."""
    width, height = session.screens[screen].viewport
    page = Image.open((APPS / screen).with_suffix(".png")).convert("L").crop((0, 0, width, height))
    axes.imshow(page, cmap="gray", alpha=0.5, extent=(0, width, height, 0), vmin=0, vmax=255)
    _, x, y, speed = moves_of(session, span)
    points = np.stack([x, y], axis=1)
    strokes = LineCollection(
        np.stack([points[:-1], points[1:]], axis=1).tolist(),
        array=np.sqrt(speed[1:]),
        cmap=HEAT,
        linewidths=1.9,
        capstyle="round",
    )
    axes.add_collection(strokes)
    downs = [r for r in rows_of(session, "pointerdown") if span[0] <= r["t_us"] < span[1]]
    for size, alpha in ((190, 0.25), (26, 0.95)):
        at = [r["client_x"] for r in downs], [r["client_y"] for r in downs]
        axes.scatter(*at, s=size, color="#e24c3c", alpha=alpha, linewidths=0, zorder=5)
    axes.set(xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[])
    axes.set_title("where the hand went, blue slow, red quick; a dot is a click")


def place_of(row: dict[str, Any]) -> tuple[float, str]:
    """Return the height at which a key is drawn, and its hand's colour."""
    code = row["code"] or ""
    if row["masked"]:
        return -1.6, MASKED
    letter = code.removeprefix("Key").removeprefix("Digit").lower()
    for k, keys in enumerate(ROWS):
        if len(letter) == 1 and letter in keys:
            column = keys.index(letter)
            left = column < 5
            return (9 if left else 4.4) - k - (column % 5) * 0.06, LEFT_HAND if left else RIGHT_HAND
    if code.startswith("Shift"):
        return (6, LEFT_HAND) if code.endswith("Left") else (1.4, RIGHT_HAND)
    if code in ("Comma", "Period", "Slash"):
        return 1.4, RIGHT_HAND
    return (0.2, THUMB) if code == "Space" else (4.4, RIGHT_HAND)


def draw_keys(axes: Axes, session: Session, span: tuple[int, int]) -> None:
    """Draw the keys of the fluent stretch in which most keys go down, holds as bars."""
    rows = [r for r in rows_of(session, "keydown", "keyup") if span[0] <= r["t_us"] < span[1]]
    downs = np.array([r["t_us"] for r in rows if r["type"] == "keydown" and not r["masked"]])
    fluent = [r["t_us"] for r in rows if r["type"] == "keydown" and len(r["key"] or "") == 1]
    until = np.searchsorted(fluent, downs + int(ROLL_S * 1e6))
    start = int(downs[np.argmax(until - np.searchsorted(fluent, downs))])
    pressed: dict[str, dict[str, Any]] = {}
    for row in rows:
        code = row["code"] or "masked"
        if row["type"] == "keydown":
            pressed.setdefault(code, row)
        elif code in pressed:
            down = pressed.pop(code)
            at, end = (down["t_us"] - start) / 1e6, (row["t_us"] - start) / 1e6
            if -0.1 <= at < ROLL_S:
                y, colour = place_of(down)
                axes.barh(y, end - at, left=at, height=0.8, color=colour, alpha=0.78, linewidth=0)
                if len(down["key"] or "") == 1:
                    middle: dict[str, Any] = {
                        "ha": "left",
                        "va": "center_baseline",
                        "fontsize": 8.5,
                    }
                    axes.text(at + 0.015, y, down["key"], color="white", **middle)
    axes.set(xlim=(-0.1, ROLL_S), ylim=(-0.5, 9.6))
    axes.set_yticks([0.2, 2.9, 7.5], ["thumb", "right\nhand", "left\nhand"])
    axes.axhline(5.2, color=LINE, zorder=0)
    axes.axhline(0.8, color=LINE, zorder=0)
    axes.set_title(f"{ROLL_S:.0f} seconds of typing; a bar is a hold, its width the time")
    axes.set_xlabel("seconds")


def draw_speed(axes: Axes, session: Session, span: tuple[int, int]) -> None:
    """Draw the cursor's speed over time."""
    t, _, _, speed = moves_of(session, span)
    axes.vlines(t, 0, speed / 1000, colors=HEAT(np.sqrt(speed / speed.max())), linewidth=1.1)
    axes.set(ylim=(0, None), ylabel="1000 px/s")
    axes.tick_params(labelbottom=False)
    axes.set_title("speed of the cursor, and the actions that caused every event")


def draw_actions(axes: Axes, session: Session, span: tuple[int, int]) -> None:
    """Draw the actions of the ground truth as a row of labelled boxes."""
    names = {r["target"]: r["name"] for r in session.elements.to_pylist()}
    total = (span[1] - span[0]) / 1e6
    for action in session.actions.to_pylist():
        if not span[0] <= action["start_us"] < span[1]:
            continue
        start, end = ((action[n] - span[0]) / 1e6 for n in ("start_us", "end_us"))
        colour = VERBS.get(action["verb"], SOFT)
        shape = "round,pad=0,rounding_size=0.12"
        wide = max(end - start - 0.06, 0.05)
        axes.add_patch(FancyBboxPatch((start, 0), wide, 1, boxstyle=shape, color=colour, lw=0))
        whole = f"{action['verb']} {names.get(action['target'], '')}".strip()
        for said in (whole, action["verb"]):
            if (end - start) / total > 0.0046 * len(said) + 0.006:
                style: dict[str, Any] = {
                    "ha": "center",
                    "va": "center",
                    "color": "white",
                    "fontsize": 8.5,
                }
                axes.text((start + end) / 2, 0.47, said, **style)
                break
    axes.set(xlim=(0, total), ylim=(-0.05, 1.05), yticks=[], xlabel="seconds on this page")
    axes.spines[:].set_visible(False)


def make_picture(scenario: str, screen: str, seed: int) -> Image.Image:
    """Return the picture of one session on one screen."""
    set_style()
    session = deskhand.simulate(scenario, seed=seed)
    span = visit(session, screen)
    figure = plt.figure(figsize=(13, 6.9), layout="constrained")
    grid = figure.add_gridspec(3, 2, height_ratios=(5.4, 1.4, 0.55), width_ratios=(1.5, 1))
    draw_path(figure.add_subplot(grid[0, 0]), session, screen, span)
    draw_keys(figure.add_subplot(grid[0, 1]), session, span)
    speed = figure.add_subplot(grid[1, :])
    draw_speed(speed, session, span)
    actions = figure.add_subplot(grid[2, :], sharex=speed)
    draw_actions(actions, session, span)
    head(
        figure,
        f"deskhand: one synthetic session, {scenario}, seed {seed}. No human moved this cursor.",
    )
    return small(figure)


def main(words: Sequence[str] | None = None) -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="crm.create_lead")
    parser.add_argument("--screen", default="crm/lead-form")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=HERE / "picture.png")
    given = parser.parse_args(words)
    write(make_picture(given.scenario, given.screen, given.seed), given.out)


if __name__ == "__main__":
    main()
