"""Whether synthetic people help to verify real ones when few real people are at hand to train on.

    python benchmarks/ml_verification.py --data DIR [--kind keys|mouse] [--seeds 8] [--figures DIR]
        [--json FILE] [--quick]

A verifier is told whether a window (40 keys, or 10 mouse movements) is by the person whom five windows
enrolled. It is trained on pairs of 2, 3, 5, 10 or 25 real people, on those and synthetic ones, or on
synthetic ones alone, and tested on other real people. Below each other: the equal error rate (EER) of
logistic regression on scaled differences, and of the scaled Manhattan distance, which learns no more
than the scale.

Synthetic people are of the profile of published numbers (literature, law tier): nobody was recorded
for it. With --profile and --fidelity others can be taken; the shipped profiles of typing and of the
pointer were fitted on people of these sets, so theirs would flatter.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from crossover import Interval, crossover_plot, interval, lift
from key_sides import table_of as key_table_of
from movement_windows import invented_requests, synthetic_windows, windows_of
from pointer_sides import table_of as pointer_table_of
from verifier import (
    ENROLLED,
    Pairs,
    Samples,
    learnt,
    manhattan,
    pairs_of,
    pooled_sd,
    within_sd,
)

import deskhand
from deskhand.calibration.movements import cut_movements
from deskhand.calibration.recording import read_recording
from deskhand.errors import DeskhandError
from deskhand.evaluation.key_features import dependence_features, distribution_features
from deskhand.evaluation.key_table import Keystrokes, typed_keys
from deskhand.evaluation.key_windows import key_windows

KEYS = 40
# Synthetic people together weigh as much as so many real ones, however many there are.
WORTH = 5
# Sessions of a synthetic typist: sentences of as many keys as people are given to copy.
SESSIONS, SESSION_KEYS = 12, 48
KINDS = {
    "keys": "transcription-timing",
    "mouse": "mouse-game",
}


class Task(NamedTuple):
    """What is verified: real people, and a maker of synthetic ones by seed."""

    name: str
    real: Samples
    made: Any


def key_samples(keys: Keystrokes) -> Samples:
    """Return the windows of keystrokes as rows of features."""
    windows = key_windows(keys, size=KEYS, most=1_000_000, seed=0)
    rows = np.hstack([distribution_features(windows), dependence_features(windows)])
    # Where there is no rollover there is no length of it.
    return Samples(np.nan_to_num(rows, nan=0.0), windows.person.astype(np.int64))


def key_task(given: argparse.Namespace) -> Task:
    """Return the task of typing."""
    rows = key_table_of(given.data, KINDS["keys"])
    names = pc.unique(rows["user"]).to_pylist()
    order = np.random.default_rng(0).permutation(len(names))[: given.pool]
    some = pa.array([names[place] for place in order], pa.string())
    real = key_samples(typed_keys(rows.filter(pc.is_in(rows["user"], some))))

    def made(seed: int) -> Samples:
        people = np.repeat(np.arange(given.people), SESSIONS)
        timed = deskhand.time_keys(
            [["?"] * SESSION_KEYS] * len(people),
            person=[f"{person:06}" for person in people],
            profile=given.profile,
            fidelity=given.fidelity,
            seed=seed,
        )
        return key_samples(
            typed_keys(
                pa.table(
                    {
                        "user": timed["person"].cast(pa.string()),
                        "session": timed["sequence"].cast(pa.string()),
                        "t_down_s": timed["down_us"].to_numpy() / 1e6,
                        "t_up_s": timed["up_us"].to_numpy() / 1e6,
                        "key": timed["key"].cast(pa.string()),
                    }
                )
            )
        )

    return Task("keys: sentences copied, timing alone (Aalto; Dhakal et al. 2018)", real, made)


def mouse_task(given: argparse.Namespace) -> Task:
    """Return the task of moving a mouse."""
    movements = cut_movements(read_recording(pointer_table_of(given.data, KINDS["mouse"])))
    found = windows_of(movements)
    real = Samples(found.rows, found.person.astype(np.int64))

    def made(seed: int) -> Samples:
        asked = invented_requests(given.people, 120, 3000 + seed)
        windows = synthetic_windows(asked, given.profile, given.fidelity, seed)
        return Samples(windows.rows, windows.person.astype(np.int64))

    return Task("mouse: a browser game (SapiMouse; Antal, Fejer & Buza 2021)", real, made)


def measured(task: Task, counts: Sequence[int], tested: int, seeds: int) -> dict[str, Any]:
    """Return equal error rates by way of training, number of real people and seed."""
    everyone = np.unique(task.real.person)
    enough = [p for p in everyone if (task.real.person == p).sum() > ENROLLED + 1]
    if len(enough) < max(counts) + 5:
        raise DeskhandError(
            f"{len(enough)} people have more than {ENROLLED + 1} windows; {max(counts) + 5} are "
            "needed to train on some and test on others."
        )
    found: dict[str, Any] = {"synthetic alone": [], "Manhattan, synthetic scale": []}
    for name in ("real", "real and synthetic", "Manhattan, real scale", "Manhattan, both scales"):
        found[name] = {count: [] for count in counts}
    for seed in range(seeds):
        order = np.random.default_rng(seed).permutation(enough)
        test = pairs_of(task.real.of(order[max(counts) :][:tested]), seed)
        made = task.made(seed)
        made_pairs, made_sd = pairs_of(made, seed), within_sd(made)
        found["synthetic alone"].append(learnt([(made_pairs, 1.0)], made_sd, test, seed))
        found["Manhattan, synthetic scale"].append(manhattan(test, made_sd))
        for count in counts:
            real = task.real.of(order[:count])
            pairs, weight = pairs_of(real, seed), float(count)
            both_sd = pooled_sd([(real, weight), (made, WORTH)])
            parts: list[tuple[Pairs, float]] = [(pairs, weight), (made_pairs, float(WORTH))]
            for name, value in (
                ("real", learnt([(pairs, 1.0)], within_sd(real), test, seed)),
                ("real and synthetic", learnt(parts, both_sd, test, seed)),
                ("Manhattan, real scale", manhattan(test, within_sd(real))),
                ("Manhattan, both scales", manhattan(test, both_sd)),
            ):
                found[name][count].append(value)
    return found


def show(task: Task, found: dict[str, Any], counts: Sequence[int], seeds: int) -> None:
    """Print the table."""
    print(f"\n{task.name}; equal error rate, mean over {seeds} seeds and its 95 % interval")
    names = ("real", "real and synthetic", "Manhattan, real scale", "Manhattan, both scales")
    print(
        f"  {'real people':>12}" + "".join(f"{name:>25}" for name in (*names, "lift")) + "   wins"
    )
    for count in counts:
        cells: list[Interval] = [interval(found[name][count]) for name in names]
        without, beside = found["real"][count], found["real and synthetic"][count]
        wins = sum(a > b for a, b in zip(without, beside, strict=True))
        cells.append(lift(without, beside))
        print(f"  {count:12}" + "".join(f"{cell!s:>25}" for cell in cells) + f"{wins:4}/{seeds}")
    for name in ("synthetic alone", "Manhattan, synthetic scale"):
        print(f"  {name}: {interval(found[name])}")
    print("  lift: real less real and synthetic, seed by seed; above 0 synthetic people help")


def main(words: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder of the tables")
    parser.add_argument("--kind", choices=KINDS, help="one alone")
    parser.add_argument("--profile", default="literature", help="of the synthetic people")
    parser.add_argument("--fidelity", default="law", help="law or learned")
    parser.add_argument("--real", default="2,3,5,10,25", help="numbers of real people")
    parser.add_argument("--people", type=int, help="synthetic people: 200, or 80 with --quick")
    parser.add_argument("--pool", type=int, default=400, help="real typists that are drawn from")
    parser.add_argument("--tested", type=int, help="real people tested on: 60, or 30 with --quick")
    parser.add_argument("--seeds", type=int, help="8, or 3 with --quick")
    parser.add_argument("--figures", type=Path, help="folder for plots of the crossover")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--quick", action="store_true", help="fewer people and seeds")
    given = parser.parse_args(words)
    quick = given.quick
    given.people = given.people or (80 if quick else 200)
    given.tested = given.tested or (30 if quick else 60)
    given.seeds = given.seeds or (3 if quick else 8)
    counts = [int(count) for count in given.real.split(",")]
    if min(counts) < 2:
        parser.error("--real: pairs of two people need 2 or more")
    try:
        import sklearn  # noqa: F401
    except ImportError:
        print('needs scikit-learn: python -m pip install -e ".[evaluate]"', file=sys.stderr)
        return 2
    figures: dict[str, Any] = {}
    for kind in [given.kind] if given.kind else KINDS:
        try:
            task = key_task(given) if kind == "keys" else mouse_task(given)
            found = measured(task, counts, given.tested, given.seeds)
        except DeskhandError as error:
            print(error, file=sys.stderr)
            return 2
        show(task, found, counts, given.seeds)
        figures[kind] = found
        if given.figures:
            crossover_plot(
                given.figures / f"verification-{kind}.png",
                f"Verification by {kind}",
                "equal error rate",
                {name: value for name, value in found.items() if isinstance(value, dict)},
                {"synthetic alone": float(np.mean(found["synthetic alone"]))},
            )
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
