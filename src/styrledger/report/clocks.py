"""A budget by both clocks: what it was by all that is known now, and what was known on the day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise

import attrs

from styrledger import subjects
from styrledger.amounts import Amount
from styrledger.charts.steps import Level
from styrledger.ledger import Ledger
from styrledger.projections.base import Step
from styrledger.projections.budgets import Budget
from styrledger.report.diary import Diary, Span
from styrledger.view import View


@attrs.frozen
class Stretch:
    """Days, the first and the last included, on which the two clocks gave different budgets.

    ``last`` is None where they still do; an amount is None where there was no budget.
    """

    first: date
    last: date | None
    decided: Amount | None
    known: Amount | None


@attrs.frozen
class Reading:
    """A budget from a day on, by both clocks."""

    since: date
    decided: Amount | None
    known: Amount | None


@attrs.frozen
class Gone:
    """A step that counted until its decision was annulled, and the day from which it did not."""

    step: Step
    until: date


@attrs.frozen
class Clocks:
    """A budget through time by both clocks, and the steps that an annulment took away."""

    readings: tuple[Reading, ...]
    gone: tuple[Gone, ...] = ()

    @property
    def decided(self) -> tuple[Level, ...]:
        """What it was by all that is known."""
        return tuple(_levels((one.since, one.decided) for one in self.readings))

    @property
    def known(self) -> tuple[Level, ...]:
        """What was known on the day."""
        return tuple(_levels((one.since, one.known) for one in self.readings))

    @property
    def differ(self) -> tuple[Stretch, ...]:
        """When the two did not agree, in order."""
        return tuple(_stretches(self.readings))


def read(ledger: Ledger, diary: Diary, view: View, budget: Budget) -> Clocks:
    """Return a budget by both clocks, up to the day of the view."""
    on = view.basis.on
    subject = subjects.budget(budget.unit, budget.year, budget.kind)
    ruled = diary.rulings(subject)
    spans = diary.spans(subject) | ruled
    days = {day for span in spans for day in (span.since, span.told)}
    days |= {step.since for step in budget.trail}
    asked = sorted(day for day in days if day <= on)
    late = _Union(_late(spans, void=view.basis.void_annulled))
    past = _Past(view, budget, _around({span.since for span in ruled}, asked))
    readings: list[Reading] = []
    for day in asked:
        decided = past.amount(day)
        known = _known(ledger, diary, view, budget, day) if day in late else decided
        readings.append(Reading(day, decided, known))
    return Clocks(tuple(readings), tuple(past.gone.values()))


class _Past:
    """What a budget was on earlier days, by all that is known now; asked in order of days."""

    def __init__(self, view: View, budget: Budget, around: Collection[date]) -> None:
        """Begin; ``around`` are the days of rulings about it, and the last ones before those."""
        self.gone: dict[tuple[int, int], Gone] = {}
        self._view = view
        self._budget = budget
        self._around = around
        self._standing = {_place(step) for step in budget.trail}
        self._before: tuple[Step, ...] = ()
        self._at = 0

    def amount(self, day: date) -> Amount | None:
        trail = self._budget.trail
        if not self._around:
            while self._at < len(trail) and trail[self._at].since <= day:
                self._at += 1
            return trail[self._at - 1].balance if self._at else None
        # What is annulled later counted until then, and is in no trail of the day asked about.
        budget = self._budget
        view = self._view.at(day)
        if day not in self._around:
            return view.balance(budget.unit, budget.year, budget.kind)
        then = view.budget(budget.unit, budget.year, budget.kind)
        now = {_place(step) for step in then.trail}
        for step in self._before:
            if _place(step) not in now | self._standing:
                self.gone[_place(step)] = Gone(step, day)
        self._before = then.trail
        return then.amount


def _around(ruled: Collection[date], days: Sequence[date]) -> frozenset[date]:
    """Return the days of rulings, and before each the last day that is asked about."""
    return frozenset(
        day
        for before, of_ruling in pairwise((*days[:1], *days))
        if of_ruling in ruled
        for day in (before, of_ruling)
    )


def _place(step: Step) -> tuple[int, int]:
    return step.fact.slot, step.fact.part


def _known(ledger: Ledger, diary: Diary, view: View, budget: Budget, day: date) -> Amount | None:
    position = diary.position_at(day)
    if not position:
        return None
    then = ledger.as_of(day, known=position, void_annulled=view.basis.void_annulled)
    return then.balance(budget.unit, budget.year, budget.kind)


def _late(spans: Iterable[Span], *, void: bool) -> Iterator[tuple[date, date]]:
    """Yield the days on which something counted and was not known: the first, and the day after.

    Where annulled decisions never counted, a ruling that was not known may matter on any day.
    """
    for span in spans:
        if span.is_late or void:
            yield (date.min if void else span.since), span.told


class _Union:
    """Days within any of some half-open stretches."""

    def __init__(self, stretches: Iterable[tuple[date, date]]) -> None:
        self._joined: list[tuple[date, date]] = []
        for first, end in sorted(stretches):
            if self._joined and first <= self._joined[-1][1]:
                start, before = self._joined.pop()
                self._joined.append((start, max(before, end)))
            else:
                self._joined.append((first, end))

    def __contains__(self, day: date) -> bool:
        return any(first <= day < end for first, end in self._joined)


def _levels(amounts: Iterable[tuple[date, Amount | None]]) -> Iterator[Level]:
    before: int | None = None
    for since, amount in amounts:
        ore = None if amount is None else amount.ore
        if ore != before:
            yield Level(since, ore)
        before = ore


def _stretches(readings: Sequence[Reading]) -> Iterator[Stretch]:
    first: Reading | None = None
    for reading in readings:
        if first is not None and (reading.decided, reading.known) != (first.decided, first.known):
            yield Stretch(first.since, _eve(reading.since), first.decided, first.known)
            first = None
        if first is None and reading.decided != reading.known:
            first = reading
    if first is not None:
        yield Stretch(first.since, None, first.decided, first.known)


def _eve(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
