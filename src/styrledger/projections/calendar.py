"""The year wheel (årshjul) on a day: what is due, and what was met, late or missed."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import attrs

from styrledger.events.calendar import DeadlineMet, DeadlineSet
from styrledger.history import Counted, Fact
from styrledger.projections.base import told
from styrledger.times import PartialDate

Status = Literal["due", "met", "late", "missed"]
"""Still to be met; met in time; met too late; not met, and the last day has passed."""


@attrs.frozen
class Deadline:
    """Something to be done by ``date``, the whole of it included.

    ``first_date`` is what the date was before it was moved. ``met`` is when it was done, None
    while that is not recorded. A date of met that may lie in time is not late.
    """

    deadline: str
    date: PartialDate
    first_date: PartialDate
    responsible: str
    activity: str
    calendar: str | None
    period: PartialDate | None
    met: PartialDate | None
    status: Status
    trail: tuple[Fact, ...]

    @property
    def moved(self) -> bool:
        """True where the deadline was set to another date than the first."""
        return self.date != self.first_date

    def as_dict(self) -> dict[str, Any]:
        """Return the deadline as JSON answers show it."""
        return {
            "deadline": self.deadline,
            "date": str(self.date),
            "first_date": str(self.first_date),
            "responsible": self.responsible,
            "activity": self.activity,
            "calendar": self.calendar,
            "period": None if self.period is None else str(self.period),
            "met": None if self.met is None else str(self.met),
            "status": self.status,
            "trail": told(self.trail),
        }


class DeadlineProjection:
    """Folds the facts about one deadline; there is none before it was set."""

    def __init__(self, on: date) -> None:
        self._on = on
        self._set: list[DeadlineSet] = []
        self._met: PartialDate | None = None
        self._trail: list[Fact] = []

    def apply(self, counted: Counted) -> None:
        """Take the next fact that counts, in order of effect."""
        self._trail.append(counted.fact)
        match counted.fact.entry.event:
            case DeadlineSet() as given:
                self._set.append(given)
            case DeadlineMet(date=met):
                self._met = met
            case _:
                pass

    def answer(self) -> Deadline | None:
        """Return the deadline after the facts so far, None before it was set."""
        if not self._set:
            return None
        given = self._set[-1]
        return Deadline(
            deadline=given.deadline,
            date=given.date,
            first_date=self._set[0].date,
            responsible=given.responsible,
            activity=given.activity,
            calendar=given.calendar,
            period=given.period,
            met=self._met,
            status=_status(given.date, self._met, self._on),
            trail=tuple(self._trail),
        )


def _status(due: PartialDate, met: PartialDate | None, on: date) -> Status:
    if met is not None:
        return "late" if due.last < met.first else "met"
    return "missed" if due.last < on else "due"
