"""What people do in a spreadsheet: corrections of a list, summaries, rows to carry elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from deskhand.scenarios.records import POOL_SIZE, RecordKind
from deskhand.streams import stream

REGIONS = ("North", "South", "East", "West")
# The formulas that `sheet/book` knows, by the state that each leads to.
FORMULAS = {"sum": "=SUM(G2:G15)", "average": "=AVERAGE(G2:G15)", "largest": "=MAX(G2:G15)"}
REMARKS = (
    "Counted again at the depot",
    "From the delivery note",
    "Two of them came back",
    "Asked the driver",
    "As in the order of February",
)
DIMENSIONS = ("Region", "Product")
CONTACT_ROWS = range(2, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is missing in a list of orders, and what is asked of it."""

    units: str
    remark: str
    figure: str
    region: str

    @property
    def entered(self) -> tuple[str, ...]:
        """The formula: as a whole, and what is typed of it when its bracket is forgotten at first."""
        formula = FORMULAS[self.figure]
        return formula, formula[:-1], formula[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A pivot table: what its rows are, and whether the weeks stand in columns."""

    rows: str
    weeks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Rows of the contacts that are to be entered elsewhere."""

    rows: tuple[int, ...]


@lru_cache(maxsize=4)
def corrections(seed: int) -> Sequence[Correction]:
    """Return the corrections of a seed.

    Examples
    --------
    >>> corrections(7)[0] == corrections(7)[0], corrections(7)[0].region in REGIONS
    (True, True)
    """
    rng = stream(seed, "records.sheet", "corrections")
    figures = list(FORMULAS)
    return [
        Correction(
            units=str(int(rng.integers(5, 90))),
            remark=REMARKS[int(rng.integers(len(REMARKS)))],
            figure=figures[int(rng.integers(len(figures)))],
            region=REGIONS[int(rng.integers(len(REGIONS)))],
        )
        for _ in range(POOL_SIZE)
    ]


@lru_cache(maxsize=4)
def summaries(seed: int) -> Sequence[Summary]:
    """Return the pivot tables of a seed."""
    rng = stream(seed, "records.sheet", "summaries")
    return [
        Summary(
            rows=DIMENSIONS[int(rng.integers(len(DIMENSIONS)))],
            # Six of ten tables have columns (assumed).
            weeks=bool(rng.uniform() < 0.6),
        )
        for _ in range(POOL_SIZE)
    ]


@lru_cache(maxsize=4)
def carried(seed: int) -> Sequence[Carried]:
    """Return rows to enter elsewhere, one or two that follow each other."""
    rng = stream(seed, "records.sheet", "carried")
    found = []
    for _ in range(POOL_SIZE):
        first = int(rng.integers(CONTACT_ROWS.start, CONTACT_ROWS.stop - 1))
        found.append(Carried(rows=tuple(range(first, first + 1 + int(rng.integers(2))))))
    return found


CORRECTION = RecordKind(
    name="correction", pool=corrections, typed=("units", "remark", "entered", "region")
)
SUMMARY = RecordKind(name="summary", pool=summaries)
CARRIED = RecordKind(name="carried", pool=carried)
