"""Snowplow: a session as the events of its JavaScript tracker, each the body of a POST request."""

from collections.abc import Mapping
from pathlib import Path

import orjson

from deskhand.exports.losses import Kept
from deskhand.exports.session_files import one_file_each
from deskhand.exports.session_tables import Writer
from deskhand.exports.snowplow.rules import findings
from deskhand.exports.snowplow.tracker import payloads
from deskhand.formats import no_argument

__all__ = ["KEEPS", "LOSES", "SUMMARY", "findings", "open_writer", "payloads", "recognises"]

FOLDER = "snowplow"
NEEDS_PAGE = True
SUFFIX = ".jsonl"
SUMMARY = (
    "Snowplow tracker payloads (tp2): page views and pings, clicks on links and buttons, forms"
)
KEEPS: Mapping[str, Kept] = {
    "navigation": Kept(step_us=1000, remark="as a page view"),
    "pointerup": Kept(step_us=1000, remark="as link_click or button_click, on links and buttons"),
    "focus": Kept(step_us=1000, remark="as focus_form, on fields of forms"),
    "blur": Kept(step_us=1000, remark="as change_form, where a field was changed"),
    "select.change": Kept(step_us=1000, remark="as change_form, of native drop-downs in forms"),
    "scroll": Kept(step_us=10_000_000, remark="the smallest and largest offset in a page ping"),
}
LOSES = (
    "pointer moves, keys and edits but for the field's value when it is left, clicks on anything "
    "but links and buttons, windows and pauses; ten seconds with anything done are one page ping"
)
HEAD = 4096


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of tracker payloads.

    Parameters
    ----------
    folder : Path
        Where the folder ``snowplow`` goes.
    argument : str, optional
        Not taken.
    """
    no_argument("snowplow", argument)
    return one_file_each(
        folder,
        FOLDER,
        SUFFIX,
        lambda session: b"".join(orjson.dumps(body) + b"\n" for body in payloads(session)),
    )


def recognises(path: Path) -> bool:
    """Return whether a file begins like the body of a tracker's request."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(HEAD)
    return (
        head.lstrip()[:1] == b"{" and b"com.snowplowanalytics.snowplow/payload_data/" in head[:200]
    )
