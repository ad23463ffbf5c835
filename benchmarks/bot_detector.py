"""Detectors of bots by who is called human in training, and what they do with real people and with bots."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from movement_windows import (
    Windows,
    bot_windows,
    invented_requests,
    synthetic_windows,
    windows_of,
)
from numpy.typing import NDArray
from pointer_sides import SETS, table_of

from deskhand.calibration.movements import Movements, cut_movements
from deskhand.calibration.recording import read_recording
from deskhand.datasets.bots.families import FAMILIES
from deskhand.errors import DeskhandError
from deskhand.evaluation.path_table import movement_requests

Floats = NDArray[np.float64]
Score = Callable[[Floats], Floats]
# A headless bot has one report: it makes no movement that could be judged, so a rule finds it.
TRAINING = [name for name, kind in FAMILIES.items() if not kind.unseen and name != "headless"]
UNSEEN = [name for name, kind in FAMILIES.items() if kind.unseen]
PUBLISHED = (("literature", "law"),)
# A window that scores less is taken for a bot's: three of five trees say so.
THRESHOLD = 0.4
# Movements of a real person that are scored at most, so that no few people are most of the test.
MOST = 120
CONTROL = "jittered"
# Seeds of synthetic people and bots that no detector has seen.
OTHERS = 50


class Size(NamedTuple):
    """How much is made, and how often."""

    people: int
    movements: int
    trees: int
    seeds: int


class Found(NamedTuple):
    """What one detector does on one set, and on other synthetic people and bots."""

    auc: dict[str, float]
    false_rejects: float
    passed: dict[str, float]
    synthetic: tuple[float, float] = (np.nan, np.nan)

    @property
    def error(self) -> float:
        """Return the mean of people rejected and of the family that passes most."""
        return 0.5 * (self.false_rejects + max(self.passed.values()))

    def worst(self, families: Sequence[str]) -> float:
        """Return the lowest AUC of some families."""
        return min(self.auc[name] for name in families)


def human_classes(tested: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the profiles and tiers of each human class for a set that is tested."""
    other = [(name, tier) for name in SETS if name != tested for tier in ("law", "learned")]
    every = [(name, tier) for name in SETS for tier in ("law", "learned")]
    return {
        "published": PUBLISHED,
        "other set": (*PUBLISHED, *other),
        "shipped": (*PUBLISHED, *every),
    }


