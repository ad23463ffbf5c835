"""A session of which nothing is seen: every format writes it, and a run that holds one goes on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import deskhand
from deskhand import registry
from deskhand.cli import main
from deskhand.conversion import convert
from deskhand.exports.blank_page import ADDRESS, is_unseen, with_page
from deskhand.formats import EXPORTS, can_read, parts_of, recognised, split_format, written
from deskhand.session import Session
from deskhand.validation import validate_path
from tests.run.unpacking import unpacked
from tests.safeguards.files import written as safeguards

MAPPING = Path(__file__).parents[2] / "examples" / "own_schema" / "larkspur.json"
FORMATS: list[Any] = [
    *(name for name in registry.names(EXPORTS) if name != "mapping"),
    *("agentnet:bare", "computer_use:openai", "evemu:keys", "libinput:keys", "otlp:protobuf"),
    *("research:sapimouse", "research:cmu", "research:aalto"),
    pytest.param(f"mapping:{MAPPING}", id="mapping"),
]
SHOW_PAGES = ("clarity", "posthog", "rrweb", "sentry", "snowplow")
HALF_SEEN = {
    "format": "deskhand.scenario/1",
    "name": "crm.half_seen",
    "app": "crm",
    "opens": "crm/leads",
    "steps": [
        {"do": "read", "words": 3},
        {
            "do": "branch",
            "ways": [
                {
                    "probability": 0.5,
                    "remark": "assumed",
                    "steps": [{"do": "navigate", "screen": "chat/channel"}],
                },
                {"probability": 0.5, "remark": "assumed", "steps": [{"do": "read", "words": 2}]},
            ],
        },
        {"do": "read", "words": 3},
    ],
}


@pytest.fixture(scope="module", params=["excluded", "not allowed", "paused"])
def unseen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Session:
    what: dict[str, dict[str, Any]] = {
        "excluded": {"exclude": ["auth"]},
        "not allowed": {"allow": ["crm"]},
        "paused": {"pauses": [{"from_s": 0, "to_s": 100_000}]},
    }
    path = safeguards(tmp_path_factory.mktemp("unseen"), **what[request.param])
    return deskhand.simulate("auth.login", seed=7, safeguards=path)


@pytest.mark.parametrize("text", FORMATS)
def test_every_format_writes_it(unseen: Session, text: str, tmp_path: Path) -> None:
    assert is_unseen(unseen)
    if text == "otlp:protobuf":
        pytest.importorskip(
            "opentelemetry.proto",
            reason='needs opentelemetry-proto: python -m pip install -e ".[test,otlp]"',
        )
    out = tmp_path / "out"
    with written(out, text) as writer:
        writer.write(unseen)
    if not text.startswith("mapping"):
        report = validate_path(out)
        assert [str(finding) for finding in report.findings] == []
        assert all(split_format(text)[0] in recognised(part) for part in parts_of(out, text))
    files = [out] if out.is_file() else [path for path in out.rglob("*") if path.is_file()]
    texts = b"\n".join(text.lower() for path in files for text in unpacked(path))
    # A mapping of one's own says it in its own words.
    assert (b"generated" if text.startswith("mapping") else b"synthetic") in texts
    # Of a paused recorder the task's name is no secret.
    names = [
        b"deskhand.example",
        b"sign in",
        *([b"auth."] * (unseen.header["scenario"] == "hidden")),
    ]
    assert not any(hidden in texts for hidden in names)
    if can_read(split_format(text)[0]) and not text.startswith("mapping"):
        assert convert(out, tmp_path / "tables").sessions == 1
        assert deskhand.validate(tmp_path / "tables").ok


def test_a_blank_page_stands_for_it_as_long_as_it_lasts(unseen: Session) -> None:
    shown = with_page(unseen)
    rows = shown.events.to_pylist()
    assert [row["type"] for row in rows] == ["session.start", "navigation", "session.end"]
    assert [row["seq"] for row in rows] == [0, 1, 2]
    assert rows[1]["url"] == ADDRESS
    assert rows[2]["t_us"] == unseen.header["duration_us"]
    assert with_page(shown) is shown


def test_clarity_decodes_the_blank_page(
    unseen: Session, decoded: Callable[[Session], list[dict[str, Any]]]
) -> None:
    payloads = decoded(unseen)
    assert {payload["envelope"]["url"] for payload in payloads} == {ADDRESS}
    ((dom,),) = [payload["dom"] for payload in payloads if "dom" in payload]
    assert [node["tag"] for node in dom["data"]] == ["HTML", "HEAD", "BODY"]


def test_what_is_seen_in_part_stays_as_it_is(tmp_path: Path) -> None:
    path = safeguards(tmp_path, pauses=[{"from_s": 1, "to_s": 100_000}])
    session = deskhand.simulate("auth.login", seed=7, safeguards=path)
    assert with_page(session) is session


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one run with safeguards in all formats, and one without in tables."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "half.json").write_text(json.dumps(HALF_SEEN))
    path = safeguards(folder, exclude=["crm"])
    words = ["generate", str(folder / "half.json"), "--people", "4", "--team-size", "1"]
    words += ["--seed", "7"]
    formats = ",".join(name for name in registry.names(EXPORTS) if name != "mapping")
    more = ["--format", formats, "--safeguards", str(path)]
    assert main([*words, *more, "--out", str(folder / "guarded")]) == 0
    assert main([*words, "--out", str(folder / "plain")]) == 0
    return folder


def test_a_run_that_holds_one_among_others_is_whole(runs: Path) -> None:
    sessions = {s.session_id: is_unseen(s) for s in deskhand.read_sessions(runs / "guarded")}
    assert set(sessions.values()) == {True, False}
    report = deskhand.validate(runs / "guarded")
    assert [str(finding) for finding in report.findings] == []
    for name in SHOW_PAGES:
        files = {f.name.partition(".")[0]: f for f in (runs / "guarded").rglob(f"{name}/syn_*")}
        assert set(files) == set(sessions), name
        for session_id, file in files.items():
            paths = [file] if file.is_file() else sorted(file.iterdir())
            texts = b"".join(text for path in paths for text in unpacked(path))
            assert (ADDRESS.encode() in texts) is sessions[session_id], (name, session_id)


@pytest.mark.parametrize("name", SHOW_PAGES)
@pytest.mark.parametrize("source", ["guarded", "plain"])
def test_conversion_of_such_a_run_goes_on(
    runs: Path, source: str, name: str, tmp_path: Path
) -> None:
    # A session is the same whether it was guarded when it was made or when it is converted.
    guard = None if source == "guarded" else runs / "office.json"
    done = convert(runs / source, tmp_path / "out", write_as=name, safeguards=guard)
    assert done.sessions == 4
    assert len(list((tmp_path / "out" / name).iterdir())) == 4
    assert validate_path(tmp_path / "out").ok
