"""Internal control on a day: what is planned, its risk, what was found, what is done."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

import attrs

from styrledger.events.internal_control import (
    ActionCompleted,
    ActionDecided,
    ControlPerformed,
    ControlPlanned,
    ControlRescored,
    FollowUp,
    RecommendationFollowedUp,
    RecommendationReceived,
    Result,
)
from styrledger.history import Counted, Fact
from styrledger.projections.base import dated, described, told
from styrledger.times import PartialDate

DEVIATIONS: tuple[Result, ...] = ("minor_deviation", "deviation", "serious_deviation")
"""The results that something is wrong, from the least to the most severe."""

_DIGITS = re.compile(r"([0-9]{1,18})")
_YEAR = re.compile(r"\b(?:18|19|20|21)[0-9]{2}\b")


@attrs.frozen
class Action:
    """What shall be done about a subject, such as a control.

    ``due`` is the last day to do it, None where none was set, and ``first_due`` what it was
    before it was moved. ``overdue`` tells that the day has passed and it is not done, ``late``
    that it was done after the day.
    """

    action: str
    about: str
    responsible: str | None
    decided: PartialDate
    due: PartialDate | None
    first_due: PartialDate | None
    completed: PartialDate | None
    overdue: bool
    late: bool
    trail: tuple[Fact, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the action as JSON answers show it."""
        return {
            "action": self.action,
            "about": self.about,
            "responsible": self.responsible,
            "decided": str(self.decided),
            "due": _text(self.due),
            "first_due": _text(self.first_due),
            "completed": _text(self.completed),
            "overdue": self.overdue,
            "late": self.late,
            "trail": told(self.trail),
        }


@attrs.frozen
class Score:
    """A judgement of a risk: how probable and how grave it is, on the plan's own scale."""

    probability: int | None
    consequence: int | None
    fact: Fact

    @property
    def risk(self) -> int | None:
        """Probability times consequence, None where either was not given."""
        if self.probability is None or self.consequence is None:
            return None
        return self.probability * self.consequence

    def as_dict(self) -> dict[str, Any]:
        """Return the judgement as JSON answers show it."""
        return {
            "probability": self.probability,
            "consequence": self.consequence,
            "risk": self.risk,
            **described(self.fact),
        }


@attrs.frozen
class Performed:
    """One time that a control was made, or was reported as not made."""

    event: ControlPerformed
    fact: Fact

    def as_dict(self) -> dict[str, Any]:
        """Return what was found as JSON answers show it."""
        event = self.event
        return {
            "result": event.result,
            "label": event.label,
            "method": event.method,
            "sample": event.sample,
            "faults": event.faults,
            "finding": event.finding,
            **described(self.fact),
        }


@attrs.frozen
class Control:
    """A control (kontrollmoment) of a plan, by its id in the plan.

    ``scores`` are the judgements of its risk, the last one holding; ``performed`` the times it
    was made, of which the last one's result is ``result``, None while it was not made.
    ``year`` is the year that the plan is for, None where neither the plan nor its name says.
    """

    plan: str
    control: str
    title: str
    year: int | None
    planned: PartialDate
    method: str | None
    scores: tuple[Score, ...]
    performed: tuple[Performed, ...]
    actions: tuple[Action, ...]
    trail: tuple[Fact, ...]

    @property
    def probability(self) -> int | None:
        """How probable the risk is judged to be, None where that was not said."""
        return self.scores[-1].probability if self.scores else None

    @property
    def consequence(self) -> int | None:
        """How grave the risk is judged to be, None where that was not said."""
        return self.scores[-1].consequence if self.scores else None

    @property
    def risk(self) -> int | None:
        """Probability times consequence, None where either was not given."""
        return self.scores[-1].risk if self.scores else None

    @property
    def result(self) -> Result | None:
        """What the control last found, None while it was not made."""
        return self.performed[-1].event.result if self.performed else None

    @property
    def label(self) -> str | None:
        """The source's own word for the result."""
        return self.performed[-1].event.label if self.performed else None

    @property
    def deviates(self) -> bool:
        """True where the control last found something wrong, however small."""
        return self.result in DEVIATIONS

    def as_dict(self) -> dict[str, Any]:
        """Return the control as JSON answers show it."""
        return {
            "plan": self.plan,
            "control": self.control,
            "title": self.title,
            "year": self.year,
            "planned": str(self.planned),
            "probability": self.probability,
            "consequence": self.consequence,
            "risk": self.risk,
            "method": self.method,
            "result": self.result,
            "label": self.label,
            "scores": [score.as_dict() for score in self.scores],
            "performed": [performed.as_dict() for performed in self.performed],
            "actions": [action.as_dict() for action in self.actions],
            "trail": told(self.trail),
        }


