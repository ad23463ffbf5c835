"""What notifications have people do: close them, open them, leave them alone, press them by mistake.

A notification that came up while a step was taken shows at the step's end, since a verb's rows are
planned as a whole; one that is pressed by mistake shows on the way to what was meant, too late for the
hand to stop.
"""

from collections.abc import Collection

from deskhand.generators.plan import Press
from deskhand.scenarios.hands import KEEP_FOCUS
from deskhand.scenarios.notification import Notice, Notification, shown
from deskhand.scenarios.switching import Switching
from deskhand.screen import BASE, PAGE, Element, reference

Box = tuple[float, float, float, float]

# A notification goes by itself after so long: the default of Windows (from memory).
STAYS_US = 5_000_000
# What people do with one in a day: it is met by a press that was meant for what lies under it, closed by
# its cross, or left alone; of messages that are answered at once, the share that are opened by it (assumed).
MISPRESSED, CLOSED, OPENED = 0.12, 0.25, 0.6
# One that is to be met by a press comes up with the next press there, or after so long unmet (assumed).
LURKS_US = 120_000_000
# It shows this long before the press, which is less than it takes to stop a hand (assumed; a simple reaction
# takes 0.2 to 0.25 s, by textbooks).
BLIND_US = (60_000, 240_000)
# Of those who need what lies under it, the share that close it; the others wait until it has gone (assumed).
CLOSED_IN_THE_WAY = 0.6


class Notified(Switching):
    """Hands that notifications get in the way of."""

    def knock(self, notice: Notice) -> None:
        """Let a notification come up at the end of the step that is being taken."""
        self.notices.append(notice)

    def meet_notices(self, *, busy: bool = False) -> bool:
        """Let what has come up show, and deal with it; returns whether that took time.

        Parameters
        ----------
        busy : bool
            Whether something else has the person's attention, so that nothing is done about it.
        """
        before = self.t_us
        self._gone_by_itself()
        if self.lurking is not None and self.t_us >= self.lurking[1]:
            notice, self.lurking = self.lurking[0], None
            if notice.app != self.window.app:
                self.show_notification(notice)
        if not self.notices:
            return False
        notice = self.notices.pop()
        self.notices.clear()
        if notice.app == self.window.app:
            return False
        choice = self.notice_draws.uniform()
        if self.keys_alone or busy or choice >= MISPRESSED + CLOSED:
            self.show_notification(notice)
        elif choice < CLOSED:
            self.show_notification(notice)
            self.close_notification()
        elif self.lurking is None:
            self.lurk(notice)
        return self.t_us > before

    def lurk(self, notice: Notice) -> None:
        """Let a notification come up under the pointer when something in its corner is clicked next."""
        self.lurking = (notice, self.t_us + LURKS_US)

    def show_notification(self, notice: Notice, since_us: int | None = None) -> Notification:
        """Let a notification show from now on, in the place of the one before."""
        since = self.t_us if since_us is None else since_us
        self._vanish(since)
        first = next(iter(self.windows.values()))
        self.notification = shown(notice, first, since, since + STAYS_US)
        return self.notification

    def _vanish(self, gone_us: int) -> None:
        """Let the notification that shows go at a time, or when it has gone by itself before."""
        gone, self.notification = self.notification, None
        if gone is not None:
            gone.tell(self.plan, gone_us=max(gone.since_us, min(gone_us, gone.until_us)))

    def _gone_by_itself(self) -> None:
        if self.notification is not None and self.notification.until_us <= self.t_us:
            self._vanish(self.t_us)

    def end_notifications(self) -> None:
        """Let the one that shows go with the session."""
        self._vanish(self.t_us)

    def close_notification(self) -> None:
        """Read what the notification says, and press its cross."""
        note = self.notification
        if note is not None:
            self._press_read(note, note.cross, note.cross_key)

    def open_notification(self, app: str) -> bool:
        """Open an application by its notification, where one shows or is about to."""
        self._gone_by_itself()
        coming = [notice for notice in self.notices if notice.app == app]
        if coming and app != self.window.app:
            self.notices.clear()
            self.show_notification(coming[-1])
        note = self.notification
        if note is None or note.notice.app != app or app == self.window.app or self.keys_alone:
            return False
        action = self._press_read(note, note.body, note.key)
        self._bring(note.notice, action)
        return True

    def _press_read(self, note: Notification, box: Box, key: str) -> int:
        """Read a notification, and press a part of it; it stays while somebody is about to."""
        self.t_us += self.tempo.think_us("react")
        self.to_mouse()
        action, start = self.begin(), self.t_us
        self.notification = None
        self.point(action, box)
        self._press_note(action, key)
        note.until_us = self.t_us
        note.tell(self.plan, gone_us=self.t_us)
        self.note_point(action, "click", key, start, box)
        return action

    def _press_note(self, action: int, key: str) -> None:
        """Press where the pointer is: on a notification, of which the page in front sees nothing."""
        hand = self.hand
        down = self.t_us + hand.dwell_us()
        up = down + hand.hold_us()
        x, y = hand.x, hand.y
        self.plan.presses.append(Press(action, down, up, x, y, x, y, 0, 1, key, key))
        self.t_us = up
        self.live.settle(up)

    def _bring(self, notice: Notice, action: int) -> None:
        """Bring up the application that a notification is of."""
        if notice.app in self.windows:
            self.bring_front(notice.app)
        else:
            self.load(notice.screen, action)

    # In the way

    def clear_way(self, element: Element) -> None:
        """Close a notification that lies over what is wanted; others wait until it has gone."""
        self._gone_by_itself()
        note = self.notification
        if note is not None and note.over(self.screen_box(element)):
            if self.notice_draws.uniform() < CLOSED_IN_THE_WAY:
                self.close_notification()
            else:
                self.t_us = note.until_us
                self.live.settle(self.t_us)
                self._gone_by_itself()

    def mispress(self, element: Element, ends: Collection[str]) -> int | None:
        """Press a notification that comes up over a target, notice it, and return; the action, if it was so.

        Parameters
        ----------
        element : Element
            The target.
        ends : collection of str
            States that the task is to come to: nobody comes to the end of a task by mistake.
        """
        if self.lurking is None or self.live.pending or element.role in KEEP_FOCUS:
            return None
        notice, box, hand = self.lurking[0], self.screen_box(element), self.hand
        note = shown(notice, next(iter(self.windows.values())), 0, 0)
        on_the_way = not note.over((hand.x, hand.y, 1.0, 1.0))
        opens = notice.app not in self.windows and reference(notice.screen, PAGE, BASE) in ends
        if not on_the_way or not note.covers(box) or notice.app == self.window.app or opens:
            return None
        self.lurking = None
        came_from = self.window.app
        action, start = self.begin(), self.t_us
        self.reach(action, element)
        x, y = hand.x, hand.y
        closes = note.cross[0] <= x < note.cross[0] + note.cross[2] and y >= note.cross[1]
        closes = closes and y < note.cross[1] + note.cross[3]
        self._press_note(action, note.cross_key if closes else note.key)
        low, high = BLIND_US
        blind = low + int((high - low) * self.notice_draws.uniform())
        self.show_notification(notice, max(start, self.plan.presses[-1].down_us - blind))
        self._vanish(self.t_us)
        if not closes:
            self._bring(notice, action)
        self.note_point(action, "click", self.plan.presses[-1].down_target, start, box)
        self.t_us = max(self.t_us, self.live.busy_until_us) + self.tempo.think_us("notice")
        if not closes:
            self.switch_windows(came_from)
        return action
