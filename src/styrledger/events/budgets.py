"""Budgets: what the council grants, changes, moves, divides and earmarks.

Amounts are net cost (nettokostnad): a larger budget is a larger number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import attrs
from attrs.converters import optional

from styrledger import subjects
from styrledger.amounts import Amount, to_amount
from styrledger.errors import AmountError, Fault, ValueRefused
from styrledger.events.base import (
    Event,
    Fields,
    Kind,
    Reference,
    checked,
    chosen,
    from_mapping,
    to_code,
    to_kind,
    to_line,
    to_path,
    to_prose,
    to_year,
)
from styrledger.times import PartialDate, to_partial_date

Cause = Literal[
    "supplement",
    "reduction",
    "carry_over",
    "result_carry_over",
    "compensation",
    "reserve_drawn",
    "returned",
    "other",
]
"""Why a budget is revised: tilläggsanslag, sänkning, ombudgetering, resultatöverföring …"""

Stated = Literal[
    "budget", "outcome", "deviation", "remaining", "carry_over", "earmarked", "earmark_outcome"
]
"""Which figure a document states."""


def to_cause(value: Cause) -> Cause:
    """Check the cause of a revision."""
    return chosen(value, Cause)


def to_stated(value: Stated) -> Stated:
    """Check which figure is stated."""
    return chosen(value, Stated)


@attrs.frozen(slots=False, eq=False, repr=False)
class BudgetEvent(Event):
    """An event about one unit's budget of one year and kind."""

    unit: str = attrs.field(converter=to_code)
    year: int = attrs.field(converter=to_year)

    def stream(self) -> str:
        return f"budget/{self.year}"

    def subjects(self) -> tuple[str, ...]:
        kind: str = getattr(self, "kind", "operating")
        return (subjects.budget(self.unit, self.year, kind),)

    def refers(self) -> tuple[Reference, ...]:
        return (Reference("unit", "unit", self.unit),)


@attrs.frozen(slots=False, eq=False, repr=False)
class BudgetAdopted(BudgetEvent):
    """The budget (ram, anslag) is set: it replaces what the total was before."""

    type: ClassVar[str] = "budget.adopted"
    amount: Amount = attrs.field(converter=to_amount)
    kind: Kind = attrs.field(default="operating", converter=to_kind)


@attrs.frozen(slots=False, eq=False, repr=False)
class BudgetPlanned(BudgetEvent):
    """A plan for a later year; it is shown as a plan and is never a budget."""

    type: ClassVar[str] = "budget.planned"
    amount: Amount = attrs.field(converter=to_amount)
    kind: Kind = attrs.field(default="operating", converter=to_kind)


@attrs.frozen(slots=False, eq=False, repr=False)
class BudgetRevised(BudgetEvent):
    """The total changes by a signed amount, and so does ``line`` where it is named."""

    type: ClassVar[str] = "budget.revised"
    amount: Amount = attrs.field(converter=to_amount)
    kind: Kind = attrs.field(default="operating", converter=to_kind)
    cause: Cause = attrs.field(default="other", converter=to_cause)
    line: str | None = attrs.field(default=None, converter=optional(to_path))
    financing: str | None = attrs.field(default=None, converter=optional(to_prose))


@attrs.frozen(slots=False, eq=False, repr=False)
class Place(Fields):
    """One end of a transfer: a unit, and the line in it (None: what is not distributed)."""

    unit: str = attrs.field(converter=to_code)
    line: str | None = attrs.field(default=None, converter=optional(to_path))


def to_place(value: Place | Mapping[str, Any] | str) -> Place:
    """Accept a place, a mapping of its fields or just the unit's code."""
    if isinstance(value, Place):
        return value
    if isinstance(value, Mapping):
        return from_mapping(Place, value, ("unit", "line"))
    return Place(to_code(value))


def positive_amount(value: Amount | str | Mapping[str, object]) -> Amount:
    """Check the amount of a move, whose direction is told by its two ends."""
    amount = to_amount(value)
    if amount.ore <= 0:
        raise AmountError(
            Fault(f"{amount.text!r} is not above zero", "a positive amount", "swap from and to")
        )
    return amount


@checked
@attrs.frozen(slots=False, eq=False, repr=False)
class BudgetTransferred(Event):
    """Money moves between lines or units (omfördelning); the sum over all does not change."""

    type: ClassVar[str] = "budget.transferred"
    year: int = attrs.field(converter=to_year)
    from_: Place = attrs.field(converter=to_place, metadata={"nested": Place, "name": "from"})
    to: Place = attrs.field(converter=to_place, metadata={"nested": Place})
    amount: Amount = attrs.field(converter=positive_amount)
    kind: Kind = attrs.field(default="operating", converter=to_kind)

    def check(self) -> None:
        if self.from_ == self.to:
            raise ValueRefused(Fault("both ends are the same", "two different places", field="to"))

    def stream(self) -> str:
        return f"budget/{self.year}"

    def subjects(self) -> tuple[str, ...]:
        ends = (subjects.budget(end.unit, self.year, self.kind) for end in (self.from_, self.to))
        return tuple(dict.fromkeys(ends))

    def refers(self) -> tuple[Reference, ...]:
        return (
            Reference("from.unit", "unit", self.from_.unit),
            Reference("to.unit", "unit", self.to.unit),
        )


@attrs.frozen(slots=False, eq=False, repr=False)
class BudgetDistributed(BudgetEvent):
    """A line inside the total is set (detaljbudget); the total does not change."""

    type: ClassVar[str] = "budget.distributed"
    line: str = attrs.field(converter=to_path)
    amount: Amount = attrs.field(converter=to_amount)
    kind: Kind = attrs.field(default="operating", converter=to_kind)


@attrs.frozen(slots=False, eq=False, repr=False)
class BudgetEarmarked(BudgetEvent):
    """A part of the budget is set aside for a purpose (varav); it is never added."""

    type: ClassVar[str] = "budget.earmarked"
    purpose: str = attrs.field(converter=to_line)
    amount: Amount = attrs.field(converter=to_amount)
    kind: Kind = attrs.field(default="operating", converter=to_kind)


@attrs.frozen(slots=False, eq=False, repr=False)
class BudgetStated(Event):
    """What a document says that a figure was; it changes nothing and is checked.

    ``unit`` None means the whole municipality, ``on`` the day that the document speaks of
    (default: the effective date), ``of`` which figure it is.
    """

    type: ClassVar[str] = "budget.stated"
    year: int = attrs.field(converter=to_year)
    amount: Amount = attrs.field(converter=to_amount)
    unit: str | None = attrs.field(default=None, converter=optional(to_code))
    kind: Kind = attrs.field(default="operating", converter=to_kind)
    line: str | None = attrs.field(default=None, converter=optional(to_path))
    purpose: str | None = attrs.field(default=None, converter=optional(to_line))
    on: PartialDate | None = attrs.field(default=None, converter=optional(to_partial_date))
    of: Stated = attrs.field(default="budget", converter=to_stated)

    def stream(self) -> str:
        return f"budget/{self.year}"

    def subjects(self) -> tuple[str, ...]:
        return (subjects.budget(self.unit, self.year, self.kind),)

    def refers(self) -> tuple[Reference, ...]:
        return () if self.unit is None else (Reference("unit", "unit", self.unit),)
