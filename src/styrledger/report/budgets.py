"""The part of the report on one budget: chart, lines, and the decisions behind every figure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

import attrs
from markupsafe import Markup

from styrledger import subjects, swedish
from styrledger.charts import steps
from styrledger.charts.axes import Days
from styrledger.events.base import Kind
from styrledger.events.budgets import BudgetRevised
from styrledger.history import Fact, Pending
from styrledger.ledger import Ledger
from styrledger.projections.base import Step
from styrledger.projections.budgets import Budget, BudgetLine
from styrledger.report.clocks import Clocks, Stretch, read
from styrledger.report.diary import Diary
from styrledger.report.follow_up import span
from styrledger.report.texts import change, number, visible
from styrledger.telling import called
from styrledger.times import STOCKHOLM
from styrledger.view import View

MARGIN = timedelta(days=12)
"""How much is drawn before the first step, so that it can be seen to be one."""


@attrs.frozen
class Row:
    """A line of a budget as a table shows it; ``depth`` is how far inside the total it lies."""

    line: BudgetLine
    depth: int

    @property
    def name(self) -> str:
        """The last part of its path, which is what stands under the line above it."""
        return self.line.line.rpartition("/")[2]

    @property
    def is_subtotal(self) -> bool:
        """True where it has parts."""
        return self.line.undistributed is not None


@attrs.frozen(slots=False)  # a cached property needs a place
class Part:
    """One unit's budget of the year and kind, as the report tells it."""

    budget: Budget
    unit_name: str
    clocks: Clocks
    pending: tuple[Pending, ...]
    on: date

    @property
    def subject(self) -> str:
        """How the figure is named everywhere."""
        return subjects.budget(self.budget.unit, self.budget.year, self.budget.kind)

    @property
    def name(self) -> str:
        """What sets the part's ids apart from those of others on the page."""
        digits = "".join(f"{ord(char):x}." if not char.isalnum() else char for char in self._code)
        return f"b-{digits}-{self.budget.kind}"

    @property
    def _code(self) -> str:
        return self.budget.unit

    @property
    def heading(self) -> str:
        """Which budget it is."""
        return f"{swedish.KINDS[self.budget.kind].capitalize()} {self.budget.year}"

    @property
    def rows(self) -> Iterator[Row]:
        """The lines, each before its parts."""
        return (Row(line, line.line.count("/") + 1) for line in self.budget.lines)

    @property
    def traced(self) -> Iterator[BudgetLine]:
        """The lines that were set or changed themselves, each with the steps that did so."""
        return (line for line in self.budget.lines if line.trail and not line.is_sum)

    @property
    def days(self) -> Days | None:
        """The days that the chart shows, None where there is nothing to show."""
        decided = self.clocks.decided
        if not decided:
            return None
        changes = [level.since for level in (*decided, *self.clocks.known)]
        year_end = date(self.budget.year, 12, 31)
        near = [day for day in changes if day <= year_end.replace(year=year_end.year + 1)]
        last = max([min(year_end, self.on), *(day + MARGIN for day in near)])
        return Days(decided[0].since - MARGIN, min(last, self.on) if self.on > year_end else last)

    @property
    def unknown_then(self) -> bool:
        """True where nothing of it was known during the days that the chart shows."""
        days = self.days
        return days is not None and all(
            level.ore is None for level in self.clocks.known if level.since <= days.last
        )

    @property
    def differences(self) -> tuple[Stretch, ...]:
        """When the clocks did not agree, nothing where the ledger knew nothing of it all along."""
        return () if self.unknown_then else self.clocks.differ

    @property
    def first_told(self) -> date | None:
        """When the ledger was first told of what the chart shows."""
        told = [step.fact.recorded_at for step in self.budget.trail]
        return min(told).astimezone(STOCKHOLM).date() if told else None

    @property
    def chart(self) -> Markup:
        """The budget over time, nothing where there was none."""
        drawn = self._drawn
        if drawn is None:
            return Markup()
        words = steps.Words(
            title=f"{self.heading} för {visible(self.unit_name)}, tkr",
            description=self._description,
            line="Beslutat, enligt allt som nu är känt (tkr)",
            then="Känt i liggaren den dagen (tkr)",
        )
        return Markup(steps.svg(drawn, words, self.name))  # noqa: S704 - escaped as it is drawn

    @property
    def axis_from(self) -> Decimal:
        """Where the chart's axis begins, in tkr."""
        drawn = self._drawn
        return Decimal(0) if drawn is None else drawn.scale.lowest

    @cached_property
    def _drawn(self) -> steps.Steps | None:
        if self.days is None:
            return None
        differ = self.clocks.decided != self.clocks.known and not self.unknown_then
        marks = (
            steps.Mark(step.since, step.balance.ore, place)
            for place, step in enumerate(self.budget.trail, 1)
        )
        return steps.Steps(
            levels=self.clocks.decided,
            marks=tuple(marks),
            days=self.days,
            then=self.clocks.known if differ else (),
        )

    @property
    def _description(self) -> str:
        most = 12
        told = [
            f"{step.since} {number(step.balance)} ({change(step.change)})"
            for step in self.budget.trail[:most]
        ]
        more = len(self.budget.trail) - most
        rest = f"; och {more} steg till, se tabellen" if more > 0 else ""
        return f"Trappdiagram i tkr. Från varje dag: {'; '.join(told)}{rest}."


def parts(ledger: Ledger, diary: Diary, view: View, unit: str, year: int) -> Iterator[Part]:
    """Yield a unit's budgets of a year, of each kind where there is anything to tell."""
    kinds: tuple[Kind, ...] = ("operating", "investment")
    found = view.unit(unit)
    name = unit if found is None or found.name is None else f"{found.name} ({unit})"
    for kind in kinds:
        budget = view.budget(unit, year, kind)
        pending = view.pending(year, kind, unit)
        if budget.is_something or budget.planned is not None or pending:
            known = read(ledger, diary, view, budget)
            yield Part(budget, name, known, pending, view.basis.on)


def codes(view: View, unit: str | None, year: int) -> list[str]:
    """Return the units that have anything to do with a year's budgets, or the one asked for."""
    if unit is not None:
        return [unit]
    kinds = ("operating", "investment")
    found = {
        one.split("/")[1] for k in kinds for one in view.subjects(subjects.budget("*", year, k))
    }
    return sorted(found - {subjects.WHOLE})


def reason(step: Step) -> str:
    """Return why a step was taken, in a word."""
    return called(step.fact.entry.event)


def financing(step: Step) -> str | None:
    """Return what an increase is paid with, where that was said."""
    event = step.fact.entry.event
    return event.financing if isinstance(event, BudgetRevised) else None


def lag(fact: Fact, since: date) -> str | None:
    """Return how long after it began to count a fact was recorded, None where it was not late."""
    return late(fact.recorded_at, since)


def late(recorded_at: datetime, since: date) -> str | None:
    """Return how long after a day something was recorded, None where it was not after."""
    told = recorded_at.astimezone(STOCKHOLM).date()
    return span(since, told) if told > since else None
