"""Tables of public research data: Balabit, SapiMouse, CMU passwords, Aalto typing; one file a session.

Their columns are fixed and most are numbers, so that no column can say that a row is synthetic. A
file says it twice instead: by its name, which begins with ``syn_``, and in ``FILE.synthetic.json``
beside it, which has the provenance and the times that the table has no column for.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.exports.captured import capture_id, captured_session
from deskhand.exports.losses import Dropped, Kept
from deskhand.exports.research_csv import fixed_text, pointer_log, sentences
from deskhand.exports.research_csv.checks import table_findings
from deskhand.exports.research_csv.table_file import (
    SEPARATORS,
    SIDECAR,
    SUFFIX,
    load,
    shape_of,
    table_bytes,
    table_path,
)
from deskhand.exports.session_files import SessionFiles
from deskhand.exports.session_tables import Writer
from deskhand.findings import Finding
from deskhand.session import Session

FOLDER = "research"
SUMMARY = (
    "tables of research data, one a session: research:balabit, research:sapimouse, "
    "research:cmu:TEXT, research:aalto"
)
LOSES = "what the data set has no column for: keys in tables of the pointer, pages, the pointer in tables of keys"
SHAPES = ("balabit", "sapimouse", "cmu", "aalto")
_BUTTONS = {
    "pointerdown": ("button", "screen_x", "screen_y"),
    "pointerup": ("button", "screen_x", "screen_y"),
}
_ON_TICKS = "from the first row's time"
_KEPT: Mapping[str, Mapping[str, Kept]] = {
    "balabit": {
        "pointermove": Kept(step_us=15_625, remark="sampled every 109 ms"),
        **{k: Kept(columns=v, step_us=15_625, remark=_ON_TICKS) for k, v in _BUTTONS.items()},
        "wheel": Kept(step_us=15_625, remark="the direction of each notch"),
    },
    "sapimouse": {
        "pointermove": Kept(step_us=1_000, remark="sampled at 60 Hz"),
        **{k: Kept(columns=v, step_us=1_000, remark=_ON_TICKS) for k, v in _BUTTONS.items()},
    },
    "cmu": {
        kind: Kept(columns=("key",), step_us=100, remark="of repetitions of the text; their order")
        for kind in ("keydown", "keyup")
    },
    "aalto": {
        kind: Kept(columns=("key",), step_us=1_000, remark="of texts that were not masked")
        for kind in ("keydown", "keyup")
    },
}
KEEPS = _KEPT["balabit"]


def keeps(argument: str | None) -> Mapping[str, Kept]:
    """Return what a shape keeps, by event type."""
    return _KEPT[_asked(argument)[0]]


def _asked(argument: str | None) -> tuple[str, str]:
    shape, _, text = (argument or "balabit").partition(":")
    if shape not in SHAPES:
        raise UnknownNameError("shape of research data", shape, SHAPES)
    if text and shape != "cmu":
        raise DeskhandError(
            f"format 'research:{argument}': only cmu takes a text; write research:{shape}."
        )
    if shape == "cmu":
        text = text or fixed_text.PASSWORD
        fixed_text.key_names(text)
    return shape, text


def write_table(session: Session, folder: Path, *, shape: str, text: str) -> None:
    """Write a session's table, and what it says of itself beside it.

    Parameters
    ----------
    session : Session
        Whose rows are told.
    folder : Path
        Its folder, which is made.
    shape, text : str
        Whose columns; for ``cmu`` the text.
    """
    makers: Mapping[str, Callable[[], tuple[pa.Table, int]]] = {
        "balabit": lambda: pointer_log.log_of(session, "balabit"),
        "sapimouse": lambda: pointer_log.log_of(session, "sapimouse"),
        "cmu": lambda: fixed_text.log_of(session, text),
        "aalto": lambda: sentences.log_of(session),
    }
    table, first_us = makers[shape]()
    folder.mkdir(exist_ok=True)
    path = folder / f"{session.session_id}{SUFFIX}"
    separator = SEPARATORS.get(shape, ",")
    content = table_bytes(table, separator)
    path.write_bytes(content)
    if session.header["synthetic"]:
        header = session.header
        record = {
            "synthetic": True,
            "provenance_id": header["provenance_id"],
            "session_id": session.session_id,
            "shape": shape,
            "start_wall_us": session.device_start_us,
            "first_us": first_us,
            "screen": [int(header["screen_width"]), int(header["screen_height"])],
            # So that the record speaks of this table and of no other that is put there.
            "sha256": sha256(content).hexdigest(),
        }
        sidecar = path.with_name(path.name + SIDECAR)
        sidecar.write_bytes(orjson.dumps(record, option=orjson.OPT_INDENT_2) + b"\n")


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of tables of research data.

    Parameters
    ----------
    folder : Path
        Where the folder ``research`` goes.
    argument : str, optional
        ``balabit`` when not given, ``sapimouse``, ``aalto``, or ``cmu`` with a text behind a colon.
    """
    shape, text = _asked(argument)
    return SessionFiles(folder, FOLDER, partial(write_table, shape=shape, text=text))


