"""A session as the JavaScript tracker sends it: page views, pings, clicks on links and buttons, forms."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.exports.blank_page import with_page
from deskhand.exports.snowplow.page_pings import page_pings
from deskhand.exports.snowplow.web_page import WebPage
from deskhand.session import Session
from deskhand.streams import stream

VENDOR = "iglu:com.snowplowanalytics.snowplow"
# Versions of the schemas that tracker 4 sends.
VERSIONS = {
    "payload_data": "1-0-4",
    "unstruct_event": "1-0-0",
    "contexts": "1-0-0",
    "web_page": "1-0-0",
    "client_session": "1-0-2",
    "link_click": "1-0-1",
    "button_click": "1-0-0",
    "focus_form": "1-0-0",
    "change_form": "1-0-0",
    "submit_form": "1-0-0",
}
# Tracker's sessionCookieTimeout: 1800 s without an event begin a new visit.
VISIT_US = 1_800_000_000
# So many visits of one person fit into a day, and each day is made alone.
VISITS_A_DAY = 48
# What people do on a page, by rows of the tab in front.
ACTIVITY = ("pointermove", "pointerdown", "pointerup", "wheel", "keydown", "keyup", "scroll")
FOLLOWED = ("navigation", "pointerdown", "pointerup", "keydown", "focus", "blur", "input")
_COLUMNS = (
    "t_us", "type", "window", "target", "button", "key", "value", "value_length", "masked",
    "input_type", "detail", "url", "reference",
)  # fmt: skip


def iglu(name: str) -> str:
    """Return the address of a schema.

    Examples
    --------
    >>> iglu("link_click")
    'iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1'
    """
    return f"{VENDOR}/{name}/jsonschema/{VERSIONS[name]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One page view of a tab; ``end_us`` is when the tab shows another page."""

    start_us: int
    end_us: int
    window: str | None
    url: str
    title: str
    document: tuple[int, int]
    referrer: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """One event before it gets its identifiers; ``order`` parts those of one time."""

    t_us: int
    order: int
    kind: str
    view: View
    data: Mapping[str, Any] = field(default_factory=dict)


