"""Text entry: what people press to enter whole batches of texts, with slips, repairs and revisions."""

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.error_correction import TypedKeys, typed_keys
from deskhand.behavior_models.error_habits import ErrorHabits
from deskhand.behavior_models.keyboard_layout import KeyboardLayout
from deskhand.behavior_models.revision import draw_revisions
from deskhand.behavior_models.slips import draw_slips
from deskhand.behavior_models.text_boundaries import text_boundaries
from deskhand.behavior_models.text_edits import Places, joined, kept_apart
from deskhand.behavior_models.typing_error_parameters import Section
from deskhand.behavior_models.typist_traits import LAW_OF_MODE
from deskhand.keyed_draws import Keys


def entered_texts(
    section: Section,
    tokens: NDArray[np.uint8],
    first: Places,
    text_key: Keys,
    habits: ErrorHabits,
    layout: KeyboardLayout,
    mode: str,
    *,
    uncorrected: bool = False,
) -> TypedKeys:
    """Return what people press to enter some texts into empty fields.

    Parameters
    ----------
    section : mapping
        A profile's section ``typing_errors``.
    tokens : NDArray[np.uint8], shape (n,)
        The texts one after another, as tokens of the layout, without Shift.
    first : NDArray[np.intp], shape (m,)
        Place of each text's first token, from 0; a text may be empty.
    text_key : NDArray[np.uint64], shape (m,)
        Names each text's random numbers; no text's keys depend on another text.
    habits : ErrorHabits
        Of the person of each text.
    layout : KeyboardLayout
        The keyboard.
    mode : str
        One of `deskhand.behavior_models.typist_traits.MODES`.
    uncorrected : bool
        Whether errors that nobody notices stay in the text, as people's do; without them the
        fields hold the texts exactly.

    Examples
    --------
    >>> from deskhand.behavior_models.error_habits import draw_error_habits
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> from deskhand.behavior_models.typing_error_parameters import published_typing_errors
    >>> from deskhand.keyed_draws import keys
    >>> section = published_typing_errors()
    >>> text = np.frombuffer(b"The carrier called and said so.", np.uint8)
    >>> habits = draw_error_habits(section, keys(7, "typist", ["ann"]), "transcription")
    >>> layout, one = load_layout("qwerty-us"), np.array([0])
    >>> names = keys(7, "text", [0])
    >>> entry = entered_texts(section, text, one, names, habits, layout, "transcription")
    >>> len(entry.token) - 2 * int(np.count_nonzero(entry.token == 8)) - len(text)
    0
    """
    boundaries = text_boundaries(tokens, first, layout)
    detours, edits, others = draw_slips(
        section,
        tokens,
        first,
        text_key,
        habits,
        boundaries,
        layout,
        mode,
        uncorrected=uncorrected,
    )
    if LAW_OF_MODE[mode] == "composition":
        reworded, revised = draw_revisions(section, tokens, first, text_key, habits, boundaries)
        detours, edits = joined(detours, reworded), joined(edits, revised)
    detours, edits = kept_apart(detours, edits, first)
    return typed_keys(tokens, first, others, detours, edits, boundaries, layout)
