"""pydoll: it sends key events to a browser, and holds keys by sleeping."""

import types

from type_texts import Clock, hollow, main

hollow("pydoll", "pydoll.interactions")
from pydoll.interactions import keyboard  # noqa: E402 - without the browser's part

clock, rows = Clock(), []
keyboard.asyncio = types.SimpleNamespace(sleep=clock.asleep)


class Browser:
    """Takes down key events: a key goes up before the next goes down."""

    async def _execute_command(self, command):
        event = command["params"]
        if event["type"] == "keyUp":
            key, down_s, _ = rows.pop()
            rows.append((key, down_s, clock.now_s))
        else:
            rows.append((event.get("text") or event["key"], clock.now_s, None))


tool = keyboard.Keyboard(Browser())


def typed(text):
    clock.now_s = 0.0
    rows.clear()
    typing = tool.type_text(text, humanize=True)
    # Nothing waits for anything outside, so that the coroutine runs through at once.
    try:
        typing.send(None)
    except StopIteration:
        return list(rows)
    raise RuntimeError("the tool waits for something that never comes")


if __name__ == "__main__":
    main(typed)
