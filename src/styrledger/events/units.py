"""The organisation: units that are registered, move, change name, start, stop and close."""

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
    to_roles,
)

UnitKind = Literal[
    "municipality",
    "council",
    "board",
    "committee",
    "department",
    "management_group",
    "company",
    "auditor",
    "state_authority",
    "other",
]
"""Kommun, fullmäktige, nämnd, utskott, förvaltning, ledningsgrupp, bolag, revisor …"""


def to_unit_kind(value: UnitKind) -> UnitKind:
    """Check a kind of unit."""
    return chosen(value, UnitKind)


@attrs.frozen(slots=False, eq=False, repr=False)
class UnitEvent(Event):
    """An event about one unit of the organisation, by its code (KF, KS, SN)."""

    unit: str = attrs.field(converter=to_code)

    def stream(self) -> str:
        return subjects.unit(self.unit)

    def refers(self) -> tuple[Reference, ...]:
        return (Reference("unit", "unit", self.unit),)


@attrs.frozen(slots=False, eq=False, repr=False)
class UnitRegistered(UnitEvent):
    """A unit exists from the effective date; other entries may name it from then on."""

    type: ClassVar[str] = "unit.registered"
    kind: UnitKind = attrs.field(converter=to_unit_kind)
    name: str | None = attrs.field(default=None, converter=optional(to_line))
    parent: str | None = attrs.field(default=None, converter=optional(to_code))

    def defines(self) -> tuple[str, str]:
        return ("unit", self.unit)

    def refers(self) -> tuple[Reference, ...]:
        return () if self.parent is None else (Reference("parent", "unit", self.parent),)


@checked
@attrs.frozen(slots=False, eq=False, repr=False)
class UnitMoved(UnitEvent):
    """A unit answers to another parent from the effective date."""

    type: ClassVar[str] = "unit.moved"
    parent: str = attrs.field(converter=to_code)

    def check(self) -> None:
        _check_other(self.unit, self.parent, "parent")

    def refers(self) -> tuple[Reference, ...]:
        return (*UnitEvent.refers(self), Reference("parent", "unit", self.parent))


@attrs.frozen(slots=False, eq=False, repr=False)
class UnitRenamed(UnitEvent):
    """A unit has another name from the effective date; its code stays."""

    type: ClassVar[str] = "unit.renamed"
    name: str = attrs.field(converter=to_line)


@attrs.frozen(slots=False, eq=False, repr=False)
class UnitComposed(UnitEvent):
    """A unit consists of these roles, one a person, instead of those it had; never names."""

    type: ClassVar[str] = "unit.composed"
    roles: tuple[str, ...] = attrs.field(converter=to_roles)


@attrs.frozen(slots=False, eq=False, repr=False)
class UnitActivated(UnitEvent):
    """A unit that sleeps between events, such as a crisis staff, starts; level as stated."""

    type: ClassVar[str] = "unit.activated"
    level: str | None = attrs.field(default=None, converter=optional(to_line))


@attrs.frozen(slots=False, eq=False, repr=False)
class UnitDeactivated(UnitEvent):
    """A unit that was activated stops; it may be activated again."""

    type: ClassVar[str] = "unit.deactivated"
    level: str | None = attrs.field(default=None, converter=optional(to_line))


@checked
@attrs.frozen(slots=False, eq=False, repr=False)
class UnitClosed(UnitEvent):
    """A unit ends on the effective date; ``into`` names the unit that takes over."""

    type: ClassVar[str] = "unit.closed"
    into: str | None = attrs.field(default=None, converter=optional(to_code))

    def check(self) -> None:
        _check_other(self.unit, self.into, "into")

    def refers(self) -> tuple[Reference, ...]:
        into = () if self.into is None else (Reference("into", "unit", self.into),)
        return (*UnitEvent.refers(self), *into)


def _check_other(unit: str, other: str | None, field: str) -> None:
    if other == unit:
        raise ValueRefused(Fault(f"{other!r} is the unit itself", "another unit", field=field))
