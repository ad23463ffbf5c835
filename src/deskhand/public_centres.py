"""The statistics of the public population, simulated: what `deskhand fit` holds people against.

``python -m deskhand.public_centres`` writes them anew, after a change to the models or the profiles.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from deskhand.api import simulate
from deskhand.app_labels import registered_apps
from deskhand.behavior_models.profile import Profile
from deskhand.behavior_models.profile_text import profile_json
from deskhand.calibration.fitted_profile import (
    BASE,
    CENTRES_FILE,
    PublicCentres,
    Steps,
    moved_sections,
    parsed_centres,
    public_sections,
    scaled,
)
from deskhand.calibration.person_statistics import STATISTICS, PeopleGathered, PeopleStatistics
from deskhand.calibration.private_moments import Centres, Moments, plain_moments
from deskhand.calibration.session_measures import measured_session

# Fewer people show no spread.
FEWEST_PEOPLE = 12
# Below it a spread between people is chance; and how much more of that there is in captures, which are
# shorter than mornings (assumed).
LEAST_SQUARE, CHANCE = 1e-6, 1.5
# A step of each parameter, in ln, log odds or the power's unit: large against chance, small enough
# for the line between.
STEP = 0.2
SPREADS = [one.name for one in STATISTICS if one.of == "spread"]
STEPS = {one.name: 1.0 if one.of == "share" else STEP for one in STATISTICS} | {"press_dwell": 0.05}


class Stretch(NamedTuple):
    """What the simulated people do: a scenario, on so many days each."""

    scenario: str
    people: int
    days: int = 1
    seed: int = 5


MORNINGS = Stretch("morning", people=160)
# What people do of a scenario that a fit is held against; half a minute of one core for a short one.
AGAINST = Stretch("", people=100, days=4)


def simulated_statistics(profile: str | Path, stretch: Stretch = MORNINGS) -> PeopleStatistics:
    """Return the statistics of simulated people of a profile.

    Parameters
    ----------
    profile : str or pathlib.Path
        Whose people.
    stretch : Stretch
        What they do; they are the same people for every profile.
    """
    labels = {app: app for app in registered_apps()}
    gathered = PeopleGathered(labels)
    for person in range(stretch.people):
        for day in range(stretch.days):
            session = simulate(
                stretch.scenario, seed=stretch.seed, person=person, day=day, profile=profile
            )
            gathered.add(str(person), measured_session(session, labels))
    return gathered.statistics()


def centres_of(scenario: str) -> PublicCentres:
    """Return the statistics of the public population doing one scenario, several times each.

    Parameters
    ----------
    scenario : str
        As `deskhand.simulate` takes it. What it does not tell is that of mornings.
    """
    return parsed_centres(centres_record(AGAINST._replace(scenario=scenario)))


def moments_of(people: PeopleStatistics) -> Moments:
    """Return what people come to, without noise."""
    every = range(len(STATISTICS))
    unit = Centres(middle=(0.0,) * len(STATISTICS), sd=(1.0,) * len(STATISTICS))
    return plain_moments(people, unit, chosen=list(every), with_work=True)


def moved_profile(by: Mapping[str, float]) -> Profile:
    """Return the public population's profile with parameters moved by steps."""
    sections = moved_sections(public_sections(), Steps(by=by, times={}), "moved on purpose")
    return Profile(name="moved", mode="research", remark="Moved on purpose.", sections=sections)


def centres_record(stretch: Stretch = MORNINGS) -> dict[str, Any]:
    """Return what the file of centres holds, of people who do some stretch of work.

    Examples
    --------
    >>> record = centres_record(Stretch("crm.create_lead", people=12, days=2))
    >>> -3.0 < record["statistics"]["hold"]["middle"] < -1.5, "pause" in record["statistics"]
    (True, False)
    """
    statistics = _moved({}, stretch)
    usual, spread = moments_of(statistics), _spreads(statistics)
    # Middles and spreads are moved one after the other, for either moves both statistics of a measure.
    own, other = (
        moments_of(_moved({n: s for n, s in STEPS.items() if (n in SPREADS) == wider}, stretch))
        for wider in (False, True)
    )
    rows = {}
    for k, one in enumerate(STATISTICS):
        here = scaled(one, usual.middle[k])
        gain, cross = (
            (scaled(one, moved.middle[k]) - here) / STEPS[one.name]
            for moved in ((other, own) if one.of == "spread" else (own, other))
        )
        alone = sum(each.measure == one.measure for each in STATISTICS) == 1
        if np.isfinite(spread[k] + gain + cross):
            rows[one.name] = {
                "middle": round(usual.middle[k], 5),
                "sd": round(spread[k], 5),
                "gain": round(gain, 4),
                "cross": 0.0 if alone else round(cross, 4),
            }
    return {
        "made_by": "python -m deskhand.public_centres",
        "profile": BASE,
        **stretch._asdict(),
        "statistics": rows,
        "app_time": {
            app: round(share, 5) for app, share in zip(usual.labels, usual.app_time, strict=True)
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


def _moved(by: Mapping[str, float], stretch: Stretch) -> PeopleStatistics:
    """Return the statistics of people whose parameters are steps away."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "moved.json"
        path.write_text(profile_json(moved_profile(by)), encoding="utf-8")
        return simulated_statistics(path, stretch)


def _spreads(people: PeopleStatistics) -> list[float]:
    """Return people's spread of every statistic, NaN of too few people.

    Where no profile holds it, it is that with its chance in it.
    """
    found = np.full(len(people.statistics), np.nan)
    for k, one in enumerate(people.statistics):
        halves = people.halves[:, :, k]
        first, second = halves[:, np.isfinite(halves).all(axis=0)]
        if len(first) < FEWEST_PEOPLE:
            continue
        if one.between:
            found[k] = np.sqrt(max(float(np.cov(first, second)[0, 1]), LEAST_SQUARE))
        else:
            found[k] = CHANCE * np.std(np.concatenate([first, second]))
    return [float(spread) for spread in found]


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--people", type=int, default=MORNINGS.people)
    parser.add_argument("--out", type=Path, help="the shipped file unless given")
    given = parser.parse_args()
    out = given.out or Path(str(files("deskhand.calibration") / CENTRES_FILE))
    out.write_text(
        json.dumps(centres_record(MORNINGS._replace(people=given.people)), indent=1) + "\n",
        encoding="utf-8",
    )
    print(out.name)


if __name__ == "__main__":
    main()
