"""The last turn of the screws: a fitted policy's movements brought to the recorded times and smoothness.

A policy lingers: what it does takes longer than its plan says, by a little that grows over a
movement, and its many small errors make it turn a little too much. Both are seen when it makes the
recorded movements anew, and put right by a shift and slopes of planned ln time, and by one factor on
the spread of steps.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.movement_plan import SECTION as PLAN
from deskhand.behavior_models.profile import Entries, Profile, entry
from deskhand.behavior_models.report_policy import ReportPolicy
from deskhand.behavior_models.report_traits import ReportTraits
from deskhand.calibration.movements import Movements
from deskhand.calibration.path_features import path_features
from deskhand.calibration.policy_rows import Conditions
from deskhand.generators.learned_reports import SECTION as POLICY
from deskhand.generators.learned_reports import learned_reports
from deskhand.keyed_draws import keys, mixed

Floats = NDArray[np.float64]

ROUNDS = 4
MOST_MOVEMENTS = 4000
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
    traits: ReportTraits,
    *,
    seed: int,
    source: str,
) -> tuple[ReportPolicy, Entries]:
    """Return the policy with its spread tuned, and the plan's section with its time corrected.

    Parameters
    ----------
    policy : ReportPolicy
    sections : dict
        Profile sections with the plan.
    aimed : Movements
        Recorded movements that end in a press.
    known : Conditions
        Of the same movements.
    traits : ReportTraits
        Of the people recorded, who are not kept.
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

    def made(policy: ReportPolicy) -> Movements:
        network = {"network": entry(policy.record, source)}
        tried = {PLAN: plan, POLICY: network}
        profile = Profile(name="tuning", mode="fit-no-dp", remark="", sections=tried)
        return _made(profile, traits, aimed, known, key)

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
    log_distance = np.log(known.distance_px)
    for _ in range(ROUNDS):
        plan["time_correction"] = entry(
            [[float(f"{v:.4g}") for v in row] for row in correction.tolist()],
            f"{source}: shift of ln time and its slopes by ln distance and ln width, without and "
            "with a known width, with which the policy's movements take the recorded times",
        )
        behind = np.log(aimed.duration_us / made(policy).duration_us)
        for row, part in enumerate((~known.width_known, known.width_known)):
            if np.count_nonzero(part) >= FEWEST:
                columns = [np.ones(len(behind)), log_distance, known.log_width][: 2 + row]
                design = np.stack(columns, axis=1)[part]
                correction[row, : 2 + row] += np.linalg.lstsq(design, behind[part], rcond=None)[0]
    return policy, plan


def _features(movements: Movements) -> Floats:
    found = path_features(movements.count, movements.t_us, movements.x, movements.y)
    return np.nan_to_num(found, posinf=1e6, neginf=-1e6)


def _made(
    profile: Profile,
    traits: ReportTraits,
    aimed: Movements,
    known: Conditions,
    key: NDArray[np.uint64],
) -> Movements:
    first, last = aimed.first, aimed.last
    start = np.stack([aimed.x[first], aimed.y[first]], axis=1)
    end = np.stack([aimed.x[last], aimed.y[last]], axis=1)
    width_px = np.where(known.width_known, np.exp(known.log_width), 0.0)
    count, t_us, x, y = learned_reports(profile, traits, aimed.person, start, end, width_px, key)
    return Movements(
        person=aimed.person,
        count=count,
        t_us=t_us,
        x=x.astype(np.float64),
        y=y.astype(np.float64),
        dwell_us=aimed.dwell_us,
        target=aimed.target,
    )
