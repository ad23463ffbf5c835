"""Thresholds of a run, such as ``p99<200ms``: what a build fails on."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.fleet.report.latencies import decoded

_EXPRESSION = re.compile(
    r"\s*(?P<name>\w+)\s*(?P<sign><=|>=|==|<|>)\s*(?P<limit>\d+(?:\.\d+)?)\s*(?P<unit>%|[a-z/]*)\s*"
)
_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}
_TIMES_US = {"us": 1, "ms": 1_000, "s": 1_000_000}
# errors: attempts that were refused, among all; the others are plain counts of the run.
_COUNTS = {"errors": "fail", "unknown": "unknown", "retries": "retries", "unsent": "unsent"}
# p999 is 99.9 %; p100 would read as 10 %, and is refused.
_PERCENTILE = re.compile(r"p([1-9]\d|9\d{2,5})")
_STORED = {"p50", "p90", "p99", "p999"}
_KNOWN = (
    *("p50", "p90", "p95", "p99", "p999", "mean", "max", "lag_p99", "lag_max"),
    *(*_COUNTS, "rate"),
)
_EXAMPLES = "p99<200ms, max<=1.5s, lag_p99<2ms, errors<0.1%, unknown==0, rate>=1000/s"


def _latency_us(latency: Mapping[str, Any], which: str) -> float | None:
    """Return one figure of a latency; the digits of p95 and p9999 are the share's decimals."""
    if not latency["count"]:
        return None
    if which in _STORED or which in ("mean", "max"):
        return float(latency[f"{which}_us"])
    digits = which[1:]
    return float(decoded(latency["hdr"]).at([int(digits) / 10 ** len(digits)])[0])


def _rate_hz(run: Mapping[str, Any]) -> float | None:
    """Return accepted batches a second, after the warm-up."""
    measured_s = run["seconds"] - run["warm_up_s"]
    if measured_s <= 0:
        return None
    rows = (row for row in run["timeline"] if row["second"] >= run["warm_up_s"])
    return float(sum(row["ok"] for row in rows) / measured_s)


def _value(run: Mapping[str, Any], name: str, unit: str) -> float | None:
    if name == "rate":
        return _rate_hz(run)
    if name in _COUNTS:
        count = run["counts"][_COUNTS[name]]
        if unit != "%":
            return float(count)
        sent = run["counts"]["sent"]
        return float(100 * count / sent) if sent else None
    latency = run["lag"] if name.startswith("lag_") else run["latency"]["from_intent"]
    value_us = _latency_us(latency, name.removeprefix("lag_"))
    return None if value_us is None else value_us / _TIMES_US[unit]


def _units(name: str) -> tuple[str, ...]:
    if name == "rate":
        return ("/s",)
    return ("%", "") if name in _COUNTS else tuple(_TIMES_US)


def _parsed(text: str) -> tuple[str, str, float, str]:
    found = _EXPRESSION.fullmatch(text)
    if found is None:
        raise DeskhandError(
            f"threshold {text!r}: write a figure, one of {' '.join(_SIGNS)}, and a limit with its "
            f"unit, for example {_EXAMPLES}."
        )
    name, unit = found["name"], found["unit"]
    if name not in _KNOWN and _PERCENTILE.fullmatch(name.removeprefix("lag_")) is None:
        raise UnknownNameError("figure of a threshold", name, _KNOWN)
    if unit not in _units(name):
        known = " or ".join(f"{name}{found['sign']}{found['limit']}{u}" for u in _units(name))
        raise DeskhandError(f"threshold {text!r}: the unit is not one of {name}; write {known}.")
    return name, found["sign"], float(found["limit"]), unit


def refuse_unreadable(texts: Sequence[str]) -> None:
    """Refuse thresholds that cannot be read, before a run is started for nothing.

    Raises
    ------
    DeskhandError
        With what is known.
    """
    for text in texts:
        _parsed(text)


def check(run: Mapping[str, Any], texts: Sequence[str]) -> list[dict[str, Any]]:
    """Hold a run against thresholds.

    Parameters
    ----------
    run : mapping
        As in run.json. Latencies are those from the intended time of sending; ``p95`` and ``p9999``
        are read from the histogram, ``lag_p99`` from that of the client's own lateness. ``errors``
        are refused attempts, ``unknown`` those without an answer; with ``%`` they are a share of
        all attempts. ``rate`` is of accepted batches, after the warm-up.
    texts : sequence of str
        Such as ``p99<200ms``.

    Returns
    -------
    list of dict
        ``{"name", "limit", "value", "ok"}`` each; the value has the unit of the limit. It is None,
        and not ok, when there was nothing to measure.

    Raises
    ------
    DeskhandError
        When one cannot be read; the message lists what is known.

    Examples
    --------
    >>> counts = {"sent": 2000, "ok": 1999, "fail": 1, "unknown": 0, "retries": 1, "unsent": 0}
    >>> check({"counts": counts}, ["errors < 0.1%", "unknown==0"])[0]
    {'name': 'errors', 'limit': '<0.1%', 'value': 0.05, 'ok': True}
    >>> check({"counts": counts}, ["retries<10ms"])
    Traceback (most recent call last):
    deskhand.errors.DeskhandError: threshold 'retries<10ms': the unit is not one of retries; write retries<10% or retries<10.
    """
    done = []
    for name, sign, limit, unit in map(_parsed, texts):
        value = _value(run, name, unit)
        ok = value is not None and _SIGNS[sign](value, limit)
        done.append({"name": name, "limit": f"{sign}{limit:g}{unit}", "value": value, "ok": ok})
    return done
