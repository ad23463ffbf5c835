"""Acts on what lies around a page: bringing another window to the front, presses outside the page."""

from deskhand.behavior_models.habits import switches_by_keys
from deskhand.scenarios.keys_alone import KeysAlone
from deskhand.scenarios.other_monitor import click_into, in_view
from deskhand.scenarios.windows import task_button


class Switching(KeysAlone):
    """Hands that go from window to window."""

    def switch_windows(self, app: str, *, at_once: bool = False) -> None:
        """Bring an open window to the front: by a click on it, the task bar, or Alt+Tab."""
        if not at_once:
            self.ponder("decide")
        previous = len(self.recent) > 1 and self.recent[1] == app
        if self.keys_alone or (
            previous and switches_by_keys(self.mind, self.draws, on_keyboard=self.on_keyboard)
        ):
            self.to_keyboard()
            action = self.begin()
            chord = self.typist.chord("Alt+Tab", count=self.recent.index(app))
            start = self.strike(action, chord, self.live.focus)
            self.bring_front(app)
            self.finish(action, "switch_to", None, start, text_class="keys")
        else:
            self.to_mouse()
            action, start = self.begin(), self.t_us
            if in_view(self, app):
                box = click_into(self, action, app)
            else:
                box = task_button(self.windows[app].number, len(self.windows), self.desktop)
                self.point(action, box)
                self.press_outside(action)
                self.bring_front(app)
            self.note_point(action, "switch_to", None, start, box)

    def press_outside(self, action_id: int) -> None:
        """Press outside the page: on the task bar or a bookmark; the page keeps its focus."""
        focus, self.live.focus = self.live.focus, None
        self.press_button(action_id, None)
        self.live.focus = focus
        self.live.settle(self.t_us)
