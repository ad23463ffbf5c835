"""A closer look: a page is made larger, read, and made as it was, with Control and the wheel or with keys.

What a page zoom does to a page was measured in Chromium 156: at each step a ``resize`` with the window's size
divided by the zoom and rounded, and where the page is scrolled a ``scroll`` to the same place, cut to a whole
physical pixel. The pointer's place in the page is divided alike. How a page lays itself out anew is not known
to its compiled screen, so nothing is clicked, and the wheel turned for the zoom alone, until it is back.
"""

from deskhand.behavior_models.reading import reading_stretches
from deskhand.generators.plan import Place, Row, Typed, Wheeled
from deskhand.generators.wheel import turned
from deskhand.scenarios.live_page import SCRIPT_US
from deskhand.scenarios.notified import Notified

# Chromium's steps above 100 %; what is read closely is not larger than this (assumed).
STEPS = (110, 125, 150, 175, 200, 250, 300)
WHEEL, KEYS = "wheel", "keys"
# From a notch or a key until the page has been laid out anew: two frames (assumed).
LAID_OUT_US = 33_000
# From one notch to the next, as each step is looked at, and how long Control is down before the first and
# after the last (assumed).
NOTCH_S, NOTCH_LOG_SD, HELD_US = 0.3, 0.3, 180_000
# Share of those who use either that turn the wheel; who goes back by keys goes by Control+0 with that
# probability (assumed).
BY_WHEEL, BACK_AT_ONCE = 0.6, 0.5
# What is shorter is not looked at more closely (assumed).
FEWEST_WORDS = 25.0


class Zooming(Notified):
    """Hands that make a page larger and small again.

    Attributes
    ----------
    zooms : float
        Share of what is read that is looked at more closely; 0 where a scenario alone says so.
    """

    zooms = 0.0
    _scrolled_to = 0.0

    def looks_closer(self, words: float) -> bool:
        """Return whether the person makes the page larger to read some words."""
        if not self.zooms or words < FEWEST_WORDS or self.live.pending:
            return False
        return self.zoom_draws.uniform() < self.zooms

    def zoom_habit(self) -> int:
        """Return how far the person zooms in, in per cent: by two to four steps (assumed)."""
        return STEPS[1 + int(3 * self.zoom_draws.uniform())]

    def read_closer(self, words: float, percent: int, by: str | None = None) -> None:
        """Zoom in, read without touching anything, and zoom back out."""
        at_wheel = self.persona.device.scrolls_by == WHEEL and not self.on_keyboard
        if by is None:
            by = WHEEL if at_wheel and self.zoom_draws.uniform() < BY_WHEEL else KEYS
        way = [step for step in STEPS if step <= percent]
        self._scrolled_to = float(self.live.page.scroll_y)
        zoom = self._turn if by == WHEEL and not self.keys_alone else self._strike
        zoom(way, larger=True)
        self.t_us += self.tempo.think_us("look")
        action, start = self.begin(), self.t_us
        self.t_us += sum(pause for pause, _ in reading_stretches(self.mind, self.draws, words))
        self.finish(action, "read", None, start)
        zoom([*way[-2::-1], 100], larger=False)
        self.live.settle(self.t_us)
        self.changed = False

    def _zoom_to(self, percent: int, t_us: int, action: int) -> None:
        """Lay out the page at a zoom: tell its new size, and where it is scrolled to."""
        wide, high = self.live.screen.viewport
        window, offset = self.window, self.live.page.scroll_y
        place = (window.app, window.name, window.origin_x, window.origin_y)
        self.plan.places.append(Place(t_us, *place, percent / 100))
        size = {"delta_x": round(100 * wide / percent), "delta_y": round(100 * high / percent)}
        self.plan.rows.append(Row(t_us, "resize", action, size))
        # Whole physical pixels.
        told = offset * percent // 100 * 100 / percent
        before, self._scrolled_to = self._scrolled_to, told
        if told != before:
            columns = {"target": "document", "delta_x": 0.0, "delta_y": told}
            self.plan.rows.append(Row(t_us + SCRIPT_US, "scroll", action, columns))

    def _turn(self, way: list[int], *, larger: bool) -> None:
        """Hold Control with the other hand, and turn the wheel by a notch for each step."""
        self.to_mouse()
        action, start = self.begin(), self.t_us
        self._grip(action)
        self._enter_page(action)
        held_us, notch_px = self.t_us, self.persona.device.notch_px
        gaps = [0, *(self.lapse_us(NOTCH_S, NOTCH_LOG_SD) for _ in way[1:])]
        at_us = [sum(gaps[: number + 1]) for number in range(len(way))]
        whole_us = at_us[-1] + LAID_OUT_US + 2 * HELD_US
        control = self.typist.press("Control")
        # On the grid of the keyboard's clock.
        control = control.paced(whole_us / control.duration_us)
        focus = self.live.focus
        self.plan.typed.append(Typed(action, held_us, control, focus, 0, 0, False))
        turns = turned(at_us, -notch_px if larger else notch_px)
        x, y = self.hand.x, self.hand.y
        offset = float(self.live.page.scroll_y)
        self.plan.wheeled.append(
            Wheeled(action, held_us + HELD_US, turns, x, y, None, offset, offset, control=True)
        )
        for percent, since_us in zip(way, at_us, strict=True):
            self._zoom_to(percent, held_us + HELD_US + since_us + LAID_OUT_US, action)
        self.t_us = held_us + max(whole_us, control.duration_us)
        self.finish(action, "zoom", None, start)

    def _strike(self, way: list[int], *, larger: bool) -> None:
        """Press Control with plus for each step, with minus on the way back, or with 0 at once."""
        self.to_keyboard()
        layout = self.persona.keyboard_layout
        # The digits of AZERTY need Shift, its plus too; QWERTZ has a key for plus alone.
        at_once = not larger and layout != "azerty" and self.zoom_draws.uniform() < BACK_AT_ONCE
        key = ("+" if layout == "qwertz" else "=") if larger else "-"
        steps = way[-1:] if at_once else way
        chord = self.typist.chord(f"Control+{'0' if at_once else key}", count=len(steps))
        action = self.begin()
        start = self.strike(action, chord, self.live.focus)
        downs = self.plan.typed[-1].typing.down_us[1:].tolist()
        for percent, down_us in zip(steps, downs, strict=True):
            self._zoom_to(percent, start + down_us + LAID_OUT_US, action)
        self.t_us = max(self.t_us, start + downs[-1] + LAID_OUT_US + 2 * SCRIPT_US)
        self.finish(action, "zoom", None, start, text_class="keys")
