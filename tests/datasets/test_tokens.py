"""Tokens: each back within its bin, padding apart, and only what a vocabulary knows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import deskhand
from deskhand.datasets.loaders.session_columns import action_columns
from deskhand.datasets.tokens.action_tokens import target_class, target_classes
from deskhand.datasets.tokens.bins import growing_bins
from deskhand.errors import DeskhandError
from deskhand.ml import ActionTokens, KeyTokens, PointerTokens, SyntheticSessions


@given(
    st.integers(1, 100_000),
    st.floats(1.01, 4.0),
    st.booleans(),
    st.lists(st.integers(-200_000, 200_000), min_size=1),
)
def test_bins_hold_every_number_once(
    last: int, ratio: float, signed: bool, numbers: list[int]
) -> None:
    bins = growing_bins(last, ratio=ratio, signed=signed)
    assert (bins.low <= bins.high).all()
    assert (bins.low[1:] == bins.high[:-1] + 1).all()
    inside = np.clip(numbers, -last if signed else 0, last)
    code = bins.code(numbers)
    assert (bins.low[code] <= inside).all()
    assert (inside <= bins.high[code]).all()
    assert (bins.code(bins.value(code)) == code).all()
    assert len(bins.names) == len(bins) == len(set(bins.names))


def test_movements_come_back_within_their_bins() -> None:
    words = PointerTokens()
    for one in SyntheticSessions("movements", seed=7, items=60):
        tokens = words.encode(one)
        back = words.decode(tokens, start=(one["x"][0], one["y"][0]))
        assert (words.encode(back) == tokens).all()
        assert (back["type"] == one["type"]).all()
        codes = words.vocabulary.split(tokens)
        for name, field, bins, scale in (
            ("x", "dx", words.step, 1),
            ("y", "dy", words.step, 1),
            ("t_us", "gap", words.gap, 1000),
        ):
            steps = np.diff(np.rint(one[name] / scale))
            width = (bins.high - bins.low)[codes[field][1:]]
            off = np.abs(np.diff(back[name] / scale) - steps)
            assert (off <= np.maximum(width, 0)).all()


def test_keys_come_back_within_their_bins() -> None:
    loader = SyntheticSessions("keystrokes", seed=7, items=40)
    for words in (KeyTokens(), KeyTokens(loader.names["key"])):
        for one in loader:
            tokens = words.encode(one)
            back = words.decode(tokens)
            assert (words.encode(back) == tokens).all()
            assert (back[words.column] == one[words.column]).all()
            width = (words.hold.high - words.hold.low)[words.hold.code(one["hold_us"] / 1e3)]
            assert (np.abs(back["hold_us"] - one["hold_us"]) <= 1000 * width + 500).all()


def test_many_sequences_at_once_are_each_alone() -> None:
    loader = SyntheticSessions("movements", seed=7, items=30)
    ones = list(loader)
    count = np.array([len(one["t_us"]) for one in ones])
    flat = {
        name: np.concatenate([one[name] for one in ones]) for name in ("t_us", "x", "y", "type")
    }
    words = PointerTokens()
    tokens = words.encode(flat, count)
    assert (tokens == np.concatenate([words.encode(one) for one in ones])).all()
    alone = [words.decode(words.encode(one)) for one in ones]
    together = words.decode(tokens, count)
    for name, values in together.items():
        assert (values == np.concatenate([one[name] for one in alone])).all()


@pytest.mark.parametrize("scenario", ["crm.create_lead", "mail.triage", "editor.edit_and_run"])
@pytest.mark.parametrize("person", [0, 1])
def test_actions_come_back_within_their_places(scenario: str, person: int) -> None:
    # The second person has a second monitor.
    session = deskhand.simulate(scenario, seed=7, person=person)
    assert bool(session.header["monitors"]) == bool(person)
    acts = action_columns(session)
    words = ActionTokens(target_classes([session]), columns=20, rows=10)
    back = words.decode(words.encode(acts))
    assert back["verb"] == acts["verb"]
    assert back["role"] == acts["role"]
    named = [None if name is None else target_class(name) for name in acts["target"]]
    assert back["target"] == named
    known = np.isfinite(acts["x"])
    assert (np.isfinite(back["x"]) == known).all()
    assert (np.abs(back["x"] - acts["x"])[known] <= 0.5 / 20 + 1e-9).all()
    assert (np.abs(back["y"] - acts["y"])[known] <= 0.5 / 10 + 1e-9).all()
    # Without its targets a vocabulary still knows that there was one.
    other = ActionTokens().decode(ActionTokens().encode(acts))["target"]
    assert [name is None for name in other] == [name is None for name in named]


def test_what_is_no_token_is_refused() -> None:
    words = PointerTokens()
    for tokens, told in (
        ([[0, 0, 0, 0]], "token 0 in row 0 is no type"),
        ([[1, 1, 1, 1]], "token 1 in row 0 is no gap"),
        ([1, 2], "a row a step"),
    ):
        with pytest.raises(DeskhandError, match=told):
            words.decode(tokens)
    with pytest.raises(DeskhandError, match=r"ratio=1\.0"):
        growing_bins(10, ratio=1.0)
    with pytest.raises(DeskhandError, match="columns=0"):
        ActionTokens(columns=0)
