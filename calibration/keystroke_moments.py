"""Moments of keystrokes: what a recording, or what a law makes of its keys, tells of people and keys.

Centres are medians and shapes come from quantiles, so that lost releases and long absences count for
little. People's traits are measured on two halves of what each typed; how people vary, and how their
traits go together, is taken from products of one half with the other, which leave the noise out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.digraph_contexts import CLASS_CONTEXTS, key_contexts
from deskhand.behavior_models.g_and_h import PERCENT, fit_quantiles
from deskhand.behavior_models.key_classes import CLASS_CODE, CLASSES
from deskhand.behavior_models.keystroke_law import HOLD_KINDS, hold_kind
from deskhand.behavior_models.typist_traits import TRAITS
from deskhand.calibration.key_recording import KeyRecording
from deskhand.keyed_draws import keys, uniforms

Array = NDArray[np.float64]

FEWEST_PEOPLE = 8
FEWEST_OF_PERSON = 60
_HALF_KEYS = 50
_REPEAT_US, _ALIKE_US = 1_200_000, 2_500
_LAGS = (3, 4, 5, 6, 8)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """What each keystroke tells; NaN where a spacing or a hold is not to be used."""

    person: NDArray[np.intp]
    half: NDArray[np.intp]
    place: NDArray[np.intp]
    context: NDArray[np.intp]
    kind: NDArray[np.intp]
    identity: NDArray[np.intp]
    pair: NDArray[np.intp]
    letters: NDArray[np.intp]
    log_spacing: Array
    log_hold: Array


def recorded_rows(recording: KeyRecording) -> Rows:
    """Return what each keystroke of a recording tells."""
    sequences, down_us, up_us = recording.sequences, recording.down_us, recording.up_us
    key, place, vocabulary = sequences.key, sequences.place, sequences.vocabulary
    key_class = vocabulary.key_class[key].astype(np.intp)
    spacing_us = np.diff(down_us, prepend=0).astype(np.float64)
    hold_us = (up_us - down_us).astype(np.float64)
    before = np.append(key[:1], key[:-1])
    again = (place > 0) & (key == before) & (key_class != CLASS_CODE["unknown"])
    # A held key that sends itself is logged as up when it is logged as down again.
    sent = again & (spacing_us < _REPEAT_US)
    sent[1:] &= np.abs(up_us[:-1] - down_us[1:]) <= _ALIKE_US
    modifier = key_class == CLASS_CODE["modifier"]
    sent |= again & modifier
    held = sent | np.append(sent[1:], False)
    # Stamps are cut to a millisecond or more: spread them over it.
    fraction = uniforms(keys(0, "keys.dither", [0]), np.arange(2 * len(key))).astype(np.float64)
    dither_us = 1e3 * (fraction.reshape(2, -1) - 0.5)
    spacing = np.log(np.maximum(spacing_us + dither_us[0], 1e3) * 1e-6)
    hold = np.log(np.maximum(hold_us + dither_us[1], 1e3) * 1e-6)
    spacing[(place == 0) | sent | (spacing_us <= 0)] = np.nan
    # Of keys of which nothing is known, one that starts a text or outlasts the next may be Shift.
    outlasts = np.append(up_us[:-1] > up_us[1:], False) & (np.append(place[1:], 0) > 0)
    unknown = key_class == CLASS_CODE["unknown"]
    hold[held | (hold_us <= 0) | modifier | (unknown & ((place == 0) | outlasts))] = np.nan
    letter = vocabulary.letter.astype(np.intp)
    identity = np.where(letter > 0, len(CLASSES) + letter, vocabulary.key_class)[key]
    identity_before = np.append(identity[:1], identity[:-1])
    number = np.where(vocabulary.key_class == CLASS_CODE["space"], 27, letter)[key]
    number_before = np.append(number[:1], number[:-1])
    kind = np.array([HOLD_KINDS.index(hold_kind(name)) for name in CLASSES])
    sequence = sequences.sequence
    several = np.bincount(sequences.person, minlength=len(recording.people)) > 3
    in_person = np.arange(len(sequences)) - np.searchsorted(sequences.person, sequences.person)
    by_session = several[recording.person]
    return Rows(
        person=recording.person,
        half=np.where(by_session, in_person[sequence], place // _HALF_KEYS) % 2,
        place=place,
        context=key_contexts(sequences, before, place).astype(np.intp),
        kind=kind[key_class],
        identity=identity,
        pair=np.where((identity > 0) & (identity_before > 0), identity_before * 256 + identity, 0),
        letters=np.where((number > 0) & (number_before > 0), number_before * 28 + number, 0),
        log_spacing=spacing,
        log_hold=hold,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """Spacings or holds less what their context or kind does.

    ``shape`` has rows of centre, scale, g and h; ``rest`` is what is left in units of the context's
    scale and of the person's spread; ``score`` is a person's rank in it as a normal number.
    """

    shape: Array
    rows: NDArray[np.intp]
    effect: dict[str, float]
    mean: Array
    spread: Array
    plain: Array
    rest: Array
    score: Array


def _side(
    rows: Rows,
    values: Array,
    kind: NDArray[np.intp],
    enough: NDArray[np.intp],
    kinds: int,
    letters: NDArray[np.intp] | None,
) -> Side:
    people = int(rows.person.max()) + 1
    used = np.where(np.isin(rows.person, enough), values, np.nan)
    centre, effect_of = np.zeros(kinds), np.zeros(28 * 28)
    spread = np.ones(people)
    number = np.zeros_like(kind) if letters is None else letters
    for turn in range(4):
        rest = used - spread[rows.person] * (centre[kind] + effect_of[number])
        quantiles = _percentiles(rows.person, rest, people)
        mean, width = quantiles[:, 4], quantiles[:, 5] - quantiles[:, 3]
        spread = width / np.nanmedian(width)
        spread = np.clip(np.where(np.isfinite(spread), spread, 1.0), 0.4, 2.5)
        relative = (used - mean[rows.person]) / spread[rows.person]
        level = relative - effect_of[number]
        centre = np.nan_to_num(_percentiles(kind, level, kinds)[:, 4])
        if letters is not None and turn > 0:
            effect_of = _pair_effects(rows, relative - centre[kind], number)
    level = relative - effect_of[number]
    quantiles = _percentiles(kind, level, kinds)
    shape = fit_quantiles(np.nan_to_num(quantiles))
    shape[:, 3] = np.clip(shape[:, 3], -0.2, 0.6)
    count = np.bincount(kind[np.isfinite(level)], minlength=kinds)
    rest = (level - shape[kind, 0]) / np.maximum(shape[kind, 1], 1e-3)
    # All people together are more spread, and in their tails, than people are one by one.
    own = fit_quantiles(_known(_percentiles(rows.person, rest, people, FEWEST_OF_PERSON)))
    together = fit_quantiles(_percentiles(np.zeros_like(kind), rest, 1))[0]
    shape[:, 1] *= np.median(own[:, 1]) / together[1]
    shape[:, 2:] += np.median(own[:, 2:], axis=0) - together[2:]
    rest *= together[1] / np.median(own[:, 1])
    names = {
        _letter_name(n // 28) + _letter_name(n % 28): round(float(effect_of[n]), 3)
        for n in np.flatnonzero(effect_of).tolist()
    }
    return Side(
        shape=shape,
        rows=count,
        effect=names,
        mean=mean,
        spread=spread,
        plain=used - spread[rows.person] * (centre[kind] + effect_of[number]),
        rest=rest,
        score=_scores(rows.person, rest, people),
    )


def _groups(group: NDArray[np.intp], values: Array, size: int) -> Iterator[tuple[int, Array]]:
    """Return the finite values of each group."""
    fine = np.flatnonzero(np.isfinite(values))
    order = fine[np.argsort(group[fine], kind="stable")]
    ends = np.searchsorted(group[order], np.arange(size + 1))
    for number in range(size):
        yield number, values[order[ends[number] : ends[number + 1]]]


def _percentiles(group: NDArray[np.intp], values: Array, size: int, fewest: int = 20) -> Array:
    found = np.full((size, len(PERCENT)), np.nan)
    for number, own in _groups(group, values, size):
        if len(own) >= fewest:
            found[number] = np.percentile(own, PERCENT)
    return found


def _known(rows: Array) -> Array:
    found: Array = rows[np.isfinite(rows).all(axis=1)]
    return found


def _letter_name(number: int) -> str:
    return " " if number == 27 else chr(96 + number)


def _pair_effects(rows: Rows, rest: Array, number: NDArray[np.intp]) -> Array:
    """Return what pairs of letters do beyond their context, shrunk, by number of the pair."""
    effect = np.zeros(28 * 28)
    fine = np.isfinite(rest) & (number > 0)
    typed_by = np.unique(np.stack([number[fine], rows.person[fine]]), axis=1)[0]
    by = np.bincount(typed_by, minlength=28 * 28)
    for pair, own in _groups(number, np.where(fine, rest, np.nan), 28 * 28):
        if len(own) >= 40 and by[pair] >= FEWEST_PEOPLE:
            effect[pair] = np.median(own) * len(own) / (len(own) + 50)
    return np.where(np.abs(effect) < 0.03, 0.0, effect)


def _scores(group: NDArray[np.intp], values: Array, size: int) -> Array:
    """Return the rank of each value in its group as a standard normal number."""
    from scipy.special import ndtri

    score = np.full(len(values), np.nan)
    fine = np.flatnonzero(np.isfinite(values))
    order = fine[np.lexsort((values[fine], group[fine]))]
    ends = np.searchsorted(group[order], np.arange(size + 1))
    size_of = np.diff(ends)[group[order]]
    rank = np.arange(len(order)) - ends[group[order]]
    score[order] = ndtri((rank + 0.5) / size_of)
    return score


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """What is measured of a recording, and in the same way of what the law makes of its keys.

    ``middle`` and ``sd`` are of the traits over people, ``covariance`` is between them.
    """

    spacing: Side
    hold: Side
    middle: Array
    sd: Array
    covariance: Array


def measured(recording: KeyRecording, rows: Rows, enough: NDArray[np.intp]) -> Measured:
    """Return what is measured of the people that have keystrokes enough."""
    spacing = _side(rows, rows.log_spacing, rows.context, enough, len(CLASS_CONTEXTS), rows.letters)
    hold = _side(rows, rows.log_hold, rows.kind, enough, len(HOLD_KINDS), None)
    halves = np.stack([_traits(rows, spacing, hold, half, recording) for half in (0, 1)])
    middle, covariance = _moments(halves[:, enough])
    return Measured(
        spacing=spacing,
        hold=hold,
        middle=middle,
        sd=np.sqrt(np.maximum(np.diag(covariance), 1e-6)),
        covariance=covariance,
    )


def _mean_of(group: NDArray[np.intp], values: Array, size: int, fewest: int = 20) -> Array:
    fine = np.isfinite(values)
    count = np.bincount(group[fine], minlength=size)
    total = np.bincount(group[fine], values[fine], size)
    found: Array = np.where(count >= fewest, total / np.maximum(count, 1), np.nan)
    return found


def _product(one: Array, other: Array, place: NDArray[np.intp], lag: int) -> Array:
    """Return ``one[i - lag] * other[i]`` within sequences, at i."""
    found = np.full(len(one), np.nan)
    found[lag:] = np.where(place[lag:] >= lag, one[: len(one) - lag] * other[lag:], np.nan)
    return found


def _traits(rows: Rows, spacing: Side, hold: Side, half: int, recording: KeyRecording) -> Array:
    """Return every person's traits from one half of what was typed, shape (p, 14)."""
    people = len(recording.people)
    mine = rows.half == half

    def of_half(values: Array) -> Array:
        return np.where(mine, values, np.nan)

    columns: dict[str, Array] = {}
    for name, side in (("spacing", spacing), ("hold", hold)):
        quantiles = _percentiles(rows.person, of_half(side.rest), people)
        shape = fit_quantiles(np.nan_to_num(quantiles))
        missing = ~np.isfinite(quantiles[:, 4])
        shape[missing] = np.nan
        columns[name] = _percentiles(rows.person, of_half(side.plain), people)[:, 4]
        columns[f"{name}_spread"] = np.log(np.maximum(side.spread * shape[:, 1], 1e-3))
        columns[f"{name}_skew"], columns[f"{name}_tail"] = shape[:, 2], shape[:, 3]
    place, d, h = rows.place, spacing.score, hold.score
    products = {
        "spacing_memory": _product(d, d, place, 1),
        "hold_memory": _product(h, h, place, 1),
        "own_spacing": d * h,
        "next_spacing": _product(h, d, place, 1),
    }
    for name, values in products.items():
        columns[name] = _mean_of(rows.person, of_half(values), people)
    use, lead = _shift_habits(recording, rows)
    for name, values, fewest in (("shift_use", use, 4), ("shift_lead", lead, 4)):
        columns[name] = _mean_of(rows.person, of_half(values), people, fewest)
    share = columns["shift_use"]
    columns["shift_use"] = np.log((share + 0.03) / (1.03 - share))
    return np.stack([columns[name] for name in TRAITS], axis=1)


