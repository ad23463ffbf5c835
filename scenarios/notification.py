"""A notification: what it tells, where on the desktop it stands, and how long it is there."""

from dataclasses import dataclass
from typing import NamedTuple

from deskhand.desktop_layout import notification, notification_cross
from deskhand.generators.plan import Cover, Row, SessionPlan
from deskhand.scenarios.windows import Window

Box = tuple[float, float, float, float]
REASON = "notification"


class Notice(NamedTuple):
    """What a notification tells: the screen that it opens, and its title."""

    screen: str
    title: str

    @property
    def app(self) -> str:
        """The application that tells it."""
        return self.screen.partition("/")[0]


@dataclass(slots=True, kw_only=True)
class Notification:
    """A notification that is there from ``since_us`` until ``until_us``, unless it is closed.

    Examples
    --------
    >>> shown = Notification(
    ...     notice=Notice("chat/channel", "New message"),
    ...     box=(1160.0, 152.0, 360.0, 96.0),
    ...     since_us=0,
    ...     until_us=5_000_000,
    ... )
    >>> (
    ...     shown.key,
    ...     shown.over((1500.0, 200.0, 80.0, 30.0)),
    ...     shown.covers((1200.0, 160.0, 80.0, 30.0)),
    ... )
    ('chat.notification', True, True)
    """

    notice: Notice
    box: Box
    since_us: int
    until_us: int

    @property
    def key(self) -> str:
        """What rows call it."""
        return f"{self.notice.app}.notification"

    @property
    def cross_key(self) -> str:
        """What rows call the cross that closes it."""
        return f"{self.key}.close"

    @property
    def cross(self) -> Box:
        """The box of that cross."""
        return notification_cross(self.box)

    @property
    def body(self) -> Box:
        """The part on which a press opens the application."""
        left, top, _, height = self.box
        return left, top, self.cross[0] - left, height

    def over(self, box: Box) -> bool:
        """Return whether it lies over a part of a box."""
        left, top, width, height = self.box
        x, y, w, h = box
        return x < left + width and left < x + w and y < top + height and top < y + h

    def covers(self, box: Box) -> bool:
        """Return whether it lies over the whole of a box."""
        left, top, width, height = self.box
        x, y, w, h = box
        return left <= x and x + w <= left + width and top <= y and y + h <= top + height

    def tell(self, plan: SessionPlan, *, gone_us: int) -> None:
        """Append what a recorder of the desktop sees of it, once it is known when it goes."""
        for t_us, value in ((self.since_us, "visible"), (gone_us, "hidden")):
            columns = {"target": self.key, "value": value, "reason": REASON}
            plan.rows.append(Row(t_us, "visibility", None, columns))
        plan.covers.append(Cover(self.since_us, gone_us, *self.box))
        app, screen = self.notice.app, f"{self.notice.app}/notification"
        for key, role, tag, name, box in (
            (self.key, "alert", REASON, self.notice.title, self.box),
            (self.cross_key, "button", "button", "Close", self.cross),
        ):
            left, top, width, height = box
            plan.elements[screen, key] = {
                "screen": screen,
                "target": key,
                "app": app,
                "role": role,
                "name": name,
                "tag": tag,
                "left": left,
                "top": top,
                "width": width,
                "height": height,
                "sensitive": None,
            }


def shown(notice: Notice, window: Window, since_us: int, until_us: int) -> Notification:
    """Return a notification in its corner of the desktop; ``window`` is the first that was opened."""
    page = notification(window.origin_x, window.origin_y, window.live.screen.viewport[0])
    return Notification(notice=notice, box=page, since_us=since_us, until_us=until_us)
