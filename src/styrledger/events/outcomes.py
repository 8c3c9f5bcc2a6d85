"""What money was used and what was expected to be used: outcomes and forecasts."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import attrs
from attrs.converters import optional

from styrledger.amounts import Amount, to_amount
from styrledger.errors import Fault, ValueRefused
from styrledger.events.base import (
    Kind,
    checked,
    to_kind,
    to_line,
    to_path,
)
from styrledger.events.budgets import BudgetEvent
from styrledger.times import to_day


@checked
@attrs.frozen(slots=False, eq=False, repr=False)
class OutcomeReported(BudgetEvent):
    """Net cost (utfall) from the start of the year through a day, inclusive.

    ``line`` or ``purpose`` (an earmark) narrows it; neither means the unit as a whole.
    """

    type: ClassVar[str] = "outcome.reported"
    through: date = attrs.field(converter=to_day)
    amount: Amount = attrs.field(converter=to_amount)
    kind: Kind = attrs.field(default="operating", converter=to_kind)
    line: str | None = attrs.field(default=None, converter=optional(to_path))
    purpose: str | None = attrs.field(default=None, converter=optional(to_line))
    income: Amount | None = attrs.field(default=None, converter=optional(to_amount))
    cost: Amount | None = attrs.field(default=None, converter=optional(to_amount))

    def check(self) -> None:
        if self.line is not None and self.purpose is not None:
            raise ValueRefused(
                Fault("both a line and a purpose", "at most one of them", field="purpose")
            )


@checked
@attrs.frozen(slots=False, eq=False, repr=False)
class ForecastReported(BudgetEvent):
    """What the year was expected to end at: an amount, or a deviation from the budget.

    A deviation is budget less outcome: above zero is better than budget.
    """

    type: ClassVar[str] = "forecast.reported"
    kind: Kind = attrs.field(default="operating", converter=to_kind)
    line: str | None = attrs.field(default=None, converter=optional(to_path))
    amount: Amount | None = attrs.field(default=None, converter=optional(to_amount))
    deviation: Amount | None = attrs.field(default=None, converter=optional(to_amount))

    def check(self) -> None:
        if (self.amount is None) == (self.deviation is None):
            raise ValueRefused(
                Fault("a forecast needs one figure", "either amount or deviation", field="amount")
            )
