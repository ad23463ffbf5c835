"""Fitted on half of the people, compared with the other half: which rows of the motor levels pass.

    python benchmarks/fit_compare.py --data DIR [--fidelity law] [--sets mouse-web,composition]
        [--tools DIR] [--keep FOLDER] [--write docs/realism.md]

DIR holds public research data (see `benchmarks/realism_pointer.py --help`). Movements are made between
the points of the people left out, and their key sequences are timed, by a profile that has not seen
them. With --tools the floors of two independent scripts stand beside those of the report.
"""

import argparse
import importlib
import sys
import tempfile
from pathlib import Path
from typing import Any

import key_sides
import numpy as np
import pointer_sides
import pyarrow as pa
import pyarrow.compute as pc
from key_sides import folds_of, some_sessions
from pointer_sides import sides_of
from realism_keys import Sides as KeySides
from realism_keys import fitted_on, retimed
from realism_pointer import profile_of

from deskhand.calibration.recording import read_recording
from deskhand.errors import DeskhandError
from deskhand.evaluation.key_table import typed_keys
from deskhand.evaluation.path_table import movement_requests
from deskhand.evaluation.realism.joint import joint_rows
from deskhand.evaluation.realism.report import compared
from deskhand.evaluation.realism.side import Side
from deskhand.pointer_motor import pointer_paths

EVENTS = {"pointermove": "move", "pointerdown": "down", "pointerup": "up"}
MOST_KEYS = 150_000
TOOL_SPLITS = 3
BEGIN, END = "<!-- fit_compare: begin -->\n", "<!-- fit_compare: end -->\n"


def pointer_pair(name: str, data: Path, tier: str, keep: Path) -> tuple[Side, Side]:
    """Return movements made for the people left out, and theirs."""
    path = pointer_sides.table_of(data, name)
    sides = sides_of(path)
    profile = profile_of(sides, name, [tier], keep)
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
    real = read_recording(path).of_people(np.unique(wanted.person).tolist())
    return Side(people=made.people, pointer=made), Side(people=real.people, pointer=real)


def key_pair(name: str, data: Path, tier: str, keep: Path) -> tuple[Side, Side]:
    """Return the key sequences of the people left out timed anew, and theirs."""
    rows = key_sides.table_of(data, name)
    keys = some_sessions(typed_keys(rows), MOST_KEYS, 0)
    folds = folds_of(keys, 2)
    whole = KeySides(rows, keys, folds, key_sides.SETS[name].profile)
    real = keys.of_people(folds[0])
    made = retimed(real, fitted_on(whole, 0, tier, keep), tier, 0)
    return Side(people=keys.people, keys=made), Side(people=keys.people, keys=real)


def table_of(rows: list[dict[str, Any]]) -> list[str]:
    lines = ["| row | synthetic | people | ratio [95 %] | verdict |", "|---|---|---|---|---|"]

    def say(value: float | None) -> str:
        return "-" if value is None else f"{value:.3g}"

    for row in rows:
        unit = f", {row['unit']}" if row["unit"] else ""
        interval = f"{say(row['ratio'])} [{say(row['low'])}-{say(row['high'])}]"
        interval = "-" if row["ratio"] is None else interval
        shown = row["verdict"] if row["ratio"] is not None else row["why"]
        lines.append(
            f"| {row['name']}{unit} | {say(row['value'])} | {say(row['reference'])} | {interval} | {shown} |"
        )
    return lines


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


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--fidelity", default="law", choices=("law", "learned"))
    parser.add_argument("--sets", default="mouse-web,mouse-game,transcription,composition")
    parser.add_argument("--tools", type=Path)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    lines: list[str] = []
    agree = True
    with tempfile.TemporaryDirectory() as temporary:
        keep = given.keep or Path(temporary)
        keep.mkdir(parents=True, exist_ok=True)
        for name in given.sets.split(","):
            pair = pointer_pair if name in pointer_sides.SETS else key_pair
            try:
                made, real = pair(name, given.data, given.fidelity, keep)
            except DeskhandError as error:
                sys.exit(str(error))
            rows = compared(made, real, joint=False)["rows"]
            judged = [row for row in rows if row["verdict"] != "not measurable"]
            passed = sum(row["verdict"] == "pass" for row in judged)
            bad = sum(row["verdict"] == "fail" for row in judged)
            told = (
                f"{name}, {given.fidelity}: {passed} of {len(judged)} rows that can be measured pass, "
                f"{len(judged) - passed - bad} warn, {bad} fail ({rows[0]['reference_people']} people)"
            )
            lines += [f"**{told}**", "", *table_of(rows), ""]
            print("\n".join(["", told, *table_of(rows)]), flush=True)
            if given.tools:
                joint = next(iter(joint_rows(made, real, {}, seed=0))).apart
                ours = joint.reference, 1.96 * joint.floor
                auc, low, high = tool_floor(given.tools, name, given.data)
                same = low <= ours[0] + ours[1] and high >= ours[0] - ours[1]
                agree &= same
                print(
                    f"floor of the report: AUC {ours[0]:.3f} +- {ours[1]:.3f}; of the independent "
                    f"script: {auc:.3f} [{low:.3f}, {high:.3f}]; {'agree' if same else 'DIFFER'}"
                )
    if given.write:
        text = given.write.read_text(encoding="utf-8")
        head, _, rest = text.partition(BEGIN)
        _, _, tail = rest.partition(END)
        given.write.write_text(head + BEGIN + "\n".join(lines) + "\n" + END + tail)
    sys.exit(0 if agree else 1)


if __name__ == "__main__":
    main()
