"""The last turn of the screws: a fitted policy's movements brought to the recorded times and smoothness.

A policy lingers: what it does takes longer than its plan says, by a little that grows over a
movement, and its many small errors make it turn a little too much. Both are seen when it makes the
recorded movements anew, and put right by a shift and slopes of planned ln time, and by one factor on
the spread of steps. Each movement is made by a person of its own, drawn as users' people are: that
some recorded people were slow and had short ways belongs to them, not to the law.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.movement_plan import SECTION as PLAN
from deskhand.behavior_models.profile import Entries, Profile, entry
from deskhand.behavior_models.report_policy import ReportPolicy
from deskhand.behavior_models.report_traits import SECTION as TRAITS
from deskhand.behavior_models.report_traits import draw_report_traits
from deskhand.calibration.movements import Movements
from deskhand.calibration.path_features import path_features
from deskhand.calibration.policy_rows import Conditions
from deskhand.generators.learned_reports import SECTION as POLICY
from deskhand.generators.learned_reports import learned_reports
from deskhand.keyed_draws import keys, mixed

Floats = NDArray[np.float64]

# Rounds of correction: the first few in full, the later ones as a mean, since movements scatter.
ROUNDS, FULL_ROUNDS = 8, 3
MOST_MOVEMENTS = 8000
# What a movement's key is split into.
PERSON, MOVEMENT = 1, 2
# A line through fewer movements would be chance.
FEWEST = 200
# Factors on the spread of steps that are tried.
SPREADS = (1.0, 0.95, 0.9, 0.85)
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


def tuned(
    policy: ReportPolicy,
    sections: dict[str, Entries],
    aimed: Movements,
    known: Conditions,
    *,
    seed: int,
    source: str,
) -> tuple[ReportPolicy, Entries]:
    """Return the policy with its spread tuned, and the plan's section with its time corrected.

    Parameters
    ----------
    policy : ReportPolicy
    sections : dict
        Profile sections with the people's traits and the plan.
    aimed : Movements
        Recorded movements that end in a press.
    known : Conditions
        Of the same movements.
    seed : int
    source : str
        Where the movements come from.
    """
    rng = np.random.default_rng([seed, 3])
    chosen = np.sort(rng.permutation(len(aimed))[:MOST_MOVEMENTS])
    aimed = aimed.take(chosen)
    known = Conditions(
        distance_px=known.distance_px[chosen],
        log_width=known.log_width[chosen],
        width_known=known.width_known[chosen],
        parts=known.parts[:, chosen],
    )
    plan = dict(sections[PLAN])
    # As it is stored, so that what is tuned is what is used.
    policy = ReportPolicy.from_record(policy.record)
    key = mixed(keys(seed, "tuning", ["movement"] * len(aimed)), np.arange(len(aimed)))

    def made(policy: ReportPolicy, number: int = 0) -> Movements:
        network = {"network": entry(policy.record, source)}
        tried = {TRAITS: sections[TRAITS], PLAN: plan, POLICY: network}
        profile = Profile(name="tuning", mode="fit-no-dp", remark="", sections=tried)
        return _made(profile, aimed, known, mixed(key, number))

    recorded = _features(aimed)
    spread = recorded.std(axis=0) + 1e-9
    wanted = np.quantile(recorded, QUANTILES, axis=0)
    found = [
        np.abs(
            (
                np.quantile(_features(made(replace(policy, step_spread=s))), QUANTILES, axis=0)
                - wanted
            )
            / spread
        ).mean()
        for s in SPREADS
    ]
    policy = replace(policy, step_spread=SPREADS[int(np.argmin(found))])
    correction = np.zeros((2, 3))
    bits = np.log2(known.distance_px / np.exp(known.log_width) + 1.0)
    columns = np.stack([np.ones(len(aimed)), np.log(known.distance_px), bits], axis=1)
    # What only a known width tells is left out without one.
    designs = ((~known.width_known, columns[:, :2]), (known.width_known, columns))
    for number in range(ROUNDS):
        plan["time_correction"] = _correction(correction, source)
        time_us = made(policy, number).duration_us
        for row, (part, design) in enumerate(designs):
            if np.count_nonzero(part) >= FEWEST:
                # The slopes and means of time itself, not of its logarithm, are to be the same.
                x, behind_us = design[part], (aimed.duration_us - time_us)[part]
                slopes = (x * time_us[part, np.newaxis]).T @ x
                correction[row, : x.shape[1]] += np.linalg.solve(slopes, x.T @ behind_us) * min(
                    1.0, FULL_ROUNDS / (number + 1)
                )
    plan["time_correction"] = _correction(correction, source)
    return policy, plan


def _correction(values: Floats, source: str) -> dict[str, Any]:
    return entry(
        [[float(f"{v:.4g}") for v in row] for row in values.tolist()],
        f"{source}: shift of ln time and its slopes by ln distance and by Fitts' index of difficulty, "
        "without and with a known width, with which the policy's movements take the recorded times",
    )


def _features(movements: Movements) -> Floats:
    found = path_features(movements.count, movements.t_us, movements.x, movements.y)
    return np.nan_to_num(found, posinf=1e6, neginf=-1e6)


def _made(
    profile: Profile,
    aimed: Movements,
    known: Conditions,
    key: NDArray[np.uint64],
) -> Movements:
    first, last = aimed.first, aimed.last
    start = np.stack([aimed.x[first], aimed.y[first]], axis=1)
    end = np.stack([aimed.x[last], aimed.y[last]], axis=1)
    width_px = np.where(known.width_known, np.exp(known.log_width), 0.0)
    traits = draw_report_traits(profile, mixed(key, PERSON))
    person = np.arange(len(aimed))
    count, t_us, x, y = learned_reports(
        profile, traits, person, start, end, width_px, mixed(key, MOVEMENT)
    )
    return Movements(
        person=aimed.person,
        count=count,
        t_us=t_us,
        x=x.astype(np.float64),
        y=y.astype(np.float64),
        dwell_us=aimed.dwell_us,
        target=aimed.target,
    )
