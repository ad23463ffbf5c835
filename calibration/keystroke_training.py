"""Fitting the learned typist: the likelihood of recorded keystrokes, maximised with PyTorch.

Each person has a vector of traits that is learned along with the network, as a distribution that is
kept near the standard normal one. Of these vectors only their law over people is kept. PyTorch is
needed here alone; the fitted network runs in numpy.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.density_network import LIMIT, STEP, Layer, whole_inputs
from deskhand.behavior_models.keystroke_inputs import CLASS_CODES, LETTER_CODES
from deskhand.behavior_models.keystroke_network import (
    CLASS_WIDTH,
    COMPONENTS,
    HISTORY_INPUTS,
    LETTER_WIDTH,
    LOG_SCALE,
    OUTPUTS,
    TEXT_INPUTS,
    TRAITS,
    KeystrokeNetwork,
)
from deskhand.calibration.keystroke_rows import KeystrokeRows, Outcomes
from deskhand.calibration.pytorch import torch_on_one_thread

Floats = NDArray[np.float32]

HIDDEN = (64, 48)
BATCH = 4096
LEARNING_RATE, PEOPLE_RATE, WEIGHT_DECAY = 4e-3, 2e-2, 1e-4
# Steps of the optimiser, and passes over the data, of which each draws the times anew.
WANTED_STEPS, MOST_PASSES = 3500, 60
# Noise that keeps the network from taking what came before for a promise.
HISTORY_NOISE = 0.05
_LIMIT = LIMIT * STEP

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainedTypists:
    """A network, and what is known of the people it was fitted to.

    Parameters
    ----------
    network : KeystrokeNetwork
    middle, variance : NDArray[np.float64], shape (p, 12)
        Of each person's traits.
    count : NDArray[np.intp], shape (p,)
        Keystrokes of each person.
    """

    network: KeystrokeNetwork
    middle: NDArray[np.float64]
    variance: NDArray[np.float64]
    count: NDArray[np.intp]


def train_keystrokes(
    rows: KeystrokeRows, *, seed: int, steps: int | None = None, progress: Progress | None = None
) -> TrainedTypists:
    """Return a network fitted to keystrokes.

    Parameters
    ----------
    rows : KeystrokeRows
    seed : int
        The same seed, versions and platform give the same network.
    steps : int, optional
        Steps of the optimiser; as many as the rows bear unless given.
    progress : callable, optional
        Told the finished share now and then.

    Raises
    ------
    DeskhandError
        When PyTorch is not installed.
    """
    with torch_on_one_thread() as torch:
        return _trained(torch, rows, seed, steps, progress)


def _trained(
    torch: Any, rows: KeystrokeRows, seed: int, steps: int | None, progress: Progress | None
) -> TrainedTypists:
    rng = np.random.default_rng([seed, 2])
    learned = np.flatnonzero(rows.has_spacing | rows.has_hold)
    people = len(rows.recording.people)
    count = np.bincount(rows.person[learned], minlength=people)
    generator = torch.Generator().manual_seed(seed % 2**63)
    net = _network(torch, people, generator)
    batch = min(BATCH, len(learned))
    a_pass = len(learned) // batch
    if steps is None:
        steps = min(WANTED_STEPS, MOST_PASSES * a_pass)
    own = [net["middle"], net["log_variance"]]
    shared = [part for name, part in net.items() if name not in ("middle", "log_variance")]
    adam = torch.optim.AdamW(
        [
            {"params": [w for part in shared for w in part.parameters()], "lr": LEARNING_RATE},
            {"params": [w for part in own for w in part.parameters()], "lr": PEOPLE_RATE},
        ],
        weight_decay=WEIGHT_DECAY,
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        adam, [LEARNING_RATE, PEOPLE_RATE], total_steps=steps + 1, pct_start=0.1
    )
    person = torch.from_numpy(rows.person)
    weight = torch.from_numpy((1.0 / np.maximum(count, 1)).astype(np.float32))
    order, outcomes = learned, rows.outcomes(rng)
    for number in range(steps):
        part = number % a_pass
        if not part:
            order, outcomes = rng.permutation(learned), rows.outcomes(rng)
        chosen = order[part * batch : (part + 1) * batch]
        loss = _loss(torch, net, rows, outcomes, chosen, person[chosen], weight, generator)
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        adam.step()
        schedule.step()
        if progress is not None and not number % 50:
            progress((number + 1) / steps)

    def values(name: str) -> NDArray[np.float32]:
        found: NDArray[np.float32] = net[name].weight.detach().numpy()
        return found

    layers = {
        name: tuple(
            Layer.of(layer.weight.detach().numpy(), layer.bias.detach().numpy())
            for layer in net[name]
        )
        for name in HISTORY_INPUTS
    }
    return TrainedTypists(
        network=KeystrokeNetwork(
            class_places=whole_inputs(values("classes").T.copy()),
            letter_places=whole_inputs(values("letters").T.copy()),
            layers=layers,
        ),
        middle=values("middle").astype(np.float64),
        variance=np.exp(values("log_variance").astype(np.float64)),
        count=count,
    )


def _network(torch: Any, people: int, generator: Any) -> Any:
    nn = torch.nn
    net = nn.ModuleDict(
        {
            "classes": nn.Embedding(CLASS_CODES, CLASS_WIDTH),
            "letters": nn.Embedding(LETTER_CODES, LETTER_WIDTH),
            "middle": nn.Embedding(people, TRAITS),
            "log_variance": nn.Embedding(people, TRAITS),
        }
    )
    for name, history in HISTORY_INPUTS.items():
        widths = (TEXT_INPUTS + history, *HIDDEN, OUTPUTS)
        net[name] = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(widths))
    for name, part in net.items():
        if name in ("middle", "log_variance"):
            bound = 0.01
        elif name in HISTORY_INPUTS:
            bound = 0.0
        else:
            bound = 0.5
        for weights in part.parameters():
            size = bound or (weights.shape[-1] ** -0.5 if weights.dim() > 1 else 0.0)
            nn.init.uniform_(weights, -size, size, generator=generator)
    with torch.no_grad():
        net["log_variance"].weight -= 3.0
        for name in HISTORY_INPUTS:
            # Components start side by side.
            middles = net[name][-1].bias[COMPONENTS : 2 * COMPONENTS]
            middles += torch.linspace(-1.0, 1.5, COMPONENTS)
            net[name][-1].bias[2 * COMPONENTS :] -= 1.0
    return net


def _loss(
    torch: Any,
    net: Any,
    rows: KeystrokeRows,
    outcomes: Outcomes,
    chosen: NDArray[np.intp],
    person: Any,
    weight: Any,
    generator: Any,
) -> Any:
    functional = torch.nn.functional

    def places(name: str, codes: NDArray[np.uint8]) -> Any:
        return net[name](torch.from_numpy(codes[:, chosen].astype(np.int64).T)).flatten(1)

    middle, log_variance = net["middle"](person), net["log_variance"](person)
    noise = torch.randn(middle.shape, generator=generator)
    traits = middle + torch.exp(0.5 * log_variance) * noise
    text = torch.cat(
        [
            places("classes", rows.inputs.classes),
            places("letters", rows.inputs.letters),
            torch.from_numpy(np.ascontiguousarray(rows.inputs.scalars[:, chosen].T)),
            traits,
        ],
        dim=1,
    )
    nearness = 0.5 * (middle**2 + torch.exp(log_variance) - log_variance - 1.0).sum(1)
    loss = (nearness * weight[person]).mean()
    for name, score, before, has in (
        ("spacing", outcomes.spacing, outcomes.before_spacing, rows.has_spacing),
        ("hold", outcomes.hold, outcomes.before_hold, rows.has_hold),
    ):
        history = torch.from_numpy(np.ascontiguousarray(before[:, chosen].T)).clamp(-_LIMIT, _LIMIT)
        history = history + HISTORY_NOISE * torch.randn(history.shape, generator=generator)
        values = torch.cat([text, history], dim=1)
        *hidden, last = net[name]
        for layer in hidden:
            values = functional.hardswish(layer(values))
        density = _log_density(torch, last(values), torch.from_numpy(score[chosen]))
        loss = loss - (density * torch.from_numpy(has[chosen].astype(np.float32))).mean()
    return loss


def _log_density(torch: Any, out: Any, score: Any) -> Any:
    weight, middle, log_scale = out.split(COMPONENTS, dim=1)
    log_scale = log_scale.clamp(*LOG_SCALE)
    z = (score[:, None] - middle) * torch.exp(-log_scale)
    log_part = torch.log_softmax(weight, 1) - log_scale - z - 2.0 * torch.nn.functional.softplus(-z)
    return torch.logsumexp(log_part, 1)
