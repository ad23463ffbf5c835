"""How far two sides are apart, in units of how far people are apart: splits and bootstrap by person.

Events of one person are alike, so people are drawn, never events, and every person counts the same.
The reference's people are cut in two halves many times. The floor is how far one half is from the
other; the distance is how far as many people of the other side are from a half. Both are then of the
same number of people, and their ratio is 1 where the other side is people of the same population.

Source: block bootstrap, Efron & Tibshirani 1993, An Introduction to the Bootstrap.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.evaluation.realism.measure import KINDS, Floats, Measure

# Below it a verdict would be noise (25 people: AUC of people against people .52 +- .11).
FEWEST_PEOPLE = 20
SPLITS, DRAWS, SPLITS_A_DRAW = 100, 60, 4
# Values are compared on so many places.
PLACES = 256
# A person with fewer values of a distribution says little of it.
FEWEST_VALUES = 5
# More values than that are thinned.
MOST_VALUES = 200_000
# Kinds beyond so many, the rarest first, are one kind.
MOST_KINDS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """What comes of a measure; numbers are NaN where they are not known.

    Parameters
    ----------
    value, reference : float
        The median over people's values, the spread of kinds in bits, or the share itself.
    distance, floor, ratio, low, high : float
        Means over splits, their ratio, and its 95 % interval over people.
    people, reference_people : int
        With enough values.
    controls : mapping of str to float
        The ratio of each negative control.
    why : str
        Why there is no ratio; empty where there is one.
    """

    value: float
    reference: float
    distance: float
    floor: float
    ratio: float
    low: float
    high: float
    people: int
    reference_people: int
    controls: Mapping[str, float]
    why: str = ""


def apart(
    made: Measure, reference: Measure, controls: Mapping[str, Measure], *, seed: int
) -> Apart:
    """Return how far two sides of one measure are apart.

    Parameters
    ----------
    made, reference : Measure
        Of the same name.
    controls : mapping of str to Measure
        Of the reference's own people, spoiled; under the same numbers.
    seed : int
        Of splits and draws.

    Examples
    --------
    >>> from deskhand.evaluation.realism.measure import measured
    >>> rng = np.random.default_rng(1)
    >>> person = np.repeat(np.arange(40), 50)
    >>> def of(scale):
    ...     pace = np.exp(0.2 * rng.standard_normal(40))[person]
    ...     value = scale * pace * np.exp(0.3 * rng.standard_normal(2000))
    ...     return measured("keys", "hold", person, value, "log w1", "ms")
    >>> alike, other = (apart(of(s), of(90.0), {}, seed=0).ratio for s in (90.0, 180.0))
    >>> alike < 1.5, other > 3.0
    (True, True)
    """
    sides = {"made": made, "reference": reference, **controls}
    tables, people, grid = _tables(sides, reference.distance)
    a, b = tables["made"], tables["reference"]
    value, known = _told(a, grid, reference.distance), _told(b, grid, reference.distance)
    told: dict[str, Any] = {
        "value": value,
        "reference": known,
        "people": len(a),
        "reference_people": len(b),
    }
    for name, table in (("reference", b), ("synthetic side", a)):
        if len(table) < FEWEST_PEOPLE:
            why = f"{len(table)} people of the {name} have enough of it, {FEWEST_PEOPLE} are needed"
            return Apart(**told, **_NOTHING, controls={}, why=why)
    rng = np.random.default_rng(seed)
    few = min(len(b) // 2, len(a))
    one, other = _halves(len(b), few, SPLITS, rng)
    mine = _chosen(len(a), few, SPLITS, rng)

    def between(p: Floats, q: Floats) -> Floats:
        return _distance(p, q, grid, reference.distance)

    held = other @ b
    distance = float(between(mine @ a, held).mean())
    # What few people do is in neither half as a rule: see `_floor`.
    everyone = np.vstack([a, b])
    mixed, others = _halves(len(everyone), few, SPLITS, rng)
    pooled = float(between(mixed @ everyone, others @ everyone).mean())
    floor = _floor(float(between(one @ b, held).mean()), pooled)
    found = {}
    for name in controls:
        spoiled = tables[name]
        # The reference's own people, as far as the control has left them any values.
        at = {who: place for place, who in enumerate(people[name])}
        rows = np.array([at.get(who, -1) for who in people["reference"]])
        weight = one[:, rows >= 0]
        total = weight.sum(1, keepdims=True)
        if len(spoiled) < FEWEST_PEOPLE // 2 or not total.all():
            continue
        moved = between((weight / total) @ spoiled[rows[rows >= 0]], held)
        found[name] = _ratio(float(moved.mean()), floor)
    low, high = _interval(a, b, few, between, pooled, rng)
    ratio = _ratio(distance, floor)
    told |= {"distance": distance, "floor": floor, "ratio": ratio, "low": low, "high": high}
    return Apart(**told, controls=found)


def _floor(between_halves: float, pooled: float) -> float:
    """Return how far people are apart, where the reference's people hardly are out of all people.

    Of something that a few of all people do, the reference's halves often have none at all: their
    distance would be 0, and one person of the other side would fail. Then halves of all people, of
    both sides, tell what chance does, as in a permutation test.
    """
    return between_halves if between_halves >= pooled / 2 else pooled


_NOTHING: dict[str, Any] = dict.fromkeys(("distance", "floor", "ratio", "low", "high"), np.nan)


def _ratio(distance: float, floor: float) -> float:
    if floor > 0:
        return distance / floor
    return 0.0 if distance == 0 else np.inf


def _tables(
    sides: Mapping[str, Measure], distance: str
) -> tuple[dict[str, Floats], dict[str, NDArray[np.int64]], Floats]:
    """Return each side's table of people by places, whose its rows are, and the places."""
    if distance == "share":
        grid = np.arange(3.0)
    elif distance in KINDS:
        kinds, often = np.unique(
            np.concatenate([sides[name].value for name in ("reference", "made")]),
            return_counts=True,
        )
        grid = np.sort(kinds[np.argsort(-often, kind="stable")[:MOST_KINDS]]).astype(np.float64)
    elif distance == "clock w1":
        grid = np.arange(24.0)
    else:
        grid = _grid([_logged(side) for side in sides.values()])
    tables, people = {}, {}
    for name, side in sides.items():
        # One value a person is a figure of that person.
        single = len(np.unique(side.person)) == len(side.person)
        count = np.bincount(side.person) if len(side.person) else np.zeros(0, np.int64)
        who = np.flatnonzero(count >= (1 if single else FEWEST_VALUES))
        people[name] = who
        if distance == "share":
            tables[name] = _moments(side, who)
            continue
        keep = np.isin(side.person, who)
        if keep.sum() > MOST_VALUES:
            # Many values of few people: every so manieth is as good.
            keep &= np.arange(len(keep)) % -(-int(keep.sum()) // MOST_VALUES) == 0
            keep |= _first(side.person)
        row = np.searchsorted(who, side.person[keep])
        place = _places(_logged(side)[keep], grid, distance)
        width = len(grid) + (distance in KINDS)
        table = np.bincount(row * width + place, minlength=len(who) * width).astype(np.float64)
        table = table.reshape(len(who), width)
        tables[name] = table / np.maximum(table.sum(1, keepdims=True), 1.0)
    return tables, people, grid


def _first(person: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where a person is met first, so that nobody is lost."""
    found = np.zeros(len(person), np.bool_)
    found[np.unique(person, return_index=True)[1]] = True
    return found


def _logged(side: Measure) -> Floats:
    value: Floats = side.value.astype(np.float64)
    return np.log(value) if side.distance == "log w1" else value


def _grid(values: list[Floats]) -> Floats:
    levels = np.linspace(0.0, 1.0, PLACES)
    whole = np.unique(np.concatenate(values)) if values else np.empty(0)
    if len(whole) <= 2 * PLACES:
        return whole if len(whole) else np.zeros(1)
    return np.unique(np.concatenate([np.quantile(v, levels) for v in values if len(v)]))


def _places(value: Floats, grid: Floats, distance: str) -> NDArray[np.int64]:
    place = np.searchsorted(grid, value).clip(0, len(grid) - 1)
    if distance in KINDS:
        # What is not among the kinds is one more of them.
        return np.where(grid[place] == value, place, len(grid))
    if distance == "clock w1":
        return np.floor(value).astype(np.int64) % 24
    below = np.maximum(place - 1, 0)
    nearer = np.abs(value - grid[below]) < np.abs(grid[place] - value)
    return np.where(nearer, below, place)


def _moments(side: Measure, who: NDArray[np.int64]) -> Floats:
    """Return each person's mean, variance within, and 1 / number of values."""
    value = side.value.astype(np.float64)
    count = np.bincount(side.person, minlength=1)[who].astype(np.float64)
    mean = np.bincount(side.person, value)[who] / count
    square = np.bincount(side.person, value**2)[who] / count
    within = np.maximum(square - mean**2, 0.0) * count / np.maximum(count - 1.0, 1.0)
    return np.column_stack([mean, mean**2, within, 1.0 / count])


def _share(moments: Floats) -> Floats:
    """Return the share of the variance that is between people, out of weighted moments."""
    between = np.maximum(moments[:, 1] - moments[:, 0] ** 2 - moments[:, 2] * moments[:, 3], 0.0)
    return between / np.maximum(between + moments[:, 2], 1e-12)


def _distance(p: Floats, q: Floats, grid: Floats, distance: str) -> Floats:
    """Return the distance of each row of p from that of q, shape (r,)."""
    gone = np.cumsum(p - q, axis=1)
    found: Floats
    if distance == "share":
        found = np.abs(_share(p) - _share(q))
    elif distance == "tv":
        found = 0.5 * np.abs(p - q).sum(1)
    elif distance == "js":
        found = np.sqrt(np.maximum(_bits(0.5 * (p + q)) - 0.5 * (_bits(p) + _bits(q)), 0.0))
    elif distance == "missing":
        found = np.where(p > 0, 0.0, q).sum(1)
    elif distance == "invented":
        found = np.where(q > 0, 0.0, p).sum(1)
    elif distance == "clock w1":
        found = np.abs(gone - np.median(gone, axis=1, keepdims=True)).sum(1)
    else:
        found = (np.abs(gone[:, :-1]) * np.diff(grid)).sum(1)
    return found


def _bits(p: Floats) -> Floats:
    found: Floats = (p * np.log2(1.0 / np.where(p > 0, p, 1.0))).sum(1)
    return found


def _told(table: Floats, grid: Floats, distance: str) -> float:
    """Return the one number that stands for a side."""
    if not len(table):
        return float("nan")
    mean = table.mean(0, keepdims=True)
    if distance == "share":
        return float(_share(mean)[0])
    if distance in KINDS:
        return float(_bits(mean)[0])
    if distance == "clock w1":
        angle = 2j * np.pi * (grid + 0.5) / 24
        return float(np.angle((mean[0] * np.exp(angle)).sum()) * 24 / (2 * np.pi) % 24)
    middle = float(grid[min(int(np.searchsorted(np.cumsum(mean[0]), 0.5 - 1e-9)), len(grid) - 1)])
    return float(np.exp(middle)) if distance == "log w1" else middle


def _chosen(people: int, few: int, splits: int, rng: np.random.Generator) -> Floats:
    """Return weights of so many people of each split, shape (splits, people)."""
    order = np.argsort(rng.random((splits, people)), axis=1)
    weight = np.zeros((splits, people))
    np.put_along_axis(weight, order[:, :few], 1.0 / few, axis=1)
    return weight


def _halves(people: int, few: int, splits: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    order = np.argsort(rng.random((splits, people)), axis=1)
    halves = np.zeros((2, splits, people))
    for half, places in zip(halves, (order[:, :few], order[:, few : 2 * few]), strict=True):
        np.put_along_axis(half, places, 1.0 / few, axis=1)
    return halves[0], halves[1]


def _interval(
    a: Floats, b: Floats, few: int, between: Any, pooled: float, rng: np.random.Generator
) -> tuple[float, float]:
    """Return the 95 % interval of the ratio over people drawn anew on both sides."""
    ratios = []
    for _ in range(DRAWS):
        # A person who is drawn twice is twice in the same half, so that the halves stay strangers.
        of_b = np.bincount(rng.integers(0, len(b), len(b)), minlength=len(b))
        of_a = np.bincount(rng.integers(0, len(a), len(a)), minlength=len(a))
        one, other = _halves(len(b), few, SPLITS_A_DRAW, rng)
        mine = _chosen(len(a), few, SPLITS_A_DRAW, rng)
        one, other, mine = one * of_b, other * of_b, mine * of_a
        sums = [side.sum(1, keepdims=True) for side in (one, other, mine)]
        if not all(side.all() for side in sums):
            continue
        one, other, mine = (w / s for w, s in zip((one, other, mine), sums, strict=True))
        held = other @ b
        floor = _floor(float(between(one @ b, held).mean()), pooled)
        if floor > 0:
            ratios.append(float(between(mine @ a, held).mean()) / floor)
    if len(ratios) < DRAWS // 2:
        return np.nan, np.nan
    low, high = np.percentile(ratios, [2.5, 97.5])
    return float(low), float(high)
