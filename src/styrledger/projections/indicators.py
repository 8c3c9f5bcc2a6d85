"""Indicators on a day: what they measure, their targets, and their values through the years.

Values are compared only where they can be: within one version of the definition, in one unit
and over periods of one kind. Everything else is a break, and is shown as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import attrs

from styrledger.events.indicators import (
    Better,
    IndicatorDefined,
    IndicatorReported,
    Missing,
    TargetSet,
    ValueDisputed,
)
from styrledger.history import Counted, Fact
from styrledger.projections.base import described
from styrledger.projections.runs import (
    Course,
    Run,
    change_of,
    course_of,
    in_order,
    is_year,
    last_day,
    run_of,
)
from styrledger.values import Value


@attrs.frozen
class Definition:
    """One version of what an indicator measures, and the day from which it counts.

    ``version`` is numbered from 1 and rises with the measure, the method or the direction;
    a new title or goal is a definition of the same version.
    """

    version: int
    since: date
    event: IndicatorDefined
    fact: Fact

    def as_dict(self) -> dict[str, Any]:
        """Return the definition as JSON answers show it."""
        event = self.event
        return {
            "version": self.version,
            "since": self.since.isoformat(),
            "title": event.title,
            "goal": event.goal,
            "measure": event.measure,
            "better": event.better,
            "method": event.method,
            "data_source": event.data_source,
            "note": self.fact.entry.note,
            **described(self.fact),
        }


@attrs.frozen
class Target:
    """What a year is to reach; ``version`` is of the definition when the target was set."""

    year: int
    value: Value
    version: int
    fact: Fact

    def as_dict(self) -> dict[str, Any]:
        """Return the target as JSON answers show it."""
        return {
            "year": self.year,
            "value": self.value.as_dict(),
            "definition": self.version,
            "note": self.fact.entry.note,
            **described(self.fact),
        }


@attrs.frozen
class Report:
    """What was once reported of a period: a value, or why there is none."""

    value: Value | None
    missing: Missing | None
    fact: Fact

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON answers show it."""
        return {
            "value": None if self.value is None else self.value.as_dict(),
            "missing": self.missing,
            "note": self.fact.entry.note,
            **described(self.fact),
        }


@attrs.frozen
class Objection:
    """What someone objects to a value, which stands all the same."""

    by: str
    text: str
    fact: Fact

    def as_dict(self) -> dict[str, Any]:
        """Return the objection as JSON answers show it."""
        return {"by": self.by, "text": self.text, **described(self.fact)}


@attrs.frozen
class Point:
    """One period of an indicator.

    ``report`` is the latest and ``earlier`` those that it replaced; it is None where a value
    that is disputed was withdrawn. ``version`` is of the definition that the period belongs
    to. ``change`` and ``course`` are from the nearest earlier value that it can be compared
    with. ``met`` is None where there is no value, no target, or they cannot be compared.
    """

    period: str
    version: int
    report: Report | None
    earlier: tuple[Report, ...]
    disputed: tuple[Objection, ...]
    change: Value | None
    course: Course | None
    target: Target | None
    met: bool | None

    @property
    def value(self) -> Value | None:
        """The value, None where it is missing."""
        return None if self.report is None else self.report.value

    @property
    def missing(self) -> Missing | None:
        """Why there is no value, None where there is one."""
        return None if self.report is None else self.report.missing

    def as_dict(self) -> dict[str, Any]:
        """Return the period as JSON answers show it."""
        told = {} if self.report is None else self.report.as_dict()
        return {
            "period": self.period,
            "value": None,
            "missing": None,
            **told,
            "definition": self.version,
            "change": None if self.change is None else self.change.as_dict(),
            "course": self.course,
            "target": None if self.target is None else self.target.value.as_dict(),
            "met": self.met,
            "earlier": [report.as_dict() for report in self.earlier],
            "disputed": [objection.as_dict() for objection in self.disputed],
        }


@attrs.frozen
class Trend:
    """A run of values that can be compared, from its first period to its last."""

    definition: Definition
    first: str
    last: str
    values: int
    change: Value | None
    course: Course | None

    def as_dict(self) -> dict[str, Any]:
        """Return the run as JSON answers show it."""
        return {
            "definition": self.definition.version,
            "measure": self.definition.event.measure,
            "method": self.definition.event.method,
            "first": self.first,
            "last": self.last,
            "values": self.values,
            "change": None if self.change is None else self.change.as_dict(),
            "course": self.course,
        }


