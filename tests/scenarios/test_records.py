import json
import re
from dataclasses import asdict

import pytest

from deskhand.errors import UnknownNameError
from deskhand.scenarios.apps.crm.tasks import COMPANIES
from deskhand.scenarios.records import (
    ASSIGNEES,
    EXAMPLE_DOMAINS,
    KINDS,
    LABELS,
    SOURCES,
    STAGES,
    RecordKind,
    Records,
    pools,
)


def test_records_are_ascii_and_reserved() -> None:
    for lead in pools(7).lead:
        assert re.fullmatch(r"\+1 202 555 01\d\d", lead.phone)
        assert lead.email.split("@")[1] in EXAMPLE_DOMAINS
        assert " " not in lead.email
        assert re.fullmatch(r"2026-\d\d-\d\d", lead.follow_up)
    assert json.dumps(asdict(pools(7)), ensure_ascii=False).isascii()


def test_texts_can_be_typed() -> None:
    from deskhand.behavior_models.keyboard_layout import load_layout

    layout = load_layout("qwerty-us")
    for seed in (7, 8):
        for lead in pools(seed).lead:
            layout.encode(lead.name + lead.company + lead.email + lead.notes)
    for company in COMPANIES:
        layout.encode(company)


def test_a_persons_records_depend_on_the_person_alone() -> None:
    def some(person: int, day: int = 0) -> list[object]:
        records = Records(7, 0, person, day)
        return [records.draw(kind.name) for kind in KINDS]

    assert some(3) == some(3)
    assert some(3) != some(4)
    assert some(3) != some(3, day=1)


def test_a_password_stays_and_a_code_does_not() -> None:
    today, tomorrow = Records(7, 0, 3, 0).credentials(), Records(7, 0, 3, 1).credentials()
    assert today.password == tomorrow.password
    assert 8 <= len(today.password) <= 14
    assert today.code != tomorrow.code
    assert re.fullmatch(r"\d{6}", today.code)


def test_choices_exist_on_the_shipped_screens() -> None:
    from deskhand.scenarios.app_screens import screen

    def labels(name: str, key: str) -> set[str]:
        return {option.label for option in screen(name).elements[key].options}

    assert set(SOURCES) == labels("crm/lead-form", "lead.source")
    assert set(STAGES) == labels("crm/record", "record.stage")
    assert set(ASSIGNEES) == labels("tracker/issue-form", "issue.assignee")
    assert set(LABELS) == labels("tracker/issue-form", "issue.label")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'lead'"):
        Records(7, 0, 0, 0).draw("led")
    with pytest.raises(UnknownNameError, match="record 'lead' is not known"):
        Records(7, 0, 0, 0).fill(("issue",), {"lead": 1})


def test_kinds_of_one_name_from_two_applications_are_kept_apart() -> None:
    records, other = Records(7, 0, 3, 0), RecordKind(name="word", pool=lambda _: ("other",))
    own = records.kinds
    first = Records(7, 0, 3, 0).draw("word")
    records.know([other])
    assert [records.draw("word") for _ in range(3)] == ["other"] * 3
    records.kinds = own
    assert records.draw("word") == first


def test_texts_are_foreseen_once_in_the_order_in_which_they_come() -> None:
    records, plain = Records(7, 0, 3, 0), Records(7, 0, 3, 0)
    records.expect("message", 3)
    foreseen = [text for text, _ in records.ahead(1)]
    for _ in range(12):
        records.draw("message")
        foreseen += [text for text, _ in records.ahead(4)]
    drawn = [plain.draw("message") for _ in range(30)]
    assert len(foreseen) == 12 + 3
    assert foreseen == drawn[: len(foreseen)]
