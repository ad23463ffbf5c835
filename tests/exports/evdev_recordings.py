"""Recordings of evdev devices, as evemu and libinput write them."""

from pathlib import Path

from deskhand.exports import evemu, libinput_record
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
