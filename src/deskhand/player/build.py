"""Write the player page: one HTML file that holds the session, the drawing code and no address.

The page is served with a content security policy that forbids every request, so a mistake here
cannot make the file depend on a network.
"""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from deskhand.monitors import monitors_of
from deskhand.player.pack import pack
from deskhand.player.pages import Pages, follow
from deskhand.player.rows import (
    Names,
    actions,
    breaks,
    keys,
    origins,
    path,
    presses,
    type_codes,
    wheel,
)
from deskhand.session import Session

# In the order in which they are joined: each uses only what stands before it.
SCRIPTS = ("unpack.js", "page.js", "stage.js", "lanes.js", "overview.js", "list.js", "player.js")
# As many bookmarks as the simulated browser shows, in its order.
BOOKMARKS = 10
HEADER = (
    "session_id",
    "scenario",
    "team",
    "person",
    "day",
    "role",
    "condition",
    "fidelity",
    "profile",
    "profile_mode",
    "start_wall_us",
    "time_zone",
    "duration_us",
    "event_count",
    "action_count",
    "screen_width",
    "screen_height",
    "viewport_width",
    "viewport_height",
    "device",
    "poll_hz",
    "keyboard_layout",
    "provenance_id",
    "seed",
)
# What the page says of a session that is synthetic, and of one that is not.
BADGES = {
    True: (
        "synthetic",
        "synthetic: no human in this session",
        "Everything on this page was made by a program.",
    ),
    False: (
        "recorded from a person",
        "personal data: a person is in this session",
        "This page shows what a person did, as it was recorded or varied.",
    ),
}


def _part(name: str) -> str:
    return files("deskhand.player").joinpath(name).read_text(encoding="utf-8")


def _screens(session: Session, pages: Pages) -> list[Mapping[str, Any]]:
    return [
        {
            "name": name,
            "title": session.screens[name].title,
            "app": session.screens[name].app,
            "dom": session.screens[name].dom,
            "max_id": session.screens[name].max_id,
            "viewport": list(session.screens[name].viewport),
        }
        for name in pages.screens
    ]


def _elements(session: Session) -> dict[str, list[str]]:
    rows = session.elements.select(["target", "role", "name"]).to_pylist()
    return {row["target"]: [row["role"], row["name"]] for row in rows if "{{" not in row["name"]}


def payload(session: Session) -> str:
    """Return everything that the page draws, packed.

    Parameters
    ----------
    session : Session
        The session to show.

    Returns
    -------
    str
        Base64, see `deskhand.player.pack.pack`.
    """
    names = Names()
    codes = type_codes(session.events)
    columns = {
        **path(session.events, codes),
        **presses(session.events, codes),
        **wheel(session.events, codes),
        **keys(session.events, codes, names),
        **actions(session.actions, session.events, names),
    }
    pages = follow(session)
    starts = origins(session.events, names)
    head = {
        "format": "deskhand.player/1",
        "synthetic": bool(session.header["synthetic"]),
        "header": {name: session.header[name] for name in HEADER if name in session.header},
        "monitors": [list(monitor) for monitor in monitors_of(session.header)],
        "breaks": breaks(session.events, codes),
        "windows": [
            {"name": name, "app": window.app, "origin": starts.get(names[name], [0, 0])}
            for name, window in pages.windows.items()
        ],
        "screens": _screens(session, pages),
        "bookmarks": sorted(session.screens)[:BOOKMARKS],
        "mutations": pages.mutations,
        "steps": pages.steps(),
        "elements": _elements(session),
        "names": names.listing(),
    }
    return pack(head, columns)


def player_html(session: Session) -> str:
    """Return the player page of a session.

    Parameters
    ----------
    session : Session
        The session to show.

    Returns
    -------
    str
        A complete HTML document that makes no request.
    """
    script = "(() => {\n" + "\n".join(_part(name) for name in SCRIPTS) + "\n})();\n"
    digest = b64encode(sha256(script.encode()).digest()).decode("ascii")
    claim = "true" if session.header["synthetic"] else "false"
    kind, badge, about = BADGES[bool(session.header["synthetic"])]
    title = f"{session.session_id} ({kind})"
    page = _part("player.html")
    for mark, text in (
        ("{{title}}", escape(title)),
        ("{{synthetic}}", claim),
        ("{{about}}", about),
        ("{{badge}}", badge),
        ("{{script-hash}}", f"sha256-{digest}"),
        ("{{provenance}}", escape(str(session.header.get("provenance_id", "")))),
        ("/*{{css}}*/", _part("player.css")),
        ("{{data}}", payload(session)),
        ("/*{{script}}*/", script),
    ):
        page = page.replace(mark, text, 1)
    return page


def write_player(session: Session, out: Path) -> None:
    """Write a session as one HTML page to watch it in a browser.

    Parameters
    ----------
    session : Session
        The session to show.
    out : Path
        The file to write; its folder is made when missing.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(player_html(session), encoding="utf-8", newline="\n")
