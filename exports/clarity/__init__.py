"""Microsoft Clarity: the payloads that clarity-js uploads, one a line, written without a browser.

Which events, in which tokens and when they are uploaded was read in clarity-js and clarity-decode
0.8.70, and compared with what clarity-js uploads in Chromium 156.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from deskhand.exports.clarity import vocabulary as cl
from deskhand.exports.clarity.masking import base36
from deskhand.exports.clarity.page_log import PageLog
from deskhand.exports.clarity.rules import findings, recognises
from deskhand.exports.clarity.uploads import PageIdentity, Payload, page_payloads
from deskhand.exports.clarity.watcher import watched
from deskhand.exports.losses import Kept
from deskhand.exports.session_files import one_file_each
from deskhand.exports.session_tables import Writer
from deskhand.formats import no_argument
from deskhand.session import Session
from deskhand.streams import stream

__all__ = ["KEEPS", "LOSES", "findings", "open_writer", "payloads", "recognises"]

SUFFIX = ".jsonl"
SUMMARY = "payloads that clarity-js uploads, one a line, for clarity-decode and what builds on it"
FOLDER = "clarity"
NEEDS_PAGE = True
_MS = 1_000
KEEPS = {
    "session.end": Kept(step_us=_MS, remark="the last page is unloaded"),
    "pointermove": Kept(step_us=_MS, remark="each 25 ms or 20 px or so, in whole px of the page"),
    "pointerdown": Kept(step_us=_MS, remark="on the page and not in a native list"),
    "pointerup": Kept(step_us=_MS, remark="on the page and not in a native list"),
    "wheel": Kept(step_us=_MS, remark="that it turned and where, not how far"),
    "input": Kept(step_us=_MS, remark="the last one before 750 ms without, masked"),
    "select.change": Kept(step_us=_MS, remark="of native lists, masked"),
    "window.focus": Kept(step_us=_MS, remark="of a page's window"),
    "navigation": Kept(step_us=_MS, remark="a page begins, its time 0"),
    "scroll": Kept(step_us=_MS, remark="each 50 ms or 20 px or so"),
    "resize": Kept(step_us=_MS, remark="the last one before 500 ms without, at its end"),
    "clipboard": Kept(step_us=_MS, remark="cut, copy or paste, where the focus is"),
}
LOSES = (
    "what is written into fields, keys, how far a wheel turned, open and close of native lists, "
    "fields and scrolls of the last moments on a page; not read back"
)
PROJECT, SYNTHETIC_PROJECT = "deskhand", "deskhand-synthetic"


def payloads(session: Session) -> Iterator[Payload]:
    """Yield what clarity-js would have uploaded, page by page.

    Parameters
    ----------
    session : Session
        With every screen that its rows name.

    Raises
    ------
    DeskhandError
        When no screen is opened or one is missing, or a row does not fit the page that is open.

    Examples
    --------
    >>> import deskhand
    >>> first = next(payloads(deskhand.simulate("auth.login", seed=7)))
    >>> first["e"][:5], first["a"][0][:2]
    (['0.8.70', 1, 0, 100, 'deskhand-synthetic'], [0, 8])
    """
    header = session.header
    seed, person = int(header["seed"]), (int(header["team"]), int(header["person"]))
    user_id = _short_id(seed, "clarity.user", *person)
    number, visit, seen_ms = 0, -1, 0
    for log in watched(session):
        fresh = visit < 0 or log.start_wall_ms - seen_ms >= cl.SESSION_TIMEOUT_MS
        if fresh or number >= cl.PAGE_LIMIT:
            number, visit = 0, visit + 1
        number, seen_ms = number + 1, log.start_wall_ms
        if number >= cl.PAGE_LIMIT:
            continue  # the page at the limit ends the session and tells nothing
        page = PageIdentity(
            project_id=SYNTHETIC_PROJECT if header["synthetic"] else PROJECT,
            user_id=user_id,
            session_id=_short_id(seed, "clarity.session", session.session_id, visit),
            page_number=number,
            opening=list(_opening(session, log)),
            screen=(int(header["screen_width"]), int(header["screen_height"])),
        )
        yield from page_payloads(log, page)


def _short_id(seed: int, purpose: str, *path: int | str) -> str:
    """Return 32 bits in base 36, as Clarity names users and sessions."""
    return base36(int(stream(seed, purpose, *path).integers(2**32)))


def _opening(session: Session, log: PageLog) -> Iterator[list[Any]]:
    """Yield what a page's first payload tells once: its marker, then what the page is."""
    header = session.header
    if header["synthetic"]:
        # One variable an event: of several in one, clarity-decode nests all values but the last.
        yield [cl.VARIABLE, "synthetic", ["true"]]
        yield [cl.VARIABLE, "provenance_id", [header["provenance_id"]]]
    dom = log.live.dom
    title = next((n for n in dom.nodes.values() if n.get("tagName") == "title"), None)
    root = next((n for n in dom.nodes.values() if n.get("tagName") == "html"), None)
    texts = [] if title is None else [n["textContent"] for n in title["childNodes"]]
    lang = "" if root is None else str(root["attributes"].get("lang", ""))
    told = {
        cl.URL: log.href,
        cl.PAGE_TITLE: "".join(texts),
        cl.NETWORK_HOSTS: urlsplit(log.href).hostname or "",
        cl.PAGE_LANGUAGE: lang,
        cl.TIME_ZONE: header["time_zone"],
    }
    yield [
        cl.DIMENSION,
        *(part for name, text in told.items() if text for part in (name, [text[:256]])),
    ]


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of Clarity's payloads.

    Parameters
    ----------
    folder : Path
        Where the folder ``clarity`` goes.
    argument : str, optional
        Not taken.
    """
    no_argument("clarity", argument)
    return one_file_each(
        folder,
        FOLDER,
        SUFFIX,
        lambda session: b"".join(orjson.dumps(payload) + b"\n" for payload in payloads(session)),
    )
