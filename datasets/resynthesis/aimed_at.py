"""What presses were aimed at: the boxes of elements, as far as a capture describes them."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.datasets.resynthesis.session_rows import Rows, SessionRows


def target_boxes(rows: SessionRows, presses: Rows) -> NDArray[np.float64]:
    """Return centre x and y, width and height of the element under each press, NaN where not known.

    Parameters
    ----------
    rows : SessionRows
    presses : NDArray[np.intp], shape (k,)

    Returns
    -------
    NDArray[np.float64], shape (k, 4)
        On the session's `axes`. A box that was scrolled or moved away from its press has its size
        alone: then it stands about the press.
    """
    elements = rows.session.elements
    boxes = np.full((len(presses), 4), np.nan)
    if not len(elements) or not len(presses):
        return boxes
    columns = [np.asarray(elements[name]) for name in ("left", "top", "width", "height")]
    left, top, width, height = np.array(columns, np.float64)
    first = {name: row for row, name in reversed(list(enumerate(elements["target"].to_pylist())))}
    named = rows.session.events["target"].cast(pa.string()).take(pa.array(presses)).to_pylist()
    row = np.array([first.get(name, -1) for name in named], np.intp)
    known = (row >= 0) & (width[row] > 0) & (height[row] > 0)
    place = rows.place[presses]
    on_page = np.stack([rows.numbers(f"client_{axis}")[presses] for axis in "xy"], axis=1)
    centre = np.stack([left + width / 2, top + height / 2], axis=1)[row]
    size = np.stack([width, height], axis=1)[row]
    with np.errstate(invalid="ignore"):
        inside = (np.abs(on_page - centre) <= size / 2).all(axis=1)
    at = np.where(inside[:, np.newaxis], centre + place - on_page, place)
    boxes[known] = np.concatenate([at, size], axis=1)[known]
    boxes[~np.isfinite(boxes).all(axis=1)] = np.nan
    return boxes
