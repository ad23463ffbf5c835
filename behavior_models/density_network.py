"""Small feed-forward layers in whole-number arithmetic: the same result for any batch and processor.

A matrix product of floating-point numbers may differ in its last bit with the shape of the batch,
the number of threads and the processor, and one flipped draw changes a movement. Here weights are
whole numbers of 8 bits and activations whole numbers of 10 bits, so every partial sum is a whole
number below 2**24, which float32 holds exactly: no order of summation can change it. Activations
are made from additions, products and comparisons alone, which every processor rounds alike.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from deskhand.compiled import compiled
from deskhand.errors import DeskhandError

Floats = NDArray[np.float32]

# An input or an activation is a whole number of these steps, at most LIMIT of them.
STEP = 1.0 / 64.0
LIMIT = 768
WEIGHT_LIMIT = 127
# Above this many inputs a sum could pass 2**24.
MOST_INPUTS = 2**24 // (LIMIT * WEIGHT_LIMIT)
# A compiler is not loaded for fewer columns than this.
FEWEST_COLUMNS = 1000
_MOST = np.float32(LIMIT)
_GATE, _GATE_STEPS = np.float32(3.0), np.float32(1.0 / (6.0 * STEP))


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A linear layer: whole-number weights, and a scale and a bias for each output.

    Parameters
    ----------
    weight : NDArray[np.float32], shape (outputs, inputs)
        Whole numbers from -127 to 127.
    scale : NDArray[np.float32], shape (outputs, 1)
        What one step of the sum is worth.
    bias : NDArray[np.float32], shape (outputs, 1)
    """

    weight: Floats
    scale: Floats
    bias: Floats

    @classmethod
    def of(cls, weight: Floats, bias: Floats) -> Self:
        """Return a layer whose real weights are rounded to whole numbers.

        Parameters
        ----------
        weight : NDArray[np.float32], shape (outputs, inputs)
        bias : NDArray[np.float32], shape (outputs,)

        Examples
        --------
        >>> layer = Layer.of(np.array([[0.5, -1.0]], np.float32), np.zeros(1, np.float32))
        >>> layer.weight.tolist()
        [[64.0, -127.0]]
        """
        if weight.shape[1] > MOST_INPUTS:
            raise DeskhandError(f"{weight.shape[1]} inputs: a layer has at most {MOST_INPUTS}.")
        largest = np.maximum(np.abs(weight).max(axis=1, keepdims=True), 1e-6)
        return cls(
            weight=np.rint(weight * (WEIGHT_LIMIT / largest)).astype(np.float32),
            scale=(largest * (STEP / WEIGHT_LIMIT)).astype(np.float32),
            bias=bias.reshape(-1, 1).astype(np.float32),
        )

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Return the layer that `record` describes."""
        weight = np.frombuffer(b64decode(record["weight"]), np.int8).astype(np.float32)
        return cls(
            weight=weight.reshape(record["outputs"], -1),
            scale=np.frombuffer(b64decode(record["scale"]), "<f4").reshape(-1, 1),
            bias=np.frombuffer(b64decode(record["bias"]), "<f4").reshape(-1, 1),
        )

    @property
    def record(self) -> dict[str, Any]:
        """The layer as JSON: 8-bit weights row by row, float32 scales and biases, in base64."""
        return {
            "outputs": len(self.weight),
            "weight": b64encode(self.weight.astype(np.int8).tobytes()).decode(),
            "scale": b64encode(self.scale.astype("<f4").tobytes()).decode(),
            "bias": b64encode(self.bias.astype("<f4").tobytes()).decode(),
        }

    def __call__(self, steps: Floats) -> Floats:
        """Return the layer's outputs.

        Parameters
        ----------
        steps : NDArray[np.float32], shape (inputs, n)
            Whole numbers of steps, at most `LIMIT` in size.

        Returns
        -------
        NDArray[np.float32], shape (outputs, n)
        """
        out: Floats = self.weight @ steps
        out *= self.scale
        out += self.bias
        return out


def whole_inputs(values: Floats) -> Floats:
    """Return standardised inputs as whole numbers of `STEP`; overwrites ``values``."""
    values *= np.float32(1.0 / STEP)
    np.rint(values, out=values)
    return np.clip(values, -LIMIT, LIMIT, out=values)


def hard_swish(values: Floats) -> Floats:
    """Return ``x clip(x + 3, 0, 6) / 6`` as whole numbers of `STEP`; overwrites ``values``.

    Source
    ------
    Howard et al. 2019, "Searching for MobileNetV3": a stand-in for x sigmoid(x) without exponentials.

    Examples
    --------
    >>> (hard_swish(np.array([-4, 0, 1, 8], np.float32)) * STEP).tolist()
    [-0.0, 0.0, 0.671875, 8.0]
    """
    gate = np.clip(values, -_GATE, _GATE)
    gate += _GATE
    gate *= _GATE_STEPS
    values *= gate
    np.rint(values, out=values)
    # Never under -1/2; clipping is quicker than a minimum.
    return np.clip(values, -_MOST, _MOST, out=values)


def outputs(layers: Sequence[Layer], inputs: Floats) -> Floats:
    """Return what layers one after the other make of inputs, with `hard_swish` between them.

    Parameters
    ----------
    layers : sequence of Layer
    inputs : NDArray[np.float32], shape (inputs, n)
        From `whole_inputs`.

    Returns
    -------
    NDArray[np.float32], shape (outputs, n)

    Examples
    --------
    >>> layer = Layer.of(np.eye(2, dtype=np.float32), np.zeros(2, np.float32))
    >>> outputs([layer, layer], whole_inputs(np.array([[3.0], [-9.0]], np.float32))).tolist()
    [[3.0], [0.0]]
    """
    loop = _compiled_for(inputs, _activate)
    for layer in layers[:-1]:
        if loop is None:
            inputs = hard_swish(layer(inputs))
        else:
            inputs = layer.weight @ inputs
            loop(inputs, layer.scale[:, 0], layer.bias[:, 0])
    return layers[-1](inputs)


def _compiled_for(columns: Floats, loop: Callable[..., None]) -> Callable[..., None] | None:
    return compiled(loop) if columns.shape[-1] >= FEWEST_COLUMNS else None


def _activate(values: Floats, scale: Floats, bias: Floats) -> None:
    """Turn a layer's sums into what `hard_swish` makes of its outputs: the loop that is compiled."""
    for i in range(values.shape[0]):
        one, other = scale[i], bias[i]
        for j in range(values.shape[1]):
            value = values[i, j] * one
            value += other
            gate = min(max(value, -_GATE), _GATE)
            gate += _GATE
            gate *= _GATE_STEPS
            values[i, j] = min(max(np.rint(value * gate), -_MOST), _MOST)


