"""One page alive in the browser: fake clock, node numbers, recorder, mouse and keyboard.

The page's clock stands still and is only moved by hand, so that timed states come out the same in
every compilation. Acts are real input events, not calls of the page's functions.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from deskhand.errors import DeskhandError
from deskhand.scenarios.screen_compiler.chromium import script
from deskhand.scenarios.screen_compiler.page_files import PageFiles

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

# A working morning; any fixed time will do.
CLOCK_MS = 1_772_442_000_000

# Scripts that wait a moment after loading, as many do, get a second of the page's own time.
SETTLE_MS = 1_000

_SCRIPTS = ("dom_mirror.js", "mutation_recorder.js", "element_facts.js", "hit_map.js", "acts.js")
_US = 'globalThis[Symbol.for("deskhand")]'

# A transition in flight would be measured half-way: end what ends, hold what does not.
_REST = """() => {
  for (const animation of document.getAnimations()) {
    try {
      if (animation.effect.getComputedTiming().endTime === Infinity) {
        animation.pause();
        animation.currentTime = 0;
      } else animation.finish();
    } catch { /* an animation without an effect has nothing to end */ }
  }
}"""

_LEAVE_OUT = """(selector) => {
  const found = document.querySelectorAll(selector);
  found.forEach((element) => element.remove());
  return found.length;
}"""

# Not an element, so neither the page nor the recorder sees it: a caret blinks in real time.
_NO_CARET = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { caret-color: transparent !important; }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""


class LivePage:
    """A loaded page.

    Parameters
    ----------
    page : playwright Page
        The loaded page, its clock paused.
    """

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.cdp: CDPSession = page.context.new_cdp_session(page)
        self.pending: set[Any] = set()

        def begun(request: Any) -> None:
            self.pending.add(request)

        def ended(request: Any) -> None:
            self.pending.discard(request)

        page.on("request", begun)
        page.on("requestfinished", ended)
        page.on("requestfailed", ended)

    def call(self, expression: str, *arguments: Any) -> Any:
        """Evaluate one of the compiler's functions; results travel as JSON text, undefined stays out."""
        given = ", ".join(json.dumps(argument) for argument in arguments)
        result = self.page.evaluate(f"() => {_US}.{expression}({given})")
        return json.loads(result) if isinstance(result, str) else result

    def settle(self, ms: int = 0) -> None:
        """Let ``ms`` of the page's time pass, wait for its requests, and end its animations."""
        if ms:
            self.page.clock.run_for(ms)
        for _ in range(400):
            if not self.pending:
                break
            self.page.wait_for_timeout(5)
        self.page.evaluate(_REST)

    def inject(self) -> None:
        """Put the compiler's scripts into the page; they leave its document as it is."""
        for name in _SCRIPTS:
            self.page.evaluate(script(name))
        self.call("mark")

    def leave_out(self, selector: str) -> None:
        """Take the elements that a CSS selector picks out of the page.

        Raises
        ------
        DeskhandError
            When it picks none, or is not a selector.
        """
        from playwright.sync_api import Error

        try:
            found = self.page.evaluate(_LEAVE_OUT, selector)
        except Error:
            raise DeskhandError(
                f"without={selector!r}: not a CSS selector; write one such as iframe or #chat."
            ) from None
        if not found:
            raise DeskhandError(
                f"without={selector!r}: nothing on the page matches; leave it away, or give the "
                "selector of something that is there when the page has loaded."
            )

    def mask_text(self) -> None:
        """Replace the page's content by placeholders, before anything else looks at it."""
        self.page.evaluate(script("text_mask.js"))

    def hide_caret(self) -> None:
        """Make the text caret invisible without touching the document."""
        self.page.evaluate(_NO_CARET)

    def snapshot(self) -> dict[str, Any]:
        """Return the document as rrweb nodes with ids, and the largest id."""
        found: dict[str, Any] = self.call("snapshot")
        return found


@contextmanager
def opened(browser: "Browser", files: PageFiles, viewport: tuple[int, int]) -> Iterator[LivePage]:
    """Load a page afresh, with empty storage, for the length of a ``with`` block.

    Raises
    ------
    DeskhandError
        When the page cannot be loaded.
    """
    from playwright.sync_api import Error

    width, height = viewport
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=1,
        locale="en-US",
        timezone_id="UTC",
        color_scheme="light",
        reduced_motion="reduce",
        service_workers="block",
    )
    try:
        files.serve(context)
        context.clock.install(time=CLOCK_MS / 1000 - 1)
        context.clock.pause_at(CLOCK_MS / 1000)
        live = LivePage(context.new_page())
        try:
            live.page.goto(files.href, wait_until="load", timeout=30_000)
        except Error as error:
            raise DeskhandError(
                f"page {files.page} did not load: {str(error).splitlines()[0]} "
                "Its own files must lie in its folder, or in the folder given with --root."
            ) from None
        live.settle(SETTLE_MS)
        live.settle()
        yield live
    finally:
        context.close()
