"""The year wheel (årshjul): what is to be done by when, and when it was done."""

from __future__ import annotations

from typing import ClassVar

import attrs
from attrs.converters import optional

from styrledger import subjects
from styrledger.events.base import Event, Reference, to_line
from styrledger.times import PartialDate, to_partial_date


@attrs.frozen(slots=False, eq=False, repr=False)
class DeadlineSet(Event):
    """Something is to be done by ``date``, the whole of it included.

    A deadline is one occasion: next year's is another. Set again it is moved; the date first
    set is remembered. ``responsible`` is a unit's code or a role. ``calendar`` names the
    calendar that it is part of, ``period`` what a report is about.
    """

    type: ClassVar[str] = "deadline.set"
    renewable: ClassVar[bool] = True
    deadline: str = attrs.field(converter=to_line)
    date: PartialDate = attrs.field(converter=to_partial_date)
    responsible: str = attrs.field(converter=to_line)
    activity: str = attrs.field(converter=to_line)
    calendar: str | None = attrs.field(default=None, converter=optional(to_line))
    period: PartialDate | None = attrs.field(default=None, converter=optional(to_partial_date))

    def stream(self) -> str:
        return subjects.deadline(self.deadline)

    def defines(self) -> tuple[str, str]:
        return ("deadline", self.deadline)


@attrs.frozen(slots=False, eq=False, repr=False)
class DeadlineMet(Event):
    """What a deadline is about was done on ``date``, in time or late."""

    type: ClassVar[str] = "deadline.met"
    deadline: str = attrs.field(converter=to_line)
    date: PartialDate = attrs.field(converter=to_partial_date)

    def stream(self) -> str:
        return subjects.deadline(self.deadline)

    def refers(self) -> tuple[Reference, ...]:
        return (Reference("deadline", "deadline", self.deadline),)
