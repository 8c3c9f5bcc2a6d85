"""An uppdrag on a day: who gave it, who carries it out, what is said of it, if it is open."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import attrs

from styrledger.events.uppdrag import (
    Reporter,
    UppdragClosed,
    UppdragEvent,
    UppdragGiven,
    UppdragMerged,
    UppdragOutcome,
    UppdragReassigned,
    UppdragReported,
    UppdragStatus,
)
from styrledger.history import Counted, Fact
from styrledger.projections.base import described
from styrledger.times import PartialDate

Flag = Literal[
    "assessed_not_closed", "reported_not_closed", "closed_by_other", "closed_giver_unknown"
]
"""Why an open uppdrag may look closed: what was said or done by others than its giver."""

DONE: tuple[UppdragStatus, ...] = ("assessed_completed", "completed")
"""The statuses of an uppdrag that is called done, by whomever."""

ENDED: tuple[UppdragStatus, ...] = ("completed", "withdrawn")
"""The statuses that only the giver can make so."""


@attrs.frozen
class Uppdrag:
    """What a body gave others to do, by its id.

    ``giver`` is None where the source does not name the body. ``open`` ends when the giver
    closes it, with an ``outcome``, or when it lives on in another (``merged_into``).
    ``status`` is what was last said of it, and unknown while nothing was (``reported`` None);
    closed, it is what the giver says. ``overdue`` is derived: the last day it was due has
    passed and it is open; a delay that someone states is a status. ``absorbed`` are those that
    live on in it. ``flags`` tell why it is open though it may seem closed.
    """

    uppdrag: str
    title: str
    giver: str | None
    list: str | None
    responsible: tuple[str, ...]
    open: bool
    status: UppdragStatus
    label: str | None
    comment: str | None
    reported: PartialDate | None
    reported_by: Reporter | None
    given: PartialDate
    due: PartialDate | None
    overdue: bool
    outcome: UppdragOutcome | None
    closed: PartialDate | None
    merged_into: str | None
    absorbed: tuple[str, ...]
    financing: str | None
    flags: tuple[Flag, ...]
    trail: tuple[Fact, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the uppdrag as JSON answers show it."""
        shown = {
            field.name: _shown(getattr(self, field.name))
            for field in attrs.fields(Uppdrag)
            if field.name != "trail"
        }
        return {**shown, "trail": [_step(fact) for fact in self.trail]}


class UppdragProjection:
    """Folds the facts about one uppdrag; there is none before it was given.

    What is reported of it may count from the same day, or earlier where the day on which it
    was given is imprecise: all is kept until the answer.
    """

    def __init__(self, uppdrag: str, on: date) -> None:
        """Fold the uppdrag of an id; ``on`` is the day asked about, for what is overdue."""
        self._uppdrag = uppdrag
        self._on = on
        self._given: tuple[UppdragGiven, Fact] | None = None
        self._responsible: tuple[str, ...] | None = None
        self._report: tuple[UppdragReported, Fact] | None = None
        self._closes: list[tuple[UppdragClosed, Fact]] = []
        self._merged_into: str | None = None
        self._absorbed: dict[str, None] = {}
        self._trail: list[Fact] = []

    def apply(self, counted: Counted) -> None:
        """Take the next fact that counts, in order of effect."""
        fact = counted.fact
        self._trail.append(fact)
        match fact.entry.event:
            case UppdragGiven() as given:
                self._given = given, fact
            case UppdragReassigned(responsible=responsible):
                self._responsible = responsible
            case UppdragReported() as report:
                self._report = report, fact
            case UppdragClosed() as close:
                self._closes.append((close, fact))
            case UppdragMerged(uppdrag=merged, into=into):
                if merged == self._uppdrag:
                    self._merged_into = into
                else:
                    self._absorbed[merged] = None
            case _:
                pass

    def answer(self) -> Uppdrag | None:
        """Return the uppdrag after the facts so far, None before it is given."""
        if self._given is None:
            return None
        given, fact = self._given
        giver = None if fact.entry.decision is None else fact.entry.decision.body
        close = self._closed_by(giver)
        is_open = close is None and self._merged_into is None
        report, reported = (None, None) if self._report is None else self._report
        status = "unknown" if report is None else report.status
        return Uppdrag(
            uppdrag=self._uppdrag,
            title=given.title,
            giver=giver,
            list=given.list,
            responsible=self._responsible or given.responsible,
            open=is_open,
            status=status if close is None else _ended(close[0]),
            label=None if report is None else report.label,
            comment=None if report is None else report.comment,
            reported=None if reported is None else reported.entry.counts_from,
            reported_by=None if report is None else report.by,
            given=_dated(fact),
            due=given.due,
            overdue=is_open and is_past(given.due, self._on),
            outcome=None if close is None else close[0].outcome,
            closed=None if close is None else _dated(close[1]),
            merged_into=self._merged_into,
            absorbed=tuple(self._absorbed),
            financing=given.financing,
            flags=self._flags(giver, status) if is_open else (),
            trail=tuple(self._trail),
        )

    def _closed_by(self, giver: str | None) -> tuple[UppdragClosed, Fact] | None:
        """Return the giver's last close: no other's counts."""
        own = [close for close in self._closes if giver is not None and close[0].by == giver]
        return own[-1] if own else None

    def _flags(self, giver: str | None, status: UppdragStatus) -> tuple[Flag, ...]:
        found: list[Flag] = []
        if status == "assessed_completed":
            found.append("assessed_not_closed")
        if status in ENDED:
            found.append("reported_not_closed")
        if self._closes:
            found.append("closed_giver_unknown" if giver is None else "closed_by_other")
        return tuple(found)


def is_past(due: PartialDate | None, on: date) -> bool:
    """Return whether a term has run out on a day: its last day lies before."""
    return due is not None and due.last < on


def _ended(close: UppdragClosed) -> UppdragStatus:
    return "completed" if close.outcome == "completed" else "withdrawn"


def _dated(fact: Fact) -> PartialDate:
    day = fact.entry.counts_from
    if day is None:
        raise TypeError(fact.entry)
    return day


def _step(fact: Fact) -> dict[str, Any]:
    """Return a fact with what its event says, beside which entry it is."""
    event = fact.entry.event
    said = {
        field.name: _shown(getattr(event, field.name))
        for field in attrs.fields(type(event))
        if isinstance(event, UppdragEvent) and getattr(event, field.name) is not None
    }
    return {**described(fact), **said, "note": fact.entry.note}


def _shown(value: Any) -> Any:
    if isinstance(value, PartialDate):
        return str(value)
    return [*value] if isinstance(value, tuple) else value
