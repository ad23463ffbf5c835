"""From what a session was made, and how: told by every row and by the header.

A session that was made from a capture of a person is *derived*: its identifiers begin with ``der_``,
``synthetic`` is false, and the person is still in it. One that was made from a synthetic session is
synthetic. In either case ``provenance_id`` reads, for example,
``der_3f2a90c1d2e4b586;from=cap_session_4f53cda18c2baa0c;do=time_warp(0.9..1.1);seed=7;copy=0``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from deskhand.events import claiming
from deskhand.exports.captured import DERIVED
from deskhand.session import Session
from deskhand.streams import name


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Where a session comes from.

    Parameters
    ----------
    made_from : str
        Identifier of the source.
    steps : tuple of str
        What was done, in order, each as it is written on the command line.
    seed, copy : int
    """

    made_from: str
    steps: tuple[str, ...]
    seed: int
    copy: int = 0

    def name(self, kind: str, synthetic: bool) -> str:
        """Return an identifier of something of this session, such as ``der_session_0f...``."""
        prefix = f"{'syn' if synthetic else 'der'}{'_' * bool(kind)}{kind}"
        return name(prefix, self.seed, "lineage", self.made_from, *self.steps, self.copy)

    def provenance_id(self, synthetic: bool) -> str:
        """Return what every row says of its origin."""
        steps = "+".join(f"{word}({given})" if given else word for word, given in self._parts())
        return (
            f"{self.name('', synthetic)};from={self.made_from};do={steps};seed={self.seed};"
            f"copy={self.copy}"
        )

    def _parts(self) -> list[tuple[str, str]]:
        # No colon: readers take what stands behind the last one for the maker's own name.
        return [(step.partition(":")[0], step.partition(":")[2]) for step in self.steps]


def marked(session: Session, lineage: Lineage, **header: Any) -> Session:
    """Return a session that says in all of its rows what it was made from.

    Parameters
    ----------
    session : Session
        With the marks of its source.
    lineage : Lineage
    **header
        Further columns of the sessions table.

    Examples
    --------
    >>> import deskhand
    >>> source = deskhand.simulate("auth.login", seed=7)
    >>> lineage = Lineage(made_from=source.session_id, steps=("jitter:1.0",), seed=7)
    >>> made = marked(source, lineage)
    >>> made.header["synthetic"], made.header["provenance_id"].split(";")[1:]
    (True, ['from=syn_session_1c25f5dcad518e1d', 'do=jitter(1.0)', 'seed=7', 'copy=0'])
    """
    synthetic = bool(session.header["synthetic"])
    # Rows that were read from another format say so before all else: they may lack something.
    format_, colon, _ = str(session.header["provenance_id"]).partition(":")
    read_from = format_ + colon if synthetic and colon else ""
    marks = {
        "session_id": lineage.name("session", synthetic),
        "synthetic": synthetic,
        "provenance_id": read_from + lineage.provenance_id(synthetic),
    }
    own = {"seed": lineage.seed, **header}
    if not synthetic:
        own["profile_mode"] = DERIVED
    tables: Sequence[str] = ("events", "actions", "elements", "screenshots")
    return replace(
        session,
        header={**session.header, **own, **marks},
        **{
            table: claiming(with_marks(getattr(session, table), marks), synthetic)
            for table in tables
        },
    )


def with_marks(table: pa.Table, marks: Mapping[str, Any]) -> pa.Table:
    """Return a table whose columns of marks hold one value each.

    Examples
    --------
    >>> table = pa.table({"synthetic": [True, True]})
    >>> with_marks(table, {"synthetic": False})["synthetic"].to_pylist()
    [False, False]
    """
    for column, value in marks.items():
        place = table.schema.get_field_index(column)
        field = table.schema.field(place)
        plain = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        array = pa.array([value], plain)
        if pa.types.is_dictionary(field.type):
            array = array.dictionary_encode().cast(field.type)
        whole = array.take(pa.array([0] * len(table), pa.int32()))
        table = table.set_column(place, field, whole)
    return table
