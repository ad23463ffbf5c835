"""What must hold of a bucket export, and what is found in one that does not."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from deskhand.errors import DeskhandError
from deskhand.exports.activitywatch.reader import load, times_us
from deskhand.findings import Finding
from deskhand.json_schema import describe, worst

# So many events of each bucket are checked against the JSON Schema, evenly spread.
SAMPLE = 200
AGAIN = "export the buckets again"


def findings(path: Path, argument: str | None = None) -> Iterator[Finding]:  # noqa: ARG001
    """Yield what is wrong with a bucket export.

    Parameters
    ----------
    path : Path
        A file.
    argument : str, optional
        What the writer was given; it changes no rule.
    """
    try:
        _, document = load(path)
    except DeskhandError as error:
        yield Finding(rule="readable", path=path, given=str(error), remedy=AGAIN)
        return
    breach = worst("activitywatch", _sampled(document), "deskhand.exports.activitywatch")
    if breach is not None:
        yield Finding(
            rule="schema",
            path=path,
            given=describe(breach),
            remedy="write it as activitywatch.schema.json says",
        )
        return
    for key, bucket in document["buckets"].items():
        yield from _bucket(path, key, bucket)


def _sampled(document: Any) -> Any:
    """Return the document with only some of each bucket's events."""
    if not isinstance(document, dict) or not isinstance(document.get("buckets"), dict):
        return document
    buckets = {}
    for key, bucket in document["buckets"].items():
        if isinstance(bucket, dict) and isinstance(bucket.get("events"), list):
            events = bucket["events"]
            chosen = np.unique(np.linspace(0, max(len(events) - 1, 0), SAMPLE, dtype=int))
            bucket = {**bucket, "events": [events[k] for k in chosen if k < len(events)]}
        buckets[key] = bucket
    return {**document, "buckets": buckets}


def _bucket(path: Path, key: str, bucket: Mapping[str, Any]) -> Iterator[Finding]:
    if bucket["id"] != key:
        yield Finding(
            rule="bucket_id",
            path=path,
            column=key,
            given=f"id {bucket['id']!r} under the name {key!r}",
            remedy="name a bucket by its id",
        )
    events = bucket["events"]
    try:
        at = times_us([bucket["created"], *(event["timestamp"] for event in events)])[1:]
        duration = np.array([float(event["duration"]) for event in events])
        whole = all(isinstance(event["data"], dict) for event in events)
    except (ValueError, TypeError, KeyError) as error:
        yield Finding(
            rule="event",
            path=path,
            column=key,
            given=f"{type(error).__name__}: {error}",
            remedy="every event has a timestamp in ISO 8601, a duration in seconds, and data",
        )
        return
    wrong = ~(np.isfinite(duration) & (duration >= 0))
    if wrong.any() or not whole:
        yield Finding(
            rule="duration" if wrong.any() else "data",
            path=path,
            row=int(np.argmax(wrong)),
            column=key,
            given=f"duration {duration[wrong][:1].tolist()}"
            if wrong.any()
            else "data is no object",
            remedy="durations are seconds from 0, data are objects",
            count=max(int(wrong.sum()), 1),
        )
        return
    order = np.argsort(at, kind="stable")
    end = np.maximum.accumulate(at[order] + np.rint(duration[order] * 1e6).astype(np.int64))
    # Clocks are cut to milliseconds and durations are not.
    over = np.flatnonzero(at[order][1:] < end[:-1] - 1000)
    if len(over) and bucket["type"] in ("currentwindow", "os.hid.input"):
        yield Finding(
            rule="overlap",
            path=path,
            row=int(order[over[0] + 1]),
            column=key,
            given=f"begins at {events[order[over[0] + 1]]['timestamp']}, before the last event's end",
            remedy="one watcher sees one thing at a time",
            count=len(over),
        )
    if bucket["type"] == "web.tab.current" or not len(at):
        return
    if len(at) > 1 and (np.diff(at) > 0).any() and (np.diff(at) < 0).any():
        yield Finding(
            rule="order",
            path=path,
            row=int(np.argmax(np.diff(at) > 0)) + 1,
            column=key,
            given="events neither from the latest to the first nor the other way",
            remedy="the server writes the latest first",
        )
