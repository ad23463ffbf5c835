"""From moments to a profile: parameters move as far as people lie off, and nothing else is written."""

import json
from copy import deepcopy
from math import log, nan
from pathlib import Path
from typing import Any

import pytest

from deskhand.behavior_models.app_choice import AppChoice, read_work
from deskhand.behavior_models.profile import Profile, load_profile, parse_profile
from deskhand.behavior_models.profile_release import sections_sha256
from deskhand.behavior_models.profile_text import profile_json
from deskhand.calibration.fitted_profile import (
    FACTORS,
    WRITTEN,
    Steps,
    check_written,
    fitted_profile,
    moved_sections,
    public_centres,
    public_sections,
    steps_of,
)
from deskhand.calibration.person_statistics import STATISTICS
from deskhand.calibration.private_moments import Moments
from deskhand.errors import DeskhandError
from deskhand.streams import Draws

NAMES = [one.name for one in STATISTICS]
PUBLIC = public_centres()


def moments(**other: object) -> Moments:
    given: dict[str, object] = {
        "statistics": STATISTICS,
        "people": 600.0,
        "clipped_share": 0.1,
        "recentred": False,
        "middle": PUBLIC.centres.middle,
        "sd": PUBLIC.centres.sd,
        "noise_sd": (0.0,) * len(STATISTICS),
    }
    return Moments(**(given | other))  # type: ignore[arg-type]


def made(told: Moments) -> Profile:
    return fitted_profile(
        told, name="mine", mode="research", remark="Mine.", source="a test", public=PUBLIC
    )


def test_the_public_population_gives_its_own_profile() -> None:
    assert made(moments()).sections == public_sections()


def test_what_nobody_showed_stays() -> None:
    nothing = (nan,) * len(STATISTICS)
    assert made(moments(middle=nothing, sd=nothing)).sections == public_sections()


@pytest.mark.parametrize("name", NAMES)
def test_a_statistic_off_moves_its_own_parameters_alone(name: str) -> None:
    place = NAMES.index(name)
    middle = list(PUBLIC.centres.middle)
    middle[place] += 0.5 * PUBLIC.centres.sd[place]
    sections = made(moments(middle=tuple(middle))).sections
    base = public_sections()
    changed = {
        (section, entry)
        for section, entries in sections.items()
        for entry, given in entries.items()
        if given != base[section][entry]
    }
    assert changed
    assert all(entry in WRITTEN[section] for section, entry in changed)
    assert len({section for section, _ in changed}) == 1


def test_steps_are_what_moments_are_off_by_what_a_step_does() -> None:
    place, spread = NAMES.index("hold"), NAMES.index("hold_spread")
    middle = list(PUBLIC.centres.middle)
    middle[place] += 0.1 * PUBLIC.gain[place]
    middle[spread] += 0.1 * PUBLIC.cross[spread]
    told = moments(middle=tuple(middle), sd=tuple(2.0 * sd for sd in PUBLIC.centres.sd))
    steps = steps_of(told, PUBLIC)
    assert steps.by["hold"] == pytest.approx(0.1)
    assert steps.by["hold_spread"] == pytest.approx(0.0, abs=1e-9)
    assert steps.times["hold"] == pytest.approx(2.0)
    before, after = public_sections(), made(told).sections
    for law in ("transcription", "composition"):
        mean, sd = (
            [s["keystrokes"][name]["value"][law]["hold"] for s in (before, after)]
            for name in ("person_mean", "person_sd")
        )
        assert mean[1] - mean[0] == pytest.approx(0.1, abs=1e-3)
        assert sd[1] / sd[0] == pytest.approx(2.0, rel=1e-3)


def test_slower_thinking_is_slower_reading() -> None:
    slower = Steps(by={"pause": log(2.0)}, times={})
    before = public_sections()["mind"]
    after = moved_sections(public_sections(), slower, "a test")["mind"]
    assert after["reading_wpm"]["value"] == pytest.approx(before["reading_wpm"]["value"] / 2.0)
    assert after["think_s"]["value"]["look"][0] == pytest.approx(
        2.0 * before["think_s"]["value"]["look"][0]
    )