def payloads(session: Session) -> Iterator[dict[str, Any]]:
    """Yield the bodies of a tracker's POST requests, one an event, since it buffers none.

    Parameters
    ----------
    session : Session
        Fields of forms and addresses of links are those of its screens.
    """
    session = with_page(session)
    header = session.header
    ids = _Identifiers(session)
    views, followed = _follow(session, ids)
    told = [*followed, *_pings(session, views)]
    told.sort(key=lambda event: (event.t_us, event.order))
    wall_us = int(header["start_wall_us"]) + int(header["clock_skew_us"])
    always = {
        "tv": "js-4.0.0",
        "tna": str(header["provenance_id"]),
        "aid": "deskhand-synthetic" if header["synthetic"] else "deskhand",
        "p": "web",
        "tz": str(header["time_zone"]),
        "cs": "UTF-8",
        "cookie": "1",
        "res": f"{header['screen_width']}x{header['screen_height']}",
        "vp": f"{header['viewport_width']}x{header['viewport_height']}",
        "duid": ids.user,
        "uid": str(header["persona"]),
    }
    for event in told:
        at_ms = str((wall_us + event.t_us) // 1000)
        visit = ids.visit(event.t_us, int(at_ms))
        view = event.view
        entities = [
            {"schema": iglu("web_page"), "data": {"id": view.id}},
            {"schema": iglu("client_session"), "data": visit},
        ]
        record = {
            "e": event.kind if event.kind in ("pv", "pp") else "ue",
            **always,
            "eid": ids.event,
            "dtm": at_ms,
            "stm": at_ms,
            "ds": f"{view.document[0]}x{view.document[1]}",
            "vid": str(visit["sessionIndex"]),
            "sid": str(visit["sessionId"]),
            "url": view.url,
            "page": view.title,
            "co": _compact({"schema": iglu("contexts"), "data": entities}),
        }
        if view.referrer:
            record["refr"] = view.referrer
        if event.kind == "pp":
            record |= {name: str(value) for name, value in event.data.items()}
        elif event.kind != "pv":
            inner = {"schema": iglu(event.kind), "data": event.data}
            record["ue_pr"] = _compact({"schema": iglu("unstruct_event"), "data": inner})
        yield {"schema": iglu("payload_data"), "data": [record]}


def _compact(document: Mapping[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


class _Identifiers:
    """The identifiers of a person's browser, drawn from the seed tree."""

    def __init__(self, session: Session) -> None:
        header = session.header
        seed, person = int(header["seed"]), (int(header["team"]), int(header["person"]))
        self.user = _uuid(stream(seed, "snowplow", "browser", *person))
        self._rng = stream(seed, "snowplow", session.session_id)
        self._index = int(header["day"]) * VISITS_A_DAY
        self._visit: dict[str, Any] = {}
        self._last_us = 0
        self.event = ""

    def new(self) -> str:
        return _uuid(self._rng)

    def visit(self, t_us: int, at_ms: int) -> dict[str, Any]:
        """Return the client_session of the next event, and give that event its identifier."""
        self.event = self.new()
        if not self._visit or t_us - self._last_us > VISIT_US:
            self._index += 1
            self._visit = {
                "userId": self.user,
                "sessionId": self.new(),
                "eventIndex": 0,
                "sessionIndex": self._index,
                "previousSessionId": self._visit.get("sessionId"),
                "storageMechanism": "COOKIE_1",
                "firstEventId": self.event,
                "firstEventTimestamp": f"{np.datetime64(at_ms, 'ms')}Z",
            }
        self._last_us = t_us
        self._visit = {**self._visit, "eventIndex": self._visit["eventIndex"] + 1}
        return self._visit


def _uuid(rng: np.random.Generator) -> str:
    return str(UUID(bytes=rng.bytes(16), version=4))


def _follow(session: Session, ids: _Identifiers) -> tuple[list[View], list[Tracked]]:
    """Return the page views and what is tracked on them, row by row."""
    events = session.events
    of_kind = pc.is_in(events["type"].cast(pa.string()), pa.array(FOLLOWED))
    rows = np.flatnonzero(np.asarray(of_kind))
    columns = [events[name].take(rows).to_pylist() for name in _COLUMNS]
    pages: dict[str | None, tuple[View, WebPage]] = {}
    views, told = [], []
    ends = _ends(events, int(session.header["duration_us"]))
    roles, denied = _roles(session), _denied(session)
    for place, values in zip(rows.tolist(), zip(*columns, strict=True), strict=True):
        row = dict(zip(_COLUMNS, values, strict=True))
        window = row["window"]
        if row["type"] == "navigation":
            before = pages.get(window)
            view = _view(session, row, ends[place], before[0].url if before else "", ids.new())
            pages[window] = view, _page(session, row["reference"], roles, denied)
            views.append(view)
            told.append(Tracked(t_us=row["t_us"], order=place, kind="pv", view=view))
        elif window in pages:
            view, page = pages[window]
            told += [
                Tracked(t_us=row["t_us"], order=place, kind=kind, view=view, data=data)
                for kind, data in page.follow(row)
            ]
    return views, told


def _ends(events: pa.Table, last_us: int) -> dict[int, int]:
    """Return for each navigation, by its row, when its tab shows another page."""
    rows = np.flatnonzero(np.asarray(pc.equal(events["type"].cast(pa.string()), "navigation")))
    windows, times = (events[c].take(rows).to_pylist() for c in ("window", "t_us"))
    ends: dict[int, int] = {}
    following: dict[str | None, int] = {}
    for row, window, t_us in zip(rows[::-1].tolist(), windows[::-1], times[::-1], strict=True):
        ends[row] = following.get(window, last_us)
        following[window] = t_us
    return ends


def _view(
    session: Session, row: Mapping[str, Any], end_us: int, referrer: str, view_id: str
) -> View:
    screen = session.screens.get(row["reference"] or "")
    return View(
        start_us=row["t_us"],
        end_us=end_us,
        window=row["window"],
        url=row["url"] or (screen.href if screen else "about:blank"),
        title=screen.title if screen else row["window"] or "",
        document=screen.document
        if screen
        else (session.header["viewport_width"], session.header["viewport_height"]),
        referrer=referrer,
        id=view_id,
    )


Roles = Mapping[str | None, Mapping[str, tuple[str, str]]]


def _roles(session: Session) -> Roles:
    """Return role and name of each element, by screen."""
    found: dict[str | None, dict[str, tuple[str, str]]] = {}
    names = ("screen", "target", "role", "name")
    columns = (session.elements[name].to_pylist() for name in names)
    for screen, target, role, label in zip(*columns, strict=True):
        found.setdefault(screen, {})[target] = (role, label)
    return found


def _denied(session: Session) -> set[str]:
    """Return the elements whose content is left out anywhere in the session."""
    elements, events = session.elements, session.events
    sensitive = elements.filter(pc.is_valid(elements["sensitive"]))["target"].to_pylist()
    left_out = pc.or_(events["masked"], pc.equal(events["type"].cast(pa.string()), "redaction"))
    return {t for t in [*sensitive, *events.filter(left_out)["target"].to_pylist()] if t}


def _page(session: Session, reference: str | None, roles: Roles, denied: set[str]) -> WebPage:
    screen = session.screens.get(reference or "")
    links = {}
    if screen is not None:
        denied = denied | {key for key, e in screen.elements.items() if e.sensitive}
        for key, leads_to in screen.links.items():
            other = session.screens.get(leads_to)
            if other is not None:
                links[key] = other.href
    return WebPage(screen, links, roles.get(reference, {}), denied)


def _pings(session: Session, views: list[View]) -> Iterator[Tracked]:
    header, events = session.header, session.events
    type_ = events["type"].cast(pa.string())
    x, y = (np.nan_to_num(events[c].to_numpy(), nan=0.0) for c in ("client_x", "client_y"))
    on_page = (x >= 0) & (y >= 0) & (x < header["viewport_width"]) & (y < header["viewport_height"])
    # A pointer without a place on the page is over something that lies on it.
    on_page &= ~np.asarray(pc.and_(events["screen_x"].is_valid(), events["client_x"].is_null()))
    active = np.asarray(pc.is_in(type_, pa.array(ACTIVITY))) & on_page
    scrolls = np.asarray(pc.equal(type_, "scroll")) & np.asarray(
        pc.fill_null(pc.equal(events["target"].cast(pa.string()), "document"), False)
    )
    t_us = events["t_us"].to_numpy()
    windows = events["window"].combine_chunks().dictionary_encode()
    codes = pc.fill_null(windows.indices, -1).to_numpy()
    place = {name: k for k, name in enumerate(windows.dictionary.to_pylist())}
    left, top = (np.nan_to_num(events[c].to_numpy()) for c in ("delta_x", "delta_y"))
    by_window = {}
    for view in views:
        if view.window not in by_window:
            mine = codes == place.get(view.window, -1)
            at = np.flatnonzero(scrolls & mine)
            by_window[view.window] = t_us[active & mine], t_us[at], left[at], top[at]
        activity, scrolled, xs, ys = by_window[view.window]
        span = slice(*np.searchsorted(activity, [view.start_us, view.end_us]))
        for tick, since in page_pings(view.start_us, view.end_us, activity[span]):
            # From the last offset before the period on, but not from another page's.
            first = max(
                int(np.searchsorted(scrolled, since, side="right")) - 1,
                int(np.searchsorted(scrolled, view.start_us)),
            )
            period = slice(first, int(np.searchsorted(scrolled, tick, side="right")))
            begin = [0.0] if first <= np.searchsorted(scrolled, view.start_us) else []
            x_px, y_px = [*begin, *xs[period]], [*begin, *ys[period]]
            offsets = {
                "pp_mix": round(min(x_px)),
                "pp_max": round(max(x_px)),
                "pp_miy": round(min(y_px)),
                "pp_may": round(max(y_px)),
            }
            yield Tracked(t_us=tick, order=1 << 40, kind="pp", view=view, data=offsets)
