"""docs/models/pointer.md: its tables are those of the shipped profiles, its pictures are there."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "models"
PAGE = (FOLDER / "pointer.md").read_text("utf-8")
PICTURES = sorted(re.findall(r"\((\w+\.png)\)", PAGE))
# Sections of a profile that the pointer reads, but for the learned tier's, which hold no readable numbers.
SECTIONS = {"pointer", "endpoint", "strokes", "recorder", "pointing_device", "press", "drag"}
SECTIONS |= {"hover", "idle", "wheel", "touchpad", "steering", "homing", "fatigue"}
MODELS = "fitts endpoint submovements sigma_lognormal motor_noise press drag hover idle_hand"
MODELS += " scrolling touchpad_scroll steering homing fatigue conditions movement_plan"
MODELS += " density_network report_state report_traits report_policy submovement_parsing"


def _writer() -> ModuleType:
    spec = spec_from_file_location(
        "write_pointer_numbers", ROOT / "docs" / "write_pointer_numbers.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_are_those_of_the_profiles() -> None:
    assert _writer().filled(PAGE) == PAGE, "run: python docs/write_pointer_numbers.py"


def test_tables_of_the_law_are_shown() -> None:
    assert set(re.findall(r"<!-- numbers: (\w+) -->", PAGE)) >= SECTIONS


@pytest.mark.parametrize("model", MODELS.split())
def test_every_model_is_named_and_exists(model: str) -> None:
    assert (ROOT / "behavior_models" / f"{model}.py").exists()
    assert f"{model}.py" in PAGE


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_there_and_small(name: str) -> None:
    picture = (FOLDER / name).read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(picture) < 250_000