def _shift_habits(recording: KeyRecording, rows: Rows) -> tuple[Array, Array]:
    """Return whether a first key is Shift, and by how many seconds it comes up before its letter."""
    sequences, down_us, up_us = recording.sequences, recording.down_us, recording.up_us
    key_class = sequences.vocabulary.key_class[sequences.key]
    shift, unknown = (key_class == CLASS_CODE[name] for name in ("modifier", "unknown"))
    followed = np.append(rows.place[1:] > 0, False)
    next_down, next_up = (np.append(side[1:], side[-1:]) for side in (down_us, up_us))
    over = followed & (up_us > next_down)
    use = np.where(unknown & (rows.place == 0) & followed, over.astype(float), np.nan)
    held = over & (shift | (unknown & (rows.place == 0))) & (up_us - down_us > 1_000)
    lead = np.where(held, np.clip((next_up - up_us) * 1e-6, -0.2, 0.2), np.nan)
    return use, lead


def _moments(halves: Array) -> tuple[Array, Array]:
    """Return means and covariances of traits over people, robustly, from two halves of each.

    Parameters
    ----------
    halves : NDArray[np.float64], shape (2, p, traits)
    """
    middle, level = np.full((2, halves.shape[-1]), np.nan)
    bounded = np.full_like(halves, np.nan)
    for k in np.flatnonzero(np.isfinite(halves).any(axis=(0, 1))):
        column = halves[..., k]
        middle[k] = np.nanmedian(column)
        # Three standard deviations of a normal spread, by the quartile of what is off the middle.
        reach = 3.0 * np.nanpercentile(np.abs(column - middle[k]), 75) / 1.15
        bounded[..., k] = np.clip(column - middle[k], -reach, reach)
        level[k] = np.nanmean(bounded[..., k])
    bounded -= level
    size = halves.shape[-1]
    covariance = np.full((size, size), np.nan)
    for i in range(size):
        for j in range(size):
            cross = bounded[0, :, i] * bounded[1, :, j], bounded[1, :, i] * bounded[0, :, j]
            both = np.concatenate(cross)
            if np.isfinite(both).sum() >= 2 * FEWEST_PEOPLE:
                covariance[i, j] = np.nanmean(both)
    return middle + level, covariance


