"""Who is in a data set: shares that come out, cells that are filled, splits that share nobody."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.datasets.description import described
from deskhand.datasets.mixing import apportioned, members
from deskhand.datasets.splits import planned, split_seed

FORMAT = "deskhand.dataset/1"
WEIGHTS = st.dictionaries(
    st.sampled_from("abcdef"), st.floats(0.01, 100.0, allow_nan=False), min_size=1
)


@given(WEIGHTS, st.integers(0, 500))
def test_every_value_comes_out_within_one_of_its_share(
    weights: dict[str, float], count: int
) -> None:
    found = Counter(apportioned(weights, count))
    assert sum(found.values()) == count
    total = sum(weights.values())
    for value, weight in weights.items():
        assert abs(found[value] - count * weight / total) < 1.0 + 1e-6


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**64 - 1),
    st.integers(12, 200),
    st.integers(1, 5),
    st.sampled_from([{}, {"scenario": ["auth.login"]}, {"condition": ["tremor"]}]),
)
def test_balanced_people_in_splits(
    seed: int, sessions: int, per_person: int, hold_out: dict[str, list[str]]
) -> None:
    asked = described(
        {
            "format": FORMAT,
            "seed": seed,
            "size": {"sessions": sessions * per_person, "per_person": per_person},
            "mix": {
                "scenario": ["auth.unlock", "auth.login", "crm.log_call"],
                "condition": {"none": 3, "tremor": 1},
            },
            "splits": {"train": 0.5, "test": 0.5},
            "hold_out": hold_out,
        }
    )
    people = members(asked)
    assert len(people) == sessions
    assert all(len(person.scenarios) == per_person for person in people)
    done = Counter(name for person in people for name in person.scenarios)
    assert max(done.values()) - min(done.values()) <= 1
    shaking = sum(person.kind[1] == "tremor" for person in people)
    assert abs(shaking - sessions / 4) < 1.0
    splits = planned(asked, people)
    found = [one for split in splits.values() for one in split]
    assert len(found) == sessions * per_person
    assert Counter(one.cell.scenario for one in found) == done
    held = {name for names in hold_out.values() for name in names}
    for one in splits["train"]:
        assert not held & {one.cell.scenario, one.cell.condition}
    if not hold_out:
        assert abs(len(splits["train"]) - len(splits["test"])) <= per_person
    for split in splits.values():
        assert len({(one.person, one.day) for one in split}) == len(split)
        assert {one.person for one in split} == set(range(1 + max(one.person for one in split)))


def test_a_grid_has_every_combination_alike_often() -> None:
    asked = described(
        {
            "format": FORMAT,
            "size": {"sessions": 24},
            "mixing": "grid",
            "mix": {
                "scenario": ["auth.login", "crm.log_call"],
                "condition": ["none", "tremor", "touchpad"],
                "role": ["sales", "support"],
            },
        }
    )
    found = Counter(
        (name, person.kind[0], person.kind[1])
        for person in members(asked)
        for name in person.scenarios
    )
    assert len(found) == 12
    assert set(found.values()) == {2}


def test_quotas_are_met() -> None:
    asked = described(
        {
            "format": FORMAT,
            "size": {"sessions": 50, "per_person": 2},
            "cells": [
                {"scenario": "auth.login", "condition": "tremor", "count": 11},
                {"scenario": "crm.log_call", "role": "sales", "share": 0.75},
                {"scenario": "auth.login", "share": 0.25},
            ],
        }
    )
    found = Counter(
        (name, person.kind[0], person.kind[1])
        for person in members(asked)
        for name in person.scenarios
    )
    assert found == {
        ("auth.login", None, "tremor"): 11,
        ("crm.log_call", "sales", "none"): 29,
        ("auth.login", None, "none"): 10,
    }


def test_every_kind_of_person_is_spread_over_the_splits() -> None:
    asked = described(
        {
            "format": FORMAT,
            "size": {"sessions": 400},
            "mix": {"scenario": ["auth.login"], "condition": ["none", "tremor", "touchpad"]},
        }
    )
    splits = planned(asked, members(asked))
    for split, share in asked.splits.items():
        found = Counter(one.cell.condition for one in splits[split])
        for often in found.values():
            assert abs(often - share * 400 / 3) <= 1.5


def test_splits_have_seeds_of_their_own() -> None:
    seeds = {split_seed(seed, split) for seed in range(50) for split in ("train", "test")}
    assert len(seeds) == 100
    assert max(seeds) < 2**53
