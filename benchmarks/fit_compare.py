"""Fitted on half of the people, compared with the other half: which rows of the motor levels pass.

    python benchmarks/fit_compare.py --data DIR [--fidelity law,learned] [--sets mouse-web,composition]
        [--tools DIR] [--keep FOLDER] [--write docs/realism.md]

DIR holds public research data (see `benchmarks/realism_pointer.py --help`). Movements are made between
the points of the people left out, and their key sequences are timed, by a profile that has not seen
them; with the learned tier among those asked for, one profile holds both. With --tools the floors of
two independent scripts stand beside those of the report. Ends with status 1 when a measurable row
fails for no negative control, or a floor differs.
"""

import argparse
import importlib
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import key_sides
import numpy as np
import pointer_sides
import pyarrow as pa
import pyarrow.compute as pc
from key_sides import folds_of, some_sessions
from pointer_sides import Sides as PointerSides
from pointer_sides import sides_of
from realism_keys import Sides as KeySides
from realism_keys import fitted_on, retimed
from realism_pointer import profile_of

from deskhand.calibration.recording import read_recording
from deskhand.errors import DeskhandError
from deskhand.evaluation.key_table import typed_keys
from deskhand.evaluation.path_table import movement_requests
from deskhand.evaluation.realism.controls import CONTROLS, LETTERS
from deskhand.evaluation.realism.joint import joint_rows
from deskhand.evaluation.realism.report import compared
from deskhand.evaluation.realism.side import Side
from deskhand.pointer_motor import FIDELITIES, pointer_paths

EVENTS = {"pointermove": "move", "pointerdown": "down", "pointerup": "up"}
MOST_KEYS = 150_000
TOOL_SPLITS = 3
Rows = Sequence[Mapping[str, Any]]
BEGIN, END = "<!-- fit_compare: begin -->\n", "<!-- fit_compare: end -->\n"


def pointer_sides_of(
    name: str, data: Path, tiers: Sequence[str], keep: Path
) -> tuple[dict[str, Side], Side]:
    """Return movements made for the people left out, by tier, and theirs."""
    path = pointer_sides.table_of(data, name)
    sides = sides_of(path)
    profile = profile_of(sides, name, tiers, keep)
    real = read_recording(path).of_people(np.unique(sides.scored.person).tolist())
    made = {tier: moved(sides, profile, tier) for tier in tiers}
    return made, Side(people=real.people, pointer=real)


def moved(sides: PointerSides, profile: str, tier: str) -> Side:
    """Return movements made between the points of the people left out."""
    wanted = sides.scored
    paths = pointer_paths(movement_requests(wanted), profile=profile, seed=0, fidelity=tier)
    kind = paths["type"].cast(pa.string())
    if sides.ends_in_release:
        paths = paths.filter(pc.not_equal(kind, "pointerdown"))
        kind = paths["type"].cast(pa.string())
    movement = paths["movement"].to_numpy()
    words = np.array([EVENTS[word] for word in kind.to_pylist()])
    target = wanted.target[movement]
    columns = {
        "user": paths["person"].cast(pa.string()),
        "session": pa.array(movement).cast(pa.string()),
        "t_s": paths["t_us"].to_numpy() / 1e6,
        "event": words,
        "x": paths["x"],
        "y": paths["y"],
    }
    columns |= {f"target_{side}": target[:, k] for k, side in enumerate("xywh")}
    made = read_recording(pa.table(columns))
    return Side(people=made.people, pointer=made)


def key_sides_of(
    name: str, data: Path, tiers: Sequence[str], keep: Path
) -> tuple[dict[str, Side], Side]:
    """Return the key sequences of the people left out timed anew, by tier, and theirs."""
    rows = key_sides.table_of(data, name)
    keys = some_sessions(typed_keys(rows), MOST_KEYS, 0)
    folds = folds_of(keys, 2)
    whole = KeySides(rows, keys, folds, key_sides.SETS[name].profile)
    real = keys.of_people(folds[0])
    profile = fitted_on(whole, 0, "learned" if "learned" in tiers else "law", keep)
    made = {tier: Side(people=keys.people, keys=retimed(real, profile, tier, 0)) for tier in tiers}
    return made, Side(people=keys.people, keys=real)


def told_of(name: str, tier: str, rows: Rows) -> str:
    """Return how many rows pass."""
    verdicts = [row["verdict"] for row in rows]
    judged = len(rows) - verdicts.count("not measurable")
    return (
        f"{name}, {tier}: {verdicts.count('pass')} of {judged} rows that can be measured pass, "
        f"{verdicts.count('warn')} warn, {verdicts.count('fail')} fail "
        f"({rows[0]['reference_people']} people)"
    )


def failed_by(row: Mapping[str, Any]) -> str:
    """Return the letters of the negative controls that fail a row."""
    fails = [name for name, one in row["controls"].items() if one["verdict"] == "fail"]
    return "".join(LETTERS[name] for name in CONTROLS if name in fails)


def _same(rows: Mapping[str, Rows], name: str) -> list[Mapping[str, Any]]:
    return [next(row for row in of if row["name"] == name) for of in rows.values()]


