"""The flow that trials took: which step follows which, and how often.

A scenario in Python cannot be read as steps, so its flow is the graph of what directly followed what in
many sessions (a directly-follows graph, as in process mining). Steps stand in layers: each below all
that lead to it, so that most lines go down; those that lead back are dashed.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from deskhand.scenarios.flow.drawing import (
    GREY,
    INK,
    RED,
    Card,
    Line,
    Mark,
    Picture,
    Point,
    Words,
    card_width,
)
from deskhand.scenarios.flow.words import colour_of
from deskhand.scenarios.scenario import Scenario

BEGIN, END = "\0begin", "\0end"
# Of what leaves a step, ways that fewer take are left out, unless nothing else leads to a step.
# Between the tasks of a day nearly every way is taken at some time.
LEAST_SHARE, LEAST_SHARE_OF_TASKS = 0.04, 0.15
# Steps that are drawn; the least frequent ones are left out.
MOST_STEPS = 60
BETWEEN, LAYER = 26.0, 92.0
SWEEPS = 16
NEAR = 0.6

Taken = tuple[str, str, str | None]
"""A step: the task that it is part of, its verb, and what it acts on."""


class Flow(NamedTuple):
    """Steps with in how many trials each was taken, and how often one followed another."""

    name: str
    trials: int
    steps: Mapping[str, int]
    ways: Mapping[tuple[str, str], int]
    place: Mapping[str, float]
    left_out: int
    least_share: float


def followed(name: str, trials: Iterable[Sequence[Taken]]) -> Flow:
    r"""Return what followed what.

    Parameters
    ----------
    name : str
        What was done in each.
    trials : iterable of sequence
        The steps of each session. Of sessions of several tasks the tasks are the steps.

    Examples
    --------
    >>> look, save = ("t", "read", None), ("t", "click", "save")
    >>> flow = followed("a.task", [[look, save], [save]])
    >>> flow.steps["click save"], flow.ways["read\nbegin", "click save"]
    (2, 1)
    """
    listed = list(trials)
    tasks = {task for trial in listed for task, _, _ in trial}
    steps: Counter[str] = Counter()
    ways: Counter[tuple[str, str]] = Counter()
    places: defaultdict[str, list[float]] = defaultdict(list)
    runs = [_names(trial, whole=len(tasks) > 1) for trial in listed]
    seen = Counter(name for run in runs for name in run)
    kept = {name for name, _ in sorted(seen.items(), key=lambda s: (-s[1], s[0]))[:MOST_STEPS]}
    for run in runs:
        names = [BEGIN, *(name for name in run if name in kept), END]
        steps.update(set(names))
        ways.update(pairwise(names))
        for number, step in enumerate(dict.fromkeys(names)):
            places[step].append(number / len(names))
    # The end is behind all else.
    place = {name: sum(at) / len(at) for name, at in places.items()} | {BEGIN: -1.0, END: 2.0}
    least_share = LEAST_SHARE if len(tasks) == 1 else LEAST_SHARE_OF_TASKS
    return Flow(name, len(listed), steps, ways, place, len(seen) - len(kept), least_share)


def _names(trial: Sequence[Taken], *, whole: bool) -> list[str]:
    if whole:
        tasks = [task for task, _, _ in trial]
        return [t for n, t in enumerate(tasks) if n == 0 or t != tasks[n - 1]]
    names: list[str] = []
    place = "begin"
    for _, verb, target in trial:
        # The rows of a list are one step; what has no target is told apart by what it comes after.
        what = re.sub(r"[0-9]+", "N", target or "")
        names.append(f"{verb} {what}" if what else f"{verb}\n{place}")
        place = what or place
    return names


def followed_flow(scenario: Scenario, trials: Iterable[Sequence[Taken]]) -> Picture:
    """Return the picture of what trials did.

    Parameters
    ----------
    scenario : Scenario
        What they are trials of.
    trials : iterable of sequence
        As `followed` takes them.
    """
    flow = followed(scenario.name, trials)
    ways = _frequent(flow)
    rows, chains = _layered(flow, ways)
    at = _placed(flow, rows, chains)
    left = min(x - _wide(flow, name) / 2 for name, (x, _) in at.items())
    at = {name: (x - left, y) for name, (x, y) in at.items()}
    width = max(x + _wide(flow, name) / 2 for name, (x, _) in at.items())
    marks: list[Mark] = []
    for (source, to), chain in chains.items():
        marks += _way(flow, (source, to), [at[name] for name in chain])
    for name in flow.steps:
        card = _card(flow, name)
        x, y = at[name]
        marks.append(
            Card(
                x=x - card_width(*card[:2]) / 2,
                y=y,
                title=card[0],
                detail=card[1],
                colour=card[2],
                round=name in (BEGIN, END),
            )
        )
    height = max(y for _, y in at.values()) + LAYER / 2 + 24
    rare = f" Ways that fewer than {100 * flow.least_share:g} % take are left out"
    rare += f", and {flow.left_out} rare steps." if flow.left_out else "."
    foot = f"Found by {flow.trials} trials.{rare}"
    marks.append(Words(x=0, y=height, text=foot))
    return Picture(
        title=f"Flow of {scenario.name}, found by {flow.trials} trials",
        width=max(width, 420.0),
        height=height,
        marks=marks,
    )


def _frequent(flow: Flow) -> list[tuple[str, str]]:
    """Return the ways that are drawn."""
    leaving: Counter[str] = Counter()
    for (source, _), count in flow.ways.items():
        leaving[source] += count
    kept = {way for way, n in flow.ways.items() if n >= flow.least_share * leaving[way[0]]}
    for name in flow.steps:
        for end in (0, 1):
            own = [way for way in flow.ways if way[end] == name and way[0] != way[1]]
            if own and not any(way in kept for way in own):
                kept.add(max(own, key=lambda way: (flow.ways[way], way)))
    return sorted(way for way in kept if way[0] != way[1])


def _layered(
    flow: Flow, ways: Sequence[tuple[str, str]]
) -> tuple[list[list[str]], dict[tuple[str, str], list[str]]]:
    """Return the steps of each layer, and each way as what it passes, layer by layer."""
    order = sorted(flow.steps, key=lambda name: (flow.place[name], name))
    number = {name: n for n, name in enumerate(order)}
    downward = [(a, b) if number[a] < number[b] else (b, a) for a, b in ways]
    layer = dict.fromkeys(order, 0)
    for name in order:
        above = [layer[a] + 1 for a, b in downward if b == name]
        layer[name] = max(above, default=0)
    layer[END] = 1 + max(number for name, number in layer.items() if name != END)
    rows: list[list[str]] = [[] for _ in range(max(layer.values()) + 1)]
    for name in order:
        rows[layer[name]].append(name)
    chains: dict[tuple[str, str], list[str]] = {}
    for way, (top, bottom) in zip(ways, downward, strict=True):
        between = [f"\0{top}\0{bottom}\0{n}" for n in range(layer[top] + 1, layer[bottom])]
        for n, bend in enumerate(between, layer[top] + 1):
            if bend not in rows[n]:
                rows[n].append(bend)
        chain = [top, *between, bottom]
        chains[way] = chain if way == (top, bottom) else chain[::-1]
    return rows, chains


def _wide(flow: Flow, name: str) -> float:
    # A bend needs room for its share.
    return card_width(_title(flow, name), _detail(flow, name)) if name in flow.steps else 30.0


def _placed(
    flow: Flow, rows: list[list[str]], chains: Mapping[tuple[str, str], list[str]]
) -> dict[str, Point]:
    """Return the middle of each step's upper edge: near what it is joined to, with no overlap."""
    joined: defaultdict[str, set[str]] = defaultdict(set)
    for chain in chains.values():
        for a, b in pairwise(chain):
            joined[a].add(b)
            joined[b].add(a)
    x = {name: 0.0 for row in rows for name in row}
    for row in rows:
        x.update(_spread(flow, row, {name: float(n) for n, name in enumerate(row)}))
    layer = {name: n for n, row in enumerate(rows) for name in row}
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for n, row in list(enumerate(rows)) if down else list(enumerate(rows))[::-1]:
            wanted = {}
            for name in row:
                last = sweep >= SWEEPS - 2
                near = [x[o] for o in joined[name] if last or (layer[o] < n) == down]
                wanted[name] = sum(near) / len(near) if near else x[name]
            x.update(_spread(flow, row, wanted))
    return {name: (x[name], LAYER * layer[name]) for name in x}


