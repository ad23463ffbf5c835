"""Laws of slips and repairs: what is played into a field, links, and independence of other texts."""

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.behavior_models.error_correction import TypedKeys
from deskhand.behavior_models.error_habits import ErrorHabits, draw_error_habits
from deskhand.behavior_models.keyboard_layout import BACKSPACE, load_layout
from deskhand.behavior_models.text_edits import CODE
from deskhand.behavior_models.text_entry import entered_texts
from deskhand.behavior_models.typing_error_parameters import published_typing_errors
from deskhand.calibration.key_errors import observed
from deskhand.keyed_draws import keys
from tests.behavior_models.text_field import played

US = load_layout("qwerty-us")
PROSE = (
    b"The carrier called in the morning and said that the second truck would be late again. "
    b"Please tell the warehouse, and ask whether they can load the other order first. "
    b"We don't know yet.\nIt's 3.5 tons of it!\tAnd so on. "
)
# Every way to err and repair, often: most slips are found late, and words are taken as a whole.
WILD: dict[str, dict[str, Any]] = published_typing_errors() | {
    name: {"value": value, "source": "test"}
    for name, value in {
        "slip_rate": {"transcription": 0.15, "composition": 0.15},
        "late_share": {"transcription": 0.4, "composition": 0.4},
        "uncorrected_rate": {"transcription": 0.05, "composition": 0.05},
        "lead_share": 0.3,
        "word_delete_share": 0.9,
        "word_delete_people": 0.5,
        "word_jump_people": 0.5,
        "capital_slip_rate": [0.2, 0.2],
        "rewording_rate": 0.02,
        "revision_rate": 0.02,
    }.items()
}
WORDS = st.lists(
    st.sampled_from([b"the ", b"a ", b"I'm ", b"Rhythm. ", b"(no) ", b"\n", b"ab.c ", b"x", b" "])
    | st.text("abeE .,!?'\n", max_size=6).map(str.encode),
    max_size=30,
).map(b"".join)


def enter(
    texts: list[bytes],
    names: list[int],
    mode: str = "transcription",
    seed: int = 7,
    section: dict[str, dict[str, Any]] = WILD,
    *,
    uncorrected: bool = False,
) -> TypedKeys:
    tokens = np.frombuffer(b"".join(texts), np.uint8)
    first = np.cumsum([0, *map(len, texts)])[: len(texts)].astype(np.intp)
    people: ErrorHabits = draw_error_habits(section, keys(seed, "typist", names), mode)
    text_key = keys(seed, "text", names)
    return entered_texts(
        section, tokens, first, text_key, people, US, mode, uncorrected=uncorrected
    )


def parts(entry: TypedKeys, text: int) -> list[list[int]]:
    """Return the columns of one text, places counted from its first key."""
    begin, end = np.append(entry.first, len(entry.token))[text : text + 2]
    link = entry.corrects[begin:end]
    return [
        entry.token[begin:end].tolist(),
        entry.error[begin:end].tolist(),
        np.where(link < 0, -1, link - begin).tolist(),
        entry.held[begin:end].tolist(),
    ]


@settings(max_examples=300, deadline=None)
@given(
    texts=st.lists(WORDS, max_size=6),
    seed=st.integers(0, 2**32),
    mode=st.sampled_from(["transcription", "composition", "form"]),
)
def test_the_keys_leave_exactly_the_text(texts: list[bytes], seed: int, mode: str) -> None:
    entry = enter(texts, list(range(len(texts))), mode, seed)
    for number, text in enumerate(texts):
        assert played(entry, number, US) == text


@settings(max_examples=150, deadline=None)
@given(
    texts=st.lists(WORDS, min_size=1, max_size=6),
    seed=st.integers(0, 2**32),
    uncorrected=st.booleans(),
)
def test_no_text_depends_on_another(texts: list[bytes], seed: int, uncorrected: bool) -> None:
    names = list(range(len(texts)))
    mode = "composition"
    entry = enter(texts, names, mode, seed, uncorrected=uncorrected)
    back = enter(texts[::-1], names[::-1], mode, seed, uncorrected=uncorrected)
    for number in names:
        alone = enter([texts[number]], [number], mode, seed, uncorrected=uncorrected)
        assert parts(entry, number) == parts(alone, 0) == parts(back, len(texts) - 1 - number)


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(WORDS, max_size=6), seed=st.integers(0, 2**32), uncorrected=st.booleans())
def test_links_point_to_errors_before_them(
    texts: list[bytes], seed: int, uncorrected: bool
) -> None:
    entry = enter(texts, list(range(len(texts))), "composition", seed, uncorrected=uncorrected)
    linked = np.flatnonzero(entry.corrects >= 0)
    assert (entry.error[entry.corrects[linked]] > 0).all()
    assert (entry.corrects[linked] < linked).all()
    repairing = np.isin(entry.token, [BACKSPACE, US.token("ArrowLeft"), US.token("End")])
    assert (entry.corrects[repairing] >= 0).all()
    right = (entry.source >= 0) & (entry.error == 0)
    tokens = np.frombuffer(b"".join(texts), np.uint8)
    assert (entry.token[right] == tokens[entry.source[right]]).all()


