"""The budget of one unit, year and kind: what it is, what it is made of and what was used."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs

from styrledger.amounts import Amount
from styrledger.events.base import Kind
from styrledger.events.budgets import (
    BudgetAdopted,
    BudgetDistributed,
    BudgetEarmarked,
    BudgetPlanned,
    BudgetRevised,
    BudgetStated,
    BudgetTransferred,
)
from styrledger.events.outcomes import ForecastReported, OutcomeReported
from styrledger.history import Counted, Fact
from styrledger.projections.base import Step, described, minus, money, plus
from styrledger.projections.lines import Lines


@attrs.frozen
class Outcome:
    """What was used (utfall) through a day, that day included, and where it is recorded."""

    amount: Amount
    through: date
    fact: Fact


@attrs.frozen
class BudgetLine:
    """A line inside a budget, by its path; ``undistributed`` is None where it has no parts.

    ``is_sum`` tells that it was never set itself and holds what its parts come to.
    """

    line: str
    amount: Amount | None
    undistributed: Amount | None
    is_sum: bool
    used: Outcome | None
    trail: tuple[Step, ...]

    @property
    def outcome(self) -> Amount | None:
        """What was used, None where it was not reported."""
        return None if self.used is None else self.used.amount

    @property
    def deviation(self) -> Amount | None:
        """Budget less outcome: above zero is better than budget. None where one is unknown."""
        return minus(self.amount, self.outcome)

    def as_dict(self) -> dict[str, Any]:
        """Return the line as JSON answers show it."""
        return {
            "line": self.line,
            "amount": money(self.amount),
            "undistributed": money(self.undistributed),
            "outcome": money(self.outcome),
            "deviation": money(self.deviation),
        }


@attrs.frozen
class Earmark:
    """A part of the budget set aside for a purpose; it is in the total, never beside it."""

    purpose: str
    amount: Amount
    used: Outcome | None
    fact: Fact

    @property
    def outcome(self) -> Amount | None:
        """What was used of it, None where it was not reported."""
        return None if self.used is None else self.used.amount

    def as_dict(self) -> dict[str, Any]:
        """Return the earmark as JSON answers show it."""
        return {
            "purpose": self.purpose,
            "amount": money(self.amount),
            "outcome": money(self.outcome),
            **described(self.fact),
        }


@attrs.frozen
class Plan:
    """What a year is planned to get (plan för senare år); it is not a budget."""

    amount: Amount
    fact: Fact

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as JSON answers show it."""
        return {"amount": money(self.amount), **described(self.fact)}


@attrs.frozen
class Forecast:
    """What the year was last expected to end at, for a line or (None) as a whole.

    ``amount`` is None where only a deviation was given and there is no budget to take it from;
    ``deviation`` is budget less forecast.
    """

    line: str | None
    amount: Amount | None
    deviation: Amount | None
    fact: Fact

    def as_dict(self) -> dict[str, Any]:
        """Return the forecast as JSON answers show it."""
        return {
            "line": self.line,
            "amount": money(self.amount),
            "deviation": money(self.deviation),
            **described(self.fact),
        }


@attrs.frozen
class Statement:
    """What a document says that a figure was; it changed nothing."""

    event: BudgetStated
    on: date
    fact: Fact

    def as_dict(self) -> dict[str, Any]:
        """Return the statement as JSON answers show it."""
        event = self.event
        return {
            "of": event.of,
            "line": event.line,
            "purpose": event.purpose,
            "amount": money(event.amount),
            "on": self.on.isoformat(),
            **described(self.fact),
        }


@attrs.frozen
class Budget:
    """One unit's budget of one year and kind, in net cost, on a day.

    ``amount`` is None while no decision has given the unit a budget. ``lines`` come in order
    of first mention, a line before its parts. ``undistributed`` is what the lines leave of
    the amount. ``trail`` holds every step of the total, the last one's balance being it.
    """

    unit: str
    year: int
    kind: Kind
    amount: Amount | None
    lines: tuple[BudgetLine, ...]
    undistributed: Amount | None
    earmarks: tuple[Earmark, ...]
    used: Outcome | None
    planned: Plan | None
    forecasts: tuple[Forecast, ...]
    stated: tuple[Statement, ...]
    trail: tuple[Step, ...]

    @property
    def outcome(self) -> Amount | None:
        """What was used by the unit as a whole, None where it was not reported."""
        return None if self.used is None else self.used.amount

    @property
    def deviation(self) -> Amount | None:
        """Budget less outcome: above zero is better than budget. None where one is unknown."""
        return minus(self.amount, self.outcome)

    @property
    def is_something(self) -> bool:
        """True where there is a budget, or money set aside or used without one."""
        return any((self.amount is not None, self.lines, self.earmarks, self.used is not None))

    def line(self, path: str) -> BudgetLine | None:
        """Return the line with a path, None where it was never mentioned."""
        return next((line for line in self.lines if line.line == path), None)

    def _repr_html_(self) -> str:
        """Return the budget as notebooks show it."""
        from styrledger.projections.notebook import budget_html  # noqa: PLC0415 - for few

        return budget_html(self)

    def as_dict(self) -> dict[str, Any]:
        """Return the budget as JSON answers show it."""
        return {
            "unit": self.unit,
            "year": self.year,
            "kind": self.kind,
            "amount": money(self.amount),
            "lines": [line.as_dict() for line in self.lines],
            "undistributed": money(self.undistributed),
            "earmarks": [earmark.as_dict() for earmark in self.earmarks],
            "outcome": money(self.outcome),
            "deviation": money(self.deviation),
            "forecasts": [forecast.as_dict() for forecast in self.forecasts],
            "stated": [statement.as_dict() for statement in self.stated],
            "trail": [step.as_dict() for step in self.trail],
        }


