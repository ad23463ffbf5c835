"""What KEEPS promises of a session comes back from its AgentNet episode."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.events import ALT, CONTROL, META, SHIFT
from deskhand.exports import agentnet
from deskhand.exports.agentnet.pynput_names import NAMED, named, w3c
from deskhand.exports.losses import Dropped
from deskhand.session import Session
from tests.exports.agentnet_episodes import Row, episode, scripted


def kept_rows(session: Session, *, whole_px: bool = False) -> list[Row]:
    """The rows that the format promises to keep, and the columns that it promises."""
    names = ["type", "t_us", "masked", "screen_x", "screen_y", "button", "buttons", "key"]
    found = []
    for row in session.events.select(names).to_pylist():
        kept = agentnet.KEEPS.get(row["type"])
        keyless = row["type"] in ("keydown", "keyup") and (row["masked"] or row["key"] is None)
        if kept is None or keyless or row["type"] == "window.focus":
            continue
        told = {name: row[name] for name in ("type", "t_us", *kept.columns)}
        if row["screen_x"] is not None and whole_px:
            told["place"] = (row["screen_x"], row["screen_y"])
        found.append(told)
    return found


def test_what_is_promised_comes_back(lived: Session, tmp_path: Path) -> None:
    folder = episode(lived, tmp_path)
    dropped = Dropped()
    (back,) = agentnet.read(folder, dropped)
    assert kept_rows(back) == kept_rows(lived)
    assert not dropped.counts
    assert back.session_id == lived.session_id
    for name in ("start_wall_us", "clock_skew_us", "duration_us", "screen_width", "time_zone"):
        assert back.header[name] == lived.header[name]
    assert back.header["provenance_id"].startswith("agentnet:")
    apps = [row["app"] for row in lived.events.to_pylist() if row["type"] == "window.focus"]
    seen = [row for row in back.events.to_pylist() if row["type"] == "window.focus"]
    assert [row["app"] for row in seen] == [
        app for k, app in enumerate(apps) if k == 0 or app != apps[k - 1]
    ]


def test_writing_what_was_read_changes_nothing(lived: Session, tmp_path: Path) -> None:
    first = episode(lived, tmp_path / "one")
    (back,) = agentnet.read(first)
    (again,) = agentnet.read(episode(back, tmp_path / "two"))
    assert again.events.equals(back.events)


KEYS = [
    *"abcXYZ019",
    *";?@[]{}~ ",
    *"éßñ",
    *sorted({key for _, key, _ in NAMED} - {"Shift", "Control", "Alt", "Meta", "AltGraph"}),
]
HELD = {"Shift": SHIFT, "Control": CONTROL, "Alt": ALT, "Meta": META}


@st.composite
def scripts(draw: st.DrawFn) -> list[Row]:
    """Rows as a person could leave them: buttons and keys that go down come up again."""
    rows: list[Row] = []
    t_us = 0
    x, y, buttons = 100, 100, 0

    def add(kind: str, **columns: Any) -> None:
        nonlocal t_us
        t_us += draw(st.integers(0, 700_000))
        rows.append({"type": kind, "t_us": t_us, **columns})

    def point(kind: str, **columns: Any) -> None:
        at = {"screen_x": x, "screen_y": y, "pointer_type": "mouse"}
        add(kind, **at, buttons=buttons, **columns)

    for act in draw(
        st.lists(st.sampled_from(["move", "click", "drag", "wheel", "key", "held"]), max_size=12)
    ):
        if act == "move":
            x, y = draw(st.integers(-50, 4000)), draw(st.integers(-50, 3000))
            point("pointermove")
        elif act in ("click", "drag"):
            button = draw(st.integers(0, 4))
            buttons = (1, 4, 2, 8, 16)[button]
            point("pointerdown", button=button)
            if act == "drag":
                x += draw(st.integers(-300, 300))
                point("pointermove")
            buttons = 0
            point("pointerup", button=button)
        elif act == "wheel":
            turn = {"delta_x": 0.0, "delta_y": 100.0 * draw(st.integers(-3, 3)), "delta_mode": 0}
            point("wheel", **turn)
        else:
            held = draw(st.sampled_from(sorted(HELD))) if act == "held" else None
            bits = HELD.get(held or "", 0)
            key = draw(st.sampled_from(KEYS))
            if held == "Shift":
                key = key.upper() if len(key) == 1 and key.isascii() else key
            if held == "Shift" and key in "019;[]":
                key = "?"
            if held == "Control":
                key = key.lower() if len(key) == 1 else key
                key = "c" if key in "?@{}~éßñ" else key
            if held:
                add("keydown", key=held, modifiers=bits)
            add("keydown", key=key, modifiers=bits)
            add("keyup", key=key, modifiers=bits)
            if held:
                add("keyup", key=held, modifiers=0)
    return rows


@settings(max_examples=60, deadline=None)
@given(rows=scripts(), synthetic=st.booleans())
def test_any_session_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], synthetic: bool
) -> None:
    session = scripted(rows, synthetic=synthetic)
    folder = episode(session, tmp_path_factory.mktemp("made"))
    assert not list(agentnet.findings(folder))
    (back,) = agentnet.read(folder)
    assert kept_rows(back, whole_px=True) == kept_rows(session, whole_px=True)
    assert back.header["synthetic"] is synthetic
    modifiers = [r["modifiers"] for r in rows if r["type"] in ("keydown", "keyup")]
    kept = [r["modifiers"] for r in back.events.to_pylist() if r["type"] in ("keydown", "keyup")]
    assert kept == modifiers


def test_every_named_key_comes_back() -> None:
    for name, key, code in NAMED:
        assert w3c(f"Key.{name}", name, 0) == (key, code or None)
        if code and name != "alt_r":
            assert named(key, code, 0) == (name, f"Key.{name}")
