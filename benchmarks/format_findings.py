"""Writes many sessions of every scenario in every format, checks them all, and counts the findings.

    python benchmarks/format_findings.py [--sessions 1000] [--formats rrweb,otlp] [--seed 7]

Pictures are left out where a format can do without them (openadapt:0, agentnet:bare): they take most of the time
and have no schema. The exit status is 1 when anything was found.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from deskhand import api, registry
from deskhand.formats import EXPORTS, needs_argument, split_format, written
from deskhand.recipe import scenario_names
from deskhand.validation import validate_path

# Days of a whole team: a session holds some hundred thousand events, so there are few of them.
LONG = ("morning", "workday")
LONG_SESSIONS = 2
MAPPING = Path(__file__).parents[1] / "examples" / "own_schema" / "larkspur.json"
USUAL = {"openadapt": "openadapt:0", "agentnet": "agentnet:bare", "mapping": f"mapping:{MAPPING}"}


def main() -> int:
    """Print a line for each format; return 1 when anything was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--formats", default=",".join(registry.names(EXPORTS)))
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    names = [USUAL.get(name, name) for name in options.formats.split(",")]
    names = [name for name in names if ":" in name or not needs_argument(name)]
    short = [name for name in scenario_names() if name not in LONG]
    counts: dict[str, Counter[str]] = {name: Counter() for name in names}
    seconds: Counter[str] = Counter()
    first: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.sessions):
            scenario = short[number % len(short)]
            if number < LONG_SESSIONS * len(LONG):
                scenario = LONG[number % len(LONG)]
            session = api.simulate(scenario, seed=options.seed, person=number)
            for name in names:
                started = time.monotonic()
                out = Path(folder) / split_format(name)[0]
                with written(out, name) as writer:
                    writer.write(session)
                report = validate_path(out, format=name, sample=200)
                counts[name].update(sessions=1, findings=len(report.findings))
                if report.findings and name not in first:
                    first[name] = str(report.findings[0]).replace(folder, "")
                seconds[name] += time.monotonic() - started
                shutil.rmtree(out) if out.is_dir() else out.unlink()
    print(f"{'format':16}{'sessions':>10}{'findings':>10}{'s':>8}")
    for name in names:
        shown = split_format(name)[0]
        line = f"{shown:16}{counts[name]['sessions']:>10}{counts[name]['findings']:>10}"
        print(f"{line}{seconds[name]:>8.0f}  {first.get(name, '')}")
    return int(any(count["findings"] for count in counts.values()))


if __name__ == "__main__":
    sys.exit(main())
