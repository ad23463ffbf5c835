"""What kind of step leads from one key to the next, as far as the keys are known."""

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import CLASSES, LETTER_CLASSES, KeyVocabulary

CONTEXTS = (
    "other hand",
    "same hand",
    "same finger",
    "same key",
    "to space",
    "word start",
    "to backspace",
    "after backspace",
    "backspace again",
    "to digit",
    "to punctuation",
    "to capital",
    "other",
)
_CODE = {name: code for code, name in enumerate(CONTEXTS)}
# Left little to left index, then right index to right little; thumb, and what has no finger.
FINGERS = ("L4", "L3", "L2", "L1", "R1", "R2", "R3", "R4")
THUMB, NO_FINGER = len(FINGERS), len(FINGERS) + 1


def finger_of_class() -> NDArray[np.int64]:
    """Return the finger of each key class: a place in `FINGERS`, `THUMB` or `NO_FINGER`.

    Examples
    --------
    >>> from deskhand.behavior_models.key_classes import CLASS_CODE
    >>> [int(finger_of_class()[CLASS_CODE[name]]) for name in ("letter:L4h", "space", "enter")]
    [0, 8, 9]
    """
    finger = np.full(len(CLASSES), NO_FINGER)
    for code, name in enumerate(CLASSES):
        if name == "space":
            finger[code] = THUMB
        elif name.removeprefix("letter:") in LETTER_CLASSES:
            finger[code] = FINGERS.index(name.removeprefix("letter:")[:2])
    return finger


def pair_table(vocabulary: KeyVocabulary) -> NDArray[np.uint8]:
    """Return the context of every pair of keys.

    Parameters
    ----------
    vocabulary : KeyVocabulary
        k keys.

    Returns
    -------
    NDArray[np.uint8], shape (k, k)
        Place in `CONTEXTS`, by the key before and the key now.

    Examples
    --------
    >>> from deskhand.behavior_models.key_classes import key_vocabulary
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> names = ["letter:L1u", "letter:R1h", "letter:L1h", "space", "backspace"]
    >>> table = pair_table(key_vocabulary(names, load_layout("qwerty-us")))
    >>> [CONTEXTS[code] for code in table[0]]
    ['same key', 'other hand', 'same finger', 'to space', 'to backspace']
    """
    names = np.array(CLASSES)[vocabulary.key_class]
    finger = finger_of_class()[vocabulary.key_class]
    letter = finger < THUMB
    space, erase = names == "space", names == "backspace"
    mark = (names == "punct") | (names == "sentence-punct")
    # Of letters whose place alone is known, two of one place are taken to be one key: most are.
    same = np.where(
        vocabulary.physical < 0, -1 - vocabulary.key_class.astype(int), vocabulary.physical
    )
    before, now = np.ix_(np.arange(len(names)), np.arange(len(names)))
    both = letter[before] & letter[now]
    left = finger < THUMB // 2
    size = (len(names), len(names))
    context = np.full(size, _CODE["other"], np.uint8)
    # From the most general to the most particular: a later line overrides.
    rules = (
        ("other hand", both & (left[before] != left[now])),
        ("same hand", both & (left[before] == left[now])),
        ("same finger", both & (finger[before] == finger[now])),
        ("same key", both & (same[before] == same[now])),
        ("to digit", (names == "digit")[now]),
        ("to punctuation", mark[now]),
        ("to capital", vocabulary.capital[now]),
        ("word start", space[before] & (letter & ~vocabulary.capital)[now]),
        ("to space", space[now]),
        ("after backspace", erase[before]),
        ("to backspace", erase[now]),
        ("backspace again", erase[before] & erase[now]),
    )
    for name, where in rules:
        context[np.broadcast_to(where, size)] = _CODE[name]
    return context
