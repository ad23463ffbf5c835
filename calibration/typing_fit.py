"""Fitting of typing: recorded keystrokes of a population in, a profile of its typists out."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from deskhand.behavior_models.keyboard_layout import load_layout
from deskhand.behavior_models.learned_keystrokes import SECTION as LEARNED
from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.behavior_models.typing_error_parameters import SECTION as ERRORS
from deskhand.calibration.auto_repeat_fit import fit_auto_repeat
from deskhand.calibration.key_clock_fit import fit_key_clocks
from deskhand.calibration.key_recording import read_key_recording
from deskhand.calibration.keyboard_law_fit import fit_keyboard_law
from deskhand.calibration.learned_typing_fit import fit_learned_typing
from deskhand.calibration.recorded_errors import fit_recorded_errors, fit_recorded_texts
from deskhand.calibration.recording import read_table
from deskhand.calibration.typing_error_fit import merged
from deskhand.errors import DeskhandError

BASE = "literature"
FEWEST_PEOPLE = 20
LAWS = ("transcription", "composition")


def tells_of_keys(data: Any) -> bool:
    """Return whether data are a table of keystrokes.

    Examples
    --------
    >>> tells_of_keys({"user": ["ann"], "t_down_s": [0.0], "t_up_s": [0.1]}), tells_of_keys([])
    (True, False)
    """
    names: Any = getattr(data, "column_names", None)
    if names is None and isinstance(data, str | Path):
        try:
            names = pq.read_schema(data).names
        except (OSError, pa.ArrowInvalid):
            return False
    if names is None:
        names = data if isinstance(data, Mapping) else getattr(data, "columns", ())
    return "t_down_s" in list(names)


def fit_typing(
    data: Any,
    *,
    name: str,
    source: str | None,
    seed: int,
    learned: bool,
    progress: Callable[[str, float], None],
) -> Profile:
    """Return a profile of the typists of a recording.

    Parameters
    ----------
    data : pyarrow.Table, mapping of columns, data frame or path
        As `deskhand.calibration.key_recording.read_key_recording` takes it.
    name : str
    source : str, optional
        What to write as the source; people and keystrokes are counted unless given.
    seed : int
        Of the network's fit.
    learned : bool
        Whether to fit the learned tier too, which needs PyTorch.
    progress : callable
        Told the name of a part and the finished share of it.

    Returns
    -------
    Profile
        The law of keystrokes, the clocks and, where the keys tell them, errors and repairs of this
        population, the same in all modes; the rest is that of ``literature``.

    Raises
    ------
    DeskhandError
        When the recording cannot be read or holds too few people.
    """
    table = read_table(data)
    recording = read_key_recording(table)
    people, keystrokes = len(np.unique(recording.person)), len(recording.down_us)
    if people < FEWEST_PEOPLE:
        raise DeskhandError(
            f"{keystrokes} keystrokes of {people} people; a fit needs at least {FEWEST_PEOPLE} people."
        )
    source = source or f"fitted on {people} people, {keystrokes} keystrokes"
    fitted, board = load_profile(BASE), load_layout("qwerty-us")
    errors = {name: dict(part) for name, part in fitted.sections[ERRORS].items()}
    for number, law in enumerate(LAWS):
        progress("law of keystrokes", number / len(LAWS))
        entries = fit_keyboard_law(recording, base=fitted, law=law, source=source)
        entries |= fit_auto_repeat(recording, source)
        fitted = replace(fitted, sections={**fitted.sections, "keystrokes": entries})
        errors = merged(
            errors,
            fit_recorded_errors(recording, board, law, source),
            fit_recorded_texts(table, law, source),
        )
    sections = {
        **fitted.sections,
        "key_clock": fit_key_clocks(recording, source),
        ERRORS: errors,
    }
    if learned:
        sections[LEARNED] = fit_learned_typing(
            recording,
            seed=seed,
            source=source,
            progress=lambda share: progress("learned tier", share),
        )
    return Profile(
        name=name,
        mode="fit-no-dp",
        remark=f"Typing of a population, {source}; the rest from published numbers.",
        sections=sections,
    )
