"""The workload: decisions of many boards about many budget lines over many years, by a seed.

The same size and seed give the same entries, in the order of recording. Each comes with its moves
of money, so that another system can be given the same and must answer the same.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import attrs

from styrledger.codec import write_entry
from styrledger.events.base import Event
from styrledger.events.budgets import (
    BudgetAdopted,
    BudgetDistributed,
    BudgetRevised,
    BudgetTransferred,
    Place,
)
from styrledger.events.corrections import EntryCorrected
from styrledger.events.decisions import DecisionAnnulled
from styrledger.events.entry import Entry
from styrledger.events.units import UnitKind, UnitRegistered
from styrledger.references import DecisionRef

YEARS = range(2001, 2021)
BEGIN = date(2000, 1, 1)
DECISIONS_A_LINE = 83
LINES_A_BOARD = 10
BOARDS_A_MUNICIPALITY = 12

ADOPTED = 205
"""Days before its year begins on which a budget is adopted: in June."""

OPEN = 1000
"""Days from its adoption on which decisions about a budget are taken."""

LATE_BY = 900
LATE, CORRECTED, TRANSFERRED, ANNULLED = 0.05, 0.02, 0.02, 0.005
"""Parts of the entries: known late by up to 900 days, corrections, transfers, annulments."""

TARGETS = 1000
"""How many of the last entries a correction or annulment can be about."""

REASONS = ("{what}, {line}.", "{line}: {what} enligt bilaga.", "{what} för {line}.")


@attrs.frozen
class Line:
    """A line of a unit's operating budget of a year; every line lies inside the unit's total."""

    unit: str
    year: int
    line: str

    @property
    def path(self) -> str:
        """The line in one word, as other systems name accounts."""
        return f"{self.year}:{self.unit}:{self.line}"


@attrs.frozen
class Move:
    """Money that a line gains or loses, in öre, from a day on."""

    line: Line
    effective: date
    ore: int


@attrs.frozen
class Made:
    """An entry, its position in a ledger that holds nothing else, and what it moves."""

    position: int
    entry: Entry
    on: date
    """The day it is recorded about: the decision's, or later where it is late."""
    moves: tuple[Move, ...] = ()


def entries(size: int, seed: int = 1) -> Iterator[Entry]:
    """Yield so many entries for a new ledger, in order."""
    return (made.entry for made in workload(size, seed))


def write_jsonl(path: Path, made: Iterable[Entry]) -> None:
    """Write a record file."""
    with path.open("w", encoding="utf-8") as file:
        for entry in made:
            file.write(json.dumps(write_entry(entry), ensure_ascii=False) + "\n")


def lines_a_year(size: int) -> int:
    """Return how many lines each year's budgets have, so that each is decided about 83 times."""
    return max(2, round(size / (len(YEARS) * DECISIONS_A_LINE)))


def workload(size: int, seed: int = 1, more: int = 0) -> Iterator[Made]:
    """Yield so many entries for a new ledger, in order, each with what it moves.

    ``more`` entries follow, about the same lines, on the last day.
    """
    making = _Making(size, Random(seed))  # noqa: S311 - the same entries each time
    for position, (entry, on, moves) in enumerate(making.all(), 1):
        if position > size + more:
            return
        yield Made(position, entry, on, moves)


def lines_of(size: int) -> Iterator[Line]:
    """Yield every line of every year that so many entries are about."""
    return (Line(unit, year, line) for year in YEARS for unit, line in _named(size))


