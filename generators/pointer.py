"""Pointer rows: planned movements and presses in, event columns out."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.pointing_device import Device
from deskhand.behavior_models.sigma_lognormal import PathRequests, Paths
from deskhand.errors import DeskhandError
from deskhand.events import TYPE_CODE
from deskhand.generators.columns import SUBMOVEMENT, Columns, WordIndex, columns_of, no_columns
from deskhand.generators.device import counted, pack, poll, poll_count, reports, unpack
from deskhand.generators.plan import Move, Press, SessionPlan
from deskhand.keyed_draws import Keys, mixed
from deskhand.registry import load
from deskhand.streams import stream, stream_key

# Samples rendered at once, by fidelity. Few, so that their arrays stay in a core's cache; many for a
# network, which draws a thousand movements at once more than ten times as fast as fifty.
CHUNK, CHUNKS = 32_768, {"learned": 524_288}
FIDELITY = "law"

# Bit of `buttons` by number of `button`: left, middle, right, back, forward (W3C Pointer Events).
BUTTONS_BIT = np.array([1, 4, 2, 8, 16], np.int8)


def render_moves(plan: SessionPlan, fidelity: str = FIDELITY) -> tuple[Columns, NDArray[np.int32]]:
    """Return the pointermove rows, and the number of strokes of each of the plan's moves.

    Parameters
    ----------
    plan : SessionPlan
        Its moves.
    fidelity : str
        Which model draws the paths.

    Returns
    -------
    columns : Columns
        Each movement that goes anywhere ends exactly in its end point. `SUBMOVEMENT` is the stroke of
        each row, counted from 0 within its movement.
    strokes : NDArray[np.int32], shape (number of moves,)
        0 for a movement of distance 0.
    """
    strokes = np.zeros(len(plan.moves), np.int32)
    device = plan.persona.device
    moves = _Moves.of(plan.moves, device)
    if not len(moves.place):
        return no_columns(), strokes
    model = load("deskhand.models", f"pointer.{fidelity}")
    who = (plan.team, plan.person, plan.day, plan.session_id)
    device_rng = stream(plan.seed, "device", *who)
    session_key = np.full(len(moves.place), stream_key(plan.seed, "pointer", *who), np.uint64)
    key = mixed(session_key, moves.place)
    phase_us = float(device_rng.random()) * 1e6 / device.poll_hz
    total = np.cumsum(poll_count(device, phase_us, moves.start_us, moves.end_us))
    chunk = CHUNKS.get(fidelity, CHUNK)
    edges = np.searchsorted(total, np.arange(0, total[-1] + chunk, chunk))
    edges[-1] = len(total)
    times: list[NDArray[np.int64]] = []
    positions: list[NDArray[np.int32]] = []
    sources: list[NDArray[np.int64]] = []
    submovements: list[NDArray[np.int8]] = []
    for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if low == high:
            continue
        part = slice(low, high)
        polls = poll(device, phase_us, moves.start_us[part], moves.end_us[part], device_rng)
        requests = moves.requests(part, polls.count, polls.time_s, key[part])
        paths: Paths = model(plan.persona.hand, requests)
        strokes[moves.place[part]] = paths.stroke_count
        x, y = paths.x, paths.y
        start, end = moves.start[part], moves.end[part]
        if not paths.of_pointer:
            x, y = counted(device, polls, x, y, unpack(device, start))
        kept, at = reports(device, polls, x, y, start, end, device_rng)
        times.append(polls.t_us[kept])
        positions.append(at)
        submovements.append(paths.stroke[kept])
        # How many of each movement's polls were kept gives the movement of each row.
        upto = np.searchsorted(kept, polls.last, side="right")
        sources.append(np.diff(upto, prepend=0))
    count = np.concatenate(sources)
    x, y = unpack(device, np.concatenate(positions))
    n = len(x)
    columns = Columns(
        t_us=np.concatenate(times),
        type=np.full(n, TYPE_CODE["pointermove"], np.int8),
        action_id=np.repeat(moves.action_id, count),
        numbers={
            "screen_x": x,
            "screen_y": y,
            "buttons": np.repeat(moves.buttons, count),
            SUBMOVEMENT: np.concatenate(submovements),
        },
        words={"pointer_type": (np.zeros(n, np.int32), [device.pointer_type])},
    )
    return columns, strokes


def render_presses(plan: SessionPlan) -> Columns:
    """Return a pointerdown and a pointerup row for each press; `detail` is the click count."""
    if not plan.presses:
        return no_columns()
    fields = columns_of(plan.presses, Press._fields)
    n = len(plan.presses)
    targets = WordIndex()
    target = targets.encode(fields["down_target"] + fields["up_target"])
    device = plan.persona.device
    x, y = unpack(
        device,
        pack(device, np.array(fields["x0"] + fields["x1"]), np.array(fields["y0"] + fields["y1"])),
    )
    button = np.array(fields["button"], np.int8)
    return Columns(
        t_us=np.array(fields["down_us"] + fields["up_us"], np.int64),
        type=np.repeat(np.array([TYPE_CODE["pointerdown"], TYPE_CODE["pointerup"]], np.int8), n),
        action_id=np.array(fields["action_id"] * 2, np.int32),
        numbers={
            "screen_x": x,
            "screen_y": y,
            "button": np.tile(button, 2),
            "buttons": np.concatenate([BUTTONS_BIT[button], np.zeros(n, np.int8)]),
            "detail": np.array(fields["count"] * 2, np.int32),
        },
        words={
            "target": (target, targets.words()),
            "pointer_type": (np.zeros(2 * n, np.int32), [device.pointer_type]),
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moves:
    """The moves that go anywhere, as arrays of shape (m,); ``place`` is each one's place in the plan."""

    place: NDArray[np.intp]
    action_id: NDArray[np.int32]
    aimed: NDArray[np.bool_]
    start_us: NDArray[np.int64]
    end_us: NDArray[np.int64]
    device: Device
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    width_px: NDArray[np.float64]
    buttons: NDArray[np.int8]

    @classmethod
    def of(cls, moves: list[Move], device: Device) -> Self:
        fields = columns_of(moves, Move._fields)
        start = pack(device, np.array(fields["x0"], np.float64), np.array(fields["y0"], np.float64))
        end = pack(device, np.array(fields["x1"], np.float64), np.array(fields["y1"], np.float64))
        start_us, end_us = (
            np.array(fields["start_us"], np.int64),
            np.array(fields["end_us"], np.int64),
        )
        place = np.flatnonzero(start != end)
        wrong = place[end_us[place] <= start_us[place]]
        if len(wrong):
            raise DeskhandError(
                f"{moves[wrong[0]]}: a movement has to take time; give it an end after its start."
            )
        return cls(
            place=place,
            action_id=np.array(fields["action_id"], np.int32)[place],
            aimed=np.array([kind != "drift" for kind in fields["kind"]], np.bool_)[place],
            start_us=start_us[place],
            end_us=end_us[place],
            device=device,
            start=start[place],
            end=end[place],
            width_px=np.array(fields["width_px"], np.float64)[place],
            buttons=np.array(fields["buttons"], np.int8)[place],
        )

    def requests(
        self,
        part: slice,
        count: NDArray[np.int64],
        time_s: NDArray[np.float32],
        key: Keys,
    ) -> PathRequests:
        x0, y0 = unpack(self.device, self.start[part])
        x1, y1 = unpack(self.device, self.end[part])
        return PathRequests(
            x0=x0.astype(np.float64),
            y0=y0.astype(np.float64),
            x1=x1.astype(np.float64),
            y1=y1.astype(np.float64),
            width_px=self.width_px[part],
            duration_s=1e-6 * (self.end_us[part] - self.start_us[part]).astype(np.float64),
            aimed=self.aimed[part],
            count=count,
            time_s=time_s,
            keys=key,
        )
