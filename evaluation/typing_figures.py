"""The classical figures of typing: intervals, rollover, pauses, tempo, order, contexts, corrections.

All come from one function, so that made keystrokes and people's are measured alike.

Sources
-------
Which figures: Dhakal et al. 2018 (tempo, rollover, corrections), Feit et al. 2016 (hands), Salthouse
1986 (contexts), Killourhy & Maxion 2009 (holds and spacings).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import CLASS_CODE, CLASSES
from deskhand.evaluation.key_contexts import CONTEXTS, FINGERS, finger_of_class, pair_table
from deskhand.evaluation.key_table import Keystrokes
from deskhand.evaluation.key_windows import Floats, text_keys

Figures = Iterator[tuple[str, float]]

LEVELS = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
PAUSES_S = (0.5, 1.0, 2.0, 5.0, 10.0)
LAGS = (1, 2, 3, 5, 10, 20)
CLOCKS_MS = (2, 4, 5, 8, 10, 16)
BURSTS = 5
# Tempo counts spacings up to this (ms): longer ones are pauses, not typing.
TYPING_MS = 2_000.0
CHARACTERS_A_WORD = 5.0
# Fewer spacings of a context, or keystrokes of a person, give no figure.
FEWEST, FEWEST_OF_A_PERSON = 30, 30
_SHIFT = ("ShiftLeft", "ShiftRight")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """Neighbouring keystrokes of a session: the second's place, and intervals in ms."""

    place: NDArray[np.intp]
    spacing: Floats
    gap: Floats

    @classmethod
    def of(cls, keys: Keystrokes) -> "_Pairs":
        place = 1 + np.flatnonzero(keys.session[1:] == keys.session[:-1])
        return cls(
            place=place,
            spacing=(keys.down_us[place] - keys.down_us[place - 1]) / 1e3,
            gap=(keys.down_us[place] - keys.up_us[place - 1]) / 1e3,
        )


def typing_figures(keys: Keystrokes) -> dict[str, float]:
    """Return the figures of some keystrokes; intervals in ms unless the name says otherwise.

    Parameters
    ----------
    keys : Keystrokes
        Of several people. Where most keys are known, modifiers and navigation are left out but for
        the figures of Shift; figures that need keys are missing where they are not known.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from deskhand.evaluation.key_table import typed_keys
    >>> down_s = 0.2 * np.arange(100)
    >>> columns = {"user": ["ann"] * 100, "session": ["1"] * 100, "t_down_s": down_s}
    >>> figures = typing_figures(typed_keys(pa.table(columns | {"t_up_s": down_s + 0.25})))
    >>> figures["hold, median"], figures["rollover"], figures["tempo of people, wpm, median"]
    (250.0, 1.0, 60.0)
    """
    text = text_keys(keys)
    known = len(text) > len(keys) // 2
    typed = text if known else keys
    if not len(typed):
        return {}
    pairs = _Pairs.of(typed)
    figures = (
        dict(_intervals(typed, pairs)) | dict(_people(typed, pairs)) | dict(_order(typed, pairs))
    )
    if known:
        figures |= dict(_contexts(typed, pairs)) | dict(_corrections(typed)) | dict(_shift(keys))
    return {name: float(value) for name, value in figures.items() if np.isfinite(value)}


def _hold(keys: Keystrokes) -> Floats:
    held: Floats = (keys.up_us - keys.down_us) / 1e3
    return held


def _spread(name: str, values: Floats) -> Figures:
    if len(values):
        for level, value in zip(LEVELS, np.quantile(values, LEVELS), strict=True):
            yield f"{name}, {'median' if level == 0.5 else f'p{100 * level:.0f}'}", value


