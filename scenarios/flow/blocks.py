"""The flow of a scenario of the JSON form, from the top down as it was written.

Every part of a scenario is a block with an axis, where its flow comes in at the top and leaves at the
bottom. A sequence puts blocks below one another on one axis, a branch beside one another; a loop and
what may be interrupted are frames. So no general layout is needed, and no line crosses another.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from deskhand.scenarios.flow.drawing import (
    GREEN,
    INK,
    RED,
    SMALL_PX,
    Card,
    Frame,
    Line,
    Mark,
    Picture,
    Point,
    Words,
    shortened,
    text_width,
)
from deskhand.scenarios.flow.words import colour_of, percent, said, times
from deskhand.scenarios.json_form.steps import (
    Act,
    Branch,
    Interrupt,
    Interrupted,
    Repeat,
    Step,
)
from deskhand.scenarios.scenario import Scenario

GAP, ASIDE, PAD = 22.0, 28.0, 16.0
REMARK_PX, WORDS_PX = 190.0, 400.0


class Block(NamedTuple):
    """A part of a flow: its size, where its flow runs, and its marks once it has a place.

    Into one that is ``open`` the flow goes on, so no arrow ends on it.
    """

    width: float
    height: float
    axis: float
    marks: Callable[[float, float], list[Mark]]
    open: bool = False


def written_flow(scenario: Scenario) -> Picture:
    """Return the picture of a scenario that was read.

    Parameters
    ----------
    scenario : Scenario
        One of the JSON form.
    """
    written = scenario.written
    assert written is not None
    ends = ", ".join(f"{end.screen} {end.state}" for end in written.ends)
    whole = _below(
        [
            _card(scenario.name, f"opens {scenario.opens}", colour=INK, round=True),
            *map(_block, written.steps),
            _card("done", ends, colour=INK, round=True),
        ]
    )
    return Picture(
        title=f"Flow of {scenario.name}",
        width=whole.width,
        height=whole.height,
        marks=whole.marks(0.0, 0.0),
    )


def _card(title: str, detail: str = "", **look: Any) -> Block:
    card = Card(x=0, y=0, title=title, detail=detail, **look)

    def marks(x: float, y: float) -> list[Mark]:
        return [Card(x=x, y=y, title=title, detail=detail, **look)]

    return Block(card.width, card.height, card.width / 2, marks)


def _block(step: Step) -> Block:
    if isinstance(step, Act):
        return _card(*said(step), colour=colour_of(step.verb))
    if isinstance(step, Branch):
        return _branch(step)
    if isinstance(step, Repeat):
        return _repeat(step)
    if isinstance(step, Interrupted):
        return _interrupted(step)
    return _card(step.scenario.name, step.scenario.summary, colour=INK, double=True)


def _below(blocks: Sequence[Block]) -> Block:
    """Return blocks below one another, joined by arrows."""
    axis = max((b.axis for b in blocks), default=0.0)
    width = axis + max((b.width - b.axis for b in blocks), default=0.0)
    height = sum(b.height for b in blocks) + GAP * max(0, len(blocks) - 1)

    def marks(x: float, y: float) -> list[Mark]:
        made: list[Mark] = []
        for number, block in enumerate(blocks):
            if number:
                made.append(Line(points=[(x + axis, y), (x + axis, y + GAP)], arrow=not block.open))
                y += GAP
            made += block.marks(x + axis - block.axis, y)
            y += block.height
        return made

    return Block(width, height, axis, marks)


def _branch(step: Branch) -> Block:
    """Return ways beside one another, each under its probability."""
    bodies = [_below([_block(inner) for inner in way.steps]) for way in step.ways]
    labels = [(percent(way), shortened(way.remark, REMARK_PX, SMALL_PX)) for way in step.ways]
    # Words stand to the right of the line on which a way begins.
    rights = [
        max(b.width - b.axis, 12 + max(text_width(text, SMALL_PX) for text in label))
        for b, label in zip(bodies, labels, strict=True)
    ]
    axes, at = [], 0.0
    for body, right in zip(bodies, rights, strict=True):
        axes.append(at + body.axis)
        at += body.axis + right + ASIDE
    width, axis = at - ASIDE, (axes[0] + axes[-1]) / 2
    head = 30.0 + (16.0 if any(remark for _, remark in labels) else 0.0) + GAP
    tall = max(b.height for b in bodies)
    height = head + tall + GAP

    def marks(x: float, y: float) -> list[Mark]:
        fork, join = y + 8, y + height
        made: list[Mark] = []
        for body, place, (share, remark) in zip(bodies, axes, labels, strict=True):
            own = x + place
            top = y + head
            made.append(
                Line(
                    points=[(x + axis, y), (x + axis, fork), (own, fork), (own, top)],
                    arrow=bool(body.height),
                )
            )
            made.append(Words(x=own + 8, y=fork + 22, text=share, colour=INK, bold=True))
            made.append(Words(x=own + 8, y=fork + 37, text=remark))
            made += body.marks(own - body.axis, top)
            end: list[Point] = [(own, top + body.height), (own, join - 8)]
            made.append(Line(points=[*end, (x + axis, join - 8), (x + axis, join)], arrow=False))
        return made

    return Block(width, height, axis, marks, open=True)


def _framed(
    inside: Block, label: str, remark: str, colour: str, *, dashed: bool = False, aside: float = 0.0
) -> Block:
    """Return a block in a frame with words at its top; ``aside`` leaves room at its right."""
    label = shortened(label, WORDS_PX, SMALL_PX)
    remark = shortened(remark, WORDS_PX, SMALL_PX)
    head = 30.0 + (15.0 if remark else 0.0)
    words = max(text_width(label, SMALL_PX), text_width(remark, SMALL_PX)) + 2 * PAD
    wider = max(0.0, words - inside.width - aside - 2 * PAD)
    width = inside.width + 2 * PAD + aside + wider
    height = head + inside.height + PAD
    axis = PAD + wider / 2 + inside.axis

    def marks(x: float, y: float) -> list[Mark]:
        return [
            Frame(x=x, y=y, width=width, height=height, colour=colour, dashed=dashed),
            Words(x=x + 12, y=y + 18, text=label, colour=colour, bold=True),
            Words(x=x + 12, y=y + 33, text=remark),
            *inside.marks(x + axis - inside.axis, y + head),
        ]

    return Block(width, height, axis, marks)


def _through(block: Block, head: float) -> Block:
    """Return a frame with the lines that lead into its steps and out of them."""

    def marks(x: float, y: float) -> list[Mark]:
        own = x + block.axis
        foot = y + block.height
        return [
            *block.marks(x, y),
            Line(points=[(own, y), (own, y + head)]),
            Line(points=[(own, foot - PAD), (own, foot)], arrow=False),
        ]

    return block._replace(marks=marks, open=True)


def _repeat(step: Repeat) -> Block:
    inside = _below([_block(inner) for inner in step.steps])
    back = 22.0
    frame = _framed(inside, times(step), step.remark, GREEN, aside=back)
    head = frame.height - inside.height - PAD

    def marks(x: float, y: float) -> list[Mark]:
        own, right = x + frame.axis, x + frame.width - PAD
        top, foot = y + head - 8, y + frame.height - PAD / 2
        around = [(own, foot), (right, foot), (right, top), (own + 3, top)]
        return [*frame.marks(x, y), Line(points=around, colour=GREEN)]

    return _through(frame._replace(marks=marks), head)


def _interrupted(step: Interrupted) -> Block:
    """Return steps in a frame, and beside them what may come up."""
    body = _below([_block(inner) for inner in step.steps])
    others = [_interrupt(interrupt) for interrupt in step.by]
    beside = _stacked(others)
    left = max(body.width, 40.0)
    inside = Block(
        left + 2 * ASIDE + beside.width,
        max(body.height, beside.height),
        body.axis,
        lambda x, y: _interrupted_marks(x, y, body, others, left + 2 * ASIDE),
    )
    frame = _framed(inside, "may be interrupted", "", RED, dashed=True)
    head = frame.height - inside.height - PAD

    def marks(x: float, y: float) -> list[Mark]:
        # Beside something taller, the steps are led on to the frame's end.
        own, end = x + frame.axis, y + head + body.height
        rest = [(own, end), (own, y + frame.height - PAD)]
        return [*frame.marks(x, y), Line(points=rest, arrow=False)]

    return _through(frame._replace(marks=marks), head)


def _interrupted_marks(
    x: float, y: float, body: Block, others: Sequence[Block], aside: float
) -> list[Mark]:
    made = body.marks(x, y)
    for other in others:
        middle = y + other.height / 2
        made += other.marks(x + aside, y)
        made.append(
            Line(
                points=[(x + body.width + 4, middle - 5), (x + aside, middle - 5)],
                colour=RED,
                dashed=True,
            )
        )
        made.append(
            Line(
                points=[(x + aside, middle + 5), (x + body.width + 4, middle + 5)],
                colour=RED,
                dashed=True,
            )
        )
        y += other.height + GAP
    return made


def _stacked(blocks: Sequence[Block]) -> Block:
    height = sum(b.height for b in blocks) + GAP * (len(blocks) - 1)
    return Block(max(b.width for b in blocks), height, 0.0, lambda *_: [])


def _interrupt(interrupt: Interrupt) -> Block:
    inside = _below([_block(inner) for inner in interrupt.steps])
    often = (
        f"{interrupt.per_hour:g} an hour"
        if interrupt.per_hour is not None
        else f"{100 * (interrupt.probability or 0):g} %"
    )
    return _framed(inside, often, interrupt.remark, RED)
