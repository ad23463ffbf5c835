"""The parameters of strokes that movements tell: where a search for them starts, and their bounds."""

from math import exp, log
from typing import NamedTuple

from deskhand.behavior_models.profile import Entries, entry


class Sought(NamedTuple):
    """A stroke parameter that is matched: where the search starts, its bounds, what it means."""

    start: float
    low: float
    high: float
    meaning: str
    on_log: bool = False


MATCHED = {
    "sigma": Sought(0.05, -0.7, 0.7, "sigma of the primary, below 0 mirrored in time"),
    "correction_sigma": Sought(0.15, -0.7, 0.7, "the same of the other strokes"),
    "sigma_sd": Sought(0.12, 0.02, 0.5, "its scatter over strokes"),
    "onset": Sought(-2.2, -3.0, -0.5, "quantile at which a stroke's onset is cut off"),
    "onset_sd": Sought(0.2, 0.0, 0.8, "its scatter over strokes"),
    "brake": Sought(2.2, 0.2, 3.0, "quantile at which a stroke's tail is cut off"),
    "final_brake": Sought(1.8, 0.2, 3.0, "the same of the last stroke"),
    "brake_sd": Sought(0.2, 0.0, 0.8, "scatter of both"),
    "turn_scale_rad": Sought(0.38, 0.03, 1.0, "Laplace scale of a stroke's total turn"),
    "wander_share": Sought(0.8, 0.2, 1.0, "movements that start before the aim is set"),
    "wander_log_median": Sought(-2.3, -5.0, -0.3, "ln of wander over distance"),
    "wander_log_sd": Sought(2.0, 0.3, 2.8, "its scatter"),
    "wander_time_slope": Sought(0.2, -1.0, 2.0, "change of that ln with ln of the movement's time"),
    "wander_distance_slope": Sought(-0.2, -1.3, 0.6, "change of that ln with ln of the distance"),
    "wander_limit": Sought(2.5, 0.4, 5.0, "largest wander over distance"),
    "wander_direction_sd_rad": Sought(1.03, 0.2, 2.5, "spread of its direction"),
    "wander_time_s": Sought(0.156, 0.03, 0.6, "time of the wander", True),
    "wander_time_log_sd": Sought(0.42, 0.05, 1.2, "scatter of its ln"),
    "wander_overlap": Sought(0.4, 0.0, 0.95, "share of it in which the primary has begun"),
    "detour_share": Sought(0.12, 0.0, 0.5, "movements of .6 s that were under way elsewhere"),
    "detour_time_slope": Sought(0.6, -0.5, 2.0, "change of its ln with ln of the movement's time"),
    "detour_log_px": Sought(5.2, 3.5, 6.5, "ln of the way elsewhere in px"),
    "detour_log_sd": Sought(0.8, 0.2, 1.5, "its scatter"),
    "detour_direction_sd_rad": Sought(0.9, 0.2, 2.5, "spread of its direction"),
    "detour_time_share": Sought(0.4, 0.1, 0.6, "its share of the movement's time"),
    "primary_gain": Sought(0.9, 0.6, 1.1, "reach of the primary over distance"),
    "primary_gain_sd": Sought(0.15, 0.02, 0.5, "its scatter"),
    "primary_lateral_sd": Sought(0.1, 0.01, 0.4, "scatter of the primary's end across the path"),
    "miss_log_sd": Sought(0.4, 0.0, 1.2, "scatter of the ln of the size of misses"),
    "miss_distance_slope": Sought(-0.2, -0.9, 0.4, "change of that ln with ln of the distance"),
    "primary_time_s": Sought(0.19, 0.05, 0.8, "time of the primary", True),
    "correction_share": Sought(
        0.87, 0.2, 1.0, "movements with time for a correction that make one"
    ),
    "further_correction_share": Sought(0.44, 0.0, 2.0, "further corrections, given .35 s for one"),
    "correction_time_s": Sought(0.18, 0.04, 0.6, "time of a correction", True),
    "correction_overlap": Sought(0.2, 0.0, 0.9, "share of the primary in which it may have begun"),
    "removed_share": Sought(0.85, 0.3, 1.2, "what a correction but the last removes of the miss"),
    "removed_sd": Sought(0.29, 0.02, 0.8, "its scatter"),
    "correction_scatter_px": Sought(
        4.0, 0.3, 20.0, "scatter of the end of such a correction", True
    ),
    "time_exponent": Sought(0.48, 0.0, 1.0, "a stroke's time grows with this power of the whole"),
    "time_distance_exponent": Sought(0.0, -0.4, 0.6, "and with this power of the distance"),
    "time_log_sd": Sought(0.25, 0.03, 0.8, "scatter of the ln of a stroke's time"),
    "drift_share": Sought(0.03, 0.002, 0.12, "drift over distance", True),
    "drift_tau_s": Sought(0.14, 0.02, 0.8, "correlation time of the drift", True),
    "drift_smooth_s": Sought(0.019, 0.004, 0.08, "the hand's mass smooths its drift", True),
    "tremor_px": Sought(0.17, 0.02, 1.5, "amplitude of the tremor", True),
    "rest_factor": Sought(
        0.4, 0.0, 1.5, "share of a recorder's rests that the strokes do not make"
    ),
    "first_rest_factor": Sought(0.4, 0.0, 1.5, "the same of rests after the first report"),
}
# Parameters of the strokes that movements hardly show.
KEPT = {
    "sigma_between_sd": (0.02, "assumed"),
    "primary_gain_between_sd": (0.012, "assumed"),
    "turn_between_sd_rad": (0.06, "assumed: spread of the people's habitual turns"),
    "tremor_between_log_sd": (0.4, "assumed"),
    "on_target_factor": (
        0.6,
        "assumed: corrections are rarer when the primary lands in the target",
    ),
    "tremor_hz": (9.5, "physiological tremor of the hand lies at 8-12 Hz (Elble & Koller 1990)"),
    "tremor_bandwidth_hz": (1.0, "assumed: spread of its frequency over movements"),
    "speed_limit_px_s": (4000.0, "assumed: mean speed of one stroke"),
}


def start_strokes() -> Entries:
    """Return the entries of the section ``strokes`` from which the search sets out."""
    matched = {name: entry(sought.start, "assumed") for name, sought in MATCHED.items()}
    return matched | {name: entry(*given) for name, given in KEPT.items()}


def share_of(sought: Sought, value: float) -> float:
    """Return where between its bounds a value lies, from 0 to 1."""
    low, high = sought.low, sought.high
    if sought.on_log:
        low, high, value = log(low), log(high), log(value)
    return (value - low) / (high - low)


def value_at(sought: Sought, share: float) -> float:
    """Return the value at a share of the way between its bounds; the inverse of `share_of`."""
    if sought.on_log:
        return exp(log(sought.low) + share * log(sought.high / sought.low))
    return sought.low + share * (sought.high - sought.low)
