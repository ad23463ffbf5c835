"""Movements of bots alone: the table of `deskhand.pointer_paths`, by a family instead of a person."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.behavior_models.fitts import smaller_sides_px
from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.behavior_models.submovement_parsing import submovement_numbers
from deskhand.datasets.bots.families import family_named
from deskhand.datasets.bots.family import Family, Floats, Ways
from deskhand.generators.recorder import Recorders, draw_recorders
from deskhand.generators.report_times import moved_reports, report_times_us
from deskhand.keyed_draws import Keys, keys, mixed
from deskhand.pointer_requests import PointerRequests, read_requests, request_keys
from deskhand.pointer_rows import SCHEMA, MadeReports, path_rows
from deskhand.streams import check_seed

# Movements made at once.
BLOCK = 16_384
RECORDER = "mouse-web"
# What a bot's or a movement's key is split into.
_RECORDER, _COURSE, _REPORTS, _DWELL, _HOLD = range(5)


def bot_paths(
    requests: Any,
    *,
    family: str,
    seed: int,
    recorder: "str | Path | Profile" = RECORDER,
) -> pa.Table:
    """Return how bots' pointers move between points and press, as a recorder reports it.

    Parameters
    ----------
    requests : pyarrow.Table, mapping of columns, or data frame
        As for `deskhand.pointer_paths`; the same ``person`` is the same bot, with the same settings.
        Where a target is given without a point, the press lands on its centre.
    family : str
        A name of `deskhand.datasets.bots.families.FAMILIES`.
    seed : int
        From 0 to 2**64 - 1.
    recorder : str, pathlib.Path or Profile
        The population whose recorders report: intervals, jitter and stamps are those of people's
        movements of that profile, so that a clock does not give a bot away.

    Returns
    -------
    pyarrow.Table
        As from `deskhand.pointer_paths`; a movement depends on the seed, the family and its own
        request alone. A headless bot has one report, where it presses.

    Raises
    ------
    DeskhandError
        When the family or the profile is unknown, or a request cannot be used.

    Examples
    --------
    >>> asked = {"person": ["a"], "x0": [100], "y0": [100], "x1": [700], "y1": [300]}
    >>> first, *_, down, up = bot_paths(asked, family="linear", seed=7).to_pylist()
    >>> first["x"], down["type"], down["x"], up["t_us"] - down["t_us"]
    (100.0, 'pointerdown', 700.0, 2000)
    >>> [row["type"] for row in bot_paths(asked, family="headless", seed=7).to_pylist()]
    ['pointermove', 'pointerdown', 'pointerup']
    """
    check_seed(seed)
    kind = family_named(family)
    given = read_requests(requests)
    population = recorder if isinstance(recorder, Profile) else load_profile(recorder)
    bot = keys(seed, f"bot.{family}", given.people)
    recorders = steady(draw_recorders(population, mixed(bot, _RECORDER)))
    key = request_keys(given, seed, f"bot.{family}.movement")
    batches = [
        _rows(kind, given, slice(low, low + BLOCK), bot, recorders, key, seed)
        for low in range(0, len(key), BLOCK)
    ]
    return pa.Table.from_batches(batches, schema=SCHEMA)


def steady(recorders: Recorders) -> Recorders:
    """Return recorders without the rests of a hand, which keep the clock of their device."""
    none = np.zeros(len(recorders))
    columns = {name: getattr(recorders, name) for name in recorders.__slots__}
    return Recorders(**(columns | {"rest_share": none, "first_rest_share": none}))


def _rows(
    family: Family,
    given: PointerRequests,
    part: slice,
    bots: Keys,
    recorders: Recorders,
    keys: Keys,
    seed: int,
) -> pa.RecordBatch:
    person, start, target, key = (
        given.person[part],
        given.start[part],
        given.target[part],
        keys[part],
    )
    bot = bots[person]
    end = np.where(np.isnan(given.end[part]), target[:, :2], given.end[part])
    size_px = smaller_sides_px(target[:, 2:], ~np.isnan(target[:, 0]))
    moving = np.flatnonzero((start != end).any(axis=1))
    ways = Ways(
        start[moving], end[moving], size_px[moving], bot[moving], mixed(key[moving], _COURSE), seed
    )
    made = bot_reports(family, ways, recorders.take(person[moving]), mixed(key[moving], _REPORTS))
    dwell_us = family.dwell.draw_us(bot, mixed(key, _DWELL), 0)
    hold_us = family.hold.draw_us(bot, mixed(key, _HOLD), 0)
    whose = person.astype(np.int64)
    return path_rows(part.start, whose, given.people, end, moving, made, dwell_us, hold_us)


def bot_reports(family: Family, ways: Ways, recorders: Recorders, key: Keys) -> MadeReports:
    """Return what recorders report of bots' movements.

    Parameters
    ----------
    family : Family
    ways : Ways, m rows
    recorders : Recorders, m rows
    key : NDArray[np.uint64], shape (m,)
        Of the reports of each movement.
    """
    course = family.course(ways)
    count, t_us = report_times_us(recorders, course.duration_us, key)
    row = np.repeat(np.arange(len(count)), count)
    # A report after the end still shows the end.
    within = np.minimum(t_us, course.duration_us[row]).astype(np.float64)
    x, y = (np.rint(place) for place in course.where(row, within))
    _set_ends(x, y, count, ways)
    kept = moved_reports(recorders, count, x, y)
    if len(count):
        count = np.add.reduceat(kept, np.cumsum(count) - count, dtype=np.int64)
    t_us, x, y = t_us[kept], x[kept], y[kept]
    _set_ends(x, y, count, ways)
    return MadeReports(count, t_us, x, y, submovement_numbers(count, t_us, x, y))


def _set_ends(x: Floats, y: Floats, count: NDArray[np.int64], ways: Ways) -> None:
    """Put the first report of each movement on its start and the last on its end."""
    last = np.cumsum(count) - 1
    for values, start, end in zip((x, y), ways.start.T, ways.end.T, strict=True):
        values[last - count + 1] = start
        values[last] = end
