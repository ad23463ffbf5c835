"""Places of steps, looked up on the pages as Chromium lays them out, and exact pictures."""

from pathlib import Path

import pytest

from deskhand import ml
from deskhand.datasets.episodes.choice import Choice
from deskhand.datasets.episodes.pointing import pointed
from deskhand.datasets.episodes.recording import Look, recorded

TASKS = ("crm.create_lead", "tracker.triage_board", "mail.compose")


def test_places_are_on_what_is_meant(chromium: str) -> None:
    from deskhand.exact_pages import exact_pointer

    choice = Choice(scenarios=TASKS, seed=3)
    look = Look(encoding="none", vocabularies=())
    found = []
    with exact_pointer(chromium) as on:
        for number in range(len(TASKS)):
            session = choice.session(number)
            episode = recorded(session, number, look)
            found += list(pointed(session, episode, on))
    assert len(found) > 15
    assert [each.step.description for each in found if not each.hit] == []
    assert {"page"} <= {each.where for each in found}


def test_a_point_beside_is_no_hit(chromium: str) -> None:
    from deskhand.exact_pages import exact_pointer
    from deskhand.exports.screen_frames.page_view import PageView
    from deskhand.scenarios.app_screens import shipped_screens

    view = PageView(shipped_screens()["crm/lead-form"])
    element = view.page.elements["lead.save"]
    left, top, width, height = element.box
    with exact_pointer(chromium) as on:
        assert on(view, element, left + width / 2, top + height / 2)
        assert not on(view, element, left - 20, top + height / 2)


def test_exact_pictures_show_the_same_page(chromium: str, tmp_path: Path) -> None:
    pytest.importorskip("PIL.Image", reason='needs Pillow: python -m pip install -e ".[screens]"')
    how = {"count": 1, "seed": 7, "scale": 0.5}
    (exact,) = ml.episodes("auth.unlock", exact=True, chromium=chromium, **how)  # type: ignore[arg-type]
    (composed,) = ml.episodes("auth.unlock", **how)  # type: ignore[arg-type]
    assert [step.calls for step in exact] == [step.calls for step in composed]
    assert [step.tree for step in exact] == [step.tree for step in composed]
    manifest = ml.write_episodes(
        "auth.unlock",
        out=tmp_path / "out",
        exact=True,
        chromium=chromium,
        **how,  # type: ignore[arg-type]
    )
    assert manifest["arguments"]["exact"]
