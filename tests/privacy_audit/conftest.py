"""A private profile, and captures that stand in for people's."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deskhand import api
from deskhand.behavior_models.profile_release import sections_sha256
from deskhand.behavior_models.profile_text import profile_json
from deskhand.calibration.fitted_profile import fitted_profile, public_centres
from deskhand.calibration.gaussian_privacy import mu_of
from deskhand.calibration.person_statistics import STATISTICS
from deskhand.calibration.privacy_ledger import FILE, Claim, PrivacyLedger
from deskhand.calibration.private_moments import private_moments
from tests.calibration.made_people import made_people

EPSILON, DELTA = 3.0, 1e-6


def private_profile(folder: Path, mode: str = "dp-fit") -> Path:
    """Write a private profile of made people, and its ledger."""
    public = public_centres()
    people = made_people(150, 4)
    sd, middle = (np.array(part) for part in (public.centres.sd, public.centres.middle))
    moments = private_moments(
        replace(people, halves=people.halves * sd + middle),
        public.centres,
        mu=mu_of(EPSILON, DELTA),
        chosen=[place for place, one in enumerate(STATISTICS) if one.motor],
        with_work=False,
    )
    claim = Claim(data="captures", digests=[b"1"], epsilon=EPSILON, delta=DELTA)
    ledger = PrivacyLedger(folder / FILE)
    ledger.reserve_count(claim)
    release = ledger.reserve(claim)
    made = fitted_profile(
        moments, name="mine", mode=mode, remark="Made.", source="dp-fit", public=public
    )
    promise = {
        "epsilon": EPSILON,
        "delta": DELTA,
        # The gate of a hundred people is not to hang on noise here.
        "people": 150,
        "clipped_share": 0.1,
        "release_id": release.release_id,
        "ledger": FILE,
        "sections_sha256": sections_sha256(made.sections),
    }
    path = folder / "mine.json"
    path.write_text(profile_json(replace(made, release=promise)))
    return path


@pytest.fixture(scope="session")
def private(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return private_profile(tmp_path_factory.mktemp("private"))


@pytest.fixture
def own(private: Path, tmp_path: Path) -> Path:
    """Return a copy of the private profile that may be spoilt."""
    for file in (private, private.parent / FILE):
        shutil.copy(file, tmp_path / file.name)
    return tmp_path / private.name


@pytest.fixture(scope="session")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("captures")
    for name, people, seed in (("members", 25, 3), ("others", 24, 11), ("five", 5, 21)):
        api.generate(
            "crm.create_lead",
            people=people,
            days=4 if people > 5 else 1,
            seed=seed,
            out=folder / name,
        )
    return folder
