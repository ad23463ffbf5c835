"""Reports of the learned hand: people and plans drawn from a profile, movements from its policy.

The recorder is part of what the policy has learned: its reports are those of the population's own
recorders, gaps, clocks and repeats included.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.movement_plan import draw_plans
from deskhand.behavior_models.profile import Profile
from deskhand.behavior_models.report_policy import ReportPolicy, Reports
from deskhand.behavior_models.report_state import ReportState, first_state
from deskhand.behavior_models.report_traits import ReportTraits
from deskhand.keyed_draws import Keys, mixed

SECTION = "report_policy"
TEMPO, DETOUR = 3, 4
# Movements shorter or longer than any that a policy was fitted to are drawn again, so often at most.
SHORTEST_US, LONGEST_US = 80_000, 3_000_000
REDRAWS = 4


@lru_cache(maxsize=8)
def policy_of(profile: Profile) -> ReportPolicy:
    """Return a profile's policy, read once."""
    return ReportPolicy.from_record(profile[SECTION, "network"])


def learned_reports(
    profile: Profile,
    traits: ReportTraits,
    person: NDArray[np.integer],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    width_px: NDArray[np.float64],
    keys: Keys,
) -> Reports:
    """Draw the reports of movements.

    Parameters
    ----------
    profile : Profile
        Sections ``movement_plan`` and ``report_policy``.
    traits : ReportTraits
        Of p people.
    person : NDArray of int, shape (n,)
        Whose movement.
    start, end : NDArray[np.float64], shape (n, 2)
        Points in px, different in each row.
    width_px : NDArray[np.float64], shape (n,)
        The target's extent along the path; 0 where it is not known.
    keys : NDArray[np.uint64], shape (n,)
        One key a movement.
    """
    policy = policy_of(profile)

    def made(rows: NDArray[np.intp], key: Keys) -> Reports:
        asked = person[rows], start[rows], end[rows], width_px[rows]
        state = planned(profile, traits, *asked, mixed(key, 1))
        return policy.draw(state, start[rows, 0], start[rows, 1], mixed(key, 2))

    reports = made(np.arange(len(keys)), keys)
    for attempt in range(REDRAWS):
        time_us = reports.t_us[np.cumsum(reports.count) - 1]
        odd = np.flatnonzero((time_us < SHORTEST_US) | (time_us > LONGEST_US))
        if not len(odd):
            break
        reports = replaced(reports, odd, made(odd, mixed(keys[odd], 3 + attempt)))
    return reports


def replaced(reports: Reports, places: NDArray[np.intp], others: Reports) -> Reports:
    """Return reports in which the movements at some places are others."""
    count = reports.count.copy()
    count[places] = others.count
    fresh = np.zeros(len(count), np.bool_)
    fresh[places] = True
    rows, kept = np.repeat(fresh, count), np.repeat(~fresh, reports.count)

    def merged(old: NDArray[Any], new: NDArray[Any]) -> NDArray[Any]:
        column = np.empty(len(rows), old.dtype)
        column[rows], column[~rows] = new, old[kept]
        return column

    return Reports(
        count=count,
        t_us=merged(reports.t_us, others.t_us),
        x=merged(reports.x, others.x),
        y=merged(reports.y, others.y),
    )


def planned(
    profile: Profile,
    traits: ReportTraits,
    person: NDArray[np.integer],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    width_px: NDArray[np.float64],
    keys: Keys,
) -> ReportState:
    """Return the states of movements at their first reports, with plans drawn; see `learned_reports`."""
    rest = (end - start).astype(np.float32)
    scores = traits.scores[:, person]
    known = width_px > 0.0
    log_width = np.where(known, np.log(np.maximum(width_px, 2.0)), 0.0)
    distance_px = np.hypot(*(end - start).T)
    plans = draw_plans(
        profile,
        distance_px,
        log_width,
        known,
        scores[TEMPO].astype(np.float64),
        scores[DETOUR].astype(np.float64),
        keys,
    )
    return first_state(
        rest_x=np.ascontiguousarray(rest[:, 0]),
        rest_y=np.ascontiguousarray(rest[:, 1]),
        period_ms=traits.period_ms[person],
        time_ms=plans.time_ms,
        log_detour=plans.log_detour,
        peak_share=plans.peak_share,
        traits=np.ascontiguousarray(scores),
        pressed=np.ones(len(keys), np.float32),
        log_width=log_width.astype(np.float32),
        width_known=known.astype(np.float32),
    )
