"""Digraph latency: the spacing from one key's down to the next key's down.

The logarithm of the spacing, less the person's mean, is logistic within a context (the spacing is
log-logistic), or with a small probability a pause, which is normal. Every person has an own effect
of each key pair.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.digraph_contexts import (
    CONTEXTS,
    clause_starts,
    pair_contexts,
    token_pairs,
)
from deskhand.behavior_models.key_hold import hold_law, releases_us
from deskhand.behavior_models.keyboard_layout import KeyboardLayout, load_layout
from deskhand.behavior_models.serial_dependence import persistent_log_odds
from deskhand.behavior_models.shift_timing import shift_releases_us, shift_runs
from deskhand.behavior_models.stamp_clock import stamp_clock
from deskhand.behavior_models.typist_traits import LAW_OF_MODE, TypistTraits
from deskhand.streams import stream

_US_PER_S = 1e6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpacingLaw:
    """One person's law of spacing in one mode, as look-up tables.

    Parameters
    ----------
    contexts : ndarray of uint8, shape (65536,)
        See `pair_contexts`.
    location : ndarray of float32, shape (65536,)
        Centre of ln(spacing in microseconds) by token pair, without the context's centre.
    centre, scale, pause_share, pause_centre, pause_sd : ndarray, shape (17,)
        By context; in units of ln(spacing), already times the person's spread.
    shortest_us, longest_us : float
        Bounds of a spacing.
    memory : tuple of float
        Share and decay of the residuals' lasting part.
    """

    contexts: NDArray[np.uint8]
    location: NDArray[np.float32]
    centre: NDArray[np.float64]
    scale: NDArray[np.float64]
    pause_share: NDArray[np.float64]
    pause_centre: NDArray[np.float64]
    pause_sd: NDArray[np.float64]
    shortest_us: float
    longest_us: float
    memory: tuple[float, float]

    def spacings_us(
        self,
        pairs: NDArray[np.uint16],
        log_odds: NDArray[np.float64],
        chance: NDArray[np.float64],
        normal: NDArray[np.float64],
        special: "list[tuple[int, int]] | None" = None,
    ) -> NDArray[np.float64]:
        """Return the spacings of token pairs.

        Parameters
        ----------
        pairs : ndarray of uint16, shape (n,)
            ``token * 256 + token before``.
        log_odds : ndarray, shape (n,)
            Standard logistic numbers; they may depend on those before them.
        chance : ndarray, shape (n,)
            Uniform numbers; below the share of pauses the spacing is a pause.
        normal : ndarray, shape (n,)
            Standard normal numbers, used by pauses.
        special : list of (int, int), optional
            Places whose context is not known from the pair alone, and that context.

        Returns
        -------
        ndarray, shape (n,)
            Microseconds, not rounded.
        """
        # `take` costs a text of a dozen keys half as much as indexing does.
        context = self.contexts.take(pairs)
        if special:
            for place, code in special:
                context[place] = code
        residual = self.scale.take(context)
        residual *= log_odds
        residual += self.centre.take(context)
        pauses = (chance < self.pause_share.take(context)).nonzero()[0]
        if pauses.size:
            kind = context[pauses]
            residual[pauses] = self.pause_centre[kind] + self.pause_sd[kind] * normal[pauses]
        residual += self.location.take(pairs)
        spacing = np.exp(residual, out=residual)
        np.maximum(spacing, self.shortest_us, out=spacing)
        return np.minimum(spacing, self.longest_us, out=spacing)


@lru_cache(maxsize=64)
def spacing_law(traits: TypistTraits, layout: KeyboardLayout, mode: str) -> SpacingLaw:
    """Return a person's law of spacing.

    Parameters
    ----------
    traits : TypistTraits
        The person.
    layout : KeyboardLayout
        The keyboard.
    mode : str
        One of `deskhand.behavior_models.typist_traits.MODES`.

    Source
    ------
    Log-logistic spacing: Gonzalez, Calot et al. 2021; parameters: profile, ``keyboard.spacing``.
    """
    law, profile = LAW_OF_MODE[mode], traits.profile
    tables = profile["keyboard", "spacing"]
    values = np.array(
        [tables[law].get(context, tables["transcription"][context]) for context in CONTEXTS],
        dtype=float,
    )
    centre, scale, share, pause_centre, pause_sd = values.T
    spread = traits.spacing_spread
    location = _digraph_effects(traits, layout) + np.float32(
        traits.mean_log_spacing(mode) + np.log(_US_PER_S)
    )
    return SpacingLaw(
        contexts=pair_contexts(layout),
        location=location,
        centre=spread * centre,
        scale=spread * scale,
        pause_share=np.minimum(share * traits.pause_factor, 0.9),
        pause_centre=spread * pause_centre,
        pause_sd=spread * pause_sd,
        shortest_us=_US_PER_S * float(profile["keyboard", "shortest_spacing_s"]),
        longest_us=_US_PER_S * float(profile["keyboard", "longest_pause_s"][law]),
        memory=tuple(profile["keyboard", "spacing_memory"][law]),
    )


@lru_cache(maxsize=16)
def _digraph_effects(traits: TypistTraits, layout: KeyboardLayout) -> NDArray[np.float32]:
    """Return a person's own effects of token pairs, the same in all modes, shape (65536,)."""
    spread, profile = traits.spacing_spread, traits.profile
    rng = stream(traits.effects_key, "typist.digraph")
    keys = int(layout.physical.max()) + 1
    own = spread * float(profile["keyboard", "spacing_digraph_person_sd"])
    effects = np.zeros((keys, keys), np.float32)
    main = layout.main_keys + 1  # pairs with a key outside the main block are no one's habit
    effects[:main, :main] = own * rng.standard_normal((main, main))
    table = effects[layout.physical][:, layout.physical]
    for pair, effect in profile["keyboard", "spacing_digraph"].items():
        before, now = pair
        for token in {ord(now), ord(now.upper())}:
            table[token, ord(before)] += np.float32(spread * float(effect))
    return table.reshape(-1)


