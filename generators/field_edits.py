"""Field edits: what each key of typed texts does to its field, as a browser tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.error_correction import TypedKeys
from deskhand.behavior_models.keyboard_layout import BACKSPACE, ENTER, KeyboardLayout
from deskhand.behavior_models.text_boundaries import token_kinds

INPUT_TYPES = ("insertText", "deleteContentBackward", "insertLineBreak", "deleteWordBackward")
"""W3C input types that typing makes."""
_INSERT, _DELETE, _BREAK, _DELETE_WORD = range(len(INPUT_TYPES))
NO_EDIT = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FieldEdits:
    """What n keys of m texts do to fields that are empty before.

    Parameters
    ----------
    kind : NDArray[np.int8], shape (n,)
        Place in `INPUT_TYPES`, or `NO_EDIT`.
    caret : NDArray[np.int32], shape (n,)
        Caret before the key.
    length : NDArray[np.int32], shape (n,)
        Length of the field after it.
    left : mapping of int to str
        What is left in the fields, by the number of the text; of texts that were played.
    """

    kind: NDArray[np.int8]
    caret: NDArray[np.int32]
    length: NDArray[np.int32]
    left: Mapping[int, str]


@cache
def _kinds(layout: KeyboardLayout) -> NDArray[np.int8]:
    """Return what a token does to a field, shape (256,)."""
    kind = np.full(len(layout.key_names), NO_EDIT, np.int8)
    kind[list(layout.characters)] = _INSERT
    kind[BACKSPACE], kind[ENTER] = _DELETE, _BREAK
    return kind


def field_edits(entry: TypedKeys, layout: KeyboardLayout, *, play: bool = False) -> FieldEdits:
    r"""Return what the keys of typed texts do to their fields.

    Parameters
    ----------
    entry : TypedKeys
        The keys of m texts.
    layout : KeyboardLayout
        Whose tokens they are.
    play : bool
        Whether to play all texts, so that it is known what they leave. Otherwise only those are
        played whose typists go back into what they typed; of the others the keys are counted.

    Examples
    --------
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> token = np.frombuffer(b"ac\x08b", np.uint8)
    >>> none = np.zeros(4, np.intp)
    >>> entry = TypedKeys(
    ...     token=token, source=none, error=none, corrects=none, held=none, first=none[:1]
    ... )
    >>> edits = field_edits(entry, load_layout("qwerty-us"), play=True)
    >>> edits.caret.tolist(), edits.length.tolist(), edits.left
    ([0, 1, 2, 1], [1, 2, 1, 2], {0: 'ab'})
    """
    kind = _kinds(layout)[entry.token]
    growth = (kind >= 0).astype(np.int32)
    growth[kind == _DELETE] = -1
    lengths = np.diff(entry.first, append=len(kind))
    total = np.append(np.int32(0), np.cumsum(growth, dtype=np.int32))
    length = total[1:] - np.repeat(total[entry.first], lengths)
    caret = length - growth
    played = np.arange(len(entry.first))
    if not play:
        steps = (entry.held > 0) | (entry.token == layout.token("ArrowLeft"))
        played = np.unique(np.searchsorted(entry.first, np.flatnonzero(steps), "right") - 1)
    left = {}
    for text in played.tolist():
        rows = slice(int(entry.first[text]), int(entry.first[text] + lengths[text]))
        edits, left[text] = _played(entry.token[rows], entry.held[rows], layout)
        kind[rows], caret[rows], length[rows] = edits.T
    return FieldEdits(kind=kind, caret=caret, length=length, left=left)


def _played(
    tokens: NDArray[np.uint8], held: NDArray[np.uint16], layout: KeyboardLayout
) -> tuple[NDArray[np.int64], str]:
    """Return kind, caret before and length after each key of one text, and what the keys leave."""
    kinds, word = _kinds(layout).tolist(), token_kinds(layout).word.tolist()
    arrow, ends = layout.token("ArrowLeft"), layout.token("End")
    field: list[int] = []
    caret = by_word = 0
    edits = []
    for token, holds in zip(tokens.tolist(), held.tolist(), strict=True):
        kind, before = kinds[token], caret
        if holds:
            by_word = holds
            edits.append((NO_EDIT, caret, len(field)))
            continue
        if token == arrow or kind == _DELETE:
            caret = _word_start(field, caret, word) if by_word else caret - 1
        elif token == ends:
            caret = len(field)
        if kind == _DELETE:
            kind = _DELETE_WORD if by_word else _DELETE
            del field[caret:before]
        elif kind >= 0:
            field.insert(caret, token)
            caret += 1
        by_word = max(0, by_word - 1)
        edits.append((kind, before, len(field)))
    text = "".join("\n" if token == ENTER else layout.text[token] for token in field)
    return np.array(edits), text


def _word_start(field: list[int], caret: int, word: list[bool]) -> int:
    """Return where the last word before the caret starts, as Control with an arrow finds it."""
    while caret and not word[field[caret - 1]]:
        caret -= 1
    while caret and word[field[caret - 1]]:
        caret -= 1
    return caret
