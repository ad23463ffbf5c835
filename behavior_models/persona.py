"""A persona: one person drawn from a profile, the same for the same seed and number."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from deskhand.behavior_models.conditions import condition as condition_of
from deskhand.behavior_models.conditions import hand_under, mind_under
from deskhand.behavior_models.hand_traits import HandTraits, draw_hand
from deskhand.behavior_models.mind_traits import MindTraits, draw_mind
from deskhand.behavior_models.one_handed import one_handed_typing
from deskhand.behavior_models.pointing_device import Device, draw_device
from deskhand.behavior_models.profile import Profile
from deskhand.behavior_models.second_monitor import draw_second_monitor
from deskhand.behavior_models.typist_traits import typing_profile
from deskhand.streams import name, stream, stream_key

ROLES = ("analyst", "designer", "engineer", "manager", "sales", "support")


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """One synthetic person: traits of hand and mind, typing, and the device in use.

    ``typing_profile`` is the population whose typists the person is one of, ``composing_profile``
    the one whose writers when a text is composed; ``typing_key`` names the random numbers that are
    this typist's own, the same as those of a person of this ``persona_id`` in `deskhand.type_text`.
    """

    persona_id: str
    role: str
    profile: str
    profile_mode: str
    hand: HandTraits
    typing_profile: Profile
    composing_profile: Profile
    typing_key: int
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
    monitors: Mapping[str, int] = MappingProxyType({}),
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
        Any name; one of `ROLES` is drawn when not given.
    condition : str
        One of `conditions.CONDITIONS`; what it changes, it changes in the same person.
    monitors : mapping of str to int
        How many monitors people of a role have, 1 or 2; of other roles it is drawn.

    Returns
    -------
    Persona
        The same for the same arguments.

    Raises
    ------
    UnknownNameError
        When the condition is not known.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> draw_persona(load_profile("office"), 7, 0, 0, condition="touchpad").device.scrolls_by
    'touchpad'
    """
    who, under = (team, person), condition_of(condition)
    typing, composing = (typing_profile(profile, law) for law in ("transcription", "composition"))
    if under.one_handed:
        typing, composing = one_handed_typing(typing), one_handed_typing(composing)
    drawn = ROLES[int(stream(seed, "persona.role", *who).integers(len(ROLES)))]
    persona_id = name("syn_person", seed, "persona", *who)
    device = draw_device(profile, stream(seed, "persona.device", *who), under.device)
    second = draw_second_monitor(
        (device.screen_width, device.screen_height),
        role or drawn,
        stream(seed, "second_monitor", *who),
        monitors.get(role or drawn),
    )
    return Persona(
        persona_id=persona_id,
        role=role or drawn,
        profile=profile.name,
        profile_mode=profile.mode,
        hand=hand_under(condition, draw_hand(profile, stream(seed, "persona.hand", *who))),
        typing_profile=typing,
        composing_profile=composing,
        typing_key=stream_key(seed, "keyboard.person", persona_id),
        mind=mind_under(condition, draw_mind(profile, stream(seed, "persona.mind", *who))),
        device=replace(device, second=second),
        condition=condition,
    )
