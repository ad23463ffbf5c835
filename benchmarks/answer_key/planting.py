"""Known wrongness in what a service stored, at places from a seed, with the verdicts that it must bring."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from answer_key.plain_judge import PERHAPS, REFUSED, TAKEN, Batch, Place

from deskhand.fleet.tables import HISTORY, Expected, Outcome

# Far above the rows of any store: what is added comes last.
_LAST = 1 << 40


class Planting:
    """A copy of a store and of a run's history that goes wrong plant by plant.

    Parameters
    ----------
    key : mapping of str to Batch
        What was sent, by batch.
    rows : pyarrow.Table
        What is stored, with the columns row, batch_id, session_id, seq, stored_us and record.
    late_s : float
        What is stored so long after the answer is late.
    seed : int
    """

    def __init__(
        self, key: Mapping[str, Batch], rows: pa.Table, *, late_s: float, seed: int
    ) -> None:
        self._key, self._rows, self._late_us = key, rows, round(late_s * 1e6)
        self._draws = np.random.default_rng(seed)
        coded = rows["batch_id"].combine_chunks().dictionary_encode()
        order = np.argsort(coded.indices.to_numpy(), kind="stable")
        edges = np.searchsorted(
            coded.indices.to_numpy()[order], np.arange(len(coded.dictionary) + 1)
        )
        self._of: dict[str, npt.NDArray[np.intp]] = {
            name: order[edges[place] : edges[place + 1]]
            for place, name in enumerate(coded.dictionary.to_pylist())
        }
        self._free = self._draws.permutation(sorted(key)).tolist()
        self._changed: dict[int, dict[str, Any] | None] = {}
        self._more: list[dict[str, Any]] = []
        self._answers: dict[str, tuple[Outcome, int]] = {}
        self.truth: Counter[Place] = Counter()

    def plant(self, each: int) -> list[str]:
        """Plant each kind that can be planted here so many times, and return the verdicts to come."""
        timed = bool(self._rows["stored_us"].is_valid().to_numpy().all())
        for kind in KINDS:
            refused = any(map(self._refused, self._key.values()))
            if (kind is Planting.late and not timed) or (
                kind is Planting.wrongly_accepted and not refused
            ):
                continue
            for _ in range(each):
                kind(self)
        return sorted({place.verdict for place in self.truth})

    @staticmethod
    def _refused(batch: Batch) -> bool:
        return batch.expected == Expected.REJECT and batch.best() == REFUSED

    # -- batches that nothing was done to yet --

    def _take(self, fits: Callable[[str, Batch], bool]) -> str:
        for place, name in enumerate(self._free):
            if fits(name, self._key[name]):
                del self._free[place]
                return str(name)
        raise ValueError(
            "there are too few batches of a kind to plant so much in; plan more events."
        )

    def _sure(self) -> str:
        """Return a batch all of which must be stored."""
        return self._take(
            lambda name, batch: (
                batch.expected == Expected.ACCEPT
                and batch.best() == TAKEN
                and len(self._of.get(name, ())) == len(batch.events) > 3
            )
        )

    def _some(self, name: str) -> list[int]:
        """Return one row of a batch, a few, or all."""
        rows = self._of[name]
        size = int(self._draws.choice([1, 3, len(rows)]))
        return sorted(self._draws.choice(rows, size, replace=False).tolist())

    def _row(self, row: int) -> dict[str, Any]:
        found = self._changed.get(row) or self._rows.slice(row, 1).to_pylist()[0]
        return dict(found)

    def _change(self, place: int, **changes: Any) -> dict[str, Any]:
        self._changed[place] = self._row(place) | changes
        return self._row(place)

    def _add(self, row: Mapping[str, Any], **changes: Any) -> None:
        self._more.append({**row, "row": _LAST + len(self._more), **changes})

    def _add_batch(self, name: str) -> None:
        """Store a batch, as a service would that takes it."""
        batch = self._key[name]
        for seq, record in batch.events.items():
            content = {"session_id": batch.session_id, "seq": seq, "record": record or "{"}
            self._add(
                {"batch_id": name, "stored_us": self._rows["stored_us"][0].as_py(), **content}
            )

    def _count(self, verdict: str, name: str | None, *places: int | None, events: int = 1) -> None:
        for seq in places:
            self.truth[Place(verdict, name, seq)] += events

    # -- what can go wrong --

    def lost(self) -> None:
        name = self._sure()
        for row in self._some(name):
            self._count("LOST", name, self._row(row)["seq"])
            self._changed[row] = None

    def duplicated(self) -> None:
        name, times = self._sure(), int(self._draws.integers(1, 4))
        for row in self._some(name):
            for _ in range(times):
                self._add(self._row(row))
            self._count("DUPLICATED", name, self._row(row)["seq"], events=times)

    def corrupted(self) -> None:
        name = self._sure()
        for row in self._some(name):
            seq = self._change(row, record=self._spoilt(self._row(row)["record"]))["seq"]
            self._count("CORRUPTED", name, seq)

    def _spoilt(self, record: str) -> str | None:
        event = orjson.loads(record)
        how = int(self._draws.integers(8))
        if how < 4:
            changed: dict[str, Any] = [
                {"t_us": event["t_us"] + 1},
                {"t_us": str(event["t_us"])},
                {"type": "other"},
                {"value": "other"},
            ][how]
            return orjson.dumps(event | changed).decode()
        return (record[:-1], record[: len(record) // 2], "", None)[how - 4]

    def phantom(self) -> None:
        name = self._sure()
        row = self._row(self._some(name)[0])
        how = int(self._draws.integers(5))
        if how == 0:
            self._add(row, session_id="syn_0000000000000000")
            self._count("PHANTOM", name, row["seq"])
        elif how == 1:
            seq = 1_000_000 + row["seq"]
            self._add(row, seq=seq)
            self._count("PHANTOM", name, seq)
        elif how == 2:
            self._add(row, batch_id="syn_nonsense")
            self._count("PHANTOM", None, row["seq"])
        else:
            # Of a batch that was never sent, or not taken.
            other = self._take(
                lambda _, batch: (
                    batch.expected not in (Expected.REJECT, Expected.QUARANTINE)
                    and batch.best() < PERHAPS
                )
            )
            self._add_batch(other)
            self._count("PHANTOM", other, *self._key[other].events)

    def misordered(self) -> None:
        name = self._sure()
        rows = sorted(self._of[name].tolist(), key=lambda row: self._row(row)["row"])
        at = int(self._draws.integers(len(rows) - 1))
        first, second = self._row(rows[at]), self._row(rows[at + 1])
        self._change(rows[at], row=second["row"])
        self._change(rows[at + 1], row=first["row"])
        self._count("MISORDERED", name, min(first["seq"], second["seq"]))

    def late(self) -> None:
        name = self._sure()
        for row in self._some(name):
            at_us = self._key[name].answered_us() + self._late_us + 1_000_000
            self._count("LATE", name, self._change(row, stored_us=at_us)["seq"])

    def wrongly_rejected(self) -> None:
        name = self._sure()
        for row in self._of[name].tolist():
            self._changed[row] = None
        self._answers[name] = (Outcome.FAIL, 422)
        self._count("WRONGLY_REJECTED", name, None, events=len(self._key[name].events))

    def wrongly_accepted(self) -> None:
        name = self._take(lambda _, batch: self._refused(batch))
        events, stored, answered = self._key[name].events, *(self._draws.random(2) < 0.5)
        if stored or not answered:
            self._add_batch(name)
        if answered:
            self._answers[name] = (Outcome.OK, 200)
            self._count("WRONGLY_ACCEPTED", name, None, events=len(events))
        else:
            self._count("WRONGLY_ACCEPTED", name, *events)

    # -- what came of it --

    def rows(self) -> pa.Table:
        """Return what is now stored."""
        touched = np.zeros(self._rows.num_rows, np.bool_)
        touched[list(self._changed)] = True
        changed = [row for row in self._changed.values() if row is not None]
        more = pa.Table.from_pylist(changed + self._more, self._rows.schema)
        return pa.concat_tables([self._rows.filter(pa.array(~touched)), more])

    def write_run(self, run: Path, out: Path) -> Path:
        """Write the run as it now is: some batches were answered otherwise."""
        (out / "history").mkdir(parents=True)
        (out / "run.json").write_bytes((run / "run.json").read_bytes())
        answers = {self._key[name].number: answer for name, answer in self._answers.items()}
        for part in (run / "history").glob("part-*.parquet"):
            table = pq.read_table(part)
            hit = np.flatnonzero(pc.is_in(table["batch"], pa.array(list(answers))).to_numpy())
            of = table["batch"].to_numpy()[hit].tolist()
            for name, column in (("outcome", 0), ("status", 1)):
                values = table[name].to_numpy().copy()
                values[hit] = [int(answers[batch][column]) for batch in of]
                place = table.schema.get_field_index(name)
                table = table.set_column(place, HISTORY.field(name), pa.array(values))
            pq.write_table(table, out / "history" / part.name)
        return out


KINDS: tuple[Callable[[Planting], None], ...] = (
    Planting.lost,
    Planting.duplicated,
    Planting.corrupted,
    Planting.phantom,
    Planting.misordered,
    Planting.late,
    Planting.wrongly_rejected,
    Planting.wrongly_accepted,
)
