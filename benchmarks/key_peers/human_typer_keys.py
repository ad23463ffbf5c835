"""human-typer: it presses through the library keyboard, which releases at once, and sleeps."""

import sys
import types

from type_texts import Clock, hollow, main, unused

clock, rows = Clock(), []


def press(key):
    rows.append((key, clock.now_s, None))


keyboard = types.ModuleType("keyboard")
keyboard.write = keyboard.press = press
sys.modules["keyboard"] = keyboard
unused(
    "playwright",
    "playwright.sync_api",
    "selenium",
    "selenium.webdriver",
    "selenium.webdriver.common",
    "selenium.webdriver.common.keys",
    "selenium.webdriver.remote",
    "selenium.webdriver.remote.webelement",
)
hollow("human_typer")
import human_typer.keyboard_helper  # noqa: E402 - its sibling looks for it at the top

sys.modules["keyboard_helper"] = human_typer.keyboard_helper
from human_typer import human_typer as tool  # noqa: E402

tool.sleep = clock.sleep
typer = tool.Human_typer()


def typed(text):
    clock.now_s = 0.0
    rows.clear()
    # It knows no line break.
    typer.keyboard_type(text.replace("\n", " "))
    return list(rows)


if __name__ == "__main__":
    main(typed)
