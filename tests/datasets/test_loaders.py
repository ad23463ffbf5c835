"""Loaders: the same items for any number of workers, resumed anywhere, refused plainly."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from deskhand.errors import DeskhandError
from deskhand.ml import ActionTokens, KeyTokens, PointerTokens, SyntheticSessions, Window

# Several blocks of each kind, the last one not full.
FEW = {"movements": 4_200, "keystrokes": 600, "sessions": 18}


def made(kind: str, **given: Any) -> SyntheticSessions:
    return SyntheticSessions(kind, seed=7, **({"items": FEW[kind], "people": 20} | given))


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[k], other[k]) for k in one)


@pytest.mark.parametrize("kind", FEW)
def test_ranks_share_an_epoch_without_overlap_and_without_gaps(kind: str) -> None:
    alone = list(made(kind))
    assert [one["item"] for one in alone] == list(range(FEW[kind]))
    shares = [list(made(kind, rank=rank, world=3)) for rank in range(3)]
    assert all(shares)
    together = sorted((one for share in shares for one in share), key=lambda one: one["item"])
    assert all(map(same, alone, together))
    assert len(alone) == len(together)


@pytest.mark.parametrize("kind", FEW)
@pytest.mark.parametrize("shape", ["items", "windows", "batches"])
def test_a_state_goes_on_behind_the_last_item(kind: str, shape: str) -> None:
    shapes: dict[str, dict[str, Any]] = {
        "items": {},
        "windows": {"window": Window(events=32, stride=16)},
        "batches": {"batch": 50, "window": Window(seconds=5.0, events=64)},
    }
    given = shapes[shape]
    if kind == "sessions":
        given |= {"items": 10, "scenarios": "chat.answer"}
    whole = list(made(kind, **given))
    for taken in (1, len(whole) // 2, len(whole)):
        first = made(kind, **given)
        begun = iter(first)
        for _ in range(taken):
            next(begun)
        state = json.loads(json.dumps(first.state_dict()))
        second = made(kind, **given)
        second.load_state_dict(state)
        # A state that is loaded and not begun is the state.
        assert second.state_dict()["at"] == state["at"]
        rest = list(second)
        assert len(rest) == len(whole) - taken
        assert all(map(same, rest, whole[taken:]))
        # The next epoch begins at its beginning.
        assert same(next(iter(second)), whole[0])


def test_epochs_are_other_items_of_the_same_people() -> None:
    first, second = (next(iter(made("movements", epoch=k, batch=2000))) for k in (0, 1))
    assert not np.array_equal(first["x"][:, 0], second["x"][:, 0])
    again = made("movements", batch=2000)
    again.set_epoch(1)
    assert same(next(iter(again)), second)
    sessions = [list(made("sessions", epoch=k, items=25)) for k in (0, 1)]
    assert {one["person"] for one in sessions[0]} == set(range(20))
    starts = {(one["person"], one["x"].tobytes()) for epoch in sessions for one in epoch}
    assert len(starts) == 50


@pytest.mark.parametrize("kind", FEW)
def test_each_item_window_and_batch_says_that_it_is_synthetic(kind: str) -> None:
    words = {"movements": PointerTokens, "keystrokes": KeyTokens, "sessions": ActionTokens}[kind]()
    for given in ({}, {"window": Window(events=8)}, {"tokens": words}):
        few = list(made(kind, items=6, scenarios="chat.answer", **given))
        assert few
        assert all(one["synthetic"] is True for one in few)
        for batch in made(kind, items=6, scenarios="chat.answer", batch=4, **given):
            assert batch["synthetic"].dtype == np.bool_
            assert batch["synthetic"].shape == batch["item"].shape
            assert batch["synthetic"].all()


def test_people_are_those_of_the_range() -> None:
    drawn = [made("movements", people=people, batch=4_200) for people in (range(5, 9), range(9))]
    some, all_of_them = (next(iter(one))["person"] for one in drawn)
    assert set(some) == set(range(5, 9))
    assert set(all_of_them) == set(range(9))


def test_sessions_are_mixed_by_weight_and_say_what_they_are() -> None:
    loader = made(
        "sessions",
        items=60,
        scenarios={"chat.answer": 3, "auth.login": 1},
        conditions={"none": 1, "touchpad": 1},
    )
    found = list(loader)
    share = np.mean([one["scenario"] for one in found])
    # 60 draws of one in four: beyond .02 to .48 once in 50,000 seeds.
    assert 0.02 < share < 0.48
    assert {loader.names["condition"][one["condition"]] for one in found} == {"none", "touchpad"}
    verbs = {loader.names["verb"][verb] for one in found for verb in np.unique(one["verb"])}
    assert {"click", "type", "none"} <= verbs
    masked = loader.names["key_class"].index("masked")
    secret = [one for one in found if loader.names["scenario"][one["scenario"]] == "auth.login"]
    assert all((one["key_class"] == masked).any() for one in secret)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("movements", PointerTokens),
        ("keystrokes", KeyTokens),
        ("sessions", ActionTokens),
    ],
)
def test_tokens_come_in_the_place_of_columns(kind: str, words: Callable[[], Any]) -> None:
    tokens = words()
    for one in made(kind, items=20, tokens=tokens, window=Window(events=16)):
        assert one["tokens"].shape == (16, len(tokens.vocabulary.fields))
        assert (one["tokens"][~one["mask"]] == 0).all()
        assert (one["tokens"][one["mask"]] > 0).all()
        assert one["tokens"].max() < len(tokens.vocabulary)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"kind": "movement"}, "did you mean 'movements'?"),
        ({"seed": -1}, "seed=-1"),
        ({"items": 0}, "items=0: must be a whole number from 1"),
        ({"epoch": 1.5}, "epoch=1.5: must be a whole number from 0"),
        ({"batch": 0}, "batch=0"),
        ({"people": 0}, "people=0: give a number from 1"),
        ({"people": range(0)}, "people=range(0, 0)"),
        ({"scenarios": {}}, "scenario: none was given"),
        ({"scenarios": {"chat.answer": -1}}, "has weight -1: must be above 0"),
        ({"rank": 3}, "give both"),
        ({"rank": 3, "world": 3}, "must be from 0 to 2"),
    ],
)
def test_bad_arguments_are_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(DeskhandError) as refusal:
        SyntheticSessions(**({"seed": 7} | given))
    assert told in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"scenarios": "crm.create_laed"}, "did you mean 'crm.create_lead'?"),
        ({"conditions": "tremble"}, "did you mean 'tremor'?"),
        ({"kind": "movements", "fidelity": "low"}, "did you mean 'law'?"),
        ({"kind": "movements", "profile": "mouse"}, "'mouse-"),
        ({"kind": "keystrokes", "texts": "mial"}, "did you mean 'mail'?"),
        ({"kind": "sessions", "rank": 0, "world": 126}, "126 ranks for 125 blocks of 8 sessions"),
    ],
)
def test_what_cannot_be_made_is_refused_when_first_asked_for(
    given: dict[str, Any], told: str
) -> None:
    with pytest.raises(DeskhandError) as refusal:
        next(iter(SyntheticSessions(**({"seed": 7} | given))))
    assert told in str(refusal.value)


def test_states_of_other_loaders_are_refused() -> None:
    state = made("movements").state_dict()
    for other, told in (
        (made("keystrokes"), "kind='movements'"),
        (made("movements", items=9), "items=4200"),
        (SyntheticSessions("movements", seed=8, items=4_200), "seed=7"),
    ):
        with pytest.raises(DeskhandError, match=told):
            other.load_state_dict(state)
    with pytest.raises(DeskhandError, match=r"none of deskhand\.loader/1"):
        made("movements").load_state_dict({"epoch": 1})
    elsewhere = made("movements", rank=0, world=2)
    elsewhere.load_state_dict(state)
    begun: Iterator[Any] = iter(elsewhere)
    with pytest.raises(DeskhandError, match="resume with as many workers"):
        next(begun)
