"""What a ledger must answer, by dictionaries alone: no code of the ledger's own is used here."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import attrs

Record = dict[str, Any]
Slot = list[tuple[str, Record | None]]
"""The keys of an entry and of what came in its place, with what each lets stand."""

UNITS = ("KF", "KS", "SN")
YEARS = (2020, 2021)
DAYS = tuple(f"2020-{month:02}-{day:02}" for month in (1, 3, 6, 9, 12) for day in (1, 15))
OPENING: tuple[Record, ...] = tuple(
    {"type": "unit.registered", "unit": unit, "kind": "board", "effective": "2019-01-01"}
    for unit in UNITS
)


@attrs.define
class Model:
    """The records that are in the ledger, by position; those who made them know their order."""

    log: dict[int, Record] = attrs.field(factory=dict[int, Record])

    @property
    def head(self) -> int:
        """The newest position."""
        return len(OPENING) + len(self.log)

    def add(self, positions: list[int], batch: list[Record]) -> None:
        """Add what was acknowledged."""
        for position, record in zip(positions, batch, strict=True):
            assert position not in self.log, f"#{position} was given twice"
            self.log[position] = record

    def balance(self, unit: str, year: int, on: str, known: int) -> int:
        """Return what a budget comes to in öre, 0 without one."""
        standing = [*self.standing(known)]
        annulled = {
            one["target"]
            for one in standing
            if one["type"] == "decision.annulled" and one["effective"] <= on
        }
        return sum(
            100 * int(one["amount"].removesuffix(" kr"))
            for one in standing
            if one["type"] == "budget.revised"
            and (one["unit"], one["year"]) == (unit, year)
            and one["effective"] <= on
            and one["decision"] not in annulled
        )

    def standing(self, known: int) -> Iterator[Record]:
        """Yield what stands as known after a position."""
        for slot in self.slots(known).values():
            _, last = slot[-1]
            if last is not None:
                yield last

    def slots(self, known: int) -> dict[str, Slot]:
        """Return, for the key of each entry, what has stood in its place: the last one stands."""
        slots: dict[str, Slot] = {}
        for position in sorted(self.log):
            record = self.log[position]
            key = record["key"]
            if position > known:
                break
            if not record["type"].startswith("entry."):
                slots[key] = [(key, record)]
                continue
            target = record["target"]
            place = next(slot for slot in slots.values() if any(name == target for name, _ in slot))
            if record["type"] == "entry.corrected":
                place.append((key, record["replacement"]))
            elif place[0][0] == target:
                place.append((key, None))
            else:
                place[:] = [one for one in place if one[0] != target]
        return slots


@attrs.define
class Maker:
    """Makes batches that the ledger takes, each record with a key of its own."""

    random: Random
    made: int = 0

    def batches(self, model: Model, many: int) -> list[list[Record]]:
        """Return batches that may be recorded in any order: no two are about one entry."""
        slots = [*model.slots(model.head).values()]
        self.random.shuffle(slots)
        sizes = self.random.choices((1, 1, 2, 5, 12, 60), k=many)
        return [[self._one(slots) for _ in range(size)] for size in sizes]

    def _one(self, slots: list[Slot]) -> Record:
        self.made += 1
        kinds = ("new", "correct", "withdraw", "undo", "annul")
        (kind,) = self.random.choices(kinds, (60, 15, 8, 8, 3))
        made: Record = {}
        if kind != "new" and slots:
            # Only this record is about it, so that what it needs still stands.
            made = self._amendment(kind, slots.pop())
        return {**(made or self._revised()), "key": f"k{self.made}"}

    def _amendment(self, kind: str, slot: Slot) -> Record:
        """Return a record about what stands in a place, an empty one where it cannot be."""
        (first, _), (last, standing) = slot[0], slot[-1]
        withdrawn = {"type": "entry.withdrawn", "reason": "Fel."}
        if kind == "undo":
            return {**withdrawn, "target": last} if len(slot) > 1 else {}
        if standing is None:
            return {}
        if kind == "withdraw":
            return {**withdrawn, "target": first}
        if kind == "correct":
            target = self.random.choice((first, last))
            replacement = {"type": "entry.corrected", "replacement": self._revised()}
            return {**withdrawn, **replacement, "target": target}
        annulled = {"type": "decision.annulled", "effective": self.random.choice(DAYS)}
        return {**annulled, "target": standing["decision"]} if "decision" in standing else {}

    def _revised(self) -> Record:
        chance = self.random
        return {
            "type": "budget.revised",
            "unit": chance.choice(UNITS),
            "year": chance.choice(YEARS),
            "amount": f"{chance.randint(-50, 200)} kr",
            "decision": f"KF 2020-01-01 § {chance.randint(1, 40)}",
            "effective": chance.choice(DAYS),
        }
