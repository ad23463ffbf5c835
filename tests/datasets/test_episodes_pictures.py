"""Pictures that are made from what has changed, held against those that are made as a whole."""

import io

import numpy as np
import pytest

import deskhand
from deskhand.datasets.episodes.jpeg_bands import HOW, JpegBands
from deskhand.datasets.episodes.pictures import Album
from deskhand.datasets.episodes.steps import steps_of
from deskhand.exports.screen_frames import frames, staged_frames
from deskhand.streams import stream

Image = pytest.importorskip(
    "PIL.Image", reason='needs Pillow: python -m pip install -e ".[test,screens]"'
)
TASKS = ("crm.create_lead", "sheet.carry_contacts", "news.read_thread", "patches.send_series")


@pytest.mark.parametrize("size", [(64, 40), (50, 37), (8, 8), (9, 129)])
def test_bands_make_the_file_of_the_whole_picture(size: tuple[int, int]) -> None:
    rng = stream(7, "bands", *size)
    pixels = rng.integers(0, 256, (size[1], size[0], 3)).astype(np.uint8)
    bands = JpegBands(b"")
    for _ in range(12):
        top, height = rng.integers(0, size[1]), rng.integers(0, 20)
        pixels[top : top + height] = rng.integers(0, 256, pixels[top : top + height].shape)
        picture = Image.fromarray(pixels)
        whole = io.BytesIO()
        picture.save(whole, "JPEG", **HOW)
        assert bands.file(picture) == whole.getvalue()


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("scale", [0.5, 0.3])
def test_an_album_shows_what_each_picture_alone_would(task: str, scale: float) -> None:
    session = deskhand.simulate(task, seed=5)
    times = [step.seen_us for step in steps_of(session)][:30]
    album = Album(scale, "png", "x")
    for frame, whole in zip(staged_frames(session, times), frames(session, times), strict=True):
        alone = Album(scale, "png", "x").file(frame._replace(picture=whole, changed=None))
        assert album.file(frame) == alone
