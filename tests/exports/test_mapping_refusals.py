"""Broken mappings are refused with their place, the rule and the remedy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deskhand.errors import DeskhandError
from deskhand.exports import mapping
from tests.exports.small_mapping import check_line, save, whole


def _set(*path: str | int, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(given: dict[str, Any]) -> None:
        inner: Any = given
        for key in path[:-1]:
            inner = inner[key]
        if to is None:
            del inner[path[-1]]
        else:
            inner[path[-1]] = to

    return change


KEY = ("records", 0, "record", "key")
POINT = ("records", 1, "record", "points")
# What is changed, the pointer, and what the message says.
MAPPINGS: list[tuple[Callable[[dict[str, Any]], None], str, str]] = [
    (_set("format", to="deskhand.mapping/9"), "/format", '"deskhand.mapping/9", not'),
    (_set("schema", to=None), "/", "'schema' is missing; add it"),
    (_set("nmae", to="x"), "/nmae", "did you mean 'name'?"),
    (_set("name", to="../x"), "/name", "letters, digits, dot, dash"),
    (_set("file", "form", to="jsonlines"), "/file/form", "did you mean 'jsonl'?"),
    (_set("file", "suffix", to="/x.json"), "/file/suffix", "such as .jsonl"),
    (_set("records", to=[]), "/records", "breaks the rule minItems"),
    (_set(*KEY, to={"$colum": "key"}), "/records/0/record/key/$colum", "mean '$column'?"),
    (_set(*KEY, to={"$column": "clientx"}), "/records/0/record/key/$column", "'client_x'?"),
    (_set(*KEY, to={"$session": "persna"}), "/records/0/record/key/$session", "'persona'?"),
    (_set(*KEY, to={"$column": "key", "scale": 2}), "/records/0/record/key", "only numbers"),
    (_set(*KEY, to={"$column": "detail", "scale": 0}), "/records/0/record/key/scale", "other"),
    (_set(*KEY, to={"$column": "key", "bit": 1}), "/records/0/record/key", "bits are in"),
    (
        _set(*KEY, to={"$column": "button", "enum": {"left": 1}}),
        "/records/0/record/key/enum/left",
        "'left' is no value of column button",
    ),
    (
        _set(*KEY, to={"$column": "client_x", "enum": {"1": 1}}),
        "/records/0/record/key",
        "use scale and round",
    ),
    (
        _set(*KEY, to={"$column": "button", "enum": {"0": "a"}, "scale": 2}),
        "/records/0/record/key",
        "enum and scale together",
    ),
    (
        _set(*KEY, to={"$column": "detail", "digits": 2}),
        "/records/0/record/key",
        "digits needs round",
    ),
    (
        _set(*KEY, to={"$column": "type", "enum": {"keyup": "up"}}),
        "/records/0/record/key/enum",
        "keydown not in the enum",
    ),
    (_set(*KEY, to={"$clock": "epoch"}), "/records/0/record/key", "'unit' is missing"),
    (
        _set(*KEY, to={"$clock": "session", "unit": "iso8601"}),
        "/records/0/record/key",
        "iso8601 is a date",
    ),
    (
        _set(*KEY, to={"$clock": "epoch", "unit": "ms", "round": "floor", "digits": 4}),
        "/records/0/record/key",
        "4 digits of ms",
    ),
    (
        _set(*KEY, to={"$clock": "batch", "unit": "ms"}),
        "/records/0/record/key",
        "a clock of a batch",
    ),
    (_set(*KEY, to={"$count": "events"}), "/records/0/record/key", "rule without batch"),
    (_set(*KEY, to={"$each": [{"record": {}}]}), "/records/0/record/key", "$each in a rule"),
    (_set("records", 0, "batch", to={}), "/records/0/batch", "a batch without"),
    (
        _set("records", 1, "record", "x", to={"$column": "client_x"}),
        "/records/1/record/x",
        'add "same": ["client_x"]',
    ),
    (
        _set("records", 1, "record", "more", to={"$each": [{"record": 1}]}),
        "/records/1/record/more",
        "a second $each",
    ),
    (
        _set(*POINT, "$each", 0, "record", "x", to={"$each": [{"record": 1}]}),
        "/records/1/record/points/$each/0/record/x",
        "batches do not nest",
    ),
    (_set("records", 1, "batch", "count", to=0), "/records/1/batch/count", "from 1"),
    (_set("records", 0, "when", "type", to=["keydwn"]), "/records/0/when/type/0", "'keydown'?"),
    (
        _set("records", 0, "when", "button", to=["left"]),
        "/records/0/when/button",
        "'left' is no value of column button",
    ),
    (
        _set("records", 0, "when", "keys", to=["a"]),
        "/records/0/when/keys",
        "did you mean 'key'?",
    ),
    (
        _set("records", 1, "when", to={"type": ["keydown"]}),
        "/records/1/record/points/$each/0",
        "no event comes to this rule",
    ),
    (_set("records", 0, "record", to={"$const": {}}), "/records/0/record", "is an object"),
    (_set("common", "made", to=True), "/records/0", "whether it is synthetic"),
    (
        _set("common", "made", to={"$session": "synthetic", "enum": {"true": "x", "false": "x"}}),
        "/records/0",
        "whether it is synthetic",
    ),
    (_set("file", "per", to="all"), "/records/0", "no session_id in a record"),
    (_set("file", "form", to="json"), "/file/form", "one record that holds one session"),
    (_set("schema", to="../acme.schema.json"), "/schema", "not in the folder of the mapping"),
    (_set("schema", to="https://acme.example/x"), "/schema", "not in the folder"),
    (_set("schema", to="other.json"), "/schema", "no such file"),
]


@pytest.mark.parametrize(
    ("change", "place", "message"), MAPPINGS, ids=[f"{m[1]} {m[2]}" for m in MAPPINGS]
)
def test_broken_mappings(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], place: str, message: str
) -> None:
    given = whole()
    mapping.open_writer(tmp_path / "before", save(tmp_path, given)).close()
    change(given)
    path = save(tmp_path, given)
    with pytest.raises(DeskhandError) as refusal:
        mapping.open_writer(tmp_path / "after", path)
    text = str(refusal.value)
    assert message in text
    check_line(Path(path), place, text)
    # The rule and the remedy follow what was given.
    assert "; " in text
    assert text.endswith((".", "?"))
    assert not (tmp_path / "after").exists()


TEXTS = [
    ("", "line 1: '' is no JSON value"),
    ('{"a": 1,\n "b": }', "line 2: '}' is no JSON value"),
    ('{"a": 1\n "b": 2}', "line 2: '\"' where ',' or '}' is due"),
    ('{"a": [1, 2}', "line 1: '}' where ',' or ']' is due"),
    ('{"a": 1', "the end of the file where"),
    ('{"a": 1}\n\n]', "line 3: more after the end"),
    ('{"a": 1,\n"a": 2}', "line 2: the key 'a' a second time"),
    ("{'a': 1}", "where '\"' is due"),
    ("{ // why\n}", "where '\"' is due"),
    ('{"a": NaN}', "'NaN}' is no JSON value"),
    ('{"a": "\\x"}', "Invalid \\escape"),
    ("[" * 99, "nested more than 64 deep"),
    ("[]", "line 1, /: [] is not of type object"),
]


@pytest.mark.parametrize(("text", "message"), TEXTS, ids=[m for _, m in TEXTS])
def test_files_that_are_no_json(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DeskhandError) as refusal:
        mapping.losses(save(tmp_path, text))
    assert message in str(refusal.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DeskhandError, match=r"which mapping\? Write its file behind a colon"):
        mapping.open_writer(tmp_path)
    with pytest.raises(DeskhandError, match="No such file"):
        mapping.losses(tmp_path / "none.json")
    (tmp_path / "latin.json").write_bytes(b'{\n"name": "caf\xe9"}')
    with pytest.raises(DeskhandError, match=r"latin\.json line 2: not UTF-8"):
        mapping.losses(tmp_path / "latin.json")
    (tmp_path / "big.json").write_bytes(b" " * (5 << 20))
    with pytest.raises(DeskhandError, match="a mapping or a schema is small"):
        mapping.losses(tmp_path / "big.json")
    outside = tmp_path / "outside.json"
    outside.write_text("{}")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.json").symlink_to(outside)
    with pytest.raises(DeskhandError, match="not in the folder of the mapping"):
        mapping.losses(save(tmp_path / "in", {**whole(), "schema": "link.json"}))
