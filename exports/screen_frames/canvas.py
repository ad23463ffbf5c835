"""A picture that is made of parts, one laid over the other, of which only what has changed is painted anew.

Pictures can be laid down in part. What is drawn reads what lies beneath it, so it is drawn as a whole,
and anew whenever something beneath it changes.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from deskhand.exports.screen_frames.page_view import PageView

if TYPE_CHECKING:
    from PIL.Image import Image

# Left, top, right, bottom, px; right and bottom are those of the first pixels outside.
Place = tuple[int, int, int, int]


class Paste:
    """A picture that is laid down, its upper left corner at a place, px."""

    __slots__ = ("box", "key", "picture")

    def __init__(self, picture: "Image", left: int, top: int) -> None:
        self.picture = picture
        self.box: Place = (left, top, left + picture.width, top + picture.height)
        # The picture itself is kept, so its number is not given to another.
        self.key: Hashable = (id(picture), left, top)

    def onto(self, canvas: "Image", box: Place) -> None:
        """Lay down what lies in a box."""
        seen = _shared(self.box, box)
        if seen == self.box:
            canvas.paste(self.picture, seen[:2])
        elif seen is not None:
            left, top = self.box[:2]
            part = (seen[0] - left, seen[1] - top, seen[2] - left, seen[3] - top)
            canvas.paste(self.picture.crop(part), seen[:2])


class Draw(NamedTuple):
    """What is drawn: the box of all that is painted and read, what tells it apart, and how."""

    box: Place
    key: Hashable
    onto: Callable[["Image"], None]


Part = Paste | Draw


class PaintedPage(NamedTuple):
    """The picture of a page's viewport, the caret's box in it, and where the picture has changed.

    A painter may give one and the same picture again, changed in these boxes; None is everywhere.
    """

    picture: "Image"
    caret: Place | None
    changed: list[Place] | None = None


Painter = Callable[[PageView], PaintedPage]
"""From what a page shows to its picture."""


def moved(box: Place, x: int, y: int) -> Place:
    """Return a box that is moved.

    Examples
    --------
    >>> moved((0, 0, 4, 3), 10, 20)
    (10, 20, 14, 23)
    """
    left, top, right, bottom = box
    return left + x, top + y, right + x, bottom + y


class Canvas:
    """Shows parts, from back to front, and then others of which most are the same.

    Parameters
    ----------
    size : tuple of int
        Width and height, px.

    Attributes
    ----------
    picture : PIL.Image.Image
        What is shown; it is one and the same, and changes with what is shown next.

    Examples
    --------
    >>> from PIL import Image
    >>> paper, stamp = Image.new("RGB", (40, 30), "white"), Image.new("RGB", (4, 4), "red")
    >>> canvas = Canvas((40, 30))
    >>> canvas.show([Paste(paper, 0, 0)])
    [(0, 0, 40, 30)]
    >>> canvas.show([Paste(paper, 0, 0), Paste(stamp, 8, 8)])
    [(8, 8, 12, 12)]
    """

    def __init__(self, size: tuple[int, int]) -> None:
        from PIL import Image

        # Of no colour: what is shown first covers it.
        self.picture = Image.new("RGB", size, None)
        self._whole: Place = (0, 0, *size)
        self._parts: Sequence[Part] | None = None

    def show(self, parts: Sequence[Part], touched: Iterable[Place] = ()) -> list[Place]:
        """Show parts, and return the boxes in which the picture may differ from the one before.

        Parameters
        ----------
        parts : sequence of Paste or Draw
            From back to front.
        touched : iterable of tuple
            Where a picture that is laid down has itself changed since.
        """
        before, self._parts = self._parts, parts
        if before is None:
            changed = [self._whole]
        else:
            boxes = [*touched, *_apart(before, parts)]
            changed = _merged(self._clipped(boxes + _drawn_over(boxes, parts)))
        boxes = changed
        # What is drawn is drawn as a whole, so what lies around it has to be there anew, too.
        while more := [
            part.box
            for part in parts
            if isinstance(part, Draw)
            and any(_shared(part.box, box) for box in boxes)
            and not any(_holds(box, part.box) for box in boxes)
        ]:
            boxes = _merged(boxes + more)
        self._paint(parts, boxes)
        return changed

    def _clipped(self, boxes: Iterable[Place]) -> list[Place]:
        return [seen for box in boxes if (seen := _shared(box, self._whole)) is not None]

    def _paint(self, parts: Sequence[Part], boxes: Sequence[Place]) -> None:
        # What lies beneath a picture that fills a box is not seen in it.
        lowest = {
            box: max((k for k, part in enumerate(parts) if _fills(part, box)), default=0)
            for box in self._clipped(boxes)
        }
        for k, part in enumerate(parts):
            seen = [box for box, low in lowest.items() if k >= low and _shared(part.box, box)]
            if isinstance(part, Paste):
                for box in seen:
                    part.onto(self.picture, box)
            elif seen:
                part.onto(self.picture)


def _fills(part: Part, box: Place) -> bool:
    return isinstance(part, Paste) and _holds(part.box, box)


def _apart(before: Sequence[Part], now: Sequence[Part]) -> list[Place]:
    """Return the boxes of what is gone or new; of everything where what is left is in another order."""
    old, new = {part.key for part in before}, {part.key for part in now}
    left = [part.key for part in before if part.key in new]
    if left != [part.key for part in now if part.key in old]:
        return [part.box for part in (*before, *now)]
    return [
        *(part.box for part in before if part.key not in new),
        *(part.box for part in now if part.key not in old),
    ]


def _drawn_over(boxes: Sequence[Place], parts: Sequence[Part]) -> list[Place]:
    """Return the boxes of what is drawn over what has changed, and so may look another way."""
    found: list[Place] = []
    for part in parts:
        if isinstance(part, Draw) and any(_shared(part.box, b) for b in (*boxes, *found)):
            found.append(part.box)
    return found


def _shared(one: Place, other: Place) -> Place | None:
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[2], other[2]), min(one[3], other[3])
    return (left, top, right, bottom) if left < right and top < bottom else None


def _holds(outer: Place, inner: Place) -> bool:
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and outer[2] >= inner[2]
        and outer[3] >= inner[3]
    )


def _merged(boxes: Iterable[Place]) -> list[Place]:
    """Return boxes without those that lie within another."""
    found: list[Place] = []
    for box in sorted(set(boxes), key=lambda box: (box[0] - box[2]) * (box[3] - box[1])):
        if not any(_holds(other, box) for other in found):
            found.append(box)
    return found
