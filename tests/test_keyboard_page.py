"""docs/models/keyboard.md: its tables are those of the shipped profiles, its pictures are there."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "models"
PAGE = (FOLDER / "keyboard.md").read_text("utf-8")
PICTURES = sorted(re.findall(r"\((\w+\.png)\)", PAGE))
MODELS = "auto_repeat digraph_contexts error_correction error_habits g_and_h"
MODELS += " key_release key_strokes keyboard_layout keystroke_law keystroke_scores"
MODELS += " learned_keystrokes learned_typists keystroke_inputs keystroke_history keystroke_network"
MODELS += " revision shift_lead slips key_clock typist_traits one_handed"


def _writer() -> ModuleType:
    path = ROOT / "docs" / "write_keyboard_numbers.py"
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_are_those_of_the_profiles() -> None:
    writer = _writer()
    assert writer.filled(PAGE) == PAGE, "run: python docs/write_keyboard_numbers.py"
    assert set(re.findall(r"<!-- numbers: (\w+) -->", PAGE)) == set(writer.TABLES)


@pytest.mark.parametrize("model", MODELS.split())
def test_every_model_is_named_and_exists(model: str) -> None:
    assert (ROOT / "behavior_models" / f"{model}.py").exists()
    assert f"{model}.py" in PAGE


def test_there_are_pictures() -> None:
    assert len(PICTURES) == 4


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_there_and_small(name: str) -> None:
    picture = (FOLDER / name).read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(picture) < 250_000