def _spread(flow: Flow, row: Sequence[str], wanted: Mapping[str, float]) -> dict[str, float]:
    """Return places in a row as near as may be to those that are wanted."""
    order = sorted(row, key=lambda name: (wanted[name], name))
    found: dict[str, float] = {}
    edge = float("-inf")
    for name in order:
        half = _wide(flow, name) / 2
        found[name] = max(wanted[name], edge + half)
        edge = found[name] + half + BETWEEN
    off = sum(found[name] - wanted[name] for name in order) / max(1, len(order))
    return {name: at - off for name, at in found.items()}


def _way(flow: Flow, way: tuple[str, str], points: Sequence[Point]) -> list[Mark]:
    down = points[0][1] < points[-1][1]
    leaving = sum(count for (source, _), count in flow.ways.items() if source == way[0])
    share = flow.ways[way] / leaving
    high = Card(x=0, y=0, title="x", detail="x" if _detail(flow, way[0]) else "").height
    # From the lower edge of a step to the upper one of the next, or back beside it.
    (x0, y0), (x1, y1) = points[0], points[-1]
    middle = high / 2
    start = (x0, y0 + high) if down else (x0 + 14, y0)
    end = (x1, y1) if down else (x1 + 14, y1 + high)
    line = [start, *((x, y + middle) for x, y in points[1:-1]), end]
    colour = GREY if down else RED
    made: list[Mark] = [
        Line(points=line, colour=colour, width=0.8 + 2.2 * share, dashed=not down, curved=True)
    ]
    if share < 0.995:
        (ax, ay), (bx, by) = line[0], line[1]
        # A place on the curve where those that leave together have parted.
        made.append(
            Words(
                x=ax + (3 - 2 * NEAR) * NEAR**2 * (bx - ax) + 5,
                y=ay + (1.5 * NEAR * (1 - NEAR) + NEAR**3) * (by - ay) + 4,
                text=f"{100 * share:.0f} %",
                colour=INK if down else RED,
            )
        )
    return made


def _title(flow: Flow, name: str) -> str:
    if name in (BEGIN, END):
        return flow.name if name == BEGIN else "done"
    verb, between, what = name.partition(" ")
    # Tasks are one word and keep it as it is.
    return f"{verb.replace('_', ' ')} {what}" if between else name.partition("\n")[0]


def _detail(flow: Flow, name: str) -> str:
    if name in (BEGIN, END):
        return ""
    again = flow.ways.get((name, name), 0)
    leaving = sum(count for (source, _), count in flow.ways.items() if source == name)
    share = 100 * flow.steps[name] / flow.trials
    return f"in {share:.0f} %" + (f", again {100 * again / leaving:.0f} %" if again else "")


def _card(flow: Flow, name: str) -> tuple[str, str, str]:
    colour = INK if name in (BEGIN, END) else colour_of(re.split(r"[ \n]", name)[0])
    return _title(flow, name), _detail(flow, name), colour
