"""A session in which more happens than on its pages: notifications, and a page that is made larger."""

from deskhand import api
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps, scenario
from deskhand.session import Session


@scenario("test.around", app="builder", opens="builder/canvas")
def around(desk: Desk) -> Steps:
    """Close a notification, press another by mistake, and read with the page made larger."""
    yield from desk.notify("chat/channel", then="close")
    yield from desk.zoom(words=20, by="wheel")
    yield from desk.zoom(words=20, percent=125, by="keys")
    yield from desk.hover("palette.map")
    yield from desk.notify("mail/inbox", then="mispress")
    yield from desk.click("canvas.preview")
    yield from desk.read(words=8)
    yield from desk.click("preview.close")


def desktop_session() -> Session:
    """Return the session of one person who does that."""
    return api.simulate(around, seed=7)
