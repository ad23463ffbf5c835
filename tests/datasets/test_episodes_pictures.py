"""Pictures that are made from what has changed, held against those that are made as a whole."""

import io

import numpy as np
import pytest

import deskhand
from deskhand.datasets.episodes.jpeg_bands import HOW, JpegBands
from deskhand.datasets.episodes.pictures import Album
from deskhand.datasets.episodes.steps import steps_of
from deskhand.streams import stream

Image = pytest.importorskip(
    "PIL.Image", reason='needs Pillow: python -m pip install -e ".[test,screens]"'
)
TASKS = ("crm.create_lead", "sheet.carry_contacts", "news.read_thread", "patches.send_series")


@pytest.mark.parametrize("size", [(64, 40), (50, 37), (8, 8), (9, 129)])
def test_bands_make_the_file_of_the_whole_picture(size: tuple[int, int]) -> None:
    rng = stream(7, "bands", *size)
    pixels = rng.integers(0, 256, (size[1], size[0], 3)).astype(np.uint8)
    bands = JpegBands(size)
    for k in range(12):
        top, height = (int(at) for at in rng.integers(0, (size[1], 20)))
        pixels[top : top + height] = rng.integers(0, 256, pixels[top : top + height].shape)
        picture = Image.fromarray(pixels)
        whole = io.BytesIO()
        picture.save(whole, "JPEG", **HOW)
        rows = [(top, min(top + height, size[1]))] if k else None
        assert bands.file(picture, b"", rows) == whole.getvalue()


@pytest.mark.parametrize("scale", [0.5, 0.3])
def test_an_album_shows_what_each_picture_alone_would(scale: float) -> None:
    album = Album(scale, "png")
    for task in TASKS:
        session = deskhand.simulate(task, seed=5)
        times = [step.seen_us for step in steps_of(session)][:20]
        files = [file for _, file in album.files(session, times)]
        for t_us, file in [*zip(times, files, strict=True)][::4]:
            [(_, alone)] = Album(scale, "png").files(session, [t_us])
            assert file == alone


def test_an_album_of_files_with_loss_goes_on_from_session_to_session() -> None:
    album = Album(0.5, "jpeg")
    for task in TASKS:
        session = deskhand.simulate(task, seed=6)
        times = [step.seen_us for step in steps_of(session)][:6]
        alone = [file for _, file in Album(0.5, "jpeg").files(session, times)]
        assert [file for _, file in album.files(session, times)] == alone
