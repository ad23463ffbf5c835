"""Write the tables of docs/models/keyboard.md from the shipped profiles.

`python docs/write_keyboard_numbers.py` fills what stands between ``<!-- numbers: NAME -->`` and
``<!-- end -->``, so that no number on the page is older than the profile it comes from.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deskhand.behavior_models.profile import load_profile, profile_names
from deskhand.behavior_models.typing_error_parameters import published_typing_errors

PAGE = Path(__file__).parent / "models" / "keyboard.md"
# Profiles in the order of their columns, and the laws of each that are shown.
COLUMNS = {
    "transcription": ("transcription",),
    "composition": ("composition",),
    "literature": ("transcription", "composition"),
}
MARKED = re.compile(r"(<!-- numbers: (\w+) -->\n).*?(<!-- end -->)", re.S)
LONGEST = 90
Entries = dict[str, dict[str, Any]]


def columns() -> list[tuple[str, str, Entries]]:
    """Return the heading, the law and the section ``keystrokes`` of each column."""
    found = []
    for name, laws in COLUMNS.items():
        if name in profile_names():
            entries = load_profile(name).sections.get("keystrokes")
            for law in laws if entries else ():
                head = f"{name}, {law}" if len(laws) > 1 else name
                found.append((head, law, dict(entries or {})))
    return found


def rows(lines: list[list[str]]) -> str:
    """Return rows as a table; the first of them is its head."""
    lines = [lines[0], ["---"] * len(lines[0]), *lines[1:]]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def number(value: float) -> str:
    """Return a number without the zeros that say nothing.

    Examples
    --------
    >>> number(-0.14), number(0.0), number(3.0)
    ('-.14', '0', '3')
    """
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return re.sub(r"^(-?)0\.", r"\1.", text) if text not in ("-0", "0") else "0"


def by_name(parameter: str) -> str:
    """Return a parameter whose value has a row of numbers by name, as of contexts."""
    known = columns()
    names = dict.fromkeys(name for _, law, e in known for name in e[parameter]["value"][law])
    lines = [["", *(head for head, _, _ in known)]]
    for name in names:
        cells = [e[parameter]["value"][law].get(name, []) for _, law, e in known]
        lines.append([name, *(" ".join(number(one) for one in cell) for cell in cells)])
    return rows(lines) + sources(parameter)


def traits() -> str:
    """Return the traits of people, mean and standard deviation."""
    known = columns()
    lines = [["trait", *(head for head, _, _ in known)]]
    for name in known[0][2]["person_mean"]["value"][known[0][1]]:
        cells = [
            f"{number(e['person_mean']['value'][law][name])} ± "
            f"{number(e['person_sd']['value'][law][name])}"
            for _, law, e in known
        ]
        lines.append([f"`{name}`", *cells])
    return rows(lines) + sources("person_mean") + sources("person_sd")


def sources(parameter: str) -> str:
    """Return where a parameter is from, one line a profile."""
    told = dict.fromkeys((head.split(",")[0], e[parameter]["source"]) for head, _, e in columns())
    return "".join(f"\n`{parameter}` of `{name}`: {source}.\n" for name, source in told)


def single() -> str:
    """Return the parameters that have no row of numbers by name."""
    shown = {"person_mean", "person_sd", "spacing", "hold"}
    last = columns()[-1][2]
    return entries_of({name: entry for name, entry in last.items() if name not in shown})


def errors() -> str:
    """Return the published numbers of errors and repairs."""
    return entries_of({name: dict(entry) for name, entry in published_typing_errors().items()})


def entries_of(entries: Entries) -> str:
    """Return parameters with values and sources."""
    lines = [["parameter", "value", "source"]]
    for name, entry in entries.items():
        text = json.dumps(entry["value"]).replace('"', "")
        short = text if len(text) <= LONGEST else "a table"
        lines.append([f"`{name}`", short, entry["source"].replace("|", "/")])
    return rows(lines)


TABLES: dict[str, Callable[[], str]] = {
    "traits": traits,
    "spacing": lambda: by_name("spacing"),
    "hold": lambda: by_name("hold"),
    "single": single,
    "errors": errors,
}


def filled(page: str) -> str:
    """Return the page with its tables written anew."""

    def written(found: re.Match[str]) -> str:
        return f"{found[1]}\n{TABLES[found[2]]()}\n{found[3]}"

    return MARKED.sub(written, page)


def main() -> None:
    """Write the page."""
    text = filled(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE}: {len(MARKED.findall(text))} tables")


if __name__ == "__main__":
    main()
