"""Records of somebody's own schema, as a mapping file says; written, checked and read back.

The mapping stands behind the format's name: ``mapping:mycompany.json``. It names the JSON Schema of
a record, how records are put into files, and for each kind of event a template of its record.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from deskhand.errors import DeskhandError
from deskhand.exports.losses import Dropped, Kept
from deskhand.exports.mapping.mapping_file import OwnMapping, load_mapping
from deskhand.exports.mapping.own_schema import described
from deskhand.exports.mapping.reader import read_file, records_of
from deskhand.exports.mapping.reversal import kept_by, losses_of
from deskhand.exports.mapping.writer import MappingWriter
from deskhand.exports.session_tables import Writer
from deskhand.findings import Finding
from deskhand.session import Session

SUMMARY = (
    "records of your own schema, as a mapping file behind a colon says: mapping:mycompany.json"
)
NEEDS_ARGUMENT = True
KEEPS: Mapping[str, Kept] = {}
# Breaches of the schema that are told of one file; the rest is most likely more of the same.
TOLD = 100
LOSES = "what the mapping leaves out; deskhand.exports.mapping.losses lists it"


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of records of one's own schema.

    Parameters
    ----------
    folder : Path
        Where the folder ``mapping`` goes.
    argument : str
        The path of the mapping.

    Raises
    ------
    DeskhandError
        When the mapping or its schema cannot be used: with the line.
    """
    return MappingWriter(folder, load_mapping(argument))


def keeps(argument: str | None) -> Mapping[str, Kept]:
    """Return what comes back of each event type with a mapping.

    Parameters
    ----------
    argument : str
        The path of the mapping.
    """
    return kept_by(load_mapping(argument))


def losses(mapping: str | Path | OwnMapping) -> list[str]:
    """Return a sentence for everything that a mapping does not bring back.

    Parameters
    ----------
    mapping : str, pathlib.Path or OwnMapping
        The mapping or its path.
    """
    return list(losses_of(mapping if isinstance(mapping, OwnMapping) else load_mapping(mapping)))


def read(
    path: Path,
    dropped: Dropped | None = None,
    argument: str | None = None,
    *,
    strict: bool = False,
) -> Iterator[Session]:
    """Yield the sessions in a file of records, or in the files of a folder, one at a time.

    Parameters
    ----------
    path : Path
        A file, or a folder of files with the mapping's suffix.
    dropped : Dropped, optional
        Counts what the mapping cannot turn round.
    argument : str
        The path of the mapping.
    strict : bool
        Refuse a file of which not all is kept.

    Raises
    ------
    DeskhandError
        When the mapping cannot be used, or a file is not of its form.
    """
    mapping = load_mapping(argument)
    counted = Dropped() if dropped is None else dropped
    for file in _files(Path(path), mapping):
        own = Dropped()
        for session in read_file(file, mapping, own):
            if strict and own.counts:
                raise DeskhandError(
                    f"{file}: {next(own.lines())}; strict reading keeps all or nothing; widen the "
                    "mapping, or read without strict."
                )
            yield session
        for what, count in own.counts.items():
            counted.add(what, count)


def findings(path: Path, argument: str | None = None) -> Iterator[Finding]:
    """Yield what is wrong with records: breaches of the schema, and what the mapping cannot read.

    Of each file the first `TOLD` records that break the schema are told.

    Parameters
    ----------
    path : Path
        A file, or a folder of files with the mapping's suffix.
    argument : str
        The path of the mapping.
    """
    mapping = load_mapping(argument)
    for file in _files(Path(path), mapping):
        _, records = records_of(file, mapping.form)
        for number, error in islice(mapping.schema.invalid(records), TOLD):
            yield Finding(
                rule=str(error.validator),
                path=file,
                row=number,
                given=described(error),
                remedy=f"write the record as {mapping.schema.rule_line(error)} says",
            )
        dropped = Dropped()
        for _ in read_file(file, mapping, dropped):
            pass
        for what, count in dropped.counts.items():
            yield Finding(
                rule="mapping",
                path=file,
                given=what,
                remedy=f"map it in {mapping.source.path.name}, or accept that it is not read",
                count=count,
            )


def _files(path: Path, mapping: OwnMapping) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.iterdir() if file.name.endswith(mapping.suffix))
    if not found:
        raise DeskhandError(
            f"{path}: no file that ends in {mapping.suffix}; the mapping says so; name the file."
        )
    return found
