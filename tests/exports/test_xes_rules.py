"""XES logs of others: what is wrong with them is found, and attacks on readers of XML are refused."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deskhand
from deskhand.exports import xes, xes_rules
from deskhand.exports.captured import captured_session

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
LOG = '<log xes.version="1.0" xmlns="http://www.xes-standard.org/">'
NAME = '<string key="concept:name" value="click Save"/>'
AT = '<date key="time:timestamp" value="2026-03-02T09:00:00+01:00"/>'


def log_of(*events: str, log: str = "", trace: str = "") -> str:
    told = "".join(f"<event>{NAME}{event}</event>" for event in events)
    return f"{HEAD}{LOG}{log}<trace>{trace}{told}</trace></log>"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("made") / "log.xes"
    deskhand.simulate("auth.login", seed=7).write(path, format="xes")
    return path.read_bytes()


def rules_of(path: Path, content: bytes | str) -> set[str]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    before = path.read_bytes()
    found = list(xes.findings(path))
    assert path.read_bytes() == before
    assert all(f.remedy and f.given and f.path == path for f in found)
    return {f.rule for f in found}


# ------------------------------------------------------------------ XES

XES = [
    (log_of(AT), set()),
    # What other tools write: no name space, nested attributes, lists.
    (log_of(AT).replace(' xmlns="http://www.xes-standard.org/"', ""), set()),
    (log_of(AT + '<string key="a" value="b"><int key="c" value="5"/></string>'), set()),
    (log_of(AT + '<list key="a"><values><int key="c" value="5"/></values></list>'), set()),
    ("", {"readable"}),
    ("hello", {"readable"}),
    (log_of(AT)[:-20], {"readable"}),
    (log_of(AT).replace("09:00", "09:\0"), {"readable"}),
    (log_of(AT).encode("utf-8").replace(b"+01:00", b"\xff"), {"readable"}),
    (log_of(AT).replace("UTF-8", "utf-7"), {"readable"}),
    (log_of(AT).replace("UTF-8", "no-such"), {"readable"}),
    ("<html><log/></html>", {"readable"}),
    (log_of(AT) + log_of(AT), {"readable"}),
    (log_of(AT).replace('version="1.0" xmlns', 'version="7.5" xmlns'), {"version"}),
    (log_of(AT).replace('xes.version="1.0" ', ""), {"version"}),
    (log_of(AT, log="<event/>"), {"structure", "activity", "time"}),
    (log_of(AT, trace="<thing/>"), {"structure"}),
    (log_of(AT, log='<global scope="world"/>'), {"structure"}),
    (log_of(AT, log='<classifier name="A"/>'), {"structure"}),
    (log_of(AT + '<string key="a"/>'), {"structure"}),
    (log_of(AT + '<string value="a"/>'), {"structure"}),
    (log_of(AT + '<int key="a" value="1.5"/>'), {"attribute"}),
    (log_of(AT + '<float key="a" value="much"/>'), {"attribute"}),
    (log_of(AT + '<boolean key="a" value="yes"/>'), {"attribute"}),
    (log_of(AT + '<date key="a" value="2026-13-02T09:00:00Z"/>'), {"attribute"}),
    (log_of(AT + '<int key="a" value="1"/><int key="a" value="2"/>'), {"key"}),
    (log_of(AT).replace(NAME, ""), {"activity"}),
    (f"{HEAD}{LOG}</log>", {"trace"}),
    (log_of(AT).replace('"1.0" xmlns', '"1849.2016" xmlns'), set()),
    (log_of(AT).replace("UTF-8", "UTF-16").encode("utf-16"), set()),
    (log_of(AT, log='<global scope="event"><int key="n" value="0"/></global>'), {"global"}),
    (log_of(AT, log='<global scope="trace"><int key="n" value="0"/></global>'), {"global"}),
    (
        log_of(AT + '<int key="n" value="0"/>', log='<global scope="event"><float key="n" value="0"/></global>'),
        {"global"},
    ),
    (log_of(AT, log='<classifier name="A" keys="act"/>'), {"classifier"}),
    (log_of('<string key="a" value="a"/>'), {"time"}),
    (log_of('<date key="time:timestamp" value="yesterday"/>'), {"attribute", "time"}),
    (log_of(AT.replace("+01:00", "")), {"time"}),
    (log_of(AT, AT.replace("+01:00", "+02:00")), {"order"}),
    (
        log_of(AT + '<string key="lifecycle:transition" value="done"/>'),
        {"lifecycle"},
    ),
    (
        log_of(AT, trace='<string key="concept:name" value="1"/>').replace(
            "</trace>", '</trace><trace><string key="concept:name" value="1"/></trace>'
        ),
        {"trace"},
    ),
    (log_of(AT, trace='<string key="concept:name" value="syn_1"/>'), {"synthetic"}),
]  # fmt: skip


@pytest.mark.parametrize(("content", "rules"), XES)
def test_xes(content: bytes | str, rules: set[str], tmp_path: Path) -> None:
    assert rules_of(tmp_path / "log.xes", content) == rules


BOMB = "".join(f'<!ENTITY e{k} "{f"&e{k - 1};" * 10 if k else "ha" * 10}">' for k in range(12))
ATTACKS = [
    f"{HEAD}<!DOCTYPE log [{BOMB}]>" + log_of(AT + '<string key="a" value="&e11;"/>')[len(HEAD) :],
    f'{HEAD}<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]>{LOG}&x;</log>',
    f'{HEAD}<!DOCTYPE log [<!ENTITY % x SYSTEM "other.dtd"> %x;]>{LOG}</log>',
    f'{HEAD}<!DOCTYPE log SYSTEM "https://elsewhere.example/log.dtd">{LOG}</log>',
    f"{HEAD}{LOG}" + '<string key="a" value="b">' * 100_000,
    f"{HEAD}{LOG}<trace><event>" + "".join(f'<int key="k{k}" value="1"/>' for k in range(20_000)),
]


@pytest.mark.parametrize("content", ATTACKS, ids=range(len(ATTACKS)))
def test_attacks_on_readers_of_xml_are_refused(content: str, tmp_path: Path) -> None:
    assert rules_of(tmp_path / "log.xes", content) == {"readable"}


def test_a_tag_without_end_is_not_kept_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xes_rules, "MOST_TAG_BYTES", 1 << 18)
    content = f'{HEAD}{LOG}<string key="a" value="{"x" * (1 << 20)}"/></log>'
    path = tmp_path / "log.xes"
    assert rules_of(path, content) == {"readable"}
    (found,) = xes.findings(path)
    assert "a tag of more than" in found.given


def test_each_kind_is_told_once_with_its_first_event(tmp_path: Path) -> None:
    bad = '<int key="count" value="many"/>'
    path = tmp_path / "log.xes"
    path.write_text(log_of(AT, *[AT + bad] * 7))
    (found,) = xes.findings(path)
    assert (found.rule, found.row, found.count, found.column) == ("attribute", 1, 7, "count")
    kinds = "".join(f'<int key="k{k}" value="x"/>' for k in range(500))
    path.write_text(log_of(AT + kinds))
    found_all = list(xes.findings(path))
    assert len(found_all) <= xes_rules.MOST_KINDS + 1
    assert sum(f.count for f in found_all) == 500


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damage_never_raises(
    data: st.DataObject, made: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = bytearray(made)
    place = data.draw(st.integers(0, len(content) - 1))
    content[place : place + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=6))
    path = tmp_path_factory.mktemp("damage") / "log"
    path.write_bytes(content)
    assert all(str(found) for found in xes.findings(path))
    assert xes.recognises(path) in (True, False)


TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


@settings(max_examples=60, deadline=None)
@given(target=TEXT, app=TEXT, url=TEXT)
def test_any_text_is_well_formed_and_comes_back(
    target: str, app: str, url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    where = {"app": [app], "window": ["w"], "target": [target], "url": [url]}
    session = captured_session(
        {"type": ["navigation"], "t_us": [5], **where},
        session_id="cap_1",
        start_wall_us=10**15,
        source="test",
    )
    path = tmp_path_factory.mktemp("text") / "log"
    session.write(path, format="xes")
    assert not list(xes.findings(path))
    (event,) = ET.parse(path).getroot().iter(f"{{{xes.NAMESPACE}}}event")
    told = {child.attrib["key"]: child.attrib["value"] for child in event}
    assert told["ui:app"] == xes.NO_XML.sub("", app)
    assert told["ui:url"] == xes.NO_XML.sub("", url)
