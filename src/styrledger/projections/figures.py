"""What every budget of a year comes to, in figures alone, without what they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from styrledger.amounts import Amount
from styrledger.projections.base import minus

if TYPE_CHECKING:
    from styrledger.projections.budgets import Budget, Plan


@attrs.frozen
class Figures:
    """The figures of one unit's budget, and its plan where there is one; see ``Budget``."""

    unit: str
    amount: Amount | None
    is_something: bool
    outcome: Amount | None = None
    planned: Plan | None = None

    @property
    def deviation(self) -> Amount | None:
        """Budget less outcome: above zero is better than budget. None where one is unknown."""
        return minus(self.amount, self.outcome)

    def beside(self, told: Budget) -> Figures:
        """Return the same with what other facts tell than those that move balances."""
        is_something = self.is_something or told.is_something
        return Figures(self.unit, self.amount, is_something, told.outcome, told.planned)


def figures_of(budget: Budget) -> Figures:
    """Return the figures of a budget that is known in full."""
    return Figures(budget.unit, budget.amount, is_something=False).beside(budget)
