"""Plots as inline SVG: lines or stacked areas over one axis, for a page without scripts.

Colours are classes that the page's style sheet fills in, so that a plot follows a dark or light scheme.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

# In units of the view box; a plot is as wide as its place, from a phone's width up.
WIDTH, HEIGHT = 480, 236
LEFT, RIGHT, TOP, BOTTOM = 62, 26, 12, 46


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One line, or one layer of a stack; NaN where there is no value."""

    name: str
    y: Values
    style: str  # a class of the page's style sheet, for example ``c1``


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Where values lie between two ends, and which places are named."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    name: str = ""
    logarithmic: bool = False

    def share(self, values: npt.ArrayLike) -> Values:
        """Return where values lie, 0 at the low end and 1 at the high one."""
        at, low, high = np.asarray(values, np.float64), self.low, self.high
        if self.logarithmic:
            at, low, high = np.log10(np.maximum(at, low)), np.log10(low), np.log10(high)
        return np.asarray((at - low) / (high - low))


def linear_axis(high: float, say: Callable[[float], str], name: str = "") -> Axis:
    """Return an axis from 0 to a round number that is no less than `high`.

    Examples
    --------
    >>> linear_axis(870, "{:g}".format).ticks
    ((0.0, '0'), (200.0, '200'), (400.0, '400'), (600.0, '600'), (800.0, '800'), (1000.0, '1000'))
    """
    rough = max(high, 1e-9) / 5
    power = 10.0 ** np.floor(np.log10(rough))
    step = float(power * next(s for s in (1, 2, 5, 10) if s * power >= rough * (1 - 1e-9)))
    steps = max(int(np.ceil(high / step - 1e-9)), 1)
    ticks = tuple((k * step, say(k * step)) for k in range(steps + 1))
    return Axis(low=0.0, high=steps * step, ticks=ticks, name=name)


def logarithmic_axis(low: float, high: float, say: Callable[[float], str], name: str = "") -> Axis:
    """Return an axis between the powers of ten that enclose two positive values.

    Examples
    --------
    >>> logarithmic_axis(30, 4_000, "{:g}".format).ticks
    ((10.0, '10'), (100.0, '100'), (1000.0, '1000'), (10000.0, '10000'))
    """
    first = int(np.floor(np.log10(low)))
    last = max(int(np.ceil(np.log10(high))), first + 1)
    ticks = tuple((10.0**k, say(10.0**k)) for k in range(first, last + 1))
    return Axis(low=10.0**first, high=10.0**last, ticks=ticks, name=name, logarithmic=True)


def _points(x: Axis, y: Axis, at: Values, values: Values) -> list[tuple[float, float]]:
    across = LEFT + x.share(at) * (WIDTH - LEFT - RIGHT)
    down = HEIGHT - BOTTOM - y.share(values) * (HEIGHT - TOP - BOTTOM)
    return list(zip(across.round(1).tolist(), down.round(1).tolist(), strict=True))


def _line(x: Axis, y: Axis, at: Values, curve: Curve) -> str:
    # A gap in the values is a gap in the line; a value between two gaps is a dot.
    there = np.isfinite(curve.y)
    starts = np.flatnonzero(there & ~np.concatenate([[False], there[:-1]]))
    ends = np.flatnonzero(there & ~np.concatenate([there[1:], [False]])) + 1
    drawn = []
    for start, end in zip(starts, ends, strict=True):
        points = _points(x, y, at[start:end], curve.y[start:end])
        if len(points) == 1:
            drawn.append(
                '<circle class="dot {}" cx="{}" cy="{}" r="2"/>'.format(curve.style, *points[0])
            )
            continue
        joined = " ".join(f"{across},{down}" for across, down in points)
        drawn.append(f'<polyline class="line {curve.style}" points="{joined}"/>')
    return "".join(drawn)


def _areas(x: Axis, y: Axis, at: Values, curves: Sequence[Curve], width: float) -> str:
    # Steps, since each value is a sum over its bin and none lies between two bins.
    edges = np.repeat(at, 2)
    edges[1::2] += width
    below = np.zeros(len(at))
    drawn = []
    for curve in curves:
        above = below + np.nan_to_num(curve.y)
        outline = _points(x, y, edges, np.repeat(above, 2))
        outline += reversed(_points(x, y, edges, np.repeat(below, 2)))
        joined = " ".join(f"{across},{down}" for across, down in outline)
        drawn.append(f'<polygon class="area {curve.style}" points="{joined}"/>')
        below = above
    return "".join(drawn)


def _frame(x: Axis, y: Axis) -> str:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    drawn = []
    for value, text in y.ticks:
        ((_, down),) = _points(x, y, np.array([x.low]), np.array([value]))
        drawn.append(f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{down}" y2="{down}"/>')
        drawn.append(f'<text x="{LEFT - 8}" y="{down + 4}" text-anchor="end">{escape(text)}</text>')
    for value, text in x.ticks:
        ((across, _),) = _points(x, y, np.array([value]), np.array([y.low]))
        drawn.append(
            f'<line class="tick" x1="{across}" x2="{across}" y1="{bottom}" y2="{bottom + 4}"/>'
        )
        drawn.append(
            f'<text x="{across}" y="{bottom + 20}" text-anchor="middle">{escape(text)}</text>'
        )
    drawn.append(f'<line class="axis" x1="{LEFT}" x2="{right}" y1="{bottom}" y2="{bottom}"/>')
    middle = (LEFT + right) / 2
    drawn.append(
        f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">{escape(x.name)}</text>'
    )
    return "".join(drawn)


def plot(
    title: str,
    x: Axis,
    y: Axis,
    at: Values,
    curves: Sequence[Curve],
    *,
    stacked_width: float | None = None,
    warm_up_to: float | None = None,
    note: str = "",
) -> str:
    """Return a figure: title, legend and an SVG.

    Parameters
    ----------
    title, note : str
        Plain text; it is escaped here.
    x, y : Axis
        The axes.
    at : ndarray of float, shape (n,)
        Where the values lie along x.
    curves : sequence of Curve, n values each
        Drawn in this order.
    stacked_width : float, optional
        Stack the curves as areas of this width each, instead of drawing lines.
    warm_up_to : float, optional
        Shade what lies before, which does not count.

    Returns
    -------
    str
        A ``figure`` element.

    Examples
    --------
    >>> axis = linear_axis(2, "{:g}".format, "seconds")
    >>> curve = Curve(name="a < b", y=np.array([1.0, np.nan]), style="c1")
    >>> figure = plot("Sent", axis, axis, np.array([0.0, 1.0]), [curve])
    >>> "a &lt; b" in figure, figure.count("<circle"), figure.count("<polyline")
    (True, 1, 0)
    """
    legend = "".join(
        f'<li><span class="key {curve.style}"></span>{escape(curve.name)}</li>' for curve in curves
    )
    shade = ""
    if warm_up_to:
        ((start, _), (end, _)) = _points(x, y, np.array([x.low, warm_up_to]), np.full(2, y.low))
        shade = (
            f'<rect class="warm" x="{start}" y="{TOP}" width="{end - start:.1f}" '
            f'height="{HEIGHT - TOP - BOTTOM}"><title>warm-up</title></rect>'
        )
    if stacked_width is None:
        drawn = "".join(_line(x, y, at, curve) for curve in curves)
    else:
        drawn = _areas(x, y, at, curves, stacked_width)
    caption = f'<p class="note">{escape(note)}</p>' if note else ""
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><ul class="legend">{legend}</ul>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"{shade}{_frame(x, y)}{drawn}</svg>{caption}</figure>"
    )
