"""The compiled screens of applications: those that ship with deskhand, and those of other packages."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from deskhand import registry
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.screen import ENDING, Screen

APPS = "deskhand.apps"


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
            found = Screen.read(folder, f"{stem}{ENDING}")
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
            places |= _compiled(app.name, app)
    return LazyScreens(places)


def _compiled(app: str, folder: Traversable) -> dict[str, tuple[Traversable, str]]:
    names = [entry.name for entry in folder.iterdir() if entry.name.endswith(ENDING)]
    stems = [name.removesuffix(ENDING) for name in names]
    return {f"{app}/{stem}": (folder, stem) for stem in stems}


@cache
def installed_screens() -> LazyScreens:
    """Return the screens of applications of other packages, those in whose name they are registered.

    Raises
    ------
    DeskhandError
        When an application has no compiled screen.
    """
    places: dict[str, tuple[Traversable, str]] = {}
    own = {name.partition("/")[0] for name in shipped_screens()}
    for app in registry.names(APPS):
        # A name that deskhand itself uses cannot be taken over.
        if app not in own:
            found = _compiled(app, files(registry.load(APPS, app)))
            if not found:
                raise DeskhandError(
                    f"application {app!r}: its package holds no *{ENDING}; compile its pages with "
                    "`deskhand screens compile`, and list the files as package data."
                )
            places |= found
    return LazyScreens(places)


def screens_of(app: str) -> dict[str, Screen]:
    """Return the screens of an application of another package by name; none when there is no such.

    Raises
    ------
    DeskhandError
        When a screen has another name than its application and file give it.
    """
    installed = installed_screens()
    found = {name: installed[name] for name in installed if name.partition("/")[0] == app}
    for name, made in found.items():
        if made.name != name:
            raise DeskhandError(
                f"application {app!r}: {name.partition('/')[2]}{ENDING} is of a screen called "
                f"{made.name!r}; compile it with --name {name}."
            )
    return found


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
