"""Whether a detector that has seen no real person tells people from bots that it has not seen either.

    python benchmarks/ml_bot_detection.py --data DIR [--set mouse-game] [--seeds 5] [--window 10]
        [--left-out] [--crossover] [--figures DIR] [--json FILE] [--quick]

The human class in training is synthetic people alone; bots are the families of deskhand.datasets.bots
that are not kept apart. It is tested on real people and on the families kept apart, between the real
people's own points. A window that scores below .4 is taken for a bot's, whoever trained the detector:
the table's last column says how many other synthetic people, and bots of the training families, fall
on the wrong side of it. That it is not .5 lets people rather pass; it was chosen with these sets at
hand, and nothing else was.

Shipped profiles of the pointer were fitted on people of these sets, so three human classes are shown:
"published", the profile of the literature's numbers (law tier), for which nobody was recorded;
"other set", published and the profile that was fitted on the other set's people; "shipped", all of
them, which knows the tested people's population. "real people" is the other half of the set's people,
and "control" calls jittered curves human.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from bot_detector import (
    TRAINING,
    UNSEEN,
    Found,
    Makers,
    Size,
    Tested,
    crossed,
    left_out,
    rows_of,
    tested_set,
)
from crossover import crossover_plot, interval, lift
from movement_windows import WINDOW
from pointer_sides import SETS

from deskhand.errors import DeskhandError


def show(tested: Tested, found: Mapping[str, list[Found]]) -> None:
    """Print a set's table."""
    people = len(np.unique(tested.real.person))
    print(f"\n{tested.name}: {SETS[tested.name][1]}; {people} people, {len(tested.real)} windows")
    print(
        f"  {'human class in training':24}{'worst AUC, unseen':>24}{'worst AUC, trained':>24}"
        f"{'people rejected':>24}{'worst unseen passing':>24}"
        f"{'other synthetic wrong':>24}"
    )
    for name, each in found.items():
        cells = [
            interval([one.worst(UNSEEN) for one in each]),
            interval([one.worst(TRAINING) for one in each]),
            interval([one.false_rejects for one in each]),
            interval([max(one.passed[family] for family in UNSEEN) for one in each]),
        ]
        wrong = np.mean([one.synthetic for one in each], axis=0)
        last = f"{wrong[0]:.3f} / {wrong[1]:.3f}" if np.isfinite(wrong).all() else "-"
        print(f"  {name:24}" + "".join(f"{cell!s:>24}" for cell in (*cells, last)), flush=True)


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


def show_crossover(tested: Tested, curves: Mapping[str, Mapping[int, list[Found]]]) -> None:
    """Print errors by the number of real people in training, with and without synthetic ones."""
    print(
        f"\n{tested.name}: people rejected / windows of the worst family passing, by real people in "
        "training; lift: the mean of both without synthetic people less that with them"
    )
    print(f"  {'real people':>12}{'alone':>16}{'with synthetic':>16}{'lift':>26}")
    for count, beside in curves["with synthetic"].items():
        alone = curves["real people"].get(count)
        cells = [_both(alone) if alone else "-", _both(beside)]
        gain = lift([one.error for one in alone], [one.error for one in beside]) if alone else "-"
        print(f"  {count:12}{cells[0]:>16}{cells[1]:>16}{gain!s:>26}", flush=True)


def _both(found: Sequence[Found]) -> str:
    rejected = np.mean([one.false_rejects for one in found])
    passing = np.mean([max(one.passed.values()) for one in found])
    return f"{rejected:.3f} / {passing:.3f}"


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
                f"Bot detection, {name}: errors at the threshold",
                "mean of people rejected and worst family passing",
                {
                    row: {n: [one.error for one in each] for n, each in curve.items()}
                    for row, curve in curves.items()
                },
                {},
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
