"""One-handed typing: a whole keyboard under the right hand's fingers, slower, with Shift held by the same hand.

The hand rests over the middle of the keyboard, so that each finger serves two of the columns that ten
fingers share. No two letters are struck by different hands, and no habits of pairs of letters are
left from typing with two. What the keys write and which keys lie side by side stays as it was.

Sources
-------
Matias, MacKenzie & Buxton 1996, "One-handed touch-typing on a QWERTY keyboard": after ten hours all
typed at 41-73 % of their speed with two hands (its abstract; on a mirrored half of the keyboard, which
is taken to stand for the whole one). That every finger serves twice the columns, the cost of Shift,
and that errors are as frequent as with two hands are assumed.
"""

from dataclasses import replace
from functools import lru_cache
from math import log
from typing import Any

import numpy as np

from deskhand.behavior_models.keyboard_layout import KeyboardLayout
from deskhand.behavior_models.profile import Profile, entry
from deskhand.behavior_models.typist_traits import SECTION

_SOURCE = "Matias, MacKenzie & Buxton 1996: 41-73 % of the speed with two hands after ten hours"
# The middle of that range, by ratio.
SPEED_SHARE = 0.55
# Of the slowness, the part that comes of there being no other hand in the contexts (counted).
CONTEXT_SLOWNESS = 1.06
# A hand that holds Shift is spread out for the key and gathers itself after it (assumed).
SHIFT_SLOWNESS = 1.5
# Fingers by number, see `KeyboardLayout`: two of the ten-finger columns each, thumbs to the thumb.
_FINGERS = np.array([6, 6, 7, 7, 5, 5, 8, 8, 9, 9], np.uint8)


@lru_cache(maxsize=8)
def one_handed_layout(layout: KeyboardLayout) -> KeyboardLayout:
    """Return a keyboard on which the right hand strikes every key.

    Parameters
    ----------
    layout : KeyboardLayout
        The keyboard under two hands.

    Returns
    -------
    KeyboardLayout
        The same keys; Shift is the one near the key, and is held for one key at a time.

    Examples
    --------
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> layout = one_handed_layout(load_layout("qwerty-us"))
    >>> [int(layout.finger[ord(letter)]) for letter in "aftjp"]
    [6, 7, 7, 8, 9]
    >>> layout.codes[layout.shift[ord("A")]]
    'ShiftLeft'
    """
    left, right = (np.uint8(layout.tokens[key]) for key in ("ShiftLeft", "ShiftRight"))
    near = np.where(layout.shift == left, right, left)
    return replace(layout, finger=_FINGERS[layout.finger], shift=near, shift_stays=False)


@lru_cache(maxsize=8)
def one_handed_typing(profile: Profile) -> Profile:
    """Return how a population types with one hand.

    Parameters
    ----------
    profile : Profile
        How it types with two; section ``keystrokes``.

    Returns
    -------
    Profile
        Of the law alone: no network has learned from people who type with one hand.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> "learned_keystrokes" in one_handed_typing(load_profile("transcription")).sections
    False
    """
    known = profile.sections[SECTION]
    slower = log(1.0 / (SPEED_SHARE * CONTEXT_SLOWNESS))

    def slowed_shift(contexts: dict[str, list[float]]) -> dict[str, list[float]]:
        return {
            name: [at[0] + log(SHIFT_SLOWNESS), *at[1:]] if name.endswith(" shift") else at
            for name, at in contexts.items()
        }

    def changed(name: str, made: Any) -> dict[str, Any]:
        return {name: entry(made, f"{known[name]['source']}; one hand: {_SOURCE}")}

    means, spacing = known["person_mean"]["value"], known["spacing"]["value"]
    keystrokes = {
        **known,
        **changed(
            "person_mean",
            {law: {**mean, "spacing": mean["spacing"] + slower} for law, mean in means.items()},
        ),
        **changed("spacing", {law: slowed_shift(each) for law, each in spacing.items()}),
        **changed("digraph", {}),
    }
    kept = {name: s for name, s in profile.sections.items() if name != "learned_keystrokes"}
    return replace(
        profile, name=f"{profile.name} (one-handed)", sections={**kept, SECTION: keystrokes}
    )