def key_times(
    traits: TypistTraits,
    keys: Sequence[str],
    rng: np.random.Generator,
    *,
    mode: str = "transcription",
    layout: str = "qwerty-us",
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return when one person presses and releases a given sequence of keys.

    Parameters
    ----------
    traits : TypistTraits
        The person.
    keys : sequence of str, length n
        Characters, or named keys such as ``"Shift"`` and ``"Backspace"``; a capital stands for
        its key, the Shift before it is a key of its own.
    rng : numpy.random.Generator
        Where the chances come from.
    mode : str
        One of `deskhand.behavior_models.typist_traits.MODES`.
    layout : str
        A name of `deskhand.behavior_models.keyboard_layout.layout_names`.

    Returns
    -------
    (ndarray of int64, ndarray of int64), shape (n,) each
        Downs and ups in microseconds since the first down, on the grid of the person's clock.

    Raises
    ------
    UnknownNameError
        When the layout has no such key.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.behavior_models.typist_traits import draw_typist
    >>> person = draw_typist(load_profile("office"), stream(7, "doctest"))
    >>> down, up = key_times(person, list("hello"), stream(7, "doctest.keys"))
    >>> int(down[0]), bool((up > down).all()), bool((down[1:] > down[:-1]).all())
    (0, True, True)
    """
    board = load_layout(layout)
    tokens = bytes(board.token(key) for key in keys)
    codes = np.frombuffer(tokens, np.uint8)
    size = len(tokens)
    if not size:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    spacing, hold = spacing_law(traits, board, mode), hold_law(traits, board, mode)
    residuals = []
    for share, decay in (spacing.memory, hold.memory):
        log_odds, _ = persistent_log_odds(
            rng.standard_normal(size),
            rng.standard_normal(size),
            share=share,
            decay=decay,
            start=float(rng.standard_normal()),
        )
        residuals.append(log_odds)
    raw_down_us = np.zeros(size)
    spacing.spacings_us(
        token_pairs(tokens),
        residuals[0][1:],
        rng.random(size - 1),
        rng.standard_normal(size - 1),
        clause_starts(tokens),
    ).cumsum(out=raw_down_us[1:])
    holds_us = hold.holds_us(codes, residuals[1])
    clock = stamp_clock(traits, rng)
    raw_up_us = releases_us(traits, board.physical[codes], raw_down_us, holds_us, rng.random(size))
    down_us, up_us = clock.stamp(raw_down_us), clock.stamp(raw_up_us)
    shifts, shifted = shift_runs(codes, board)
    up_us[shifts] = shift_releases_us(
        traits,
        down_us[shifted],
        raw_up_us[shifted],
        np.append(down_us, raw_up_us[-1])[shifted + 1],
        rng.logistic(size=len(shifts)),
        clock,
    )
    origin_us = down_us[0]
    return down_us - origin_us, up_us - origin_us
