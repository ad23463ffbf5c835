"""Records of runs: what is none is refused, and each row is judged as the schema judges it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("hdrh", reason='needs hdrhistogram: python -m pip install -e ".[test,fleet]"')

from deskhand.errors import DeskhandError
from deskhand.fleet.report.page import report_html
from deskhand.fleet.report.record_check import check_record
from deskhand.json_schema import worst
from tests.fleet.made_run import made_run


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"format": "deskhand.fleet/9"}, "format"),
        ({"plan_sha256": "x"}, "plan_sha256"),
        ({"counts": {}}, "counts"),
        ({"timeline": [{}]}, "timeline"),
        ({"seconds": -1}, "seconds"),
    ],
)
def test_records_that_are_no_runs_are_refused(change: dict[str, Any], place: str) -> None:
    with pytest.raises(DeskhandError, match=f"not the record of a run: {place}"):
        report_html(made_run(seconds=6, stall=None) | change)


odd = st.one_of(
    st.sampled_from([None, True, False, -1, -0.5, 2.0, 2.5, "3", "", [], [1], {}, {"": 0}]),
    st.dictionaries(st.sampled_from(["200", "0", "9999", "x"]), st.sampled_from([0, -1, 1.5, "1"])),
)

MINUTE = made_run(rate=2)


@settings(deadline=None, max_examples=50)
@given(
    second=st.integers(0, 59),
    name=st.sampled_from(["second", "intended", "p50_us", "statuses", "other"]),
    value=odd | st.just("gone"),
)
def test_a_row_among_many_is_judged_as_the_schema_judges_it(
    second: int, name: str, value: Any
) -> None:
    row = MINUTE["timeline"][second] | {name: value}
    if value == "gone":
        del row[name]
    rows = MINUTE["timeline"]
    run = MINUTE | {"timeline": [*rows[:second], row, *rows[second + 1 :]]}
    breach = worst("run", run, "deskhand.fleet.report")
    if breach is None:
        check_record(run)
        return
    with pytest.raises(DeskhandError, match=f"timeline/{second}"):
        check_record(run)


@pytest.mark.parametrize("record", [None, 7, [], {}, {"timeline": 3}, {"timeline": [3]}])
def test_what_is_no_record_of_a_run_is_refused(record: Any) -> None:
    with pytest.raises(DeskhandError, match="not the record of a run"):
        check_record(record)
