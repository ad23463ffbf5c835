"""How far one notch of a wheel goes."""

import numpy as np

# Chromium and Edge on Windows scroll 100 px a notch; so does the wheel of a session.
NOTCH_PX = 100.0
# By W3C's deltaMode: px, lines (Windows' default is three) and pages.
NOTCH = np.array([NOTCH_PX, 3.0, 1.0])
