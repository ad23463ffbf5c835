"""Edits of texts: wrong keys taken back at once (detours), and stretches set right later or never.

A *detour* is wrong keys and a few right ones after them, all taken back at once by Backspace (or
Control+Backspace), after which the text goes on from where the detour left it. A *late edit* puts
other keys in place of a stretch of the text; the typist comes back from the end of the sentence to
set it right, or never does. Detours leave nothing behind, so the two do not meet.
"""

from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

KINDS = (
    "",
    "neighbour",
    "substitution",
    "omission",
    "insertion",
    "doubling",
    "transposition",
    "capital",
    "no-error",
    "revision",
)
"""Kinds of error by code; 0 is a right key. A no-error correction (Wobbrock & Myers 2006) takes
right keys back; its first key carries the kind. A revision is no slip: other words were chosen."""
CODE = {kind: code for code, kind in enumerate(KINDS)}

NEVER = -1
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detours:
    """Keys typed and taken back at once, as columns of one length, ascending by place.

    Parameters
    ----------
    place : NDArray[np.intp]
        Place in the text before which the detour is made.
    lead : NDArray[np.intp]
        How many right keys it starts with.
    alt, alt_length : NDArray[np.intp]
        Where its wrong keys stand in the pool of keys (the texts, then others), and how many.
    skip : NDArray[np.intp]
        How many characters of the text the wrong keys stand for.
    rest : NDArray[np.intp]
        How many keys of the text are typed after them until the typist notices.
    words : NDArray[np.intp]
        How many times Control+Backspace takes it all back; 0: Backspace does.
    kind : NDArray[np.uint8]
        Code of `KINDS`.
    """

    place: Places
    lead: Places
    alt: Places
    alt_length: Places
    skip: Places
    rest: Places
    words: Places
    kind: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LateEdits:
    """Stretches first typed otherwise, as columns of one length, ascending by place.

    Parameters
    ----------
    place, skip : NDArray[np.intp]
        Which stretch of the text.
    alt, alt_length : NDArray[np.intp]
        The keys typed in its stead: where they stand in the pool of keys, and how many.
    back : NDArray[np.intp]
        Place in the text at which the typist goes back to it, an end of a sentence; or `NEVER`.
    jump : NDArray[np.bool_]
        Whether the typist goes back by words (Control+ArrowLeft).
    kind : NDArray[np.uint8]
        Code of `KINDS`.
    """

    place: Places
    skip: Places
    alt: Places
    alt_length: Places
    back: Places
    jump: NDArray[np.bool_]
    kind: NDArray[np.uint8]


_Columns = TypeVar("_Columns", Detours, LateEdits)


def rows_of(columns: _Columns, rows: NDArray[np.bool_] | Places) -> _Columns:
    """Return some rows of the columns."""
    return type(columns)(**{f.name: getattr(columns, f.name)[rows] for f in fields(columns)})


def joined(*parts: _Columns) -> _Columns:
    """Return the rows of all parts, ascending by place; at one place in the order given."""
    order = np.argsort(np.concatenate([part.place for part in parts]), kind="stable")
    names = [field.name for field in fields(parts[0])]
    return type(parts[0])(
        **{name: np.concatenate([getattr(p, name) for p in parts])[order] for name in names}
    )


def text_of(place: Places, first: Places) -> Places:
    """Return the number of the text in which each place lies."""
    return np.searchsorted(first, place, side="right") - 1


def kept_apart(detours: Detours, edits: LateEdits, first: Places) -> tuple[Detours, LateEdits]:
    """Return the edits of which none begins inside or right at the end of another.

    Parameters
    ----------
    detours, edits : Detours, LateEdits
    first : NDArray[np.intp], shape (m,)
        Place of each text's first token.

    Returns
    -------
    tuple of Detours and LateEdits
        Of two late edits that touch, the first stays; a detour gives way to a late edit. Whoever
        stays does not depend on other texts.
    """
    # Counted with the text's number, so that the end of a text lies before the start of the next.
    text = text_of(edits.place, first)
    begin = edits.place + text
    end = np.maximum.accumulate(begin + edits.skip) if len(begin) else begin
    edits = rows_of(edits, begin > np.append(-1, end)[: len(begin)])
    text = text_of(edits.place, first)
    begin, end = edits.place + text, edits.place + edits.skip + text
    at = detours.place + text_of(detours.place, first)
    before = np.searchsorted(begin, at) - 1  # the last edit that begins before the detour
    inside = (before >= 0) & (at <= np.append(end, -1)[before])
    return rows_of(detours, ~inside), edits
