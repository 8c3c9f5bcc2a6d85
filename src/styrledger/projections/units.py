"""The organisation on a day: its units, what they are called and whom they answer to."""

from __future__ import annotations

from typing import Any

import attrs

from styrledger.events.units import (
    UnitActivated,
    UnitClosed,
    UnitComposed,
    UnitDeactivated,
    UnitKind,
    UnitMoved,
    UnitRegistered,
    UnitRenamed,
)
from styrledger.history import Counted, Fact
from styrledger.projections.base import dated, told


@attrs.frozen
class Unit:
    """A unit of the organisation, by its code.

    ``active`` is None for a unit that was never started or stopped, as most are not;
    ``level`` is the level it was started at, as stated. ``closed`` tells that it has ended,
    ``into`` which unit took over. ``roles`` are those it consists of, where that was said.
    """

    unit: str
    kind: UnitKind
    name: str | None
    parent: str | None
    active: bool | None
    level: str | None
    closed: bool
    into: str | None
    roles: tuple[str, ...]
    trail: tuple[Fact, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the unit as JSON answers show it."""
        shown = attrs.asdict(self, filter=lambda field, _: field.name != "trail")
        return {**shown, "trail": told(self.trail)}


class UnitProjection:
    """Folds the facts about one unit; there is no unit before it was registered.

    What is said of it may count from the same day as the registration, or from an earlier one
    where that day is imprecise; what is surely from before the registration changes nothing.
    """

    def __init__(self) -> None:
        self._unit: Unit | None = None
        self._early: list[Counted] = []
        self._trail: list[Fact] = []

    def apply(self, counted: Counted) -> None:
        """Take the next fact that counts, in order of effect."""
        event = counted.fact.entry.event
        self._trail.append(counted.fact)
        if isinstance(event, UnitRegistered):
            self._unit = Unit(
                event.unit,
                event.kind,
                event.name,
                event.parent,
                active=None,
                level=None,
                closed=False,
                into=None,
                roles=(),
                trail=(),
            )
            first = dated(counted.fact).first
            for early in self._early:
                if early.since >= first:
                    self._unit = attrs.evolve(self._unit, **_changes(early.fact.entry.event))
        elif self._unit is None:
            self._early.append(counted)
        else:
            self._unit = attrs.evolve(self._unit, **_changes(event))

    def answer(self) -> Unit | None:
        """Return the unit after the facts so far, None before it is registered."""
        return None if self._unit is None else attrs.evolve(self._unit, trail=tuple(self._trail))


def _changes(event: object) -> dict[str, Any]:
    match event:
        case UnitMoved() | UnitRenamed() | UnitComposed():
            said = attrs.asdict(event, recurse=False)
            return {name: value for name, value in said.items() if name != "unit"}
        case UnitActivated(level=level):
            return {"active": True, "level": level}
        case UnitDeactivated():
            return {"active": False, "level": None}
        case UnitClosed(into=into):
            return {"closed": True, "into": into}
        case _:
            return {}
