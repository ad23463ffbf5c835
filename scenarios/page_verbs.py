"""Verbs on a page: pointing, pressing, choosing, reading; those of texts are in `text_verbs`.

Every verb plans its acts at once, as `deskhand.scenarios.keying` describes, and returns the steps that
let the planned time pass; run it with ``yield from``. Targets are locators of
`deskhand.page.Page.element`, looked up in the current state of the page in front.
"""

from deskhand.behavior_models.habits import takes_shortcut
from deskhand.behavior_models.reading import reading_stretches
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.scenarios.choosing import choose
from deskhand.scenarios.keying import CELL
from deskhand.scenarios.menus import pick
from deskhand.scenarios.other_monitor import look_over
from deskhand.scenarios.pointing import RIGHT
from deskhand.scenarios.scenario import Steps
from deskhand.scenarios.text_verbs import TextVerbs
from deskhand.scenarios.zooming import KEYS, STEPS, WHEEL

# Skimming reads this share of the words.
SKIM_SHARE = 0.4


class PageVerbs(TextVerbs):
    """What a scenario can ask a person to do on the page in front."""

    # Pointing

    def click(self, target: str, *, to: str | None = None, shortcut: str | None = None) -> Steps:
        """Click an element.

        Parameters
        ----------
        target : str
            Locator.
        to : str, optional
            State that the click is to lead to, where it can lead to several.
        shortcut : str, optional
            Keys that do the same where the focus is; the person's habits decide.
        """
        self.step += 1
        if (
            shortcut is not None
            and self.key_edge(self.live.focus, shortcut, to) is not None
            and (
                self.keys_alone
                or takes_shortcut(self.mind, self.draws, on_keyboard=self.on_keyboard)
            )
        ):
            self.ponder("decide")
            self.press_keys(shortcut, to=to)
        else:
            self.click_on(target, to=to)
        return self._pass()

    def click_page(self) -> Steps:
        """Click on nothing, into the page that is looked at."""
        self.step += 1
        if not self.keys_alone:
            self.click_into_page()
        return self._pass()

    def double_click(self, target: str) -> Steps:
        """Click an element twice."""
        self.step += 1
        self.click_on(target, verb="double_click", count=2)
        return self._pass()

    def right_click(self, target: str) -> Steps:
        """Click an element with the right button."""
        self.step += 1
        self.click_on(target, verb="right_click", button=RIGHT)
        return self._pass()

    def pick(self, *items: str, of: str, to: str | None = None) -> Steps:
        """Pick an item of an element's context menu.

        Parameters
        ----------
        *items : str
            Locators: the items on which submenus open, then the one that is wanted.
        of : str
            Locator of the element, on which the right button is pressed.
        to : str, optional
            State that the pick is to lead to, where it can lead to several.
        """
        self.step += 1
        if not items:
            raise DeskhandError(
                f"pick(of={of!r}): name the item, as in desk.pick('Copy', of={of!r})."
            )
        self.click_on(of, verb="right_click", button=RIGHT)
        pick(self, items, to)
        return self._pass()

    def hover(self, target: str) -> Steps:
        """Rest the pointer on an element and look at it."""
        self.step += 1
        if self.keys_alone:
            self.listen_to(target)
            return self._pass()
        self.ponder("decide")
        self.to_mouse()
        element = self.show(self.find(target))
        action, start = self.begin(), self.t_us
        self.live.note(element)
        self.reach(action, element)
        self.t_us += self.tempo.think_us("next")
        self.note_point(action, "hover", element.key, start, self.screen_box(element))
        return self._pass()

    def drag(self, target: str, onto: str, *, to: str | None = None) -> Steps:
        """Drag an element onto another."""
        self.step += 1
        if self.keys_alone:
            self.refuse("drag", target)
        self.drag_to(target, onto, to=to)
        return self._pass()

    def check(self, target: str, on: bool = True) -> Steps:
        """Tick a checkbox or radio button, or clear it; nothing happens when it is so already."""
        self.step += 1
        element = self.find(target)
        if self.live.checked.get(element.key, element.checked) != on:
            self.click_on(element.key, kind="next", verb="check")
        return self._pass()

    # Keys

    def press(self, keys: str, *, count: int = 1, to: str | None = None) -> Steps:
        """Press a key or a shortcut, such as ``Enter`` or ``Control+s``, where the focus is."""
        self.step += 1
        self.ponder("next")
        self.press_keys(keys, count=count, to=to)
        return self._pass()

    def walk(self, target: str) -> Steps:
        """Walk to a cell of a table with the arrow keys, from the cell that has the focus."""
        self.step += 1
        start = self.find(self._focused("walk"))
        goal = self.find(target)
        wrong = next((cell.key for cell in (start, goal) if cell.role != CELL), None)
        if wrong is not None:
            raise DeskhandError(
                f"walk({target!r}): {wrong!r} is not a cell of a table (role {CELL}); click a cell "
                "first, and walk to another."
            )
        self.ponder("next")
        self.walk_to(start, goal)
        return self._pass()

    # Choosing and reading

    def choose(self, label: str, *, of: str, by: str | None = None) -> Steps:
        """Choose an option of a drop-down, native or custom.

        Parameters
        ----------
        label : str
            The option's label or value.
        of : str
            Locator of the drop-down.
        by : str, optional
            ``mouse``, ``arrows`` or ``type-ahead``; the person's habits decide when not given.
        """
        self.step += 1
        choose(self, label, of, by)
        return self._pass()

    def read(self, *, words: float, skim: bool = False) -> Steps:
        """Read some words on the page, scrolling on the way where the page is longer."""
        self.step += 1
        if skim:
            words *= SKIM_SHARE
        if self.looks_closer(words):
            self.read_closer(words, self.zoom_habit())
            return self._pass()
        action, start = self.begin(), self.t_us
        live, draws = self.live, self.draws
        self.changed = False
        for pause_us, notches in reading_stretches(self.mind, draws, words):
            if self.on_keyboard:
                self.t_us += pause_us
            else:
                self.rest_hand(action, pause_us)
            offset = live.page.scroll_y
            distance = notches * self.persona.device.notch_px
            turns = (distance > 0 and offset < live.limit_y) or (distance < 0 < offset)
            if turns and not self.keys_alone:
                self.scroll_by(action, distance, verb=None, reading=True)
        if live.pending:
            live.settle(self.t_us)
        self.finish(action, "read", None, start)
        return self._pass()

    def zoom(self, *, words: float, percent: int = 150, by: str | None = None) -> Steps:
        """Make the page larger, read some words, and make it as it was.

        Parameters
        ----------
        words : float
            How many.
        percent : int
            How large: a step of browsers, one of `deskhand.scenarios.zooming.STEPS`.
        by : str, optional
            ``wheel``, with Control held, or ``keys``; the person's habits decide when not given.
        """
        self.step += 1
        if percent not in STEPS:
            raise DeskhandError(
                f"zoom(percent={percent}): browsers zoom by steps; give one of "
                f"{', '.join(map(str, STEPS))}."
            )
        if by is not None and by not in (WHEEL, KEYS):
            raise UnknownNameError("way to zoom", by, (WHEEL, KEYS))
        self.read_closer(words, percent, by)
        return self._pass()

    def look_over(self, duration_us: int) -> Steps:
        """Look at what stands on the other monitor for a time, with the eyes alone."""
        self.step += 1
        look_over(self, duration_us)
        return self._pass()

    def scroll(self, *, notches: float | None = None, into_view: str | None = None) -> Steps:
        """Scroll by some notches of the wheel, or until an element is in view."""
        self.step += 1
        self.ponder("next")
        distance = (3.0 if notches is None else notches) * self.persona.device.notch_px
        if into_view is not None:
            element = self.find(into_view)
            if self.keys_alone:
                self.bring_into_view(element)
            else:
                self.show(element)
        elif self.keys_alone:
            self.turn_page(distance)
        else:
            self.scroll_by(self.begin(), distance, verb="scroll")
        return self._pass()

    def turn_wheel(self, notches: float) -> Steps:
        """Turn the wheel over what is looked at: a part of the page where the page itself is short."""
        self.step += 1
        pane = not self.live.limit_y
        distance = notches * self.persona.device.notch_px
        if self.keys_alone:
            self.turn_page(distance)
        else:
            self.scroll_by(self.begin(), distance, verb="scroll", pane=pane)
        return self._pass()

    def think(self, kind: str = "decide") -> Steps:
        """Think without touching anything; ``kind`` as in `Tempo.think_us`."""
        self.step += 1
        action, start = self.begin(), self.t_us
        self.t_us += self.tempo.think_us(kind)
        self.finish(action, "think", None, start)
        return self._pass()
