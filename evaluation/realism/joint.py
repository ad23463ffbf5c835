"""What single figures cannot see: whether a classifier, a distance or a task tells the sides apart.

Sources
-------
Classifier two-sample test: Lopez-Paz & Oquab 2017. Energy distance: Szekely & Rizzo 2013. Density and
coverage: Naeem et al. 2020. Training on synthetic, testing on real: Esteban et al. 2017.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from deskhand.errors import DeskhandError
from deskhand.evaluation.key_views import window_features
from deskhand.evaluation.pointer_features import pointer_features
from deskhand.evaluation.realism.embedding import Rows, event_rows, session_rows, window_rows
from deskhand.evaluation.realism.measure import Floats
from deskhand.evaluation.realism.person_blocks import FEWEST_PEOPLE, Apart
from deskhand.evaluation.realism.pointer_measures import aimed_movements
from deskhand.evaluation.realism.side import EventStream, Side
from deskhand.evaluation.two_sample import FOLDS, TwoSample, learn, one_thread, two_sample_test

# Rows a side of a test, and how often the people of the reference are cut in two for its floor.
MOST_ROWS, FLOOR_SPLITS = 1_000, 3
PERMUTATIONS, NEIGHBOURS = 400, 5
# A classifier is asked so often, of other rows and folds; of a control once, on people cut in two.
ASKED, FOLDS_OF_A_CONTROL = 3, 2
FEWEST_OF_A_LABEL = 60


class JointRow(NamedTuple):
    """A row of the joint level."""

    name: str
    apart: Apart
    remark: str = ""


def joint_rows(
    made: Side, reference: Side, controls: Mapping[str, Side], *, seed: int
) -> Iterator[JointRow]:
    """Yield the rows of the joint level.

    Parameters
    ----------
    made, reference : Side
        Both sides.
    controls : mapping of str to Side
        The reference, spoiled.
    seed : int
        Of all draws.
    """
    sides = {"made": made, "reference": reference, **controls}
    for name, of in _VIEWS.items():
        views = {side: of(one, seed) for side, one in sides.items()}
        if not len(views["made"].row) or not len(views["reference"].row):
            continue
        views = _touched(views)
        yield JointRow(f"classifier: {name}", _classified(views, seed), "AUC; .5 is cannot tell")
        if name == "windows of 100 events":
            yield JointRow("energy distance of people", *_energy(views, seed))
            for what, found in _density_coverage(views, seed).items():
                yield JointRow(what, found, f"{NEIGHBOURS} nearest neighbours, of windows")
            trained = _trained(views, seed)
            if trained is not None:
                yield JointRow("train on one, test on people: application", trained, "accuracy")


def _movements(side: Side, seed: int) -> Rows:
    if side.pointer is None:
        return Rows.none()
    movements = aimed_movements(side.pointer, seed=seed)
    if not len(movements):
        return Rows.none()
    return Rows(pointer_features(movements)["raw"], movements.person)


def _keys(side: Side, seed: int) -> Rows:
    if side.keys is None:
        return Rows.none()
    try:
        return Rows(*window_features(side.keys, "timing", seed=seed))
    except DeskhandError:
        # No session has the keys of a window.
        return Rows.none()


def _of_events(
    rows: Callable[[EventStream, int], Rows],
) -> Callable[[Side, int], Rows]:
    return lambda side, seed: Rows.none() if side.events is None else rows(side.events, seed)


_VIEWS: Mapping[str, Callable[[Side, int], Rows]] = {
    "aimed movements": _movements,
    "windows of 40 keys": _keys,
    "single events": _of_events(lambda events, seed: event_rows(events, MOST_ROWS, seed)),
    "windows of 100 events": _of_events(lambda events, seed: window_rows(events, MOST_ROWS, seed)),
    "sessions": _of_events(lambda events, _: session_rows(events)),
}


def _touched(views: Mapping[str, Rows]) -> dict[str, Rows]:
    """Return the views without those of controls that leave them as they are, or empty."""
    real = views["reference"].row
    return {
        name: view
        for name, view in views.items()
        if name in ("made", "reference")
        or (len(view.row) >= FEWEST_PEOPLE and not np.array_equal(view.row, real, equal_nan=True))
    }


def _people(rows: Rows) -> NDArray[Any]:
    return np.unique(rows.person)


def _too_few(views: Mapping[str, Rows]) -> str:
    for side, spoken in (("reference", "reference"), ("made", "synthetic side")):
        count = len(_people(views[side]))
        if count < FEWEST_PEOPLE:
            return f"{count} people of the {spoken} have enough of it, {FEWEST_PEOPLE} are needed"
    return ""


def _unknown(views: Mapping[str, Rows], why: str) -> Apart:
    nothing = ("value", "reference", "distance", "floor", "ratio", "low", "high")
    return Apart(
        **dict.fromkeys(nothing, np.nan),
        people=len(_people(views["made"])),
        reference_people=len(_people(views["reference"])),
        controls={},
        why=why,
    )


def _cut(rows: Rows, rng: np.random.Generator) -> tuple[Rows, Rows]:
    order = rng.permutation(_people(rows))
    first = np.isin(rows.person, order[: len(order) // 2])
    return rows.take(first), rows.take(~first)


def _classified(views: Mapping[str, Rows], seed: int) -> Apart:
    why = _too_few(views)
    if why:
        return _unknown(views, why)
    rng = np.random.default_rng(seed)
    real = views["reference"]
    half = len(real.row) // 2

    def test(one: Rows, other: Rows, folds: int = FOLDS) -> TwoSample:
        few = min(len(one.row), len(other.row), MOST_ROWS, max(half, FEWEST_PEOPLE))
        a, b = one.some(few, rng), other.some(few, rng)
        rows = np.vstack([a.row, b.row])
        varies = np.isfinite(rows).sum(0) > 20
        return two_sample_test(
            np.where(np.isfinite(a.row), a.row, np.nan)[:, varies],
            np.where(np.isfinite(b.row), b.row, np.nan)[:, varies],
            a.person,
            # People of two sides who happen to have one number are strangers.
            b.person + 1_000_000,
            seed=seed,
            classifier=partial(quick, rows=2 * few),
            folds=folds,
        )

    try:
        floors = []
        for _ in range(FLOOR_SPLITS):
            one, other = _cut(real, rng)
            floors.append(test(one, other).auc - 0.5)
        asked = [test(real, views["made"]) for _ in range(ASKED)]
        fails = {
            name: test(real, view, FOLDS_OF_A_CONTROL).auc for name, view in _controls_of(views)
        }
    except DeskhandError as error:
        return _unknown(views, str(error))
    auc, low, high = np.mean([(one.auc, one.low, one.high) for one in asked], axis=0)
    # What chance alone does to an area of so many people is the least that a floor can be.
    a, b = len(_people(real)), len(_people(views["made"]))
    chance = ((a + b + 1) / (12.0 * a * b)) ** 0.5 / 2
    floor = max(float(np.sqrt(np.mean(np.square(floors)))), chance)

    def ratio(auc: float) -> float:
        return float(max(auc - 0.5, 0.0) / floor)

    return Apart(
        value=float(auc),
        reference=0.5 + float(np.mean(floors)),
        distance=max(float(auc) - 0.5, 0.0),
        floor=floor,
        ratio=ratio(auc),
        low=ratio(low),
        high=ratio(high),
        people=b,
        reference_people=a,
        controls={name: ratio(auc) for name, auc in fails.items()},
    )


def _controls_of(views: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(name, view) for name, view in views.items() if name not in ("made", "reference")]


def quick(seed: int, *, rows: int) -> Any:
    """Return boosted trees that are grown in a moment, with smaller leaves where there are few rows."""
    return learn("ensemble").HistGradientBoostingClassifier(
        max_iter=40,
        learning_rate=0.12,
        max_leaf_nodes=15,
        min_samples_leaf=int(np.clip(rows // 25, 2, 20)),
        l2_regularization=1.0,
        random_state=seed,
    )


def _standard(views: Mapping[str, Rows]) -> dict[str, Floats]:
    """Return rows in units of the reference's spread, in its people's clipped range."""
    known = np.nan_to_num(views["reference"].row)
    mean, spread = known.mean(0), known.std(0) + 1e-9
    return {n: np.clip((np.nan_to_num(v.row) - mean) / spread, -5, 5) for n, v in views.items()}


def _energy(views: Mapping[str, Rows], seed: int) -> tuple[Apart, str]:
    why = _too_few(views)
    if why:
        return _unknown(views, why), ""
    rows = _standard(views)
    means = {}
    for name, view in views.items():
        _, place = np.unique(view.person, return_inverse=True)
        count = np.bincount(place)[:, np.newaxis]
        means[name] = np.stack([np.bincount(place, c) for c in rows[name].T], 1) / count
    rng = np.random.default_rng(seed)
    a, b = means["made"], means["reference"]
    few = min(len(a), len(b) // 2)

    def energy(one: Floats, other: Floats) -> float:
        return float(
            2 * cdist(one, other).mean() - cdist(one, one).mean() - cdist(other, other).mean()
        )

    floors, found = [], []
    fails: dict[str, list[float]] = {name: [] for name, _ in _controls_of(views)}
    for _ in range(40):
        order = rng.permutation(len(b))
        one, other = b[order[:few]], b[order[few : 2 * few]]
        floors.append(energy(one, other))
        found.append(energy(a[rng.permutation(len(a))[:few]], other))
        for name, values in fails.items():
            values.append(energy(means[name][rng.permutation(len(means[name]))[:few]], other))
    whole = np.vstack([a, b])
    apart_of = cdist(whole, whole)
    label = np.zeros((PERMUTATIONS + 1, len(whole)))
    label[0, : len(a)] = 1.0
    for row in label[1:]:
        row[rng.permutation(len(whole))[: len(a)]] = 1.0
    p, q = label / len(a), (1.0 - label) / len(b)
    all_of = (
        2 * ((p @ apart_of) * q).sum(1) - ((p @ apart_of) * p).sum(1) - ((q @ apart_of) * q).sum(1)
    )
    chance = float((all_of >= all_of[0] - 1e-12).mean())
    floor = float(np.mean(floors))
    low, high = np.percentile(np.array(found) / floor, [2.5, 97.5])
    return Apart(
        value=float(np.mean(found)),
        reference=floor,
        distance=float(np.mean(found)),
        floor=floor,
        ratio=float(np.mean(found)) / floor,
        low=float(low),
        high=float(high),
        people=len(a),
        reference_people=len(b),
        controls={name: float(np.mean(values)) / floor for name, values in fails.items()},
    ), f"permuting people: p = {chance:.3f}"


def _density_coverage(views: Mapping[str, Rows], seed: int) -> dict[str, Apart]:
    names = ("density of windows", "coverage of windows")
    why = _too_few(views)
    if why:
        return {name: _unknown(views, why) for name in names}
    standard = _standard(views)
    rows = {name: Rows(standard[name], view.person) for name, view in views.items()}
    rng = np.random.default_rng(seed)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in views}
    for _ in range(10):
        one, other = _cut(rows["reference"], rng)
        few = min(len(one.row), len(other.row), len(rows["made"].row), 600)
        held = other.some(few, rng).row
        tree = cKDTree(held)
        radius = np.asarray(tree.query(held, k=NEIGHBOURS + 1)[0])[:, -1]
        for name in views:
            other_side = one if name == "reference" else rows[name]
            inside = cdist(held, other_side.some(few, rng).row) < radius[:, np.newaxis]
            density = inside.sum() / (NEIGHBOURS * inside.shape[1])
            found[name].append((density, inside.any(1).mean()))
    result = {}
    for column, name in enumerate(names):
        values = {n: np.array(v)[:, column] for n, v in found.items()}
        real = float(values["reference"].mean())
        floor = max(float(values["reference"].std()) * 2**0.5, 0.02)

        def ratio(value: float, real: float = real, floor: float = floor) -> float:
            return abs(value - real) / floor

        spread = np.percentile(values["made"], [2.5, 97.5])
        ends = sorted(ratio(float(end)) for end in spread)
        result[name] = Apart(
            value=float(values["made"].mean()),
            reference=real,
            distance=abs(float(values["made"].mean()) - real),
            floor=floor,
            ratio=ratio(float(values["made"].mean())),
            low=ends[0],
            high=ends[1],
            people=len(_people(views["made"])),
            reference_people=len(_people(views["reference"])),
            controls={name: ratio(float(v.mean())) for name, v in _controls_of(values)},
        )
    return result


def _trained(views: Mapping[str, Rows], seed: int) -> Apart | None:
    """Return how well the application in front is told by its events, trained on either side."""
    why = _too_few(views)
    if why:
        return None
    real = views["reference"]
    labels, often = np.unique(real.label[real.label >= 0], return_counts=True)
    mine, my_often = np.unique(views["made"].label, return_counts=True)
    shared = np.intersect1d(labels[often >= FEWEST_OF_A_LABEL], mine[my_often >= FEWEST_OF_A_LABEL])
    if len(shared) < 2:
        return None
    views = {name: view.take(np.isin(view.label, shared)) for name, view in views.items()}
    rng = np.random.default_rng(seed)
    scores: dict[str, list[float]] = {name: [] for name in views}
    try:
        for _ in range(FLOOR_SPLITS):
            one, other = _cut(views["reference"], rng)
            for name in views:
                train = one if name == "reference" else views[name].some(len(one.row), rng)
                if len(np.unique(train.label)) < 2:
                    continue
                with one_thread():
                    fitted = quick(seed, rows=len(train.row)).fit(train.row, train.label)
                scores[name].append(float((fitted.predict(other.row) == other.label).mean()))
    except DeskhandError as error:
        return _unknown(views, str(error))
    floor = max(float(np.std(scores["reference"])) * 2**0.5, 0.01)
    best = float(np.mean(scores["reference"]))

    def ratio(values: list[float]) -> float:
        return max(best - float(np.mean(values)), 0.0) / floor

    each = sorted(ratio([value]) for value in scores["made"])
    return Apart(
        value=float(np.mean(scores["made"])),
        reference=best,
        distance=max(best - float(np.mean(scores["made"])), 0.0),
        floor=floor,
        ratio=ratio(scores["made"]),
        low=each[0],
        high=each[-1],
        people=len(_people(views["made"])),
        reference_people=len(_people(views["reference"])),
        controls={name: ratio(found) for name, found in _controls_of(scores) if found},
    )
