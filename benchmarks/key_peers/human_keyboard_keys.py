"""human-keyboard: it presses through the library keyboard, which releases at once, and sleeps."""

import sys
import types

from type_texts import Clock, main

clock, rows = Clock(), []


def press(keys):
    rows.extend((key, clock.now_s, None) for key in keys)


keyboard = types.ModuleType("keyboard")
keyboard.write = press
keyboard.send = lambda combination: press(["shift", combination.split("+", 1)[1].upper()])
keyboard.press_and_release = lambda key: press([key])
sys.modules["keyboard"] = keyboard

from human_keyboard import human_keyboard  # noqa: E402 - finds the stand-in

human_keyboard.time = clock


def typed(text):
    clock.now_s = 0.0
    rows.clear()
    human_keyboard.HumanKeyboard().type_text(text)
    return list(rows)


if __name__ == "__main__":
    main(typed)
