"""Make the pictures of docs/models/keyboard.md: `python docs/make_keyboard_pictures.py`.

A sentence as a piano roll, the pace of letter pairs, holds and spacings, and pauses. Nothing recorded
is drawn: what stands for people are quantiles and shares of published sets. Needs the extra `plot`.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray
from picture_style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    LINE,
    PAPER,
    RED,
    head,
    set_style,
    small,
    write,
)
from PIL import Image
from typed_sentences import LAYOUT, PROSE, pressed, typed

from deskhand.behavior_models.keyboard_layout import load_layout
from deskhand.evaluation.key_table import Keystrokes
from deskhand.evaluation.key_windows import text_keys
from deskhand.evaluation.typing_figures import typing_figures

HERE = Path(__file__).parent / "models"
Floats = NDArray[np.float64]

MODES = {"transcription": BLUE, "composition": GREEN}
SENTENCE = "Anna opened one. It held a map, a key and a list."
LANES = (
    "left little",
    "ring",
    "middle",
    "index",
    "thumb",
    "index",
    "middle",
    "ring",
    "right little",
)
PERCENT = (1, 5, 25, 50, 75, 95, 99)
# People: transcription, a sample of the Aalto 136M keystrokes (Dhakal et al. 2018), 103 people;
# composition, KLiCKe (Tian, Crossley & Van Waes), 1,500 writers. Quantiles at PERCENT, in ms.
PEOPLE_MS = {
    ("hold", "transcription"): (40, 56, 76, 96, 120, 166, 203),
    ("hold", "composition"): (14, 34, 73, 96, 125, 177, 238),
    ("down-down", "transcription"): (48, 72, 124, 177, 288, 792, 1444),
    ("down-down", "composition"): (25, 41, 104, 159, 251, 1013, 5717),
}
# Share of spacings above 1, 2 and 5 s, of the same people.
PAUSES_S = (1.0, 2.0, 5.0)
PEOPLE_PAUSES = {
    ("within a word", "transcription"): (0.0132, 0.0017, 0.0001),
    ("within a word", "composition"): (0.0095, 0.0033, 0.0013),
    ("word start", "transcription"): (0.0625, 0.0048, 0.0002),
    ("word start", "composition"): (0.1245, 0.0626, 0.0216),
    ("sentence start", "composition"): (0.5331, 0.3833, 0.2154),
}


def lane_of(keys: Keystrokes) -> NDArray[np.int64]:
    """Return the lane of each key: the finger that strikes it, both thumbs in one."""
    finger = load_layout(LAYOUT).finger.astype(np.int64)
    lane = np.where(finger > 4, finger - 1, finger)[keys.key]
    return np.asarray(lane)


def label_of(name: str) -> str:
    """Return what is written on a key's bar."""
    signs = {" ": "\u2423", "Backspace": "\u232b", "Shift": "\u21e7", "Enter": "\u21b5"}
    return signs.get(name, name)


def draw_roll(axes: Axes, keys: Keystrokes, seconds: float, colour: str) -> int:
    """Draw keys as bars from down to up, in the lane of their finger; return the overlaps."""
    lanes = lane_of(keys)
    down_s, up_s = keys.down_us / 1e6, keys.up_us / 1e6
    names = [keys.vocabulary.names[k] for k in keys.key]
    for lane in range(len(LANES)):
        axes.axhspan(lane - 0.5, lane + 0.5, color="#f4f1e9" if lane % 2 else PAPER, linewidth=0)
    overlaps = 0
    for k, (start, end, lane, name) in enumerate(zip(down_s, up_s, lanes, names, strict=True)):
        if start > seconds:
            break
        corner = start, lane - 0.38
        quiet = name in ("Shift", "Backspace")
        axes.add_patch(
            Rectangle(
                corner,
                end - start,
                0.76,
                facecolor=GREY if quiet else colour,
                alpha=0.55,
                linewidth=0,
            )
        )
        axes.text(
            start + 0.008,
            lane,
            label_of(name),
            va="center",
            fontsize=8.5,
            color=INK,
            zorder=5,
            clip_on=True,
        )
        if k + 1 < len(down_s) and down_s[k + 1] < end and not quiet:
            both = down_s[k + 1], min(end, up_s[k + 1])
            overlaps += 1
            for row in (lane, lanes[k + 1]):
                axes.add_patch(
                    Rectangle(
                        (both[0], row - 0.38),
                        both[1] - both[0],
                        0.76,
                        facecolor=RED,
                        alpha=0.85,
                        zorder=4,
                        linewidth=0,
                    )
                )
    axes.set(xlim=(-0.05, seconds), ylim=(len(LANES) - 0.5, -0.5))
    axes.set_yticks(range(len(LANES)), LANES, fontsize=7)
    axes.tick_params(length=0)
    return overlaps


