"""Records of JSON: what one of them is does not depend on those that are read beside it."""

import pyarrow as pa
import pytest

from deskhand.fleet.verify.records import FEW, parse_records

GOOD = b'{"seq":7,"type":"keyup","t_us":5}'
NO_JSON = (
    b'{"seq":1,"delta_x":NaN}',
    b'{"seq":1,"delta_x": -Infinity}',
    b'{"seq":1,"other":[1, Infinity]}',
    b'{"seq":1,"value":"half \\ud800 pair"}',
    b'{"seq":1,"value":"\xff"}',
    b'{"seq":01}',
    b'{"seq":1',
    b"",
    b"[]",
    b"null",
)
JSON = (
    b'{"seq":1,"value":"NaN"}',
    b'{"seq":1,"value":": NaN, -Infinity"}',
    b'{"seq":1,"value":"\\ud83d\\ude00"}',
    b'{"seq":1,"delta_x":1e308}',
)


@pytest.mark.parametrize("beside", [0, 1, FEW, 3 * FEW])
@pytest.mark.parametrize(
    ("record", "readable"), [*((one, False) for one in NO_JSON), *((one, True) for one in JSON)]
)
def test_a_record_is_what_it_is_whatever_is_beside_it(
    record: bytes, readable: bool, beside: int
) -> None:
    parsed = parse_records(pa.array([*[GOOD] * beside, record, *[GOOD] * beside]))
    assert parsed.readable.tolist() == [*[True] * beside, readable, *[True] * beside]
    assert parsed.typed.all()
    seq = [*[7] * beside, 1 if readable else None, *[7] * beside]
    assert parsed.table["seq"].to_pylist() == seq
