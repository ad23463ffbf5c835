"""What a person's press hit, in the words of Windows' UI Automation."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.session import Session

# UI Automation's control types of ARIA roles (W3C Core Accessibility API Mappings 1.2), with the
# ending that the library uiautomation gives them.
CONTROL_TYPES = {
    "button": "Button", "link": "Hyperlink", "textbox": "Edit", "searchbox": "Edit",
    "combobox": "ComboBox", "listbox": "List", "option": "ListItem", "listitem": "ListItem",
    "checkbox": "CheckBox", "radio": "RadioButton", "tab": "TabItem", "menuitem": "MenuItem",
    "row": "DataItem", "cell": "DataItem", "gridcell": "DataItem", "columnheader": "DataItem",
    "heading": "Text", "img": "Image", "slider": "Slider", "spinbutton": "Spinner",
    "switch": "Button", "tree": "Tree", "treeitem": "TreeItem", "label": "Text",
}  # fmt: skip
# A press may be beside an element's box by so much and still be on it: rounding.
SLACK_PX = 2.0

Record = dict[str, Any]


class SeenElement(NamedTuple):
    """An element as the reduced actions name it, and as ``element.jsonl`` shows it."""

    target: Record
    tree: Record


class SeenElements:
    """Finds the element that a press hit.

    Parameters
    ----------
    session : Session
        With the elements that its rows name.
    """

    def __init__(self, session: Session) -> None:
        self._events = session.events
        self._known: dict[tuple[str, str], Record] = {}
        for element in session.elements.to_pylist():
            self._known.setdefault((element["app"], element["target"]), element)
        kinds = session.events["type"].cast(pa.string())
        scrolled = pc.and_(
            pc.equal(kinds, "scroll"),
            pc.equal(session.events["target"].cast(pa.string()), "document"),
        )
        self._scrolls = np.flatnonzero(np.asarray(pc.fill_null(scrolled, fill_value=False)))

    def at(self, row: int) -> SeenElement | None:
        """Return the element under the press in a row, or None where the session does not know it."""
        press = self._events.slice(row, 1).to_pylist()[0]
        element = self._known.get((press["app"], press["target"]))
        if element is None:
            return None
        control = CONTROL_TYPES.get(element["role"], "Group") + "Control"
        target = {"control_type": control, "title": element["name"], "mark": True}
        tree = {
            "Name": element["name"],
            "ControlType": control,
            "BoundingRectangle": self._box(row, press, element),
            "Depth": 0,
            "Children": [],
        }
        return SeenElement(target, tree)

    def _box(self, row: int, press: Record, element: Record) -> Record:
        """Return where on the desktop the element was; with the page scrolled or staying in place."""
        x, y = press["screen_x"] or 0.0, press["screen_y"] or 0.0
        origin = (x - (press["client_x"] or 0.0), y - (press["client_y"] or 0.0))
        before = int(np.searchsorted(self._scrolls, row)) - 1
        offset = (0.0, 0.0)
        if before >= 0:
            last = self._events.slice(int(self._scrolls[before]), 1).to_pylist()[0]
            if last["window"] == press["window"]:
                offset = (last["delta_x"] or 0.0, last["delta_y"] or 0.0)
        boxes = []
        for dx, dy in (offset, (0.0, 0.0)):
            left, top = origin[0] + element["left"] - dx, origin[1] + element["top"] - dy
            boxes.append((left, top, left + element["width"], top + element["height"]))
        for left, top, right, bottom in boxes:
            if (
                left - SLACK_PX <= x <= right + SLACK_PX
                and top - SLACK_PX <= y <= bottom + SLACK_PX
            ):
                break
        else:
            left, top, right, bottom = boxes[0]
        names = ("left", "top", "right", "bottom")
        return {n: round(v) for n, v in zip(names, (left, top, right, bottom), strict=True)}
