"""The packed columns, and the steps that the player page replays."""

import gzip
import json
from base64 import b64decode
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from deskhand.field_text import edited
from deskhand.player.build import payload
from deskhand.player.pack import TICK_US, Column, pack, places, plain, times
from deskhand.player.pages import follow
from deskhand.session import Session


def unpack(packed: str) -> tuple[dict[str, Any], dict[str, np.ndarray[Any, Any]]]:
    """Read a packed stream as unpack.js does."""
    body = gzip.decompress(b64decode(packed))
    size = int.from_bytes(body[:4], "little")
    head = json.loads(body[4 : 4 + size])
    at = 4 + size
    columns = {}
    for name, width, count, kind in head["columns"]:
        planes = np.frombuffer(body, np.uint8, width * count, at).reshape(width, count)
        whole = np.zeros((count, 8), np.uint8)
        whole[:, :width] = planes.T
        values = whole.view("<i8").ravel()
        half = 1 << (8 * width - 1)
        values = (values + half) % (2 * half) - half
        columns[name] = values if kind == "plain" else np.cumsum(values)
        at += width * count
    assert at == len(body)
    return head, columns


@given(st.lists(st.integers(0, 10**11), max_size=40))
def test_times_come_back_within_half_a_tick(t_us: list[int]) -> None:
    given_us = np.sort(np.array(t_us, dtype=np.int64))
    _, columns = unpack(pack({}, {"t": times(given_us)}))
    assert np.all(np.abs(columns["t"] * TICK_US - given_us) <= TICK_US // 2)


@given(st.lists(st.integers(-16000, 16000), max_size=40))
def test_places_come_back_exactly(pixels: list[int]) -> None:
    _, columns = unpack(pack({}, {"x": places(np.array(pixels, dtype=np.float64))}))
    assert columns["x"].tolist() == pixels


def test_columns_follow_one_another() -> None:
    made: dict[str, Column] = {"a": plain([1, 2], width=1), "b": plain([70_000], width=4)}
    head, columns = unpack(pack({"k": "v"}, made))
    assert head["k"] == "v"
    assert (columns["a"].tolist(), columns["b"].tolist()) == ([1, 2], [70_000])


@given(st.text(max_size=12), st.integers(0, 12), st.text(min_size=1, max_size=3))
def test_inserting_at_the_caret(before: str, at: int, added: str) -> None:
    at = min(at, len(before))
    row = {
        "value": added,
        "detail": at,
        "value_length": len(before) + len(added),
        "input_type": "insertText",
    }
    assert edited(before, row) == before[:at] + added + before[at:]


def test_payload_has_no_masked_text_and_every_key(session: Session) -> None:
    head, columns = unpack(payload(session))
    assert len(columns["key_t"]) == len("ada lovell") + len("hunter twelve")
    assert columns["key_masked"].sum() == len("hunter twelve")
    secret = [step for step in head["steps"] if step[1] == "edit" and isinstance(step[5], int)]
    assert [step[5] for step in secret] == list(range(1, 14))


def test_steps_are_in_time_order_and_a_load_comes_first(session: Session) -> None:
    steps = follow(session).steps()
    assert [step[0] for step in steps] == sorted(step[0] for step in steps)
    assert {steps[0][1], steps[1][1]} == {"load", "show"}
