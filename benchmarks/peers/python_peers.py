"""Draw one Python tool's paths; run by the benchmark inside the tools' own environment.

    python python_peers.py TOOL REQUESTS.json SEED OUT.json

Requests are rows of x0, y0, x1, y1 in whole px. Tools that move the pointer themselves do so on a
stand-in of pyautogui, which writes down where to and how long they wait; nothing moves.
"""

import json
import random
import sys
import time
import types
from pathlib import Path

import numpy as np

SCREEN_PX = (1920, 1080)


class NotedPointer(types.ModuleType):
    """Stands in for pyautogui: notes points, and lets `PAUSE` pass after each as pyautogui does."""

    PAUSE = 0.0

    def begin(self, x, y):
        self.now_s, self.at, self.points = 0.0, (x, y), [(0.0, x, y)]

    def size(self):
        return SCREEN_PX

    def position(self):
        return self.at

    def moveTo(self, point):  # noqa: N802 - the name in pyautogui
        self.points.append((1e3 * self.now_s, float(point[0]), float(point[1])))
        self.now_s += self.PAUSE
        self.at = point


class Unused(types.ModuleType):
    """Stands in for a module whose names are imported and never used for a path."""

    __path__ = ()

    def __getattr__(self, name):
        return type(name, (), {})


UNUSED = (
    "selenium",
    "selenium.common",
    "selenium.common.exceptions",
    "selenium.webdriver",
    "selenium.webdriver.common",
    "selenium.webdriver.common.action_chains",
    "selenium.webdriver.remote",
    "selenium.webdriver.remote.webelement",
    "noise",
)


def tool(name):
    """Return a function from x0, y0, x1, y1 to rows of (ms or None, x, y)."""
    pointer = sys.modules["pyautogui"] = NotedPointer("pyautogui")
    sys.modules.update({part: Unused(part) for part in UNUSED})
    if name == "HumanCursor":
        from humancursor.system_cursor import SystemCursor

        cursor = SystemCursor()

        def path(x0, y0, x1, y1):
            pointer.begin(x0, y0)
            cursor.move_to((x1, y1))
            return pointer.points

    elif name == "pyclick":
        from pyclick import HumanClicker

        clicker = HumanClicker()

        def path(x0, y0, x1, y1):
            pointer.begin(x0, y0)
            clicker.move((x1, y1))
            return pointer.points

    elif name == "windmouse":
        from windmouse.core import wind_mouse

        def path(x0, y0, x1, y1):
            return [(None, x0, y0), *((None, x, y) for x, y in wind_mouse(x0, y0, x1, y1))]

    elif name == "OxyMouse":
        from oxymouse import OxyMouse

        mouse = OxyMouse("bezier")

        def path(x0, y0, x1, y1):
            return [(None, x, y) for x, y in mouse.generate_coordinates(x0, y0, x1, y1)]

    else:
        raise SystemExit(f"{name}: not a tool that this script knows")
    return path


def main():
    name, requests, seed, out = sys.argv[1:]
    ways = json.loads(Path(requests).read_text())
    path = tool(name)
    random.seed(int(seed))
    np.random.seed(int(seed))  # noqa: NPY002 - the tools draw from the global state
    start = time.process_time()
    made = [path(*way) for way in ways]
    cpu_s = time.process_time() - start
    points = [point for row in made for point in row]
    found = {
        "paths_per_s": len(ways) / cpu_s,
        "count": [len(row) for row in made],
        "t_ms": None if points[0][0] is None else [t for t, _, _ in points],
        "x": [float(x) for _, x, _ in points],
        "y": [float(y) for _, _, y in points],
    }
    Path(out).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
