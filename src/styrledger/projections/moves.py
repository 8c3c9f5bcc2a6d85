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
from styrledger.projections.lines import LineTree, ancestors
from styrledger.projections.printed import Sum, Terms

TOTAL = ""
"""Stands for the total where a line is named; no line's path is empty."""

MOVING = (BudgetAdopted, BudgetDistributed, BudgetRevised, BudgetTransferred)
"""The events that can change a balance."""


class Regimes:
    """What is ruled from each day on, until the next ruling takes effect."""

    def __init__(self, standing: Sequence[Fact]) -> None:
        events = (fact.entry.event for fact in standing)
        self.decisions = frozenset(
            event.target.key
            for event in events
            if isinstance(event, (DecisionAnnulled, DecisionConditionMet))
        )
        """The decisions that are ruled on."""
        days = sorted({date.min, *(dated(fact).last for fact in standing)})
        ends = [*days[1:], None]
        self._stretches = [
            (day, end, rulings(standing, day)) for day, end in zip(days, ends, strict=True)
        ]

    def __iter__(self) -> Iterator[tuple[date, date | None, Rulings]]:
        """Yield from which day, until which day (not included, None: for ever), and what."""
        return iter(self._stretches)

    def steps(self, fact: Fact) -> list[tuple[date, int]]:
        """Return on which days a fact begins (1) and ceases (-1) to count."""
        entry, since = fact.entry, dated(fact).last
        key = None if entry.decision is None else entry.decision.key
        if entry.stage == "decided" and key not in self.decisions:
            return [(since, 1)]
        steps: list[tuple[date, int]] = []
        for day, end, ruled in self._stretches:
            counts_from: date | None = since
            if entry.stage == "conditional":
                met = ruled.met.get(key or "")
                counts_from = None if met is None else max(since, met)
            if counts_from is None or is_annulled(entry, ruled):
                continue
            start = max(counts_from, day)
            if end is None or start < end:
                steps.append((start, 1))
                if end is not None:
                    steps.append((end, -1))
        return steps


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
            self._note(fact)

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

    def _note(self, fact: Fact) -> None:
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
) -> dict[str, list[tuple[date, Sum]]]:
    """Return the balances from each day on on which they change, by the fold over the facts."""
    series: dict[str, list[tuple[date, Sum]]] = {}
    for day, end, ruled in regimes:
        fold = _Fold(unit, terms)
        fold.take(counting(facts, date.max if end is None else end, ruled))
        for line in {**series, **fold.series}:
            balance, of_line = fold.series.get(line, []), series.setdefault(line, [])
            first = bisect_right(balance, day, key=lambda one: one[0])
            last = len(balance)
            while end is not None and last > first and balance[last - 1][0] >= end:
                last -= 1
            of_line.append((day, balance[first - 1][1] if first else Sum(0, 0, 0)))
            of_line += balance[first:last]
    return series


class _Fold:
    """The fold over one budget in sums that can be undone; ``BudgetProjection`` is its measure."""

    def __init__(self, unit: str, terms: Terms) -> None:
        self._unit, self._terms = unit, terms
        self._total: Sum | None = None
        self._lines = LineTree[Sum]()
        self.series: dict[str, list[tuple[date, Sum]]] = {}

    def take(self, counted: Iterable[Counted]) -> None:
        """Take facts in order of effect."""
        for one in counted:
            for line in self._apply(one.fact):
                balance = self._lines.amount(line) if line else self._total
                of_line = self.series.setdefault(line, [])
                if of_line and of_line[-1][0] == one.since:
                    of_line.pop()
                if balance is not None:
                    of_line.append((one.since, balance))

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
