"""Whether a detector that has seen no real person tells people from bots that it has not seen either.

    python benchmarks/ml_bot_detection.py --data DIR [--set mouse-game] [--seeds 5] [--window 10]
        [--left-out] [--crossover] [--figures DIR] [--json FILE] [--quick]

The human class in training is synthetic people alone; bots are the families of deskhand.datasets.bots
that are not kept apart. It is tested on real people and on the families kept apart, between the real
people's own points. The threshold is set on the training data, by trees that have not seen a window:
a third of the way from the bots' highest scores to the people's lowest, so that people are rather let
pass. That it is a third was chosen with these sets at hand; nothing else was.

Shipped profiles of the pointer were fitted on people of these sets, so three human classes are shown:
"published", the profile of the literature's numbers (law tier), for which nobody was recorded;
"other set", published and the profile that was fitted on the other set's people; "shipped", all of
them, which knows the tested people's population. "real people" is the other half of the set's people,
and "control" calls jittered curves human.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from warnings import catch_warnings, simplefilter

import numpy as np
from crossover import crossover_plot, interval, lift
from movement_windows import (
    WINDOW,
    Windows,
    bot_windows,
    invented_requests,
    synthetic_windows,
    windows_of,
)
from numpy.typing import NDArray
from pointer_sides import SETS, requests_of, table_of

from deskhand.calibration.movements import Movements, cut_movements
from deskhand.calibration.recording import read_recording
from deskhand.datasets.bots.families import FAMILIES
from deskhand.errors import DeskhandError

Floats = NDArray[np.float64]
# A headless bot has one report: it makes no movement that could be judged, so a rule finds it.
TRAINING = [name for name, kind in FAMILIES.items() if not kind.unseen and name != "headless"]
UNSEEN = [name for name, kind in FAMILIES.items() if kind.unseen]
PUBLISHED = (("literature", "law"),)
# The threshold lies so far on the way from the score that all but a few of the training bots stay
# below to the one that all but a few of the training people stay above.
RARE, TOWARDS_PEOPLE = 0.005, 1 / 3
# Movements of a real person that are scored at most, so that no few people are most of the test.
MOST = 120
CONTROL = "jittered"


class Size(NamedTuple):
    """How much is made, and how often."""

    people: int
    movements: int
    trees: int
    seeds: int


class Detector(NamedTuple):
    """Scores windows from 0, bots, to 1, people; below the threshold a window is taken for a bot's."""

    score: Callable[[Floats], Floats]
    threshold: float


class Found(NamedTuple):
    """What one detector does on one set."""

    auc: dict[str, float]
    false_rejects: float
    passed: dict[str, float]

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


def detector(
    people: Sequence[Floats], bots: Mapping[str, Windows], trees: int, seed: int
) -> Detector:
    """Return a forest and its threshold; people and bots weigh alike, and so do parts of either."""
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
        bootstrap=True,
        oob_score=True,
        random_state=seed,
    )
    with catch_warnings():
        # Of few trees, some have seen every row.
        simplefilter("ignore", UserWarning)
        forest.fit(rows, human, sample_weight=np.concatenate(each) * len(rows))
    unseen = forest.oob_decision_function_[:, 1]
    low = np.nanquantile(unseen[~human], 1.0 - RARE)
    high = np.nanquantile(unseen[human], RARE)

    def score(asked: Floats) -> Floats:
        return np.asarray(forest.predict_proba(asked)[:, 1], np.float64)

    return Detector(score, float(low + TOWARDS_PEOPLE * (high - low)))


def judged(found: Detector, real: Windows, bots: Mapping[str, Windows]) -> Found:
    """Return what a detector does with real people and with bots of every family."""
    from sklearn.metrics import roc_auc_score

    human = found.score(real.rows)
    auc, passed = {}, {}
    for family, windows in bots.items():
        machine = found.score(windows.rows)
        truth = np.append(np.ones(len(human)), np.zeros(len(machine)))
        auc[family] = float(roc_auc_score(truth, np.append(human, machine)))
        passed[family] = float(np.mean(machine >= found.threshold))
    return Found(auc, float(np.mean(human < found.threshold)), passed)


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
    asked = requests_of(kept)
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
            found.setdefault(name, []).append(judged(made, tested.real, tested.bots))
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


def show_left_out(tested: Tested, found: Mapping[str, list[Found]]) -> None:
    """Print the table of families left out of training, one at a time."""
    print(f"\n{tested.name}: each training family left out in turn, human class published")
    print(f"  {'family':16}{'AUC':>24}{'passing':>24}{'people rejected':>24}")
    for family, each in found.items():
        cells = [
            interval([one.auc[family] for one in each]),
            interval([one.passed[family] for one in each]),
            interval([one.false_rejects for one in each]),
        ]
        print(f"  {family:16}" + "".join(f"{cell!s:>24}" for cell in cells), flush=True)


