"""The ledger as it was on a day, as known at a point: immutable, a method for each subject."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from styrledger import subjects
from styrledger.basis import Basis
from styrledger.errors import UnknownName
from styrledger.events.base import Kind
from styrledger.history import (
    RULINGS,
    Fact,
    Pending,
    Rulings,
    counting,
    pending,
    rulings,
)
from styrledger.projections.base import Projection, fold
from styrledger.projections.budgets import Budget, BudgetProjection
from styrledger.projections.units import Unit, UnitProjection

A = TypeVar("A")


class Facts(Protocol):
    """Where a view finds what stands: the view file, or the plain reference over the log."""

    def facts(self, subject: str, known: int) -> Sequence[Fact]:
        """Return what stood under a subject as known after a position."""
        ...

    def subjects(self, pattern: str, known: int) -> Sequence[str]:
        """Return the subjects that match a GLOB pattern under which something stood."""
        ...

    def ever(self, pattern: str) -> Sequence[str]:
        """Return the subjects that match a GLOB pattern under which something ever stood."""
        ...


class View:
    """Everything that the ledger answers about one day, as known at one point of its log.

    A view never changes: entries that are recorded later do not reach it.
    """

    def __init__(self, facts: Facts, basis: Basis) -> None:
        self._facts = facts
        self.basis = basis

    def units(self) -> tuple[Unit, ...]:
        """Return the units that were registered by the day, in order of their codes."""
        return self._each("unit", lambda _: UnitProjection())

    def unit(self, code: str) -> Unit | None:
        """Return one unit, None where it was not registered by the day.

        Raises:
            UnknownName: the ledger knows no such unit on any day.
        """
        return self._fold(UnitProjection(), subjects.unit(self._known(code)))

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
            for fact in self._standing(subjects.budget(code, year, kind))
        }
        return tuple(pending(found.values(), self.basis.on, self._rulings()))

    def _each(self, kind: str, make: Callable[[str], Projection[A | None]]) -> tuple[A, ...]:
        """Return what each subject of a kind adds up to, in order of their names."""
        found = [subject.partition("/")[2] for subject in self._subjects(f"{kind}/*")]
        answers = (self._fold(make(name), f"{kind}/{name}") for name in sorted(found))
        return tuple(answer for answer in answers if answer is not None)

    def _budget(self, code: str, year: int, kind: Kind) -> Budget:
        subject = subjects.budget(code, year, kind)
        return self._fold(BudgetProjection(code, year, kind), subject)

    def _budgeted(self, year: int, kind: Kind) -> list[str]:
        found = self._subjects(subjects.budget("*", year, kind))
        return sorted({subject.split("/")[1] for subject in found} - {subjects.WHOLE})

    def _known(self, code: str) -> str:
        """Check a unit's code by all that was ever recorded: it is wrong, or not yet used."""
        units = {subject.partition("/")[2] for subject in self._facts.ever(subjects.unit("*"))}
        if code not in units:
            what = "unit"
            raise UnknownName(what, code, units)
        return code

    def _subjects(self, pattern: str) -> Sequence[str]:
        return self._facts.subjects(pattern, self.basis.position)

    def _standing(self, subject: str) -> Sequence[Fact]:
        return self._facts.facts(subject, self.basis.position)

    def _rulings(self) -> Rulings:
        standing = self._standing(RULINGS)
        return rulings(standing, self.basis.on, void_annulled=self.basis.void_annulled)

    def _fold(self, projection: Projection[A], subject: str) -> A:
        return fold(projection, counting(self._standing(subject), self.basis.on, self._rulings()))
