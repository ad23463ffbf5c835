"""When a person stops the recorder: the stretches that are named, and those that are drawn."""

from collections.abc import Mapping
from typing import Any

from deskhand.safeguards.safeguards_file import DrawnPauses, Safeguards
from deskhand.streams import stream

WORKDAY_US = 8 * 3_600_000_000
# Spread of the logarithm of a pause's length (assumed): the 90th percentile is at 2.8 medians.
LOG_SD = 0.8

Span = tuple[int, int]


def paused_spans(safeguards: Safeguards, header: Mapping[str, Any]) -> list[Span]:
    """Return from when to when a session's recorder stands still.

    Parameters
    ----------
    safeguards : Safeguards
        What is asked for.
    header : mapping
        The session's; the drawn pauses depend on its seed and its person and day alone.

    Returns
    -------
    list of (int, int)
        Microseconds since the session's start, in order, apart, and begun before the session's end.
    """
    duration_us = int(header["duration_us"])
    spans = list(safeguards.pauses)
    if safeguards.drawn_pauses is not None:
        spans += _drawn(safeguards.drawn_pauses, header, duration_us)
    return joined([span for span in spans if span[0] < duration_us])


def _drawn(drawn: DrawnPauses, header: Mapping[str, Any], duration_us: int) -> list[Span]:
    who = (header["session_id"], header["team"], header["person"], header["day"])
    rng = stream(int(header["seed"]), "safeguards.pauses", *who)
    count = int(rng.poisson(drawn.per_day * duration_us / WORKDAY_US))
    starts = rng.uniform(0, duration_us, count)
    lengths = 60e6 * drawn.median_min * rng.lognormal(0.0, LOG_SD, count)
    return [(int(a), int(a) + max(1, int(b))) for a, b in zip(starts, lengths, strict=True)]


def joined(spans: list[Span]) -> list[Span]:
    """Return stretches in order, those that touch as one.

    Examples
    --------
    >>> joined([(5, 9), (1, 3), (8, 12)])
    [(1, 3), (5, 12)]
    """
    made: list[Span] = []
    for start, end in sorted(spans):
        if made and start <= made[-1][1]:
            made[-1] = (made[-1][0], max(made[-1][1], end))
        else:
            made.append((start, end))
    return made
