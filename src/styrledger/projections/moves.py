"""What moves a balance, and from when until when: facts as amounts that are added on some days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from styrledger.amounts import Amount
from styrledger.events.budgets import (
    BudgetAdopted,
    BudgetDistributed,
    BudgetRevised,
    BudgetTransferred,
)
from styrledger.events.decisions import DecisionAnnulled, DecisionConditionMet
from styrledger.history import (
    Counted,
    Fact,
    Order,
    Rulings,
    counting,
    is_annulled,
    rulings,
)
from styrledger.projections.base import dated
from styrledger.projections.lines import ancestors
from styrledger.projections.printed import NOTHING, Sum, Terms
from styrledger.references import DecisionRef

TOTAL = ""
"""Stands for the total where a line is named; no line's path is empty."""

MOVING = (BudgetAdopted, BudgetDistributed, BudgetRevised, BudgetTransferred)
"""The events that can change a balance."""


Stretch = tuple[date, date | None, Rulings]
"""From which day, until which (not included, None: for ever), and what is ruled then."""


class Regimes:
    """What is ruled from each day on, until the next ruling takes effect, decision by decision.

    Of a decision it matters only who ruled on it, who ruled on those rulings, and so on.
    """

    def __init__(self) -> None:
        self._standing: dict[int, tuple[Fact, ...]] = {}
        self._on: dict[str, set[int]] = {}
        """The slots by the decision that is ruled on."""
        self._by: dict[str, set[int]] = {}
        """The slots by the decision that rules."""
        self._known: dict[str, list[Stretch]] = {}

    def put(self, slot: int, facts: Iterable[Fact]) -> None:
        """Let rulings stand in a slot, none where what stood there was withdrawn."""
        new = tuple(facts)
        for key in self.affected(slot, new):
            self._known.pop(key, None)
        for fact in self._standing.pop(slot, ()):
            for index, key in _rules(fact, self._on, self._by):
                index[key].discard(slot)
        if new:
            self._standing[slot] = new
        for fact in new:
            for index, key in _rules(fact, self._on, self._by):
                index.setdefault(key, set()).add(slot)

    def affected(self, slot: int, facts: Iterable[Fact]) -> set[str]:
        """Return the decisions on which is ruled otherwise when facts stand in a slot."""
        found: set[str] = set()
        asked = [*_targets((*self._standing.get(slot, ()), *facts))]
        while asked:
            key = asked.pop()
            if key not in found:
                found.add(key)
                for other in self._by.get(key, ()):
                    asked += _targets(self._standing[other])
        return found

    def is_ruled(self, decision: DecisionRef | None) -> bool:
        """Tell whether anything is ruled on a decision."""
        return decision is not None and bool(self._on.get(decision.key))

    def all(self) -> list[Stretch]:
        """Return what is ruled on all decisions."""
        return _stretches([fact for facts in self._standing.values() for fact in facts])

    def steps(self, fact: Fact) -> list[tuple[date, int]]:
        """Return on which days a fact begins (1) and ceases (-1) to count."""
        entry, since = fact.entry, dated(fact).last
        if entry.stage == "decided" and not self.is_ruled(entry.decision):
            return [(since, 1)]
        key = "" if entry.decision is None else entry.decision.key
        steps: list[tuple[date, int]] = []
        for day, end, ruled in self._about(key):
            counts_from: date | None = since
            if entry.stage == "conditional":
                met = ruled.met.get(key)
                counts_from = None if met is None else max(since, met)
            if counts_from is None or is_annulled(entry, ruled):
                continue
            start = max(counts_from, day)
            if end is None or start < end:
                steps.append((start, 1))
                if end is not None:
                    steps.append((end, -1))
        return steps

    def _about(self, decision: str) -> list[Stretch]:
        found = self._known.get(decision)
        if found is None:
            facts: dict[int, tuple[Fact, ...]] = {}
            asked, seen = [decision], set[str]()
            while asked:
                key = asked.pop()
                seen.add(key)
                for slot in self._on.get(key, set()) - facts.keys():
                    facts[slot] = self._standing[slot]
                    by = (fact.entry.decision for fact in facts[slot])
                    asked += {one.key for one in by if one is not None} - seen
            found = _stretches([fact for some in facts.values() for fact in some])
            self._known[decision] = found
        return found


