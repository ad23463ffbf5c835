"""What a person does next: learnt from synthetic sessions, tried on other tasks and on a recording.

    python benchmarks/ml_activity.py [--data CAPTURE] [--seeds 5] [--json FILE] [--quick]

Sessions of some tasks are simulated, written as AgentNet episodes and read back, so that nothing is
known of them but what that recorder keeps. Acts (click, drag, scroll, type, key, shortcut, change of
window) are derived from the events. From the acts so far, a model says what the next one is. It is
tried on other people at the same tasks, on tasks of applications that it has not seen, and, with
--data, on a recording of a real person in the same format, such as an episode of AgentNet (OpenCUA).
Beside it: always the commonest act, and the commonest after the last one.

One recording of some dozens of acts shows very little: its interval is wide, it is one person at one
task, and a model can be right there by saying "click".
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from crossover import interval
from numpy.typing import NDArray

import deskhand
from deskhand import registry
from deskhand.errors import DeskhandError
from deskhand.exports.act_kinds import Act, Click, Drag, Placed, Press, Scroll, Switch, Type, Wait
from deskhand.exports.derived_acts import derived_acts
from deskhand.progress import progress_line
from deskhand.session import Session

KINDS = (
    *("begin", "click", "double click", "right click", "drag", "scroll", "type", "key"),
    *("shortcut", "switch"),
)
CODE = {kind: code for code, kind in enumerate(KINDS)}
# Acts before the one that is guessed; "begin" stands where there is none.
CONTEXT = 3
# Whole days are not a task, and take long.
DAYS = ("morning", "workday")
DRAWS = 2000


class Guesses(NamedTuple):
    """Acts to be guessed: what is known before each, what it is, and whose session it is in."""

    rows: NDArray[np.float64]
    kind: NDArray[np.int64]
    session: NDArray[np.int64]


def kind_of(act: Act) -> str | None:
    """Return an act's kind; None for a rest, which is time between acts."""
    match act:
        case Click(button=2):
            return "right click"
        case Click(count=count):
            return "click" if count == 1 else "double click"
        case Drag():
            return "drag"
        case Scroll():
            return "scroll"
        case Type():
            return "type"
        case Press(modifiers=modifiers):
            # Shift alone makes another key of it.
            return "shortcut" if modifiers & ~1 else "key"
        case Switch():
            return "switch"
        case _:
            return None


def guesses_of(session: Session) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return what is known before each act of a session, and each act's kind."""
    acts = [act for act in derived_acts(session.events) if not isinstance(act, Wait)]
    kinds = [(act, CODE[kind]) for act in acts if (kind := kind_of(act))]
    width = float(session.header.get("screen_width") or 1920)
    height = float(session.header.get("screen_height") or 1080)
    rows, found = [], []
    last_us, x, y = 0, 0.5, 0.5
    since = dict.fromkeys(range(len(KINDS)), 0)
    history: list[tuple[int, Act]] = []
    moved = 0.0
    for act, code in kinds:
        before = [known for known, _ in history[-CONTEXT:]]
        before = [0] * (CONTEXT - len(before)) + before
        held = history[-1][1] if history else act
        # Not the pause before the act itself: it is not known until the act is.
        rows.append(
            [
                *np.eye(len(KINDS))[before].ravel(),
                np.log1p(max(held.end_us - held.start_us, 0) / 1e5) if history else 0.0,
                np.log1p(max(held.start_us - last_us, 0) / 1e5) if history else 0.0,
                float(getattr(held, "length", 0) or 0) if history else 0.0,
                # Not where: that tells the application, and others are laid out otherwise.
                moved,
                *(np.log1p(count) for count in since.values()),
            ]
        )
        found.append(code)
        last_us = held.end_us if history else 0
        if isinstance(act, Placed) and act.screen_x is not None and act.screen_y is not None:
            to_x, to_y = act.screen_x / width, act.screen_y / height
            moved, x, y = float(np.hypot(to_x - x, to_y - y)), to_x, to_y
        history.append((code, act))
        since = {known: count + 1 for known, count in since.items()} | {code: 0}
    shape = (-1, CONTEXT * len(KINDS) + 4 + len(KINDS))
    return np.array(rows, np.float64).reshape(shape), np.array(found, np.int64)


def joined(sessions: Iterator[Session]) -> Guesses:
    """Return the guesses of several sessions."""
    parts = [guesses_of(session) for session in sessions]
    return Guesses(
        np.vstack([rows for rows, _ in parts]),
        np.concatenate([kind for _, kind in parts]),
        np.repeat(np.arange(len(parts)), [len(kind) for _, kind in parts]),
    )


def read_back(scenarios: Sequence[str], people: range, seed: int) -> Iterator[Session]:
    """Yield sessions as they are read from their episodes; a person does each task."""
    with tempfile.TemporaryDirectory() as folder, progress_line("sessions", "acts") as progress:
        for number, person in enumerate(people):
            for place, scenario in enumerate(scenarios):
                made = deskhand.simulate(scenario, seed=seed, person=person)
                path = Path(folder) / f"{number}-{place}"
                made.write(path, format="agentnet:bare")
                yield from deskhand.read_sessions(path)
                if progress:
                    done = number * len(scenarios) + place + 1
                    progress(done, len(people) * len(scenarios), 0)


