"""What people seldom do and models see too little of: raised, or given a share of all steps."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from deskhand.datasets.episodes.steps import Step
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.events import ALT, CONTROL, META
from deskhand.exports.act_kinds import Press

DROP_DOWNS, SHORTCUTS, DRAGS, SCROLLS, CORRECTIONS = EMPHASES = (
    "drop-downs",
    "shortcuts",
    "drags",
    "scrolls",
    "corrections",
)
# By what they are counted in a set's manifest.
COUNTED: Mapping[str, tuple[str, ...]] = {
    DROP_DOWNS: ("verb choose",),
    SHORTCUTS: ("shortcuts",),
    DRAGS: ("kind drag",),
    SCROLLS: ("kind scroll",),
    CORRECTIONS: ("slips", "corrections"),
}
# Steps towards the weights of tasks, and when they are near enough: to a thousandth of a step.
ROUNDS, CLOSE, RIDGE = 60, 1e-3, 1e-6


class Emphasis(NamedTuple):
    """What is emphasised, and the share of all steps that is asked for, None for as much as may be."""

    name: str
    share: float | None = None

    def __str__(self) -> str:
        return self.name if self.share is None else f"{self.name}={self.share:g}"


def parse_emphasis(given: str | Sequence[str] | None) -> tuple[Emphasis, ...]:
    """Return what is to be raised, or to have a share.

    Parameters
    ----------
    given : str or sequence of str, optional
        Names, or names with shares, such as ``drags=0.05``; commas between them in one text.

    Raises
    ------
    DeskhandError
        When a name is not known, or shares cannot be had.

    Examples
    --------
    >>> [str(each) for each in parse_emphasis("shortcuts,drop-downs")]
    ['drop-downs', 'shortcuts']
    >>> parse_emphasis("drags=0.05")
    (Emphasis(name='drags', share=0.05),)
    """
    if not given:
        return ()
    asked: dict[str, float | None] = {}
    for text in given.split(",") if isinstance(given, str) else given:
        name, equals, share = (part.strip() for part in text.partition("="))
        if name not in EMPHASES:
            raise UnknownNameError("emphasis", name, EMPHASES)
        asked[name] = _share(text, share) if equals else None
    shares = [share for share in asked.values() if share is not None]
    if shares and (len(shares) < len(asked) or sum(shares) > 1.0):
        raise DeskhandError(
            f"emphasis {given!r}: give each name a share, 1 or less together, or none of them one."
        )
    return tuple(Emphasis(name, asked[name]) for name in EMPHASES if name in asked)


def _share(text: str, share: str) -> float:
    try:
        found = float(share)
    except ValueError:
        found = -1.0
    if not 0.0 <= found <= 1.0:
        raise DeskhandError(
            f"emphasis {text.strip()!r}: behind = stands a share of all steps, from 0 to 1."
        )
    return found


def counts_of(emphasis: Sequence[Emphasis], steps: Sequence[Step]) -> list[int]:
    """Return how many of a session's steps are what each emphasis names."""
    found = [name for step in steps for name in _names(step)]
    return [found.count(each.name) for each in emphasis]


def _names(step: Step) -> Iterator[str]:
    act, action = step.act, step.action
    if action["verb"] == "choose":
        yield DROP_DOWNS
    if isinstance(act, Press) and act.modifiers & (CONTROL | ALT | META):
        yield SHORTCUTS
    if step.kind in ("drag", "scroll"):
        yield f"{step.kind}s"
    if action["error_of"] is not None or action["correction_of"] is not None:
        yield CORRECTIONS


def tilted(excess: Sequence[Sequence[float]]) -> list[float]:
    """Return how often each of some tasks has to be done for shares to be met on average.

    Of all weights that meet them they are nearest to equal ones (exponential tilting; Deville and
    Särndal, Journal of the American Statistical Association 87, 1992). Where none do, as of tasks
    without a drag, they are as near as some rounds bring them.

    Parameters
    ----------
    excess : sequence of sequence of float
        Of each task, how many steps of each kind it has above what the shares ask for.

    Returns
    -------
    list of float
        They sum to 1.

    Examples
    --------
    >>> [round(weight, 3) for weight in tilted([[-1.0], [3.0]])]
    [0.75, 0.25]
    """
    rows = np.asarray(excess, np.float64)
    by = np.zeros(rows.shape[1])
    weights = np.full(len(rows), 1.0 / len(rows))
    for _ in range(ROUNDS):
        mean = weights @ rows
        if np.abs(mean).max() < CLOSE:
            break
        apart = rows - mean
        spread = (apart * weights[:, np.newaxis]).T @ apart + RIDGE * np.eye(len(by))
        step = np.linalg.solve(spread, mean)
        # So that no weight changes by more than some times at once.
        by = by - step / max(1.0, float(np.abs(apart @ step).max()))
        raised = rows @ by
        weights = np.exp(raised - raised.max())
        weights /= weights.sum()
    return [float(weight) for weight in weights]


def found_shares(
    emphasis: Sequence[Emphasis], counts: Mapping[str, int]
) -> dict[str, dict[str, float]]:
    """Return the share that was asked for and the one that was found, by name.

    Examples
    --------
    >>> found_shares(parse_emphasis("drags=0.1"), {"steps": 50, "kind drag": 4})
    {'drags': {'asked': 0.1, 'found': 0.08}}
    """
    return {
        each.name: {
            "asked": each.share,
            "found": round(sum(counts.get(n, 0) for n in COUNTED[each.name]) / counts["steps"], 4),
        }
        for each in emphasis
        if each.share is not None
    }
