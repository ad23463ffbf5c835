"""What is wrong with tables of research data is found."""

from pathlib import Path

import pytest

from deskhand.errors import DeskhandError
from deskhand.exports import research_csv
from deskhand.exports.losses import Dropped
from tests.exports.research_tables import read_back

GOOD = {
    "balabit": "record timestamp,client timestamp,button,state,x,y\n0.0,0.0,NoButton,Move,5,6\n0.2,0.187,Left,Pressed,5,6\n",
    "sapimouse": "client timestamp,button,state,x,y\n0,NoButton,Move,5,6\n20,Left,Pressed,5,6\n",
    "cmu": "subject,sessionIndex,rep,H.a,DD.a.b,UD.a.b,H.b\ns002,1,1,0.1,0.2,0.1,0.08\n",
    "aalto": "\t".join(research_csv.sentences.COLUMNS) + "\n3\t4\tab\tab\t1\t1000\t1090\ta\t65\n",
}


@pytest.mark.parametrize(
    ("shape", "old", "new", "rule"),
    [
        ("balabit", "0.187", "x", "readable"),
        ("balabit", "0.187", "", "time"),
        ("balabit", "0.187", "nan", "time"),
        ("balabit", "0.187", "-2", "order"),
        ("balabit", "Pressed", "Pushed", "state"),
        ("balabit", ",5,6\n0.2", ",5\n0.2", "columns"),
        ("balabit", ",y", ",z", "readable"),
        ("sapimouse", "20,", "20,Left,", "columns"),
        ("sapimouse", "0,NoButton,Move,5,6\n20,Left,Pressed,5,6\n", "", "empty"),
        ("cmu", "0.08", "-1", "hold"),
        ("cmu", "0.1,0.2", ",0.2", "hold"),
        ("cmu", "UD.a.b", "UD.a.c", None),
        ("aalto", "1090", "900", "release"),
        ("aalto", "1000", "", "time"),
        ("aalto", "1000", "soon", "readable"),
        ("aalto", "KEYCODE", "CODE", "readable"),
        ("aalto", "\ta\t65", "", "columns"),
    ],
)  # fmt: skip
def test_bad_input_is_found(
    shape: str, old: str, new: str, rule: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(GOOD[shape])
    assert research_csv.recognises(path)
    assert not list(research_csv.findings(path))
    assert old in GOOD[shape]
    path.write_text(GOOD[shape].replace(old, new, 1))
    found = [finding.rule for finding in research_csv.findings(path)]
    assert rule is None or rule in found
    before = path.read_bytes()
    refused = ""
    try:
        assert all(len(one.events) for one in research_csv.read(path, Dropped()))
    except DeskhandError as error:
        refused = str(error)
    assert bool(refused) == (rule in ("readable", None))
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"\xff\0", b"a,b\n1,2\n", b"{", b"client timestamp"])
def test_what_is_no_such_table(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    assert not research_csv.recognises(path)
    assert [f.rule for f in research_csv.findings(path)] == ["readable"]


@pytest.mark.parametrize("beside", ["{", "[]", '{"synthetic": true}', '{"session_id": "../x"}'])
def test_a_broken_sidecar_is_none(beside: str, tmp_path: Path) -> None:
    path = tmp_path / "syn_1.csv"
    path.write_text(GOOD["sapimouse"])
    path.with_name("syn_1.csv.synthetic.json").write_text(beside)
    assert read_back(path)[0].header["synthetic"] is False
    assert [f.rule for f in research_csv.findings(path)] == ["synthetic"]
