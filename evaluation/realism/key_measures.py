"""What is measured of keystrokes: intervals, rollover, order, contexts, corrections."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import CLASS_CODE
from deskhand.evaluation.key_contexts import CONTEXTS, pair_table
from deskhand.evaluation.key_table import Keystrokes
from deskhand.evaluation.key_windows import text_keys
from deskhand.evaluation.realism.measure import (
    Floats,
    Measure,
    correlation_of_people,
    each_person,
    measured,
)

LEVEL = "keys"
# Longer holds are lost releases, longer spacings pauses, which the events' level looks at.
LONGEST_HOLD_MS, LONGEST_SPACING_MS = 2_000.0, 10_000.0
FEWEST = 30
LAGS = (1, 2, 5)


def key_measures(keys: Keystrokes) -> Iterator[Measure]:
    """Yield what is measured of keystrokes.

    Parameters
    ----------
    keys : Keystrokes
        Of several people. Where most keys are known, modifiers and navigation are left out.
    """
    text = text_keys(keys)
    known = len(text) > len(keys) // 2
    typed = text if known else keys
    if len(typed) < 2:
        return
    person = typed.person
    hold = (typed.up_us - typed.down_us) / 1e3
    held = (hold > 0) & (hold <= LONGEST_HOLD_MS)
    place = 1 + np.flatnonzero(typed.session[1:] == typed.session[:-1])
    spacing = (typed.down_us[place] - typed.down_us[place - 1]) / 1e3
    gap = (typed.down_us[place] - typed.up_us[place - 1]) / 1e3
    close = (spacing > 0) & (spacing <= LONGEST_SPACING_MS)
    place, spacing, gap = place[close], spacing[close], gap[close]
    whose = person[place]
    yield measured(LEVEL, "hold", person[held], hold[held], "log w1", "ms")
    yield measured(LEVEL, "down to down", whose, spacing, "log w1", "ms")
    yield measured(LEVEL, "up to down", whose, gap, "w1", "ms")
    yield measured(
        LEVEL,
        "people's share of the variance of ln hold",
        person[held],
        np.log(hold[held]),
        "share",
    )
    yield measured(
        LEVEL, "people's share of the variance of ln down-down", whose, np.log(spacing), "share"
    )
    for name, value, of in (("hold", hold[held], person[held]), ("down-down", spacing, whose)):
        yield measured(LEVEL, f"spread of a person's ln {name}", *_spread(of, np.log(value)))
    yield measured(LEVEL, "rollover of people", *_enough(whose, (gap < 0).astype(np.float64)))
    yield from _order(typed, person, hold, held, place, spacing)
    if known:
        yield from _contexts(typed, place, spacing, whose)


def _enough(person: NDArray[np.integer], value: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return each person's mean, of people with enough values."""
    count = np.bincount(person)
    keep = count[person] >= FEWEST
    return each_person(person[keep], value[keep])


def _spread(person: NDArray[np.integer], value: Floats) -> tuple[NDArray[np.int64], Floats]:
    count = np.bincount(person)
    keep = count[person] >= FEWEST
    who, mean = each_person(person[keep], value[keep])
    _, square = each_person(person[keep], value[keep] ** 2)
    return who, np.sqrt(np.maximum(square - mean**2, 0.0))


def _order(
    typed: Keystrokes,
    person: NDArray[np.int32],
    hold: Floats,
    held: NDArray[np.bool_],
    place: NDArray[np.intp],
    spacing: Floats,
) -> Iterator[Measure]:
    log_spacing = np.full(len(typed), np.nan)
    log_spacing[place] = np.log(spacing)
    log_hold = np.where(held, np.log(np.maximum(hold, 1e-3)), np.nan)
    for name, series in (("hold", log_hold), ("down-down", log_spacing)):
        for lag in LAGS:
            both = np.isfinite(series[lag:]) & np.isfinite(series[:-lag])
            both &= typed.session[lag:] == typed.session[:-lag]
            found = correlation_of_people(
                person[lag:][both], series[lag:][both], series[:-lag][both], FEWEST
            )
            yield measured(LEVEL, f"ln {name} with that {lag} before", *found)
    both = np.isfinite(log_spacing) & np.isfinite(log_hold)
    found = correlation_of_people(person[both], log_hold[both], log_spacing[both], FEWEST)
    yield measured(LEVEL, "ln hold with its own down-down", *found)


def _contexts(
    typed: Keystrokes, place: NDArray[np.intp], spacing: Floats, whose: NDArray[np.int32]
) -> Iterator[Measure]:
    log_spacing = np.log(spacing)
    # Relative to the person's own, so that the row is about keys and not about people.
    mean = np.bincount(whose, log_spacing) / np.maximum(np.bincount(whose), 1)
    relative = np.exp(log_spacing - mean[whose])
    context = pair_table(typed.vocabulary)[typed.key[place - 1], typed.key[place]]
    for code, name in enumerate(CONTEXTS[:-1]):
        of = context == code
        yield measured(
            LEVEL, f"{name}: down-down / person's mean", whose[of], relative[of], "log w1"
        )
    erase = (typed.key_class == CLASS_CODE["backspace"]).astype(np.float64)
    yield measured(LEVEL, "backspaces of people", *_enough(typed.person, erase))
    yield measured(LEVEL, "kinds of keys", typed.person, typed.key_class.astype(np.int64), "js")
