"""The second monitor at a person's desk: who has one, where it stands, and what is kept on it.

Grudin (2001, "Partitioning digital worlds: focal and peripheral awareness in multiple monitor use", CHI; a field
study) found that people do not use a second monitor as more room for the main work: it shows what they keep an eye
on, such as tasks in the background and messages of colleagues.
"""

import numpy as np

from deskhand.monitors import Monitor

# Share of people with two monitors. Microsoft's telemetry of 2012 had 14 % of desktop computers and less than 5 % of
# laptops (as the press quoted it); in software development several are ubiquitous (Amir and others, 2021, arXiv
# 2103.13198, with a survey of 101). These numbers lie between both and are assumed; managers, who are on the road,
# have fewer.
SHARE, SHARE_OF = 0.3, {"engineer": 0.5, "designer": 0.5, "analyst": 0.5, "manager": 0.15}
# It stands to the left of the main one for so many (assumed).
LEFT_SHARE = 0.2
# Beside the main monitor, one that is alike for so many (assumed); otherwise the laptop, with one of these sizes in
# px at its usual scale and how often, its lower edge as high as the main monitor's (assumed).
ALIKE_SHARE = 0.45
LAPTOPS: tuple[tuple[tuple[int, int], float], ...] = (
    ((1536, 864), 0.6),
    ((1440, 900), 0.25),
    ((1680, 1050), 0.15),
)
# What has its home there by habit, after Grudin: mail, chat, calendar.
KEPT_ON_SECOND = frozenset(("mail", "chat", "calendar"))


def draw_second_monitor(
    main: tuple[int, int], role: str, rng: np.random.Generator, count: int | None = None
) -> Monitor | None:
    """Draw a person's second monitor, or that there is none.

    Parameters
    ----------
    main : tuple of int
        Width and height of the main monitor, px.
    role : str
        The person's role.
    rng : numpy.random.Generator
        The person's own stream.
    count : int, optional
        1 or 2 where something else decides how many monitors there are. The second is then the one that
        the person would have.

    Returns
    -------
    Monitor or None
        In the desktop's coordinates: beside the main one, the lower edges at one height.

    Examples
    --------
    >>> from deskhand.streams import stream
    >>> draw_second_monitor((1920, 1080), "sales", stream(7, "second_monitor", 0, 1), count=2)
    Monitor(left=-1536, top=216, width=1536, height=864)
    """
    whether, side, alike, which = rng.random(4).tolist()
    there = whether < SHARE_OF.get(role, SHARE) if count is None else count > 1
    if not there:
        return None
    width, height = main
    if alike >= ALIKE_SHARE:
        edges = np.cumsum([share for _, share in LAPTOPS])
        width, height = LAPTOPS[int(np.searchsorted(edges[:-1], which, side="right"))][0]
    return Monitor(-width if side < LEFT_SHARE else main[0], main[1] - height, width, height)
