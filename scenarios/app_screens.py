"""The compiled screens that ship with deskhand, read when they are first needed."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from deskhand.errors import UnknownNameError
from deskhand.screen import Screen

ENDING = ".screen.json"


class LazyScreens(Mapping[str, Screen]):
    """Screens by name; each file is parsed once, when its screen is first asked for.

    Parameters
    ----------
    places : mapping
        The folder and the file's stem of each screen, by name.
    """

    def __init__(self, places: Mapping[str, tuple[Traversable, str]]) -> None:
        self._places = dict(sorted(places.items()))
        self._read: dict[str, Screen] = {}

    def __getitem__(self, name: str) -> Screen:
        found = self._read.get(name)
        if found is None:
            if name not in self._places:
                raise KeyError(name)
            folder, stem = self._places[name]
            data = json.loads((folder / f"{stem}{ENDING}").read_bytes())
            found = Screen(data, folder / f"{stem}.png")
            self._read[name] = found
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places


@cache
def shipped_screens() -> LazyScreens:
    """Return the screens of the shipped applications, by names such as ``crm/lead-form``."""
    places: dict[str, tuple[Traversable, str]] = {}
    for app in (files("deskhand.scenarios") / "apps").iterdir():
        if app.is_dir():
            for entry in app.iterdir():
                if entry.name.endswith(ENDING):
                    stem = entry.name.removesuffix(ENDING)
                    places[f"{app.name}/{stem}"] = (app, stem)
    return LazyScreens(places)


def screen(name: str) -> Screen:
    """Return a shipped screen.

    Raises
    ------
    UnknownNameError
        When none has that name.
    """
    screens = shipped_screens()
    if name not in screens:
        raise UnknownNameError("screen", name, screens)
    return screens[name]
