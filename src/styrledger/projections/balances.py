"""The balances of one budget as they were known after each entry about it: total and lines.

What the fold gives for one day and one point in the log, this gives for all of them, as the few
values that ever differed: on which day, and from which position on that was known.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from styrledger.events.base import Kind
from styrledger.history import Fact
from styrledger.projections.moves import MOVING, Moves, Regimes, Shape, Tail, folded
from styrledger.projections.printed import NOTHING, Print, Sum, Terms

Of = tuple[str, int, Kind]
"""Whose budget: unit, year and kind."""

Line = list[tuple[date, Sum]]
"""What a balance comes to from each of some days on, in order of days."""


class Version(NamedTuple):
    """A balance that differs from what was known before: from a day, as known at a position.

    It holds until the next day for which there is a version that was known by then. None says
    that there is no balance.
    """

    line: str
    day: date
    known: int
    amount: Print | None


class Balances:
    """The balances of one budget as known so far; what is learned gives new versions of them.

    A fact that only adds is added, and taken away again when it is corrected or annulled. Only
    what sets a balance, and what is inside lines with parts, needs the fold to be run again.
    """

    def __init__(self, unit: str, year: int, kind: Kind) -> None:
        self._of: Of = (unit, year, kind)
        self._terms = Terms()
        self._standing: dict[int, tuple[Fact, ...]] = {}
        self._under: dict[str, set[int]] = {}
        """The slots by the decision that what stands in them rests on, or once did."""
        self._regimes = Regimes()
        self._shape = Shape(unit)
        self._tail: Tail | None = None
        """The end of the last fold, None where something was added before it since."""
        self._series: dict[str, Line] = {}
        self._told: dict[str, dict[date, Print | None]] = {}

    def resume(
        self,
        standing: Mapping[int, Iterable[Fact]],
        ruling: Mapping[int, Iterable[Fact]],
        days: Mapping[str, Iterable[date]],
    ) -> None:
        """Begin where facts and rulings stood, and versions were given for some days, by line."""
        for slot, facts in standing.items():
            self._stand(slot, tuple(filter(_may_move, facts)))
        for slot, facts in ruling.items():
            self._regimes.put(slot, facts)
        self._fold()
        self._told = {
            line: {day: self._terms.printed(_on(self._series.get(line, []), day)) for day in told}
            for line, told in days.items()
        }

    def learn(self, position: int, slot: int, facts: Iterable[Fact]) -> list[Version]:
        """Take what stands in a slot from a position on; return what that makes otherwise."""
        new = tuple(filter(_may_move, facts))
        old = self._standing.pop(slot, ())
        self._stand(slot, new)
        if not old and not new:
            return []
        if not old and self._tail is not None and self._tail.follows(new[0], self._regimes):
            return self._go_on(position, new, self._tail)
        if not self._shape.only_adds((*old, *new)):
            return self._again(position)
        moves = Moves(self._of[0], self._terms)
        moves.take(old, self._regimes, -1)
        moves.take(new, self._regimes, 1)
        return self._moved(position, moves)

    def rule(self, position: int, slot: int, rulings: Sequence[Fact]) -> list[Version]:
        """Take the rulings that stand in a slot from a position on; return what that changes."""
        ruled = self._regimes.affected(slot, rulings)
        slots = {slot for key in ruled for slot in self._under.get(key, ())}
        facts = [
            fact
            for slot in slots
            for fact in self._standing.get(slot, ())
            if fact.entry.decision is not None and fact.entry.decision.key in ruled
        ]
        adds = self._shape.only_adds(facts)
        moves = Moves(self._of[0], self._terms)
        if adds:
            moves.take(facts, self._regimes, -1)
        self._regimes.put(slot, rulings)
        self._tail = None
        if adds:
            moves.take(facts, self._regimes, 1)
        return self._moved(position, moves) if adds else self._again(position)

    def _stand(self, slot: int, facts: tuple[Fact, ...]) -> None:
        if facts:
            self._standing[slot] = facts
        for fact in facts:
            if fact.entry.decision is not None:
                self._under.setdefault(fact.entry.decision.key, set()).add(slot)

    def _go_on(self, position: int, facts: Iterable[Fact], tail: Tail) -> list[Version]:
        """Take facts the first of which comes after all others."""
        touched: dict[str, date] = {}
        for fact in facts:
            if not tail.follows(fact, self._regimes):
                return self._again(position)
            self._shape.note(fact)
            for line, day, balance in tail.take(fact):
                series = self._series.setdefault(line, [])
                if series and series[-1][0] == day:
                    series.pop()
                series.append((day, balance))
                touched[line] = day
        return [one for line, day in touched.items() for one in self._tell(position, line, day)]

    def _moved(self, position: int, moves: Moves) -> list[Version]:
        """Add to the balances of lines from some days on."""
        if moves.steps:
            self._tail = None
        versions: list[Version] = []
        for line, steps in moves.steps.items():
            series = self._series.setdefault(line, [])
            for day, change in steps:
                at = bisect_left(series, day, key=_day)
                if at == len(series) or series[at][0] != day:
                    series.insert(at, (day, series[at - 1][1] if at else NOTHING))
                series[at:] = [(later, amount + change) for later, amount in series[at:]]
            if steps:
                versions += self._tell(position, line, min(day for day, _ in steps))
        return versions

    def _again(self, position: int) -> list[Version]:
        """Fold everything anew, and return where that differs from before."""
        self._fold()
        return [
            version
            for line in {**self._told, **self._series}
            for version in self._tell(position, line, date.min)
        ]

    def _fold(self) -> None:
        facts = [fact for facts in self._standing.values() for fact in facts]
        self._shape = Shape(self._of[0], facts)
        self._series, self._tail = folded(self._of[0], facts, self._regimes, self._terms)

    def _tell(self, position: int, line: str, since: date) -> Iterator[Version]:
        """Yield what is not as it was told: where it differs, and where it steps unheard of."""
        series, told = self._series.setdefault(line, []), self._told.setdefault(line, {})
        at = bisect_left(series, since, key=_day)
        before = self._terms.printed(series[at - 1][1]) if at else None
        for day, balance in self._days(line, at, since):
            amount = self._terms.printed(balance)
            # On a day that is new here the balance may step; nothing said so before.
            if told.get(day, before) != amount:
                told[day] = amount
                yield Version(line, day, position, amount)
            before = amount

    def _days(self, line: str, at: int, since: date) -> Line:
        """Return the balances from a day on, on every day that steps now or once did."""
        series, told = self._series[line], self._told[line]
        here = {day for day, _ in series}
        gone = [day for day in told if day >= since and day not in here]
        return sorted([*series[at:], *((day, _on(series, day)) for day in gone)])


def _may_move(fact: Fact) -> bool:
    return fact.entry.stage != "proposed" and isinstance(fact.entry.event, MOVING)


def _on(series: Line, day: date) -> Sum:
    at = bisect_right(series, day, key=_day)
    return series[at - 1][1] if at else NOTHING


def _day(one: tuple[date, Sum]) -> date:
    return one[0]
