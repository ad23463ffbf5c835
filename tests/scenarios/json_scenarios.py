"""Small scenarios in JSON, and what a person does and types by them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deskhand.generators.plan import SessionPlan
from deskhand.scenarios.json_form.reading import load_scenario_file

Act = Callable[..., SessionPlan]
CHECK = {"do": "check", "target": "form.agree"}
HOVER = {"do": "hover", "target": "form.status"}
SHOT = {"do": "screenshot"}
TABLE = "company,city\nAlder & Finch,Ulm\nBrightmoor,Bonn\nCobble,Kiel\n"
CELL = {"table": "customers.csv", "column": "company"}


def written(folder: Path, steps: list[Any], file: str = "task.json", **head: Any) -> Path:
    data = {
        "format": "deskhand.scenario/1",
        "name": "a.task",
        "app": "a",
        "opens": "a/form",
        **head,
        "steps": steps,
    }
    path = folder / file
    path.write_text(json.dumps(data, indent=1), "utf-8")
    return path


def doing(act: Act, path: Path, **who: int) -> list[str]:
    made, _ = load_scenario_file(path)
    return [action.verb for action in act(made.run, **who).actions]


def typed(act: Act, path: Path, **who: int) -> dict[str | None, str]:
    made, _ = load_scenario_file(path)
    plan = act(made.run, **who)
    found: dict[str | None, str] = {}
    for text in plan.typed:
        found[text.target] = found.get(text.target, "") + text.typing.text
    return found


def type_(text: Any) -> list[Any]:
    return [{"do": "type", "text": text, "into": "form.name"}]
