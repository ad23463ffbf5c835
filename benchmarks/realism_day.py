"""Whole days of generated people beside figures of real ones: value, reference, band, verdict.

    python benchmarks/realism_day.py [--people 36] [--seed 3] [--fidelity law]

The references are published or computed figures (a log of pointer use, 10 users and 65 sessions; logs of the
application in front, 3 computers; one academic's windows, 64 weekdays; estimates for keys by role, which are
marked as such). Each role gets the same number of people. Ends with status 1 when a band is missed.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import deskhand
from deskhand.behavior_models.persona import ROLES
from deskhand.evaluation.published_days import Day, day_bands, day_of
from deskhand.loading import read_sessions


def days(people: int, seed: int, fidelity: str) -> list[Day]:
    found = []
    team = 5
    with TemporaryDirectory() as folder:
        for number, role in enumerate(ROLES):
            out = Path(folder) / role
            deskhand.generate(
                "workday",
                people=people // len(ROLES),
                team_size=team,
                role=role,
                seed=seed + number,
                out=out,
                fidelity=fidelity,
            )
            for session in read_sessions(out):
                start_h = session.header["start_wall_us"] / 3.6e9 % 24
                found.append(day_of(session.events, role, start_h))
            print(f"{role} done", file=sys.stderr)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--people", type=int, default=36)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--fidelity", default="law", choices=("law", "learned"))
    given = parser.parse_args()
    found = days(given.people, given.seed, given.fidelity)
    rows = day_bands(found)
    print(f"{len(found)} days; medians over people")
    for row in rows:
        band = f"{row.low:.4g} to {row.high:.4g}" if row.judged else ""
        verdict = ("ok" if row.ok else "MISSED") if row.judged else ""
        print(f"{row.name:<32}{row.value:>10.4g}  {row.reference:<24}{band:<18}{verdict}")
    sys.exit(0 if all(row.ok for row in rows if row.judged) else 1)


if __name__ == "__main__":
    main()
