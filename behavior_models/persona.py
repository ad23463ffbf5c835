"""A persona: one person drawn from a profile, the same for the same seed and number."""

from dataclasses import dataclass

from deskhand.behavior_models.conditions import condition as condition_of
from deskhand.behavior_models.conditions import hand_under
from deskhand.behavior_models.hand_traits import HandTraits, draw_hand
from deskhand.behavior_models.mind_traits import MindTraits, draw_mind
from deskhand.behavior_models.pointing_device import Device, draw_device
from deskhand.behavior_models.profile import Profile
from deskhand.behavior_models.typist_traits import TypistTraits, draw_typist
from deskhand.errors import UnknownNameError
from deskhand.streams import name, stream

ROLES = ("analyst", "designer", "engineer", "manager", "sales", "support")


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """One synthetic person: traits of hand, typing and mind, and the device in use."""

    persona_id: str
    role: str
    profile: str
    profile_mode: str
    hand: HandTraits
    typist: TypistTraits
    mind: MindTraits
    device: Device
    keyboard_layout: str = "qwerty-us"
    condition: str = "none"


def draw_persona(
    profile: Profile,
    seed: int,
    team: int,
    person: int,
    role: str | None = None,
    condition: str = "none",
) -> Persona:
    """Draw one person.

    Parameters
    ----------
    profile : Profile
        The population.
    seed : int
        The run's seed.
    team, person : int
        Who: the team's number and the person's number in the whole population.
    role : str, optional
        One of `ROLES`; drawn when not given.
    condition : str
        One of `conditions.CONDITIONS`; what it changes, it changes in the same person.

    Returns
    -------
    Persona
        The same for the same arguments.

    Raises
    ------
    UnknownNameError
        When the role or the condition is not known.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> draw_persona(load_profile("office"), 7, 0, 0, condition="touchpad").device.scrolls_by
    'touchpad'
    """
    if role is not None and role not in ROLES:
        raise UnknownNameError("persona role", role, ROLES)
    who = (team, person)
    drawn = ROLES[int(stream(seed, "persona.role", *who).integers(len(ROLES)))]
    return Persona(
        persona_id=name("syn_person", seed, "persona", *who),
        role=role or drawn,
        profile=profile.name,
        profile_mode=profile.mode,
        hand=hand_under(condition, draw_hand(profile, stream(seed, "persona.hand", *who))),
        typist=draw_typist(profile, stream(seed, "persona.typist", *who)),
        mind=draw_mind(profile, stream(seed, "persona.mind", *who)),
        device=draw_device(
            profile, stream(seed, "persona.device", *who), condition_of(condition).device
        ),
        condition=condition,
    )
