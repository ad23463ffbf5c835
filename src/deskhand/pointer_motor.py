"""The hand alone: pointer movements of many people between given points, without a scenario."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.behavior_models.endpoint import landing_points
from deskhand.behavior_models.fitts import smaller_sides_px, widths_along_path_px
from deskhand.behavior_models.hand_traits import draw_hands
from deskhand.behavior_models.press import dwells_us, holds_us, read_press
from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.behavior_models.report_traits import draw_report_traits
from deskhand.behavior_models.submovement_parsing import submovement_numbers
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.generators.learned_reports import SECTION as LEARNED_SECTION
from deskhand.generators.learned_reports import learned_reports
from deskhand.generators.pointer_reports import law_reports
from deskhand.generators.recorder import draw_recorders
from deskhand.keyed_draws import Keys, keys, mixed
from deskhand.pointer_requests import PointerRequests, read_requests, request_keys
from deskhand.pointer_rows import SCHEMA, MadeReports, path_rows
from deskhand.streams import check_seed

FIDELITIES = ("law", "learned")
# Movements made at once: memory does not grow with the number of requests but for the result.
BLOCK = 16_384


def pointer_paths(
    requests: Any,
    *,
    profile: "str | Path | Profile" = "mouse-web",
    seed: int,
    fidelity: str | None = None,
) -> pa.Table:
    """Return how people's pointers move between points and press, as a recorder reports it.

    Parameters
    ----------
    requests : pyarrow.Table, mapping of columns, or data frame
        One row a movement: ``person`` (string; the same name is the same hand), ``x0``, ``y0``
        (start, px) and ``x1``, ``y1`` (where the press lands, px); optionally ``target_x``,
        ``target_y`` (centre), ``target_w``, ``target_h`` (px) of the element aimed at. With a
        target, ``x1`` and ``y1`` may be absent or null: the landing point is then drawn inside it.
        A point outside its target is allowed; the target's size then plays no part.
    profile : str, pathlib.Path or Profile
        The population: a shipped name, the path of a profile file, or what `deskhand.fit`
        returned.
    seed : int
        From 0 to 2**64 - 1.
    fidelity : str, optional
        ``"learned"`` (a density network under the law's plan) or ``"law"`` (closed forms). Learned
        unless the profile has no network.

    Returns
    -------
    pyarrow.Table
        Rows in request order: ``movement`` (row number of the request), ``person``, ``t_us`` (from
        0 at the first report), ``type`` (pointermove, pointerdown, pointerup), ``x``, ``y`` (px),
        ``stroke`` (number of the submovement, from 0). The first report of a movement is at its
        start, the last before the press where it lands. Start equal to end: a press alone. A
        movement depends on the seed, the profile and its own request alone, not on other requests.

    Raises
    ------
    DeskhandError
        When the profile is unknown, or a request cannot be used.

    Examples
    --------
    >>> paths = pointer_paths(
    ...     {"person": ["ann"], "x0": [100], "y0": [100], "x1": [700], "y1": [300]}, seed=7
    ... )
    >>> first, *_, down, up = paths.to_pylist()
    >>> first["x"], down["type"], down["x"], up["type"]
    (100.0, 'pointerdown', 700.0, 'pointerup')
    """
    check_seed(seed)
    population = profile if isinstance(profile, Profile) else load_profile(profile)
    hand = _Hands(population, seed, _fidelity(population, fidelity))
    given = read_requests(requests)
    batches = [hand.rows(given, part, key) for part, key in _blocks(given, seed)]
    return pa.Table.from_batches(batches, schema=SCHEMA)


def _fidelity(profile: Profile, asked: str | None) -> str:
    has_network = LEARNED_SECTION in profile.sections
    if asked is None:
        return "learned" if has_network else "law"
    if asked not in FIDELITIES:
        raise UnknownNameError("fidelity", asked, FIDELITIES)
    if asked == "learned" and not has_network:
        raise DeskhandError(
            f"profile {profile.name!r} has no learned tier; use fidelity='law', or a profile with "
            "a network such as 'mouse-web'."
        )
    return asked


def _blocks(given: PointerRequests, seed: int) -> Iterator[tuple[slice, Keys]]:
    """Yield blocks of requests with a key for each, made of what is asked alone."""
    key = request_keys(given, seed, "pointer.movement")
    for low in range(0, len(key), BLOCK):
        part = slice(low, min(low + BLOCK, len(key)))
        yield part, key[part]


class _Hands:
    """The people of one call; their traits are drawn for each block anew, and always the same."""

    def __init__(self, profile: Profile, seed: int, fidelity: str) -> None:
        self._profile = profile
        self._seed = seed
        self._fidelity = fidelity
        self._press = read_press(profile)

    def rows(self, given: PointerRequests, part: slice, key: Keys) -> pa.RecordBatch:
        """Return the rows of one block of requests."""
        start, target = given.start[part], given.target[part]
        who, person = np.unique(given.person[part], return_inverse=True)
        names = [given.people[place] for place in who.tolist()]
        person_key = keys(self._seed, "pointer.person", names)
        end = given.end[part]
        drawn = np.isnan(end[:, 0])
        if drawn.any():
            end = end.copy()
            end[drawn] = landing_points(
                self._profile, start[drawn], target[drawn], mixed(key[drawn], 1)
            )
        width_px, size_px = _widths(start, end, target)
        moving = np.flatnonzero((start != end).any(axis=1))
        made = self._moves(
            person_key,
            person[moving],
            start[moving],
            end[moving],
            width_px[moving],
            size_px[moving],
            key[moving],
        )
        dwell_us = dwells_us(self._press, person_key[person], mixed(key, 2))
        hold_us = np.maximum(holds_us(self._press, person_key[person], mixed(key, 3)), 1)
        return path_rows(part.start, person, names, end, moving, made, dwell_us, hold_us)

    def _moves(
        self,
        person_key: Keys,
        person: NDArray[np.int64],
        start: NDArray[np.float64],
        end: NDArray[np.float64],
        width_px: NDArray[np.float64],
        size_px: NDArray[np.float64],
        key: Keys,
    ) -> MadeReports:
        if not len(person):
            none = np.empty(0)
            return MadeReports(
                np.empty(0, np.int64), np.empty(0, np.int64), none, none, np.empty(0, np.int8)
            )
        if self._fidelity == "learned":
            traits = draw_report_traits(self._profile, mixed(person_key, 1))
            count, t_us, made_x, made_y = learned_reports(
                self._profile, traits, person, start, end, width_px, mixed(key, 4)
            )
            stroke = submovement_numbers(count, t_us, made_x, made_y)
            x, y = np.rint(made_x).astype(np.float64), np.rint(made_y).astype(np.float64)
        else:
            hands = draw_hands(self._profile, mixed(person_key, 2)).take(person)
            recorders = draw_recorders(self._profile, mixed(person_key, 3)).take(person)
            (x0, y0), (x1, y1) = start.T, end.T
            count, t_us, law_x, law_y, stroke, _ = law_reports(
                hands, recorders, x0, y0, x1, y1, width_px, size_px, mixed(key, 4)
            )
            x, y = law_x, law_y
        last = np.cumsum(count) - 1
        first = last - count + 1
        # Points are kept as they were asked for; what lies between is whole px.
        for axis, values in enumerate((x, y)):
            values[first], values[last] = start[:, axis], end[:, axis]
        return MadeReports(count, t_us, x, y, stroke)


def _widths(
    start: NDArray[np.float64], end: NDArray[np.float64], target: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the targets' extents along the paths and their smaller sides.

    Both are 0 where no target is known or the end lies outside.
    """
    at, size = target[:, :2], target[:, 2:]
    with np.errstate(invalid="ignore"):
        inside = np.all(np.abs(end - at) <= 0.5 * size + 1.0, axis=1)
    extent = np.where(inside[:, np.newaxis], size, 1.0)
    along = widths_along_path_px(*(end - start).T, *extent.T)
    return np.where(inside, along, 0.0), smaller_sides_px(size, inside)
