"""What is in a capture's file, read whole and within bounds: someone else may have made it."""

from pathlib import Path

from deskhand.errors import DeskhandError

# A day of a person is some 10 to 100 MB in any format that is read whole; more is no capture of one
# session (assumed).
MOST_BYTES = 1 << 29


def content_of(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """Return the bytes of a file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    most_bytes : int
        A larger file is refused before it is read.

    Raises
    ------
    DeskhandError
        When it cannot be read or is too large.
    """
    try:
        size = path.stat().st_size
        if size > most_bytes:
            raise DeskhandError(
                f"{path}: {size:,} bytes, and a capture in this format is read whole, up to "
                f"{most_bytes:,}; split it by session."
            )
        return path.read_bytes()
    except OSError as error:
        raise DeskhandError(
            f"{path}: cannot be read: {error.strerror or error}; name a readable file."
        ) from error


def text_of(path: Path, kind: str, most_bytes: int = MOST_BYTES) -> str:
    """Return the text of a file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    kind : str
        What it should be, with its article, for example ``"an evemu recording"``.
    most_bytes : int
        As in `content_of`.

    Raises
    ------
    DeskhandError
        When it is not UTF-8 or holds NUL characters.
    """
    content = content_of(path, most_bytes)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise DeskhandError(
            f"{path}: byte {error.start} is no UTF-8; {kind} is plain text."
        ) from error
    if "\0" in text:
        raise DeskhandError(
            f"{path}: character {text.index(chr(0))} is NUL; {kind} is plain text, so the file was "
            "damaged."
        )
    return text