class Makers:
    """Makes synthetic people and bots once for each profile and seed, and keeps them."""

    def __init__(self, size: Size, window: int) -> None:
        self._size, self._window, self._kept = size, window, dict[tuple[Any, ...], Windows]()

    def people(self, profile: str, tier: str, seed: int) -> Windows:
        """Return windows of synthetic people."""
        key = (profile, tier, seed)
        if key not in self._kept:
            asked = invented_requests(self._size.people, self._size.movements, 1000 + seed)
            self._kept[key] = synthetic_windows(asked, profile, tier, seed, self._window)
        return self._kept[key]

    def bots(self, family: str, recorder: str, seed: int) -> Windows:
        """Return windows of bots, a third of the people's number for each family."""
        key = (family, recorder, seed)
        if key not in self._kept:
            people = max(self._size.people // 3, 2)
            asked = invented_requests(people, self._size.movements, 2000 + seed)
            self._kept[key] = bot_windows(asked, family, recorder, seed, self._window)
        return self._kept[key]

    def all_bots(self, recorders: Sequence[str], seed: int) -> dict[str, Windows]:
        """Return bots whose reports come from the same recorders as the human class's."""

        def joined(family: str) -> Windows:
            parts = [self.bots(family, recorder, seed) for recorder in recorders]
            return Windows(
                np.vstack([part.rows for part in parts]),
                np.concatenate([part.person for part in parts]),
            )

        return {family: joined(family) for family in TRAINING}


def detector(people: Sequence[Floats], bots: Mapping[str, Windows], trees: int, seed: int) -> Score:
    """Return what scores windows from 0, bots, to 1, people; all parts of either weigh alike."""
    from sklearn.ensemble import ExtraTreesClassifier

    parts = [*people, *(windows.rows for windows in bots.values())]
    rows = np.vstack(parts)
    human = np.arange(len(rows)) < sum(map(len, people))
    share = [*[0.5 / len(people)] * len(people), *[0.5 / len(bots)] * len(bots)]
    each = [np.full(len(part), of / len(part)) for of, part in zip(share, parts, strict=True)]
    forest = ExtraTreesClassifier(
        trees,
        min_samples_leaf=3,
        # Few of many features at a time: what one kind of bot lacks shall not decide alone.
        max_features=5,
        random_state=seed,
    )
    forest.fit(rows, human, sample_weight=np.concatenate(each) * len(rows))

    def score(asked: Floats) -> Floats:
        return np.asarray(forest.predict_proba(asked)[:, 1], np.float64)

    return score


def judged(score: Score, real: Windows, bots: Mapping[str, Windows]) -> Found:
    """Return what a detector does with real people and with bots of every family."""
    from sklearn.metrics import roc_auc_score

    human = score(real.rows)
    auc, passed = {}, {}
    for family, windows in bots.items():
        machine = score(windows.rows)
        truth = np.append(np.ones(len(human)), np.zeros(len(machine)))
        auc[family] = float(roc_auc_score(truth, np.append(human, machine)))
        passed[family] = float(np.mean(machine >= THRESHOLD))
    return Found(auc, float(np.mean(human < THRESHOLD)), passed)


class Tested(NamedTuple):
    """A set's real windows, and bots between the same points."""

    name: str
    real: Windows
    bots: dict[str, Windows]


def tested_set(folder: Path, name: str, window: int, quick: bool) -> Tested:
    """Return the real people of a set, and every family's bots between their points."""
    movements = cut_movements(read_recording(table_of(folder, name)))
    most = MOST // 3 if quick else MOST
    # The first of each person, in the order in which they were made.
    rank = np.arange(len(movements)) - np.searchsorted(movements.person, movements.person)
    if (np.diff(movements.person) < 0).any():
        raise DeskhandError(f"{name}: people do not stand one after another.")
    kept: Movements = movements.take(rank < most)
    asked = movement_requests(kept)
    bots = {family: bot_windows(asked, family, name, 9, window) for family in (*TRAINING, *UNSEEN)}
    return Tested(name, windows_of(kept, window), bots)


def rows_of(tested: Tested, makers: Makers, size: Size) -> dict[str, list[Found]]:
    """Return what each human class comes to, a finding for each seed."""
    found: dict[str, list[Found]] = {}
    everyone = np.unique(tested.real.person)
    for seed in range(size.seeds):
        for name, parts in human_classes(tested.name).items():
            people = [makers.people(*part, seed).rows for part in parts]
            bots = makers.all_bots(sorted({profile for profile, _ in parts}), seed)
            made = detector(people, bots, size.trees, seed)
            others = np.vstack([makers.people(*part, OTHERS + seed).rows for part in parts])
            wrong = judged(
                made,
                Windows(others, np.empty(0, np.int32)),
                makers.all_bots([parts[0][0]], OTHERS + seed),
            )
            found.setdefault(name, []).append(
                judged(made, tested.real, tested.bots)._replace(
                    synthetic=(wrong.false_rejects, max(wrong.passed.values()))
                )
            )
        half = np.random.default_rng(seed).permutation(everyone)
        known, strangers = half[: len(half) // 2], half[len(half) // 2 :]
        bots = makers.all_bots([tested.name], seed)
        made = detector([tested.real.of(known).rows], bots, size.trees, seed)
        found.setdefault("real people", []).append(
            judged(made, tested.real.of(strangers), tested.bots)
        )
        rest = {family: one for family, one in bots.items() if family != CONTROL}
        curves = makers.bots(CONTROL, tested.name, 500 + seed).rows
        made = detector([curves], rest, size.trees, seed)
        found.setdefault("control", []).append(judged(made, tested.real, tested.bots))
    return found


def left_out(tested: Tested, makers: Makers, size: Size) -> dict[str, list[Found]]:
    """Return what each training family comes to when detectors have not seen it, human class published."""
    found: dict[str, list[Found]] = {}
    for seed in range(size.seeds):
        people = [makers.people(*PUBLISHED[0], seed).rows]
        bots = makers.all_bots([PUBLISHED[0][0]], seed)
        for family in TRAINING:
            rest = {name: one for name, one in bots.items() if name != family}
            made = detector(people, rest, size.trees, seed)
            found.setdefault(family, []).append(
                judged(made, tested.real, {family: tested.bots[family]})
            )
    return found


def crossed(tested: Tested, makers: Makers, size: Size, counts: Sequence[int]) -> dict[str, Any]:
    """Return what detectors do by the number of real people in training.

    The people that are tested on are the same for every number; synthetic people are the published
    profile's.
    """
    everyone = np.unique(tested.real.person)
    curves: dict[str, dict[int, list[Found]]] = {"real people": {}, "with synthetic": {}}
    for seed in range(size.seeds):
        order = np.random.default_rng(100 + seed).permutation(everyone)
        strangers = tested.real.of(order[max(counts) :])
        invented = makers.people(*PUBLISHED[0], seed).rows
        own = makers.all_bots([tested.name], seed)
        both = makers.all_bots(sorted({tested.name, PUBLISHED[0][0]}), seed)
        for count in counts:
            known = tested.real.of(order[:count]).rows
            ways = {"with synthetic": ([invented, known] if count else [invented], both)}
            if count:
                ways["real people"] = ([known], own)
            for name, (people, bots) in ways.items():
                made = detector(people, bots, size.trees, seed)
                found = judged(made, strangers, tested.bots)
                curves[name].setdefault(count, []).append(found)
    return curves
