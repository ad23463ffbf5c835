"""What a scenario calls sensitive is masked, or refused when it names nothing."""

import pytest

from deskhand.errors import DeskhandError
from deskhand.scenarios.app_screens import shipped_screens
from deskhand.scenarios.masking import sensitive_keys


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        ("lead.phone", "lead.phone"),
        ('role=textbox[name="Company"]', "lead.company"),
        ("auth.code", "auth.code"),
    ],
)
def test_keys_and_locators_are_found(entry: str, key: str) -> None:
    assert sensitive_keys([entry], "crm/leads", shipped_screens()) == {key}


@pytest.mark.parametrize("entry", ["lead.phon", 'role=textbox[name="Fax"]', "test-id=fax"])
def test_what_names_nothing_is_refused(entry: str) -> None:
    with pytest.raises(DeskhandError, match="nothing would be masked"):
        sensitive_keys([entry], "crm/leads", shipped_screens())


def test_the_nearest_name_is_told() -> None:
    with pytest.raises(DeskhandError, match=r"Nearest: lead\.phone"):
        sensitive_keys(["lead.phon"], "crm/leads", shipped_screens())
