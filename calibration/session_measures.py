"""What one session tells of its person: spacings, holds, movements, pauses, habits, applications.

Times, distances and the kinds of keys are read, and names of applications where they are on a public
list; no text, no title and no address.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.behavior_models.press import DWELL_POWER, LONGEST_DWELL_S
from deskhand.calibration.clicks import cut_holds
from deskhand.calibration.letter_effects import MASKED, letter_effects, letter_places
from deskhand.calibration.movements import cut_movements
from deskhand.calibration.recording import Recording, read_recording
from deskhand.calibration.session_keystrokes import (
    EventColumns,
    coded_column,
    cut_keystrokes,
    event_columns,
)
from deskhand.events import ALT, CONTROL, META
from deskhand.session import Session

Floats = NDArray[np.float64]

MEASURES = ("spacing", "hold", "move", "click", "dwell", "pause", "tab", "shortcut")
# Longer spacings are pauses in typing, longer holds lost releases (assumed).
LONGEST_SPACING_S, LONGEST_HOLD_S = 2.0, 1.0
# Shorter gaps are of the hand and its device (assumed), longer ones absences (think_time.LONGEST_US).
PAUSE_S = (0.2, 30.0)
# ln s = a + b log2(D + 1), D in px: SapiMouse (Antal, Fejer & Buza 2021), 65 people. Only what is
# left over is used, so any line near people's own will do.
LINE = (-1.90, 0.165)
_LONGEST_MOVE_S = (0.08, 3.0)
_ACTS = ("pointerdown", "pointerup", "wheel", "keydown", "keyup")
# With Control or Command: undo, cut, copy, paste, select all, redo. A text is edited by them, whatever
# one's habits.
_EDITING = "zxcvay"


class Work(NamedTuple):
    """Seconds in each application, and changes from one to another, by place in a list of labels."""

    time_s: Floats
    changes: Floats


class SessionMeasures(NamedTuple):
    """Values of each of `MEASURES`, in the order of time, and the work; logarithms are of seconds."""

    values: Mapping[str, Floats]
    work: Work


def measured_session(session: Session, labels: Mapping[str, str]) -> SessionMeasures:
    """Return what a session tells.

    Parameters
    ----------
    session : Session
        Simulated or read from a capture; its times never go back.
    labels : mapping of str to str
        From an application's name in the events to its label; what is not in it is nobody's work.

    Examples
    --------
    >>> import deskhand
    >>> told = measured_session(deskhand.simulate("crm.create_lead", seed=7), {"crm": "crm"})
    >>> len(told.values["hold"]) > 20, told.work.time_s.tolist()[0] > 10.0
    (True, True)
    """
    events = event_columns(session.events)
    spacing, hold = _keys(events)
    move, click, dwell = _pointer(session)
    tab, shortcut = _habits(events)
    values = dict(
        zip(
            MEASURES,
            (spacing, hold, move, click, dwell, _pauses(events), tab, shortcut),
            strict=True,
        )
    )
    return SessionMeasures(values, _work(session.events, events.t_us, labels))


def _keys(events: EventColumns) -> tuple[Floats, Floats]:
    """Return ln spacings and ln holds of letters after letters, less what the letters do to them."""
    strokes, effects = cut_keystrokes(events), letter_effects()
    if not len(strokes.down):
        return np.empty(0), np.empty(0)
    t_us, down = events.t_us, strokes.down
    letter = letter_places(list(events.keys))[events.key[down]]
    plain = (letter >= 0) & ((events.modifiers[down] & (CONTROL | ALT | META)) == 0)
    hold_s = 1e-6 * (t_us[strokes.up] - t_us[down])
    # Which of several masked keys came up is not known.
    whole = plain & (strokes.up >= 0) & (letter != MASKED)
    whole &= (hold_s > 0.0) & (hold_s <= LONGEST_HOLD_S)
    log_hold = np.log(hold_s[whole]) - effects.hold[letter[whole]]
    spacing_s = 1e-6 * np.diff(t_us[down])
    both = plain[:-1] & plain[1:] & (spacing_s > 0.0) & (spacing_s <= LONGEST_SPACING_S)
    log_spacing = np.log(spacing_s[both])
    log_spacing -= effects.spacing[letter[:-1][both], letter[1:][both]]
    return log_spacing, log_hold


def _pointer(session: Session) -> tuple[Floats, Floats, Floats]:
    kinds = pc.is_in(session.events["type"].cast(pa.string()), pa.array(["pointerup"]))
    if not pc.any(kinds).as_py():
        return np.empty(0), np.empty(0), np.empty(0)
    return pointer_values(read_recording(session))


def pointer_values(recording: Recording) -> tuple[Floats, Floats, Floats]:
    """Return what movements' ln times lie off the line, ln holds of clicks, and dwells to a power.

    Parameters
    ----------
    recording : Recording
        Of one person.
    """
    moves = cut_movements(recording)
    time_s = 1e-6 * np.maximum(moves.duration_us, 1)
    bits = np.log2(moves.distance_px + 1.0)
    usable = (time_s >= _LONGEST_MOVE_S[0]) & (time_s <= _LONGEST_MOVE_S[1])
    off = (np.log(time_s) - LINE[0] - LINE[1] * bits)[usable]
    holds = cut_holds(recording)
    hold_s = holds.hold_s.astype(np.float64)
    click_s = hold_s[holds.single & (hold_s > 0.0) & (hold_s <= LONGEST_HOLD_S)]
    dwell_s: Floats = 1e-6 * moves.dwell_us.astype(np.float64)
    return off, np.log(click_s), dwell_s[dwell_s <= LONGEST_DWELL_S] ** DWELL_POWER


def _pauses(events: EventColumns) -> Floats:
    """Return ln times between what a person does: clicks, turns of the wheel, and runs of keys."""
    at = np.flatnonzero(events.of(*_ACTS))
    typing, released = events.of("keydown", "keyup")[at], events.of("pointerup")[at]
    gap_s = 1e-6 * np.diff(events.t_us[at])
    keep = (gap_s >= PAUSE_S[0]) & (gap_s <= PAUSE_S[1])
    keep &= ~(typing[:-1] & typing[1:]) & ~released[1:]
    return np.log(gap_s[keep])


def _habits(events: EventColumns) -> tuple[Floats, Floats]:
    """Return of each run of letters whether Tab led to it and not a click, of each command whether by keys."""

    def among(kept: Callable[[str], bool], unknown: bool) -> NDArray[np.bool_]:
        return np.array([kept(word) for word in events.keys] + [unknown])[events.key]

    down, press = events.of("keydown") & ~events.repeat, events.of("pointerdown")
    held = (events.modifiers & (CONTROL | ALT | META)) > 0
    letter = down & among(lambda word: len(word) == 1, True) & ~held
    tab = down & among(lambda word: word == "Tab", False) & ~held
    rows = np.flatnonzero(letter | tab | press)
    begins = letter[rows][1:] & ~letter[rows][:-1]
    by_tab = tab[rows][:-1][begins].astype(np.float64)
    command = down & among(lambda word: len(word) == 1 and word.lower() not in _EDITING, False)
    command &= (events.modifiers & (CONTROL | META)) > 0
    return by_tab, command[np.flatnonzero(command | press)].astype(np.float64)


def _work(table: pa.Table, t_us: NDArray[np.int64], labels: Mapping[str, str]) -> Work:
    known = sorted(set(labels.values()))
    time_s, changes = np.zeros(len(known)), np.zeros((len(known), len(known)))
    code, words = coded_column(table, "app")
    place = [known.index(labels[word]) if word in labels else -1 for word in words]
    app = np.array([*place, -1])[code]
    rows = np.flatnonzero(app >= 0)
    if len(rows) > 1:
        gap_s = np.minimum(1e-6 * np.diff(t_us[rows]), PAUSE_S[1])
        time_s += np.bincount(app[rows][:-1], gap_s, len(known))
        turn = np.flatnonzero(np.diff(app[rows]))
        np.add.at(changes, (app[rows][turn], app[rows][turn + 1]), 1.0)
    return Work(time_s, changes)