def halves(seed: int) -> tuple[list[str], list[str]]:
    """Return the tasks to learn from and those kept out, whole applications each."""
    tasks = [name for name in registry.names("deskhand.scenarios") if name not in DAYS]
    apps = sorted({name.split(".")[0] for name in tasks})
    kept = np.random.default_rng(seed).permutation(apps)[: len(apps) // 4].tolist()
    return [name for name in tasks if name.split(".")[0] not in kept], [
        name for name in tasks if name.split(".")[0] in kept
    ]


def models(known: Guesses) -> dict[str, Any]:
    """Return functions from rows to probabilities of kinds, by name."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    shares = np.bincount(known.kind, minlength=len(KINDS)) + 0.5
    last = known.rows[:, (CONTEXT - 1) * len(KINDS) : CONTEXT * len(KINDS)].argmax(axis=1)
    pairs = np.full((len(KINDS), len(KINDS)), 0.5)
    np.add.at(pairs, (last, known.kind), 1.0)
    regression = make_pipeline(StandardScaler(), LogisticRegression(C=0.02, max_iter=1000))
    regression.fit(known.rows, known.kind)

    def learnt(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        share = np.full((len(rows), len(KINDS)), 1e-4)
        share[:, regression.classes_] += regression.predict_proba(rows)
        return share / share.sum(axis=1, keepdims=True)

    def after(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        at = rows[:, (CONTEXT - 1) * len(KINDS) : CONTEXT * len(KINDS)].argmax(axis=1)
        share: NDArray[np.float64] = (pairs / pairs.sum(axis=1, keepdims=True))[at]
        return share

    return {
        "commonest": lambda rows: np.tile(shares / shares.sum(), (len(rows), 1)),
        "after the last": after,
        "learnt": learnt,
    }


def scored(model: Any, asked: Guesses) -> tuple[float, float, NDArray[np.bool_]]:
    """Return the share that was guessed right, bits of surprise an act, and which were right."""
    share = model(asked.rows)
    right = share.argmax(axis=1) == asked.kind
    bits = -np.log2(share[np.arange(len(asked.kind)), asked.kind])
    return float(right.mean()), float(bits.mean()), right


def runs_interval(right: NDArray[np.bool_], run: int = 5) -> tuple[float, float]:
    """Return a 95 % interval of a share in one recording, by drawing runs of acts anew."""
    rng = np.random.default_rng(0)
    start = rng.integers(0, max(len(right) - run + 1, 1), (DRAWS, -(-len(right) // run)))
    place = np.minimum(start[..., np.newaxis] + np.arange(run), len(right) - 1)
    drawn = right[place].reshape(DRAWS, -1).mean(axis=1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(low), float(high)


def main(words: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--data", type=Path, help="a recording that read_sessions reads")
    parser.add_argument("--people", type=int, help="who learnt from: 12, or 4 with --quick")
    parser.add_argument("--seeds", type=int, help="5, or 2 with --quick")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--quick", action="store_true", help="fewer people and seeds")
    given = parser.parse_args(words)
    people = given.people or (4 if given.quick else 12)
    seeds = given.seeds or (2 if given.quick else 5)
    try:
        import sklearn  # noqa: F401
    except ImportError:
        print('needs scikit-learn: python -m pip install -e ".[evaluate]"', file=sys.stderr)
        return 2
    real: Guesses | None = None
    if given.data:
        try:
            real = joined(deskhand.read_sessions(given.data))
        except DeskhandError as error:
            print(error, file=sys.stderr)
            return 2
    found: dict[str, dict[str, list[tuple[float, float]]]] = {}
    spread: dict[str, list[tuple[float, float]]] = {}
    sizes: dict[str, int] = {}
    for seed in range(seeds):
        tasks, kept = halves(seed)
        known = joined(read_back(tasks, range(people), seed))
        tested = {
            "other people": joined(read_back(tasks, range(people, people + people // 4 + 1), seed)),
            "other applications": joined(
                read_back(kept, range(people, people + people // 2 + 1), seed)
            ),
        }
        if real is not None:
            tested["a recording"] = real
        for name, model in models(known).items():
            for on, asked in tested.items():
                share, bits, right = scored(model, asked)
                found.setdefault(on, {}).setdefault(name, []).append((share, bits))
                sizes[on] = len(asked.kind)
                if on == "a recording":
                    spread.setdefault(name, []).append(runs_interval(right))
        print(f"seed {seed}: {len(known.kind)} acts of {len(tasks)} tasks learnt from", flush=True)
    print(f"\n{'tried on':20}{'model':16}{'guessed right':>24}{'bits an act':>24}")
    for on, rows in found.items():
        for name, each in rows.items():
            share, bits = (interval([one[k] for one in each]) for k in (0, 1))
            print(f"{on:20}{name:16}{share!s:>24}{bits!s:>24}", end="")
            if name in spread and on == "a recording":
                low, high = np.mean(spread[name], axis=0)
                print(f"  within it [{low:.2f} {high:.2f}]", end="")
            print()
    print(f"acts of the last seed: {', '.join(f'{on} {size}' for on, size in sizes.items())}")
    print("intervals are over seeds: other applications kept out, other people")
    if real is None:
        print("no recording: --data takes a folder of one, which is not part of deskhand")
    else:
        print(f"the recording has {len(real.kind)} acts of one person at one task: see above")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
