"""Features of windows of keystrokes: what intervals are, how they hang together, what clock, which keys.

The sets are apart, so that a test can say what gives a typist away: the distribution of intervals,
their order, the clock that stamped them, or how they follow the keys.
"""

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import CLASS_CODE, KeyVocabulary
from deskhand.evaluation.key_contexts import CONTEXTS, FINGERS, finger_of_class, pair_table
from deskhand.evaluation.key_windows import Floats, KeyWindows

LEVELS = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
PAUSES_MS = (300, 500, 1000, 2000, 5000)
# Two downs closer than this are one movement of the hand, or a bounce.
CLOSE_MS = 30
LAGS = (1, 2, 3, 5, 10)
# Periods in ms of timers and of polled keyboards.
CLOCKS_MS = (2.0, 4.0, 5.0, 8.0, 10.0, 15.625, 16.0, 1000 / 60)
# English letter pairs that come often, to see a person's pace on them.
PAIRS = ("th", "he", "in", "er", "an", "re", "on", "at", "en", "nd", "e ", "s ", "d ", "t ")
SERIES = ("hold", "spacing", "gap", "release")
DISTRIBUTION = (
    *(f"{series} q{level:g}" for series in SERIES for level in LEVELS),
    *(f"log {s} {m}" for s in SERIES[:2] for m in ("mean", "sd", "skewness", "kurtosis")),
    *("rollover", "three keys down", "releases out of order", "overlap", "longest overlap"),
    *(f"spacing > {edge} ms" for edge in PAUSES_MS),
    f"spacing < {CLOSE_MS} ms",
)
DEPENDENCE = (
    *(f"log {series} lag {lag}" for series in SERIES[:2] for lag in LAGS),
    *("hold with spacing before", "hold with spacing after", "hold with gap after"),
    *("rollover twice", "longest run of rollover", "drift of spacing", "drift of hold"),
)
CLOCK = (
    *(f"{s} on {period:.4g} ms" for s in ("hold", "spacing") for period in CLOCKS_MS),
    *(f"{s} around {period:.4g} ms" for s in ("hold", "spacing") for period in CLOCKS_MS),
    *(f"different {s}s" for s in ("hold", "spacing")),
    *(f"most common {s}" for s in ("hold", "spacing")),
)
KEYED = (
    *(f"{name}: {what}" for name in CONTEXTS for what in ("share", "spacing", "gap", "log sd")),
    *(f"hold of {finger}" for finger in (*FINGERS, "space", "backspace")),
    *(f"pace of {pair!r}" for pair in PAIRS),
)


def distribution_features(windows: KeyWindows) -> Floats:
    """Return what intervals there are, whatever their order, columns `DISTRIBUTION`.

    Parameters
    ----------
    windows : KeyWindows
        w of them.

    Returns
    -------
    NDArray[np.float64], shape (w, k)
        NaN where a window has no rollover to measure.
    """
    hold, spacing, gap = windows.hold, windows.spacing, windows.gap
    rolled = gap < 0
    columns: list[Floats] = [
        np.quantile(series, LEVELS, axis=1).T for series in (hold, spacing, gap, windows.release)
    ]
    columns += [_moments(_log(hold)), _moments(_log(spacing))]
    shares = [rolled, windows.third, windows.release < 0]
    columns.append(np.column_stack([np.mean(share, axis=1) for share in shares]))
    longest = np.where(rolled, -gap, 0.0).max(1)
    columns.append(
        np.column_stack([masked_median(-gap, rolled), np.where(rolled.any(1), longest, np.nan)])
    )
    columns.append(np.column_stack([(spacing > edge).mean(1) for edge in PAUSES_MS]))
    columns.append((spacing < CLOSE_MS).mean(1, keepdims=True))
    return np.hstack(columns)


def dependence_features(windows: KeyWindows) -> Floats:
    """Return how intervals hang together, columns `DEPENDENCE`; `windows` as above."""
    hold, spacing, gap = _log(windows.hold), _log(windows.spacing), windows.gap
    rolled = gap < 0
    place = np.arange(hold.shape[1], dtype=np.float64)
    columns = [
        correlation(series[:, lag:], series[:, :-lag]) if series.shape[1] > lag + 1 else _none(hold)
        for series in (hold, spacing)
        for lag in LAGS
    ]
    columns += [
        correlation(hold[:, 1:], spacing),
        correlation(hold[:, :-1], spacing),
        correlation(hold[:, :-1], gap),
        (rolled[:, 1:] & rolled[:, :-1]).mean(1),
        _longest_run(rolled),
        correlation(spacing, np.broadcast_to(place[1:], spacing.shape)),
        correlation(hold, np.broadcast_to(place, hold.shape)),
    ]
    return np.column_stack(columns)


