"""Answer a page's requests from its folder, under the address that the screen is to carry.

Requests are answered inside the browser's network layer, so the page has a true https address of
its own (module scripts, stylesheets and `location` behave as on a server), no port is opened, and
nothing outside the folder can be reached.
"""

import mimetypes
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Route

# Larger images stay links, so that a screen does not grow by its photographs: a page with a hundred
# faces of up to 20 kB stays below 300 kB compressed.
INLINE_LIMIT_BYTES = 8_192


@dataclass(slots=True, kw_only=True)
class PageFiles:
    """The files of one page: ``page`` is shown at ``href``, the rest of ``root`` around it."""

    page: Path
    root: Path
    href: str
    refused: set[str] = field(default_factory=set)
    _read: dict[Path, bytes] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """Scheme and host of the page's address."""
        parts = urlsplit(self.href)
        return f"{parts.scheme}://{parts.netloc}"

    def file_of(self, url: str) -> Path | None:
        """Return the file that answers a request, or None when there is none in the root folder."""
        asked, shown = urlsplit(url), urlsplit(self.href)
        if asked[:3] == shown[:3]:
            return self.page
        if not url.startswith(self.origin + "/"):
            return None
        path = PurePosixPath(unquote(asked.path))
        here = PurePosixPath(shown.path or "/").parent
        candidates = [self.root / path.relative_to("/")]
        if path.is_relative_to(here):
            candidates.insert(0, self.page.parent / path.relative_to(here))
        for candidate in candidates:
            found = candidate.resolve()
            if found.is_relative_to(self.root.resolve()) and found.is_file():
                return found
        return None

    def content(self, file: Path) -> bytes:
        """Return a file's content, read once: an edit meanwhile must not mix two pages."""
        if file not in self._read:
            self._read[file] = file.read_bytes()
        return self._read[file]

    def serve(self, context: "BrowserContext") -> None:
        """Answer every request of a browser context; what is outside is aborted."""

        def answer(route: "Route") -> None:
            url = route.request.url
            if not url.startswith(self.origin + "/"):
                self.refused.add(url)
                route.abort()
                return
            found = self.file_of(url)
            if found is None:
                route.fulfill(status=404, body="")
            else:
                route.fulfill(body=self.content(found), content_type=_media_type(found))

        context.route("**/*", answer)

    def data_uri(self, url: str) -> str | None:
        """Return a small file of the page as a data URI, or None."""
        found = self.file_of(url)
        if found is None or found.stat().st_size > INLINE_LIMIT_BYTES:
            return None
        return f"data:{_media_type(found)};base64,{b64encode(self.content(found)).decode()}"


# The platform's own table of media types differs between machines, so the web's types are fixed.
_MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
}


def _media_type(path: Path) -> str:
    known = _MEDIA_TYPES.get(path.suffix.lower())
    return known or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
