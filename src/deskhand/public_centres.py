"""The statistics of the public population, simulated: what `deskhand fit` holds people against.

``python -m deskhand.public_centres`` writes them anew, after a change to the models or the profiles.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from deskhand.api import simulate
from deskhand.behavior_models.profile import Profile
from deskhand.behavior_models.profile_text import profile_json
from deskhand.app_labels import registered_apps
from deskhand.calibration.fitted_profile import (
    BASE,
    CENTRES_FILE,
    Steps,
    moved_sections,
    public_sections,
)
from deskhand.calibration.person_statistics import STATISTICS, PeopleGathered, PeopleStatistics
from deskhand.calibration.private_moments import Centres, Moments, plain_moments
from deskhand.calibration.session_measures import measured_session

SCENARIO, SEED, PEOPLE = "morning", 5, 160
# Below it a spread between people is chance.
LEAST_SQUARE = 1e-6
# A step of each parameter, in ln, log odds or the power's unit: large against chance, small enough
# for the line between.
STEP = 0.15
STEPS = {one.name: 0.6 if one.of == "share" else STEP for one in STATISTICS} | {"press_dwell": 0.05}


def simulated_statistics(profile: str | Path, people: int = PEOPLE) -> PeopleStatistics:
    """Return the statistics of simulated people of a profile.

    Parameters
    ----------
    profile : str or pathlib.Path
        Whose people.
    people : int
        How many; they are the same people for every profile.
    """
    labels = {app: app for app in registered_apps()}
    gathered = PeopleGathered(labels)
    for person in range(people):
        session = simulate(SCENARIO, seed=SEED, person=person, profile=profile)
        gathered.add(str(person), measured_session(session, labels))
    return gathered.statistics()


def moments_of(people: PeopleStatistics) -> Moments:
    """Return what people come to, without noise."""
    every = range(len(STATISTICS))
    unit = Centres(middle=(0.0,) * len(STATISTICS), sd=(1.0,) * len(STATISTICS))
    return plain_moments(people, unit, chosen=list(every), with_work=True)


def moved_profile(by: Mapping[str, float]) -> Profile:
    """Return the public population's profile with parameters moved by steps."""
    sections = moved_sections(public_sections(), Steps(by=by, times={}), "moved on purpose")
    return Profile(name="moved", mode="research", remark="Moved on purpose.", sections=sections)


def centres_record(people: int) -> dict[str, Any]:
    """Return what the file holds."""
    statistics = simulated_statistics(BASE, people)
    usual, spread = moments_of(statistics), _spreads(statistics)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "moved.json"
        path.write_text(profile_json(moved_profile(STEPS)), encoding="utf-8")
        moved = moments_of(simulated_statistics(path, people))
    return {
        "made_by": "python -m deskhand.public_centres",
        "people": people,
        "profile": BASE,
        "scenario": SCENARIO,
        "seed": SEED,
        "statistics": {
            one.name: {
                "middle": round(usual.middle[k], 5),
                "sd": round(spread[k], 5),
                "gain": round((moved.middle[k] - usual.middle[k]) / STEPS[one.name], 4),
            }
            for k, one in enumerate(STATISTICS)
        },
        "app_time": {
            app: round(share, 5)
            for app, share in zip(usual.labels, usual.app_time, strict=True)
        },
        "app_changes": {
            app: {
                other: round(share, 5)
                for other, share in zip(usual.labels, row, strict=True)
                if share > 0.0
            }
            for app, row in zip(usual.labels, usual.app_changes, strict=True)
        },
    }


def _spreads(people: PeopleStatistics) -> list[float]:
    """Return people's spread of every statistic, also where no profile holds it."""
    found = []
    for k in range(len(STATISTICS)):
        halves = people.halves[:, :, k]
        first, second = halves[:, np.isfinite(halves).all(axis=0)]
        found.append(float(np.sqrt(max(float(np.cov(first, second)[0, 1]), LEAST_SQUARE))))
    return found


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--out", type=Path, help="the shipped file unless given")
    given = parser.parse_args()
    out = given.out or Path(str(files("deskhand.calibration") / CENTRES_FILE))
    out.write_text(json.dumps(centres_record(given.people), indent=1) + "\n", encoding="utf-8")
    print(out.name)


if __name__ == "__main__":
    main()
