"""The ledger as it was on a day, as known at a point: immutable, a method for each subject."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import attrs

from styrledger import projections, subjects
from styrledger.amounts import Amount
from styrledger.budgeting import Budgeting

if TYPE_CHECKING:
    from styrledger.events.base import Kind
    from styrledger.history import Fact
    from styrledger.projections.calendar import Deadline
    from styrledger.projections.comparable import Comparable
    from styrledger.projections.decisions import Decision
    from styrledger.projections.documents import Document
    from styrledger.projections.evaluations import Evaluation
    from styrledger.projections.goals import Goal
    from styrledger.projections.indicators import Indicator
    from styrledger.projections.internal_control import Action, Control, Recommendation
    from styrledger.projections.minutes import Meeting, MinutesProjection
    from styrledger.projections.units import Unit
    from styrledger.projections.uppdrag import Uppdrag
    from styrledger.projections.uppdrag_counts import UppdragChoice, UppdragClaim, UppdragCounts
    from styrledger.references import DecisionRef


class View(Budgeting):
    """Everything that the ledger answers about one day, as known at one point of its log.

    A view never changes: entries that are recorded later do not reach it.
    """

    def _repr_html_(self) -> str:
        """Return what the view rests on, as notebooks show it."""
        from styrledger.projections.notebook import basis_html

        return basis_html(self.basis)

    def units(self) -> tuple[Unit, ...]:
        """Return the units that were registered by the day, in order of their codes."""
        return self._each("unit", lambda _: projections.UnitProjection())

    def unit(self, code: str) -> Unit | None:
        """Return one unit, None where it was not registered by the day.

        Raises:
            UnknownName: the ledger knows no such unit on any day.
        """
        return self._fold(projections.UnitProjection(), subjects.unit(self._known(code)))

    def series(self, unit: str, kind: Kind = "operating") -> tuple[Comparable, ...]:
        """Return a unit's outcomes by year, each compared with the organisation on the day.

        Raises:
            UnknownName: the ledger knows no such unit.
        """
        from styrledger.projections.comparable import Comparable, moves

        self._known(unit)
        found: list[Comparable] = []
        for budget in self.every_budget():
            if (budget.unit, budget.kind) != (unit, kind) or budget.outcome is None:
                continue
            then = self.at(min(self._basis.on, date(budget.year, 12, 31))).units()
            moved = moves(unit, then, self.units(), self._used(budget.year, kind))
            found.append(Comparable(unit, budget.year, kind, budget.outcome, moved))
        return tuple(found)

    def at(self, on: date) -> View:
        """Return the same ledger, as known at the same point, on another day."""
        return View(self._facts, attrs.evolve(self._basis, on=on))

    def original(self, slot: int) -> Sequence[Fact]:
        """Return what the entry at a position said when it was recorded, whatever became of it."""
        return self._facts.standing_in(slot, slot)

    def uppdrag(self, choice: UppdragChoice | None = None) -> tuple[Uppdrag, ...]:
        """Return the uppdrag that were given by the day, all or a choice, in order of their ids.

        Raises:
            UnknownName: the choice names a unit that the ledger does not know.
        """
        chosen = choice or projections.UppdragChoice()
        for code in (chosen.giver, chosen.responsible):
            if code is not None:
                self._known(code)
        found = self._each(
            "uppdrag", lambda name: projections.UppdragProjection(name, self._basis.on)
        )
        return tuple(one for one in found if chosen.takes(one))

    def uppdrag_by_id(self, uppdrag: str) -> Uppdrag | None:
        """Return one uppdrag, None where it was not given by the day.

        Raises:
            UnknownName: the ledger knows no such uppdrag on any day.
        """
        subject = self._heard_of("uppdrag", uppdrag)
        return self._fold(projections.UppdragProjection(uppdrag, self._basis.on), subject)

    def uppdrag_counts(self, choice: UppdragChoice | None = None) -> UppdragCounts:
        """Return how many uppdrag there are on the day, of all or of a choice."""
        from styrledger.projections.uppdrag_counts import tally

        return tally(self.uppdrag(choice))

    def uppdrag_claims(self) -> tuple[UppdragClaim, ...]:
        """Return what documents said of how many there are, each counted on its own day."""
        from styrledger.events.uppdrag import UppdragCountStated

        found: list[UppdragClaim] = []
        for one in self.counted(subjects.UPPDRAG_COUNTS):
            event = one.fact.entry.event
            if isinstance(event, UppdragCountStated):
                counts = self.at(one.since).uppdrag_counts(projections.UppdragChoice.of(event))
                found.append(projections.UppdragClaim(event, one.since, counts, one.fact))
        return tuple(found)

    def goals(self) -> tuple[Goal, ...]:
        """Return the goals that were adopted by the day, in order of their ids."""
        measured: dict[str | None, list[str]] = {}
        for one in self.indicators():
            measured.setdefault(one.definition.goal, []).append(one.indicator)
        return tuple(
            attrs.evolve(goal, indicators=tuple(measured.get(goal.goal, ())))
            for goal in self._each("goal", lambda _: projections.GoalProjection())
        )

    def goal(self, goal: str) -> Goal | None:
        """Return one goal, None where it was not adopted by the day.

        Raises:
            UnknownName: the ledger knows no such goal on any day.
        """
        self._heard_of("goal", goal)
        return next((one for one in self.goals() if one.goal == goal), None)

    def indicators(self) -> tuple[Indicator, ...]:
        """Return the indicators that were defined by the day, in order of their ids."""
        return self._each("indicator", lambda _: projections.IndicatorProjection())

    def indicator(self, indicator: str) -> Indicator | None:
        """Return one indicator, None where it was not defined by the day.

        Raises:
            UnknownName: the ledger knows no such indicator on any day.
        """
        return self._fold(projections.IndicatorProjection(), self._heard_of("indicator", indicator))

    def evaluations(self) -> tuple[Evaluation, ...]:
        """Return the evaluations that were made by the day, in order of their names."""
        return self._each("evaluation", lambda _: projections.EvaluationProjection())

    def evaluation(self, evaluation: str) -> Evaluation | None:
        """Return one evaluation, None where nothing of it was known by the day.

        Raises:
            UnknownName: the ledger knows no such evaluation on any day.
        """
        return self._fold(
            projections.EvaluationProjection(), self._heard_of("evaluation", evaluation)
        )

    def actions(self) -> tuple[Action, ...]:
        """Return the actions that were decided by the day, in order of their ids."""
        return self._each("action", lambda _: projections.ActionProjection(self._basis.on))

    def controls(self) -> tuple[Control, ...]:
        """Return the internal controls that were planned by the day, by plan and id."""
        from styrledger.projections.internal_control import about, in_order

        actions = self.actions()
        found = self._each("control", lambda _: projections.ControlProjection())
        return in_order(
            attrs.evolve(one, actions=about(subjects.control(one.plan, one.control), actions))
            for one in found
        )

    def control(self, name: str) -> Control | None:
        """Return one control by plan and id, ``SN 2024/8``; None where it was not planned then.

        Raises:
            UnknownName: the ledger knows no such control on any day.
        """
        from styrledger.projections.internal_control import about

        subject = self._heard_of("control", name)
        found = self._fold(projections.ControlProjection(), subject)
        return found and attrs.evolve(found, actions=about(subject, self.actions()))

    def recommendations(self) -> tuple[Recommendation, ...]:
        """Return the recommendations that were received by the day, in order of their ids."""
        from styrledger.projections.internal_control import about

        actions = self.actions()
        return tuple(
            attrs.evolve(one, actions=about(subjects.recommendation(one.recommendation), actions))
            for one in self._each(
                "recommendation", lambda _: projections.RecommendationProjection()
            )
        )

    def documents(self) -> tuple[Document, ...]:
        """Return the governing documents that were adopted by the day, in order of their ids."""
        return self._each("document", lambda _: projections.DocumentProjection(self._basis.on))

    def document(self, document: str) -> Document | None:
        """Return one governing document, None where it was not adopted by the day.

        Raises:
            UnknownName: the ledger knows no such document on any day.
        """
        subject = self._heard_of("document", document)
        return self._fold(projections.DocumentProjection(self._basis.on), subject)

    def calendar(self) -> tuple[Deadline, ...]:
        """Return the deadlines that were set by the day, in order of their dates."""
        found = self._each("deadline", lambda _: projections.DeadlineProjection(self._basis.on))
        return tuple(sorted(found, key=lambda one: one.date))

    def deadline(self, deadline: str) -> Deadline | None:
        """Return one deadline, None where it was not set by the day.

        Raises:
            UnknownName: the ledger knows no such deadline on any day.
        """
        subject = self._heard_of("deadline", deadline)
        return self._fold(projections.DeadlineProjection(self._basis.on), subject)

    def minutes(self, body: str | None = None, year: int | None = None) -> tuple[Meeting, ...]:
        """Return the meetings held by the day, of all bodies and years or one, in order of date.

        Raises:
            UnknownName: the ledger knows no such body.
        """
        code = None if body is None else self._known(body)
        found = self._each("meeting", self._minutes)
        chosen = (m for m in found if code in {None, m.body} and year in {None, m.year})
        return tuple(sorted(chosen, key=lambda meeting: meeting.order))

    def meeting(self, body: str, date: str) -> Meeting | None:
        """Return a body's meeting, by its date as recorded, None where there was none by then.

        Raises:
            UnknownName: the ledger knows no such body.
        """
        name = f"{self._known(body)} {date}"
        return self._fold(self._minutes(name), f"meeting/{name}")

    def decisions(self) -> tuple[Decision, ...]:
        """Return the decisions that were taken by the day, in order of date, body and §."""
        keys = [subject.partition("/")[2] for subject in self.subjects(subjects.decision("*"))]
        found = [self._decision(key) for key in keys]
        return tuple(sorted((one for one in found if one is not None), key=lambda one: one.order))

    def decision(self, ref: DecisionRef | str) -> Decision | None:
        """Return one decision, None where it was not taken by the day.

        Raises:
            DecisionRefError: the text is no reference.
            UnknownName: the ledger has never heard of the decision.
        """
        from styrledger.references import to_decision

        key = to_decision(ref).key
        self._heard_of("decision", key)
        return self._decision(key)

    def _minutes(self, name: str) -> MinutesProjection:
        return projections.MinutesProjection(
            name, council=self._is_council(name.rpartition(" ")[0])
        )

    def _is_council(self, code: str) -> bool:
        from styrledger.events.units import UnitRegistered

        # A body is the council or not whatever the day, so also for meetings before it began.
        registered = (fact.entry.event for fact in self._standing(subjects.unit(code)))
        return any(isinstance(one, UnitRegistered) and one.kind == "council" for one in registered)

    def _decision(self, key: str) -> Decision | None:
        from styrledger.projections.decisions import decision_of

        standing = self._standing(subjects.decision(key))
        return decision_of(key, standing, self._basis.on, self._rulings)

    def _used(self, year: int, kind: Kind) -> Callable[[str], Amount | None]:
        return lambda code: self._budget(code, year, kind).outcome
