"""What recorders of a screen make of two monitors: all of the desktop, or the main monitor alone."""

import io
import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from deskhand.exports import agentnet, computer_use, openadapt
from deskhand.exports.openadapt.virtual_desktop import told_monitors, topology
from deskhand.exports.screen_frames import frames
from deskhand.monitors import Monitor, bounds, monitors_of, on_a_monitor, parsed
from deskhand.session import Session
from tests.two_monitors import LEFT, RIGHT, two_monitors


@pytest.fixture(scope="module", params=[LEFT, RIGHT], ids=["left", "right"])
def session(request: pytest.FixtureRequest) -> Session:
    return two_monitors(int(request.param))


def _places(session: Session) -> tuple[np.ndarray, np.ndarray]:
    x, y = (session.events[f"screen_{axis}"].drop_null().to_numpy() for axis in "xy")
    return x, y


def test_openadapt_counts_from_the_corner_of_all_monitors(session: Session, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason='pip install "deskhand[screens]"')
    with openadapt.open_writer(tmp_path, "0.2") as writer:
        writer.write(session)
    (folder,) = (tmp_path / "openadapt").iterdir()
    assert list(openadapt.findings(folder)) == []
    monitors = monitors_of(session.header)
    whole = bounds(monitors)
    database = sqlite3.connect(folder / "recording.db")
    (size,) = database.execute("SELECT monitor_width, monitor_height FROM recording")
    assert size == whole[2:]
    (config,) = database.execute("SELECT config FROM recording").fetchone()
    assert json.loads(config)["capture_desktop"]["origin"] == list(whole[:2])
    query = "SELECT mouse_x, mouse_y FROM action_event WHERE mouse_x IS NOT NULL"
    x, y = np.array(database.execute(query).fetchall()).T
    assert on_a_monitor(monitors, x + whole.left, y + whole.top).all()
    png = database.execute("SELECT png_data FROM screenshot").fetchone()[0]
    with image.open(io.BytesIO(png)) as picture:
        assert picture.size == size
    database.close()
    (back,) = openadapt.read(folder)
    assert back.header["monitors"] == session.header["monitors"]
    assert back.header["screen_width"] == session.header["screen_width"]
    for given, found in zip(_places(session), _places(back), strict=True):
        assert np.array_equal(given, found)


@pytest.mark.parametrize(
    "config",
    [
        None, "", "[]", "{", '{"capture_desktop": 3}', '{"capture_desktop": {"monitors": [[0, 0]]}}',
        '{"capture_desktop": {"monitors": [[0, 0, 0, 5]]}}', '{"capture_desktop": {"monitors": []}}',
        '{"capture_desktop": {"monitors": [[5, 0, 10, 10]]}}',
        '{"capture_desktop": {"monitors": [[0, 0, 1e9, 10]]}}',
    ],
)  # fmt: skip
def test_a_config_that_tells_no_monitors_is_taken_for_none(config: str | None) -> None:
    assert told_monitors(config) is None


def test_monitors_of_a_capture_come_back_main_first() -> None:
    main, left = Monitor(0, 0, 1920, 1080), Monitor(-1440, 180, 1440, 900)
    config = json.dumps({"capture_desktop": topology([left, main])})
    assert told_monitors(config) == (main, left)


def test_agentnet_sees_the_main_monitor_alone(session: Session, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason='pip install "deskhand[screens]"')
    with agentnet.open_writer(tmp_path) as writer:
        writer.write(session)
    (folder,) = (tmp_path / "agentnet").iterdir()
    assert list(agentnet.findings(folder)) == []
    about = json.loads((folder / "metadata.json").read_bytes())
    main = monitors_of(session.header)[0]
    assert (about["screen_width"], about["screen_height"]) == main[2:]
    with image.open(folder / "images" / "0.png") as picture:
        assert picture.size == main[2:]
    rows = [json.loads(line) for line in (folder / "events.jsonl").read_bytes().splitlines()]
    x = [row["x"] for row in rows if "x" in row]
    assert min(x) < 0 or max(x) >= main.right


@pytest.mark.parametrize("vocabulary", ["anthropic", "openai"])
def test_computer_use_has_one_display_of_all_monitors(session: Session, vocabulary: str) -> None:
    made = computer_use.trajectory(session, vocabulary)
    monitors = monitors_of(session.header)
    whole = bounds(monitors)
    assert (made["display_width_px"], made["display_height_px"]) == whole[2:]
    given = {
        (round(row["screen_x"] - whole.left), round(row["screen_y"] - whole.top))
        for row in session.events.to_pylist()
        if row["type"] == "pointerdown"
    }
    clicks = set()
    for step in made["steps"]:
        call = step["call"]
        if vocabulary == "anthropic" and call["name"] == "left_click":
            clicks.add(tuple(call["input"]["coordinate"]))
        elif vocabulary == "openai" and call["action"]["type"] == "click":
            clicks.add((call["action"]["x"], call["action"]["y"]))
    assert clicks
    assert clicks <= given


def test_pictures_show_every_monitor_and_gaps_are_black(session: Session) -> None:
    pytest.importorskip("PIL", reason='pip install "deskhand[screens]"')
    times = [0, int(session.header["duration_us"])]
    monitors = monitors_of(session.header)
    whole = bounds(monitors)
    for picture, main in zip(
        frames(session, times), frames(session, times, main_alone=True), strict=True
    ):
        assert picture.size == whole[2:]
        assert main.size == monitors[0][2:]
        pixels = np.asarray(picture)
        y, x = np.meshgrid(
            *(np.arange(size, dtype=float) for size in pixels.shape[:2]), indexing="ij"
        )
        shown = on_a_monitor(monitors, x + whole.left, y + whole.top)
        assert not pixels[~shown].any()
        left, top = -whole.left, -whole.top
        part = pixels[top : top + main.height, left : left + main.width]
        assert np.array_equal(part, np.asarray(main))
    # In the end the chat is in view on the second monitor, and the leads are on the main one.
    second = monitors[1]
    beside = pixels[second.top - whole.top :, second.left - whole.left :][
        : second.height, : second.width
    ]
    assert (beside > 240).all(axis=2).mean() > 0.3
    assert (np.asarray(main) > 240).all(axis=2).mean() > 0.3


def test_one_monitor_is_as_before() -> None:
    header = {"screen_width": 800, "screen_height": 600, "monitors": None}
    assert monitors_of(header) == parsed("800x600@0,0")
