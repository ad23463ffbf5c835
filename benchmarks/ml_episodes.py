"""How quickly episodes for agents are made, what they consist of, and whether their places hit.

    python benchmarks/ml_episodes.py [--episodes 168] [--scale 0.5] [--hits 200] [--emphasis NAMES]

Seconds are those of one core (process time), so that others who use the machine count less; compiled
pages are read by as many episodes before. Places are looked up in Chromium, with the pages built
anew for each.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence

from deskhand import ml
from deskhand.datasets.episodes.choice import Choice, single_tasks
from deskhand.datasets.episodes.pointing import pointed
from deskhand.datasets.episodes.recording import Look, recorded
from deskhand.exact_pages import exact_pointer

SEED = 7


def speed(count: int, scale: float, emphasis: str | None) -> None:
    """Print episodes and pictures a second, the outcome of tasks, and what steps consist of."""
    for _ in ml.episodes(count=min(count, 84), seed=SEED + 1, scale=scale):
        pass
    kinds: Counter[str] = Counter()
    steps = done = impossible = right = 0
    start = time.process_time()
    for episode in ml.episodes(count=count, seed=SEED, scale=scale, emphasis=emphasis):
        steps += len(episode.steps)
        done += episode.feasible
        impossible += not episode.feasible
        right += episode.feasible == episode.success
        for step in episode:
            kinds[f"verb {step.verb or 'answer'}"] += 1
            kinds["of these: at drop-downs"] += step.way is not None
            kinds["of these: shortcuts"] += step.shortcut
            kinds["of these: slips"] += step.error_of is not None
            kinds["of these: corrections"] += step.correction_of is not None
    seconds = time.process_time() - start
    print(
        f"{count} episodes, {steps} steps: {count / seconds:.1f} episodes/s, {steps / seconds:.0f} pictures/s"
    )
    print(f"{done} can be done and {impossible} cannot; the checker agrees on {right} of {count}")
    for name, number in sorted(kinds.items(), key=lambda item: (item[0][:3] == "of ", -item[1])):
        print(f"{name:26} {number:6} {number / steps:7.3f}")


def hits(count: int, scale: float) -> None:
    """Print which share of places hit in Chromium, and those that do not."""
    choice = Choice(scenarios=tuple(single_tasks()), seed=SEED)
    look = Look(scale=scale, encoding="none", vocabularies=())
    found: Counter[tuple[str, bool]] = Counter()
    number = 0
    with exact_pointer() as on:
        while sum(found.values()) < count:
            session = choice.session(number)
            episode = recorded(session, number, look)
            # Not more than some of each, so that all applications are looked at.
            for each in list(pointed(session, episode, on))[:: 1 + len(episode.steps) // 12]:
                found[each.where, each.hit] += 1
                if not each.hit:
                    print(f"missed: {episode.scenario} {number}: {each.step.description}")
            number += 1
    total = sum(found.values())
    print(
        f"{total} places of {number} episodes: {sum(n for (_, hit), n in found.items() if hit)} hit"
    )
    for (where, hit), number in sorted(found.items()):
        print(f"  {where:8} {'hit' if hit else 'missed':7} {number}")


def main(words: Sequence[str] | None = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--episodes", type=int, default=168)
    parser.add_argument("--scale", type=float, default=0.5)
    parser.add_argument("--hits", type=int, default=200)
    parser.add_argument("--emphasis")
    given = parser.parse_args(words)
    speed(given.episodes, given.scale, given.emphasis)
    sys.stdout.flush()
    if given.hits:
        hits(given.hits, given.scale)


if __name__ == "__main__":
    main()