def _intervals(keys: Keystrokes, pairs: _Pairs) -> Figures:
    hold = _hold(keys)
    yield from _spread("hold", hold)
    yield from _spread("down-down", pairs.spacing)
    yield from _spread("up-down", pairs.gap)
    if not len(pairs.gap):
        return
    rolled = pairs.gap < 0
    yield "rollover", rolled.mean()
    yield "releases out of order", (keys.up_us[pairs.place] < keys.up_us[pairs.place - 1]).mean()
    third = pairs.place[1:][np.diff(pairs.place) == 1]
    if len(third):
        yield "three keys down", (keys.down_us[third] < keys.up_us[third - 2]).mean()
    yield from _spread("overlap", -pairs.gap[rolled])
    for edge_s in PAUSES_S:
        yield f"down-down > {edge_s:g} s", (pairs.spacing > 1e3 * edge_s).mean()
    whole = np.rint(hold).astype(np.int64)
    for period in CLOCKS_MS:
        yield f"holds on {period} ms", (whole % period == 0).mean()


def _people(keys: Keystrokes, pairs: _Pairs) -> Figures:
    """Yield what people differ in."""
    person = keys.person[pairs.place]
    hold = _hold(keys)
    rows = []
    for number in np.unique(keys.person):
        # Keystrokes stand person after person.
        mine, own = (
            slice(*np.searchsorted(side, (number, number + 1))) for side in (person, keys.person)
        )
        spacing = pairs.spacing[mine]
        quick = spacing[spacing < TYPING_MS]
        if len(quick) >= FEWEST_OF_A_PERSON:
            wpm = 60e3 / CHARACTERS_A_WORD / quick.mean()
            rows.append(
                (
                    wpm,
                    (pairs.gap[mine] < 0).mean(),
                    np.median(hold[own]),
                    np.median(spacing),
                    *(
                        f(np.log(np.maximum(values, 1.0)))
                        for values in (hold[own], spacing)
                        for f in (np.mean, np.std)
                    ),
                )
            )
    if len(rows) < 2:
        if rows:
            yield "tempo of people, wpm, median", rows[0][0]
        return
    wpm, rollover, held, spaced, hold_mean, hold_sd, spacing_mean, spacing_sd = np.array(rows).T
    yield from _spread("tempo of people, wpm", wpm)
    yield from _spread("rollover of people", rollover)
    yield from _spread("hold of people", held)
    yield from _spread("down-down of people", spaced)
    yield (
        "correlation of people's ln hold, ln down-down",
        _correlation(np.log(held), np.log(spaced)),
    )
    yield "correlation of people's rollover, ln down-down", _correlation(rollover, np.log(spaced))
    for name, mean, sd in (
        ("ln hold", hold_mean, hold_sd),
        ("ln down-down", spacing_mean, spacing_sd),
    ):
        yield f"SD of {name} between people", mean.std()
        yield f"SD of {name} within people", sd.mean()


def _order(keys: Keystrokes, pairs: _Pairs) -> Figures:
    """Yield autocorrelations of the logs within people, and how hold and spacing go together."""
    hold = _centred(np.log(np.maximum(_hold(keys), 1.0)), keys.person)
    spacing = np.zeros(len(keys))
    spacing[pairs.place] = _centred(
        np.log(np.maximum(pairs.spacing, 1.0)), keys.person[pairs.place]
    )
    has_spacing = np.zeros(len(keys), np.bool_)
    has_spacing[pairs.place] = True
    for lag in LAGS:
        together = keys.session[lag:] == keys.session[:-lag]
        both = together & has_spacing[:-lag]
        yield f"ln down-down, lag {lag}", _correlation(spacing[lag:][both], spacing[:-lag][both])
        yield f"ln hold, lag {lag}", _correlation(hold[lag:][together], hold[:-lag][together])
    at = pairs.place
    yield "ln hold with the next down-down", _correlation(hold[at - 1], spacing[at])
    yield "ln hold with its own down-down", _correlation(hold[at], spacing[at])


