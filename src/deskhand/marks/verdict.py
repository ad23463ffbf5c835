"""What is said of a file: synthetic, derived, partly, nothing; and how the sayings of its records add up."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Verdict(StrEnum):
    """What the marks of a file, or of one record in it, come to."""

    SYNTHETIC = "synthetic"
    DERIVED = "derived"
    PARTLY = "partly synthetic"
    NOT = "not synthetic"
    NONE = "no mark"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A file's verdict.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    verdict : Verdict
        What its marks come to.
    marks : tuple of str
        Each mark with the layer in which it was found, such as ``rows: 12 of 12``.
    """

    path: Path
    verdict: Verdict
    marks: tuple[str, ...] = ()

    def line(self) -> str:
        """Return the judgement as it is printed.

        Examples
        --------
        >>> Judgement(path=Path("a.csv"), verdict=Verdict.SYNTHETIC, marks=("rows: 2 of 2",)).line()
        'a.csv: synthetic (rows: 2 of 2)'
        """
        more = f" ({'; '.join(self.marks)})" if self.marks else ""
        return f"{self.path}: {self.verdict}{more}"


def together(verdicts: Mapping[Verdict, int]) -> Verdict:
    """Return what the verdicts of many records, or of many files, come to.

    Parameters
    ----------
    verdicts : mapping of Verdict to int
        How many there are of each; what is empty says nothing.

    Examples
    --------
    >>> str(together({Verdict.SYNTHETIC: 3, Verdict.NONE: 1}))
    'partly synthetic'
    >>> str(together({Verdict.DERIVED: 3})), str(together({}))
    ('derived', 'empty')
    """
    told = {verdict for verdict, count in verdicts.items() if count} - {Verdict.EMPTY}
    if len(told) <= 1:
        return told.pop() if told else Verdict.EMPTY
    if told & {Verdict.SYNTHETIC, Verdict.PARTLY}:
        return Verdict.PARTLY
    # A person is in some of it.
    return Verdict.DERIVED if Verdict.DERIVED in told else Verdict.NOT


def of_records(
    path: Path,
    records: Counter[Verdict],
    header: Verdict | None = None,
    *,
    layer: str,
    head: str = "",
) -> Judgement:
    """Return the judgement on a file of records, with a mark of its own before or behind them.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    records : Counter of Verdict
        What its records say.
    header : Verdict, optional
        What the file says as a whole.
    layer, head : str
        How records and the mark of the whole are called.
    """
    total = records.total()
    said = total - records[Verdict.NONE] - records[Verdict.EMPTY]
    marks = [
        f"{layer}: {n:,} of {total:,} {kind}"
        for kind, n in sorted(records.items())
        if kind != Verdict.NONE
    ]
    if header is not None:
        marks.append(f"{head}: {header}")
    if not said:
        empty = Verdict.NONE if total else Verdict.EMPTY
        return Judgement(path=path, verdict=header or empty, marks=tuple(marks))
    verdict = together(records)
    if header is not None and header != verdict:
        verdict = together({verdict: 1, header: 1})
    return Judgement(path=path, verdict=verdict, marks=tuple(marks))
