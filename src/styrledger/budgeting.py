"""The budgets of a view: what they came to on its day, with their decisions or as figures alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from styrledger import subjects
from styrledger.amounts import Amount
from styrledger.asking import Asking, Sums
from styrledger.projections.base import fold

if TYPE_CHECKING:
    from styrledger.events.base import Kind
    from styrledger.history import Fact, Pending
    from styrledger.projections.balances import Of
    from styrledger.projections.budgets import Budget
    from styrledger.projections.figures import Figures

MOST_BUDGETS = 100
"""How many budgets a view remembers: those of a year, of a large municipality."""


class Budgeting(Asking):
    """What a view answers about budgets."""

    @cached_property
    def _rest(self) -> dict[str, Sequence[Fact]]:
        return {}

    @cached_property
    def _budgets_found(self) -> dict[Of, Budget]:
        return {}

    def budget(self, unit: str, year: int, kind: Kind = "operating") -> Budget:
        """Return a unit's budget of a year; its amount is None where it had none on the day.

        Raises:
            UnknownName: the ledger knows no such unit.
        """
        return self._budget(self._known(unit), year, kind)

    def budgets(self, year: int, kind: Kind = "operating") -> tuple[Budget, ...]:
        """Return every unit's budget of a year that is something, in order of unit codes."""
        budgets = (self._budget(code, year, kind) for code in self._budgeted(year, kind))
        return tuple(budget for budget in budgets if budget.is_something)

    def balance(
        self, unit: str, year: int, kind: Kind = "operating", line: str | None = None
    ) -> Amount | None:
        """Return what a unit's budget of a year comes to, or a line in it; None without one.

        It is ``budget(…).amount`` alone, without the decisions that it is made of, and so
        many times faster.

        Raises:
            UnknownName: the ledger knows no such unit.
        """
        sums = self._sums()
        if sums is None:
            budget = self.budget(unit, year, kind)
            found = budget if line is None else budget.line(line)
            return None if found is None else found.amount
        amount = sums.balance((unit, year, kind), line or "", self._basis.on, self._basis.position)
        if amount is None:
            self._known(unit)
        return amount

    def balances(
        self, year: int, kind: Kind = "operating"
    ) -> Mapping[tuple[str, str | None], Amount]:
        """Return what every budget of a year comes to (line None), and every line in them."""
        sums = self._sums()
        if sums is not None:
            return sums.balances(year, kind, self._basis.on, self._basis.position)
        return {
            (budget.unit, line): amount
            for budget in self.budgets(year, kind)
            for line, amount in (
                (None, budget.amount),
                *((line.line, line.amount) for line in budget.lines),
            )
            if amount is not None
        }

    def figures(self, year: int, kind: Kind = "operating") -> tuple[Figures, ...]:
        """Return what every unit's budget or plan of a year comes to, in order of unit codes.

        They are those of ``budgets(…)`` and ``planned(…)``, without the decisions that they are
        made of, and so many times faster.
        """
        from styrledger.projections.figures import Figures, figures_of

        sums, codes = self._sums(), self._budgeted(year, kind)
        # To sum up a budget takes longer than to fold it, which is for once.
        if sums is None or not sums.are_kept:
            return tuple(figures_of(self._budget(code, year, kind)) for code in codes)
        balances = self.balances(year, kind)
        having = {unit for unit, _ in balances}
        found: list[Figures] = []
        for code in codes:
            figures = Figures(code, balances.get((code, None)), is_something=code in having)
            unsummed = self._unsummed(code, year, kind)
            if unsummed:
                from styrledger.history import counting
                from styrledger.projections.budgets import BudgetProjection

                counted = counting(unsummed, self._basis.on, self._rulings)
                found.append(figures.beside(fold(BudgetProjection(code, year, kind), counted)))
            else:
                found.append(figures)
        return tuple(found)

    def every_budget(self) -> Iterator[Budget]:
        """Yield the budgets of all units, years and kinds, and of the whole municipality.

        That of the whole (unit ``*``) holds only what documents state of it.
        """
        for subject in sorted(self.subjects("budget/*")):
            asked = subjects.asked_budget(subject)
            if asked is not None:
                yield self._budget(*asked)

    def planned(self, year: int, kind: Kind = "operating") -> tuple[Budget, ...]:
        """Return the budgets of a year for which there is a plan, which is never a budget."""
        budgets = (self._budget(code, year, kind) for code in self._budgeted(year, kind))
        return tuple(budget for budget in budgets if budget.planned is not None)

    def pending(
        self, year: int, kind: Kind = "operating", unit: str | None = None
    ) -> tuple[Pending, ...]:
        """Return what is proposed or conditional for a year's budgets, in order of proposal.

        Raises:
            UnknownName: the ledger knows no such unit.
        """
        codes = self._budgeted(year, kind) if unit is None else [self._known(unit)]
        found = {
            (fact.slot, fact.part): fact
            for code in codes
            for fact in self._unsummed(code, year, kind)
        }
        if not found:
            return ()
        from styrledger.history import pending

        return tuple(pending(found.values(), self._basis.on, self._rulings))

    def _unsummed(self, code: str, year: int, kind: Kind) -> Sequence[Fact]:
        """Return at least the facts about a budget that its balances do not tell."""
        subject, sums = subjects.budget(code, year, kind), self._sums()
        if sums is None or subject in self._found:
            return self._standing(subject)
        found = self._rest.get(subject)
        if found is None:
            found = self._rest[subject] = sums.unsummed(subject, self._basis.position)
        return found

    def _budget(self, code: str, year: int, kind: Kind) -> Budget:
        found = self._budgets_found.get((code, year, kind))
        if found is None:
            from styrledger.projections.budgets import BudgetProjection

            subject = subjects.budget(code, year, kind)
            found = self._fold(BudgetProjection(code, year, kind), subject)
            if len(self._budgets_found) == MOST_BUDGETS:
                self._budgets_found.clear()
            self._budgets_found[code, year, kind] = found
        return found

    def _sums(self) -> Sums | None:
        """Return the running sums, which know only the one legal view of annulments."""
        return None if self._basis.void_annulled else self._facts.sums

    def _budgeted(self, year: int, kind: Kind) -> list[str]:
        found = self.subjects(subjects.budget("*", year, kind))
        return sorted({subject.split("/")[1] for subject in found} - {subjects.WHOLE})