def table_of(rows: Mapping[str, Rows]) -> list[str]:
    """Return the table of a set: people, each tier's value and ratio, and the controls."""
    tiers = list(rows)
    head = ["row", "people", *(cell for tier in tiers for cell in (tier, "ratio [95 %]"))]
    lines = ["| " + " | ".join([*head, "fails for"]) + " |", "|---" * (len(head) + 1) + "|"]

    def say(value: float | None) -> str:
        if value is None:
            return "-"
        return f"{0.0 if abs(value) < 1e-9 else value:.3g}" if abs(value) < 1e3 else f"{value:.0f}"

    for row in rows[tiers[0]]:
        unit = f", {row['unit']}" if row["unit"] else ""
        cells = [row["name"] + unit, say(row["reference"])]
        same = _same(rows, row["name"])
        for tier, own in zip(tiers, same, strict=True):
            ratio = f"{say(own['ratio'])} [{say(own['low'])}-{say(own['high'])}]"
            if own["verdict"] in ("warn", "fail"):
                ratio = f"**{own['verdict']}** {ratio}"
            known = own["ratio"] is not None
            # Why not is the same for every tier.
            why = own["why"] if tier == tiers[0] else "-"
            cells += [say(own["value"]) if known else "-", ratio if known else why]
        fails = set.intersection(*(set(failed_by(one)) for one in same))
        lines.append("| " + " | ".join([*cells, " ".join(sorted(fails))]) + " |")
    return lines


def legend() -> list[str]:
    """Return what the letters of the controls stand for."""
    return [f"- {LETTERS[name]}, {name}: {control.said}" for name, control in CONTROLS.items()]


def tool_floor(tools: Path, name: str, data: Path) -> tuple[float, float, float]:
    """Return people against people by an independent script: AUC, lowest and highest of its ends."""
    sys.path.insert(0, str(tools))
    import pandas as pd

    found = []
    if name in pointer_sides.SETS:
        test = importlib.import_module("c2st_pointer")
        moves = test.pick(test.P.from_parquet(str(pointer_sides.table_of(data, name))), 1500, 0)
        for seed in range(TOOL_SPLITS):
            users = np.random.default_rng(seed).permutation(sorted({m["user"] for m in moves}))
            first = set(users[: len(users) // 2])
            halves = [[m for m in moves if (m["user"] in first) is side] for side in (True, False)]
            # Its interval is over movements: that over people shows between the splits.
            found.append(test.c2st(*halves, ["raw"])["raw"])
    else:
        test = importlib.import_module("c2st_keys")
        folder = data / "keys" if (data / "keys").is_dir() else data
        table = pd.read_parquet(folder / key_sides.SETS[name].file)
        features = test.features(table, timing_only=True, max_windows=2000)
        found = [test.floor(*features, seed=seed) for seed in range(TOOL_SPLITS)]
    middle = float(np.median([one["auc"] for one in found]))
    return middle, min(one["lo"] for one in found), max(one["hi"] for one in found)


def floors_agree(tools: Path, name: str, data: Path, made: Side, real: Side) -> bool:
    """Print the floor of the report beside that of an independent script; return if they agree."""
    joint = next(iter(joint_rows(made, real, {}, seed=0))).apart
    ours = joint.reference, 1.96 * joint.floor
    auc, low, high = tool_floor(tools, name, data)
    same = low <= ours[0] + ours[1] and high >= ours[0] - ours[1]
    print(
        f"floor of the report: AUC {ours[0]:.3f} +- {ours[1]:.3f}; of the independent "
        f"script: {auc:.3f} [{low:.3f}, {high:.3f}]; {'agree' if same else 'DIFFER'}"
    )
    return same


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--fidelity", default="law,learned", help="tiers")
    parser.add_argument("--sets", default="mouse-web,mouse-game,transcription,composition")
    parser.add_argument("--tools", type=Path)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    tiers = given.fidelity.split(",")
    for tier in tiers:
        if tier not in FIDELITIES:
            parser.error(f"--fidelity {tier!r} is none of {', '.join(FIDELITIES)}")
    lines: list[str] = []
    well = True
    with tempfile.TemporaryDirectory() as temporary:
        keep = given.keep or Path(temporary)
        keep.mkdir(parents=True, exist_ok=True)
        for name in given.sets.split(","):
            sides = pointer_sides_of if name in pointer_sides.SETS else key_sides_of
            try:
                made, real = sides(name, given.data, tiers, keep)
            except DeskhandError as error:
                sys.exit(str(error))
            rows = {tier: compared(one, real, joint=False)["rows"] for tier, one in made.items()}
            for tier, found in rows.items():
                lines += [f"**{told_of(name, tier, found)}**", ""]
                powerless = [
                    r["name"] for r in found if r["ratio"] is not None and not failed_by(r)
                ]
                for row in powerless:
                    print(f"{name}, {tier}: no negative control fails {row!r}")
                well &= not powerless
            lines += [*table_of(rows), ""]
            print("\n".join(["", *lines[-len(table_of(rows)) - 2 * len(rows) - 1 :]]), flush=True)
            if given.tools:
                well &= floors_agree(given.tools, name, given.data, made[tiers[0]], real)
    if given.write:
        text = given.write.read_text(encoding="utf-8")
        head, _, rest = text.partition(BEGIN)
        _, _, tail = rest.partition(END)
        given.write.write_text(head + BEGIN + "\n".join([*legend(), "", *lines, END]) + tail)
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
