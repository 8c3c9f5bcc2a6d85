"""Goals: what the council or a board wants to reach, and how each year was assessed."""

from __future__ import annotations

from typing import ClassVar, Literal

import attrs
from attrs.converters import optional

from styrledger import subjects
from styrledger.errors import Fault, ValueRefused
from styrledger.events.base import (
    Event,
    Reference,
    checked,
    chosen,
    to_code,
    to_line,
    to_year,
)

Assessment = Literal["met", "will_be_met", "on_track", "partly_met", "not_met", "not_assessable"]
"""Uppfyllt, kommer att uppfyllas, på väg att uppfyllas, delvis, inte, kan inte bedömas."""


def to_assessment(value: Assessment) -> Assessment:
    """Check how a goal was assessed."""
    return chosen(value, Assessment)


@attrs.frozen(slots=False, eq=False, repr=False)
class GoalEvent(Event):
    """An event about one goal, by its id: the same goal may be worded in several ways."""

    goal: str = attrs.field(converter=to_line)

    def stream(self) -> str:
        return subjects.goal(self.goal)


@checked
@attrs.frozen(slots=False, eq=False, repr=False)
class GoalAdopted(GoalEvent):
    """A goal holds from the effective date; adopted again, it is worded or owned anew.

    ``owner`` is the unit that answers for it, ``level`` whose goal it is ("council") and
    ``parent`` the goal that it breaks down.
    """

    type: ClassVar[str] = "goal.adopted"
    renewable: ClassVar[bool] = True
    title: str = attrs.field(converter=to_line)
    owner: str = attrs.field(converter=to_code)
    level: str = attrs.field(converter=to_line)
    parent: str | None = attrs.field(default=None, converter=optional(to_line))

    def check(self) -> None:
        if self.parent == self.goal:
            raise ValueRefused(
                Fault("the goal is its own parent", "another goal, or none", field="parent")
            )

    def defines(self) -> tuple[str, str]:
        return ("goal", self.goal)

    def refers(self) -> tuple[Reference, ...]:
        parent = () if self.parent is None else (Reference("parent", "goal", self.parent),)
        return (Reference("owner", "unit", self.owner), *parent)


@attrs.frozen(slots=False, eq=False, repr=False)
class GoalAssessed(GoalEvent):
    """How far a goal was reached in a year; ``label`` keeps the source's own word."""

    type: ClassVar[str] = "goal.assessed"
    year: int = attrs.field(converter=to_year)
    assessment: Assessment = attrs.field(converter=to_assessment)
    label: str | None = attrs.field(default=None, converter=optional(to_line))

    def refers(self) -> tuple[Reference, ...]:
        return (Reference("goal", "goal", self.goal),)
