"""Chrome DevTools Recorder: a user flow as JSON, one a session, for its player and its exporters."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from deskhand.errors import DeskhandError
from deskhand.exports.capture_files import content_of
from deskhand.exports.devtools_recorder.recorder import Recorder
from deskhand.exports.losses import Kept
from deskhand.exports.session_files import need_screens, one_file_each
from deskhand.exports.session_tables import Writer
from deskhand.findings import Finding
from deskhand.formats import no_argument
from deskhand.json_schema import describe, validator
from deskhand.session import Session

FOLDER = "devtools"
SUFFIX = ".json"
SUMMARY = "user flows of Chrome's DevTools Recorder, one a session, for @puppeteer/replay"
LOSES = (
    "the pointer's path, times, windows other than the first, drags; keys within a field, of which the "
    "text alone is kept"
)
_TEXT = "the field's text, once it has been typed; no time"
KEEPS = {
    "pointerdown": Kept(remark="a click with its place on the element; no time"),
    "pointerup": Kept(remark="a click with its place on the element; no time"),
    "keydown": Kept(remark="keys that edit no field; no time"),
    "keyup": Kept(remark="keys that edit no field; no time"),
    "input": Kept(remark=_TEXT),
    "select.change": Kept(remark="of a native drop-down its value, of others the clicks"),
    "navigation": Kept(remark="what a click or key led to is said of its step"),
    "scroll": Kept(remark="where the page came to rest"),
}
# Of one call: a flow's head is before its steps.
HEAD = 4096


def flow(session: Session) -> dict[str, Any]:
    """Return the user flow of a session.

    Parameters
    ----------
    session : Session
        With its compiled screens; the tab in which it begins is recorded.

    Returns
    -------
    dict
        A flow. Its title says that it is synthetic, and so does the member ``deskhand``, which
        players pass over.

    Raises
    ------
    DeskhandError
        When a screen is missing.
    """
    header = session.header
    recorder = Recorder(session)
    recorder.follow()
    viewport = {
        "type": "setViewport",
        "width": int(header["viewport_width"]),
        "height": int(header["viewport_height"]),
        "deviceScaleFactor": 1,
        "isMobile": False,
        "hasTouch": False,
        "isLandscape": False,
    }
    made = bool(header["synthetic"])
    title = f"{header['scenario']} {session.session_id}"
    marker = {
        "synthetic": True,
        "provenance_id": header["provenance_id"],
        "session_id": session.session_id,
    }
    return {
        "title": f"{title} (synthetic)" if made else title,
        **({"deskhand": marker} if made else {}),
        "steps": [viewport, *recorder.steps],
    }


def flow_file(session: Session) -> bytes:
    """Return the file of a session's flow.

    Raises
    ------
    DeskhandError
        When the session comes without its screens.
    """
    need_screens(session, "a flow names elements of pages")
    return orjson.dumps(flow(session), option=orjson.OPT_INDENT_2) + b"\n"


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of user flows.

    Parameters
    ----------
    folder : Path
        Where the folder ``devtools`` goes.
    argument : str, optional
        Not taken.
    """
    no_argument("devtools", argument)
    return one_file_each(folder, FOLDER, SUFFIX, flow_file)


def recognises(path: Path) -> bool:
    """Return whether a file begins like a user flow."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(HEAD)
    return head.lstrip()[:1] == b"{" and b'"title"' in head and b'"steps"' in head


def findings(path: Path) -> Iterator[Finding]:
    """Yield everything that is wrong with a user flow; a row is a step.

    Parameters
    ----------
    path : Path
        A JSON file.
    """
    try:
        data = orjson.loads(content_of(path))
    except (orjson.JSONDecodeError, DeskhandError) as error:
        yield Finding(
            rule="readable", path=path, given=str(error), remedy="give a whole user flow as JSON"
        )
        return
    checks = validator("user_flow", "deskhand.exports.devtools_recorder")
    for wrong in sorted(checks.iter_errors(data), key=lambda e: [str(p) for p in e.absolute_path]):
        place = list(wrong.absolute_path)
        row = place[1] if len(place) > 1 and isinstance(place[1], int) else None
        yield Finding(
            rule="schema", path=path, row=row, given=describe(wrong),
            remedy="write the step as user_flow.schema.json says",
        )  # fmt: skip
    if not isinstance(data, dict) or not isinstance(data.get("steps"), list):
        return
    down: list[str] = []
    for row, step in enumerate(s for s in data["steps"] if isinstance(s, dict)):
        key = step.get("key")
        if not isinstance(key, str):
            continue
        if step.get("type") == "keyDown":
            down.append(key)
        elif step.get("type") == "keyUp" and key in down:
            down.remove(key)
        elif step.get("type") == "keyUp":
            yield Finding(
                rule="key", path=path, row=row, given=f"keyUp of {key!r} without its keyDown",
                remedy="a key comes up after it went down",
            )  # fmt: skip
    if down:
        yield Finding(
            rule="key", path=path, given=f"{down[0]!r} never comes up", count=len(down),
            remedy="end each keyDown with a keyUp",
        )  # fmt: skip
