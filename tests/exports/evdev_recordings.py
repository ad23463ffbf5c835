"""Recordings of evdev devices, as evemu and libinput write them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deskhand.exports import evemu, libinput_record
from deskhand.exports.captured import captured_session
from deskhand.exports.losses import Dropped
from deskhand.session import Session

FORMATS = {"evemu": evemu, "libinput": libinput_record}


def written(session: Session, name: str, folder: Path, argument: str | None = None) -> Path:
    with FORMATS[name].open_writer(folder, argument) as writer:
        writer.write(session)
    (made,) = (folder / name).iterdir()
    return made


def read_back(path: Path, name: str) -> tuple[Session, Dropped]:
    dropped = Dropped()
    (session,) = FORMATS[name].read(path, dropped)
    return session, dropped


def made(columns: Mapping[str, Any], made_by: str | None = "syn_prov_1") -> Session:
    return captured_session(
        columns,
        session_id="syn_session_1" if made_by else "cap_session_1",
        start_wall_us=1_772_438_400_000_000,
        source="test",
        made_by=made_by,
        header={"screen_width": 1920, "screen_height": 1080},
    )