def _stretches(standing: Sequence[Fact]) -> list[Stretch]:
    days = sorted({date.min, *(dated(fact).last for fact in standing)})
    ends = [*days[1:], None]
    return [(day, end, rulings(standing, day)) for day, end in zip(days, ends, strict=True)]


def _targets(facts: Iterable[Fact]) -> Iterator[str]:
    """Yield the decisions that facts rule on."""
    for fact in facts:
        if isinstance(fact.entry.event, (DecisionAnnulled, DecisionConditionMet)):
            yield fact.entry.event.target.key


def _rules(
    fact: Fact, on: dict[str, set[int]], by: dict[str, set[int]]
) -> Iterator[tuple[dict[str, set[int]], str]]:
    """Yield where a fact is found again that rules: under what it rules on and what it rests on."""
    for key in _targets([fact]):
        yield on, key
        if fact.entry.decision is not None:
            yield by, fact.entry.decision.key


class Moves:
    """What some facts add to the balances of one unit's budget, by line."""

    def __init__(self, unit: str, terms: Terms) -> None:
        self._unit, self._terms = unit, terms
        self.steps: dict[str, list[tuple[date, Sum]]] = {}

    def take(self, facts: Iterable[Fact], regimes: Regimes, sign: int) -> None:
        """Add (1) or take away (-1) facts that only add, where they count as is ruled."""
        for fact in facts:
            for line, amount in added(fact, self._unit):
                change = self._terms.sum(amount)
                for day, way in regimes.steps(fact):
                    step = change if way == sign else -change
                    self.steps.setdefault(line, []).append((day, step))


class Shape:
    """When the total and the lines were set, and which lines have parts, whatever is ruled."""

    def __init__(self, unit: str, facts: Iterable[Fact] = ()) -> None:
        self._unit = unit
        self._set: dict[str, Order] = {}
        self._parted: set[str] = set()
        for fact in facts:
            self.note(fact)

    def only_adds(self, facts: Iterable[Fact]) -> bool:
        """Return whether what facts do is to add, whatever comes before or after them."""
        return all(map(self._adds, facts))

    def _adds(self, fact: Fact) -> bool:
        if not isinstance(fact.entry.event, (BudgetRevised, BudgetTransferred)):
            return False
        order = Counted(fact, dated(fact).last).order
        for line, _ in added(fact, self._unit):
            # What is set later does not become more by what came before; and where lines have
            # parts, what a change does depends on which of them were set.
            if (line in self._set and self._set[line] > order) or line in self._parted:
                return False
            if "/" in line:
                return False
        return True

    def note(self, fact: Fact) -> None:
        """Take one more fact."""
        event = fact.entry.event
        # Whoever meets a condition decides when it counts from: after anything, perhaps.
        conditional = fact.entry.stage == "conditional"
        order = Counted(fact, date.max if conditional else dated(fact).last).order
        if isinstance(event, BudgetAdopted):
            self._set[TOTAL] = max(order, self._set.get(TOTAL, order))
        elif isinstance(event, BudgetDistributed):
            self._set[event.line] = max(order, self._set.get(event.line, order))
            self._parted.update([*ancestors(event.line)][1:])
        for line, _ in added(fact, self._unit):
            self._parted.update([*ancestors(line)][1:])


def added(fact: Fact, unit: str) -> Iterator[tuple[str, Amount]]:
    """Yield what a fact adds to the total and the lines of a unit's budget."""
    event = fact.entry.event
    if isinstance(event, BudgetRevised):
        yield TOTAL, event.amount
        if event.line is not None:
            yield event.line, event.amount
    elif isinstance(event, BudgetTransferred):
        ends = [(event.from_, -event.amount), (event.to, event.amount)]
        ours = [(end.line, amount) for end, amount in ends if end.unit == unit]
        if len(ours) < len(ends):
            yield from ((TOTAL, amount) for _, amount in ours)
        yield from ((line, amount) for line, amount in ours if line is not None)


