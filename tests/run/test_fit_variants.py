"""Other ways to fit captures: against a scenario, both tiers, captures of other formats, OpenDP."""

import shutil
from pathlib import Path

import pytest

from deskhand import api, public_centres
from deskhand.behavior_models.profile import load_profile
from deskhand.behavior_models.typing_ranges import check_typing
from deskhand.calibration import (
    keyboard_law_fit,
    keystroke_training,
    law_matching,
    policy_training,
    policy_tuning,
)
from deskhand.calibration.fitted_profile import public_sections
from deskhand.cli import main
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
    monkeypatch.setattr(public_centres, "AGAINST", public_centres.Stretch("", people=20, days=2))
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
    some = (s for s in api.read_sessions(captures) if s.header["day"] < 2)
    for number, session in enumerate(some):
        written = folder / f"{number % 20}-0" / f"{number}.json"
        session.write(written, format="rrweb")
        # A hundred people of two sessions each, though twenty made them.
        for copy in range(1, 5):
            other = folder / f"{number % 20}-{copy}" / written.name
            other.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(written, other)
    out = tmp_path / "mine.json"
    words = ["--epsilon", "3", "--engine", "opendp", "--person", "^([^/]+)/", "--stand-ins"]
    words += ["--fewest", "8"]
    assert main(["fit", str(folder), "--out", str(out), *words]) == 0
    profile = load_profile(out)
    assert (profile.release or {})["engine"] == "opendp"
    # rrweb keeps no keys: typing stays that of the public population.
    assert profile.sections["keystrokes"] == public_sections()["keystrokes"]
