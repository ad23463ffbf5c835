"""Loops, compiled or not, write the same bytes as array code."""

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import pytest

from deskhand.behavior_models import sigma_lognormal
from deskhand.behavior_models.hand_traits import draw_hands
from deskhand.behavior_models.profile import load_profile
from deskhand.compiled import WORTH_ROWS, compiled, compiled_for
from deskhand.generators import recorder_rests
from deskhand.generators.pointer_reports import StrokeReports, law_reports
from deskhand.generators.recorder import draw_recorders
from deskhand.keyed_draws import keys

INSTALL = 'numba is not installed: python -m pip install -e ".[fast]"'
Loop = Callable[..., None]


def without(_rows: int, _loop: Loop) -> None:
    return None


def plain(_rows: int, loop: Loop) -> Loop:
    return loop


def by_compiler(_rows: int, loop: Loop) -> Loop | None:
    return compiled(loop)


def _made(movements: int) -> StrokeReports:
    profile, people = load_profile("mouse-web"), keys(3, "person", range(movements))
    rng = np.random.default_rng(4)
    x0, y0, x1, y1 = np.rint(rng.uniform(0, 1500, (4, movements)))
    width_px = rng.choice([0.0, 12.0, 150.0], movements)
    return law_reports(
        draw_hands(profile, people),
        draw_recorders(profile, people),
        *(x0, y0, x1 + 2000.0, y1),
        width_px,
        width_px,
        keys(3, "movement", range(movements)),
    )


@pytest.mark.parametrize(
    ("way", "movements"),
    [
        (plain, 60),
        pytest.param(
            by_compiler,
            3000,
            marks=pytest.mark.skipif(find_spec("numba") is None, reason=INSTALL),
        ),
    ],
)
def test_loops_write_what_array_code_writes(
    monkeypatch: pytest.MonkeyPatch, way: Callable[[int, Loop], Loop | None], movements: int
) -> None:
    made = {}
    for name, chosen in (("arrays", without), ("loops", way)):
        for module in (sigma_lognormal, recorder_rests):
            monkeypatch.setattr(module, "compiled_for", chosen)
        made[name] = [column.tobytes() for column in _made(movements)]
    assert made["arrays"] == made["loops"]


def test_a_compiler_is_loaded_when_it_pays() -> None:
    def loop() -> None:
        pass

    asked = [compiled_for(WORTH_ROWS // 3, loop) is None for _ in range(3)]
    assert asked == [True] * 3
    assert (compiled_for(3, loop) is None) == (find_spec("numba") is None)
