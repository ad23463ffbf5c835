"""A blank page in the place of a session of which nothing is seen, for formats that show pages.

Their readers take no recording without a page: a replayer needs a snapshot to begin with, a body of
a tracker an event. So where a recorder looked away all the time, they show ``about:blank``.
"""

import zlib
from base64 import b64encode
from dataclasses import replace
from functools import cache
from typing import Any

import pyarrow as pa

from deskhand.events import EVENTS
from deskhand.exports.excluded_apps import PAUSE
from deskhand.screen import BASE, FORMAT, PAGE, Screen
from deskhand.session import Session

NAME, ADDRESS = "blank", "about:blank"
_UNSEEN = frozenset({"session.start", "redaction", "session.end"})


def is_unseen(session: Session) -> bool:
    """Return whether nothing of a session is seen: it holds its ends and gaps alone.

    Examples
    --------
    >>> import deskhand
    >>> is_unseen(deskhand.simulate("auth.login", seed=7))
    False
    """
    kinds, policies = ({*session.events[n].unique().to_pylist()} for n in ("type", "policy"))
    return PAUSE in policies and kinds <= _UNSEEN


def with_page(session: Session) -> Session:
    """Return a session that shows a page: a blank one where nothing of the session is seen.

    Parameters
    ----------
    session : Session
        For a format that shows pages.

    Returns
    -------
    Session
        The same one where anything is seen; it may show no page all the same.

    Examples
    --------
    >>> import deskhand
    >>> session = deskhand.simulate("auth.login", seed=7)
    >>> with_page(session) is session
    True
    """
    if not is_unseen(session):
        return session
    start, gap, *_, end = session.events.to_pylist()
    page = {"type": "navigation", "window": NAME, "url": ADDRESS, "reference": NAME}
    rows = [start, {**gap, **page, "reason": None, "policy": None}, {**end, "seq": 2}]
    header = session.header
    screen = _blank(int(header["viewport_width"]), int(header["viewport_height"]))
    return replace(
        session,
        events=pa.Table.from_pylist(rows, schema=EVENTS),
        screens={NAME: screen},
    )


@cache
def _blank(width: int, height: int) -> Screen:
    """Return a compiled page of that size without content, as a browser makes it."""
    size = {"width": width, "height": height}
    head, body = (
        {"type": 2, "tagName": name, "attributes": {}, "childNodes": [], "id": number}
        for name, number in (("head", 3), ("body", 4))
    )
    root = {"type": 2, "tagName": "html", "attributes": {}, "childNodes": [head, body], "id": 2}
    data: dict[str, Any] = {
        "format": FORMAT,
        "name": NAME,
        "app": "",
        "title": "",
        "href": ADDRESS,
        "viewport": size,
        "document": size,
        "dom": {"type": 0, "childNodes": [root], "id": 1},
        "max_id": 4,
        "elements": {},
        "layers": {PAGE: {"states": {BASE: {}}, "edges": []}},
        # All of the page is its body.
        "hit": size | {"zlib_u16": b64encode(zlib.compress(b"\4\0" * width * height)).decode()},
    }
    return Screen(data)
