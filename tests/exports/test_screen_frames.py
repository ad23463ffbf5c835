"""Pictures of the desktop: what they show, where, and that Chromium shows the same there."""

import io
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from numpy.typing import NDArray

import deskhand
from deskhand.errors import DeskhandError
from deskhand.exports.screen_frames import frames, lettering, png_bytes
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps, scenario
from deskhand.session import Session
from tests.exports.hand_made import hand_made_session

Image = pytest.importorskip(
    "PIL.Image", reason='needs Pillow: python -m pip install -e ".[test,screens]"'
)
ORIGIN = (256, 136)
DARK = 120  # a pixel darker than this belongs to a letter


def rows(session: Session, kind: str, target: str | None = None) -> list[dict[str, Any]]:
    chosen = pc.equal(session.events["type"].cast(pa.string()), kind)
    found = session.events.filter(chosen).to_pylist()
    return [row for row in found if target in (None, row["target"])]


def picture(session: Session, t_us: int, *, pointer: bool = True) -> NDArray[np.int16]:
    (image,) = frames(session, [t_us], pointer=pointer)
    return np.asarray(image).astype(np.int16)


def on_page(pixels: NDArray[np.int16], box: tuple[float, ...]) -> NDArray[np.int16]:
    left, top, width, height = (round(v) for v in box)
    left, top = left + ORIGIN[0], top + ORIGIN[1]
    return pixels[top : top + height, left : left + width]


def box_of(session: Session, key: str, screen: str = "crm/lead-form") -> tuple[float, ...]:
    return session.screens[screen].elements[key].box


