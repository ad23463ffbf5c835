"""Where bars, bookmarks, buttons of the task bar and notifications stand: for the hand and for pictures.

All sizes are those of a common browser and desktop at 100 %, in px.
"""

TASK_BAR_PX = 40
# Title, address and bookmarks above a page, and the buttons at the right end of the title.
TITLE_PX, ADDRESS_PX, BOOKMARKS_PX = 30, 30, 28
BARS_PX = TITLE_PX + ADDRESS_PX + BOOKMARKS_PX
TITLE_BUTTONS_PX = 140
_TASK_LEFT, _TASK_WIDEST, _TASK_GAP = 8, 164, 8
_BOOKMARK_LEFT, _BOOKMARK_DISTANCE, _BOOKMARK_WIDTH = 12, 78, 72
BOOKMARKS = 16
_TOAST_WIDE, _TOAST_HIGH, _TOAST_MARGIN = 360, 96, 8
_CROSS, _CROSS_INSET = 28, 8

Span = tuple[int, int]
Box = tuple[float, float, float, float]


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


def notification(left: int, top: int, width: int) -> Box:
    """Return the box of a notification: in the upper right corner of the first window's page.

    Desktops show them at the upper right (macOS, Xfce, Cinnamon) or the lower right (Windows, KDE), where
    nearly all windows are as large as the screen; that page stands for it here (assumed).

    Parameters
    ----------
    left, top, width : int
        Where the page starts on the desktop, and how wide it is, in px.

    Examples
    --------
    >>> notification(256, 136, 1280)
    (1168, 144, 360, 96)
    """
    wide = min(_TOAST_WIDE, width - 2 * _TOAST_MARGIN)
    return left + width - wide - _TOAST_MARGIN, top + _TOAST_MARGIN, wide, _TOAST_HIGH


def notification_cross(box: Box) -> Box:
    """Return the box of the cross that closes a notification.

    Examples
    --------
    >>> notification_cross((1168, 144, 360, 96))
    (1492, 152, 28, 28)
    """
    left, top, width, _ = box
    return left + width - _CROSS - _CROSS_INSET, top + _CROSS_INSET, _CROSS, _CROSS
