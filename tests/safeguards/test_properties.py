"""For any safeguards over a session: nothing hidden is told, and what is told holds together."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import deskhand
from deskhand.formats import written as opened
from deskhand.safeguards import safeguarded
from deskhand.scenarios.apps.chat.tasks import write
from deskhand.scenarios.apps.crm.tasks import create_lead
from deskhand.scenarios.apps.tracker.tasks import answer_issue
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps, scenario
from deskhand.session import Session
from deskhand.validation.event_rules import event_breaches
from deskhand.validation.session_rules import session_breaches
from tests.safeguards.files import made

APPS = ("crm", "chat", "tracker")
EMAIL = "ada.byron@engine.example"
TEXTS = {"lead.name": "Ada of the Engine", "lead.email": EMAIL, "lead.notes": f"ask {EMAIL} soon"}
NAMES = (
    "app",
    "window",
    "url",
    "target",
    "reference",
    "value",
    "key",
    "screen",
    "name",
    "scenario",
)


@scenario("test.rounds", app="crm", opens="crm/lead-form")
def rounds(desk: Desk) -> Steps:
    """Go about in three applications."""
    yield from desk.notify("chat/channel", then="close")
    for target, text in TEXTS.items():
        yield from desk.type(text, into=target)
    yield from desk.notify("tracker/board", then="leave")
    yield from desk.screenshot()
    yield from desk.do(write)
    yield from desk.screenshot()
    yield from desk.do(answer_issue)
    yield from desk.switch_to("chat")
    yield from desk.away(4_000_000, "pause")
    yield from desk.switch_to("crm")
    yield from desk.notify("chat/channel", then="leave")
    yield from desk.type("more", into="lead.notes")
    yield from desk.do(create_lead)


@cache
def session(seed: int) -> Session:
    return deskhand.simulate(rounds, seed=seed)


def cells(session: Session) -> Iterator[str]:
    """Every text in every table."""
    for table in (session.events, session.actions, session.elements, session.screenshots):
        for name in table.column_names:
            if name in NAMES:
                yield from filter(None, table[name].unique().to_pylist())
    yield str(session.header["scenario"])


def consistent(session: Session) -> None:
    assert [str(b) for b in event_breaches(session.events)] == []
    assert [str(b) for b in session_breaches(session)] == []
    focused: dict[str, str] = {}
    for row in session.events.to_pylist():
        kind, window, target = row["type"], row["window"], row["target"]
        if kind == "navigation":
            focused.pop(window, None)
        elif kind == "focus":
            assert focused.get(window) in (None, target)
            focused[window] = target
        elif kind == "blur":
            assert focused.pop(window) == target
        elif kind == "redaction" and row["policy"] == "pause":
            hidden = ("app", "window", "target", "url", "reference", "value")
            assert [row[name] for name in hidden] == [None] * len(hidden)


spans = st.lists(st.integers(0, 400), max_size=6, unique=True).map(sorted)


@st.composite
def members(draw: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    exclude = draw(st.lists(st.sampled_from(APPS), max_size=2, unique=True))
    if draw(st.booleans()):
        found["exclude"] = [
            draw(st.sampled_from((app, f"{app}.deskhand.example", f"*{app}.deskhand.example/*")))
            for app in exclude
        ]
    elif draw(st.booleans()):
        found["allow"] = sorted(set(APPS) - set(exclude))
    times = draw(spans)
    found["pauses"] = [
        {"from_s": a, "to_s": b} for a, b in zip(times[::2], times[1::2], strict=False)
    ]
    if draw(st.booleans()):
        found["pauses"].append({"per_day": 50, "median_min": 0.3})
    parts = draw(st.lists(st.sampled_from([*TEXTS, "chat.message"]), max_size=3, unique=True))
    cut = draw(st.integers(0, len(parts)))
    found |= {"mask": parts[:cut], "block": parts[cut:]}
    if draw(st.booleans()):
        found["secrets"] = {"builtin": ["email"], "patterns": {"engine": "Engine"}}
    if draw(st.booleans()):
        found["private_windows"] = {"share": 0.5, "apps": ["chat"]}
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(members(), st.integers(0, 2))
def test_nothing_hidden_is_told(given: dict[str, Any], seed: int) -> None:
    before = session(seed)
    with TemporaryDirectory() as folder:
        safeguards = made(Path(folder), **given)
    after = safeguarded(before, safeguards)
    consistent(after)
    hidden = {re.sub(r"\W|deskhand.*", "", place) for place in given.get("exclude", ())}
    if "allow" in given:
        hidden |= set(APPS) - set(given["allow"])
    said = list(cells(after))
    for app in hidden:
        wrong = re.compile(rf"^{app}$|^{app}[/.]|\b{app}\.deskhand\.example")
        assert [text for text in said if wrong.search(text)] == []
    # Keys are told one by one: what is typed may not come together from them either.
    keys = "".join(key for key in after.events["key"].to_pylist() if key and len(key) == 1)
    values = "".join(value for value in after.events["value"].to_pylist() if value)
    for target in (*given["mask"], *given["block"]):
        if target in TEXTS:
            assert TEXTS[target] not in "\n".join((keys, values, *said))
    for target in given["block"]:
        kinds = after.events.filter(pc.equal(after.events["target"].cast("string"), target))["type"]
        assert set(kinds.to_pylist()) <= {"redaction"}
    if "secrets" in given:
        assert EMAIL not in "\n".join((keys, values, *said))


def test_the_apps_would_be_told_without() -> None:
    said = list(cells(session(0)))
    assert all(app in said for app in APPS)
    assert EMAIL in "".join(value for value in session(0).events["value"].to_pylist() if value)


def test_without_safeguards_it_is_the_same_object(tmp_path: Path) -> None:
    plain = session(0)
    assert safeguarded(plain, None) is plain
    nothing: list[dict[str, Any]] = [
        {},
        {"exclude": ["auth"]},
        {"mask": ["auth.user"]},
        {"pauses": []},
    ]
    for members in nothing:
        assert safeguarded(plain, made(tmp_path, **members)) is plain
    after = [{"from_s": 900_000, "to_s": 900_001}]
    assert safeguarded(plain, made(tmp_path, pauses=after)) is plain


FORMATS = ("rrweb", "clarity", "otlp", "openadapt", "agentnet", "xes", "activitywatch", "snowplow")


@pytest.mark.parametrize("name", FORMATS)
def test_formats_take_sessions_with_gaps(name: str, tmp_path: Path) -> None:
    duration_s = session(0).header["duration_us"] / 1e6
    pauses = [
        {"from_s": k * duration_s / 10, "to_s": (k + 0.6) * duration_s / 10} for k in range(9)
    ]
    gaps = made(tmp_path, pauses=pauses, exclude=["chat"], block=["lead.email"])
    after = safeguarded(session(0), gaps)
    assert after.events["policy"].to_pylist().count("pause") >= 5
    with opened(tmp_path / "out", name) as writer:
        writer.write(after)
    report = deskhand.validate(tmp_path / "out")
    assert [str(finding) for finding in report.findings] == []
    for path in (tmp_path / "out").rglob("*"):
        if path.is_file():
            assert b"chat.deskhand.example" not in path.read_bytes()


def test_a_gap_tells_its_reason(tmp_path: Path) -> None:
    plain = session(0)
    for members, reason in (
        ({"exclude": ["chat"]}, "excluded-app"),
        ({"allow": ["crm", "tracker"]}, "not-allowed"),
        ({"private_windows": {"share": 1, "apps": ["chat"]}}, "private-window"),
        ({"pauses": [{"from_s": 20, "to_s": 30}]}, "paused"),
    ):
        after = safeguarded(plain, made(tmp_path, **members))
        rows = [r for r in after.events.to_pylist() if r["policy"] == "pause"]
        assert {row["reason"] for row in rows} == {reason}
        if reason != "paused":
            assert len(rows) == 2


def test_a_page_that_changed_unseen_is_told_as_it_stands(tmp_path: Path) -> None:
    plain = session(0)
    marks = [r for r in plain.events.to_pylist() if r["type"] == "mark" and r["value"]]
    at_s = marks[0]["t_us"] / 1e6
    after = safeguarded(plain, made(tmp_path, pauses=[{"from_s": at_s - 1, "to_s": at_s + 0.5}]))
    told = [r for r in after.events.to_pylist() if r["reference"] == marks[0]["reference"]]
    stars = json.loads(told[0]["value"])
    assert told[0]["t_us"] == round((at_s + 0.5) * 1e6)
    for slot, text in json.loads(marks[0]["value"]).items():
        assert stars[slot] == "*" * len(text)
