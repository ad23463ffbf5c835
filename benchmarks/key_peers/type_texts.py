"""Have one Python tool type texts; its adapter runs this inside the tools' own environment.

    python ADAPTER.py TEXTS.json SEED OUT.json

An adapter gives a function from a text to rows of key, seconds of the down, and seconds of the up or
None. Tools press keys and sleep: stand-ins write down which, and let a clock of their own pass.
"""

import importlib.util
import json
import random
import sys
import time
import types
from pathlib import Path

KEYS = {"backspace": "Backspace", "shift": "Shift", "\n": "Enter", "\b": "Backspace"}


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self):
        self.now_s = 0.0

    def time(self):
        return self.now_s

    def sleep(self, seconds):
        self.now_s += seconds

    async def asleep(self, seconds):
        self.now_s += seconds


class Unused(types.ModuleType):
    """Stands in for a module whose names are imported and never used to type."""

    __path__ = ()

    def __getattr__(self, name):
        return type(name, (), {})


def unused(*names):
    """Let modules that are not installed be imported."""
    sys.modules.update({name: Unused(name) for name in names})


def hollow(*names):
    """Let parts of packages be imported without what the packages import themselves."""
    for name in names:
        package = types.ModuleType(name)
        package.__path__ = importlib.util.find_spec(name).submodule_search_locations
        sys.modules[name] = package


def main(typist):
    """Type the texts and write down what happened."""
    texts, seed, out = sys.argv[1:]
    texts = json.loads(Path(texts).read_text())
    random.seed(int(seed))
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(int(seed))
    start = time.process_time()
    made = [typist(text) for text in texts]
    cpu_s = time.process_time() - start
    rows = [row for text in made for row in text]
    found = {
        "keys_per_s": len(rows) / cpu_s,
        "count": [len(text) for text in made],
        "key": [KEYS.get(key, key) for key, _, _ in rows],
        "down_ms": [1e3 * down_s for _, down_s, _ in rows],
        "up_ms": None if rows[0][2] is None else [1e3 * up_s for _, _, up_s in rows],
    }
    Path(out).write_text(json.dumps(found))
