"""Actions as tokens: what is done, on what kind of element, which one, and where on the screen."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.datasets.loaders.session_columns import VERBS
from deskhand.datasets.tokens.vocabulary import Vocabulary
from deskhand.errors import DeskhandError
from deskhand.session import Session

NONE, OTHER = "<none>", "<other>"
ROLES = (
    *("button", "textbox", "searchbox", "link", "combobox", "listbox", "option", "checkbox"),
    *("radio", "switch", "slider", "spinbutton", "tab", "menuitem", "menuitemcheckbox", "row"),
    *("cell", "gridcell", "listitem", "treeitem", "group", "img", "heading", "dialog", "region"),
)
_NUMBER = re.compile(r"[.-]?\d+\b")


class ActionTokens:
    """Turns actions into tokens ``verb``, ``role``, ``target`` and ``place`` and back.

    Parameters
    ----------
    targets : sequence of str
        Classes of targets that have a token of their own, as `target_classes` finds them; all
        others are ``<other>``.
    columns, rows : int
        The screen is cut into so many places.

    Examples
    --------
    >>> words = ActionTokens(["crm.lead"], columns=16, rows=9)
    >>> acts = {"verb": ["click", "read"], "target": ["crm.lead.7", None], "x": [0.5, None]}
    >>> tokens = words.encode(acts | {"role": ["button", None], "y": [0.5, None]})
    >>> [words.vocabulary.tokens[token] for token in tokens[0]]
    ['verb=click', 'role=button', 'target=crm.lead', 'place=8,4']
    >>> back = words.decode(tokens)
    >>> back["verb"], back["x"].round(3).tolist()
    (['click', 'read'], [0.531, nan])
    """

    def __init__(self, targets: Sequence[str] = (), *, columns: int = 32, rows: int = 18) -> None:
        if columns < 1 or rows < 1:
            raise DeskhandError(
                f"columns={columns!r}, rows={rows!r}: must be whole numbers from 1."
            )
        self.columns, self.rows = columns, rows
        places = [f"{column},{row}" for row in range(rows) for column in range(columns)]
        self.vocabulary = Vocabulary(
            {
                "verb": (*VERBS, "wait"),
                "role": (NONE, OTHER, *ROLES),
                "target": (NONE, OTHER, *dict.fromkeys(targets)),
                "place": (NONE, *places),
            }
        )

    def encode(self, acts: Mapping[str, Any]) -> NDArray[np.int32]:
        """Return the tokens of actions, shape (n, 4).

        Parameters
        ----------
        acts : mapping of str to sequence, length n
            ``verb``, ``role`` and ``target`` (strings or None), ``x`` and ``y`` (0 to 1 of the
            screen, None or NaN where there is no place); `deskhand.datasets.loaders.session_columns.action_columns` returns them.
        """
        x, y = (_floats(acts[name]) for name in ("x", "y"))
        known = np.isfinite(x) & np.isfinite(y)
        column, row = (
            np.clip(np.where(known, values, 0.0) * cells, 0, cells - 1).astype(np.int64)
            for values, cells in ((x, self.columns), (y, self.rows))
        )
        target = [None if name is None else target_class(name) for name in acts["target"]]
        return self.vocabulary.joined(
            {
                "verb": self._codes("verb", acts["verb"], VERBS.index("other")),
                "role": self._codes("role", acts["role"]),
                "target": self._codes("target", target),
                "place": np.where(known, 1 + row * self.columns + column, 0),
            }
        )

    def decode(self, tokens: Any) -> dict[str, Any]:
        """Return ``verb``, ``role``, ``target`` (None where there is none) and places' middles."""
        codes = self.vocabulary.split(tokens)
        found: dict[str, Any] = {}
        for field in ("verb", "role", "target"):
            names = [None if name == NONE else name for name in self.vocabulary.fields[field]]
            found[field] = [names[code] for code in codes[field].tolist()]
        place = codes["place"] - 1
        row, column = np.divmod(place, self.columns)
        nothing = place < 0
        found["x"] = np.where(nothing, np.nan, (column + 0.5) / self.columns)
        found["y"] = np.where(nothing, np.nan, (row + 0.5) / self.rows)
        return found

    def _codes(self, field: str, names: Iterable[Any], other: int = 1) -> NDArray[np.int64]:
        known = pa.array(self.vocabulary.fields[field], pa.string())
        given = pa.array(list(names), pa.string())
        place = pc.fill_null(pc.index_in(pc.fill_null(given, NONE), known), other)
        codes: NDArray[np.int64] = place.to_numpy().astype(np.int64)
        return codes


def target_class(target: str) -> str:
    """Return what a target has in common with others of its kind: its name without numbers.

    Examples
    --------
    >>> target_class("issues.row.12"), target_class("crm.lead")
    ('issues.row', 'crm.lead')
    """
    return _NUMBER.sub("", target)


def target_classes(sessions: Iterable[Session]) -> list[str]:
    """Return the classes of the targets that some sessions act on, in the order of their names."""
    names = {
        name for session in sessions for name in session.actions["target"].unique().to_pylist()
    }
    return sorted({target_class(name) for name in names if name is not None})


def _floats(values: Any) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], np.float64)
