"""Verbs on the desktop around a page: windows, addresses, notifications."""

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.scenarios.notification import Notice
from deskhand.scenarios.notified import CLOSED, MISPRESSED
from deskhand.scenarios.page_verbs import PageVerbs
from deskhand.scenarios.scenario import Steps
from deskhand.scenarios.windows import bookmark

OPEN, CLOSE, LEAVE, MISPRESS = "open", "close", "leave", "mispress"
ANSWERS = (OPEN, CLOSE, LEAVE, MISPRESS)
# Of the notifications of a scenario that says nothing of them, the share that are opened, and the words that
# are read before coming back (assumed).
LOOKED_AT, LOOKED_AT_WORDS = 0.2, 20.0


class DesktopVerbs(PageVerbs):
    """What a scenario can ask a person to do with windows and what pops up between them."""

    # Windows and addresses

    def switch_to(self, app: str, *, at_once: bool = False) -> Steps:
        """Bring an application's window to the front: by a click on it, the task bar, or Alt+Tab.

        Parameters
        ----------
        app : str
            Whose window; it is open already.
        at_once : bool
            Whether the person knew where to go before looking at what is in front.
        """
        self.step += 1
        if app not in self.windows:
            known = {screen.app for screen in self.screens.values()}
            raise DeskhandError(
                f"switch_to({app!r}): no window of it is open; navigate to one of its screens "
                f"first. Open: {', '.join(self.recent)}. Known: {', '.join(sorted(known))}."
            )
        if app == self.window.app:
            return self._pass()
        self.switch_windows(app, at_once=at_once)
        return self._pass()

    def navigate(self, screen: str) -> Steps:
        """Open a screen's address from a bookmark, in its application's window."""
        self.step += 1
        if screen not in self.screens:
            raise UnknownNameError("screen", screen, self.screens)
        self.ponder("decide")
        place = self._bookmark_of(screen)
        if self.keys_alone:
            action, start = self.begin(), self.t_us
            self.take_bookmark(action, place)
            self.load(screen, action)
            self.finish(action, "navigate", None, start, text_class="keys")
            return self._pass()
        self.to_mouse()
        action, start = self.begin(), self.t_us
        box = bookmark(self.window, place)
        self.point(action, box)
        self.press_outside(action)
        pressed = (self.hand.x, self.hand.y)
        self.load(screen, action)
        middle = (box[0] + 0.5 * box[2], box[1] + 0.5 * box[3])
        self.finish(action, "navigate", None, start, intended=middle, actual=pressed)
        return self._pass()

    def _bookmark_of(self, screen: str) -> int:
        apps = sorted({name.partition("/")[0] for name in self.screens})
        return apps.index(screen.partition("/")[0])

    # Notifications

    def notify(self, screen: str, *, text: str = "New message", then: str | None = None) -> Steps:
        """Let a notification come up in the corner of the desktop; of an application in front there is none.

        Parameters
        ----------
        screen : str
            The screen that it opens, where its application has no window yet.
        text : str
            What it says.
        then : str, optional
            ``open``: it is read and clicked, and its application stays in front. ``close``: it is read, and
            its cross pressed. ``leave``: it goes by itself. ``mispress``: it comes up under the pointer on
            the way to the next click in its corner, which opens or closes it by mistake; the person comes
            back and clicks again. The person's habits decide when it is not given; who has opened it then
            comes back.
        """
        self.step += 1
        if screen not in self.screens:
            raise UnknownNameError("screen", screen, self.screens)
        if then is not None and then not in ANSWERS:
            raise UnknownNameError("answer to a notification", then, ANSWERS)
        notice, came_from = Notice(screen, text), self.window.app
        if notice.app != came_from:
            self._take_note(notice, self._habit() if then is None else then)
            if then is None and self.window.app != came_from:
                yield from self._pass()
                yield from self.read(words=LOOKED_AT_WORDS, skim=True)
                yield from self.switch_to(came_from)
        yield from self._pass()

    def _habit(self) -> str:
        at = self.notice_draws.uniform()
        shares = ((MISPRESSED, MISPRESS), (CLOSED, CLOSE), (LOOKED_AT, OPEN))
        for share, answer in shares:
            at -= share
            if at < 0:
                return answer
        return LEAVE

    def _take_note(self, notice: Notice, answer: str) -> None:
        if answer == MISPRESS and not self.keys_alone:
            self.lurk(notice)
            return
        self.show_notification(notice)
        if answer == CLOSE and not self.keys_alone:
            self.close_notification()
        elif answer == OPEN and not self.open_notification(notice.app):
            self._go_by_keys(notice)

    def _go_by_keys(self, notice: Notice) -> None:
        """Bring up what a notification is of without a pointer."""
        if notice.app in self.windows:
            self.switch_windows(notice.app)
            return
        self.ponder("decide")
        action, start = self.begin(), self.t_us
        self.take_bookmark(action, self._bookmark_of(notice.screen))
        self.load(notice.screen, action)
        self.finish(action, "navigate", None, start, text_class="keys")
