"""Where the characters of an element's text lie, so that a hand can point between them."""

from deskhand.screen import Element, Look

# A character is half as wide as its font is high (estimate: common sans-serif fonts).
WIDTH_SHARE = 0.5
# A box of this many lines and more writes its text into several (estimate).
SEVERAL_LINES = 1.8

Box = tuple[float, float, float, float]


def caret_place(element: Element, text: str, at: int) -> tuple[float, float] | None:
    """Return where the caret stands before a character, in px from the corner of the element.

    Parameters
    ----------
    element : Element
        A field, or any element that shows a text.
    text : str
        What it shows.
    at : int
        Number of the character, from 0; the length of the text stands for its end.

    Returns
    -------
    tuple of float or None
        The middle of the caret; None where it does not show.

    Examples
    --------
    >>> field = Element(
    ...     key="a", id=1, role="textbox", name="", tag="input", widget="text", box=(0, 0, 300, 32)
    ... )
    >>> caret_place(field, "Ada Quill", 4), caret_place(field, "x" * 99, 99)
    ((36.0, 16.0), None)
    """
    look = element.look or Look()
    left, top, right, _ = look.inset
    _, _, width, height = element.box
    step = WIDTH_SHARE * look.font_px + look.spacing_px
    room = max(width - left - right, step)
    # A field of one line has its text in the middle, however high it is.
    if element.tag == "input" or height < SEVERAL_LINES * look.line_px:
        x = left + step * at
        if look.align == "right":
            x = width - right - step * (len(text) - at)
        return (x, 0.5 * height) if left <= x <= width - right else None
    columns = int(room / step)
    *before, line = text[:at].split("\n")
    number = sum(max(1, -(-len(part) // columns)) for part in before) + len(line) // columns
    y = top + look.line_px * (number + 0.5)
    return (left + step * (len(line) % columns), y) if y < height else None


def text_box(element: Element, text: str, start: int, end: int) -> Box | None:
    """Return the box of some characters in one line, from the corner of the element.

    Returns
    -------
    tuple of float or None
        Of several lines the first is meant; None where no part of it shows.
    """
    begin, stop = caret_place(element, text, start), caret_place(element, text, end)
    if begin is None:
        return None
    line_px = (element.look or Look()).line_px
    same = stop is not None and stop[1] == begin[1]
    right = stop[0] if stop is not None and same else element.box[2] - begin[0]
    return begin[0], begin[1] - 0.5 * line_px, max(right - begin[0], 4.0), line_px
