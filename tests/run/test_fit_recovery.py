"""Fit, generate and fit again: the parameters come back, for people who are the same in all else."""

from dataclasses import astuple
from math import log
from pathlib import Path

import pytest

from deskhand.behavior_models.profile import Profile
from deskhand.behavior_models.profile_text import profile_json
from deskhand.calibration.fitted_profile import (
    PublicCentres,
    fitted_profile,
    parsed_centres,
    public_centres,
)
from deskhand.calibration.person_statistics import STATISTICS
from deskhand.public_centres import (
    MORNINGS,
    Stretch,
    centres_record,
    moments_of,
    moved_profile,
    simulated_statistics,
)

STRETCH = Stretch("crm.follow_up", people=16, days=4)
TRUTH = {"spacing": 0.25, "hold": -0.2, "move_time": 0.2, "click_hold": 0.15, "hold_spread": 0.15}
# The same people draw the same numbers, so chance between them is not in what comes back; what is
# left is that of about thirty clicks and 600 letters a person, and that steps are not quite lines.
TOLERANCE = {"spacing": 0.03, "hold": 0.03, "move_time": 0.06, "click_hold": 0.04}


def parameters(profile: Profile) -> dict[str, float]:
    mean = profile["keystrokes", "person_mean"]["transcription"]
    return {
        "spacing": mean["spacing"],
        "hold": mean["hold"],
        "move_time": log(profile["pointer", "fitts_slope_s_per_bit"]),
        "click_hold": log(profile["press", "hold_s"]["median"]),
    }


def fitted(profile: Profile, public: PublicCentres, folder: Path) -> Profile:
    path = folder / f"{profile.name}.json"
    path.write_text(profile_json(profile))
    told = moments_of(simulated_statistics(path, STRETCH))
    name = f"{profile.name}-again"
    return fitted_profile(
        told, name=name, mode="research", remark="", source="a test", public=public
    )


def test_the_shipped_centres_are_those_of_mornings(tmp_path: Path) -> None:
    path = tmp_path / "public.json"
    path.write_text(profile_json(moved_profile({})))
    told = moments_of(simulated_statistics(path, MORNINGS._replace(people=3)))
    centres = public_centres().centres
    # The first three of those people: four standard errors of their mean.
    for one, found, middle, sd in zip(STATISTICS, told.middle, *astuple(centres), strict=True):
        assert abs(found - middle) < 4.0 * sd / 3.0**0.5, one.name


def test_parameters_come_back(tmp_path: Path) -> None:
    public = parsed_centres(centres_record(STRETCH))
    true = moved_profile(TRUTH)
    found = fitted(true, public, tmp_path)
    again = fitted(found, public, tmp_path)
    start = parameters(moved_profile({}))
    for name, within in TOLERANCE.items():
        meant, first, second = (parameters(one)[name] for one in (true, found, again))
        assert first == pytest.approx(meant, abs=within), name
        assert second == pytest.approx(first, abs=within), name
        # Not because nothing moves.
        assert abs(meant - start[name]) > 1.5 * within
