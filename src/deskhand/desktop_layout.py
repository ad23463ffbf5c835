"""Where bookmarks and the buttons of the task bar stand: for the hand that aims at them, and for pictures.

All sizes are those of a common browser and desktop at 100 %, in px.
"""

TASK_BAR_PX = 40
_TASK_LEFT, _TASK_WIDEST, _TASK_GAP = 8, 164, 8
_BOOKMARK_LEFT, _BOOKMARK_DISTANCE, _BOOKMARK_WIDTH = 12, 78, 72
BOOKMARKS = 16

Span = tuple[int, int]


def task_button(number: int, count: int, desktop_width: int) -> Span:
    """Return the left edge and the width of a window's button in the task bar.

    Parameters
    ----------
    number, count : int
        Which window, from 0, of how many: with many of them buttons become narrower.
    desktop_width : int
        In px.

    Examples
    --------
    >>> task_button(1, 4, 1920), task_button(19, 20, 1920)
    ((172, 156), (1813, 87))
    """
    distance = min(_TASK_WIDEST, (desktop_width - _TASK_LEFT) // count)
    return _TASK_LEFT + distance * number, distance - _TASK_GAP


def bookmark(place: int) -> Span:
    """Return the left edge, from that of the page, and the width of a bookmark.

    Examples
    --------
    >>> bookmark(0), bookmark(2)
    ((12, 72), (168, 72))
    """
    return _BOOKMARK_LEFT + _BOOKMARK_DISTANCE * (place % BOOKMARKS), _BOOKMARK_WIDTH
