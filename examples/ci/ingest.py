"""A stand-in for your own service: reads a file of events, refuses what is broken, counts clicks."""

import json
from pathlib import Path


def count_clicks(path: Path) -> int:
    """Return how often a button was let go; raises ValueError for a file that is not to be trusted."""
    clicks, last_us = 0, 0
    for line in path.read_bytes().decode().splitlines():
        event = json.loads(line)
        if event["t_us"] < last_us:
            raise ValueError(f"time runs back to {event['t_us']}")
        last_us = event["t_us"]
        clicks += event["type"] == "pointerup"
    return clicks
