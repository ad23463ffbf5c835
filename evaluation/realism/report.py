"""The report of a comparison: rows by level, negative controls, and what it comes to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from deskhand.evaluation.realism.controls import CONTROLS, spoiled
from deskhand.evaluation.realism.curves import curves_of
from deskhand.evaluation.realism.event_measures import event_measures
from deskhand.evaluation.realism.joint import joint_rows
from deskhand.evaluation.realism.key_measures import key_measures
from deskhand.evaluation.realism.measure import Measure
from deskhand.evaluation.realism.person_blocks import Apart, apart
from deskhand.evaluation.realism.pointer_measures import pointer_measures
from deskhand.evaluation.realism.side import Side
from deskhand.evaluation.realism.thresholds import VERDICTS, Thresholds
from deskhand.evaluation.realism.workflow_measures import workflow_measures

FORMAT = "deskhand.realism/1"
PASSED, FAILED, NOT_MEASURABLE, INVALID, VOID = range(5)
RESULTS = ("pass", "fail", "not measurable", "invalid data", "void")
Told = Callable[[str], None]


def measures_of(side: Side, *, seed: int) -> dict[tuple[str, str], Measure]:
    """Return what is measured of a side, by level and name.

    Parameters
    ----------
    side : Side
        What it does not hold is not measured.
    seed : int
        Of the choice of movements.
    """
    found: list[Measure] = []
    if side.pointer is not None and len(side.pointer.t_us):
        found += pointer_measures(side.pointer, seed=seed)
    if side.keys is not None and len(side.keys):
        found += key_measures(side.keys)
    if side.events is not None:
        found += [*event_measures(side.events), *workflow_measures(side.events)]
    return {(one.level, one.name): one for one in found if len(one.value)}


def compared(
    made: Side,
    reference: Side,
    *,
    seed: int = 0,
    thresholds: Thresholds | None = None,
    joint: bool = True,
    told: Told | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a comparison, its negative controls, and curves to draw.

    Parameters
    ----------
    made, reference : Side
        The synthetic side and people.
    seed : int
        Of all draws.
    thresholds : Thresholds, optional
        The usual ones when not given.
    joint : bool
        Whether classifiers are trained as well.
    told : callable, optional
        Called with what is being done.

    Returns
    -------
    dict of list of dict
        ``rows``, ``controls`` and ``curves``, as in report.schema.json.
    """
    say = told or (lambda _: None)
    held = thresholds or Thresholds()
    say("measuring")
    of_made, of_people = measures_of(made, seed=seed), measures_of(reference, seed=seed)
    sides, of_controls = {}, {}
    for name in CONTROLS:
        say(f"control: {name}")
        sides[name] = spoiled(reference, name, seed=seed)
        of_controls[name] = measures_of(sides[name], seed=seed)
    say("splitting people")
    rows = [
        _row(held, level, name, of_people[level, name].unit, found, _remark(of_people[level, name]))
        for level, name, found in _figures(of_made, of_people, of_controls, seed)
    ]
    if joint:
        say("training classifiers")
        rows += [
            _row(held, "joint", one.name, "", one.apart, one.remark)
            for one in joint_rows(made, reference, sides, seed=seed)
        ]
    return {"rows": rows, "controls": controls_of(rows), "curves": curves_of(of_made, of_people)}


def _figures(
    made: Mapping[tuple[str, str], Measure],
    people: Mapping[tuple[str, str], Measure],
    controls: Mapping[str, Mapping[tuple[str, str], Measure]],
    seed: int,
) -> Iterator[tuple[str, str, Apart]]:
    for key, reference in people.items():
        level, name = key
        if key not in made:
            none = dict.fromkeys(
                ("value", "reference", "distance", "floor", "ratio", "low", "high"), np.nan
            )
            yield (
                level,
                name,
                Apart(
                    **none,
                    people=0,
                    reference_people=len(np.unique(reference.person)),
                    controls={},
                    why="the synthetic side has none of it",
                ),
            )
            continue
        spoiled_ones = {n: of[key] for n, of in controls.items() if key in of}
        yield level, name, apart(made[key], reference, spoiled_ones, seed=seed)


def _remark(measure: Measure) -> str:
    return {
        "w1": "Wasserstein-1",
        "log w1": "Wasserstein-1 of logarithms",
        "clock w1": "Wasserstein-1 around the clock",
        "js": "Jensen-Shannon distance; the value is entropy in bits",
        "tv": "total variation; the value is entropy in bits",
        "missing": "share of people's that the other side never shows",
        "invented": "share of the other side's that people never show",
        "share": "difference of shares",
    }[measure.distance]


def _row(
    held: Thresholds, level: str, name: str, unit: str, found: Apart, remark: str
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "level": level,
        "name": name,
        "unit": unit,
        "remark": remark,
        "people": found.people,
        "reference_people": found.reference_people,
        "ignored": bool(held.of(level, name)["ignore"]),
        "why": found.why,
    }
    for key in ("value", "reference", "distance", "floor", "ratio", "low", "high"):
        number = float(getattr(found, key))
        row[key] = number if np.isfinite(number) else None
    row["controls"] = {
        control: {
            "ratio": ratio if np.isfinite(ratio) else None,
            "verdict": held.verdict(level, name, ratio),
        }
        for control, ratio in found.controls.items()
    }
    if found.why:
        row["verdict"] = "not measurable"
    elif not any(control["verdict"] == "fail" for control in row["controls"].values()):
        # What no spoiled data can fail says nothing when something passes it.
        row["verdict"] = "not measurable"
        row["why"] = "no negative control fails it with these people: it would pass anything"
    else:
        row["verdict"] = held.verdict(level, name, found.ratio)
    return row


def controls_of(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return of each negative control which rows it fails.

    Parameters
    ----------
    rows : sequence of mapping
        As in report.schema.json.
    """
    found = []
    for name in CONTROLS:
        seen = {
            row["name"]: row["controls"][name]["verdict"] for row in rows if name in row["controls"]
        }
        fails = [row for row, verdict in seen.items() if verdict == "fail"]
        found.append(
            {
                "name": name,
                "said": CONTROLS[name].said,
                "rows": len(seen),
                "fails": fails,
                "ok": bool(fails) or not seen,
            }
        )
    return found


def result_of(
    rows: Sequence[Mapping[str, Any]], controls: Sequence[Mapping[str, Any]], *, valid: bool
) -> int:
    """Return what a report comes to: a place in `RESULTS`, which is the exit status.

    Parameters
    ----------
    rows, controls : sequence of mapping
        As in report.schema.json.
    valid : bool
        Whether the synthetic side is valid.

    Examples
    --------
    >>> row = {"verdict": "pass", "ignored": False}
    >>> RESULTS[result_of([row], [{"ok": True}], valid=True)]
    'pass'
    >>> RESULTS[result_of([row], [{"ok": False}], valid=True)]
    'void'
    """
    if not valid:
        return INVALID
    if any(not control["ok"] for control in controls):
        return VOID
    verdicts = [row["verdict"] for row in rows if not row["ignored"]]
    if "fail" in verdicts:
        return FAILED
    if not any(verdict in ("pass", "warn") for verdict in verdicts):
        return NOT_MEASURABLE
    return PASSED


def counts_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many rows that count came to each verdict.

    Examples
    --------
    >>> counts_of([{"verdict": "pass", "ignored": False}])
    {'pass': 1, 'warn': 0, 'fail': 0, 'not measurable': 0}
    """
    counted = [row["verdict"] for row in rows if not row["ignored"]]
    return {verdict: counted.count(verdict) for verdict in VERDICTS}
