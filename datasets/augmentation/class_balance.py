"""Classes of equal size: how many copies are made of each session."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.events import SESSIONS

CLASS_BALANCE = "class_balance"
# Columns of the sessions table that may name a class.
COLUMNS = tuple(
    field.name
    for field in SESSIONS
    if pa.types.is_dictionary(field.type) and field.name not in ("session_id", "provenance_id")
)


def read_labels(balance: str) -> Mapping[str, str] | None:
    """Return labels by session from a file, or None where a column of the header is meant.

    Parameters
    ----------
    balance : str
        A name of `COLUMNS`; or the path of a ``.json`` object of labels by session, or of a ``.csv``
        with the columns ``session_id`` and ``label``.

    Raises
    ------
    DeskhandError
        When it is neither, or the file holds something else.
    """
    if balance in COLUMNS:
        return None
    path = Path(balance)
    if path.suffix not in (".json", ".csv"):
        raise UnknownNameError("label column (or .csv or .json file of labels)", balance, COLUMNS)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DeskhandError(f"{path}: {error.strerror}; give a file of labels.") from error
    try:
        if path.suffix == ".json":
            labels = orjson.loads(content)
        else:
            rows = csv.DictReader(content.decode("utf-8-sig").splitlines())
            labels = {row["session_id"]: row["label"] for row in rows}
    except (ValueError, KeyError) as error:
        raise DeskhandError(
            f"{path}: no labels ({error!r}); a .csv has the columns session_id and label, a .json "
            "is one object of labels by session."
        ) from error
    if not isinstance(labels, dict) or not all(isinstance(v, str) for v in labels.values()):
        raise DeskhandError(f"{path}: every session has one label, a string.")
    return labels


def label_of(header: Mapping[str, Any], balance: str, labels: Mapping[str, str] | None) -> str:
    """Return the label of a session.

    Raises
    ------
    DeskhandError
        When the file names none.
    """
    if labels is None:
        return str(header[balance])
    session_id = str(header["session_id"])
    if session_id not in labels:
        raise DeskhandError(
            f"{balance}: no label for session {session_id}; every session needs one."
        )
    return labels[session_id]


def balanced_copies(labels: Sequence[str], copies: int = 1) -> list[int]:
    """Return how many copies are made of each session, so that all labels have as many.

    Parameters
    ----------
    labels : sequence of str
        One a session.
    copies : int
        Of each session of the most frequent label.

    Examples
    --------
    >>> balanced_copies(["a", "b", "a", "a", "b"])
    [1, 2, 1, 1, 1]
    """
    size = Counter(labels)
    wanted = copies * max(size.values(), default=0)
    met: Counter[str] = Counter()
    made = []
    for label in labels:
        each, more = divmod(wanted, size[label])
        made.append(each + (met[label] < more))
        met[label] += 1
    return made
