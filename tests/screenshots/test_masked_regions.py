"""What is sensitive is under black boxes: pictures tell neither a secret nor its length."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import deskhand
from deskhand.exports.screen_frames import frames
from deskhand.exports.screen_frames.black_boxes import blacked_out
from deskhand.exports.screen_frames.page_painter import painted
from deskhand.session import Session
from tests.safeguards.files import written

ORIGIN = (256, 136)
# Alike in how they are typed to nobody; the second pair is longer.
PASSWORDS = ("Xq7wZk2vJ9pL", "aaaaaaaaaaaa", "Correct-Horse-9-Battery")
IBANS = ("GB33BUKB20201555555555", "GB00AAAA00000000000000", "NO9386011117947")


def played(folder: Path, steps: list[dict[str, Any]], app: str, opens: str, **how: Any) -> Session:
    scenario = {
        "format": "deskhand.scenario/1",
        "name": "own.secrets",
        "app": app,
        "opens": opens,
        "steps": steps,
    }
    path = folder / "secrets.json"
    path.write_text(json.dumps(scenario))
    return deskhand.simulate(path, seed=7, **how)


def sign_in(folder: Path, password: str) -> Session:
    steps = [
        {"do": "type", "text": "ann", "into": "auth.user"},
        {"do": "type", "text": password, "into": "auth.password"},
    ]
    return played(folder, steps, "auth", "auth/login")


def account(folder: Path, iban: str) -> Session:
    steps = [
        {"do": "type", "text": "a password", "into": "bank.password"},
        {"do": "click", "target": "bank.confirm"},
        {"do": "type", "text": iban, "into": "bank.iban"},
    ]
    return played(folder, steps, "expense", "expense/bank")


def last(session: Session) -> NDArray[np.uint8]:
    """The picture at the end, without the pointer, whose way depends on the time that typing took."""
    *_, shot = deskhand.screenshots(session, "after-action", pointer=False)
    return np.asarray(shot.picture)


def box_on(session: Session, screen: str, key: str, shot: NDArray[np.uint8]) -> NDArray[np.uint8]:
    compiled = session.screens[screen]
    found = compiled.elements.get(key) or next(
        compiled.changed_element(*at, key)
        for at, state in compiled.states.items()
        if state.overrides.get(key)
    )
    left, top, width, height = (round(v) for v in found.box)
    left, top = left + ORIGIN[0], top + ORIGIN[1]
    return shot[top : top + height, left : left + width]


@pytest.mark.parametrize(("make", "secrets", "screen", "key"), [
    (sign_in, PASSWORDS, "auth/login", "auth.password"),
    (account, IBANS, "expense/bank", "bank.iban"),
])  # fmt: skip
def test_pictures_are_the_same_whatever_the_secret(
    make: Any, secrets: tuple[str, ...], screen: str, key: str, tmp_path: Path
) -> None:
    pictures = []
    for secret in secrets:
        session = make(tmp_path, secret)
        pictures.append(last(session))
        assert not box_on(session, screen, key, pictures[-1]).any()
    for other in pictures[1:]:
        assert np.array_equal(pictures[0], other)


def test_what_is_not_secret_tells_pictures_apart(tmp_path: Path) -> None:
    two = []
    for name in ("ann", "bob"):
        steps = [{"do": "type", "text": name, "into": "auth.user"}]
        two.append(last(played(tmp_path, steps, "auth", "auth/login")))
    assert not np.array_equal(two[0], two[1])


def test_what_safeguards_mask_is_black_also_where_the_page_repeats_it(tmp_path: Path) -> None:
    steps = [
        {"do": "type", "text": "{name}", "into": "lead.name"},
        {"do": "click", "target": "lead.save"},
    ]
    pictures = []
    for name in ("Ada Lovell", "Bo"):
        filled = [{**steps[0], "text": name}, steps[1]]
        file = written(tmp_path, mask=["lead.name"])
        session = played(tmp_path, filled, "crm", "crm/lead-form", safeguards=file)
        pictures.append(last(session))
        assert not box_on(session, "crm/lead-form", "lead.name", pictures[-1]).any()
        (text,) = session.screens["crm/lead-form"].states["page", "saved"].slot_texts
        left, top = int(text.box[0]) + ORIGIN[0], int(text.box[1]) + ORIGIN[1]
        repeated = pictures[-1][top : top + int(text.box[3]), left : left + int(text.room_px)]
        assert not repeated.any()
    assert np.array_equal(pictures[0], pictures[1])


def test_a_text_that_looks_like_a_secret_is_black_in_an_ordinary_field(tmp_path: Path) -> None:
    file = written(tmp_path, secrets={"builtin": ["iban"]})
    steps = [{"do": "type", "text": IBANS[0], "into": "lead.company"}]
    session = played(tmp_path, steps, "crm", "crm/lead-form", safeguards=file)
    assert not box_on(session, "crm/lead-form", "lead.company", last(session)).any()


def test_a_page_that_shows_an_account_hides_it() -> None:
    session = deskhand.simulate("expense.approve", seed=7)
    first = next(deskhand.screenshots(session, "before-action", pointer=False))
    picture = np.asarray(first.picture)
    assert not box_on(session, "expense/approvals", "approvals.account", picture)[4:-4, 4:-4].any()


def test_the_open_list_of_a_sensitive_choice_does_not_show() -> None:
    session = deskhand.simulate("expense.change_account", seed=7)
    rows = [r for r in session.events.to_pylist() if r["target"] == "bank.country"]
    opened = next(r["t_us"] for r in rows if r["type"] == "select.open")
    closed = next(r["t_us"] for r in rows if r["type"] == "select.close")
    times = [opened - 1, opened, (opened + closed) // 2, closed]
    pictures = list(frames(session, times, pointer=False, paint=blacked_out(painted)))
    assert all(picture == pictures[0] for picture in pictures)
