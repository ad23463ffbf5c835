"""`deskhand screens`: compile a page, list the compiled ones, show and name what is on one."""

from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

if TYPE_CHECKING:
    from deskhand.page import Page
    from deskhand.screen import Screen

screens = App(name="screens", help="The compiled pages that tasks are done on.")


@screens.command(name="compile")
def compile_(
    page: Path,
    *,
    states: Path | None = None,
    viewport: str = "1280x720",
    out: Path = Path(),
    name: str | None = None,
    app: str | None = None,
    chromium: str | None = None,
    root: Path | None = None,
    mask_text: bool = False,
    without: list[str] | None = None,
) -> None:
    """Compile an HTML page into a screen, with an installed Chromium.

    Parameters
    ----------
    page
        The page: an .html file.
    states
        A .states.json file that says which states the page has and what leads to them.
    viewport
        The browser's viewport, WIDTHxHEIGHT in pixels.
    out
        The folder to write the screen and its picture to.
    name
        The screen's name; by default that of the states file or of the page.
    app
        The application that the screen belongs to.
    chromium
        The path of the Chromium to use.
    root
        The folder whose files the page may load; by default the page's own.
    mask_text
        Replace the page's content by placeholders first, for a page that holds real data.
    without
        A CSS selector of what to take out of the page first, such as a frame; may be given often.
    """
    from deskhand.arguments import parse_viewport
    from deskhand.errors import DeskhandError
    from deskhand.scenarios.screen_compiler import compile_page, write_screen

    size = parse_viewport(viewport)
    for given in (page, states):
        if given is not None and not given.is_file():
            raise DeskhandError(f"{given}: there is no such file; give the path of a page.")
    data = compile_page(
        page,
        states=states,
        viewport=size,
        name=name,
        app=app,
        chromium=chromium,
        root=root,
        mask_text=mask_text,
        without=without or (),
    )
    print(write_screen(data, out=out))


@screens.command(name="list")
def list_() -> None:
    """List the screens of the applications: the shipped ones and those of installed packages."""
    from deskhand.scenarios.app_screens import installed_screens, shipped_screens

    for name, screen in (*shipped_screens().items(), *installed_screens().items()):
        states = sum(len(layer["states"]) for layer in screen.data["layers"].values())
        print(f"{name:28}{len(screen.elements):4} elements {states:4} states   {screen.title}")


@screens.command
def show(screen: str, *, state: list[str] | None = None) -> None:
    """Show the elements of a screen, each with the locator that names it.

    Parameters
    ----------
    screen
        A name of `deskhand screens list`, or the path of a compiled .screen.json.
    state
        A state to put the page into, for example page:saved; may be given for several layers.
    """
    from deskhand.page import describe

    page = _page(screen, state)
    width, height = page.screen.viewport
    print(f"{page.screen.name} ({page.screen.app}), {width}x{height}, {page.screen.href}")
    print("states: " + ", ".join(f"{layer}:{name}" for layer, name in page.screen.states))
    for element in page.elements.values():
        left, top, wide, high = element.box
        print(f"{describe(element)}  {element.widget} at {left:g},{top:g} {wide:g}x{high:g}")


@screens.command
def locators(screen: str, *, state: list[str] | None = None) -> None:
    """List what can be clicked or filled on a screen, with a locator to paste into a scenario.

    Each line has the locator, in the quotation marks that JSON and Python want, then the kind of
    widget, and the options of a list. A locator names one element, by role and name where that
    is enough.

    Parameters
    ----------
    screen
        A name of `deskhand screens list`, or the path of a compiled .screen.json.
    state
        A state to put the page into, for example page:saved; may be given for several layers.
    """
    import json

    from deskhand.stable_locators import acted_on

    found = acted_on(_page(screen, state))
    written = [json.dumps(each.locator, ensure_ascii=False) for each in found]
    wide = min(max(map(len, written), default=0), 60)
    for locator, (element, _) in zip(written, found, strict=True):
        options = ", ".join(option.label for option in element.options[:5])
        more = ", ..." if len(element.options) > 5 else ""
        print(f"{locator:{wide}}  {element.widget}{': ' if options else ''}{options}{more}")


def _page(given: str, states: list[str] | None) -> "Page":
    """Return a live page of a screen, its layers in the given states."""
    from deskhand.errors import UnknownNameError
    from deskhand.page import Page

    page = Page(_load(given))
    for wanted in states or ():
        layer, _, name = wanted.partition(":")
        if (layer, name) not in page.screen.states:
            raise UnknownNameError("state", wanted, [":".join(s) for s in page.screen.states])
        page.state[layer] = name
    return page


def _load(given: str) -> "Screen":
    from deskhand.errors import DeskhandError, UnknownNameError
    from deskhand.scenarios.app_screens import installed_screens, shipped_screens
    from deskhand.screen import ENDING, Screen

    if given.endswith(ENDING):
        try:
            return Screen.load(given)
        except FileNotFoundError:
            raise DeskhandError(f"{given}: there is no such file.") from None
        except (ValueError, KeyError) as error:
            raise DeskhandError(f"{given}: not a compiled screen ({error}).") from error
    known = {**dict.fromkeys(shipped_screens()), **dict.fromkeys(installed_screens())}
    if given not in known:
        raise UnknownNameError("screen", given, known)
    return (installed_screens() if given in installed_screens() else shipped_screens())[given]
