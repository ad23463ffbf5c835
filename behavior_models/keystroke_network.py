"""The keystroke network: how likely a spacing and a hold are, given text, person and the last keys.

A small network gives a mixture of logistic distributions of the next spacing's score, and another
one, which knows that spacing, of the hold's. What the text and the person tell is reckoned for all
keys at once; from key to key only the history is added. Sums of whole numbers are exact, so what is
typed depends neither on what else is typed nor on where a batch ends.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.density_network import (
    Layer,
    drawn_class,
    hard_swish,
    whole_inputs,
)
from deskhand.behavior_models.keystroke_history import HOLD_ROWS, SPACING_ROWS
from deskhand.behavior_models.keystroke_inputs import (
    CLASS_CODES,
    CLASS_SIGHT,
    LETTER_CODES,
    LETTER_SIGHT,
    SCALARS,
    KeystrokeInputs,
)
from deskhand.errors import DeskhandError
from deskhand.even_floats import even_exp, even_log

Floats = NDArray[np.float32]

COMPONENTS = 6
OUTPUTS = 3 * COMPONENTS
CLASS_WIDTH, LETTER_WIDTH, TRAITS = 8, 4, 12
TEXT_INPUTS = (
    (2 * CLASS_SIGHT + 1) * CLASS_WIDTH
    + (2 * LETTER_SIGHT + 1) * LETTER_WIDTH
    + len(SCALARS)
    + TRAITS
)
HISTORY_INPUTS = {"spacing": SPACING_ROWS, "hold": HOLD_ROWS}
# Of the ln scale of a component, in units of the score.
LOG_SCALE = (-4.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeystrokeNetwork:
    """Fitted weights.

    Parameters
    ----------
    class_places : NDArray[np.float32], shape (8, 38)
        Where each class of keys lies among the inputs, in whole steps.
    letter_places : NDArray[np.float32], shape (4, 28)
        The same of letters.
    layers : mapping of str to tuple of Layer
        ``spacing`` and ``hold``: layers from the inputs, those of text and person first, to weight
        (log odds), middle and ln scale of each component.
    """

    class_places: Floats
    letter_places: Floats
    layers: Mapping[str, tuple[Layer, ...]]

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "KeystrokeNetwork":
        """Return the network that `record` describes.

        Raises
        ------
        DeskhandError
            When the layers do not fit together.
        """
        places = {
            name: np.frombuffer(b64decode(record[name]), "<i2").astype(np.float32).reshape(shape)
            for name, shape in (
                ("class_places", (CLASS_WIDTH, CLASS_CODES)),
                ("letter_places", (LETTER_WIDTH, LETTER_CODES)),
            )
        }
        layers = {
            name: tuple(Layer.from_record(one) for one in record[name]) for name in HISTORY_INPUTS
        }
        for name, history in HISTORY_INPUTS.items():
            width = TEXT_INPUTS + history
            for layer in layers[name]:
                if layer.weight.shape[1] != width:
                    raise DeskhandError(
                        f"keystroke network: a layer of {name} has {layer.weight.shape[1]} inputs; "
                        f"it needs {width}."
                    )
                width = len(layer.weight)
            if width != OUTPUTS:
                raise DeskhandError(
                    f"keystroke network: {name} has {width} outputs; it needs {OUTPUTS}."
                )
        return cls(**places, layers=layers)

    @property
    def record(self) -> dict[str, Any]:
        """The network as JSON: whole numbers in base64."""
        places = {
            name: b64encode(getattr(self, name).astype("<i2").tobytes()).decode()
            for name in ("class_places", "letter_places")
        }
        return {
            **places,
            **{name: [one.record for one in part] for name, part in self.layers.items()},
        }

    def text_sums(self, inputs: KeystrokeInputs, traits: Floats) -> dict[str, Floats]:
        """Return what text and person add to the first layers' sums.

        Parameters
        ----------
        inputs : KeystrokeInputs
            n keys.
        traits : NDArray[np.float32], shape (12, n)
            In whole steps.

        Returns
        -------
        dict of str to NDArray[np.float32], shape (width of the first layer, n)
        """
        parts = [self.class_places[:, codes] for codes in inputs.classes]
        parts += [self.letter_places[:, codes] for codes in inputs.letters]
        parts += [whole_inputs(inputs.scalars.copy()), traits]
        steps = np.concatenate(parts)
        return {name: part[0].weight[:, :TEXT_INPUTS] @ steps for name, part in self.layers.items()}

    def trait_sums(self, name: str, traits: Floats) -> Floats:
        """Return what traits, shape (12, n) in whole steps, add to the sums of text and no traits."""
        return self.layers[name][0].weight[:, TEXT_INPUTS - TRAITS : TEXT_INPUTS] @ traits

    def drawn_score(self, name: str, sums: Floats, history: Floats, chance: Floats) -> Floats:
        """Return scores that are drawn for some keys.

        Parameters
        ----------
        name : str
            ``"spacing"`` or ``"hold"``.
        sums : NDArray[np.float32], shape (width, n)
            From `text_sums`.
        history : NDArray[np.float32], shape (8 or 10, n)
            From `deskhand.behavior_models.keystroke_history.KeystrokeHistory`.
        chance : NDArray[np.float32], shape (2, n)
            Uniform numbers.
        """
        out = self._mixture(name, sums, history)
        number = np.arange(out.shape[1])
        component = drawn_class(out[:COMPONENTS], chance[0])
        middle = out[COMPONENTS + component, number]
        log_scale = np.clip(out[2 * COMPONENTS + component, number], *LOG_SCALE)
        odds = even_log(chance[1] / (np.float32(1.0) - chance[1]))
        score: Floats = middle + even_exp(log_scale) * odds
        return score

    def log_density(self, name: str, sums: Floats, history: Floats, score: Floats) -> Floats:
        """Return how likely some keys' scores are: ln of their density, shape (n,).

        Parameters
        ----------
        name, sums, history
            As of `drawn_score`.
        score : NDArray[np.float32], shape (n,)
            Of what happened, see `deskhand.behavior_models.keystroke_history.scores`.
        """
        weight, middle, log_scale = np.split(self._mixture(name, sums, history), 3)
        log_scale = np.clip(log_scale, *LOG_SCALE)
        z = (score - middle) * np.exp(-log_scale)
        parts = weight - log_scale - z - 2.0 * np.logaddexp(0.0, -z)
        found: Floats = np.logaddexp.reduce(parts, 0) - np.logaddexp.reduce(weight, 0)
        return found

    def _mixture(self, name: str, sums: Floats, history: Floats) -> Floats:
        """Return weight (log odds), middle and ln scale of each component, shape (18, n)."""
        first, *others, last = self.layers[name]
        values = first.weight[:, TEXT_INPUTS:] @ whole_inputs(history.copy())
        values += sums
        values *= first.scale
        values += first.bias
        values = hard_swish(values)
        for layer in others:
            values = hard_swish(layer(values))
        return last(values)