def picture_of_roll(profile: str, seconds: float = 5.6) -> Image.Image:
    """Return one sentence by three people."""
    people = [f"person {k}" for k in range(60)]
    everyone = typed([SENTENCE] * len(people), people, profile, "transcription")
    lasts = np.array([everyone.of_people([k]).down_us[-1] / 1e6 for k in range(len(people))])
    order = np.argsort(lasts)
    shown = [int(order[round(share * (len(order) - 1))]) for share in (0.04, 0.4, 0.85)]
    figure, grid = plt.subplots(3, 1, figsize=(13, 7.2), layout="constrained", sharex=True)
    for axes, person, word in zip(grid, shown, ("fast", "middling", "slow"), strict=True):
        keys = everyone.of_people([person])
        overlaps = draw_roll(axes, keys, seconds, BLUE)
        typing = text_keys(keys)
        spent_s = float(typing.down_us[-1] - typing.down_us[0]) / 1e6
        wpm = 12.0 * (len(SENTENCE) - 1) / spent_s
        axes.set_title(
            f"a {word} typist: {wpm:.0f} words a minute, {overlaps} overlaps in the part shown"
        )
    grid[-1].set_xlabel("seconds from the first key")
    marks = [
        Patch(facecolor=BLUE, alpha=0.55, label="key down"),
        Patch(facecolor=RED, alpha=0.85, zorder=4, label="two keys down"),
        Patch(facecolor=GREY, alpha=0.55, label="Shift, Backspace"),
    ]
    figure.legend(handles=marks, loc="outside upper right", ncols=3, frameon=False, fontsize=9)
    head(figure, f"\u201c{SENTENCE}\u201d")
    return small(figure, 64)


def pair_pace(keys: Keystrokes, tokens: NDArray[np.uint8]) -> Floats:
    """Return the median spacing of each pair over the typists' medians, shape (k, k)."""
    same = keys.session[1:] == keys.session[:-1]
    spacing = np.diff(keys.down_us)[same].astype(np.float64)
    person = keys.person[1:][same]
    middle = np.array([np.median(spacing[person == k]) for k in range(len(keys.people))])
    relative = spacing / middle[person]
    place = np.full(256, -1)
    place[tokens] = np.arange(len(tokens))
    pair = place[keys.key[:-1][same]] * len(tokens) + place[keys.key[1:][same]]
    order = np.argsort(pair, kind="stable")
    parts = np.split(relative[order], np.searchsorted(pair[order], np.arange(1, len(tokens) ** 2)))
    pace = [np.median(part) if len(part) else np.nan for part in parts]
    return np.array(pace).reshape(len(tokens), len(tokens))


def picture_of_pairs(profile: str, people: int = 60, keys_each: int = 12_000) -> Image.Image:
    """Return the pace of all letter pairs, of everybody and of one typist."""
    letters = "qaz wsx edc rfvtgb yhnujm ik ol p".replace(" ", "")
    tokens = np.frombuffer((letters + " ").encode(), np.uint8)
    rng = np.random.default_rng(3)
    names = tokens[rng.integers(0, len(tokens), (people, keys_each))]
    everybody = pressed(names, [f"person {k:02}" for k in range(people)], profile, "transcription")
    one = pressed(
        tokens[rng.integers(0, len(tokens), (1, 20 * keys_each))],
        ["person 00"],
        profile,
        "transcription",
    )
    figure, grid = plt.subplots(1, 2, figsize=(12.4, 6.1), layout="constrained")
    labels = [*letters, "\u2423"]
    for axes, keys, title in (
        (grid[0], everybody, f"median of {people} people"),
        (grid[1], one, "one of them: habits for pairs of keys on top"),
    ):
        shown = axes.imshow(pair_pace(keys, tokens), cmap="RdYlBu_r", vmin=0.5, vmax=1.9)
        axes.set(title=title, xlabel="then", ylabel="first")
        axes.set_xticks(range(len(labels)), labels, fontsize=8)
        axes.set_yticks(range(len(labels)), labels, fontsize=8)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        for edge in (14.5, 25.5):
            axes.axhline(edge, color=PAPER, linewidth=1.6)
            axes.axvline(edge, color=PAPER, linewidth=1.6)
    bar = figure.colorbar(shown, ax=grid, shrink=0.75, pad=0.01)
    bar.set_label("down-down / the typist's median")
    bar.outline.set_visible(False)
    head(
        figure,
        "How long from one key to the next; keys in the order of the fingers that strike them",
    )
    return small(figure, 128)


def passages(profile: str, mode: str, people: int = 300) -> Keystrokes:
    """Return a passage typed by many people."""
    names = [f"person {k:03}" for k in range(people)]
    return typed([PROSE] * people, names, profile, mode)