def score_shares(rows: Rows, spacing: Array, hold: Array, *, known: bool) -> dict[str, Any]:
    """Return the parts of the scores' variance."""
    found: dict[str, Any] = {name: [] for name in ("session", "lasting", "decay", "own")}
    sequence = np.cumsum(rows.place == 0) - 1
    several = len(np.unique(rows.person)) * 4 < sequence[-1]
    for score, own in ((spacing, rows.pair), (hold, rows.identity)):
        session = _between(sequence, score) if several else 0.0
        products = [float(np.nanmean(_product(score, score, rows.place, lag))) for lag in _LAGS]
        best = (np.inf, 0.0, 0.8)
        for decay in np.arange(0.7, 0.981, 0.01):
            curve = decay ** np.array(_LAGS)
            left = np.array(products) - session * several
            share = max(float((curve * left).sum() / (curve * curve).sum()), 0.0)
            best = min(best, (float(np.square(left - share * curve).sum()), share, float(decay)))
        named = np.where(own > 0, score, np.nan)
        group = np.unique(rows.person * 65_536 + own, return_inverse=True)[1]
        found["session"].append(round(session, 4))
        found["lasting"].append(round(min(best[1], 0.4), 4))
        found["decay"].append(round(best[2], 4))
        found["own"].append(round(_between(group, named), 4) if known else 0.0)
    if known:
        group = np.unique(rows.person * 64 + rows.context, return_inverse=True)[1]
        context = _between(group, np.where(rows.pair > 0, spacing, np.nan))
        found["own"][0] = round(max(found["own"][0] - context, 0.0), 4)
    found["context"] = round(context, 4) if known else 0.0
    return found


def _between(group: NDArray[np.intp], values: Array) -> float:
    """Return the variance between groups, less what chance within them makes of it."""
    fine = np.isfinite(values)
    group, values = group[fine], values[fine]
    count = np.bincount(group).astype(float)
    total, square = np.bincount(group, values), np.bincount(group, values * values)
    # The mean product of two different members of a group.
    pairs = count * (count - 1)
    weight = count[count > 1]  # a group counts as its members
    product = (total * total - square)[count > 1] / pairs[count > 1]
    return max(float((weight * product).sum() / max(weight.sum(), 1.0)), 0.0)
