"""One hand at the keys: every key is the right hand's, slower by what was measured, in the same person."""

from itertools import pairwise

import numpy as np
import pytest

import deskhand
from deskhand.behavior_models.digraph_contexts import CLASS_CONTEXTS, key_contexts
from deskhand.behavior_models.key_classes import layout_vocabulary
from deskhand.behavior_models.key_sequences import key_sequences
from deskhand.behavior_models.key_strokes import key_strokes
from deskhand.behavior_models.keyboard_layout import layout_names, load_layout
from deskhand.behavior_models.one_handed import one_handed_layout
from deskhand.behavior_models.persona import draw_persona
from deskhand.behavior_models.profile import load_profile
from deskhand.generators.typist import Typist
from deskhand.keyed_draws import keys

PROFILE = load_profile("office")
PEOPLE = 12
TEXTS = (
    "the quick brown fox jumps over the lazy dog near the river bank today",
    "please send the list again when the meeting has ended",
    "They would like to hear from us about the offer we sent last week.",
)


def _typist(person: int, condition: str, fidelity: str = "law") -> Typist:
    persona = draw_persona(PROFILE, 7, 0, person, condition=condition)
    return Typist(persona, 7, (0, person, 0), fidelity=fidelity)


def _duration_us(typist: Typist, mode: str) -> int:
    return sum(typist.type(text, mode=mode).duration_us for text in TEXTS for _ in range(3))


@pytest.mark.parametrize("mode", ["transcription", "composition", "form"])
def test_one_hand_types_at_the_measured_share_of_the_speed_of_two(mode: str) -> None:
    share = [
        _duration_us(_typist(person, "none"), mode)
        / _duration_us(_typist(person, "one-handed"), mode)
        for person in range(PEOPLE)
    ]
    # Matias, MacKenzie & Buxton 1996: 41-73 %.
    assert min(share) > 0.41
    assert max(share) < 0.73
    assert 0.5 < np.median(share) < 0.6


@pytest.mark.parametrize("name", layout_names())
def test_no_letter_is_struck_by_another_hand(name: str) -> None:
    two = load_layout(name)
    one = one_handed_layout(two)
    on_it = one.physical > 0
    assert one.finger[on_it].min() >= 5
    assert np.array_equal(one.physical, two.physical)
    assert one.neighbours == two.neighbours
    letters = [chr(n) for n in range(97, 123) if two.typeable(chr(n)).all()]
    pairs = [[a, b] for a in letters for b in letters]
    made = key_sequences(
        pairs,
        one,
        person=[0] * len(pairs),
        person_key=keys(7, "typist", ["ann"]),
        sequence_key=keys(7, "keys", range(len(pairs))),
    )
    before = np.append(0, made.key[:-1])
    found = key_contexts(made, before, made.place)[1::2]
    assert CLASS_CONTEXTS.index("other hand") not in found
    assert len(layout_vocabulary(one)) == len(layout_vocabulary(two))


def test_shift_is_the_near_one_and_is_held_for_one_key() -> None:
    two = load_layout("qwerty-us")
    one = one_handed_layout(two)

    def codes(layout: object) -> list[str]:
        assert isinstance(layout, type(two))
        return [layout.codes[t] for t in key_strokes(*layout.encode_all(["SAP"]), layout).stroke]

    assert codes(two) == ["ShiftRight", "KeyS", "KeyA", "KeyP"]
    assert codes(one) == ["ShiftLeft", "KeyS", "ShiftLeft", "KeyA", "ShiftRight", "KeyP"]


def test_shift_costs_a_single_hand_more_than_a_letter_does() -> None:
    def median_us(condition: str, text: str) -> float:
        typist = _typist(3, condition)
        return float(np.median([typist.type(text).duration_us for _ in range(60)]))

    slower = {
        text: median_us("one-handed", text) / median_us("none", text) for text in ("ok", "Ok")
    }
    assert slower["Ok"] > 1.15 * slower["ok"]


def test_presses_and_chords_are_slower_too() -> None:
    def chord_us(condition: str) -> int:
        typist = _typist(3, condition)
        return sum(int(typist.chord("Control+s").down_us[1]) for _ in range(40))

    assert chord_us("one-handed") > 1.5 * chord_us("none")


def test_no_network_has_learned_from_one_hand() -> None:
    law, asked = (_typist(0, "one-handed", tier).type(TEXTS[0]) for tier in ("law", "learned"))
    assert np.array_equal(law.down_us, asked.down_us)


def test_every_way_between_mouse_and_keys_takes_its_homing() -> None:
    session = deskhand.simulate("crm.create_lead", seed=7, condition="one-handed")
    rows = [
        (t, kind)
        for t, kind in zip(
            session.events["t_us"].to_pylist(), session.events["type"].to_pylist(), strict=True
        )
        if kind in ("keydown", "keyup", "pointermove", "pointerdown", "pointerup")
    ]
    # Nobody is quicker than half the median of .4 s (Card, Moran & Newell 1980).
    ways = [
        t1 - t0 for (t0, a), (t1, b) in pairwise(rows) if a.startswith("key") != b.startswith("key")
    ]
    assert len(ways) > 2
    assert min(ways) > 200_000
