"""Cards, lines and frames as SVG: the parts of a picture of a flow, and their common look."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape

# As in the other pictures of the documentation.
INK, SOFT, LINE, PAPER = "#1c1e23", "#757982", "#e4e1d9", "#fffefb"
BLUE, RED, GREEN, GREY = "#3d7be0", "#d2543f", "#2a9d74", "#8b8f98"
FONT = "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', Arial, sans-serif"
TEXT_PX, SMALL_PX = 13.0, 11.0
# Mean width of a letter against the size of its font, of common sans-serif fonts (assumed).
LETTER = 0.56
CARD_HIGH, FLAT_HIGH = 44.0, 30.0
CARD_MIN, CARD_MAX = 110.0, 250.0
MARGIN = 24.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A box with one or two lines of text; ``colour`` is that of its edge.

    A ``round`` one begins or ends a flow, a ``double`` one stands for a flow of its own.
    """

    x: float
    y: float
    title: str
    detail: str = ""
    colour: str = GREY
    round: bool = False
    double: bool = False

    @property
    def width(self) -> float:
        """How wide the box is."""
        return card_width(self.title, self.detail)

    @property
    def height(self) -> float:
        """How high the box is."""
        return CARD_HIGH if self.detail else FLAT_HIGH


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line through points, with rounded corners or ``curved``; with an arrow's head at its end."""

    points: Sequence[Point]
    colour: str = GREY
    width: float = 1.4
    dashed: bool = False
    arrow: bool = True
    curved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A box around other marks."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text; ``at`` is start, middle or end of it."""

    x: float
    y: float
    text: str
    colour: str = SOFT
    bold: bool = False
    at: str = "start"
    size: float = SMALL_PX


Mark = Card | Line | Frame | Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Marks with the space that they take; ``title`` says what is shown to those who cannot see it."""

    title: str
    width: float
    height: float
    marks: Sequence[Mark]


def text_width(text: str, size: float = TEXT_PX) -> float:
    """Return about how wide a text is.

    Examples
    --------
    >>> text_width("click") < text_width("double click")
    True
    """
    return LETTER * size * len(text)


def card_width(title: str, detail: str = "") -> float:
    """Return how wide a card with these texts is."""
    wanted = max(text_width(title), text_width(detail, SMALL_PX)) + 28
    return min(CARD_MAX, max(CARD_MIN, wanted))


def shortened(text: str, width: float, size: float = TEXT_PX) -> str:
    """Return a text that fits into a width, with dots where something was left out.

    Examples
    --------
    >>> shortened("a text that is far too long", 60.0)
    'a text …'
    """
    most = max(2, int(width / (LETTER * size)))
    return text if len(text) <= most else text[: most - 1] + "…"


def drawn(picture: Picture) -> str:
    """Return a picture as SVG."""
    wide, high = picture.width + 2 * MARGIN, picture.height + 2 * MARGIN
    order = (Frame, Line, Card, Words)
    marks = sorted(picture.marks, key=lambda mark: order.index(type(mark)))
    body = "\n".join(_mark(mark) for mark in marks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high:.0f}" '
        f'viewBox="0 0 {wide:.0f} {high:.0f}" font-family="{FONT}" role="img">\n'
        f"<title>{escape(picture.title)}</title>\n"
        f"<defs>{_heads(picture.marks)}</defs>\n"
        f'<rect width="100%" height="100%" fill="{PAPER}"/>\n'
        f'<g transform="translate({MARGIN:g} {MARGIN:g})">\n{body}\n</g>\n</svg>\n'
    )


def _heads(marks: Iterable[Mark]) -> str:
    colours = sorted({mark.colour for mark in marks if isinstance(mark, Line) and mark.arrow})
    return "".join(
        f'<marker id="head-{colour[1:]}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        f'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path d="M0 0.8 7.5 4 0 7.2z" fill="{colour}"/></marker>'
        for colour in colours
    )


def _mark(mark: Mark) -> str:
    if isinstance(mark, Card):
        return _card(mark)
    if isinstance(mark, Line):
        return _line(mark)
    if isinstance(mark, Frame):
        dash = ' stroke-dasharray="5 4"' if mark.dashed else ""
        return (
            f'<rect x="{mark.x:.1f}" y="{mark.y:.1f}" width="{mark.width:.1f}" '
            f'height="{mark.height:.1f}" rx="10" fill="{mark.colour}" fill-opacity="0.045" '
            f'stroke="{mark.colour}" stroke-opacity="0.55"{dash}/>'
        )
    return _text(mark.x, mark.y, mark.text, mark.colour, mark.size, mark.at, bold=mark.bold)


def _text(
    x: float, y: float, text: str, colour: str, size: float, at: str, *, bold: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size:g}" '
        f'text-anchor="{at}"{weight}>{escape(text)}</text>'
    )


def _card(card: Card) -> str:
    x, y, wide, high = card.x, card.y, card.width, card.height
    radius = high / 2 if card.round else 7
    box = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" rx="{radius:g}"'
    parts = [f'<rect {box} fill="#fff" stroke="{card.colour}" stroke-width="1.3"/>']
    if card.double:
        parts += [
            f'<path d="M{at:.1f} {y:.1f}v{high:.1f}" stroke="{card.colour}" stroke-width="1.3"/>'
            for at in (x + 7, x + wide - 7)
        ]
    middle = x + wide / 2
    base = y + (19 if card.detail else high / 2 + 4.5)
    room = wide - 24
    parts.append(
        _text(middle, base, shortened(card.title, room), INK, TEXT_PX, "middle", bold=True)
    )
    if card.detail:
        detail = shortened(card.detail, room, SMALL_PX)
        parts.append(_text(middle, y + 35, detail, SOFT, SMALL_PX, "middle"))
    return "".join(parts)


def _line(line: Line) -> str:
    points = [p for n, p in enumerate(line.points) if n == 0 or p != line.points[n - 1]]
    path = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    if line.curved:
        for (x0, y0), (x1, y1) in pairwise(points):
            half = (y0 + y1) / 2
            path.append(f"C{x0:.1f} {half:.1f} {x1:.1f} {half:.1f} {x1:.1f} {y1:.1f}")
        points = points[:1]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        start, end = _towards(here, before), _towards(here, after)
        path.append(f"L{start[0]:.1f} {start[1]:.1f}")
        path.append(f"Q{here[0]:.1f} {here[1]:.1f} {end[0]:.1f} {end[1]:.1f}")
    if not line.curved:
        path.append(f"L{points[-1][0]:.1f} {points[-1][1]:.1f}")
    dash = ' stroke-dasharray="5 4"' if line.dashed else ""
    head = f' marker-end="url(#head-{line.colour[1:]})"' if line.arrow else ""
    return (
        f'<path d="{"".join(path)}" fill="none" stroke="{line.colour}" '
        f'stroke-width="{line.width:.1f}"{dash}{head}/>'
    )


def _towards(here: Point, there: Point, most: float = 8.0) -> Point:
    """Return a point near a corner, on the way to the next one."""
    away = ((there[0] - here[0]) ** 2 + (there[1] - here[1]) ** 2) ** 0.5
    share = min(0.5, most / away) if away else 0.0
    return here[0] + share * (there[0] - here[0]), here[1] + share * (there[1] - here[1])
