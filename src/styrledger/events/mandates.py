"""Who may decide what: mandates granted and revoked (delegation, kommunallagen 6:37-40)."""

from __future__ import annotations

from typing import ClassVar

import attrs
from attrs.converters import optional

from styrledger import subjects
from styrledger.amounts import Amount, to_amount
from styrledger.events.base import Event, Reference, to_code, to_line, to_prose
from styrledger.times import PartialDate, to_partial_date


@attrs.frozen(slots=False, eq=False, repr=False)
class MandateGranted(Event):
    """A body may decide something on another's behalf, up to ``limit``, until ``until``."""

    type: ClassVar[str] = "mandate.granted"
    mandate: str = attrs.field(converter=to_code)
    body: str = attrs.field(converter=to_code)
    may: str = attrs.field(converter=to_prose)
    scope: str | None = attrs.field(default=None, converter=optional(to_line))
    limit: Amount | None = attrs.field(default=None, converter=optional(to_amount))
    until: PartialDate | None = attrs.field(default=None, converter=optional(to_partial_date))

    def stream(self) -> str:
        return subjects.mandate(self.mandate)

    def defines(self) -> tuple[str, str]:
        return ("mandate", self.mandate)

    def refers(self) -> tuple[Reference, ...]:
        return (Reference("body", "unit", self.body),)


@attrs.frozen(slots=False, eq=False, repr=False)
class MandateRevoked(Event):
    """A mandate ends on the effective date."""

    type: ClassVar[str] = "mandate.revoked"
    mandate: str = attrs.field(converter=to_code)

    def stream(self) -> str:
        return subjects.mandate(self.mandate)

    def refers(self) -> tuple[Reference, ...]:
        return (Reference("mandate", "mandate", self.mandate),)