def slips(entry: TypedKeys) -> int:
    """Return how many errors are repaired."""
    return len(np.unique(entry.corrects[entry.corrects >= 0]))


def test_uncorrected_errors_stay_at_their_rate_and_without_them_nothing_else_changes() -> None:
    texts = [PROSE] * 400
    section = published_typing_errors()
    entry = enter(texts, list(range(400)), section=section, uncorrected=True)
    wrong = sum(played(entry, number, US) != PROSE for number in range(400))
    # 1.17 % of 225 characters, unequal over people: nearly all texts keep some.
    assert 300 < wrong < 400
    exact = enter(texts, list(range(400)), section=section)
    assert [played(exact, number, US) for number in range(400)] == texts


def test_every_kind_occurs_and_an_omission_is_marked_after_it() -> None:
    entry = enter([PROSE] * 300, list(range(300)))
    assert set(entry.error.tolist()) >= {0, *(CODE[k] for k in CODE if k not in ("", "revision"))}
    names = [US.key_names[token] for token in np.unique(entry.token)]
    assert {"Control", "ArrowLeft", "End", "Backspace"} <= set(names)


def test_other_words_are_taken_back_in_lengths_of_the_tables_mean() -> None:
    section = WILD | {
        name: {"value": value, "source": "test"}
        for name, value in {
            "slip_rate": {"composition": 0.0},
            "capital_slip_rate": [0.0, 0.0],
            "revision_rate": 0.0,
            "word_delete_people": 0.0,
            "rewording_rate": 0.005,
            "rewording_length": [11, 12, 60],
        }.items()
    }
    entry = enter([b"word after word " * 300] * 60, list(range(60)), "composition", section=section)
    found = observed(entry.token, entry.first, US).length
    # About 1,400 lengths of SD 19, and rarely a text's end: a standard error of .5.
    assert found.mean() == pytest.approx(83 / 3, abs=2.0)


def test_passwords_have_half_the_slips_and_no_arrows() -> None:
    section = published_typing_errors()
    texts = [b"correct horse battery staple"] * 4000
    by_mode = {
        mode: enter(texts, list(range(4000)), mode, section=section)
        for mode in ("password", "form")
    }
    count = {mode: slips(entry) for mode, entry in by_mode.items()}
    # About 4,000 slips in forms; three standard errors of the ratio are .05.
    assert count["password"] / count["form"] == pytest.approx(0.5, abs=0.06)
    token = by_mode["password"].token
    assert not np.isin(token, [US.token("ArrowLeft"), US.token("Control")]).any()


def test_most_slips_in_passwords_take_all_of_it_back() -> None:
    texts = [b"correcthorsebattery"] * 6000
    entry = enter(texts, list(range(6000)), "password", section=published_typing_errors())
    assert [played(entry, number, US) for number in range(6000)] == texts
    whole = []
    for number in range(6000):
        token = parts(entry, number)[0]
        if BACKSPACE in token:
            # Its first repair takes back all that was typed before it, or a part.
            start = token.index(BACKSPACE)
            right = [*token[start:], 0]
            whole.append(next(n for n, t in enumerate(right) if t != BACKSPACE) == start)
    # 60 % are meant to; a slip at the start does so by itself.
    assert 0.6 < np.mean(whole) < 0.75


def test_a_megabyte_takes_well_under_two_seconds() -> None:
    text = PROSE * (2**20 // len(PROSE))
    enter([PROSE], [0])
    begin = time.perf_counter()
    enter([text], [0], "composition", section=published_typing_errors())
    assert time.perf_counter() - begin < 1.5


@pytest.mark.parametrize("texts", [[], [b""], [b"", b"", b""], [b"", b"a", b""], [b"\n"]])
def test_empty_texts_have_no_keys_of_their_own(texts: list[bytes]) -> None:
    entry = enter(texts, list(range(len(texts))), uncorrected=True)
    assert len(entry.first) == len(texts)
    assert (np.diff(np.append(entry.first, len(entry.token)))[[not t for t in texts]] == 0).all()
