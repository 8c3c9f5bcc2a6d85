"""What is followed up: uppdrag by status, goals with their indicators, internal control."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import attrs
from markupsafe import Markup

from styrledger import swedish
from styrledger.charts import periods
from styrledger.projections.goals import Assessed, Goal
from styrledger.projections.indicators import Indicator, Point
from styrledger.projections.internal_control import Control, Recommendation
from styrledger.projections.uppdrag import Uppdrag
from styrledger.report.scope import is_plan_of
from styrledger.report.texts import visible
from styrledger.view import View

STATUSES = tuple(swedish.UPPDRAG_STATUSES)
SHORT = 60
"""An age of fewer days is told in days."""


@attrs.frozen
class Task:
    """An uppdrag as a table shows it."""

    uppdrag: Uppdrag
    on: date

    @property
    def age(self) -> str:
        """How long it has been since it was given, until it ended, as far as the day is known."""
        given, least = self.uppdrag.given, span(self.uppdrag.given.last, self._end)
        if given.is_exact:
            return least
        most = span(given.first, self._end)
        return f"högst {most}" if given.last >= self._end else f"minst {least}"

    @property
    def delay(self) -> str | None:
        """How long it is overdue, None where it is not."""
        due = self.uppdrag.due
        return None if due is None or not self.uppdrag.overdue else span(due.last, self.on)

    @property
    def _end(self) -> date:
        closed = self.uppdrag.closed
        return self.on if closed is None else closed.last

    @property
    def state(self) -> str:
        """Whether it is open, by whom it was closed or in which it lives on."""
        one = self.uppdrag
        if one.merged_into is not None and one.outcome is None:
            return f"ingår i {visible(one.merged_into)}"
        if one.open:
            return "öppet"
        ended = swedish.OUTCOMES[one.outcome or "completed"]
        return f"{ended} {one.closed}"


@attrs.frozen
class Measured:
    """An indicator as the report shows it: a small chart, and the same as a table."""

    indicator: Indicator
    name: str

    @property
    def rows(self) -> Sequence[tuple[str, Point | None, str | None]]:
        """Each period with what was reported and the target, years that only have one too."""
        reported = {point.period: point for point in self.indicator.series}
        targets = {str(target.year): str(target.value) for target in self.indicator.targets}
        # A period that is no year stays where the series has it; a lone target is put by its year.
        order = list(reported)
        for year in targets:
            if year not in reported:
                later = (place for place, period in enumerate(order) if period[:4] > year)
                order.insert(next(later, len(order)), year)
        return [(period, reported.get(period), targets.get(period)) for period in order]

    @property
    def chart(self) -> Markup:
        """The values and targets, drawn small."""
        targets = {str(target.year): target.value.decimal for target in self.indicator.targets}
        drawn = tuple(
            periods.Period(
                name=visible(period),
                value=None if point is None or point.value is None else point.value.decimal,
                target=targets.get(period),
                run=0 if point is None else point.version,
            )
            for period, point, _ in self.rows
        )
        title = visible(self.indicator.definition.title)
        words = "Utvecklingen per period; samma uppgifter står i tabellen."
        return Markup(periods.svg(drawn, title, words, self.name))  # noqa: S704 - escaped as drawn


@attrs.frozen
class Aim:
    """A goal as the report shows it: how the year stands, and what measures it."""

    goal: Goal
    assessed: Assessed | None
    measured: tuple[Measured, ...]


def tasks(view: View, unit: str | None, year: int) -> dict[str, list[Task]]:
    """Return the uppdrag that were open at any time of a year, by status; a unit's own or all."""
    found: dict[str, list[Task]] = {status: [] for status in STATUSES}
    for subject in sorted(view.subjects("uppdrag/*")):
        one = view.uppdrag_by_id(subject.partition("/")[2])
        if one is not None and _concerns(one, unit) and _in_year(one, year):
            # What is not shown is not kept: there may be very many.
            found[one.status].append(Task(attrs.evolve(one, trail=one.trail[:1]), view.basis.on))
    return found


def _concerns(one: Uppdrag, unit: str | None) -> bool:
    return unit is None or unit in one.responsible or unit == one.giver


def _in_year(one: Uppdrag, year: int) -> bool:
    return one.given.first.year <= year and (one.closed is None or one.closed.last.year >= year)


def aims(view: View, unit: str | None, year: int) -> Iterator[Aim]:
    """Yield the goals that a unit answers for, or all, with the indicators that measure each."""
    by_id = {one.indicator: one for one in view.indicators()}
    for number, goal in enumerate(view.goals()):
        if unit in {None, goal.owner}:
            names = [name for name in goal.indicators if name in by_id]
            measured = (Measured(by_id[n], f"i-{number}-{k}") for k, n in enumerate(names))
            yield Aim(goal, goal.assessed(year), tuple(measured))


def aimless(view: View) -> Iterator[Measured]:
    """Yield the indicators that measure no goal of the ledger, whoever answers for them."""
    goals = {goal.goal for goal in view.goals()}
    for number, one in enumerate(view.indicators()):
        if one.definition.goal not in goals:
            yield Measured(one, f"i-{number}")


def controls(view: View, unit: str | None, year: int) -> Iterator[Control]:
    """Yield the internal controls of a year's plans, a unit's own or all.

    Whose a plan is is told by its name, which begins with the unit's code; a plan that names
    no year is in every report.
    """
    for one in view.controls():
        ours = unit is None or is_plan_of(one.plan, unit)
        if one.year in {None, year} and ours:
            yield one


def recommendations(view: View, year: int) -> Iterator[Recommendation]:
    """Yield the recommendations that were received by the year's end and not done before it."""
    for one in view.recommendations():
        done = one.status == "done" and one.followed_up is not None
        before = done and one.followed_up is not None and one.followed_up.last.year < year
        if one.received.first.year <= year and not before:
            yield one


def span(first: date, last: date) -> str:
    """Return how long it is from one day to another: ``3 dagar``, ``5 mån``, ``2 år 1 mån``."""
    days = max((last - first).days, 0)
    if days < SHORT:
        return _joined(days, "dag" if days == 1 else "dagar")
    whole = (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)
    years, months = divmod(whole, 12)
    told = [(years, "år")] * bool(years) + [(months, "mån")] * bool(months)
    return " ".join(_joined(*one) for one in told)


def _joined(count: int, what: str) -> str:
    return f"{count}\N{NO-BREAK SPACE}{what}"