def crossed(tested: Tested, makers: Makers, size: Size, counts: Sequence[int]) -> dict[str, Any]:
    """Return false rejects and AUC on unseen families by the number of real people in training.

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


def show(tested: Tested, found: Mapping[str, list[Found]]) -> None:
    """Print a set's table."""
    people = len(np.unique(tested.real.person))
    print(f"\n{tested.name}: {SETS[tested.name][1]}; {people} people, {len(tested.real)} windows")
    print(
        f"  {'human class in training':24}{'worst AUC, unseen':>24}{'worst AUC, trained':>24}"
        f"{'people rejected':>24}{'worst unseen passing':>24}"
    )
    for name, each in found.items():
        cells = [
            interval([one.worst(UNSEEN) for one in each]),
            interval([one.worst(TRAINING) for one in each]),
            interval([one.false_rejects for one in each]),
            interval([max(one.passed[family] for family in UNSEEN) for one in each]),
        ]
        print(f"  {name:24}" + "".join(f"{cell!s:>24}" for cell in cells), flush=True)


def show_crossover(tested: Tested, curves: Mapping[str, Mapping[int, list[Found]]]) -> None:
    """Print false rejects by the number of real people, with and without synthetic ones."""
    print(f"\n{tested.name}: people rejected, by real people in training (mean and 95 % interval)")
    print(f"  {'real people':>12}{'alone':>24}{'with synthetic':>24}{'lift':>26}")
    for count, each in curves["with synthetic"].items():
        beside = [one.false_rejects for one in each]
        alone = [one.false_rejects for one in curves["real people"].get(count, [])]
        cells = [str(interval(alone)) if alone else "-", str(interval(beside))]
        cells.append(str(lift(alone, beside)) if alone else "-")
        print(f"  {count:12}{cells[0]:>24}{cells[1]:>24}{cells[2]:>26}", flush=True)


def benchmark(given: argparse.Namespace, name: str) -> dict[str, Any]:
    """Print a set's tables and return their figures."""
    size = given.size
    tested = tested_set(given.data, name, given.window, given.quick)
    makers = Makers(size, given.window)
    found = rows_of(tested, makers, size)
    show(tested, found)
    figures: dict[str, Any] = {row: [one._asdict() for one in each] for row, each in found.items()}
    if given.left_out:
        rest = left_out(tested, makers, size)
        show_left_out(tested, rest)
        figures["left out"] = {name: [one._asdict() for one in each] for name, each in rest.items()}
    if given.crossover or given.figures:
        curves = crossed(tested, makers, size, given.real)
        show_crossover(tested, curves)
        figures["crossover"] = {
            row: {str(count): [one._asdict() for one in each] for count, each in curve.items()}
            for row, curve in curves.items()
        }
        if given.figures:
            crossover_plot(
                given.figures / f"bot-detection-{name}.png",
                f"Bot detection, {name}: real people taken for bots",
                "share of windows rejected",
                {
                    row: {n: [one.false_rejects for one in each] for n, each in curve.items()}
                    for row, curve in curves.items()
                },
                {"the bar, 1 %": 0.01},
            )
    return figures


def main(words: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder of the tables")
    parser.add_argument("--set", choices=SETS, help="one set alone")
    parser.add_argument("--seeds", type=int, help="5, or 3 with --quick")
    parser.add_argument("--people", type=int, help="synthetic people: 150, or 60 with --quick")
    parser.add_argument("--movements", type=int, default=20, help="of each of them")
    parser.add_argument("--window", type=int, default=WINDOW, help="movements judged at once")
    parser.add_argument("--real", default="0,1,2,5,10,20", help="real people of the crossover")
    parser.add_argument("--left-out", action="store_true", help="each training family in turn")
    parser.add_argument(
        "--crossover", action="store_true", help="real people beside synthetic ones"
    )
    parser.add_argument("--figures", type=Path, help="folder for plots of the crossover")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--quick", action="store_true", help="fewer people, trees and seeds")
    given = parser.parse_args(words)
    given.real = [int(count) for count in given.real.split(",")]
    given.size = Size(
        people=given.people or (60 if given.quick else 150),
        movements=given.movements,
        trees=60 if given.quick else 200,
        seeds=given.seeds or (3 if given.quick else 5),
    )
    if min(given.window, given.movements) < 1 or given.movements < given.window:
        parser.error("--window is from 1 to --movements")
    try:
        import sklearn  # noqa: F401
    except ImportError:
        print('needs scikit-learn: python -m pip install -e ".[evaluate]"', file=sys.stderr)
        return 2
    names = [given.set] if given.set else list(SETS)
    try:
        found = {name: benchmark(given, name) for name in names}
    except DeskhandError as error:
        print(error, file=sys.stderr)
        return 2
    print(
        "\nIntervals are over seeds: other synthetic people, bots and forests; the real people are the "
        "same but for the rows that train on some of them."
    )
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
