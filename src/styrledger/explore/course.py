"""The course of a budget: what it was on every day, by all that is known, and its chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import islice

import attrs

from styrledger import subjects, swedish
from styrledger.amounts import Amount
from styrledger.charts import steps
from styrledger.charts.axes import Days
from styrledger.charts.svg import path, picture
from styrledger.events.decisions import DecisionAnnulled
from styrledger.explore.questions import Asked
from styrledger.projections.base import Step
from styrledger.projections.budgets import Budget
from styrledger.report.texts import visible
from styrledger.subjects import RULINGS

MARGIN = timedelta(days=30)
"""How much is shown before the first decision, so that there was none can be seen."""

MOST_TOLD = 60
DAY = timedelta(days=1)


@attrs.frozen
class Course:
    """The days from before the first decision to the end of the year or the last one.

    ``amounts`` are those from each day on which it may have changed, in order; ``on`` is the day
    asked about.
    """

    first: date
    last: date
    amounts: Mapping[date, Amount | None]
    on: date

    @property
    def before(self) -> date | None:
        """The last day before the one asked about on which the amount changed."""
        return max((day for day in self.amounts if day < self.on), default=None)

    @property
    def after(self) -> date | None:
        """The first day after the one asked about on which the amount changes."""
        return min((day for day in self.amounts if day > self.on), default=None)

    @property
    def slider(self) -> Mapping[str, str | int]:
        """The days as a slider goes through them: from 0 to the most, and where it stands."""
        most = (self.last - self.first).days
        value = min(max((self.on - self.first).days, 0), most)
        return {"first": self.first.isoformat(), "most": most, "value": value}

    def chart(self, one: Budget) -> str:
        """Return the picture, with the numbers of the steps that the page tells of."""
        days = Days(self.first, self.last)
        levels = (
            steps.Level(day, None if amount is None else amount.ore)
            for day, amount in self.amounts.items()
        )
        drawn = steps.Steps(tuple(levels), tuple(_marks(one.trail)), days)
        words = steps.Words(
            title=visible(f"{one.unit}: {swedish.KINDS[one.kind]} {one.year}, tkr"),
            description=self._told(),
            line="Beslutat, enligt allt som är känt (tkr)",
        )
        frame = steps.FRAME
        parts = [*steps.legend(words, frame, dashed=False), *steps.drawing(drawn, frame)]
        if self.first <= self.on <= self.last:
            x, _ = frame.share(days.share(self.on), 0)
            parts.append(path(f"M{x:g} {frame.top:g}V{frame.bottom:g}", "day"))
        return picture(frame, words.title, words.description, parts, "budget")

    def _told(self) -> str:
        told = "; ".join(
            f"{day} {swedish.number(amount)}"
            for day, amount in islice(self.amounts.items(), MOST_TOLD)
        )
        return f"Vad budgeten var från varje dag, i tkr: {told}. Vald dag: {self.on}."


def course_of(asked: Asked, one: Budget) -> Course:
    """Return the course of a budget, as known on the basis of a question."""
    amounts: dict[date, Amount | None] = {}
    begin, before = date.min, None
    # What was annulled counted until that day: between two such days the last one tells of all.
    for end in (*_annulments(asked, one), None):
        last_day = date.max if end is None else end - DAY
        whole = _on(asked, one, last_day)
        if begin != date.min and (now := _on(asked, one, begin).amount) != before:
            amounts[begin] = now
        amounts |= {step.since: step.balance for step in whole.trail if step.since >= begin}
        begin, before = end or date.max, whole.amount
    first = min([date(one.year, 1, 1), *(day - MARGIN for day in amounts)])
    last = max([date(one.year, 12, 31), *amounts])
    return Course(first, last, amounts, asked.view.basis.on)


def _annulments(asked: Asked, one: Budget) -> list[date]:
    """Return the days on which decisions about the budget were annulled, in order."""
    subject = subjects.budget(one.unit, one.year, one.kind)
    found: set[date] = set()
    for ruling in asked.view.at(date.max).counted(RULINGS):
        event = ruling.fact.entry.event
        if isinstance(event, DecisionAnnulled) and asked.entries.meet(
            subject, subjects.decision(event.target.key)
        ):
            found.add(ruling.since)
    return sorted(found)


def _on(asked: Asked, one: Budget, day: date) -> Budget:
    return asked.view.at(day).budget(one.unit, one.year, one.kind)


def _marks(trail: Sequence[Step]) -> Iterator[steps.Mark]:
    for number, step in enumerate(trail, 1):
        yield steps.Mark(step.since, step.balance.ore, number)
