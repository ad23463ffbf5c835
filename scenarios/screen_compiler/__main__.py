"""``python -m deskhand.scenarios.screen_compiler PAGE.html``: compile one page into a folder."""

import argparse
import sys
from pathlib import Path

from deskhand.errors import DeskhandError
from deskhand.scenarios.screen_compiler.page_compiler import compile_page, write_screen


def main() -> int:
    """Compile the page named on the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deskhand.scenarios.screen_compiler")
    parser.add_argument("page", type=Path)
    parser.add_argument("--states", type=Path)
    parser.add_argument("--viewport", default="1280x800", help="WIDTHxHEIGHT in CSS pixels")
    parser.add_argument("--name")
    parser.add_argument("--app")
    parser.add_argument("--chromium")
    parser.add_argument("--root", type=Path)
    parser.add_argument("--mask-text", action="store_true")
    parser.add_argument("--out", type=Path, default=Path())
    given = parser.parse_args()
    width, height = (int(number) for number in given.viewport.split("x"))
    try:
        data = compile_page(
            given.page,
            states=given.states,
            viewport=(width, height),
            name=given.name,
            app=given.app,
            chromium=given.chromium,
            root=given.root,
            mask_text=given.mask_text,
        )
    except DeskhandError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    path = write_screen(data, out=given.out)
    sys.stdout.write(f"{path}: {len(data['elements'])} elements\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
