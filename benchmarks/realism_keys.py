"""How well classifiers tell deskhand's typing from people's, beside real people and other tools.

    python benchmarks/realism_keys.py --data DIR [--set composition | --table FILE --profile NAME]
        [--fidelity learned,law] [--seeds 3] [--folds 2] [--window 40] [--windows 2000]
        [--shipped | --profile NAME] [--peers] [--top] [--figures] [--keep FOLDER] [--json FILE]

The people of a set are in folds. A profile is fitted on the others, the key sequences of the fold's
people are timed by it, and the times are scored against theirs. .5 is "cannot tell". The floor is
half of the people against the other half. Every view leaves a person's windows in one fold. Of the
learned tier the likelihood of the fitted people's keys stands beside that of the people left out.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from key_likelihood import show_likelihood
from key_peers.typing_tools import TOOLS, typed
from key_sides import SETS, folds_of, some_sessions, table_of, texts_of
from key_speed import Speed, speed
from peers.environment import Peer, PeerError, install

from deskhand.errors import DeskhandError
from deskhand.evaluation.figures_beside import figures_beside
from deskhand.evaluation.key_table import Keystrokes, typed_keys
from deskhand.evaluation.key_views import key_views, telling_keys, views_of
from deskhand.evaluation.nearest_typing import nearest_typing
from deskhand.evaluation.two_sample import TwoSample

FIDELITIES = ("law", "learned")
# What is shown of a test: the area and its interval.
AREA = ("auc", "low", "high")
# Other tools type so many times the keys that the windows hold, as not every text fills its last.
SPARE = 2


class Row(NamedTuple):
    """A row of the table: AUC and its 95 % interval over people in each view."""

    name: str
    views: dict[str, tuple[float, ...]]
    remark: str = ""


class Sides(NamedTuple):
    """A set as it is read: rows, keystrokes, their people's folds, and its profile's name."""

    rows: pa.Table
    keys: Keystrokes
    folds: list[np.ndarray[Any, np.dtype[np.int64]]]
    profile: str


def fitted_on(sides: Sides, fold: int, tier: str, keep: Path) -> str:
    """Return the path of a profile fitted on the other folds; one kept before is taken again."""
    from deskhand import fit
    from deskhand.calibration.shipped_profiles import profile_json

    name = f"{sides.profile}-without-{fold + 1}-of-{len(sides.folds)}"
    path = keep / f"{name}-{len(sides.keys)}-{tier}.json"
    if not path.is_file():
        start = time.monotonic()
        names = pa.array([sides.keys.people[k] for k in sides.folds[fold]], pa.string())
        others = sides.rows.filter(pc.invert(pc.is_in(sides.rows["user"], names)))
        path.write_text(profile_json(fit(others, fidelity=tier, name=name)), encoding="utf-8")
        print(
            f"fitted without fold {fold + 1} in {(time.monotonic() - start) / 60:.1f} min: {path}"
        )
    return str(path)


def sequences_of(keys: Keystrokes) -> pa.Table:
    """Return key sequences as `deskhand.time_keys` takes them."""
    names = np.array(keys.vocabulary.names, dtype=object)
    people = np.array(keys.people, dtype=object)
    return pa.table(
        {"sequence": keys.session, "person": people[keys.person], "key": names[keys.key]}
    )


def retimed(keys: Keystrokes, profile: str, fidelity: str, seed: int) -> Keystrokes:
    """Return the same keys of the same people, timed anew."""
    import deskhand

    made = deskhand.time_keys(sequences_of(keys), profile=profile, seed=seed, fidelity=fidelity)
    down_us, up_us = (made[name].to_numpy() for name in ("down_us", "up_us"))
    return replace(keys, down_us=down_us, up_us=np.maximum(up_us, down_us))


def joined(parts: Sequence[Keystrokes]) -> Keystrokes:
    """Return the keystrokes of several folds, person after person."""
    columns = ("person", "session", "key", "down_us", "up_us")
    whole = {name: np.concatenate([getattr(part, name) for part in parts]) for name in columns}
    # A person's sessions have numbers of their own in the whole set.
    order = np.argsort(whole["person"], kind="stable")
    return replace(parts[0], **{name: column[order] for name, column in whole.items()})


def row_of(name: str, tests: Iterator[dict[str, TwoSample]], remark: str = "") -> Row:
    """Return a row: the median over the seeds."""
    found = list(tests)
    middle = {
        view: tuple(float(np.median([getattr(one[view], k) for one in found])) for k in AREA)
        for view in found[0]
    }
    return Row(name, middle, remark)


def peer_keys(
    tool: Peer, folder: Path, keys: Keystrokes, most: int
) -> tuple[Keystrokes, float, Callable[[], float]]:
    """Return what a tool makes of the texts that people left, and what measures its keys a second."""
    chosen = some_sessions(keys, most, 0)
    texts, person = texts_of(chosen)
    held_us = chosen.up_us - chosen.down_us
    install(tool, folder)

    def run() -> tuple[Keystrokes, float]:
        return typed(tool, folder, texts, person, held_us, list(keys.people), seed=0)

    made, per_s = run()
    return made, per_s, lambda: run()[1]


def benchmark(given: argparse.Namespace, name: str, sides: Sides, keep: Path) -> dict[str, Any]:
    """Print the tables of one set and return what is in them."""
    keep.mkdir(parents=True, exist_ok=True)
    real = sides.keys
    views = views_of(real)
    judged: dict[str, Any] = {"size": given.window, "most": given.windows}
    source = f", {SETS[name].source}" if name in SETS else ""
    print(
        f"\n{name}{source}\n{len(np.unique(real.person))} people, {len(real)} keys, "
        f"{len(real.first)} sessions; {len(sides.folds)} folds by person; up to {given.windows} "
        f"windows of {given.window} keys a side, median of {given.seeds} seeds [95 % over people]; "
        f"other tools: one seed\n\n{'':20}" + "".join(f"{view:>19}" for view in views)
    )
    rows: list[Row] = []

    def show(row: Row) -> None:
        rows.append(row)
        cells = [row.views.get(view) for view in views]
        text = [f"{c[0]:.3f} [{c[1]:.2f} {c[2]:.2f}]" if c else "" for c in cells]
        print(f"{row.name:20}" + "".join(f"{c:>19}" for c in text) + f"  {row.remark}", flush=True)

    def halves(seed: int) -> tuple[Keystrokes, Keystrokes]:
        order = np.random.default_rng(seed).permutation(np.unique(real.person))
        half = len(order) // 2
        return real.of_people(order[:half]), real.of_people(order[half:])

    seeds = range(given.seeds)
    show(row_of("people (floor)", (key_views(*halves(k), seed=k, **judged) for k in seeds)))
    named = given.profile or (sides.profile if given.shipped else None)
    made: dict[str, Keystrokes] = {}
    paths: dict[str, list[str]] = {}
    for tier in given.fidelity:
        used = [named or fitted_on(sides, k, tier, keep) for k in range(len(sides.folds))]
        paths[tier] = used

        def anew(seed: int, tier: str = tier, used: Sequence[str] = used) -> Keystrokes:
            parts = zip(sides.folds, used, strict=True)
            return joined([retimed(real.of_people(f), path, tier, seed) for f, path in parts])

        made[tier] = anew(0)
        tests = (
            key_views(real, made[tier] if k == 0 else anew(k), seed=k, **judged) for k in seeds
        )
        show(row_of(tier, tests, "fitted on these people too" if given.shipped else named or ""))
    fastest: tuple[float, str, Callable[[], float]] | None = None
    for tool in TOOLS if given.peers else ():
        try:
            keys, per_s, rate = peer_keys(tool, keep, real, SPARE * given.window * given.windows)
        except PeerError as error:
            show(Row(tool.name, {}, f"not installed or not run: {error}"))
            continue
        remark = f"{tool.packages[0]}, {per_s:,.0f} keys/s; {tool.timing}"
        show(row_of(tool.name, iter([key_views(real, keys, seed=0, **judged)]), remark))
        fastest = max(fastest or (0.0, "", rate), (per_s, tool.name, rate), key=lambda one: one[0])
    found: dict[str, Any] = {"views": {row.name: row.views for row in rows}}
    for tier, keys in made.items():
        peer = fastest[2] if fastest else None
        measured = speed(paths[tier][0], tier, sequences_of(real), keep, peer)
        found[tier] = {"speed": show_speed(tier, measured, fastest[1] if fastest else "")}
        if not named:
            found[tier]["nearest"] = show_nearest(tier, keys, sides)
            if tier == "learned":
                found[tier]["likelihood"] = show_likelihood(real, sides.folds, paths[tier])
        if given.top:
            found[tier]["top"] = telling_keys(real, keys, **judged)
            print(f"\n{tier}: single features that tell most")
            for view, features in found[tier]["top"].items():
                print(f"  {view:14}" + ", ".join(f"{area:.3f} {what}" for what, area in features))
        if given.figures:
            found[tier]["figures"] = show_figures(tier, keys, real)
    return found


def show_speed(tier: str, found: Speed, beside: str) -> dict[str, Any]:
    """Print how fast a tier is, and how fast the tool measured in turn with it."""
    turn = (
        f"; {found.ratio:.1f} x {beside}'s {found.peer_per_s:,.0f} keys/s, measured in turn, in CPU "
        "time: medians of the rounds"
        if found.ratio
        else ""
    )
    print(
        f"\n{tier}: {found.keys_per_s:,.0f} keys/s/core{turn}; four times the keys take "
        f"{4 * found.linearity:.2f} times as long; peak memory grows by {found.memory:.2f} times "
        "the table returned"
    )
    return asdict(found)


def show_nearest(tier: str, made: Keystrokes, sides: Sides) -> dict[str, Any]:
    """Print whether one fold's typing lies nearer to the fitted people's than the fold's own does."""
    fold = sides.folds[0]
    others = np.setdiff1d(np.unique(sides.keys.person), fold)
    strangers, fitted = sides.keys.of_people(fold), sides.keys.of_people(others)
    found = nearest_typing(made.of_people(fold), strangers, fitted)
    quantiles = [" ".join(f"{d:.3f}" for d in side) for side in (found.made, found.strangers)]
    print(
        f"{tier}: distance to the nearest fitted stretch of keys, p1 p5 p25 p50 p75: made "
        f"{quantiles[0]}, people not fitted on {quantiles[1]}; KS {found.ks:.3f}, nearer by "
        f"{found.nearer:.3f}, copies {found.copies:.4f}"
    )
    columns = {"made": found.made.tolist(), "strangers": found.strangers.tolist()}
    return columns | {k: getattr(found, k) for k in ("ks", "p_value", "nearer", "copies")}


