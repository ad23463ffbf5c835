"""How well classifiers tell deskhand's pointer from people's, beside real people and other tools.

    python benchmarks/realism_pointer.py --data DIR [--set mouse-game | --table FILE]
        [--fidelity learned,law] [--seeds 3] [--shipped | --profile NAME] [--peers] [--top]
        [--keep FOLDER] [--json FILE] [--write-peers FOLDER --ways FILE]

Half of a set's people are fitted on; movements are made between the other half's start and end points
(and into their targets) and scored against theirs. .5 is "cannot tell". The floor is the first half
against the second: people against people. Every view leaves a person's rows in one fold.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from peers.environment import PEERS, Peer, PeerError, drawn, install
from peers.ways import given_s, ways_of, write_paths
from pointer_sides import SETS, Sides, parts, sides_of, table_of
from pointer_speed import Speed, speed

from deskhand.calibration.movements import Movements
from deskhand.errors import DeskhandError
from deskhand.evaluation.nearest_movement import nearest_movement
from deskhand.evaluation.path_table import movement_requests, path_movements
from deskhand.evaluation.pointer_laws import pointer_laws
from deskhand.evaluation.pointer_views import VIEWS, pointer_views, telling
from deskhand.pointer_motor import FIDELITIES

# The tool that speed is compared with.
BESIDE = "ghost-cursor"
# What is shown of a test: the area and its interval.
AREA = ("auc", "low", "high")
Made = tuple[Movements, NDArray[np.int64]]


class Row(NamedTuple):
    """A row of the table: AUC and its 95 % interval over people in each view."""

    name: str
    views: dict[str, tuple[float, ...]]
    remark: str = ""


def profile_of(sides: Sides, profile: str, fidelity: Sequence[str], keep: Path) -> str:
    """Return the path of a profile fitted on the first half; one kept before is taken again."""
    from deskhand.calibration.pointer_fit import fit
    from deskhand.calibration.shipped_profiles import profile_json

    tier = "learned" if "learned" in fidelity else "law"
    path = keep / f"{profile}-half-{tier}.json"
    if not path.is_file():
        start = time.monotonic()
        fitted = fit(sides.rows, fidelity=tier, name=f"{profile}-half")
        path.write_text(profile_json(fitted), encoding="utf-8")
        print(f"fitted on the first half in {(time.monotonic() - start) / 60:.1f} min: {path}")
    return str(path)


def synthesised(profile: str, fidelity: str, wanted: Movements, seed: int) -> Made:
    """Return movements made for the wanted ones' people and points, and holds of the presses."""
    from deskhand.pointer_motor import pointer_paths

    paths = pointer_paths(movement_requests(wanted), profile=profile, seed=seed, fidelity=fidelity)
    names = [str(k) for k in range(int(wanted.person.max()) + 1)]
    made, hold_us = path_movements(paths, names)
    if len(made) != len(wanted):
        raise DeskhandError(f"{len(wanted)} movements asked for, {len(made)} made.")
    return replace(made, target=wanted.target), hold_us


def row_of(name: str, pairs: Iterator[tuple[Movements, Movements]], remark: str = "") -> Row:
    """Return a row: the median over pairs of real and made movements, one pair a seed."""
    found = [pointer_views(real, made, seed=seed) for seed, (real, made) in enumerate(pairs)]
    middle = {
        view: tuple(float(np.median([getattr(one[view], k) for one in found])) for k in AREA)
        for view in VIEWS
    }
    return Row(name, middle, remark)