def test_work_is_moved_by_shares_and_changes() -> None:
    labels = ("crm", "mail", "nowhere")
    told = moments(
        labels=labels,
        app_time=(0.6, 0.3, 0.1),
        app_changes=((0.0, 0.5, 0.0), (0.5, 0.0, 0.0), (0.0, 0.0, 0.0)),
    )
    work = read_work(made(told))
    assert set(work.app_shares) == {"crm", "mail"}
    assert work.app_shares["crm"] == pytest.approx(0.6 / PUBLIC.app_time["crm"], rel=1e-3)
    factors = [one for row in work.app_changes.values() for one in row.values()]
    assert all(FACTORS[0] <= one <= FACTORS[1] for one in factors)
    more = AppChoice({"mail": 1.0, "crm": 1.0, "news": 1.0}, Draws(7, "a"), {"mail": {"crm": 1e6}})
    assert {more.elsewhere("mail", ("crm", "news")) for _ in range(100)} == {"crm"}


@pytest.mark.parametrize("shares", [{"crm": 0.0}, {"crm": "much"}, {"crm": -1.0}, [1.0]])
def test_factors_that_are_none(shares: object) -> None:
    work = {"app_shares": {"value": shares}, "app_changes": {"value": {}}}
    sections: dict[str, Any] = {"work": work}
    profile = Profile(name="mine", mode="research", remark="", sections=sections)
    with pytest.raises(DeskhandError, match=r"work\.app_shares is .* factors above 0"):
        read_work(profile)


def test_nothing_but_numbers_of_the_list_is_written() -> None:
    base = public_sections()
    named = {name: dict(entries) for name, entries in base.items()}
    named["mind"]["tab_share"] = {"value": "ann", "source": "a test"}
    more = {**base, "notes": {"who": {"value": 1.0, "source": "a test"}}}
    for sections in (named, more):
        with pytest.raises(AssertionError, match="not among what a fit may write"):
            check_written(sections, base)


def sealed(**other: object) -> dict[str, object]:
    # The shipped ones are kept in memory, and are not this test's to change.
    sections = deepcopy(public_sections())
    release = {"epsilon": 1.0, "delta": 1e-6, "people": 500, "clipped_share": 0.1}
    release["sections_sha256"] = sections_sha256(sections)  # type: ignore[assignment]
    data: dict[str, object] = {
        "format": "deskhand.profile/1",
        "name": "mine",
        "mode": "dp-fit",
        "remark": "",
        "sections": sections,
    }
    return data | {"release": release | other}


def test_a_sealed_profile_is_read_and_written_alike() -> None:
    profile = parse_profile(sealed(), "mine.json")
    assert profile.release is not None
    again = parse_profile(json.loads(profile_json(profile)), "mine.json")
    assert again == profile


def without_release(data: dict[str, object]) -> None:
    del data["release"]


def other_number(data: dict[str, object]) -> None:
    data["sections"]["mind"]["tab_share"]["value"] = 0.5  # type: ignore[index]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (without_release, "without a release"),
        (other_number, "not those that were released"),
        (lambda data: data.update(release=[]), "not an object"),
        (lambda data: data["release"].pop("epsilon"), "release.epsilon is None"),
        (lambda data: data["release"].update(epsilon=-1.0), "release.epsilon is -1.0"),
        (lambda data: data["release"].update(delta="none"), "release.delta is 'none'"),
        (lambda data: data["release"].update(people=True), "release.people is True"),
        (lambda data: data["release"].update(sections_sha256="0"), "not those that were released"),
    ],
)
def test_a_profile_that_was_changed_is_refused(change: object, told: str, tmp_path: Path) -> None:
    data = sealed()
    change(data)  # type: ignore[operator]
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(data))
    with pytest.raises(DeskhandError, match=told):
        load_profile(path)
