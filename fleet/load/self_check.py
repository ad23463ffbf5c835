"""Whether figures tell of the service or of the client that measured it.

Sources
-------
Bounds as in the usage of open-loop load tools, assumed: a client whose sends are late, or that has
no time left, adds its own waiting to every latency.
"""

from collections.abc import Sequence
from typing import Any

from deskhand.fleet.report.live import LATE_US

BUSY_SHARE = 0.8
# A busy client is only to blame when it shows in the times of sending.
LATE_AND_BUSY_US = 2_000


def self_check(
    lag_p99_us: int | None, cpu_share: Sequence[float], notes: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what run.json says of the client.

    Parameters
    ----------
    lag_p99_us : int or None
        How late 99 % of all batches were sent at most.
    cpu_share : sequence of float
        Of a core, for each worker.
    notes : sequence of str
        What else held the client back; alone they are no bottleneck.

    Examples
    --------
    >>> self_check(400, [0.95])["bottleneck"], self_check(12_000, [0.9])["reasons"][0]
    (False, '1 % of the batches were sent more than 12 ms late (bound: 10 ms).')
    >>> self_check(12_000, [0.2])["reasons"][1]
    'no worker used more than 20 % of a core, so something else kept the machine busy; leave a core free for each worker.'
    """
    reasons = []
    late_us = lag_p99_us or 0
    if late_us > LATE_US:
        reasons.append(
            f"1 % of the batches were sent more than {late_us / 1000:.3g} ms late "
            f"(bound: {LATE_US / 1000:g} ms)."
        )
    busiest = max(cpu_share, default=0.0)
    if busiest > BUSY_SHARE and late_us > LATE_AND_BUSY_US:
        reasons.append(
            f"a worker used {busiest:.0%} of its core (bound: {BUSY_SHARE:.0%}); "
            "take more workers or a lower --speed."
        )
    elif reasons and not notes:
        reasons.append(
            f"no worker used more than {100 * busiest:.0f} % of a core, so something else kept the machine "
            "busy; leave a core free for each worker."
        )
    return {
        "cpu_share": [round(share, 3) for share in cpu_share],
        "lag_p99_us": lag_p99_us,
        "bottleneck": bool(reasons),
        "reasons": [*reasons, *(notes if reasons else ())],
    }
