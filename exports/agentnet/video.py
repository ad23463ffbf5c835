"""The film that goes with an episode, and the picture before each of its actions."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from deskhand.errors import DeskhandError
from deskhand.exports.agentnet.recorder import Record, Recording
from deskhand.exports.screen_frames import frames, need_pillow, png_bytes
from deskhand.session import Session

# OBS makes 30 pictures a second; OpenCUA looks at every tenth of a second, and no finer.
FRAME_HZ = 10
# A picture shows the screen half a second before a key is pressed, and just before the pointer sets
# off otherwise (OpenCUA, extract_raw.py).
BEFORE_US = 500_000


def need_video() -> None:
    """Refuse to go on without PyAV or Pillow.

    Raises
    ------
    DeskhandError
        With the command that installs them.
    """
    need_pillow()
    try:
        import av  # noqa: F401
    except ImportError:
        raise DeskhandError(
            "films need PyAV, which is not installed; "
            'install it with `pip install "deskhand[video]"`.'
        ) from None


def film(session: Session, path: Path) -> None:
    """Write the film of a session: H.264 in an MP4 file, `FRAME_HZ` pictures a second.

    The same session gives the same bytes on one thread and the same version of PyAV.

    Parameters
    ----------
    session : Session
        With its screens.
    path : Path
        The file.
    """
    import av

    step_us = 1_000_000 // FRAME_HZ
    times_us = range(0, int(session.header["duration_us"]) + step_us, step_us)
    width, height = int(session.header["screen_width"]), int(session.header["screen_height"])
    with av.open(str(path), "w", format="mp4") as container:
        if session.header["synthetic"]:
            container.metadata["comment"] = f"synthetic; {session.header['provenance_id']}"
        stream = container.add_stream("libx264", rate=FRAME_HZ)
        # H.264 with halved colours wants even sizes.
        stream.width, stream.height = width - width % 2, height - height % 2
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "23"}
        stream.codec_context.thread_count = 1
        for picture in frames(session, times_us, main_alone=True):
            shown = picture.crop((0, 0, stream.width, stream.height))
            frame = av.VideoFrame.from_ndarray(np.asarray(shown), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def step_times_us(session: Session, recording: Recording, actions: Sequence[Record]) -> list[int]:
    """Return the times of the pictures before each action, and of one at the end."""
    times_us: list[int] = []
    for action in actions:
        moved = action.get("pre_move")
        at_s = moved["start_time"] if moved else action["start_time"]
        early_us = 0 if moved else BEFORE_US
        since_us = round((at_s - recording.start_s) * 1e6) - early_us
        times_us.append(max(since_us, times_us[-1] if times_us else 0))
    return [*times_us, int(session.header["duration_us"])]


def write_pictures(session: Session, times_us: Sequence[int], folder: Path) -> list[str]:
    """Write pictures as PNG files, numbered from 0; returns their names below the folder's parent."""
    folder.mkdir()
    names = []
    for number, picture in enumerate(frames(session, times_us, main_alone=True)):
        name = f"{number}.png"
        (folder / name).write_bytes(png_bytes(picture, session))
        names.append(f"{folder.name}/{name}")
    return names
