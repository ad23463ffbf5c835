"""A small profile of two classes of recorders, unlike in every number."""

from typing import Any

from deskhand.generators.recorder import LEVELS, PARTS, WAKES


def example_profile() -> dict[str, Any]:
    """Return a profile as its JSON has it."""
    rests = [40 + 100 * level for level in LEVELS]
    common = {"slip_share": [0.005, 0.5], "rest_ms": rests, "first_rest_ms": rests}
    classes = [
        {
            "kind": "browser",
            "share": 0.8,
            "period_ms": [1000 / 60, 0.0],
            "jitter_ms": [0.3, 0.3],
            "rest_share": [0.03, 0.3],
            "clock": "date-1ms",
            "ties_share": 0.0,
        },
        {
            "kind": "os-hook",
            "share": 0.2,
            "period_ms": [8.0, 0.0],
            "jitter_ms": [0.2, 0.3],
            "rest_share": [0.02, 0.3],
            "clock": "page-100us",
            "ties_share": 0.0,
        },
    ]
    values = {
        "classes": [entry | common for entry in classes],
        "late_share": [0.01, 0.5],
        "late_periods": [0.2, 0.0],
        "first_rest_share": [0.2, 0.3],
        "repeats_share": 0.1,
        "rest_cluster": 3.0,
        "final_share": 0.3,
        "wake_periods": {name: [min(0.2 + 1.2 * level, 1.0) for level in LEVELS] for name in WAKES},
        "rest_weight": [1.0] * PARTS,
        "rest_by_step": [4.0, 4.0, 2.0, 1.0, 0.5, 0.25, 0.15],
    }
    return {
        "format": "deskhand.profile/1",
        "name": "example",
        "mode": "published",
        "remark": "An example.",
        "sections": {
            "recorder": {name: {"value": v, "source": "assumed"} for name, v in values.items()}
        },
    }
