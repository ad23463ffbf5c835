"""Sessions, movements and keystrokes made on the fly, for a training loop."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.profile import Profile
from deskhand.datasets.loaders.draws import mix, population
from deskhand.datasets.loaders.keystroke_blocks import KeystrokeBlocks
from deskhand.datasets.loaders.movement_blocks import MovementBlocks
from deskhand.datasets.loaders.sequences import Sequences, item, padded
from deskhand.datasets.loaders.session_blocks import SessionBlocks
from deskhand.datasets.loaders.share import Share, given_rank, own_share, running_rank
from deskhand.datasets.loaders.windows import Window, cut
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.streams import check_seed

if TYPE_CHECKING:
    from torch.utils.data import IterableDataset

    Iterable = IterableDataset[dict[str, Any]]
else:
    # A loader is registered as one where there is PyTorch; nobody needs it otherwise.
    Iterable = object

KINDS = ("sessions", "movements", "keystrokes")
FORMAT = "deskhand.loader/1"
# Of one task each, and quickly made.
SCENARIOS = (
    "crm.create_lead",
    "mail.triage",
    "chat.answer",
    "wiki.edit_page",
    "tracker.create_issue",
)
ITEMS = {"sessions": 1_000, "movements": 100_000, "keystrokes": 10_000}
PROFILES = {"sessions": "office", "movements": "mouse-web", "keystrokes": "transcription"}


class Blocks(Protocol):
    """What makes the items of a kind."""

    @property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """What the numbers of coded columns stand for."""

    @property
    def size(self) -> int:
        """Items of a block."""

    def made(self, epoch: int, items: NDArray[np.int64]) -> Sequences:
        """Return some items of an epoch."""


class Tokeniser(Protocol):
    """What turns columns into tokens: those of `deskhand.datasets.tokens`."""

    encode: Callable[..., NDArray[Any]]
    """Return the tokens of sequences, a row a step."""


class SyntheticSessions(Iterable):
    """An endless supply of synthetic people at work, an epoch at a time.

    A plain iterable; where PyTorch is installed also a `torch.utils.data.IterableDataset`, shared
    among DataLoader workers and distributed ranks block by block, so that all of them together give
    each item of an epoch once, the same ones for any number of them.

    Parameters
    ----------
    kind : str
        ``"sessions"``, ``"movements"`` or ``"keystrokes"``.
    seed : int
        From 0 to 2**64 - 1.
    epoch : int
        From 0; each has other items. `set_epoch` changes it.
    items : int, optional
        Sessions, movements or typed texts of an epoch.
    people : int or range
        The population, by number. Disjoint ranges are disjoint people: ``range(800)`` to train on,
        ``range(800, 1000)`` to test on.
    scenarios : str, sequence of str or mapping of str to float
        Of sessions: names, or weights by name.
    conditions : str, sequence of str or mapping of str to float
        Of sessions: what people are under, as `deskhand.simulate` knows it.
    texts : str, sequence of str or mapping of str to float
        Of keystrokes: kinds of `deskhand.compose_texts`.
    mode, layout : str
        Of keystrokes, as in `deskhand.type_text`.
    profile : str, pathlib.Path or Profile, optional
        The population's; ``"office"``, ``"mouse-web"`` or ``"transcription"`` when not given.
    fidelity : str
        ``"law"``, or ``"learned"``: closer to people, and several times slower.
    window : Window, optional
        How items are cut; whole when not given.
    batch : int, optional
        Yield so many items or windows at once, padded, instead of one: far quicker than collating
        them one by one. Give the DataLoader ``batch_size=None`` then.
    tokens : PointerTokens, KeyTokens or ActionTokens, optional
        Of movements, keystrokes or sessions: yield ``tokens``, a row a step, in the place of the
        columns. Those of sessions are of their actions.
    rank, world : int, optional
        Which process of how many; those of torch.distributed, where it runs, when not given.

    Yields
    ------
    dict
        Of an item its columns (`names` says what coded numbers stand for) and labels, among them
        ``synthetic``, which is True; with a window
        columns have one length and ``mask`` says which steps are there; with a batch all have the
        batch as their first axis.

    Raises
    ------
    DeskhandError
        When an argument cannot be used; when iterating, where there are more ranks than blocks, or
        a state is loaded that another number of workers left. A DataLoader worker beyond the blocks
        is empty.

    Examples
    --------
    >>> movements = SyntheticSessions("movements", seed=7, items=100, batch=10)
    >>> first = next(iter(movements))
    >>> first["x"].shape == first["mask"].shape, first["person"].shape
    (True, (10,))
    """

    def __init__(
        self,
        kind: str = "sessions",
        *,
        seed: int,
        epoch: int = 0,
        items: int | None = None,
        people: int | range = 1000,
        scenarios: str | Sequence[str] | Mapping[str, float] = SCENARIOS,
        conditions: str | Sequence[str] | Mapping[str, float] = "none",
        texts: str | Sequence[str] | Mapping[str, float] = ("comment", "chat", "note", "reply"),
        mode: str = "transcription",
        layout: str = "qwerty-us",
        profile: "str | Path | Profile | None" = None,
        fidelity: str = "law",
        window: Window | None = None,
        batch: int | None = None,
        tokens: Tokeniser | None = None,
        rank: int | None = None,
        world: int | None = None,
    ) -> None:
        if kind not in KINDS:
            raise UnknownNameError("kind", str(kind), KINDS)
        self.kind, self.seed, self.epoch = kind, check_seed(seed), epoch
        self.items = _whole("items", ITEMS[kind] if items is None else items, 1)
        self.set_epoch(epoch)
        # Sessions are tokenised by their actions, while they are made.
        self._window, self._tokens = window, None if kind == "sessions" else tokens
        self._batch = None if batch is None else _whole("batch", batch, 1)
        who, population_of = population(people), PROFILES[kind] if profile is None else profile
        self.blocks: Blocks
        if kind == "sessions":
            if isinstance(population_of, Profile):
                raise DeskhandError("profile: sessions take a name or a path of a profile.")
            self.blocks = SessionBlocks(
                seed=seed,
                people=who,
                scenarios=mix("scenario", scenarios),
                conditions=mix("condition", conditions),
                profile=population_of,
                fidelity=fidelity,
                epoch_items=self.items,
                tokens=tokens,
            )
        elif kind == "movements":
            self.blocks = MovementBlocks(
                seed=seed, people=who, profile=population_of, fidelity=fidelity
            )
        else:
            self.blocks = KeystrokeBlocks(
                seed=seed,
                people=who,
                profile=population_of,
                fidelity=fidelity,
                mode=mode,
                layout=layout,
                texts=mix("kind of text", texts),
            )
        self._rank = given_rank(rank, world)
        self._at: dict[str, tuple[int, int]] = {}
        self._share: Share | None = None
        self._next = (0, 0)
        if find_spec("torch") is not None:
            from torch.utils.data import IterableDataset

            IterableDataset.register(SyntheticSessions)

    @property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """What the numbers of coded columns and labels stand for, by column."""
        return self.blocks.names

    @property
    def batched(self) -> bool:
        """Whether it yields batches."""
        return self._batch is not None

    @property
    def block_count(self) -> int:
        """Blocks of an epoch, which are what workers share."""
        return -(-self.items // self.blocks.size)

    def set_epoch(self, epoch: int) -> None:
        """Go to another epoch, from its beginning.

        Workers that a DataLoader keeps from epoch to epoch (``persistent_workers``) have the data
        set as it was when they were started, and are not told.
        """
        self.epoch = _whole("epoch", epoch, 0)
        self._at, self._share, self._next = {}, None, (0, 0)

    def __getstate__(self) -> dict[str, Any]:
        # A worker that is spawned knows nothing of the ranks of the process that starts it.
        return self.__dict__ | {"_rank": self._rank or running_rank()}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield this process's share of the epoch, from the loaded state on."""
        rank = self._rank or running_rank()
        count_of = self.block_count
        if rank.world > count_of:
            raise DeskhandError(
                f"{rank.world} ranks for {count_of} blocks of {self.blocks.size} {self.kind}: some "
                f"would have nothing; give items={rank.world * self.blocks.size} or more."
            )
        share = own_share(rank)
        block, within = self._begin(share)
        self._share, self._next = share, (block, within)
        for number in count(block):
            place = share.number + number * share.of
            if place >= count_of:
                break
            for turn, found in enumerate(self.block_items(place)):
                if number == block and turn < within:
                    continue
                self._next = (number, turn + 1)
                yield found
        self._next = (0, 0)

    def state_dict(self) -> dict[str, Any]:
        """Return where iterating has come to, as torch's StatefulDataLoader asks for it.

        Returns
        -------
        dict
            Numbers and strings alone. ``load_state_dict`` of a data set of the same arguments, in
            as many workers and ranks, goes on behind the last item that was yielded.
        """
        share = self._share or own_share(self._rank or running_rank())
        at = self._next if self._share is not None else self._at.get(str(share.number), (0, 0))
        return {
            "format": FORMAT,
            "kind": self.kind,
            "seed": self.seed,
            "items": self.items,
            "epoch": self.epoch,
            "shares": share.of,
            "at": {str(share.number): list(at)},
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state when next iterated.

        Raises
        ------
        DeskhandError
            When it is none, or that of a data set of another kind, seed or size.
        """
        if state.get("format") != FORMAT:
            raise DeskhandError(
                f"state {dict(state)!r} is none of {FORMAT}; give what state_dict returned."
            )
        for name in ("kind", "seed", "items"):
            if state[name] != getattr(self, name):
                raise DeskhandError(
                    f"the state is of {name}={state[name]!r}, the data set has "
                    f"{name}={getattr(self, name)!r}; make it with the state's."
                )
        self.set_epoch(state["epoch"])
        self._shares = int(state["shares"])
        self._at = {name: (int(at[0]), int(at[1])) for name, at in state["at"].items()}

    def _begin(self, share: Share) -> tuple[int, int]:
        if not self._at:
            return 0, 0
        at = self._at.pop(str(share.number), None)
        if at is None or self._shares != share.of:
            raise DeskhandError(
                f"the state was left by {self._shares} workers in all, and this is worker "
                f"{share.number} of {share.of}; resume with as many workers and ranks as before."
            )
        self._at = {}
        return at

    def block_items(self, block: int) -> Iterator[dict[str, Any]]:
        """Yield what one block of the epoch holds, whoever's share it is."""
        size = self.blocks.size
        items = np.arange(block * size, min((block + 1) * size, self.items), dtype=np.int64)
        made = self.blocks.made(self.epoch, items).marked()
        if self._window is not None:
            made = cut(made, self._window)
        if self._tokens is not None:
            tokens = self._tokens.encode(made.steps, made.count)
            steps = {"t_us": made.steps["t_us"], "tokens": tokens}
            made = Sequences(count=made.count, steps=steps, labels=made.labels)
        length = None if self._window is None else self._window.length
        if self._batch is not None:
            for low in range(0, len(made), self._batch):
                yield padded(made.take(slice(low, low + self._batch)), length)
        elif length is None:
            for number in range(len(made)):
                yield item(made, number)
        else:
            whole = padded(made, length)
            for number in range(len(made)):
                yield {
                    name: value[number] if value.ndim > 1 else value[number].item()
                    for name, value in whole.items()
                }


def _whole(name: str, value: int, least: int) -> int:
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
        raise DeskhandError(f"{name}={value!r}: must be a whole number from {least}.")
    return int(value)
