"""Goals on a day: how they are worded, who answers for them and how they were assessed."""

from __future__ import annotations

from typing import Any

import attrs

from styrledger.events.goals import Assessment, GoalAdopted, GoalAssessed
from styrledger.history import Counted, Fact
from styrledger.projections.base import described


@attrs.frozen
class Assessed:
    """How a goal was assessed for a year, in the common scale and in the source's own word."""

    year: int
    assessment: Assessment
    label: str | None
    fact: Fact

    def as_dict(self) -> dict[str, Any]:
        """Return the assessment as JSON answers show it."""
        return {
            "year": self.year,
            "assessment": self.assessment,
            "label": self.label,
            "note": self.fact.entry.note,
            **described(self.fact),
        }


@attrs.frozen
class Goal:
    """A goal, by its id.

    ``assessments`` are all that were made, by year and then in order of effect: the last one
    of a year is how the year stands. ``indicators`` are the ids of those that measure it.
    """

    goal: str
    title: str
    owner: str
    level: str
    parent: str | None
    assessments: tuple[Assessed, ...]
    indicators: tuple[str, ...]
    trail: tuple[Fact, ...]

    def assessed(self, year: int | None = None) -> Assessed | None:
        """Return how a year (None: the last that was assessed) stands; None where it was not."""
        found = [one for one in self.assessments if year in {None, one.year}]
        return found[-1] if found else None

    def as_dict(self, year: int | None = None) -> dict[str, Any]:
        """Return the goal as JSON answers show it, with how a year stands on top."""
        assessed = self.assessed(year)
        return {
            "goal": self.goal,
            "title": self.title,
            "owner": self.owner,
            "level": self.level,
            "parent": self.parent,
            "year": None if assessed is None else assessed.year,
            "assessment": None if assessed is None else assessed.assessment,
            "label": None if assessed is None else assessed.label,
            "assessments": [one.as_dict() for one in self.assessments],
            "indicators": list(self.indicators),
            "trail": [{**described(fact), "note": fact.entry.note} for fact in self.trail],
        }


class GoalProjection:
    """Folds the facts about one goal; there is no goal before it was adopted."""

    def __init__(self) -> None:
        self._adopted: GoalAdopted | None = None
        self._assessed: list[Assessed] = []
        self._trail: list[Fact] = []

    def apply(self, counted: Counted) -> None:
        """Take the next fact that counts, in order of effect."""
        fact = counted.fact
        self._trail.append(fact)
        match fact.entry.event:
            case GoalAdopted() as adopted:
                self._adopted = adopted
            case GoalAssessed(year=year, assessment=assessment, label=label):
                self._assessed.append(Assessed(year, assessment, label, fact))
            case _:
                pass

    def answer(self) -> Goal | None:
        """Return the goal after the facts so far, None before it is adopted.

        Which indicators measure it is told by their own facts, and is empty here.
        """
        adopted = self._adopted
        if adopted is None:
            return None
        return Goal(
            goal=adopted.goal,
            title=adopted.title,
            owner=adopted.owner,
            level=adopted.level,
            parent=adopted.parent,
            assessments=tuple(sorted(self._assessed, key=lambda one: one.year)),
            indicators=(),
            trail=tuple(self._trail),
        )
