"""What is given behind the format's name, and where a session's file is."""

from pathlib import Path

from deskhand.errors import DeskhandError

VOCABULARIES = ("anthropic", "openai")
PICTURES = "pictures"
FILE = "computer_use.json"


def words_of(argument: str | None) -> tuple[str | None, bool]:
    """Return the vocabulary, if one is named, and whether pictures are wanted.

    Parameters
    ----------
    argument : str or None
        Words with commas between them.

    Raises
    ------
    DeskhandError
        When a word is not known, or two vocabularies are named.

    Examples
    --------
    >>> words_of("openai,pictures"), words_of(None)
    (('openai', True), (None, False))
    """
    words = [] if argument is None else argument.split(",")
    named = [word for word in words if word in VOCABULARIES]
    if len(named) > 1 or set(words) - {*VOCABULARIES, PICTURES}:
        raise DeskhandError(
            f"format {f'computer_use:{argument}'!r}: what can be asked for is anthropic or openai, and "
            "pictures; write --format computer_use:openai,pictures, or leave it out."
        )
    return (named[0] if named else None), PICTURES in words


def file_of(path: Path) -> Path:
    """Return the file of a session: the path itself, or in a folder with pictures the file there."""
    return path / FILE if path.is_dir() else path