def differing(a: NDArray[np.int16], b: NDArray[np.int16]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what differs."""
    y, x = np.nonzero((a != b).any(axis=2))
    return int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1


def ink(pixels: NDArray[np.int16]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of dark letters inside a field's edges."""
    inner = pixels[4:-4, 4:-4].max(axis=2) < DARK
    y, x = np.nonzero(inner)
    return int(x.min()) + 4, int(y.min()) + 4, int(x.max()) + 5, int(y.max()) + 5


def test_one_pass_gives_what_each_time_gives_alone(lead: Session) -> None:
    times = [0, 12_700_000, 24_000_000, 75_900_000, 75_900_000, 94_500_000]
    together = [np.asarray(image) for image in frames(lead, times)]
    for t_us, image in zip(times, together, strict=True):
        assert image.shape == (1080, 1920, 3)
        assert np.array_equal(image, picture(lead, t_us)), t_us


def test_a_picture_handed_out_may_be_changed(lead: Session) -> None:
    made = frames(lead, [0, 1])
    next(made).paste((255, 0, 0), (0, 0, 1920, 1080))
    assert np.array_equal(np.asarray(next(made)), picture(lead, 1))


def test_typed_text_changes_its_field_alone(lead: Session) -> None:
    typed = rows(lead, "input", "lead.company")
    before = picture(lead, typed[0]["t_us"] - 1, pointer=False)
    after = picture(lead, typed[-1]["t_us"], pointer=False)
    left, top, right, bottom = differing(before, after)
    x, y, width, height = box_of(lead, "lead.company")
    assert x + ORIGIN[0] < left
    assert right < x + width + ORIGIN[0]
    assert y + ORIGIN[1] < top
    assert bottom < y + height + ORIGIN[1]


def test_a_native_list_is_open_between_its_rows(lead: Session) -> None:
    (opened,), (closed,) = (
        rows(lead, "select.open", "lead.status"),
        rows(lead, "select.close", "lead.status"),
    )
    x, y, width, height = box_of(lead, "lead.status")
    below = (x, y + height, width, 22 * 5)
    shut = on_page(picture(lead, opened["t_us"] - 1, pointer=False), below)
    open_ = on_page(picture(lead, closed["t_us"] - 1, pointer=False), below)
    again = on_page(picture(lead, closed["t_us"], pointer=False), below)
    assert (shut != open_).any()
    assert np.array_equal(shut, again)
    # The pointer is over the line that it chooses.
    lit = (open_ == np.array([0x19, 0x67, 0xD2])).all(axis=2).any(axis=1)
    assert lit[22:44].all()
    assert not lit[:22].any()
    assert not lit[44:].any()


def test_the_message_names_who_was_saved(lead: Session) -> None:
    mark = rows(lead, "mark")[-1]
    (text,) = lead.screens["crm/lead-form"].states["page", "saved"].slot_texts
    assert text.text == "Lead {{name}} saved"
    place = (text.box[0], text.box[1] - 4, text.room_px, text.box[3] + 8)
    shown = on_page(picture(lead, mark["t_us"], pointer=False), place)
    other = with_rows(lead, {"value": '{"name": "Bo"}'}, kind="mark", t_us=mark["t_us"])
    short = on_page(picture(other, mark["t_us"], pointer=False), place)
    wide = [int(np.nonzero((p.min(axis=2) > 200).any(axis=0))[0].max()) for p in (shown, short)]
    for right, name in zip(wide, ("Marissa Watkins", "Bo"), strict=True):
        assert right == pytest.approx(lettering.width_px(f"Lead {name} saved", 14), abs=3)


def test_the_pointer_is_where_its_last_row_says(lead: Session) -> None:
    down = rows(lead, "pointerdown")[0]
    with_arrow = picture(lead, down["t_us"])
    bare = picture(lead, down["t_us"], pointer=False)
    left, top, right, bottom = differing(with_arrow, bare)
    assert abs(left - down["screen_x"]) <= 1
    assert abs(top - down["screen_y"]) <= 1
    assert right - left <= 16
    assert bottom - top <= 22


def test_a_sensitive_field_shows_dots_whatever_the_table_says() -> None:
    login = deskhand.simulate("auth.login", seed=7)
    typed = rows(login, "input", "auth.password")
    t_us = typed[-1]["t_us"]
    box = box_of(login, "auth.password", "auth/login")
    masked = on_page(picture(login, t_us, pointer=False), box)
    leaky = with_rows(
        login, {"value": "hunter2", "masked": False}, kind="input", target="auth.password"
    )
    assert np.array_equal(masked, on_page(picture(leaky, t_us, pointer=False), box))
    assert (masked.max(axis=2) < DARK).sum() > 20 * len(typed) // 2


def test_a_page_that_is_scrolled_moves_under_its_window(day: Session) -> None:
    scrolled = next(r for r in rows(day, "scroll") if (r["delta_y"] or 0) > 100)
    before = next(r["t_us"] for r in reversed(rows(day, "scroll")) if r["t_us"] < scrolled["t_us"])
    assert (picture(day, before) != picture(day, scrolled["t_us"])).any()


def test_an_excluded_application_is_a_blank_box(lead: Session) -> None:
    focus = rows(lead, "focus")[0]
    hidden = with_rows(
        lead,
        {"type": "redaction", "policy": "pause", "reason": "excluded-app"},
        kind="focus",
        t_us=focus["t_us"],
    )
    inside = on_page(picture(hidden, lead.header["duration_us"], pointer=False), (0, 0, 1280, 720))
    assert len(np.unique(inside.reshape(-1, 3), axis=0)) == 1
    above = on_page(picture(hidden, focus["t_us"], pointer=False), (0, -88, 1280, 28))
    assert len(np.unique(above.reshape(-1, 3), axis=0)) == 1


def test_pages_without_pictures_are_drawn_as_boxes() -> None:
    session = hand_made_session()
    times = sorted(session.events["t_us"].to_pylist())[::40]
    pictures = [np.asarray(image) for image in frames(session, times)]
    assert len({image.tobytes() for image in pictures}) > 3
    blank = replace(session, screens={})
    assert len(list(frames(blank, [0, times[-1]]))) == 2


def test_png_says_what_it_is_and_nothing_of_when(lead: Session) -> None:
    (image,) = frames(lead, [24_000_000])
    content = png_bytes(image, lead)
    read = Image.open(io.BytesIO(content))
    assert read.text == {"synthetic": "true", "provenance_id": lead.header["provenance_id"]}
    assert np.array_equal(np.asarray(read), np.asarray(image))
    assert content == png_bytes(image, lead)
    assert b"tIME" not in content
    captured = replace(lead, header={**lead.header, "synthetic": False})
    assert Image.open(io.BytesIO(png_bytes(image, captured))).text["synthetic"] == "false"


def test_times_that_do_not_ascend_are_refused(lead: Session) -> None:
    with pytest.raises(DeskhandError, match="ascend"):
        frames(lead, [5, 3])


def test_without_pillow_the_error_names_the_extra(
    lead: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(DeskhandError, match=r"deskhand\[screens\]"):
        frames(lead, [0])


def test_lines_break_behind_blanks_and_lose_no_letter() -> None:
    text = "one two three four  five\n\nsix " + "x" * 90
    lines = lettering.wrapped(text, 14, 120.0)
    assert "".join(line for _, line in lines) == text.replace("\n", "")
    assert all(text[start : start + len(line)] == line for start, line in lines)
    assert all(lettering.width_px(line.rstrip(), 14) <= 120 for _, line in lines)


def test_chromium_shows_the_text_in_the_same_place(chromium: str, lead: Session) -> None:
    """The same texts, typed into the page itself: ink of nearly the same box in each field."""
    from playwright.sync_api import sync_playwright

    end = rows(lead, "mark")[-1]["t_us"] - 1
    mine = picture(lead, end, pointer=False)
    fields = {"lead.name": "Marissa Watkins", "lead.company": "Holmes PLC"}
    page_file = Path(str(files("deskhand.scenarios") / "apps" / "crm" / "lead-form.html"))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(page_file.as_uri())
        for key, text in fields.items():
            page.fill(f"[data-name='{key}']", text)
        page.evaluate("document.activeElement.blur()")
        shot = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
        browser.close()
    for key in fields:
        left, top, width, height = (round(v) for v in box_of(lead, key))
        theirs = ink(shot[top : top + height, left : left + width].astype(np.int16))
        ours = ink(on_page(mine, box_of(lead, key)))
        # Two fonts of one size: the same beginning and line, and nearly the same width.
        assert ours[0] == pytest.approx(theirs[0], abs=2)
        assert ours[1] == pytest.approx(theirs[1], abs=2)
        assert ours[3] == pytest.approx(theirs[3], abs=2)
        assert ours[2] - ours[0] == pytest.approx(theirs[2] - theirs[0], rel=0.1)


def with_rows(session: Session, changes: Mapping[str, Any], **where: Any) -> Session:
    wanted = {("type" if name == "kind" else name): value for name, value in where.items()}
    made = [
        {**row, **changes} if all(row[n] == v for n, v in wanted.items()) else row
        for row in session.events.to_pylist()
    ]
    return replace(session, events=pa.Table.from_pylist(made, schema=session.events.schema))


def test_a_notification_lies_over_the_page_and_under_the_pointer() -> None:
    @scenario("test.notified", app="crm", opens="crm/lead-form")
    def notified(desk: Desk) -> Steps:
        """Read and close a notification."""
        yield from desk.read(words=10)
        yield from desk.notify("chat/channel", then="close")
        yield from desk.read(words=10)

    session = deskhand.simulate(notified, seed=7)
    shows, goes = (row["t_us"] for row in rows(session, "visibility"))
    (box,) = (
        [round(element[name]) for name in ("left", "top", "width", "height")]
        for element in session.elements.to_pylist()
        if element["target"] == "chat.notification"
    )
    before, during, after = (
        picture(session, at, pointer=False) for at in (shows - 1, goes - 1, goes)
    )
    left, top, right, bottom = differing(before, during)
    assert (left, top) == (box[0], box[1])
    # A shadow falls below it.
    assert 0 <= right - box[0] - box[2] <= 4
    assert 0 <= bottom - box[1] - box[3] <= 6
    inside = during[box[1] : box[1] + box[3], box[0] : box[0] + box[2]]
    assert (inside.min(axis=2) < DARK).any()
    assert not (before != after).any()
