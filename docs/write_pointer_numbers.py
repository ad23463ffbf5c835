"""Write the tables of docs/models/pointer.md from the shipped profiles.

`python docs/write_pointer_numbers.py` fills what stands between ``<!-- numbers: SECTION -->`` and
``<!-- end -->``, so that no number on the page is older than the profile it comes from.
"""

import json
import re
from pathlib import Path
from typing import Any

from deskhand.behavior_models.profile import load_profile, profile_names
from deskhand.errors import DeskhandError
from deskhand.generators.clock import CLOCKS

PAGE = Path(__file__).parent / "models" / "pointer.md"
PROFILES = ("mouse-web", "mouse-game", "mouse-desktop", "literature")
# How the sources of numbers fitted on data begin, and the letters that stand for them.
DATA = {"web survey": "w", "SapiMouse": "g", "Balabit": "d"}
MARKED = re.compile(r"(<!-- numbers: (\w+) -->\n).*?(<!-- end -->)", re.S)
# Longer values are tables, which the profile itself shows better.
LONGEST = 46


def shown(value: Any) -> str:
    """Return a value as a cell of a table.

    Examples
    --------
    >>> shown(0.13), shown({"median": 0.08, "between_sd": 0.25, "shape": []})
    ('0.13', 'median 0.08')
    """
    if isinstance(value, dict) and "median" in value:
        return f"median {value['median']}"
    text = json.dumps(value)
    return text if len(text) <= LONGEST else f"{type(value).__name__} of {len(value)}"


def letter(source: str) -> str:
    """Return where a number is from: a data set's letter, a assumed, p published.

    Examples
    --------
    >>> letter("assumed, as the grip"), letter("web survey, 61 people: share of rests")
    ('a', 'w')
    """
    if source.startswith("assumed"):
        return "a"
    return next((mark for start, mark in DATA.items() if source.startswith(start)), "p")


def table(section: str) -> str:
    """Return one section of the shipped profiles as a table."""
    shipped = [load_profile(name) for name in (*PROFILES, "office") if name in profile_names()]
    holding = [profile for profile in shipped if section in profile.sections]
    if not holding:
        raise DeskhandError(f"no shipped profile has the section {section!r}; see {PAGE}.")
    # The profile of the scenarios stands in where no other has the section.
    known = [profile for profile in holding if profile.name in PROFILES] or holding
    names = dict.fromkeys(name for p in known for name in p.sections[section])
    head = ["parameter", *(p.name for p in known), "what it is, or where it is from"]
    lines = [head, ["---"] * len(head)]
    for name in names:
        entries = [p.sections[section].get(name) for p in known]
        cells = [f"{shown(e['value'])} {letter(e['source'])}" if e else "" for e in entries]
        # The last profile has the published source; a fitted one says what was measured.
        source = next(e["source"] for e in reversed(entries) if e)
        lines.append([f"`{name}`", *cells, source.replace("|", "/")])
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def clock_table() -> str:
    """Return the clocks as a table."""
    lines = ["| clock | grid, us | written in, us | source |", "| --- | --- | --- | --- |"]
    for name, clock in CLOCKS.items():
        lines.append(f"| `{name}` | {clock.grid_us:,} | {clock.unit_us:,} | {clock.source} |")
    return "\n".join(lines) + "\n"


def filled(page: str) -> str:
    """Return the page with its tables written anew."""

    def written(found: re.Match[str]) -> str:
        lines = clock_table() if found[2] == "clocks" else table(found[2])
        return f"{found[1]}\n{lines}\n{found[3]}"

    return MARKED.sub(written, page)


def main() -> None:
    """Write the page."""
    text = filled(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE}: {len(MARKED.findall(text))} tables")


if __name__ == "__main__":
    main()
