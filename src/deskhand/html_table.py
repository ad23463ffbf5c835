"""Tables of a page, and its style sheet."""

from collections.abc import Iterable, Sequence
from importlib.resources import files


def html_table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], numeric: Iterable[int] = ()
) -> str:
    """Return a table of cells that are escaped already.

    Parameters
    ----------
    heads : sequence of str
        Names of the columns; no line of heads where all are empty.
    rows : iterable of sequence of str
        Cells.
    numeric : iterable of int
        Columns that are set to the right.

    Examples
    --------
    >>> html_table(("", "n"), [("a", "1")], (1,))
    '<table><tr><th></th><th class=n>n</th></tr><tr><td>a</td><td class=n>1</td></tr></table>'
    """
    right = set(numeric)

    def line(cells: Sequence[str], tag: str) -> str:
        made = (
            f"<{tag}{' class=n' if place in right else ''}>{cell}</{tag}>"
            for place, cell in enumerate(cells)
        )
        return f"<tr>{''.join(made)}</tr>"

    head = line(heads, "th") if any(heads) else ""
    return f"<table>{head}{''.join(line(row, 'td') for row in rows)}</table>"


def page_style() -> str:
    """Return the style sheet of pages with plots and tables."""
    return (files("deskhand") / "report_page.css").read_text(encoding="utf-8")