def _named(size: int) -> list[tuple[str, str]]:
    return [
        (_unit(n // LINES_A_BOARD), f"Verksamhet {n % LINES_A_BOARD + 1:02}")
        for n in range(lines_a_year(size))
    ]


def _unit(board: int) -> str:
    municipality, number = divmod(board, BOARDS_A_MUNICIPALITY)
    return f"K{municipality + 1:02}N{number + 1:02}"


_Step = tuple[Entry, date, tuple[Move, ...]]


class _Making:
    def __init__(self, size: int, random: Random) -> None:
        self._size, self._random = size, random
        self._lines = _named(size)
        self._units = [*dict.fromkeys(unit for unit, _ in self._lines)]
        self._paragraphs: dict[date, int] = {}
        self._targets: deque[tuple[int, _Step]] = deque(maxlen=TARGETS)
        self._position = 0

    def all(self) -> Iterator[_Step]:
        for step in self._steps():
            self._position += 1
            yield step

    def _steps(self) -> Iterator[_Step]:
        first = adopted(YEARS[0])
        yield self._registered("KF", "council", None), first, ()
        for unit in self._units:
            municipality = unit[:3]
            if unit.endswith("N01"):
                yield self._registered(municipality, "municipality", None), first, ()
            yield self._registered(unit, "board", municipality), first, ()
        days = (adopted(YEARS[-1]) - first).days + OPEN
        adopting = [*YEARS]
        at_once = len(self._lines) + len(self._units)
        rest = max(1, self._size - len(YEARS) * at_once)
        done = 0
        while True:
            on = first + timedelta(days=min(1 + done * days // rest, days))
            while adopting and adopted(adopting[0]) < on:
                yield from self._adopt(adopting.pop(0))
            yield self._decided(on)
            done += 1

    def _adopt(self, year: int) -> Iterator[_Step]:
        on = adopted(year)
        granted = {line: self._random.randint(5_000, 50_000) for line in self._lines}
        totals = Counter[str]()
        for (unit, _), tkr in granted.items():
            totals[unit] += tkr
        for unit, total in totals.items():
            yield self._entry(BudgetAdopted(unit, year, f"{total} tkr"), on), on, ()
        for (unit, line), tkr in granted.items():
            event = BudgetDistributed(unit, year, line, f"{tkr} tkr")
            yield self._entry(event, on), on, (Move(Line(unit, year, line), on, _ore(tkr)),)

    def _decided(self, on: date) -> _Step:
        drawn = self._random.random()
        if drawn < CORRECTED and self._targets:
            return self._corrected(on)
        if drawn < CORRECTED + ANNULLED and self._targets:
            return self._annulled(on)
        step = (self._transferred if drawn > 1 - TRANSFERRED else self._revised)(on)
        self._targets.append((self._position + 1, step))
        return step

    def _revised(self, on: date) -> _Step:
        line, day = self._line_and_day(on)
        tkr = self._random.choice((-1, 1)) * self._random.randint(1, 900)
        event = BudgetRevised(line.unit, line.year, f"{tkr} tkr", line=line.line)
        what = "minskning" if tkr < 0 else "ökning"
        return self._entry(event, day, what, line.line), on, (Move(line, day, _ore(tkr)),)

    def _transferred(self, on: date) -> _Step:
        line, day = self._line_and_day(on)
        other, tkr = line, self._random.randint(1, 900)
        while other == line:
            unit, name = self._random.choice(self._lines)
            other = Line(unit, line.year, name)
        ends = Place(line.unit, line.line), Place(other.unit, other.line)
        event = BudgetTransferred(line.year, *ends, f"{tkr} tkr")
        moves = Move(line, day, -_ore(tkr)), Move(other, day, _ore(tkr))
        return self._entry(event, day, "omfördelning", line.line), on, moves

    def _corrected(self, on: date) -> _Step:
        position, (entry, _, moves) = self._taken()
        tkr = self._random.randint(1, 900)
        fields: dict[str, Any] = {"amount": f"{tkr} tkr"}
        replacement = attrs.evolve(entry, event=attrs.evolve(entry.event, **fields))
        correction = EntryCorrected(f"#{position}", "Fel belopp i liggaren.", replacement)
        signs = (1,) if len(moves) == 1 else (-1, 1)
        again = (attrs.evolve(m, ore=s * _ore(tkr)) for s, m in zip(signs, moves, strict=True))
        return Entry(correction), on, (*_undone(moves), *again)

    def _annulled(self, on: date) -> _Step:
        _, (entry, _, moves) = self._taken()
        undone = tuple(attrs.evolve(move, effective=on) for move in _undone(moves))
        event = DecisionAnnulled(entry.decision or "")
        return Entry(event, effective=on, note="Upphävt av förvaltningsrätten."), on, undone

    def _taken(self) -> tuple[int, _Step]:
        """Take one of the last decisions, which nothing else will be about."""
        at = self._random.randrange(len(self._targets))
        found = self._targets[at]
        del self._targets[at]
        return found

    def _line_and_day(self, on: date) -> tuple[Line, date]:
        """Choose what is decided about when it is recorded on a day: that day, or long before."""
        unit, name = self._random.choice(self._lines)
        line = Line(unit, self._random.choice(_open_years(on)), name)
        if self._random.random() >= LATE:
            return line, on
        room = (on - adopted(line.year)).days - 1
        return line, on - timedelta(days=self._random.randint(0, min(LATE_BY, room)))

    def _registered(self, unit: str, kind: UnitKind, parent: str | None) -> Entry:
        event = UnitRegistered(unit, kind, f"Enheten {unit}", parent)
        return Entry(event, effective=BEGIN)

    def _entry(self, event: Event, on: date, what: str = "ram", line: str = "året") -> Entry:
        paragraph = self._paragraphs[on] = self._paragraphs.get(on, 0) + 1
        note = self._random.choice(REASONS).format(what=what, line=line)
        return Entry(event, DecisionRef("KF", on, paragraph), note=note)


def adopted(year: int) -> date:
    """Return the day on which the budgets of a year are adopted."""
    return date(year, 1, 1) - timedelta(days=ADOPTED)


@lru_cache(maxsize=1)
def _open_years(on: date) -> list[int]:
    """Return the years about whose budgets decisions are taken on a day."""
    return [year for year in YEARS if 0 < (on - adopted(year)).days <= OPEN]


def _ore(tkr: int) -> int:
    return tkr * 100_000


def _undone(moves: Iterable[Move]) -> tuple[Move, ...]:
    return tuple(attrs.evolve(move, ore=-move.ore) for move in moves)