def peer_row(
    peer: Peer, folder: Path, sides: Sides, most: int
) -> tuple[Row, Callable[[], float] | None]:
    """Return a peer's row, of the first seed's movements, and what measures its paths a second."""
    real, anew = parts(len(sides.scored), most, 0)
    wanted = sides.scored.take(anew)
    ways = ways_of(wanted)
    run = partial(drawn, peer, folder, ways, wanted.person, given_s(ways, sides.fitted), seed=0)
    try:
        install(peer, folder)
        made, per_s = run()
    except PeerError as error:
        return Row(peer.name, {}, f"not installed or not run: {error}"), None
    pair = iter([(sides.scored.take(real), made)])
    row = row_of(peer.packages[0], pair, f"time {peer.timing}; {per_s:,.0f} paths/s")
    return row, lambda: run()[1]


def benchmark(given: argparse.Namespace, profile: str, path: Path, keep: Path) -> dict[str, Any]:
    """Print the tables of one set and return what is in them."""
    keep.mkdir(parents=True, exist_ok=True)
    sides = sides_of(path)
    fitted, scored = sides.fitted, sides.scored
    most = min(given.movements, len(fitted), len(scored))
    print(
        f"\n{profile}: {path.name}{', ' + SETS[profile][1] if profile in SETS else ''}\n"
        f"{len(np.unique(fitted.person))} people fitted on ({len(fitted)} movements), "
        f"{len(np.unique(scored.person))} scored ({len(scored)}); {most} movements a side, "
        f"median of {given.seeds} seeds [95 % over people]; other tools: one seed\n"
    )
    print(f"{'':24}" + "".join(f"{view:>19}" for view in VIEWS))
    rows: list[Row] = []

    def show(row: Row) -> None:
        rows.append(row)
        cells = [row.views.get(view) for view in VIEWS]
        text = [f"{c[0]:.3f} [{c[1]:.2f} {c[2]:.2f}]" if c else "" for c in cells]
        print(
            f"{row.name:24}" + "".join(f"{cell:>19}" for cell in text) + f"  {row.remark}",
            flush=True,
        )

    seeds = range(given.seeds)
    people = [(parts(len(scored), most, s)[0], parts(len(fitted), most, s)[0]) for s in seeds]
    show(row_of("people (floor)", ((scored.take(a), fitted.take(b)) for a, b in people)))
    name = profile if given.shipped else given.profile
    if given.fidelity and not name:
        name = profile_of(sides, profile, given.fidelity, keep)
    said = "fitted on all people, these too" if given.shipped else given.profile or ""
    made: dict[str, Made] = {}
    for tier in given.fidelity:
        made[tier] = synthesised(name, tier, scored, 0)
        pairs = (
            (scored.take(a), synthesised(name, tier, scored.take(b), seed)[0])
            for seed in seeds
            for a, b in (parts(len(scored), most, seed),)
        )
        show(row_of(tier, pairs, said))
    ghost = None
    for peer in PEERS if given.peers else ():
        row, rate = peer_row(peer, keep, sides, most)
        show(row)
        ghost = rate if peer.name == BESIDE else ghost
    found: dict[str, Any] = {"views": {row.name: row.views for row in rows}}
    for tier, (movements, hold_us) in made.items():
        found[tier] = {
            "speed": show_speed(tier, speed(name, tier, movement_requests(scored), keep, ghost)),
            "nearest": show_nearest(tier, movements, sides),
            "laws": show_laws(tier, movements, hold_us, sides),
        }
        if given.top:
            real, anew = parts(len(scored), most, 0)
            found[tier]["top"] = telling(scored.take(real), movements.take(anew))
            print(f"\n{tier}: single features that tell most")
            for view, features in found[tier]["top"].items():
                print(f"  {view:10}" + ", ".join(f"{area:.3f} {name}" for name, area in features))
    if given.write_peers:
        write_paths(given.write_peers, keep, given.ways, fitted)
    return found