def recognises(path: Path) -> bool:
    """Return whether a file, or the one table of a folder, has the columns of one of the data sets."""
    try:
        table = table_path(path)
        return table is not None and shape_of(table) is not None
    except OSError:
        return False


def read(path: Path, dropped: Dropped | None = None) -> Iterator[Session]:
    """Yield the session of a table.

    Parameters
    ----------
    path : Path
        A table, or the folder that holds it; its shape is told by its columns.
    dropped : Dropped, optional
        Counts what could not be kept, among it pauses between the repetitions of ``cmu``.

    Raises
    ------
    DeskhandError
        When the table has other columns, or a cell of them is no number where one must be.
    """
    dropped = dropped or Dropped()
    file = load(path)
    dropped.add("row with too few or too many columns", len(file.invalid))
    wall_us = int(file.sidecar.get("start_wall_us", 0))
    offset_us = int(file.sidecar.get("first_us", 0))
    table = file.table
    screen = file.sidecar.get("screen")
    if file.shape == "cmu":
        rows: Mapping[str, Any] = fixed_text.rows_of(table, dropped)
    elif file.shape == "aalto":
        rows, first_us = sentences.rows_of(table, dropped)
        offset_us = first_us - wall_us if file.sidecar else 0
        wall_us = wall_us if file.sidecar else first_us
    else:
        good = np.ones(len(table), np.bool_)
        for name in ("client timestamp", "x", "y"):
            good &= np.isfinite(np.asarray(table[name], np.float64))
        dropped.add("row without a time or place", int((~good).sum()))
        table = table.filter(pa.array(good))
        rows = pointer_log.rows_of(table, file.shape, dropped)
        # A table does not say how large the desktop was: as large as the pointer went.
        far = [int(max(table[name].to_pylist(), default=0)) for name in ("x", "y")]
        screen = screen or [min(max(1, place + 1), 2**15) for place in far]
    yield captured_session(
        {**rows, "t_us": rows["t_us"] + offset_us},
        session_id=str(file.sidecar.get("session_id") or capture_id(file.content)),
        start_wall_us=wall_us,
        source="research",
        made_by=file.sidecar.get("provenance_id"),
        header=dict(zip(("screen_width", "screen_height"), screen, strict=True)) if screen else {},
    )


def findings(path: Path) -> Iterator[Finding]:
    """Yield everything that is wrong with a table.

    Parameters
    ----------
    path : Path
        As for `read`.
    """
    try:
        file = load(path)
    except (DeskhandError, OSError) as error:
        yield Finding(
            rule="readable", path=path, given=str(error), remedy="give a table of research data"
        )
        return
    yield from table_findings(file)
