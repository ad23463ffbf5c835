"""Fit of the law of keystrokes on people made by the law itself."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from deskhand.behavior_models.key_sequences import key_sequences
from deskhand.behavior_models.keyboard_layout import load_layout
from deskhand.behavior_models.keystroke_law import law_times
from deskhand.behavior_models.profile import Entries, Profile, entry, load_profile
from deskhand.calibration.key_recording import KeyRecording, read_key_recording
from deskhand.calibration.keyboard_law_fit import fit_keyboard_law
from deskhand.errors import DeskhandError
from deskhand.keyed_draws import keys

US = load_layout("qwerty-us")
BASE = load_profile("literature")
TEXTS = (
    "the carrier called in the morning and said that the second truck would be late again",
    "please tell the warehouse and ask whether they can load the other order first",
    "we should still be able to deliver all of it before the end of the week",
    "thank you for letting me know and have a good weekend with your family there",
)


@cache
def truth() -> Profile:
    """Return a population that is not the base: slower, longer holds, other spreads and skews."""
    entries = {name: dict(value) for name, value in BASE.sections["keystrokes"].items()}
    mean = {**entries["person_mean"]["value"]["transcription"], "spacing": -1.4, "hold": -2.0}
    sd = {**entries["person_sd"]["value"]["transcription"], "spacing": 0.25, "hold": 0.3}
    spacing = dict(entries["spacing"]["value"]["transcription"])
    for name in ("other hand", "same hand", "word start", "unknown"):
        centre, scale, skew, tail = spacing[name]
        spacing[name] = [centre, 1.3 * scale, skew + 0.2, tail]
    for name, value in (("person_mean", mean), ("person_sd", sd), ("spacing", spacing)):
        both = {**entries[name]["value"], "transcription": value}
        entries[name] = entry(both, "made up")
    return replace(BASE, name="truth", sections={**BASE.sections, "keystrokes": entries})


def recording(*, named: bool, people: int = 80, lost: int = 0) -> KeyRecording:
    rows = [list(text) if named else ["?"] * len(text) for text in TEXTS * 4] * people
    who = np.repeat(np.arange(people), len(TEXTS) * 4)
    sequences = key_sequences(
        rows,
        US,
        person=who,
        person_key=keys(3, "person", range(people)),
        sequence_key=keys(3, "sequence", range(len(rows))),
    )
    down, up = law_times(truth(), sequences, "transcription")
    down_us, up_us = (1000 * np.floor(side / 1000).astype(np.int64) for side in (down, up))
    # People whose releases are lost: their holds are ten times as long.
    broken = who[sequences.sequence] < lost
    up_us = np.where(broken, down_us + 10 * (up_us - down_us), up_us)
    return KeyRecording(
        people=[f"p{n}" for n in range(people)], sequences=sequences, down_us=down_us, up_us=up_us
    )


@cache
def fitted(*, named: bool, lost: int = 0) -> Entries:
    return fit_keyboard_law(recording(named=named, lost=lost), base=BASE, law="transcription")


def at(entries: Any, name: str) -> Any:
    return entries[name]["value"]["transcription"]


@pytest.mark.parametrize("named", [True, False])
def test_people_are_recovered(named: bool) -> None:
    # 80 people: standard error of a mean .03, of a SD 8 %; three of each and a little bias.
    mean, sd = at(fitted(named=named), "person_mean"), at(fitted(named=named), "person_sd")
    wanted = truth().sections["keystrokes"]["spacing"]["value"]["transcription"]
    assert mean["hold"] == pytest.approx(-2.0, abs=0.12)
    assert sd["spacing"] == pytest.approx(0.25, rel=0.3)
    assert sd["hold"] == pytest.approx(0.3, rel=0.3)
    # The mean and the contexts' centres can be exchanged: their sum is what is known.
    name = "other hand" if named else "unknown"
    found = mean["spacing"] + at(fitted(named=named), "spacing")[name][0]
    assert found == pytest.approx(-1.4 + wanted[name][0], abs=0.12)


@pytest.mark.parametrize(
    ("named", "context"), [(True, "other hand"), (True, "word start"), (False, "unknown")]
)
def test_shapes_are_recovered(named: bool, context: str) -> None:
    wanted = truth()["keystrokes", "spacing"]["transcription"][context]
    found = at(fitted(named=named), "spacing")[context]
    assert found[1] == pytest.approx(wanted[1], rel=0.12)
    assert found[2] == pytest.approx(wanted[2], abs=0.12)
    assert found[3] == pytest.approx(wanted[3], abs=0.07)


def test_own_effects_are_recovered_where_keys_are_named() -> None:
    shares = at(fitted(named=True), "score_shares")
    assert shares["own"][0] == pytest.approx(0.2, abs=0.07)
    assert shares["own"][1] == pytest.approx(0.2, abs=0.07)
    assert at(fitted(named=False), "score_shares")["own"] == [0.0, 0.0]


def test_people_whose_releases_are_lost_move_little() -> None:
    # 6 of 80 people: the mean would move by .17 and the SD double if they counted in full.
    mean, sd = (at(fitted(named=False, lost=6), name) for name in ("person_mean", "person_sd"))
    assert mean["hold"] == pytest.approx(-2.0, abs=0.17)
    assert sd["hold"] < 0.45


def test_what_was_not_seen_is_the_bases() -> None:
    entries, base = fitted(named=False), BASE.sections["keystrokes"]
    assert at(entries, "spacing")["to backspace"] == at(base, "spacing")["to backspace"]
    assert entries["repeat_stay"] == base["repeat_stay"]
    assert entries["spacing"]["value"]["composition"] == base["spacing"]["value"]["composition"]


def test_the_same_recording_gives_the_same_numbers() -> None:
    again = fit_keyboard_law(recording(named=True), base=BASE, law="transcription")
    assert again == fitted(named=True)


def test_too_few_people_are_told() -> None:
    with pytest.raises(DeskhandError, match="5 people with 60 keystrokes or more"):
        fit_keyboard_law(recording(named=True, people=5), base=BASE, law="transcription")


ROWS = {"user": ["a", "a"], "t_down_s": [0.0, 0.2], "t_up_s": [0.1, 0.3]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"user": ["a"], "t_down_s": [0.0]}, "columns t_up_s are missing"),
        ({"user": [], "t_down_s": [], "t_up_s": []}, "the table is empty"),
        ({**ROWS, "t_down_s": [0.0, float("nan")]}, "'t_down_s' holds NaN"),
        ({**ROWS, "t_up_s": ["x", "y"]}, "'t_up_s' has type string"),
        ({**ROWS, "user": ["a", None]}, "'user' holds nulls"),
        ("nowhere.parquet", "no such file"),
        (7, "data of type int"),
    ],
)
def test_bad_recordings_are_refused(data: Any, message: str) -> None:
    with pytest.raises(DeskhandError, match=message):
        read_key_recording(data)


def test_sessions_and_data_sets_are_told_apart() -> None:
    read = read_key_recording(
        {
            "dataset": ["x", "y", "x", "x"],
            "user": ["a", "a", "a", "a"],
            "session": ["1", "1", "2", "1"],
            "t_down_s": [0.5, 0.0, 0.0, 0.1],
            "t_up_s": [0.6, 0.1, 0.1, 0.2],
            "key": ["a", None, "BKSP", "gibberish"],
        }
    )
    assert read.sequences.lengths.tolist() == [2, 1, 1]
    # A row without a key is one of which nothing is known.
    names = [read.sequences.vocabulary.names[k] for k in read.sequences.key]
    assert names == ["other", "a", "?", "BKSP"]