def picture_of_intervals(made: dict[str, Keystrokes]) -> Image.Image:
    """Return the distributions of holds and spacings beside people's quantiles."""
    figure, grid = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained", sharey=True)
    for axes, kind, limits in (
        (grid[0], "hold", (10, 600)),
        (grid[1], "down-down", (15, 9000)),
    ):
        for mode, colour in MODES.items():
            keys = text_keys(made[mode])
            if kind == "hold":
                values = (keys.up_us - keys.down_us) / 1e3
            else:
                same = keys.session[1:] == keys.session[:-1]
                values = np.diff(keys.down_us)[same] / 1e3
            level = np.linspace(0.002, 0.998, 499)
            axes.plot(np.quantile(values, level), level, color=colour, linewidth=1.8, label=mode)
            people_ms = PEOPLE_MS[kind, mode]
            axes.scatter(
                people_ms,
                np.array(PERCENT) / 100,
                s=34,
                color=PAPER,
                edgecolors=colour,
                linewidths=1.6,
                zorder=4,
            )
        axes.set(xscale="log", xlim=limits, ylim=(-0.02, 1.02), xlabel=f"{kind}, ms")
        ticks = [
            t for t in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000) if limits[0] <= t <= limits[1]
        ]
        axes.set_xticks(ticks, [f"{t:,}" for t in ticks])
        axes.minorticks_off()
        axes.grid(color=LINE, linewidth=0.6)
        axes.set_axisbelow(True)
    grid[0].set_ylabel("share of keys up to this")
    grid[0].legend(frameon=False, loc="lower right")
    grid[0].set_title("lines: made; rings: people, 1, 5, 25, 50, 75, 95 and 99 %")
    head(figure, "Holds and spacings")
    return small(figure, 48)


def picture_of_pauses(made: dict[str, Keystrokes]) -> Image.Image:
    """Return how often spacings are longer than some time, by where in the text they are."""
    places = ("within a word", "word start", "sentence start")
    figure, grid = plt.subplots(1, 3, figsize=(11, 3.9), layout="constrained", sharey=True)
    for axes, place in zip(grid, places, strict=True):
        for mode, colour in MODES.items():
            spacing_s = spacings_at(made[mode], place)
            edges = np.geomspace(0.08, 12, 120)
            share = np.array([(spacing_s > edge).mean() for edge in edges])
            axes.plot(
                edges, np.where(share > 0, share, np.nan), color=colour, label=mode, linewidth=1.8
            )
            people = PEOPLE_PAUSES.get((place, mode))
            if people:
                axes.scatter(
                    PAUSES_S, people, s=34, color=PAPER, edgecolors=colour, linewidths=1.6, zorder=4
                )
        axes.set(title=place, xscale="log", yscale="log", xlim=(0.08, 12), ylim=(1e-4, 1.2))
        axes.set_xticks([0.1, 0.3, 1, 3, 10], ["0.1", "0.3", "1", "3", "10"])
        axes.set_yticks([1e-4, 1e-3, 0.01, 0.1, 1.0], [".01 %", ".1 %", "1 %", "10 %", "100 %"])
        axes.minorticks_off()
        axes.grid(color=LINE, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel("seconds")
    grid[0].set_ylabel("share of spacings above")
    grid[0].legend(frameon=False, loc="lower left")
    head(figure, "Pauses; rings: people, above 1, 2 and 5 s")
    return small(figure, 48)


def spacings_at(keys: Keystrokes, place: str) -> Floats:
    """Return the spacings before letters within words, at word starts or at sentence starts."""
    keys = text_keys(keys)
    name = np.array([*keys.vocabulary.names, "\0"], dtype=object)
    letter = np.array([len(one) == 1 and one.isalpha() for one in name])
    stop = np.array([one in (".", "!", "?") for one in name])
    space = name == " "
    same = np.append([False, False], keys.session[2:] == keys.session[:-2])
    now = keys.key
    before, earlier = np.roll(now, 1), np.roll(now, 2)
    starts = same & letter[now] & space[before]
    found = {
        "within a word": same & letter[now] & letter[before],
        "word start": starts,
        "sentence start": starts & stop[earlier],
    }[place]
    at = np.flatnonzero(found)
    spacing_s: Floats = (keys.down_us[at] - keys.down_us[at - 1]) / 1e6
    return spacing_s


def main(words: Sequence[str] | None = None) -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="transcription", help="of copied text")
    parser.add_argument("--composition", default="composition", help="of composed text")
    parser.add_argument("--out", type=Path, default=HERE)
    given = parser.parse_args(words)
    set_style()
    profiles = {"transcription": given.profile, "composition": given.composition}
    made = {mode: passages(profile, mode) for mode, profile in profiles.items()}
    for mode, keys in made.items():
        figures = typing_figures(keys)
        names = ("tempo of people, wpm, median", "rollover", "backspaces / 100 characters")
        print(f"{mode}: " + "; ".join(f"{name} {figures[name]:.3g}" for name in names))
    write(picture_of_roll(given.profile), given.out / "keyboard_roll.png")
    write(picture_of_pairs(given.profile), given.out / "keyboard_pairs.png")
    write(picture_of_intervals(made), given.out / "keyboard_intervals.png")
    write(picture_of_pauses(made), given.out / "keyboard_pauses.png")


if __name__ == "__main__":
    main()
