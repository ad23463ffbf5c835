"""The same acts by another person's hand and typing, or by the same person anew."""

from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.behavior_models.drag import read_drag, time_factor
from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.behavior_models.scrolling import SHORTEST_GAP_S, own_scroll, read_scroll
from deskhand.datasets.augmentation.operator import Operator
from deskhand.datasets.resynthesis.performed import performed
from deskhand.datasets.resynthesis.performer import Performer
from deskhand.errors import DeskhandError
from deskhand.keyboard_motor import time_keys
from deskhand.pointer_motor import pointer_paths
from deskhand.session import Session
from deskhand.streams import stream

HAND, TYPING = "mouse-web", "transcription"
Floats = NDArray[np.float64]


def person(hand: Profile, typist: Profile, seed: int, *, own_pace: bool) -> Performer:
    """Return one person of a population as a performer.

    Parameters
    ----------
    hand, typist : Profile
        Populations of the pointer and of the keys.
    seed : int
        The same seed is the same person.
    own_pace : bool
        Whether times are brought to the pace of the capture.
    """
    draws = stream(seed, "augment.person")
    scroll = own_scroll(read_scroll(hand), float(draws.standard_normal()))
    drag = read_drag(hand)

    def key_times(sequences: Any, layout: str) -> pa.Table:
        return time_keys(sequences, person="one", profile=typist, seed=seed, layout=layout)

    def drag_factor(distance_px: Floats) -> Floats:
        return np.array([time_factor(drag, far) for far in distance_px.tolist()], np.float64)

    def notch_gaps_us(count: int) -> Floats:
        gaps_s = scroll.notch_gap_s.values(0.0, draws.standard_normal(count))
        gaps_us: Floats = 1e6 * np.maximum(gaps_s, SHORTEST_GAP_S)
        return gaps_us

    return Performer(
        seed=seed,
        paths=partial(pointer_paths, profile=hand, seed=seed),
        key_times=key_times,
        drag_factor=drag_factor,
        notch_gaps_us=notch_gaps_us,
        own_pace=own_pace,
    )


def persona_transfer(argument: str | None) -> Operator:
    """Return the operator that has another person do the acts.

    Parameters
    ----------
    argument : str, optional
        The population: ``PROFILE``, or ``HAND+TYPING``, of which the second is of the keys; names
        or paths of profiles. A profile without a model of the keys leaves them to
        ``transcription``.

    Raises
    ------
    DeskhandError
        When a profile is unknown or lacks what it is named for.
    """
    first, plus, second = (argument or HAND).partition("+")
    hand = load_profile(first)
    if not second and "keystrokes" not in hand.sections:
        second = TYPING
    typist = load_profile(second) if second else hand
    if "recorder" not in hand.sections:
        raise DeskhandError(
            f"persona_transfer:{argument}: profile {first!r} has no paths of its own (section "
            "'recorder'); give mouse-web, mouse-game, mouse-desktop or literature."
        )
    if plus and "keystrokes" not in typist.sections:
        raise DeskhandError(
            f"persona_transfer:{argument}: profile {second!r} has no model of keys; give "
            "transcription or composition behind the +."
        )

    def apply(session: Session, seed: int) -> Session:
        return performed(session, person(hand, typist, seed, own_pace=False))

    # A profile's name, not where it lies.
    text = f"{hand.name}+{typist.name}" if typist is not hand else hand.name
    fidelity = "learned" if "report_policy" in hand.sections else "law"
    return Operator(
        text=f"persona_transfer:{text}",
        apply=apply,
        header={"profile": text, "fidelity": fidelity},
        of_person=True,
        new_person=True,
    )


def resynthesise(argument: str | None) -> Operator:
    """Return the operator that has the same person do the acts anew, at the pace of the capture.

    Raises
    ------
    DeskhandError
        When an argument is given.
    """
    if argument:
        raise DeskhandError(
            f"resynthesise:{argument}: it takes no argument; the pace is the capture's own."
        )
    hand, typist = load_profile(HAND), load_profile(TYPING)

    def apply(session: Session, seed: int) -> Session:
        return performed(session, person(hand, typist, seed, own_pace=True))

    return Operator(text="resynthesise", apply=apply, of_person=True)