class BudgetProjection:
    """Folds the facts about one budget, of those that also touch others only its own side."""

    def __init__(self, unit: str, year: int, kind: Kind) -> None:
        self._unit = unit
        self._year = year
        self._kind: Kind = kind
        self._total: Amount | None = None
        self._trail: list[Step] = []
        self._lines = Lines()
        self._earmarks: dict[str, tuple[Amount, Fact]] = {}
        self._outcomes: dict[tuple[str | None, str | None], Outcome] = {}
        self._planned: Plan | None = None
        self._forecasts: dict[str | None, tuple[ForecastReported, Fact]] = {}
        self._stated: list[Statement] = []

    def apply(self, counted: Counted) -> None:
        """Take the next fact that counts, in order of effect."""
        fact = counted.fact
        match fact.entry.event:
            case BudgetAdopted(amount=amount):
                self._step(counted, amount if self._total is None else amount - self._total, amount)
            case BudgetRevised(amount=amount, line=line):
                self._change(counted, amount, line)
            case BudgetTransferred() as moved:
                self._transfer(counted, moved)
            case BudgetDistributed(line=line, amount=amount):
                self._lines.set(counted, line, amount)
            case BudgetEarmarked(purpose=purpose, amount=amount):
                self._earmarks[purpose] = (amount, fact)
            case BudgetPlanned(amount=amount):
                self._planned = Plan(amount, fact)
            case BudgetStated() as stated:
                on = counted.since if stated.on is None else stated.on.last
                self._stated.append(Statement(stated, on, fact))
            case OutcomeReported() as outcome:
                self._use(outcome, fact)
            case ForecastReported(line=line) as forecast:
                self._forecasts[line] = (forecast, fact)
            case _:
                pass

    def answer(self) -> Budget:
        """Return the budget after the facts so far."""
        distributed = self._lines.distributed()
        total = self._total
        return Budget(
            unit=self._unit,
            year=self._year,
            kind=self._kind,
            amount=total,
            lines=tuple(map(self._line, self._lines)),
            undistributed=total if distributed is None else minus(total, distributed),
            earmarks=tuple(
                Earmark(purpose, amount, self._outcomes.get((None, purpose)), fact)
                for purpose, (amount, fact) in self._earmarks.items()
            ),
            used=self._outcomes.get((None, None)),
            planned=self._planned,
            forecasts=tuple(self._forecast(line) for line in self._forecasts),
            stated=tuple(self._stated),
            trail=tuple(self._trail),
        )

    def _step(self, counted: Counted, change: Amount, balance: Amount) -> None:
        self._total = balance
        self._trail.append(Step(counted.fact, counted.since, change, balance))

    def _change(self, counted: Counted, amount: Amount, line: str | None) -> None:
        self._step(counted, amount, plus(self._total, amount))
        if line is not None:
            self._lines.change(counted, line, amount)

    def _transfer(self, counted: Counted, moved: BudgetTransferred) -> None:
        ends = [(moved.from_, -moved.amount), (moved.to, moved.amount)]
        ours = [(end.line, change) for end, change in ends if end.unit == self._unit]
        inside = len(ours) == len(ends)
        if not inside:
            ((_, change),) = ours
            self._step(counted, change, plus(self._total, change))
        elif self._total is not None:
            self._step(counted, moved.amount - moved.amount, self._total)
        for line, change in ours:
            if line is not None:
                self._lines.change(counted, line, change)

    def _use(self, outcome: OutcomeReported, fact: Fact) -> None:
        of = (outcome.line, outcome.purpose)
        if of not in self._outcomes or outcome.through >= self._outcomes[of].through:
            self._outcomes[of] = Outcome(outcome.amount, outcome.through, fact)
        if outcome.line is not None:
            self._lines.mention(outcome.line)

    def _line(self, line: str) -> BudgetLine:
        amount, distributed = self._lines.amount(line), self._lines.distributed(line)
        return BudgetLine(
            line=line,
            amount=amount,
            undistributed=None if distributed is None else minus(amount, distributed),
            is_sum=not self._lines.is_set(line),
            used=self._outcomes.get((line, None)),
            trail=tuple(self._lines.steps.get(line, ())),
        )

    def _forecast(self, line: str | None) -> Forecast:
        given, fact = self._forecasts[line]
        budget = self._total if line is None else self._lines.amount(line)
        if given.amount is not None:
            return Forecast(line, given.amount, minus(budget, given.amount), fact)
        return Forecast(line, minus(budget, given.deviation), given.deviation, fact)
