"""People of known parameters, as statistics: what a private fit has to find again."""

import numpy as np

from deskhand.calibration.person_statistics import STATISTICS, PeopleStatistics
from deskhand.calibration.private_moments import Centres

SIZE = len(STATISTICS)
UNIT = Centres(middle=(0.0,) * SIZE, sd=(1.0,) * SIZE)
MOTOR = [place for place, one in enumerate(STATISTICS) if one.motor]
LABELS = ("crm", "mail", "news")


def made_people(
    count: int, seed: int, *, off: float = 0.0, sd: float = 1.0, chance: float = 0.3
) -> PeopleStatistics:
    """Return people around ``off`` with a spread of ``sd``, either half with some chance of its own."""
    rng = np.random.default_rng(seed)
    own = off + sd * rng.standard_normal((count, SIZE))
    halves = own + chance * rng.standard_normal((2, count, SIZE))
    time = rng.dirichlet((4.0, 2.0, 1.0), count)
    changes = rng.dirichlet(np.ones(9), count).reshape(count, 3, 3)
    return PeopleStatistics(halves=halves, app_time=time, app_changes=changes, labels=LABELS)
