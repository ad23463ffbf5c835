"""The overview page, made from hand-made sessions."""

import re
from dataclasses import replace

import pytest

from deskhand.demo.person import Person, describe_person
from deskhand.demo.team_page import Made, Morning, team_page
from deskhand.session import Session

START = 1_772_438_400_000_000


@pytest.fixture(scope="module")
def person(session: Session) -> Person:
    return describe_person(session, START - 60_000_000)


@pytest.fixture(scope="module")
def page(person: Person) -> str:
    away = replace(person, person=1, breaks=((61_000_000, 70_000_000, "coffee <3"),))
    return team_page(
        Morning(
            people=[person, away],
            players=["player/a.html", "player/b.html"],
            recordings=["sessions/shard=t0/rrweb/a.json", None],
            files=[Made(address="sessions/shard=t0/events.parquet", what="events", size=1200)],
            scenario="morning",
            seed=7,
            provenance_id="prv_test",
            first_wall_us=START - 60_000_000,
            time_zone="Europe/Berlin",
            seconds=1.0,
            commands=[("deskhand validate out", "check")],
        )
    )


def test_person_is_told_from_the_events(person: Person, session: Session) -> None:
    assert (person.events, person.keys, person.clicks) == (session.events.num_rows, 23, 4)
    assert person.end_us - person.start_us == session.header["duration_us"]
    assert person.start_us == 60_000_000
    assert {app for _, _, app in person.work} == {"crm"}


def test_path_passes_every_click(person: Person) -> None:
    corners = [tuple(c) for _, run in person.path for c in run.tolist()]
    for x, y in person.presses.tolist():
        assert min((x - a) ** 2 + (y - b) ** 2 for a, b in corners) <= 9


def test_page_is_whole_and_escaped(page: str) -> None:
    assert "{{" not in page
    assert "coffee &lt;3" in page
    assert 'name="synthetic" content="true"' in page
    assert "Monday 2 March 2026, Europe/Berlin" in page


def test_links_are_relative_and_nothing_is_fetched(page: str) -> None:
    links = re.findall(r'(?:href|src)="([^"]*)"', page)
    assert "player/b.html" in links
    assert "sessions/shard%3Dt0/rrweb/a.json" in links
    assert not any(link.startswith(("http", "/", "file")) for link in links)
    assert "<script" not in page