def show_figures(tier: str, made: Keystrokes, real: Keystrokes) -> list[dict[str, Any]]:
    """Print the classical figures beside those of the people."""
    figures = figures_beside(made, real)
    print(f"\n{tier + ': figures':58}{'value':>11}{'people':>11}{'floor':>9}{'off / floor':>12}")
    for row in figures:
        print(
            f"  {row.name:56}{row.value:11.4g}{row.reference:11.4g}{row.floor:9.2g}{row.ratio:12.2f}"
        )
    return [asdict(row) | {"ratio": row.ratio} for row in figures]


def sides_of(rows: pa.Table, folds: int, profile: str) -> Sides:
    """Return a set read, and its people in folds."""
    keys = typed_keys(rows)
    return Sides(rows, keys, folds_of(keys, folds), profile)


def main(words: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--data", type=Path, default=Path("data"), help="folder of the Parquet tables"
    )
    parser.add_argument("--set", choices=SETS, help="one set alone")
    parser.add_argument("--table", type=Path, help="any other table of at least 20 people")
    parser.add_argument("--fidelity", default="learned,law", help="tiers; '' for none")
    parser.add_argument("--peers", action="store_true", help="install and score other tools")
    parser.add_argument("--top", action="store_true", help="name the features that tell most")
    parser.add_argument("--figures", action="store_true", help="print the classical figures")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--folds", type=int, default=2)
    parser.add_argument("--window", type=int, default=40, help="keys of a window")
    parser.add_argument("--windows", type=int, default=2000, help="a side")
    parser.add_argument(
        "--shipped", action="store_true", help="the shipped profiles, without a fit"
    )
    parser.add_argument("--profile", help="score this profile (name or path), without a fit")
    parser.add_argument("--keep", type=Path, help="folder to keep peers and fitted profiles in")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    given = parser.parse_args(words)
    if min(given.seeds, given.windows) < 1 or given.folds < 2:
        parser.error("--seeds and --windows are whole numbers from 1, --folds from 2")
    given.fidelity = [tier for tier in given.fidelity.split(",") if tier]
    for tier in given.fidelity:
        if tier not in FIDELITIES:
            parser.error(f"--fidelity {tier!r} is none of {', '.join(FIDELITIES)}")
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        try:
            for name in [given.table.stem] if given.table else [given.set] if given.set else SETS:
                rows = pq.read_table(given.table) if given.table else table_of(given.data, name)
                profile = SETS[name].profile if name in SETS else "transcription"
                sides = sides_of(rows, given.folds, profile)
                found[name] = benchmark(given, name, sides, given.keep or Path(folder))
        except DeskhandError as error:
            print(error, file=sys.stderr)
            return 2
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
