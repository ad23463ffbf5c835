"""Captures of people and hand-made files say no; files of which a part is marked say so."""

import json
import os
from pathlib import Path

import pytest

from deskhand.cli import main
from deskhand.errors import DeskhandError
from deskhand.marks.judging import is_synthetic, judge, judge_file
from deskhand.marks.verdict import Verdict

MARK = {"synthetic": True, "provenance_id": "syn_prov_0123456789abcdef"}
PLAIN = {"type": 3, "data": {"source": 1, "text": '{"synthetic": true}'}, "timestamp": 1}
UNMARKED = {
    "rrweb.json": json.dumps([PLAIN, PLAIN]),
    "lines.jsonl": json.dumps(PLAIN) + "\n" + json.dumps(PLAIN) + "\n",
    "one.json": json.dumps(PLAIN, indent=2),
    "table.csv": "x,y,note\n1,2,synthetic\n3,4,is syn_prov_0123456789abcdef synthetic?\n",
    "typed.txt": "A page on synthetic data; synthetic: true, and # deskhand too.\n",
    "log.xes": '<log><trace><string key="synthetic" value="true"/></trace></log>',
    "page.html": "<html><meta name='keywords' content='synthetic'></html>",
    "device.evemu": '# EVEMU 1.3\n# Input device name: "synthetic"\nE: 0.1 0002 0000 1\n',
    "device.yml": "version: 1\nsynthetic: no\n",
    "cut.json": '[{"type": 3, "data": {"text": "{\\"synthetic\\": true',
    "odd.bin": "\0\1\2 synthetic deskhand",
    "false.jsonl": json.dumps({"synthetic": False, "session_id": "cap_session_1"}) + "\n",
}


@pytest.mark.parametrize("name", UNMARKED)
def test_what_is_not_marked(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(UNMARKED[name])
    assert judge_file(path).verdict in (Verdict.NONE, Verdict.NOT)
    assert main(["verify-synthetic", str(path)]) == 1


PARTLY = {
    "some.jsonl": json.dumps(MARK) + "\n" + json.dumps(PLAIN) + "\n" + json.dumps(PLAIN) + "\n",
    "some.json": json.dumps([MARK, PLAIN]),
    "some.csv": "x,synthetic\n1,true\n2,\n3,false\n",
    "column.json": json.dumps({"synthetic": {"0": True, "1": None}}),
    "within.json": json.dumps({"events": [{"synthetic": True}, {"synthetic": False}]}),
}


@pytest.mark.parametrize("name", PARTLY)
def test_what_is_marked_in_part(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_text(PARTLY[name])
    assert main(["verify-synthetic", str(path)]) == 1
    assert f"{path}: partly synthetic (" in capsys.readouterr().out


def test_how_many_rows_is_told(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text(PARTLY["some.jsonl"])
    assert judge_file(path).marks == ("lines: 1 of 3 synthetic",)


def test_a_folder_with_one_file_that_is_not(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(MARK))
    assert is_synthetic(tmp_path)
    (tmp_path / "b.json").write_text(json.dumps(PLAIN))
    assert not is_synthetic(tmp_path)
    assert [one.verdict for one in judge(tmp_path)] == [Verdict.SYNTHETIC, Verdict.NONE]


def test_nothing_is_not_synthetic(tmp_path: Path) -> None:
    assert not is_synthetic(tmp_path)
    (tmp_path / "empty.jsonl").touch()
    assert judge_file(tmp_path / "empty.jsonl").verdict == Verdict.EMPTY
    assert main(["verify-synthetic", str(tmp_path)]) == 1


@pytest.mark.parametrize("words", [[], ["nowhere"], ["--key", "nowhere.pem", "."]])
def test_bad_arguments(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify-synthetic", *words]) == 2
    assert "Traceback" not in capsys.readouterr().err
    with pytest.raises(DeskhandError, match="not found"):
        is_synthetic("nowhere")


# Only where somebody has them; they are not part of the project.
if "DESKHAND_DATA" in os.environ:

    def test_captures_of_people() -> None:
        files = sorted((Path(os.environ["DESKHAND_DATA"]) / "captures").rglob("*.*"))
        found = {one.path: one.verdict for file in files if file.is_file() for one in judge(file)}
        assert found
        assert set(found.values()) <= {Verdict.NONE, Verdict.NOT}