@attrs.frozen
class Recommendation:
    """What someone who reviewed the municipality recommended, and how far that has come.

    ``status`` is None until it was followed up.
    """

    recommendation: str
    received_from: str
    title: str
    received: PartialDate
    status: FollowUp | None
    followed_up: PartialDate | None
    actions: tuple[Action, ...]
    trail: tuple[Fact, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the recommendation as JSON answers show it."""
        return {
            "recommendation": self.recommendation,
            "from": self.received_from,
            "title": self.title,
            "received": str(self.received),
            "status": self.status,
            "followed_up": _text(self.followed_up),
            "actions": [action.as_dict() for action in self.actions],
            "trail": told(self.trail),
        }


class ActionProjection:
    """Folds the facts about one action; there is none before it was decided."""

    def __init__(self, on: date) -> None:
        self._on = on
        self._decided: list[tuple[ActionDecided, Fact]] = []
        self._completed: PartialDate | None = None
        self._trail: list[Fact] = []

    def apply(self, counted: Counted) -> None:
        """Take the next fact that counts, in order of effect."""
        fact = counted.fact
        self._trail.append(fact)
        match fact.entry.event:
            case ActionDecided() as decided:
                self._decided.append((decided, fact))
            case ActionCompleted():
                self._completed = dated(fact)
            case _:
                pass

    def answer(self) -> Action | None:
        """Return the action after the facts so far, None before it was decided."""
        if not self._decided:
            return None
        first, decided = self._decided[0]
        last, _ = self._decided[-1]
        due, done = last.due, self._completed
        return Action(
            action=last.action,
            about=last.about,
            responsible=last.responsible,
            decided=dated(decided),
            due=due,
            first_due=first.due,
            completed=done,
            overdue=due is not None and done is None and due.last < self._on,
            late=due is not None and done is not None and due.last < done.first,
            trail=tuple(self._trail),
        )


class ControlProjection:
    """Folds the facts about one control; there is none before it was planned.

    A control may have been made before its plan took effect: that counts once it is planned.
    """

    def __init__(self) -> None:
        self._planned: tuple[ControlPlanned, Fact] | None = None
        self._scores: list[Score] = []
        self._performed: list[Performed] = []
        self._trail: list[Fact] = []

    def apply(self, counted: Counted) -> None:
        """Take the next fact that counts, in order of effect."""
        fact = counted.fact
        self._trail.append(fact)
        match fact.entry.event:
            case ControlPlanned(probability=probability, consequence=consequence) as planned:
                self._planned = (planned, fact)
                if (probability, consequence) != (None, None):
                    self._scores.append(Score(probability, consequence, fact))
            case ControlRescored(probability=probability, consequence=consequence):
                self._scores.append(Score(probability, consequence, fact))
            case ControlPerformed() as performed:
                self._performed.append(Performed(performed, fact))
            case _:
                pass

    def answer(self) -> Control | None:
        """Return the control after the facts so far, without its actions."""
        if self._planned is None:
            return None
        event, fact = self._planned
        return Control(
            plan=event.plan,
            control=event.control,
            title=event.title,
            year=plan_year(event.plan) if event.year is None else event.year,
            planned=dated(fact),
            method=event.method,
            scores=tuple(self._scores),
            performed=tuple(self._performed),
            actions=(),
            trail=tuple(self._trail),
        )


class RecommendationProjection:
    """Folds the facts about one recommendation; there is none before it was received."""

    def __init__(self) -> None:
        self._recommendation: Recommendation | None = None
        self._status: FollowUp | None = None
        self._followed_up: PartialDate | None = None
        self._trail: list[Fact] = []

    def apply(self, counted: Counted) -> None:
        """Take the next fact that counts, in order of effect."""
        fact = counted.fact
        self._trail.append(fact)
        match fact.entry.event:
            case RecommendationReceived() as received:
                self._recommendation = Recommendation(
                    recommendation=received.recommendation,
                    received_from=received.from_,
                    title=received.title,
                    received=dated(fact),
                    status=None,
                    followed_up=None,
                    actions=(),
                    trail=(),
                )
            case RecommendationFollowedUp(status=status):
                self._status, self._followed_up = status, dated(fact)
            case _:
                pass

    def answer(self) -> Recommendation | None:
        """Return the recommendation after the facts so far, without its actions."""
        if self._recommendation is None:
            return None
        return attrs.evolve(
            self._recommendation,
            status=self._status,
            followed_up=self._followed_up,
            trail=tuple(self._trail),
        )


def about(subject: str, actions: Iterable[Action]) -> tuple[Action, ...]:
    """Return the actions that are about a subject."""
    return tuple(action for action in actions if action.about == subject)


def in_order(controls: Iterable[Control]) -> tuple[Control, ...]:
    """Return controls by plan and id, the numbers in ids by their size: 2 before 10."""
    return tuple(sorted(controls, key=lambda one: (one.plan, _natural(one.control))))


def _natural(name: str) -> list[tuple[bool, int, str]]:
    parts = (part for part in _DIGITS.split(name) if part)
    return [
        (False, int(part), "") if _DIGITS.fullmatch(part) else (True, 0, part) for part in parts
    ]


def plan_year(plan: str) -> int | None:
    """Return the year that a plan's name says it is for, None where it says none or several."""
    years = _YEAR.findall(plan)
    return int(years[0]) if len(years) == 1 else None


def _text(day: PartialDate | None) -> str | None:
    return None if day is None else str(day)
