"""The fit of typing errors finds again what keys were made with."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from deskhand.behavior_models.error_habits import draw_error_habits
from deskhand.behavior_models.keyboard_layout import BACKSPACE, load_layout
from deskhand.behavior_models.text_boundaries import token_kinds
from deskhand.behavior_models.text_entry import entered_texts
from deskhand.behavior_models.typing_error_parameters import published_typing_errors
from deskhand.calibration.key_errors import NO_CHARACTER, kind_shares, observed
from deskhand.calibration.typing_error_fit import (
    RecordedKeys,
    fit_error_rates,
    fit_revisions,
    fit_slip_kinds,
    fit_uncorrected,
    merged,
)
from deskhand.keyed_draws import keys
from tests.calibration.test_key_errors import PROSE

US = load_layout("qwerty-us")
PEOPLE = 300


def section(**values: Any) -> dict[str, dict[str, Any]]:
    changed = {name: {"value": value, "source": "test"} for name, value in values.items()}
    return published_typing_errors() | changed


@cache
def recorded(mode: str) -> tuple[RecordedKeys, np.ndarray[Any, np.dtype[np.bool_]]]:
    made_with = section(
        slip_rate={mode: 0.06},
        slip_rate_log_sd={mode: 0.3},
        burst_length={mode: [0.4, 0.3, 0.2, 0.1]},
        rewording_rate=0.004,
        rewording_length=[12, 20, 28],
        revision_rate=0.003,
        revision_rate_log_sd=0.5,
    )
    text = PROSE * 4
    names = keys(31, "test.fit", range(PEOPLE))
    entry = entered_texts(
        made_with,
        np.frombuffer(text * PEOPLE, np.uint8),
        np.arange(PEOPLE, dtype=np.intp) * len(text),
        names,
        draw_error_habits(made_with, names, mode),
        US,
        mode,
    )
    plain = entry.held == 0
    token = entry.token[plain]
    navigates = np.isin(token, [US.token("ArrowLeft"), US.token("End")])
    token[~token_kinds(US).character[token] & (token != BACKSPACE)] = NO_CHARACTER
    first = (np.cumsum(plain) - plain)[entry.first]
    return (
        RecordedKeys(token=token, first=first, person=np.arange(PEOPLE), source="a test"),
        navigates,
    )


def test_rates_and_lengths_are_found_again() -> None:
    # 300 people, 24,000 slips: standard errors 2 % of the rate, .013 of the SD, .003 of shares;
    # bursts cut short by Control+Backspace and the ends of texts are within the tolerance.
    found = fit_error_rates(recorded("transcription")[0], "transcription", US)
    value = {name: entry["value"]["transcription"] for name, entry in found.items()}
    assert value["slip_rate"] == pytest.approx(0.06, rel=0.08)
    assert value["slip_rate_log_sd"] == pytest.approx(0.3, abs=0.05)
    np.testing.assert_allclose(value["burst_length"][:4], [0.4, 0.3, 0.2, 0.1], atol=0.02)
    assert "300 people" in found["slip_rate"]["source"]


def test_revisions_are_found_again() -> None:
    # About 1,600 rewordings and 900 runs of navigation keys; words at the end of a sentence and
    # edits that meet are left out, so the rate of the latter is lower by a fifth or so.
    found = {k: e["value"] for k, e in fit_revisions(*recorded("composition"), US).items()}
    assert found["rewording_rate"] == pytest.approx(0.004, rel=0.15)
    assert np.mean(found["rewording_length"]) == pytest.approx(20, rel=0.05)
    assert found["revision_rate"] == pytest.approx(0.003, rel=0.35)
    assert found["revision_rate_log_sd"] == pytest.approx(0.5, abs=0.15)


def test_fitted_kinds_show_an_observer_the_shares_of_the_record() -> None:
    record = recorded("transcription")[0]
    fitted = section() | fit_slip_kinds(record, "transcription", US)
    seen = kind_shares(observed(record.token, record.first, US))
    names = keys(5, "test.fit", range(PEOPLE))
    text = PROSE * 4
    entry = entered_texts(
        fitted,
        np.frombuffer(text * PEOPLE, np.uint8),
        np.arange(PEOPLE, dtype=np.intp) * len(text),
        names,
        draw_error_habits(fitted, names, "transcription"),
        US,
        "transcription",
    )
    again = kind_shares(observed(entry.token, entry.first, US))
    # 8,000 corrections: three standard errors of a share of .3 are .015, of .03 .006.
    np.testing.assert_allclose(list(again.values()), list(seen.values()), atol=0.025)


def test_uncorrected_errors_are_counted() -> None:
    asked = ["the end of it", "nothing wrong", "and so on and on"]
    typed = ["teh end of it", "nothing wrong", "and o on amd on"]
    found = fit_uncorrected(asked, typed, "transcription", "a test")
    assert found["uncorrected_rate"]["value"]["transcription"] == pytest.approx(3 / 42, abs=1e-4)
    assert sum(found["uncorrected_kinds"]["value"]) == pytest.approx(1, abs=0.001)


def test_entries_of_two_laws_stand_side_by_side() -> None:
    one = {"slip_rate": {"value": {"transcription": 0.1}, "source": "a"}}
    two = {"slip_rate": {"value": {"composition": 0.2}, "source": "b"}}
    both = merged(one, two)["slip_rate"]
    assert both["value"] == {"transcription": 0.1, "composition": 0.2}
    assert both["source"] == "a; composition: b"