def folded(
    unit: str, facts: Sequence[Fact], regimes: Regimes, terms: Terms
) -> tuple[dict[str, list[tuple[date, Sum]]], Tail]:
    """Return the balances from each day on on which they change, by the fold over the facts.

    With them comes the end of the fold, by which it can go on.
    """
    series: dict[str, list[tuple[date, Sum]]] = {}
    tail = Tail(_Fold(unit, terms), date.min, None)
    for day, end, ruled in regimes.all():
        fold = _Fold(unit, terms)
        counted = counting(facts, date.max if end is None else end, ruled)
        fold.take(counted)
        tail = Tail(fold, day, counted[-1].order if counted else None)
        for line in {**series, **fold.series}:
            balance, of_line = fold.series.get(line, []), series.setdefault(line, [])
            first = bisect_right(balance, day, key=lambda one: one[0])
            last = len(balance)
            while end is not None and last > first and balance[last - 1][0] >= end:
                last -= 1
            of_line.append((day, balance[first - 1][1] if first else Sum(0, 0, 0)))
            of_line += balance[first:last]
    return series, tail


class Tail:
    """The end of a fold: what comes after all that it has taken, it takes as well."""

    def __init__(self, fold: _Fold, day: date, order: Order | None) -> None:
        """Begin after the last ruling took effect, on a day, and the last fact in order."""
        self._fold, self._day, self._order = fold, day, order

    def follows(self, fact: Fact, regimes: Regimes) -> bool:
        """Tell whether a fact comes after all, whatever is ruled."""
        if fact.entry.stage != "decided" or regimes.is_ruled(fact.entry.decision):
            return False
        one = Counted(fact, dated(fact).last)
        return one.since >= self._day and (self._order is None or one.order > self._order)

    def take(self, fact: Fact) -> Iterator[tuple[str, date, Sum]]:
        """Take a fact that follows; yield the lines that it touches, from when, and balances."""
        one = Counted(fact, dated(fact).last)
        self._order = one.order
        for line in self._fold.take([one]):
            yield line, *self._fold.series[line][-1]


class _Lines:
    """What ``LineTree`` says of lines, kept for every line above those that change."""

    def __init__(self) -> None:
        self.amounts: dict[str, Sum] = {}
        self._set: set[str] = set()

    def put(self, line: str, amount: Sum) -> None:
        change = amount + -self.amounts.get(line, NOTHING)
        self._set.add(line)
        self.amounts[line] = amount
        for above in [*ancestors(line)][1:]:
            if above in self._set:
                return
            self.amounts[above] = self.amounts.get(above, NOTHING) + change

    def add(self, line: str, change: Sum) -> None:
        self._set.add(line)
        for one in ancestors(line):
            self.amounts[one] = self.amounts.get(one, NOTHING) + change


class _Fold:
    """The fold over one budget in sums that can be undone; ``BudgetProjection`` is its measure."""

    def __init__(self, unit: str, terms: Terms) -> None:
        self._unit, self._terms = unit, terms
        self._total: Sum | None = None
        self._lines = _Lines()
        self.series: dict[str, list[tuple[date, Sum]]] = {}

    def take(self, counted: Iterable[Counted]) -> list[str]:
        """Take facts in order of effect; return the lines that the last of them touched."""
        touched: list[str] = []
        for one in counted:
            touched = []
            for line in self._apply(one.fact):
                balance = self._lines.amounts[line] if line else self._total
                of_line = self.series.setdefault(line, [])
                if of_line and of_line[-1][0] == one.since:
                    of_line.pop()
                if balance is not None:
                    of_line.append((one.since, balance))
                    touched.append(line)
        return touched

    def _apply(self, fact: Fact) -> list[str]:
        """Take a fact; return the lines whose balances it may have changed."""
        event = fact.entry.event
        if isinstance(event, BudgetAdopted):
            self._total = self._terms.sum(event.amount)
            return [TOTAL]
        if isinstance(event, BudgetDistributed):
            self._lines.put(event.line, self._terms.sum(event.amount))
            return [*ancestors(event.line)]
        touched: dict[str, None] = {}
        for line, amount in added(fact, self._unit):
            change = self._terms.sum(amount)
            if line:
                self._lines.add(line, change)
            else:
                self._total = change if self._total is None else self._total + change
            touched.update(dict.fromkeys(ancestors(line) if line else [TOTAL]))
        return [*touched]
