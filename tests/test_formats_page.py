"""docs/formats: the tables are what the formats say of themselves, and each format has its page."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from deskhand import registry
from deskhand.formats import EXPORTS

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "formats"
# Pages that tell of formats of other names; the canonical tables have docs/tables.md.
ELSEWHERE = {"mapping": "own-schema", "arrow": "README", "jsonl": "README", "parquet": "README"}


def _writer() -> ModuleType:
    path = ROOT / "docs" / "write_format_tables.py"
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_are_those_of_the_formats() -> None:
    page = (FOLDER / "README.md").read_text("utf-8")
    assert _writer().filled(page) == page, "run: python docs/write_format_tables.py"


def test_every_format_has_a_page() -> None:
    pages = {path.stem for path in FOLDER.glob("*.md")}
    wanted = {ELSEWHERE.get(name, name) for name in registry.names(EXPORTS)}
    assert pages == wanted | {"README"}