@attrs.frozen
class Indicator:
    """An indicator, by its id, as its latest definition says.

    ``series`` is in order of periods and ``targets`` of years. ``trends`` are the runs of
    comparable values in order of their first periods; more than one is a break.
    """

    indicator: str
    definitions: tuple[Definition, ...]
    series: tuple[Point, ...]
    targets: tuple[Target, ...]
    trends: tuple[Trend, ...]
    trail: tuple[Fact, ...]

    @property
    def definition(self) -> IndicatorDefined:
        """What it measures now."""
        return self.definitions[-1].event

    @property
    def comparable(self) -> bool:
        """Whether all its values can be compared, those to come by its latest definition too."""
        return self.breaks == 0

    @property
    def breaks(self) -> int:
        """How many times its values stopped being comparable with those before."""
        return max(len(self.trends), self.definitions[-1].version) - 1

    @property
    def latest(self) -> Point | None:
        """The last period that has a value, None where none has."""
        return next((point for point in reversed(self.series) if point.value is not None), None)

    def point(self, period: str) -> Point | None:
        """Return one period, None where nothing was reported of it."""
        return next((point for point in self.series if point.period == period), None)

    def as_dict(self) -> dict[str, Any]:
        """Return the indicator as JSON answers show it."""
        now = self.definition
        return {
            "indicator": self.indicator,
            "title": now.title,
            "goal": now.goal,
            "measure": now.measure,
            "better": now.better,
            "method": now.method,
            "data_source": now.data_source,
            "comparable": self.comparable,
            "definitions": [one.as_dict() for one in self.definitions],
            "series": [point.as_dict() for point in self.series],
            "trends": [trend.as_dict() for trend in self.trends],
            "targets": [target.as_dict() for target in self.targets],
            "trail": [{**described(fact), "note": fact.entry.note} for fact in self.trail],
        }


class IndicatorProjection:
    """Folds the facts about one indicator; there is none before it was defined."""

    def __init__(self) -> None:
        self._definitions: list[Definition] = []
        self._targets: dict[int, tuple[date, Value, Fact]] = {}
        self._reports: dict[str, list[tuple[date, Report]]] = {}
        self._objections: dict[str, list[Objection]] = {}
        self._trail: list[Fact] = []

    def apply(self, counted: Counted) -> None:
        """Take the next fact that counts, in order of effect."""
        fact, since = counted.fact, counted.since
        self._trail.append(fact)
        match fact.entry.event:
            case IndicatorDefined() as defined:
                self._define(defined, since, fact)
            case TargetSet(year=year, value=value):
                self._targets[year] = (since, value, fact)
            case IndicatorReported(period=period, value=reported, missing=missing):
                report = Report(reported, missing, fact)
                self._reports.setdefault(period, []).append((since, report))
            case ValueDisputed(period=period, by=by, text=text):
                self._objections.setdefault(period, []).append(Objection(by, text, fact))
            case _:
                pass

    def answer(self) -> Indicator | None:
        """Return the indicator after the facts so far, None before it is defined."""
        if not self._definitions:
            return None
        targets = {
            year: Target(year, value, self._at(since).version, fact)
            for year, (since, value, fact) in sorted(self._targets.items())
        }
        series = tuple(self._series(targets))
        return Indicator(
            indicator=self._definitions[-1].event.indicator,
            definitions=tuple(self._definitions),
            series=series,
            targets=tuple(targets.values()),
            trends=tuple(self._trends(series)),
            trail=tuple(self._trail),
        )

    def _define(self, event: IndicatorDefined, since: date, fact: Fact) -> None:
        version = 1
        if self._definitions:
            before = self._definitions[-1]
            version = before.version + (_measured(event) != _measured(before.event))
        self._definitions.append(Definition(version, since, event, fact))

    def _at(self, day: date) -> Definition:
        """Return the definition that counted on a day; the first one also before it did."""
        found = [one for one in self._definitions if one.since <= day]
        return found[-1] if found else self._definitions[0]

    def _series(self, targets: dict[int, Target]) -> Iterator[Point]:
        before: dict[Run, Value] = {}
        for period in sorted({*self._reports, *self._objections}, key=in_order):
            reports = self._reports.get(period, [])
            latest = reports[-1][1] if reports else None
            since = reports[-1][0] if reports else date.max
            definition = self._at(last_day(period, since))
            target = targets.get(int(period)) if is_year(period) else None
            value = None if latest is None else latest.value
            earlier = None
            if value is not None:
                run = run_of(definition.version, value, period)
                earlier, before[run] = before.get(run), value
            better = definition.event.better
            yield Point(
                period=period,
                version=definition.version,
                report=latest,
                earlier=tuple(report for _, report in reports[:-1]),
                disputed=tuple(self._objections.get(period, ())),
                change=change_of(earlier, value),
                course=course_of(earlier, value, better),
                target=target,
                met=_met(value, target, definition),
            )

    def _trends(self, series: Sequence[Point]) -> Iterator[Trend]:
        runs: dict[Run, list[tuple[str, Value]]] = {}
        for point in series:
            if point.value is not None:
                run = run_of(point.version, point.value, point.period)
                runs.setdefault(run, []).append((point.period, point.value))
        for (version, _, _), found in runs.items():
            (first, start), (last, end) = found[0], found[-1]
            definition = next(d for d in reversed(self._definitions) if d.version == version)
            alone = len(found) == 1
            yield Trend(
                definition=definition,
                first=first,
                last=last,
                values=len(found),
                change=None if alone else change_of(start, end),
                course=None if alone else course_of(start, end, definition.event.better),
            )


def _measured(event: IndicatorDefined) -> tuple[str, str | None, Better]:
    return event.measure, event.method, event.better


def _met(value: Value | None, target: Target | None, definition: Definition) -> bool | None:
    if value is None or target is None:
        return None
    if (definition.version, value.unit) != (target.version, target.value.unit):
        return None
    return course_of(target.value, value, definition.event.better) != "worse"
