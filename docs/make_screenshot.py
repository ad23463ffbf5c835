"""Make the picture of docs/screenshots.md: `python docs/make_screenshot.py` writes docs/screenshot.png.

The screen before an act of a session on a page of bank details, half as large. Needs the extra `screens`.
"""

import argparse
from pathlib import Path

from picture_style import write
from PIL import Image

import deskhand

# The person has just typed the number of the new account.
SCENARIO, SEED, TARGET = "expense.change_account", 7, "bank.iban_again"


def main() -> None:
    """Write the picture."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    session = deskhand.simulate(SCENARIO, seed=SEED)
    acts = {act["action_id"]: act["target"] for act in session.actions.to_pylist()}
    shown = next(
        shot.picture
        for shot in deskhand.screenshots(session, "before-action", scale=0.5)
        if acts[shot.action_id or 0] == TARGET
    )
    write(shown.quantize(128, dither=Image.Dither.NONE), Path(__file__).parent / "screenshot.png")


if __name__ == "__main__":
    main()
