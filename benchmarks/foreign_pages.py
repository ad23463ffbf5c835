"""How long pages that nobody here wrote take to compile, and how large their screens become.

    npm install --prefix tests/browser --no-package-lock
    python benchmarks/foreign_pages.py

One row a page: seconds at one viewport, and kilobytes of the screen's JSON compressed by zlib,
its shared style sheets left out, each beside its bar; then the style sheets alone and the
elements found. Ends with status 1 when a page is over a bar. Read it on a quiet machine.
"""

import argparse
import json
import sys
import time
import zlib
from pathlib import Path
from typing import NamedTuple

from deskhand.scenarios.screen_compiler import compile_page
from deskhand.shared_styles import take_out

NODE_MODULES = Path(__file__).parents[1] / "tests" / "browser" / "node_modules"
TABLER = Path("@tabler/preview/dist")
GENTELELLA = Path("gentelella/dist")
PAGES = {
    "tabler index": (TABLER, "index.html"),
    "tabler form-elements": (TABLER, "form-elements.html"),
    "gentelella form": (GENTELELLA, "production/form.html"),
    "gentelella index": (GENTELELLA, "production/index.html"),
}
# The bars that a foreign page is held to.
MOST_SECONDS = 10.0
MOST_KB = 300.0


class Figures(NamedTuple):
    """What one page came to: seconds, kilobytes without and of style sheets, elements."""

    seconds: float
    json_kb: float
    styles_kb: float
    elements: int

    @property
    def within(self) -> bool:
        """Whether the page is within both bars."""
        return self.seconds <= MOST_SECONDS and self.json_kb <= MOST_KB


def measured(root: Path, page: str, chromium: str | None = None) -> Figures:
    """Compile one page of a site and return its figures."""
    started = time.perf_counter()
    data = compile_page(root / page, root=root, viewport=(1280, 800), chromium=chromium)
    seconds = time.perf_counter() - started
    del data["png_bytes"]
    styles = take_out(data["dom"])
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Figures(
        seconds=seconds,
        json_kb=_zlib_kb(text),
        styles_kb=sum(map(_zlib_kb, styles.values())),
        elements=len(data["elements"]),
    )


def _zlib_kb(text: str) -> float:
    return len(zlib.compress(text.encode(), 9)) / 1000


def main() -> int:
    """Print one row a page and return 1 when one is over a bar."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--node-modules", type=Path, default=NODE_MODULES)
    parser.add_argument("--pages", default=",".join(PAGES), help="some of: " + ", ".join(PAGES))
    parser.add_argument("--chromium", help="path of the Chromium to use")
    given = parser.parse_args()
    chosen = [name.strip() for name in given.pages.split(",")]
    unknown = sorted(set(chosen) - set(PAGES))
    if unknown:
        parser.error(f"--pages {', '.join(unknown)}: known are {', '.join(PAGES)}.")
    missing = sorted(
        {
            str(PAGES[name][0].parent)
            for name in chosen
            if not (given.node_modules / PAGES[name][0]).is_dir()
        }
    )
    if missing:
        parser.error(
            f"{given.node_modules} has no {', '.join(missing)}; "
            "npm install --prefix tests/browser --no-package-lock"
        )
    print(
        f"{'page':22}{'seconds':>9}{'bar':>7}{'JSON kB':>10}{'bar':>7}{'styles kB':>11}{'elements':>10}"
    )
    within = True
    for name in chosen:
        folder, page = PAGES[name]
        found = measured(given.node_modules / folder, page, given.chromium)
        within &= found.within
        print(
            f"{name:22}{found.seconds:9.1f}{MOST_SECONDS:7.0f}{found.json_kb:10.0f}{MOST_KB:7.0f}"
            f"{found.styles_kb:11.0f}{found.elements:10}"
        )
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
