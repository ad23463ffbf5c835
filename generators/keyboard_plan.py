"""Planning of typing: which keys go down when, slips and repairs included; releases come later.

A text is planned in a few array operations: the keys as bytes, a table look-up for every pair of
keys, and numbers taken from blocks that were drawn ahead. Holds, overlaps and event rows are
filled in by `deskhand.generators.keyboard` for all texts of a session at once.
"""

from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.digraph_contexts import clause_starts, token_pairs
from deskhand.behavior_models.digraph_latency import SpacingLaw
from deskhand.behavior_models.key_hold import HoldLaw, hold_law
from deskhand.behavior_models.keyboard_layout import load_layout
from deskhand.behavior_models.persona import Persona
from deskhand.behavior_models.serial_dependence import persistent_log_odds
from deskhand.behavior_models.typing_errors import TypingErrors
from deskhand.behavior_models.typist_traits import MODES
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.registry import load
from deskhand.streams import Draws

MODIFIERS = ("Control", "Shift", "Alt", "Meta")
_BLOCK = 1024


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Typing:
    """Keys that one action presses, in the order of their downs.

    Parameters
    ----------
    duration_us : int
        From the first key's down to the last key's up.
    text : str
        What the typing adds to the field in the end; empty for chords and single presses.
    error_count : int
        Slips made and repaired on the way.
    keys : bytes
        Tokens of `deskhand.behavior_models.keyboard_layout`, Shift and Backspace included.
    down_us : ndarray of float64, shape (len(keys),)
        Time of each down since the first one's; not rounded.
    mode : str
        How it was typed.
    layout : str
        On which keyboard layout.
    edits : bool
        Whether the keys edit the field; chords and single presses do not.
    secret : bool
        Whether the events may tell which keys these are.
    held : int
        How many of the first keys are modifiers held until the last key is up.
    """

    duration_us: int
    text: str
    error_count: int
    keys: bytes
    down_us: NDArray[np.float64]
    mode: str
    layout: str
    edits: bool
    secret: bool
    held: int = 0


class _Manner:
    """One person in one mode: the laws, and numbers drawn ahead."""

    __slots__ = (
        "_chance",
        "_draws",
        "_last",
        "_log_odds",
        "_normal",
        "_used",
        "errors",
        "hold",
        "law",
    )

    def __init__(self, law: SpacingLaw, hold: HoldLaw, errors: TypingErrors, draws: Draws) -> None:
        self.law, self.hold, self.errors = law, hold, errors
        self._draws = draws
        self._last = draws.normal()
        self._used = 0
        self._log_odds = self._chance = self._normal = np.empty(0)

    def spacings_us(
        self, keys: bytes, special: list[tuple[int, int]] | None
    ) -> NDArray[np.float64]:
        size = len(keys) - 1
        if self._used + size > len(self._chance):
            self._refill(max(_BLOCK, size))
        start, self._used = self._used, self._used + size
        return self.law.spacings_us(
            token_pairs(keys),
            self._log_odds[start : self._used],
            self._chance[start : self._used],
            self._normal[start : self._used],
            special,
        )

    def _refill(self, size: int) -> None:
        share, decay = self.law.memory
        self._log_odds, self._last = persistent_log_odds(
            self._draws.normals(size),
            self._draws.normals(size),
            share=share,
            decay=decay,
            start=self._last,
        )
        self._chance = self._draws.uniforms(size)
        self._normal = self._draws.normals(size)
        self._used = 0