def clock_features(windows: KeyWindows) -> Floats:
    """Return what clock stamped the intervals, columns `CLOCK`; `windows` as above."""
    columns: list[Floats] = []
    both = windows.hold, windows.spacing
    for series in both:
        columns += [
            (np.abs(series - period * np.rint(series / period)) < 0.5).mean(1)
            for period in CLOCKS_MS
        ]
    for series in both:
        columns += [np.abs(np.exp(2j * np.pi * series / period).mean(1)) for period in CLOCKS_MS]
    ranked = [np.sort(series, axis=1) for series in both]
    columns += [1.0 + (np.diff(series) > 0).sum(1) for series in ranked]
    columns += [_longest_run(np.diff(series) == 0) + 1.0 for series in ranked]
    return np.column_stack(columns)


def keyed_features(windows: KeyWindows, vocabulary: KeyVocabulary) -> Floats:
    """Return how intervals follow the keys, columns `KEYED`.

    Parameters
    ----------
    windows : KeyWindows
        w of them.
    vocabulary : KeyVocabulary
        The keys; letters may be known by name or by their place alone.

    Returns
    -------
    NDArray[np.float64], shape (w, k)
        NaN where a window has no such key.
    """
    spacing, gap, hold = windows.spacing, windows.gap, windows.hold
    log_spacing = _log(spacing)
    middle = [np.median(series, axis=1) for series in (spacing, hold)]
    before, now = windows.key[:, :-1], windows.key[:, 1:]
    context = pair_table(vocabulary)[before, now]
    columns: list[Floats] = []
    for code in range(len(CONTEXTS)):
        mask = context == code
        columns += [
            mask.mean(1),
            masked_median(spacing, mask) - middle[0],
            masked_median(gap, mask),
            _masked_sd(log_spacing, mask),
        ]
    finger = finger_of_class()[vocabulary.key_class][windows.key]
    erase = (vocabulary.key_class == CLASS_CODE["backspace"])[windows.key]
    # The thumb's number follows the fingers', so that its column is that of the space.
    masks = [*(finger == code for code in range(len(FINGERS) + 1)), erase]
    columns += [masked_median(hold, mask) - middle[1] for mask in masks]
    mean = log_spacing.mean(1)
    symbol = _symbols(vocabulary)
    for pair in PAIRS:
        mask = (symbol[before] == ord(pair[0])) & (symbol[now] == ord(pair[1]))
        columns.append(masked_median(log_spacing, mask) - mean)
    return np.column_stack(columns)


def masked_median(values: Floats, mask: NDArray[np.bool_]) -> Floats:
    """Return each row's median over the places of a mask, NaN where it has none.

    Examples
    --------
    >>> masked_median(np.array([[3.0, 1.0, 9.0]]), np.array([[True, True, False]])).tolist()
    [2.0]
    """
    count = mask.sum(1)
    ranked = np.sort(np.where(mask, values, np.inf), axis=1)
    rows = np.arange(len(values))
    low, high = (ranked[rows, np.maximum(k, 0)] for k in ((count - 1) // 2, count // 2))
    found = np.full(len(values), np.nan)
    known = count > 0
    found[known] = 0.5 * (low[known] + high[known])
    return found


def correlation(one: Floats, other: Floats) -> Floats:
    """Return each row's correlation; 0 where a side does not change.

    Examples
    --------
    >>> correlation(np.array([[1.0, 2.0, 3.0]]), np.array([[2.0, 4.0, 6.0]])).round(6).tolist()
    [1.0]
    """
    a, b = (side - side.mean(1, keepdims=True) for side in (one, other))
    scale = np.sqrt((a * a).mean(1) * (b * b).mean(1))
    return np.where(scale > 1e-12, (a * b).mean(1) / np.maximum(scale, 1e-12), 0.0)


def _log(values: Floats) -> Floats:
    return np.log(np.maximum(values, 1.0))


def _none(like: Floats) -> Floats:
    return np.full(len(like), np.nan)


def _moments(values: Floats) -> Floats:
    mean, sd = values.mean(1), values.std(1)
    z = (values - mean[:, np.newaxis]) / np.maximum(sd, 1e-6)[:, np.newaxis]
    square = z * z
    return np.column_stack([mean, sd, (z * square).mean(1), (square * square).mean(1)])


def _masked_sd(values: Floats, mask: NDArray[np.bool_]) -> Floats:
    count = mask.sum(1)
    some = np.maximum(count, 1)
    mean = np.where(mask, values, 0.0).sum(1) / some
    square = np.where(mask, (values - mean[:, np.newaxis]) ** 2, 0.0).sum(1) / some
    return np.where(count > 1, np.sqrt(square), np.nan)


def _longest_run(mask: NDArray[np.bool_]) -> Floats:
    run, longest = np.zeros(len(mask)), np.zeros(len(mask))
    for column in mask.T:
        run = np.where(column, run + 1.0, 0.0)
        longest = np.maximum(longest, run)
    return longest


def _symbols(vocabulary: KeyVocabulary) -> NDArray[np.int64]:
    """Return the character code of letters and of the space, 0 for other keys."""
    letter = vocabulary.letter.astype(np.int64)
    symbol = np.where(letter > 0, letter + ord("a") - 1, 0)
    return np.where(vocabulary.key_class == CLASS_CODE["space"], ord(" "), symbol)
