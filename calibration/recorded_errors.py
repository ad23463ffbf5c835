"""Errors and repairs of a recording of keys: what its keys tell of them, as a profile's section."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import CLASS_CODE, CLASSES, KeyVocabulary
from deskhand.behavior_models.keyboard_layout import BACKSPACE, SPACE, KeyboardLayout
from deskhand.behavior_models.profile import Entries
from deskhand.calibration.key_errors import NO_CHARACTER
from deskhand.calibration.key_recording import KeyRecording
from deskhand.calibration.recording import text_column
from deskhand.calibration.typing_error_fit import (
    RecordedKeys,
    fit_error_rates,
    fit_revisions,
    fit_slip_kinds,
    fit_uncorrected,
)

# Fewer corrections than this tell nothing of how people differ.
FEWEST_BACKSPACES = 500
TEXT_COLUMNS = ("prompt", "typed")
# A character that stands for a key of which the class alone is known.
_STANDS_FOR = {"digit": "1", "punct": ",", "sentence-punct": ".", "space": " "}


def fit_recorded_errors(
    recording: KeyRecording, layout: KeyboardLayout, law: str, source: str
) -> Entries:
    """Return what the keys of a recording tell of slips, their repair and revisions.

    Parameters
    ----------
    recording : KeyRecording
        Sequences with keys of which nothing is known are left out.
    layout : KeyboardLayout
    law : str
        ``"transcription"`` or ``"composition"``.
    source : str
        What the numbers are to be called fitted on.

    Returns
    -------
    dict of entries
        Part of the section ``typing_errors``: rates and bursts where Backspace is told apart, kinds
        where characters are known, revisions from composition with navigation keys. Empty where
        there are too few Backspaces.
    """
    sequences = recording.sequences
    vocabulary = sequences.vocabulary
    unknown = (vocabulary.key_class == CLASS_CODE["unknown"])[sequences.key]
    told = np.bincount(sequences.sequence, unknown, len(sequences)) == 0
    plain = (vocabulary.key_class != CLASS_CODE["modifier"])[sequences.key]
    rows = np.flatnonzero(plain & told[sequences.sequence])
    key, sequence = sequences.key[rows], sequences.sequence[rows]
    token = _tokens(vocabulary, layout)[key]
    if np.count_nonzero(token == BACKSPACE) < FEWEST_BACKSPACES:
        return {}
    kept, first = np.unique(sequence, return_index=True)
    whose = np.unique(sequences.person[kept], return_inverse=True)[1]
    recorded = RecordedKeys(token=token, first=first, person=whose, source=source)
    found = fit_error_rates(recorded, law, layout)
    characters = (vocabulary.letter > 0)[key]
    if characters.mean() > 0.5:
        found |= fit_slip_kinds(recorded, law, layout)
    navigates = (vocabulary.key_class == CLASS_CODE["navigation"])[key]
    if law == "composition" and navigates.sum() >= FEWEST_BACKSPACES:
        found |= fit_revisions(recorded, navigates, layout)
    return found


def fit_recorded_texts(table: pa.Table, law: str, source: str) -> Entries:
    """Return what is left uncorrected, where a table holds asked and typed texts; else nothing."""
    if any(name not in table.column_names for name in TEXT_COLUMNS):
        return {}
    parts = [text_column(table, name)[0] for name in ("user", "session")]
    first = np.unique(parts[0].astype(np.int64) * (1 + parts[1].max()) + parts[1], True)[1]
    asked, typed = (table[name].take(pa.array(first)).to_pylist() for name in TEXT_COLUMNS)
    pairs = [(a, t) for a, t in zip(asked, typed, strict=True) if a and t]
    if not pairs:
        return {}
    return fit_uncorrected([a for a, _ in pairs], [t for _, t in pairs], law, source)


def _tokens(vocabulary: KeyVocabulary, layout: KeyboardLayout) -> NDArray[np.uint8]:
    """Return the token of each key, or of a character that stands for its class."""
    tokens = np.full(len(vocabulary), NO_CHARACTER, np.uint8)
    names: list[Any] = [
        name if len(name) == 1 and layout.typeable(name).all() else None
        for name in vocabulary.names
    ]
    for place, name in enumerate(names):
        kind = CLASSES[vocabulary.key_class[place]]
        if kind == "backspace":
            tokens[place] = BACKSPACE
        elif kind == "space":
            tokens[place] = SPACE
        elif name is not None and kind not in ("unknown", "other"):
            tokens[place] = layout.token(name)
        elif kind.startswith("letter:") or kind in _STANDS_FOR:
            tokens[place] = layout.token(_STANDS_FOR.get(kind, "e"))
    return tokens
