"""A page's sidecar: what is refused, and in what words."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from deskhand.errors import DeskhandError
from deskhand.scenarios.screen_compiler.sidecar import DropDown, Transition, read_sidecar

ROOT = Path(__file__).parents[2]
CLICK = [{"click": "a"}]


def written(folder: Path, content: Any) -> Path:
    path = folder / "page.states.json"
    path.write_text(json.dumps(content))
    return path


def entry(**changed: Any) -> dict[str, Any]:
    made = {"state": "next", "from": "base", "do": CLICK, **changed}
    return {"format": "deskhand.states/1", "layers": {"page": [made]}}


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios" / "apps").glob("*/*.states.json")))
def test_shipped_sidecars_are_read(path: Path) -> None:
    sidecar = read_sidecar(path)
    assert sidecar.name == f"{path.parent.name}/{path.name.removesuffix('.states.json')}"


def test_schemas_are_schemas() -> None:
    for name in ("screen", "states"):
        path = ROOT / "src" / "deskhand" / "schema" / f"{name}.schema.json"
        Draft202012Validator.check_schema(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios" / "apps").glob("*/*.screen.json")))
def test_shipped_screens_keep_the_schema(path: Path) -> None:
    schema = json.loads((ROOT / "src/deskhand/schema/screen.schema.json").read_text("utf-8"))
    errors = Draft202012Validator(schema).iter_errors(json.loads(path.read_bytes()))
    assert [f"{error.json_path}: {error.message:.80}" for error in errors] == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"format": "deskhand.states/2"}, r"\$\.format: .*Write \"format\""),
        (entry(do=[]), r"\$\.layers\.page\[0\]\.do: .*the last starts the transition"),
        (entry(do=[{"clik": "a"}]), r"\$\.layers\.page\[0\]\.do\[0\]: .*An act is one of"),
        (entry(do=[{"fill": "a"}]), r"do\[0\]: 'with' is a dependency of 'fill'"),
        (entry(do=[{"fill": "a", "with": "b"}]), r"do\[0\]: .*cannot start a transition"),
        (entry(**{"from": "never"}), r"page\[0\]\.from: state 'never' has not been reached"),
        (entry(slots={"name": None}), r"slots: slot 'name' is not used"),
        (
            {"format": "deskhand.states/1", "layers": {"x": [{"select": "a"}, {"select": "b"}]}},
            r"layers\.x: `select` or `explore` makes all states",
        ),
    ],
)
def test_broken_rule_is_named_with_its_place(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(DeskhandError, match=message) as refused:
        read_sidecar(written(tmp_path, content))
    assert str(tmp_path) in str(refused.value)


def test_file_that_is_not_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.states.json"
    path.write_text("{")
    with pytest.raises(DeskhandError, match="not JSON"):
        read_sidecar(path)
    with pytest.raises(DeskhandError, match="cannot be read"):
        read_sidecar(tmp_path / "none.json")


def test_last_act_tells_the_kind_of_edge(tmp_path: Path) -> None:
    kinds = {"click": "click", "press": "press", "wait_ms": "wait", "event": "wait"}
    for act, kind in kinds.items():
        value: Any = 100 if act == "wait_ms" else "x"
        (made,) = read_sidecar(written(tmp_path, entry(do=[*CLICK, {act: value}]))).layers["page"]
        assert isinstance(made, Transition)
        assert made.kind == kind


def test_select_is_a_drop_down(tmp_path: Path) -> None:
    content = {"format": "deskhand.states/1", "layers": {"source": [{"select": "a"}]}}
    (made,) = read_sidecar(written(tmp_path, content)).layers["source"]
    assert made == DropDown(target="a")
