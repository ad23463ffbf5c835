"""From movements to the sections of the learned tier: traits, plan, network."""

from collections.abc import Callable

import numpy as np

from deskhand.behavior_models.movement_plan import SECTION as PLAN
from deskhand.behavior_models.movement_plan import fit_movement_plan
from deskhand.behavior_models.profile import Entries, entry
from deskhand.behavior_models.report_traits import SECTION as TRAITS
from deskhand.behavior_models.report_traits import (
    fit_report_traits,
    person_statistics,
)
from deskhand.calibration.movements import Movements
from deskhand.calibration.policy_rows import conditions, policy_rows
from deskhand.calibration.policy_training import train_policy
from deskhand.calibration.policy_tuning import tuned

POLICY = "report_policy"
TEMPO, DETOUR = 3, 4
# Grids that a recorder's clock may have; the coarsest on which nearly all times lie is taken.
CLOCKS_US = (1000, 100, 5)
ON_GRID_SHARE = 0.995


def fit_learned(
    movements: Movements, *, seed: int, source: str, progress: Callable[[float], None] | None = None
) -> dict[str, Entries]:
    """Return the profile sections of the learned tier.

    Parameters
    ----------
    movements : Movements
        Of people 0 to p - 1, each with movements; those with a dwell below 0 end in a rest and
        teach the network only how hands move.
    seed : int
        Of the network's fit.
    source : str
        Where the movements come from.
    progress : callable, optional
        Told the finished share of the network's fit.
    """
    aimed = movements.dwell_us >= 0
    statistics = person_statistics(
        movements.person, movements.count, movements.t_us, movements.x, movements.y, aimed
    )
    traits = fit_report_traits(statistics, source)
    mean, sd = (np.array(traits[name]["value"])[:, np.newaxis] for name in ("mean", "sd"))
    scores = (statistics - mean) / sd
    known = conditions(movements)
    plan = fit_movement_plan(
        known.distance_px[aimed],
        known.log_width[aimed],
        known.width_known[aimed],
        scores[TEMPO, movements.person[aimed]],
        scores[DETOUR, movements.person[aimed]],
        known.parts[:, aimed],
        source,
    )
    rows = policy_rows(movements, known, scores, np.exp(statistics[0]))
    policy = train_policy(rows, seed=seed, clock_us=clock_of(movements), progress=progress)
    aimed_moves = movements.take(aimed)
    policy, plan = tuned(
        policy,
        {TRAITS: traits, PLAN: plan},
        aimed_moves,
        conditions(aimed_moves),
        seed=seed,
        source=source,
    )
    network = entry(policy.record, f"{source}: likelihood of {len(rows)} reports maximised")
    return {TRAITS: traits, PLAN: plan, POLICY: {"network": network}}


def clock_of(movements: Movements) -> int:
    """Return the grid in us on which the recorder's times lie."""
    for grid_us in CLOCKS_US:
        if np.mean(movements.t_us % grid_us == 0) >= ON_GRID_SHARE:
            return grid_us
    return 1
