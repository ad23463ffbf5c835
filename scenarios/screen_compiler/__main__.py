"""``python -m deskhand.scenarios.screen_compiler [APP/SCREEN ...]``: compile the shipped screens anew.

For those who work on deskhand itself: writes into the folder of the applications, which is the
repository's in an editable installation. A page of one's own is compiled by
``deskhand screens compile``.
"""

import sys
from pathlib import Path

import deskhand.scenarios.apps
from deskhand.scenarios.screen_compiler.page_compiler import compile_page, write_screen

VIEWPORT = (1280, 720)


def main() -> None:
    """Compile the screens named on the command line, or all of them."""
    apps = Path(deskhand.scenarios.apps.__file__).parent
    for page in sorted(apps.glob("*/*.html")):
        name = f"{page.parent.name}/{page.stem}"
        if not sys.argv[1:] or name in sys.argv[1:]:
            states = page.with_suffix(".states.json")
            write_screen(compile_page(page, states=states, viewport=VIEWPORT), out=page.parent)
            print(name)


if __name__ == "__main__":
    main()
