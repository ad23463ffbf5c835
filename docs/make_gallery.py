"""Make the gallery: `python docs/make_gallery.py` writes docs/gallery.md and its pictures.

A picture of every screen that ships, as it was compiled, and three sessions as six pictures each, composed
without a browser. Needs the extra `screens`.
"""

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from picture_style import write
from PIL import Image

import deskhand
from deskhand.exports.screen_frames import frames
from deskhand.recipe import load_recipe, scenario_names
from deskhand.scenarios.app_screens import shipped_screens
from deskhand.session import Session

HERE = Path(__file__).parent
PICTURES = "gallery"
# What is shown of people at work, with the seed that is shown.
SESSIONS = (("crm.update_opportunity", 4), ("tracker.create_issue", 2), ("morning", 5))
MAKES = "`python docs/make_gallery.py` makes this page."
SHOWN, ACROSS, WIDTH_PX = 6, 3, 620
# As much of the desktop as the windows take.
AROUND = (1440, 900)


def moments(session: Session) -> list[int]:
    """Return times of acts spread over a session, each a moment after something was done."""
    acts = pc.is_in(
        session.events["type"].cast(pa.string()), pa.array(["pointerdown", "keydown", "wheel"])
    )
    done = session.events["t_us"].filter(acts).to_numpy()
    places = np.linspace(0.1, 0.95, SHOWN) * (len(done) - 1)
    return [int(t_us) + 30_000 for t_us in done[places.astype(int)]]


def sheet(session: Session) -> Image.Image:
    """Return six pictures of a session, from left to right and down."""
    pictures = list(frames(session, moments(session)))
    high = round(AROUND[1] * WIDTH_PX / AROUND[0])
    room = (WIDTH_PX - 4, high - 4)
    made = Image.new("RGB", (ACROSS * WIDTH_PX, SHOWN // ACROSS * high), "#ffffff")
    for number, picture in enumerate(pictures):
        at = (number % ACROSS * WIDTH_PX, number // ACROSS * high)
        part = picture.crop((200, 40, 200 + AROUND[0], 40 + AROUND[1])).resize(
            room, Image.Resampling.LANCZOS
        )
        made.paste(part, at)
    return made.quantize(128, dither=Image.Dither.NONE)


def apps_page() -> list[str]:
    """Return the lines that show every application."""
    screens = shipped_screens()
    modelled: dict[str, list[str]] = {}
    for name in scenario_names():
        task = load_recipe(name).scenario
        modelled.setdefault(task.app, []).append(f"`{name}`: {task.summary} ({task.modelled_on})")
    lines: list[str] = []
    for app in sorted({name.partition("/")[0] for name in screens}):
        lines += ["", f"## {app}", ""]
        lines += [f"- {told}" for told in modelled.get(app, [])]
        lines.append("")
        for name in screens:
            if name.startswith(f"{app}/"):
                title = screens[name].title
                lines.append(f"![{title}](../scenarios/apps/{name}.png)")
    return lines


def main() -> None:
    """Write the page and its pictures."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    lines = [
        "# Gallery",
        "",
        f"The applications that ship, and people at work in them. All of it is made up; {MAKES}",
        "",
        "## People at work",
    ]
    for name, seed in SESSIONS:
        picture = f"{PICTURES}/{name.replace('.', '_')}.png"
        session = deskhand.simulate(name, seed=seed)
        write(sheet(session), HERE / picture)
        lines += ["", f"`deskhand.simulate({name!r}, seed={seed})`", "", f"![{name}]({picture})"]
    text = "\n".join([*lines, *apps_page()])
    (HERE / "gallery.md").write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
