"""What is in front over a session, and why a recorder with safeguards does not look at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deskhand.safeguards.places import named
from deskhand.safeguards.safeguards_file import Safeguards
from deskhand.screen import Element
from deskhand.session import Session
from deskhand.streams import stream

EXCLUDED, NOT_ALLOWED, PRIVATE = "excluded-app", "not-allowed", "private-window"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """A window and its page; ``reason`` is why it is hidden, None when it is not."""

    app: str | None = None
    window: str | None = None
    url: str | None = None
    reference: str | None = None
    reason: str | None = None

    def place(self) -> dict[str, Any]:
        """Return the columns of a row that lies here."""
        return {"app": self.app, "window": self.window}

    def page(self) -> dict[str, Any]:
        """Return the columns that tell the page."""
        return {"url": self.url, "reference": self.reference}


class Fronts:
    """Follows a session's rows; ``front`` is what is in front after the last of them.

    Parameters
    ----------
    session : Session
        With its compiled screens, where it has any.
    safeguards : Safeguards
        What is hidden.
    """

    def __init__(self, session: Session, safeguards: Safeguards) -> None:
        self._screens = session.screens
        self._safeguards = safeguards
        header = session.header
        who = (header["session_id"], header["team"], header["person"], header["day"])
        self._chance = stream(int(header["seed"]), "safeguards.private", *who).random
        self._pages: dict[str | None, tuple[str | None, str | None]] = {}
        # Of each personal application, whether its last visit was private.
        self._private: dict[str, bool] = {}
        self._were_private: set[str] = set()
        self.front = self._made(None, None)

    def take(self, row: Row) -> None:
        """Follow one row."""
        front = self.front
        app, window, kind = row["app"], row["window"], row["type"]
        tells = kind in ("window.focus", "navigation")
        if app is None and not tells:
            return
        if tells:
            url, reference = self._pages.get(window, (None, None))
            self._pages[window] = (row["url"] or url, row["reference"] or reference)
        elif (app, window) == (front.app, front.window):
            return
        if app is not None and app != front.app and app in self._safeguards.private_apps:
            self._private[app] = self._chance() < self._safeguards.private_share
            self._were_private |= {app} if self._private[app] else set()
        self.front = self._made(app, window)

    def _made(self, app: str | None, window: str | None) -> Front:
        url, reference = self._pages.get(window, (None, None))
        reason = self._why(app, url)
        return Front(app=app, window=window, url=url, reference=reference, reason=reason)

    def _why(self, app: str | None, url: str | None) -> str | None:
        safeguards = self._safeguards
        if named(safeguards.exclude, app, url):
            return EXCLUDED
        if safeguards.allow and not named(safeguards.allow, app, url):
            return NOT_ALLOWED
        return PRIVATE if app is not None and self._private.get(app) else None

    def why_never(self, reference: str) -> str | None:
        """Return why a page is hidden whenever it is visited, None when it may be seen."""
        reason = self.why_hidden(reference)
        return None if reason == PRIVATE else reason

    def why_hidden(self, reference: str | None) -> str | None:
        """Return why the page that a row names is hidden now, None when it is not or none is named."""
        if reference is None:
            return None
        name = reference.partition("#")[0]
        if name in self._screens:
            return self._why(self._screens[name].app, self._screens[name].href)
        app = name.partition("/")[0]
        return self._why(app, None) if "/" in name else None

    def hides_app(self, app: str) -> bool:
        """Return whether all that an application shows is hidden, or was so once."""
        if app in self._were_private:
            return True
        screens = [name for name in self._screens if name.partition("/")[0] == app]
        if screens:
            return all(self.why_never(name) for name in screens)
        return named(self._safeguards.exclude, app, None)

    def window_of(self, row: Row) -> str | None:
        """Return the window that shows the page that a row names; the row's own where it does."""
        name = str(row["reference"]).partition("#")[0]
        own: str | None = row["window"]
        windows = [own, *self._pages]
        return next((w for w in windows if self._pages.get(w, ("", ""))[1] == name), own)

    def element(self, row: Row) -> Element | None:
        """Return the element that a row is about, as it is on the page at first; None if unknown."""
        _, reference = self._pages.get(row["window"], (None, None))
        screen = None if reference is None else self._screens.get(reference)
        return None if screen is None else screen.elements.get(row["target"])
