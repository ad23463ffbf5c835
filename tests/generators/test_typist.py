"""What is foreseen changes nothing, and a session's people type as those of the motor do."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

import deskhand
from deskhand.behavior_models.keyboard_layout import BACKSPACE
from deskhand.behavior_models.persona import Persona, draw_persona
from deskhand.behavior_models.profile import load_profile
from deskhand.generators.typing_plan import Typing
from deskhand.generators.typing_pool import TypingPool
from deskhand.generators.typist import Typist

PROSE = (
    "The carrier called in the morning and said that the second truck would be late again. "
    "Please tell the warehouse, and ask whether they can load the other order first. "
)


def persona_of(person: int) -> Persona:
    return draw_persona(load_profile("office"), 7, 0, person)


def times(typing: Typing) -> tuple[bytes, list[int], list[int]]:
    return typing.tokens.tobytes(), typing.down_us.tolist(), typing.up_us.tolist()


def all_of(count: int) -> Iterable[tuple[str, str | None]]:
    return [("Lindholm Freight", None), ("ok", None), ("naïve", None), ("", None)] * count


@pytest.mark.parametrize("ahead", [None, all_of])
def test_a_text_depends_on_what_it_is_and_how_often_it_was_typed(
    ahead: Callable[[int], Iterable[tuple[str, str | None]]] | None,
) -> None:
    plain = Typist(persona_of(3), 7, (0, 3, 0))
    other = Typist(persona_of(3), 7, (0, 3, 0), ahead=ahead)
    other.foresee(("Lindholm Freight", "PT-7 to follow"))
    expected: dict[str, list[tuple[bytes, list[int], list[int]]]] = {}
    for text in ("ok", "Lindholm Freight", "ok", "PT-7 to follow", "Lindholm Freight", "ok"):
        expected.setdefault(text, []).append(times(plain.type(text)))
    for text in ("PT-7 to follow", *["Lindholm Freight"] * 2, *["ok"] * 3):
        assert times(other.type(text)) == expected[text].pop(0)
    assert times(plain.type("ok")) != times(plain.type("ok"))


def test_who_shares_a_pool_types_as_if_alone() -> None:
    pool = TypingPool()
    layouts = ("qwerty-us", "azerty", "qwerty-us")
    personas = [
        replace(persona_of(person), keyboard_layout=layout) for person, layout in enumerate(layouts)
    ]
    alone, together = (
        [Typist(one, 7, (0, number, 0), pool=shared) for number, one in enumerate(personas)]
        for shared in (None, pool)
    )
    for typist in together:
        typist.foresee(("Lindholm Freight", "ok"))
    for round_number in range(3):
        for one, other in zip(alone, together, strict=True):
            assert times(one.type("ok")) == times(other.type("ok"))
            assert times(one.press("Tab")) == times(other.press("Tab"))
            text = f"{round_number} Lindholm Freight"
            assert times(one.type(text)) == times(other.type(text))


def test_a_press_depends_on_what_it_is_and_how_often_it_was_pressed() -> None:
    one, other = (Typist(persona_of(3), 7, (0, 3, 0)) for _ in range(2))
    tabs = [times(one.press("Tab")) for _ in range(30)]
    for _ in range(5):
        other.chord("Control+Enter")
        other.press("ArrowDown", count=4)
    assert [times(other.press("Tab")) for _ in range(30)] == tabs
    assert len({up[0] for _, _, up in tabs}) > 10


def test_a_clock_is_the_person_s() -> None:
    def on_grid(person: int, day: int) -> float:
        typist = Typist(persona_of(person), 7, (0, person, day))
        down_us = typist.type(PROSE, mode="transcription").down_us
        assert (down_us % 1_000 == 0).all()
        # An eighth and some by chance; nearly all of those whose keyboard is polled every 8 ms. The
        # first stamp, from which they count, may be late.
        return float(np.bincount(down_us // 1_000 % 8).max() / len(down_us))

    first, second = ([on_grid(person, day) for person in range(60)] for day in (0, 1))
    assert np.corrcoef(first, second)[0, 1] > 0.9
    assert np.ptp(first) > 0.5


def test_a_session_s_typist_is_the_motor_s_of_that_name() -> None:
    people = [persona_of(person) for person in range(60)]
    typist = [Typist(one, 7, (0, number, 0)) for number, one in enumerate(people)]
    session = [one.type(PROSE * 2, mode="transcription") for one in typist]
    made = deskhand.type_text(
        [PROSE * 2] * len(people),
        person=[one.persona_id for one in people],
        seed=7,
        fidelity="law",
    )
    first = np.flatnonzero(np.diff(made["text"].to_numpy(), prepend=-1))[1:]

    def of(name: str) -> list[NDArray[np.int64]]:
        return np.split(made[name].to_numpy(), first)

    downs, ups = of("down_us"), of("up_us")
    spacings = [np.diff(one.down_us) for one in session], [np.diff(one) for one in downs]
    holds = (
        [one.up_us - one.down_us for one in session],
        [up - down for down, up in zip(downs, ups, strict=True)],
    )
    for here, there in (spacings, holds):
        one, other = (np.log([np.median(times) for times in each]) for each in (here, there))
        # Between strangers r is 0, with a standard error of .13.
        assert np.corrcoef(one, other)[0, 1] > 0.9
        quantiles = [np.quantile(np.concatenate(each), [0.25, 0.5, 0.75]) for each in (here, there)]
        np.testing.assert_allclose(quantiles[0], quantiles[1], rtol=0.05)
    backspaces = [sum(np.count_nonzero(one.tokens == BACKSPACE) for one in session)]
    backspaces.append(made["key"].to_pylist().count("Backspace"))
    assert backspaces[0] == pytest.approx(backspaces[1], rel=0.15)