def _contexts(keys: Keystrokes, pairs: _Pairs) -> Figures:
    """Yield spacings by context and holds by finger, relative to the person's median, and pauses."""
    middle = _person_median(pairs.spacing, keys.person[pairs.place], len(keys.people))
    relative = pairs.spacing / middle[keys.person[pairs.place]]
    context = pair_table(keys.vocabulary)[keys.key[pairs.place - 1], keys.key[pairs.place]]
    for code, name in enumerate(CONTEXTS[:-1]):
        of = context == code
        if of.sum() >= FEWEST:
            yield f"{name}: down-down / person's median", np.median(relative[of])
            yield f"{name}: rollover", (pairs.gap[of] < 0).mean()
    hold = _hold(keys)
    lasting = hold / _person_median(hold, keys.person, len(keys.people))[keys.person]
    finger, kind = finger_of_class()[keys.key_class], np.array(CLASSES)[keys.key_class]
    fingers = [(name, finger == code) for code, name in enumerate((*FINGERS, "space"))]
    for name, of in (*fingers, ("backspace", kind == "backspace")):
        if of.sum() >= FEWEST:
            yield f"hold of {name} / person's median", np.median(lasting[of])
    letter = finger < len(FINGERS)
    before, now = pairs.place - 1, pairs.place
    two_before = np.where(keys.session[now - 2] == keys.session[now], kind[now - 2], "")
    starts = (kind[before] == "space") & letter[now]
    places = {
        "within a word": letter[before] & letter[now],
        "word start": starts,
        "sentence start": starts & (two_before == "sentence-punct"),
    }
    for name, of in places.items():
        for edge_s in PAUSES_S[1:4]:
            if of.sum() >= FEWEST:
                yield f"{name}: pauses > {edge_s:g} s", (pairs.spacing[of] > 1e3 * edge_s).mean()


def _corrections(keys: Keystrokes) -> Figures:
    """Yield how often and how far people go back."""
    erase = keys.key_class == CLASS_CODE["backspace"]
    written = int((~erase).sum())
    if not written:
        return
    yield "backspaces / 100 characters", 100 * erase.sum() / written
    again = np.append(False, erase[1:] & erase[:-1] & (keys.session[1:] == keys.session[:-1]))
    start = erase & ~again
    yield "bursts of backspaces / 100 characters", 100 * start.sum() / written
    if not erase.any():
        return
    length = np.bincount(np.cumsum(start)[erase] - 1)
    for size in range(1, BURSTS + 1):
        yield f"bursts of {size}", (length == size).mean()
    yield "bursts longer than 10", (length > 10).mean()
    yield "mean length of bursts", length.mean()
    rates = []
    for number in np.unique(keys.person):
        mine = erase[slice(*np.searchsorted(keys.person, (number, number + 1)))]
        if (~mine).sum() >= FEWEST_OF_A_PERSON:
            rates.append(100 * mine.sum() / (~mine).sum())
    yield from _spread("backspaces / 100 characters of people", np.array(rates))


def _shift(keys: Keystrokes) -> Figures:
    """Yield the times of Shift about the key after it, where Shift is known by name and held."""
    shift = np.array([code in _SHIFT for code in keys.vocabulary.codes])[keys.key]
    place = np.flatnonzero(shift[:-1] & ~shift[1:] & (keys.session[1:] == keys.session[:-1]))
    place = place[keys.up_us[place] > keys.down_us[place]]
    if len(place) < FEWEST:
        return
    yield from _spread("hold of Shift", _hold(keys)[place])
    down, up = keys.down_us / 1e3, keys.up_us / 1e3
    yield from _spread("Shift down to its key's down", down[place + 1] - down[place])
    yield from _spread("key's up after Shift's", up[place + 1] - up[place])
    yield "Shift released before its key's release", (up[place] < up[place + 1]).mean()
    yield "Shift released before its key's press", (up[place] < down[place + 1]).mean()


def _centred(values: Floats, person: NDArray[np.integer]) -> Floats:
    count = np.maximum(np.bincount(person), 1)
    centred: Floats = values - (np.bincount(person, values) / count)[person]
    return centred


def _person_median(values: Floats, person: NDArray[np.integer], people: int) -> Floats:
    """Return each person's median, shape (people,); NaN where there is none."""
    order = np.lexsort((values, person))
    count = np.bincount(person, minlength=people)
    first = np.cumsum(count) - count
    ranked = np.append(values[order], np.nan)
    low, high = (np.minimum(first + k, len(values)) for k in ((count - 1) // 2, count // 2))
    median = 0.5 * (ranked[low] + ranked[high])
    return np.where(count > 0, np.maximum(median, 1e-3), np.nan)


def _correlation(one: Floats, other: Floats) -> float:
    if len(one) < FEWEST or np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])
