"""From recorded keystrokes to the profile section of the learned typist: network and people's law."""

from collections.abc import Callable

import numpy as np

from deskhand.behavior_models.learned_typists import fit_people_law
from deskhand.behavior_models.profile import Entries, entry
from deskhand.calibration.key_recording import KeyRecording
from deskhand.calibration.keystroke_rows import keystroke_rows
from deskhand.calibration.keystroke_training import train_keystrokes


def fit_learned_typing(
    recording: KeyRecording,
    *,
    seed: int,
    source: str,
    progress: Callable[[float], None] | None = None,
) -> Entries:
    """Return the profile section ``learned_keystrokes``.

    Parameters
    ----------
    recording : KeyRecording
    seed : int
        Of the network's fit.
    source : str
        Where the keystrokes come from.
    progress : callable, optional
        Told the finished share of the network's fit.

    Returns
    -------
    dict of entries
        ``network`` and ``people``, the law of the traits that it knows people by; nobody's traits.
    """
    rows = keystroke_rows(recording)
    trained = train_keystrokes(rows, seed=seed, progress=progress)
    people, keystrokes = int(np.count_nonzero(trained.count)), int(trained.count.sum())
    return {
        "network": entry(
            trained.network.record,
            f"{source}: likelihood of {keystrokes} keystrokes of {people} people maximised",
        ),
        "people": entry(
            fit_people_law(trained.middle, trained.variance, rows.clocks.kind, trained.count),
            f"{source}; mean and triangle of the covariance of the network's traits over people, "
            "by kind of clock",
        ),
    }
