"""Profiles: what is taken for a name or a file, and which contents are refused."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.behavior_models.hand_traits import draw_hand
from deskhand.behavior_models.profile import (
    load_profile,
    parse_profile,
    profile_names,
    profile_reference,
)
from deskhand.errors import DeskhandError, UnknownNameError

SOURCE = {"source": "assumed"}
SPREAD = {"median": 0.1, "between_sd": 0.2, "within_sd": 0.3}


def _document(sections: Any = None, **changed: Any) -> dict[str, Any]:
    document = {
        "format": "deskhand.profile/1",
        "name": "mine",
        "mode": "published",
        "remark": "",
        "sections": {} if sections is None else sections,
    }
    return document | changed


def _with(section: str, parameter: str, value: Any) -> dict[str, Any]:
    return _document({section: {parameter: {"value": value, **SOURCE}}})


def _kind(**changed: Any) -> dict[str, Any]:
    kinds = deepcopy(load_profile("office")["pointing_device", "kinds"])
    kinds[0] |= changed
    return _with("pointing_device", "kinds", kinds)


NAN, INF = float("nan"), float("inf")
BAD = [
    (_document(name=7), "mine.json: name is 7; it must be a text"),
    (_document(remark=None), "mine.json: remark is None; it must be a text"),
    (_document(mode="mine"), "profile mode 'mine' is not known"),
    (_document([]), "sections is of type list; it must be an object"),
    (_document() | {"sections": None}, "sections is of type NoneType"),
    (_document(3.0), "sections is of type float"),
    (_document({"pointer": []}), "section pointer is of type list"),
    (_document({"pointer": None}), "section pointer is of type NoneType"),
    (_document({"pointer": 0.1}), "section pointer is of type float"),
    (_document({"pointer": {"slope": [0.1]}}), "pointer.slope needs a value and a source"),
    (_document({"pointer": {"slope": {"value": 0.1}}}), "needs a value and a source"),
    (_document({"pointer": {"slope": {"value": 1, "source": 2}}}), "needs a value and a source"),
    (_document({"pointer": {"slope": SOURCE}}), "needs a value and a source"),
    (_with("own", "share", NAN), "own.share is nan; give a finite number"),
    (_with("own", "share", 10**400), "own.share is 1000.*; give a finite number"),
    (_with("own", "share", 10**5000), "own.share is a number of very many digits"),
    (_with("own", "shares", {"a": [0.1, -INF]}), r"own.shares.a\[1\] is -inf"),
    (_with("hover", "share", "much"), "hover.share is 'much'; it must be a number such as"),
    (_with("hover", "share", True), "hover.share is True; it must be a number"),
    (_with("hover", "share", None), "hover.share is None; it must be a number"),
    (_with("hover", "share", [0.1]), r"hover.share is \[0.1\]; it must be a number"),
    (_with("hover", "place", 0.1), "hover.place is 0.1; it must be a list such as"),
    (_with("hover", "place", [0.1] * 4), "hover.place has 4 entries; it must have 5"),
    (_with("hover", "place", [0.1, 0.2, "x", 0.4, 0.5]), r"hover.place\[2\] is 'x'"),
    (_with("report_traits", "cholesky", [[1.0]] * 5), "cholesky has 5 entries; it must have 6"),
    (_with("report_traits", "cholesky", [[1.0]] * 6), r"cholesky\[0\] has 1 entries; .* have 6"),
    (_with("report_traits", "classes", []), "report_traits.classes is empty"),
    (_with("press", "hold_s", 0.1), "press.hold_s is 0.1; it must be an object such as"),
    (_with("press", "hold_s", {"median": 0.1}), "press.hold_s has no between_sd"),
    (_with("press", "hold_s", SPREAD | {"median": "x"}), "press.hold_s.median is 'x'"),
    (_with("press", "hold_s", SPREAD | {"within_sd": "x"}), "press.hold_s.within_sd is 'x'"),
    (_with("press", "hold_s", SPREAD | {"shape": [0.1]}), "hold_s.shape has 1 entries; .* have 11"),
    (_with("press", "hold_s", SPREAD | {"median": -1.0}), "press.hold_s: spread .* be positive"),
    (_with("press", "hold_s", SPREAD | {"mode": 1.0}), "press.hold_s: spread .* give median"),
    (_with("recorder", "classes", [{"kind": "browser"}]), r"recorder.classes\[0\] has no clock"),
    (_kind(report_hz=[]), r"pointing_device.kinds\[0\].report_hz is empty"),
    (_kind(report_hz=[[125, "all"]]), r"kinds\[0\].report_hz\[0\]\[1\] is 'all'"),
    (_kind(curve=[["flat"]]), r"kinds\[0\].curve\[0\] has 1 entries; it must have 2"),
    (_kind(kind=3), r"kinds\[0\].kind is 3; it must be a text such as 'mouse'"),
]


@pytest.mark.parametrize(("document", "said"), BAD)
def test_a_bad_profile_is_refused(document: dict[str, Any], said: str) -> None:
    with pytest.raises(DeskhandError, match=said):
        parse_profile(document, "mine.json")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff{}", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"null", "JSON of type NoneType; a profile is an object"),
        (json.dumps(_with("hover", "share", INF)).encode(), "hover.share is inf"),
        (json.dumps(_with("hover", "share", 0)).replace("0,", "1e999,").encode(), "share is inf"),
    ],
)
def test_a_bad_file_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "mine"
    path.write_bytes(content)
    with pytest.raises(DeskhandError, match=f"mine: .*{said}"):
        load_profile(path)


@pytest.mark.parametrize("name", profile_names())
def test_shipped_profiles_have_their_own_form(name: str) -> None:
    shipped = load_profile(name)
    document = _document(json.loads(json.dumps(shipped.sections)), mode=shipped.mode)
    assert parse_profile(document, name).sections == shipped.sections


PARAMETERS = [
    (section, parameter)
    for section, entries in load_profile("literature").sections.items()
    if section in ("pointer", "strokes", "press", "drag", "hover", "idle", "homing", "fatigue")
    for parameter in entries
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9.0, 9.0) | st.text(max_size=3),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=3), part),
    max_leaves=5,
)


@given(where=st.sampled_from(PARAMETERS), value=VALUES)
def test_what_is_no_number_is_refused_or_a_hand_can_be_drawn(
    where: tuple[str, str], value: Any
) -> None:
    sections = deepcopy(dict(load_profile("literature").sections))
    sections[where[0]][where[1]]["value"] = value  # type: ignore[index]
    try:
        profile = parse_profile(_document(sections), "mine.json")
    except DeskhandError as error:
        said = str(error)
    else:
        said = ""
        assert not isinstance(value, str | bool | None)
        draw_hand(profile, np.random.default_rng(1))
    assert not said or said.startswith(f"mine.json: {where[0]}.{where[1]}")


def test_a_path_is_a_file_and_a_text_a_name_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = json.dumps(_document({"hover": {"share": {"value": 0.5, **SOURCE}}}))
    for name in ("office", "mine", "mine.json"):
        Path(name).write_text(text)
    files: list[str | Path] = [Path("office"), "./office", Path("mine"), "mine", "mine.json"]
    for file in files:
        assert load_profile(file).name == "mine"
        # As another process loads it.
        assert load_profile(profile_reference(file)).name == "mine"
    assert load_profile("office").name == "office"


@pytest.mark.parametrize("name", [Path("nowhere"), Path("no/such"), "no/such", "nowhere.json"])
def test_a_file_that_is_not_there_is_refused(name: str | Path) -> None:
    with pytest.raises(DeskhandError, match=r"profile file .* does not exist"):
        load_profile(name)


@pytest.mark.parametrize("name", ["offic", "", "nul\0"])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(UnknownNameError, match=r"profile .* is not known"):
        load_profile(name)
