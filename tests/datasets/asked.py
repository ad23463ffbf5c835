"""Descriptions that several tests build from."""

from typing import Any

ASKED: dict[str, Any] = {
    "format": "deskhand.dataset/1",
    "name": 'Six tasks, "small"',
    "license": "cc-by-4.0",
    "seed": 7,
    "size": {"sessions": 40, "per_person": 2},
    "mix": {
        "scenario": [
            "crm.create_lead",
            "mail.compose",
            "sheet.build_pivot",
            "auth.login",
            "auth.login.infeasible",
            "tracker.create_issue",
        ],
        "condition": {"none": 3, "touchpad": 1},
    },
    "splits": {"train": 0.6, "validation": 0.2, "test": 0.2},
    "hold_out": {"scenario": ["tracker.create_issue"]},
}
SMALLEST: dict[str, Any] = {
    "format": "deskhand.dataset/1",
    "seed": 3,
    "size": {"sessions": 6},
    "mix": {"scenario": ["auth.unlock"]},
}
