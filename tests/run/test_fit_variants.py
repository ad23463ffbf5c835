"""Other ways to fit captures: against a scenario, both tiers, captures of other formats, OpenDP."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deskhand import api, capture_fit
from deskhand import public_centres as simulated
from deskhand.behavior_models.profile import load_profile
from deskhand.behavior_models.profile_text import profile_json
from deskhand.behavior_models.typing_ranges import check_typing
from deskhand.calibration import (
    keyboard_law_fit,
    keystroke_training,
    law_matching,
    policy_training,
    policy_tuning,
)
from deskhand.calibration.fitted_profile import public_centres, public_sections
from deskhand.calibration.person_statistics import STATISTICS
from deskhand.cli import main
from tests.calibration.made_people import made_people
from tests.calibration.test_policy_training import needs_torch

PLAIN = ["--mode", "research", "--i-understand", "--stand-ins"]


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("captures") / "run"
    api.generate("crm.follow_up", people=20, days=4, seed=11, out=out, formats="parquet,rrweb")
    return out


def test_people_who_do_as_the_simulated_ones_are_the_public_population(
    captures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulated, "AGAINST", simulated.Stretch("", people=20, days=2))
    out = tmp_path / "mine.json"
    assert (
        main(["fit", str(captures), "--out", str(out), *PLAIN, "--against", "crm.follow_up"]) == 0
    )
    found = load_profile(out)
    base = public_sections()
    # Twenty people here and twenty there: three standard errors of the difference of their means.
    for trait in ("spacing", "hold"):
        mean, sd = (
            base["keystrokes"][name]["value"]["transcription"][trait]
            for name in ("person_mean", "person_sd")
        )
        fitted = found["keystrokes", "person_mean"]["transcription"][trait]
        assert abs(fitted - mean) < 3.0 * sd * (2.0 / 20.0) ** 0.5


@pytest.mark.parametrize(("people", "fits_work"), [(600, False), (2_000, True)])
def test_tempo_habits_and_work_of_many_people(
    people: int, fits_work: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So many are not simulated for a test: they are given as statistics, slower in their pauses.
    centres = public_centres().centres
    made = made_people(people, 7)
    halves = np.array(centres.middle) + made.halves * np.array(centres.sd)
    place = [one.name for one in STATISTICS].index("pause")
    halves[:, :, place] += 0.3
    many = replace(made, halves=halves)
    monkeypatch.setattr(capture_fit, "gathered_people", lambda *_: many)
    promise = capture_fit.Promise(ledger=tmp_path / "ledger.json")
    captures = capture_fit.Captures(paths=[tmp_path])
    found = capture_fit.fit_captures(captures, name="many", promise=promise)
    assert ("work" in found.sections) == fits_work
    base = public_sections()["mind"]["reading_wpm"]["value"]
    # Noise of a tenth of a spread between people at 600 and epsilon 1, five times over.
    slower = (0.3 + 0.5 * centres.sd[place]) / public_centres().gain[place]
    assert base / np.exp(slower) < found["mind", "reading_wpm"] < base
    if fits_work:
        shares = found["work", "app_shares"]
        usual = public_centres().app_time
        # Time goes 4 to 2 to 1 to these three applications.
        assert shares["crm"] * usual["crm"] == pytest.approx(4 / 7, abs=0.1)
        assert shares["mail"] * usual["mail"] == pytest.approx(2 / 7, abs=0.1)
    made_with = tmp_path / "many.json"
    made_with.write_text(profile_json(found))
    session = api.simulate("crm.create_lead", seed=1, profile=made_with)
    assert session.header["profile_mode"] == "dp-fit"


@needs_torch
def test_both_tiers_without_privacy(
    captures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(law_matching, "STAGES", ((0.0, 1.0, 200, 1),))
    monkeypatch.setattr(law_matching, "COPIED", 2_000)
    monkeypatch.setattr(policy_training, "WANTED_STEPS", 20)
    monkeypatch.setattr(policy_training, "FEWEST_PASSES", 1)
    monkeypatch.setattr(policy_training, "MOST_PASSES", 1)
    monkeypatch.setattr(policy_tuning, "ROUNDS", 1)
    monkeypatch.setattr(policy_tuning, "FULL_ROUNDS", 1)
    monkeypatch.setattr(policy_tuning, "MOST_MOVEMENTS", 220)
    monkeypatch.setattr(policy_tuning, "SPREADS", (1.0,))
    monkeypatch.setattr(keyboard_law_fit, "PEOPLE_MADE", 40)
    monkeypatch.setattr(keyboard_law_fit, "MATCHING_ROUNDS", 1)
    monkeypatch.setattr(keystroke_training, "MOST_PASSES", 1)
    out = tmp_path / "mine.json"
    assert main(["fit", str(captures), "--out", str(out), *PLAIN, "--fidelity", "learned"]) == 0
    found = load_profile(out)
    check_typing(found)
    assert {"report_policy", "learned_keystrokes"} <= set(found.sections)
    made = api.simulate("crm.follow_up", seed=1, profile=out, fidelity="learned")
    assert (made.header["profile"], made.header["profile_mode"]) == ("mine", "research")


def test_captures_of_another_format_and_noise_of_opendp(captures: Path, tmp_path: Path) -> None:
    pytest.importorskip("opendp", reason='needs python -m pip install -e ".[dp]"')
    folder = tmp_path / "recordings"
    for number, session in enumerate(api.read_sessions(captures)):
        written = folder / f"{number % 20}-0" / f"{number}"
        session.write(written, format="research:balabit")
        # A hundred people of four sessions each, though twenty made them.
        for copy in range(1, 5):
            other = folder / f"{number % 20}-{copy}" / written.name
            other.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(written, other)
    out = tmp_path / "mine.json"
    words = ["--epsilon", "3", "--engine", "opendp", "--person", "^([^/]+)/", "--stand-ins"]
    words += ["--fewest", "8"]
    assert main(["fit", str(folder), "--out", str(out), *words]) == 0
    profile = load_profile(out)
    assert (profile.release or {})["engine"] == "opendp"
    assert "clicks" in profile.remark
    # Their format keeps no keys: typing stays that of the public population.
    assert profile.sections["keystrokes"] == public_sections()["keystrokes"]
