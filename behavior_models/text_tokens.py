"""Text tokens: whole texts as the keys that enter them, what a layout cannot type left out or pasted.

A paste stands in the tokens as the Control key: no error reaches across a key that is no character.
The V that is struck with it is put in when slips and repairs are known.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.error_correction import TypedKeys
from deskhand.behavior_models.keyboard_layout import SPACE, KeyboardLayout, character_at
from deskhand.behavior_models.layout_tokens import TAB
from deskhand.errors import DeskhandError, UnknownNameError

UNTYPEABLE = ("error", "skip", "paste")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_CHARACTER = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_REMEDY = "give untypeable='skip' to leave such characters out, or untypeable='paste' to paste them"

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextTokens:
    """m texts as tokens, one after another, n in all.

    Parameters
    ----------
    token : NDArray[np.uint8], shape (n,)
        Of characters, Tab and Enter; Control where something is pasted.
    first : NDArray[np.intp], shape (m,)
        Place of each text's first token; that of a text without any is the next one's.
    paste : NDArray[np.intp], shape (k,)
        Places of what is pasted.
    pasted : list of str, length k
    """

    token: NDArray[np.uint8]
    first: Places
    paste: Places
    pasted: list[str]


def text_tokens(
    texts: Sequence[str], layout: KeyboardLayout, untypeable: str = "error", number: int = 0
) -> TextTokens:
    r"""Return some texts as tokens of a layout.

    Parameters
    ----------
    texts : sequence of str
        ``"\t"`` is the Tab key, ``"\n"`` Enter.
    layout : KeyboardLayout
    untypeable : str
        One of `UNTYPEABLE`. Words that are pasted are pasted with the spaces between them.
    number : int
        Of the first text, for errors.

    Raises
    ------
    DeskhandError
        When a text holds half a surrogate pair or a control character; or, unless told otherwise,
        a character that the layout cannot type.

    Examples
    --------
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> made = text_tokens(["so 好 了!", "a\tb"], load_layout("qwerty-us"), "paste")
    >>> made.pasted, made.paste.tolist(), made.first.tolist(), made.token[-3:].tolist()
    (['好 了'], [3], [0, 5], [97, 9, 98])
    """
    if untypeable not in UNTYPEABLE:
        raise UnknownNameError("way with untypeable characters", untypeable, UNTYPEABLE)
    joined, end = _joined(texts, number)
    token = layout.lookup(joined)
    if "\t" in joined:
        token = np.where(np.frombuffer(joined.encode("utf-32-le"), "<u4") == TAB, TAB, token)
        token = token.astype(np.uint8)
    first: Places = np.append(np.intp(0), end)[:-1]
    none = np.zeros(0, np.intp)
    if token.all():
        return TextTokens(token=token, first=first, paste=none, pasted=[])
    out = token == 0
    if untypeable == "error":
        wrong = int(np.searchsorted(end, np.argmax(out), "right"))
        raise DeskhandError(layout.refusal(f"text {number + wrong},", texts[wrong], _REMEDY))
    kept = ~out
    paste, pasted = none, []
    if untypeable == "paste":
        begins = np.zeros(len(token) + 1, np.bool_)
        begins[first] = True
        between = (token[1:-1] == SPACE) & out[:-2] & out[2:]
        out[1:-1] |= between & ~begins[1:-2] & ~begins[2:-1]
        start = np.flatnonzero(out & (np.append(True, ~out[:-1]) | begins[:-1]))
        stop = np.flatnonzero(out & (np.append(~out[1:], True) | begins[1:])) + 1
        pasted = [joined[low:high] for low, high in zip(start, stop, strict=True)]
        token[start] = layout.token("Control")
        kept = ~out
        kept[start] = True
        paste = (np.cumsum(kept) - 1)[start]
    before = np.append(np.intp(0), np.cumsum(kept))
    return TextTokens(token=token[kept], first=before[first], paste=paste, pasted=pasted)


def pasted_texts(texts: Sequence[str], layout: KeyboardLayout, number: int = 0) -> TextTokens:
    """Return texts that are pasted as a whole; an empty one has no token.

    Raises
    ------
    DeskhandError
        When a text holds half a surrogate pair or a control character.

    Examples
    --------
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> pasted_texts(["so", "", "und so"], load_layout("qwertz-de")).first.tolist()
    [0, 1, 1]
    """
    _joined(texts, number)
    some = np.array([bool(text) for text in texts], np.intp)
    count = int(some.sum())
    return TextTokens(
        token=np.full(count, layout.token("Control"), np.uint8),
        first=np.cumsum(some) - some,
        paste=np.arange(count, dtype=np.intp),
        pasted=[text for text in texts if text],
    )


def with_pastes(
    keys: TypedKeys, asked: TextTokens, layout: KeyboardLayout
) -> tuple[TypedKeys, Places]:
    """Return the keys with the V of each paste after its Control, and what is pasted by which key.

    Parameters
    ----------
    keys : TypedKeys
        What enters the tokens.
    asked : TextTokens
    layout : KeyboardLayout

    Returns
    -------
    tuple
        The keys, and for each of them a place in ``asked.pasted``, or -1.
    """
    if not len(asked.paste):
        return keys, np.full(len(keys.token), -1, np.intp)
    at = np.flatnonzero(np.isin(keys.source, asked.paste))
    moved = np.arange(len(keys.token)) + np.searchsorted(at, np.arange(len(keys.token)))
    held = np.insert(keys.held, at + 1, 0)
    held[moved[at]] = 1
    corrects = np.where(keys.corrects < 0, -1, moved[keys.corrects])
    which = np.full(len(held), -1, np.intp)
    which[moved[at] + 1] = np.searchsorted(asked.paste, keys.source[at])
    made = replace(
        keys,
        token=np.insert(keys.token, at + 1, np.uint8(layout.token("v"))),
        source=np.insert(keys.source, at + 1, keys.source[at]),
        error=np.insert(keys.error, at + 1, 0),
        corrects=np.insert(corrects, at + 1, -1),
        held=held,
        first=keys.first + np.searchsorted(at, keys.first),
    )
    return made, which


def _joined(texts: Sequence[str], number: int) -> tuple[str, Places]:
    """Return the texts as one, and the ends of each, if they hold characters alone."""
    joined = "".join(texts)
    end = np.cumsum(np.fromiter(map(len, texts), np.intp, len(texts)))
    found = _NO_CHARACTER.search(joined)
    if found:
        wrong = int(np.searchsorted(end, found.start(), "right"))
        place = found.start() - int(end[wrong]) + len(texts[wrong])
        shown = character_at(f"text {number + wrong},", texts[wrong], place)
        if _SURROGATE.match(found[0]):
            raise DeskhandError(f"{shown} is half a surrogate pair, no character; leave it out.")
        raise DeskhandError(
            f"{shown} is a control character; only newline (Enter) and tab are keys: leave it out."
        )
    return joined, end