def drawn_class(logits: Floats, uniform: Floats) -> NDArray[np.intp]:
    """Return a class for each column, drawn by its logits.

    Parameters
    ----------
    logits : NDArray[np.float32], shape (classes, n)
        Overwritten.
    uniform : NDArray[np.float32], shape (n,)
        From (0, 1).

    Examples
    --------
    >>> logits = np.log(np.array([[0.2, 0.2], [0.8, 0.8]], np.float32))
    >>> drawn_class(logits, np.array([0.1, 0.3], np.float32)).tolist()
    [0, 1]
    """
    logits -= logits.max(axis=0)
    np.exp(logits, out=logits)
    loop = _compiled_for(logits, _count_passed)
    if loop is not None:
        found = np.zeros(logits.shape[1], np.intp)
        loop(logits, uniform, found)
        return found
    # Row by row: the sum of a column then never depends on how many columns there are.
    for below, row in pairwise(logits):
        row += below
    passed: NDArray[np.intp] = (logits[:-1] < uniform * logits[-1]).sum(axis=0, dtype=np.intp)
    return passed


def _count_passed(weights: Floats, uniform: Floats, found: NDArray[np.intp]) -> None:
    """Count the classes that each column's number has passed: the loop that is compiled."""
    classes = weights.shape[0]
    for number in range(1, classes):
        for j in range(weights.shape[1]):
            weights[number, j] += weights[number - 1, j]
    for number in range(classes - 1):
        for j in range(weights.shape[1]):
            if weights[number, j] < uniform[j] * weights[classes - 1, j]:
                found[j] += 1
