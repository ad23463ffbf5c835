"""How many screenshots a second are made: composed and by Chromium, in memory and as PNG files.

    python benchmarks/screenshots.py [--scenario crm.create_lead] [--pictures 60] [--chromium PATH]

Pictures lie evenly over one session. Wall clock, since Chromium works in processes of its own; the
best of three runs counts, for others may be using the machine.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from itertools import islice

import deskhand
from deskhand.exports.screen_frames import png_bytes
from deskhand.screenshot_run import LEVEL
from deskhand.session import Session

SEED, RUNS = 7, 3


def seconds(work: Callable[[], int]) -> float:
    """Return the least time that one picture took, in s."""
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        count = work()
        taken.append((time.perf_counter() - start) / count)
    return min(taken)


def measured(
    session: Session, policy: str, count: int, *, exact: bool, chromium: str | None
) -> None:
    """Print the pictures a second of one painter."""

    def shown(pack: bool) -> int:
        # The first picture pays for starting a browser, and for reading the compiled pages.
        shots = deskhand.screenshots(session, policy, exact=exact, chromium=chromium)
        made = 0
        for shot in islice(shots, count):
            made += 1
            if pack:
                png_bytes(shot.picture, session, LEVEL)
        return made

    name = "exact" if exact else "composed"
    for what, pack in (("in memory", False), ("as PNG", True)):
        each_s = seconds(lambda pack=pack: shown(pack))  # type: ignore[misc]
        print(f"{name:9} {what:10} {1 / each_s:8.1f} pictures/s  {1e3 * each_s:7.1f} ms each")


def main(words: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="crm.create_lead")
    parser.add_argument("--pictures", type=int, default=60)
    parser.add_argument("--chromium")
    given = parser.parse_args(words)
    session = deskhand.simulate(given.scenario, seed=SEED)
    duration_s = session.header["duration_us"] / 1e6
    policy = f"periodic:{duration_s / given.pictures:.3f}"
    print(f"{given.scenario}, {given.pictures} pictures of {duration_s:.0f} s, 1920 x 1080")
    for exact in (False, True):
        measured(session, policy, given.pictures, exact=exact, chromium=given.chromium)


if __name__ == "__main__":
    main()
