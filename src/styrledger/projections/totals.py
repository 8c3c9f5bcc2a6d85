"""A budget's total while facts come to count and cease to: each change is a few additions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from styrledger.amounts import Amount
from styrledger.events.budgets import BudgetAdopted
from styrledger.history import Counted
from styrledger.projections.moves import TOTAL, added
from styrledger.projections.printed import NOTHING, Sum, Terms, amount_of


class _Effect(NamedTuple):
    """What some facts in a row do to a total: set it, or add to it."""

    sets: bool
    amount: Sum

    def then(self, later: _Effect) -> _Effect:
        """Return what both do."""
        return later if later.sets else _Effect(self.sets, self.amount + later.amount)


NO_EFFECT = _Effect(sets=False, amount=NOTHING)


class Totals:
    """The total of one unit's budget, of any of some facts, in their order of effect."""

    def __init__(self, unit: str, possible: Iterable[Counted]) -> None:
        """Begin with none of the facts that may come to count."""
        self._unit, self._terms = unit, Terms()
        orders = sorted({one.order for one in possible})
        self._places = {order: place for place, order in enumerate(orders)}
        self._width = 1 << len(orders).bit_length()
        # A node holds what the facts below it do; those below n are n and n + 1 doubled.
        self._nodes = [NO_EFFECT] * (2 * self._width)

    def put(self, counted: Counted) -> None:
        """Let a fact count."""
        self._set(counted, self._effect(counted))

    def take(self, counted: Counted) -> None:
        """Let a fact count no more."""
        self._set(counted, NO_EFFECT)

    def total(self) -> Amount | None:
        """Return what the facts that count add up to, None without any."""
        found = self._terms.printed(self._nodes[1].amount)
        return None if found is None else amount_of(*found)

    def _effect(self, counted: Counted) -> _Effect:
        event = counted.fact.entry.event
        if isinstance(event, BudgetAdopted):
            return _Effect(sets=True, amount=self._terms.sum(event.amount))
        found = NO_EFFECT
        for line, amount in added(counted.fact, self._unit):
            if line == TOTAL:
                found = found.then(_Effect(sets=False, amount=self._terms.sum(amount)))
        return found

    def _set(self, counted: Counted, effect: _Effect) -> None:
        node = self._width + self._places[counted.order]
        self._nodes[node] = effect
        while node := node >> 1:
            self._nodes[node] = self._nodes[2 * node].then(self._nodes[2 * node + 1])
