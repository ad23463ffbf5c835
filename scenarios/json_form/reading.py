"""Reading a scenario of the JSON form: the file, the tables and scenarios it names, all checked."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from deskhand import registry
from deskhand.errors import DeskhandError
from deskhand.scenarios.json_form.places import Place, parse
from deskhand.scenarios.json_form.rules import breach
from deskhand.scenarios.json_form.running import runner
from deskhand.scenarios.json_form.slots import check_text
from deskhand.scenarios.json_form.step_reading import At, StepReader
from deskhand.scenarios.json_form.steps import End, Written, most_taken
from deskhand.scenarios.json_form.tables import Table, read_table
from deskhand.scenarios.scenario import GROUP, Scenario, source_sha256
from deskhand.screen import Screen

# Steps that one session takes at most, with loops gone through as often as they may be.
MOST_STEPS = 100_000


def load_scenario_file(path: str | Path) -> tuple[Scenario, dict[str, Screen]]:
    """Read a JSON scenario and the compiled screens that it names.

    Parameters
    ----------
    path : str or pathlib.Path
        The file; the paths in it are relative to it.

    Returns
    -------
    (Scenario, dict of Screen)
        The screens by name, with those of the scenarios that it is made of.

    Raises
    ------
    DeskhandError
        When the file breaks rules; the message has a line for each: the file, the line, the step,
        the rule and the remedy.
    """
    path = Path(path)
    if not path.is_file():
        raise DeskhandError(f"scenario file {str(path)!r} does not exist; give a path.")
    return _Reader(path, ()).read()


class _Reader(StepReader):
    """Reads one file; ``above`` are the files that it is part of, the outermost first."""

    def __init__(self, path: Path, above: tuple[Path, ...]) -> None:
        super().__init__(path.name, *parse(path.read_text("utf-8"), path.name))
        self._path, self._above = path, above
        self._tables: dict[str, Table] = {}
        self._parts: dict[str, Any] = {}
        self._screens: dict[str, Screen] = {}
        self._apps: set[str] = set()

    def read(self) -> tuple[Scenario, dict[str, Screen]]:
        data, name = self.data, self.origin
        if not isinstance(data, dict):
            raise DeskhandError(
                f"{name}:1: the outermost value is a {type(data).__name__}; a scenario is an "
                'object: {"format": "deskhand.scenario/1", ...}.'
            )
        found = breach(data)
        if found is not None:
            self.wrong(found[0], found[1])
            # What follows leans on the head.
            self.stop()
        for number, relative in enumerate(data.get("screens", ())):
            self._screen(("screens", number), relative)
        steps = self.steps(("steps",))
        for at, step, given in (*self._slot_texts(), *self.texts):
            if isinstance(given, dict) and "table" in given:
                self._table(at, given["table"], step)
        self.stop()
        written = Written(
            file=name,
            data=data,
            steps=steps,
            slots=data.get("slots"),
            plain=tuple(data.get("plain", ())),
            instruction=data.get("goal", {}).get("instruction", ""),
            ends=tuple(self._ends()),
            tables=self._tables,
            parts=self._parts,
        )
        self._check_texts(written)
        most = most_taken(steps)
        if most > MOST_STEPS:
            self.wrong(
                ("steps",),
                f"'steps': up to {most} steps when every loop goes on as long as it may; "
                f"{MOST_STEPS} is the limit. Lower 'times'.",
            )
        self.stop()
        made = Scenario(
            name=data["name"],
            app=data["app"],
            opens=data["opens"],
            run=runner(written),
            sensitive=tuple(data.get("sensitive", ())),
            roles=tuple(data.get("roles", ())),
            summary=data.get("summary", ""),
            modelled_on=data.get("modelled_on", ""),
            screens=self._screens or None,
            written=written,
            apps=tuple(sorted({*self._apps, *(name.partition("/")[0] for name in self.visited)})),
        )
        return made, self._screens

    def other(self, name: str) -> Scenario:
        """Return another scenario: a file, or one that is registered."""
        found = self._other_file(name) if name.endswith(".json") else registry.load(GROUP, name)
        if not isinstance(found, Scenario):
            raise DeskhandError(f"{name!r} is a {type(found).__name__} and no scenario.")
        self._screens |= found.screens or {}
        self._apps |= {found.opens.partition("/")[0], *found.apps}
        written = found.written
        self._parts[name] = source_sha256(found) if written is None else written.as_record()
        return found

    def _other_file(self, name: str) -> Scenario:
        path = self._path.parent / name
        if not path.is_file():
            raise DeskhandError(f"{name!r} does not exist beside this file; give its path.")
        chain = (*self._above, self._path)
        if any(path.samefile(other) for other in chain):
            names = " > ".join(other.name for other in (*chain, path))
            raise DeskhandError(f"{names}: a scenario cannot be part of itself; use 'repeat'.")
        return _Reader(path, chain).read()[0]

    def _screen(self, at: At, relative: str) -> None:
        file = self._path.parent / relative
        if not file.is_file():
            self.wrong(
                at,
                f"'screens': {relative!r} does not exist beside this file; compile the page with "
                "`deskhand screens compile`.",
            )
            return
        screen = Screen.load(file)
        self._screens[screen.name] = screen

    def _table(self, at: At, name: str, number: str) -> None:
        if name in self._tables:
            return
        try:
            if ".." in Path(name).parts:
                raise DeskhandError(f"{name!r} leaves the folder of this file; move it here.")
            table = read_table(self._path.parent / name, name)
        except DeskhandError as error:
            self.wrong(at, f"'table': {error}", number)
            return
        self._tables[name] = table
        self._parts[name] = {key: list(cells) for key, cells in table.columns.items()}

    # Texts

    def _ends(self) -> Iterator[End]:
        for number, given in enumerate(self.data.get("goal", {}).get("reached", ())):
            yield End(
                screen=given["screen"],
                state=given["state"],
                layer=given.get("layer", "page"),
                holding=given.get("holding", {}),
                times=given.get("times", 1),
                place=Place(self.origin, self.lines["goal", "reached", number], "", "goal"),
            )

    def _slot_texts(self) -> Iterator[tuple[At, str, Any]]:
        """Yield the texts beside the steps."""
        data: Mapping[str, Any] = self.data
        for name, given in data.get("slots", {}).items():
            yield ("slots", name), "", given
        for number, end in enumerate(data.get("goal", {}).get("reached", ())):
            for key, given in end.get("holding", {}).items():
                yield ("goal", "reached", number, "holding", key), "", given

    def _check_texts(self, written: Written) -> None:
        instruction = (("goal", "instruction"), "", written.instruction)
        for at, number, given in (*self._slot_texts(), instruction, *self.texts):
            try:
                # The texts of slots are as they stand.
                if at[0] != "slots" or not isinstance(given, str):
                    check_text(given, written)
            except DeskhandError as error:
                self.wrong(at, f"{at[-1]!r}: {error}", number)
