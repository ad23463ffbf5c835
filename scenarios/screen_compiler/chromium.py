"""Find an installed Chromium and start it without a window, cut off from every network."""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from deskhand.errors import DeskhandError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

T = TypeVar("T")

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")

# Sandboxing needs privileges that containers lack; the other flags stop Chromium's own traffic.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-partial-raster",
    "--hide-scrollbars",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
)


def find_chromium(given: str | None = None) -> str:
    """Return the path of a Chromium: the given one, then $DESKHAND_CHROMIUM, then one on PATH.

    Raises
    ------
    DeskhandError
        When none is found; the message says how to install one.
    """
    chosen = given or os.environ.get("DESKHAND_CHROMIUM")
    if chosen is not None:
        path = shutil.which(chosen)
        if path is None:
            raise DeskhandError(
                f"chromium={chosen!r}: no such program; give the path of an installed Chromium or "
                "Chrome with --chromium or in the environment variable DESKHAND_CHROMIUM."
            )
        return path
    for name in NAMES:
        path = shutil.which(name)
        if path is not None:
            return path
    raise DeskhandError(
        f"no Chromium found (looked for {', '.join(NAMES)} on PATH); install one, for example with "
        "`apt-get install chromium` or `playwright install chromium`, or name it with --chromium."
    )


@contextmanager
def started(chromium: str | None = None) -> Iterator["Browser"]:
    """Start a Chromium for the length of a ``with`` block.

    Raises
    ------
    DeskhandError
        When playwright is not installed, or Chromium is not found or does not start.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise DeskhandError(
            "compiling a screen needs playwright, which is not installed; "
            'install it with `pip install "deskhand[screens]"`.'
        ) from None
    path = find_chromium(chromium)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        except Error as error:
            raise DeskhandError(
                f"chromium={path!r} did not start: {str(error).splitlines()[0]} "
                "Give another one with --chromium."
            ) from None
        try:
            yield browser
        finally:
            browser.close()


def apart(work: Callable[[], T]) -> T:
    """Do work that drives a browser, in a thread of its own where an event loop runs in this one.

    Notebooks and other users of playwright have such a loop, and playwright refuses to nest.

    Examples
    --------
    >>> apart(lambda: 6 * 7)
    42
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return work()
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()


def script(name: str) -> str:
    """Return the text of one of the compiler's own scripts."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