class Typist:
    """Plans what one person types.

    Parameters
    ----------
    persona : Persona
        Who types, on which layout.
    draws : Draws
        Where the chances come from.
    fidelity : str
        Which model gives the spacing of keys: the registry's ``keyboard.<fidelity>``.

    Examples
    --------
    >>> from deskhand.behavior_models.persona import draw_persona
    >>> from deskhand.behavior_models.profile import load_profile
    >>> persona = draw_persona(load_profile("office"), seed=7, team=0, person=0)
    >>> typing = Typist(persona, Draws(7, "keyboard", 0, 0, 0)).type("Lindholm Freight")
    >>> typing.text, 1_000_000 < typing.duration_us < 15_000_000
    ('Lindholm Freight', True)
    """

    def __init__(self, persona: Persona, draws: Draws, fidelity: str = "law") -> None:
        self._spacing = load("deskhand.models", f"keyboard.{fidelity}")
        self._traits = persona.typist
        self._layout = load_layout(persona.keyboard_layout)
        self._draws = draws
        self._manners: dict[str, _Manner] = {}
        self._chords: dict[str, tuple[bytes, int]] = {}
        self._clock_us = persona.typist.clock_us

    def type(self, text: str, *, mode: str = "form", secret: bool = False) -> Typing:
        r"""Plan a text; ``"\n"`` is the Enter key.

        Parameters
        ----------
        text : str
            Characters of the layout; at least one.
        mode : str
            ``form``, ``transcription``, ``composition`` or ``password``.
        secret : bool
            Whether key, code and value must not appear in the events.

        Raises
        ------
        DeskhandError
            When the text is empty or a character is not on the layout.
        UnknownNameError
            When there is no such mode.
        """
        if not text:
            raise DeskhandError("text '': nothing to type; leave the step out or give a text.")
        manner = self._manners.get(mode) or self._manner(mode)
        keys, error_count = manner.errors.make(self._layout.encode(text), self._draws)
        keys = self._layout.with_shift(keys)
        down_us, duration_us = self._timed(keys, manner, clause_starts(keys))
        return Typing(
            duration_us=duration_us,
            text=text,
            error_count=error_count,
            keys=keys,
            down_us=down_us,
            mode=mode,
            layout=self._layout.name,
            edits=True,
            secret=secret,
        )

    def press(self, key: str, *, count: int = 1) -> Typing:
        """Plan a named key pressed ``count`` times, such as ``press("ArrowDown", count=3)``."""
        if count < 1:
            raise DeskhandError(f"count={count} of {key!r}: must be 1 or more.")
        return self._keys(bytes([self._layout.token(key)]) * count, 0)

    def chord(self, chord: str) -> Typing:
        """Plan a shortcut such as ``"Control+s"``: modifiers down, key down and up, modifiers up.

        Raises
        ------
        DeskhandError
            When the part before the last is not a modifier.
        """
        if chord not in self._chords:
            *modifiers, key = chord.split("+") if not chord.endswith("++") else [chord[:-2], "+"]
            for modifier in modifiers:
                if modifier not in MODIFIERS:
                    raise UnknownNameError("modifier", modifier, MODIFIERS)
            keys = bytes(self._layout.token(part) for part in [*modifiers, key])
            self._chords[chord] = keys, len(modifiers)
        keys, held = self._chords[chord]
        return self._keys(keys, held)

    def _keys(self, keys: bytes, held: int) -> Typing:
        manner = self._manners.get("form") or self._manner("form")
        down_us, duration_us = self._timed(keys, manner, None)
        if held:
            duration_us += manner.hold.modifier_us(self._draws.normal())
        return Typing(
            duration_us=duration_us,
            text="",
            error_count=0,
            keys=keys,
            down_us=down_us,
            mode="form",
            layout=self._layout.name,
            edits=False,
            secret=False,
            held=held,
        )

    def _timed(
        self, keys: bytes, manner: _Manner, special: list[tuple[int, int]] | None
    ) -> tuple[NDArray[np.float64], int]:
        down_us = np.zeros(len(keys))
        if len(keys) > 1:
            manner.spacings_us(keys, special).cumsum(out=down_us[1:])
        chance = self._draws.uniform()
        hold = manner.hold
        held_us = hold.location[keys[-1]] + hold.scale * log((chance + 1e-9) / (1.0 - chance))
        end_us = float(down_us[-1]) + max(exp(held_us), hold.shortest_us)
        # The last release lies on the clock's grid, as the releases before it will.
        return down_us, (int(end_us) // self._clock_us + 1) * self._clock_us

    def _manner(self, mode: str) -> _Manner:
        if mode not in MODES:
            raise UnknownNameError("typing mode", mode, MODES)
        manner = _Manner(
            self._spacing(self._traits, self._layout, mode),
            hold_law(self._traits, self._layout, mode),
            TypingErrors(self._traits, self._layout, mode),
            self._draws,
        )
        self._manners[mode] = manner
        return manner
