"""New times for the keys of a session: runs of keys, and keys alone."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import UNKNOWN, key_vocabulary
from deskhand.behavior_models.keyboard_layout import layout_names, load_layout
from deskhand.datasets.resynthesis.found_acts import FoundActs
from deskhand.datasets.resynthesis.performer import Performer, pace
from deskhand.datasets.resynthesis.retiming import Retiming
from deskhand.datasets.resynthesis.session_rows import SessionRows
from deskhand.errors import UnknownNameError

# Of captures that do not tell theirs.
USUAL_LAYOUT = "qwerty-us"


def time_runs(rows: SessionRows, acts: FoundActs, retiming: Retiming, performer: Performer) -> None:
    """Give runs of keys, and keys alone, the times of a performer."""
    told = rows.session.header["keyboard_layout"]
    layout = told if told in layout_names() else USUAL_LAYOUT
    up = np.flatnonzero(retiming.loose)
    single = np.unique(np.concatenate([acts.keys.before, acts.keys.after, rows.down_of[up]]))
    if not len(single):
        return
    # A key that does not go on with a run begins one.
    begins = ~np.isin(single, acts.keys.after)
    names = known_names(rows.key_names[single], layout)
    bounds = np.append(np.flatnonzero(begins), len(single))
    sequences = [names[low:high] for low, high in pairwise(bounds.tolist())]
    timed = performer.key_times(sequences, layout)
    down_us, up_us = (np.asarray(timed[name]).astype(np.float64) for name in ("down_us", "up_us"))
    place = np.searchsorted(single, acts.keys.after)
    flight_us = down_us[place] - down_us[place - 1]
    hold_us = (up_us - down_us)[np.searchsorted(single, rows.down_of[up])]
    if performer.own_pace:
        old_us = rows.t_us[acts.keys.after] - rows.t_us[acts.keys.before]
        flight_us = flight_us * pace(old_us, flight_us)
        hold_us = hold_us * pace(rows.t_us[up] - rows.t_us[rows.down_of[up]], hold_us)
    retiming.span(acts.keys.before, acts.keys.after, flight_us)
    retiming.hold(up, hold_us)


def known_names(
    names: Sequence[str | None] | NDArray[np.object_], layout: str = USUAL_LAYOUT
) -> list[str]:
    """Return names of keys that the typing models know; any other, and none, is ``?``.

    Examples
    --------
    >>> known_names(["a", "Enter", None, "Unidentified"])
    ['a', 'Enter', '?', '?']
    """
    board = load_layout(layout)
    known: dict[str | None, str] = {None: UNKNOWN}
    for name in dict.fromkeys(names):
        if name is None:
            continue
        try:
            key_vocabulary([name], board)
        except UnknownNameError:
            known[name] = UNKNOWN
        else:
            known[name] = name
    return [known[name] for name in names]
