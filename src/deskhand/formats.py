"""Capture formats by name: written ``NAME`` or ``NAME:ARGUMENT``, recognised by what a file holds."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

from deskhand import registry
from deskhand.errors import DeskhandError, UnknownNameError

EXPORTS = "deskhand.exports"


def split_format(text: str) -> tuple[str, str | None]:
    """Return the name of a format and what was given behind it.

    Parameters
    ----------
    text : str
        ``NAME`` or ``NAME:ARGUMENT``.

    Raises
    ------
    UnknownNameError
        When no format of that name is registered.

    Examples
    --------
    >>> split_format("parquet"), split_format("rrweb:C:/own.json")
    (('parquet', None), ('rrweb', 'C:/own.json'))
    """
    name, colon, argument = text.strip().partition(":")
    known = registry.names(EXPORTS)
    if name not in known:
        raise UnknownNameError("format", name, known)
    return name, argument if colon else None


def load_format(text: str) -> tuple[ModuleType, str | None]:
    """Return the module of a format, and what was given behind its name.

    Parameters
    ----------
    text : str
        ``NAME`` or ``NAME:ARGUMENT``.

    Raises
    ------
    UnknownNameError
        When no format of that name is registered.
    """
    name, argument = split_format(text)
    return registry.load(EXPORTS, name), argument


def open_writer(text: str, folder: Path) -> Any:
    """Return a writer of a format.

    Parameters
    ----------
    text : str
        ``NAME`` or ``NAME:ARGUMENT``.
    folder : pathlib.Path
        Where its files go.

    Returns
    -------
    deskhand.exports.session_tables.Writer
        To be used in a ``with`` statement.

    Raises
    ------
    UnknownNameError
        When no format of that name is registered.
    DeskhandError
        When the format takes no such argument.
    """
    module, argument = load_format(text)
    # A format of another package need not know of arguments.
    return module.open_writer(folder) if argument is None else module.open_writer(folder, argument)


@contextmanager
def written(path: Path, text: str) -> Iterator[Any]:
    """Give a writer whose files appear at a path whole or not at all.

    Parameters
    ----------
    path : pathlib.Path
        The file to write, for what comes to be one file; else a new or empty folder.
    text : str
        ``NAME`` or ``NAME:ARGUMENT``.

    Raises
    ------
    DeskhandError
        When the format is not known or the path cannot be used.
    """
    split_format(text)
    try:
        if path.is_dir() and any(path.iterdir()):
            raise DeskhandError(f"{path}: a folder that is not empty; give another path.")
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".making-") as name:
            made = Path(name) / "made"
            made.mkdir()
            with open_writer(text, made) as writer:
                yield writer
            files = [file for file in made.rglob("*") if file.is_file()]
            if len(files) == 1 and not path.is_dir():
                files[0].replace(path)
            elif path.is_file():
                raise DeskhandError(
                    f"{path}: a file, and {text} writes {len(files)} files; give a folder."
                )
            else:
                path.mkdir(exist_ok=True)
                for part in made.iterdir():
                    shutil.move(part, path / part.name)
    except OSError as error:
        raise DeskhandError(f"{path} cannot be written: {error.strerror or error}.") from error


def no_argument(name: str, argument: str | None) -> None:
    """Refuse what was given behind the name of a format that takes nothing.

    Raises
    ------
    DeskhandError
        When something was given.

    Examples
    --------
    >>> no_argument("parquet", "fast")
    Traceback (most recent call last):
    deskhand.errors.DeskhandError: format 'parquet:fast': parquet takes nothing behind its name; write --format parquet.
    """
    if argument is not None:
        raise DeskhandError(
            f"format {f'{name}:{argument}'!r}: {name} takes nothing behind its name; "
            f"write --format {name}."
        )


def named_in_records(text: str) -> str:
    """Return a format as a run's record names it: a file by its name and its content, not its place.

    Examples
    --------
    >>> named_in_records("rrweb")
    'rrweb'
    """
    name, argument = split_format(text)
    if argument is None or not Path(argument).is_file():
        return text
    path = Path(argument)
    return f"{name}:{path.name}@{sha256(path.read_bytes()).hexdigest()[:16]}"


def recognised(path: Path) -> Iterator[str]:
    """Yield the names of the formats that a file or a folder is in, by its content.

    Parameters
    ----------
    path : pathlib.Path
        A file or a folder.
    """
    # Canonical tables first: a run's folder may hold other formats beside them.
    names = registry.names(EXPORTS)
    for name in sorted(names, key=lambda n: (n != "parquet", n not in ("jsonl", "arrow"), n)):
        module = registry.load(EXPORTS, name)
        if hasattr(module, "recognises") and module.recognises(path):
            yield name


def recognise(path: Path, *, readable: bool = False) -> str:
    """Return the name of the format that a file or a folder is in.

    Parameters
    ----------
    path : pathlib.Path
        A file or a folder.
    readable : bool
        Whether only formats that can be read back are wanted.

    Raises
    ------
    DeskhandError
        When there is nothing at the path, or it is in no format that is known here.
    """
    if not path.exists():
        raise DeskhandError(f"{path}: not found; name a file or a folder.")
    if path.is_file() and not path.stat().st_size:
        raise DeskhandError(f"{path}: an empty file; no format is recognised in it.")
    found = list(recognised(path))
    usable = [name for name in found if not readable or can_read(name)]
    if usable:
        return usable[0]
    if found:
        raise DeskhandError(
            f"{path}: is in the format {found[0]}, which is written and not read back; formats that "
            f"are read: {', '.join(filter(can_read, registry.names(EXPORTS)))}."
        )
    wanted = [n for n in registry.names(EXPORTS) if can_read(n) or not readable]
    if path.is_dir():
        raise DeskhandError(
            f"{path}: holds no sessions in a format that is known here; name a folder that "
            "`deskhand generate` wrote, or a capture."
        )
    raise DeskhandError(
        f"{path}: no known format is recognised in it; name it with --from or --format, one of "
        f"{', '.join(wanted)}. Packed archives are unpacked first."
    )


def parts_of(path: Path, text: str) -> list[Path]:
    """Return the files or folders of one format that a folder holds, or the path itself.

    Parameters
    ----------
    path : pathlib.Path
        One file or folder of the format; a shard, which keeps the format in a folder of its name;
        or that folder.
    text : str
        ``NAME`` or ``NAME:ARGUMENT``.
    """
    name, _ = split_format(text)
    inner = path / name
    if path.is_dir() and path.name == name and not inner.is_dir():
        inner = path
    if not inner.is_dir() or name in recognised(path):
        return [path]
    return sorted(inner.iterdir())


def needs_argument(name: str) -> bool:
    """Return whether a format can do nothing unless something is given behind its name."""
    return bool(getattr(registry.load(EXPORTS, name), "NEEDS_ARGUMENT", False))


def can_read(name: str) -> bool:
    """Return whether a format can be read back."""
    return hasattr(registry.load(EXPORTS, name), "read")
