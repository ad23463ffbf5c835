"""Windows of sequences: so many steps or so many seconds each, one every stride."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.datasets.loaders.sequences import Sequences, spans
from deskhand.errors import DeskhandError

SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How sequences are cut.

    Parameters
    ----------
    events : int, optional
        Steps of a window; of one in seconds the most that are kept.
    seconds : float, optional
        Length in time. Either this or ``events`` alone is the length.
    stride : float, optional
        From one window's start to the next one's, in the unit of the length; the length itself
        when not given, so that windows neither overlap nor leave a gap.
    partial : bool
        Whether what is left at a sequence's end, shorter than a window, is kept.

    Raises
    ------
    DeskhandError
        When a number is not above 0, or there is no length.

    Examples
    --------
    >>> Window(seconds=2.0, events=256).length
    256
    """

    events: int | None = None
    seconds: float | None = None
    stride: float | None = None
    partial: bool = True

    def __post_init__(self) -> None:
        if self.events is None:
            remedy = "give events=128, or seconds=2.0 with events=256, the most a window keeps"
            raise DeskhandError(
                f"a window of {self.seconds} seconds and no number of events: {remedy}."
            )
        if not isinstance(self.events, int) or isinstance(self.events, bool) or self.events < 1:
            raise DeskhandError(f"events={self.events!r}: a window has a whole number from 1.")
        for name in ("seconds", "stride"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise DeskhandError(f"{name}={value!r}: must be above 0.")
        if self.seconds is None and self.stride is not None and self.stride != int(self.stride):
            raise DeskhandError(
                f"stride={self.stride!r}: of windows of events it is a whole number."
            )

    @property
    def length(self) -> int:
        """Steps that a window has room for."""
        assert self.events is not None
        return self.events


def cut(sequences: Sequences, window: Window) -> Sequences:
    """Return the windows of sequences; none lies across two of them.

    Parameters
    ----------
    sequences : Sequences
        With a column ``t_us`` that never goes back.
    window : Window
        How to cut them.

    Returns
    -------
    Sequences
        Windows without a step are left out. ``t_us`` counts from a window's first step; the labels
        ``window``, its number in the sequence, and ``start_us`` say where it was.

    Examples
    --------
    >>> one = Sequences(
    ...     count=np.array([5]),
    ...     steps={"t_us": 10 * np.arange(5)},
    ...     labels={"person": np.array([4])},
    ... )
    >>> found = cut(one, Window(events=2, stride=3))
    >>> found.steps["t_us"].tolist(), found.labels["start_us"].tolist()
    ([0, 10, 0, 10], [0, 30])
    """
    t_us = sequences.steps["t_us"]
    if window.seconds is None:
        owner, first, count = _by_events(sequences, window)
    else:
        owner, first, count = _by_seconds(sequences, window, window.seconds)
    rows = spans(first, count)
    start_us = t_us[first]
    steps = {name: column[rows] for name, column in sequences.steps.items()}
    steps["t_us"] = steps["t_us"] - np.repeat(start_us, count)
    own = np.flatnonzero(np.append(True, owner[1:] != owner[:-1])) if len(owner) else owner
    number = np.arange(len(owner)) - np.repeat(own, np.diff(own, append=len(owner)))
    labels = {name: column[owner] for name, column in sequences.labels.items()}
    return Sequences(
        count=count, steps=steps, labels=labels | {"window": number, "start_us": start_us}
    )


Cut = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def _by_events(sequences: Sequences, window: Window) -> Cut:
    size, held = window.length, sequences.count
    stride = size if window.stride is None else int(window.stride)
    whole = np.where(held >= size, (held - size) // stride + 1, 0)
    if window.partial:
        # One more where the whole ones leave a step that none of them holds.
        reached = np.where(whole > 0, (whole - 1) * stride + size, 0)
        whole = whole + ((reached < held) & (whole * stride < held))
    owner = np.repeat(np.arange(len(held)), whole)
    number = spans(np.zeros_like(whole), whole)
    place = stride * number
    return owner, sequences.first[owner] + place, np.minimum(size, held[owner] - place)


def _by_seconds(sequences: Sequences, window: Window, seconds: float) -> Cut:
    t_us, held, first = sequences.steps["t_us"], sequences.count, sequences.first
    there = np.flatnonzero(held)
    size_us = round(seconds * SECOND_US)
    stride_us = size_us if window.stride is None else max(round(window.stride * SECOND_US), 1)
    begin_us = t_us[first[there]]
    long_us = t_us[first[there] + held[there] - 1] - begin_us
    if window.partial:
        windows = long_us // stride_us + 1
    else:
        windows = np.where(long_us >= size_us, (long_us - size_us) // stride_us + 1, 0)
    # All sequences on one time line, each far behind the last.
    lag_us = np.cumsum(long_us + size_us + stride_us) - (long_us + size_us + stride_us)
    line_us = t_us + np.repeat(lag_us - begin_us, held[there])
    owner = np.repeat(np.arange(len(there)), windows)
    from_us = lag_us[owner] + stride_us * spans(np.zeros_like(windows), windows)
    low = np.searchsorted(line_us, from_us)
    count = np.minimum(np.searchsorted(line_us, from_us + size_us) - low, window.length)
    full = count > 0
    return there[owner[full]], low[full], count[full]