def show_speed(tier: str, found: Speed) -> dict[str, Any]:
    """Print how fast a tier is, and how fast the tool measured in turn with it."""
    beside = (
        f"; {found.ratio:.1f} x {BESIDE}'s {found.peer_per_s:,.0f} paths/s, measured in turn, both "
        "warm, in CPU time: medians of the rounds"
        if found.ratio
        else ""
    )
    print(
        f"\n{tier}: {found.movements_per_s:,.0f} movements/s/core (median {found.gap_ms:.1f} ms "
        f"between reports){beside}; four times the movements take {4 * found.linearity:.2f} times as "
        f"long; peak memory grows by {found.memory:.2f} times the table returned"
    )
    return asdict(found)


def show_nearest(tier: str, made: Movements, sides: Sides) -> dict[str, Any]:
    """Print whether movements lie nearer to the fitted people's than strangers' do."""
    found = nearest_movement(made, sides.scored, sides.fitted)
    quantiles = [" ".join(f"{d:.3f}" for d in side) for side in (found.made, found.strangers)]
    print(
        f"{tier}: distance to the nearest fitted movement, p1 p5 p25 p50 p75: made {quantiles[0]}, "
        f"people not fitted on {quantiles[1]}; KS {found.ks:.3f}, nearer by {found.nearer:.3f}, "
        f"copies {found.copies:.4f}"
    )
    columns = {"made": found.made.tolist(), "strangers": found.strangers.tolist()}
    return columns | {k: getattr(found, k) for k in ("ks", "p_value", "nearer", "copies")}


def show_laws(
    tier: str, made: Movements, hold_us: NDArray[np.int64], sides: Sides
) -> list[dict[str, Any]]:
    """Print the classical laws beside those of the people scored."""
    if sides.ends_in_release:
        made = replace(made, dwell_us=made.dwell_us + hold_us)
    laws = pointer_laws(
        made,
        sides.scored,
        made_hold_us=hold_us,
        reference_hold_us=sides.hold_us,
        reference_hold_person=sides.hold_person,
    )
    print(f"\n{tier + ': laws':48}{'value':>11}{'reference':>11}{'floor':>9}{'off / floor':>12}")
    for law in laws:
        print(
            f"  {law.name:46}{law.value:11.4g}{law.reference:11.4g}{law.floor:9.2g}{law.ratio:12.2f}"
        )
    return [asdict(law) | {"ratio": law.ratio} for law in laws]


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
    parser.add_argument("--table", type=Path, help="any other table of at least 40 people")
    parser.add_argument("--fidelity", default="learned,law", help="tiers; '' for none")
    parser.add_argument("--peers", action="store_true", help="install and score other tools")
    parser.add_argument("--top", action="store_true", help="name the features that tell most")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--movements", type=int, default=1000, help="a side")
    parser.add_argument(
        "--shipped", action="store_true", help="the shipped profiles, without a fit"
    )
    parser.add_argument("--profile", help="score this profile (name or path), without a fit")
    parser.add_argument("--keep", type=Path, help="folder to keep peers and fitted profiles in")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument(
        "--write-peers", type=Path, help="folder to write the other tools' paths to"
    )
    parser.add_argument(
        "--ways", type=Path, help="JSON rows of x0, y0, x1, y1, width to write along"
    )
    given = parser.parse_args(words)
    if given.write_peers and not given.ways:
        parser.error("--write-peers needs --ways, the file of the ways to write along")
    if min(given.seeds, given.movements) < 1:
        parser.error("--seeds and --movements are whole numbers from 1")
    given.fidelity = [tier for tier in given.fidelity.split(",") if tier]
    for tier in given.fidelity:
        if tier not in FIDELITIES:
            parser.error(f"--fidelity {tier!r} is none of {', '.join(FIDELITIES)}")
    with tempfile.TemporaryDirectory() as folder:
        try:
            if given.table:
                tables = {given.table.stem: given.table}
            else:
                names = [given.set] if given.set else SETS
                tables = {name: table_of(given.data, name) for name in names}
            found = {
                name: benchmark(given, name, path, given.keep or Path(folder))
                for name, path in tables.items()
            }
        except DeskhandError as error:
            print(error, file=sys.stderr)
            return 2
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
