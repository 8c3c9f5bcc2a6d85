"""Uppdrag: what a body gives others to do, how it goes, and that the giver closes it.

An uppdrag is given by a body's decision and carried out by one unit or several. Only the giver
can close it (kommunallagen 6:5): what the executors report of it is an event of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

import attrs
from attrs.converters import optional

from styrledger import subjects
from styrledger.errors import Fault, ValueRefused, quoted
from styrledger.events.base import (
    Earlier,
    Event,
    Reference,
    checked,
    chosen,
    listed,
    to_code,
    to_line,
    to_prose,
    to_year,
)
from styrledger.times import PartialDate, to_partial_date

UppdragStatus = Literal[
    "not_started",
    "ongoing",
    "delayed",
    "reported",
    "assessed_completed",
    "completed",
    "withdrawn",
    "unknown",
]
"""How far an uppdrag is said to have come; ``unknown`` is what a source leaves open."""

Reporter = Literal["administration", "board", "council"]
"""Who says so: förvaltningen, nämnden or fullmäktige."""

UppdragOutcome = Literal["completed", "withdrawn", "rejected"]
"""How an uppdrag ended: fullgjort, återtaget or avslaget."""


def to_status(value: UppdragStatus) -> UppdragStatus:
    """Check a status."""
    return chosen(value, UppdragStatus)


def to_reporter(value: Reporter) -> Reporter:
    """Check who reports."""
    return chosen(value, Reporter)


def to_outcome(value: UppdragOutcome) -> UppdragOutcome:
    """Check how an uppdrag ended."""
    return chosen(value, UppdragOutcome)


def to_units(value: str | Iterable[str]) -> tuple[str, ...]:
    """Accept one unit's code or several, in the order in which they are named."""
    one_or_more = "a unit's code, or a list of them"
    given = [value] if isinstance(value, str) else listed(value, one_or_more)
    codes = tuple(map(to_code, given))
    if not codes:
        raise ValueRefused(Fault("it is empty", one_or_more))
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice is not None:
        raise ValueRefused(Fault(f"{twice!r} is named twice", "each unit once"))
    return codes


def to_count(value: int) -> int:
    """Check a number of things: a whole number, zero or more."""
    return _count(value)


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueRefused(Fault(f"{quoted(value)} is not a count", "a whole number such as 17"))
    return value


@attrs.frozen(slots=False, eq=False, repr=False)
class UppdragEvent(Event):
    """An event about one uppdrag, by its id (``2020 KS 1``)."""

    uppdrag: str = attrs.field(converter=to_line)

    def stream(self) -> str:
        return subjects.uppdrag(self.uppdrag)

    def refers(self) -> tuple[Reference, ...]:
        return (Reference("uppdrag", "uppdrag", self.uppdrag),)


@attrs.frozen(slots=False, eq=False, repr=False)
class UppdragGiven(UppdragEvent):
    """An uppdrag is given; the decision's body is its giver, which never changes.

    ``responsible`` carries it out: one unit or several. ``list`` names the list that the giver
    or a report counts it in, and ``financing`` how it is paid for.
    """

    type: ClassVar[str] = "uppdrag.given"
    title: str = attrs.field(converter=to_line)
    responsible: tuple[str, ...] = attrs.field(converter=to_units)
    due: PartialDate | None = attrs.field(default=None, converter=optional(to_partial_date))
    financing: str | None = attrs.field(default=None, converter=optional(to_prose))
    list: str | None = attrs.field(default=None, converter=optional(to_line))

    def defines(self) -> tuple[str, str]:
        return ("uppdrag", self.uppdrag)

    def refers(self) -> tuple[Reference, ...]:
        return _responsible(self.responsible)


@attrs.frozen(slots=False, eq=False, repr=False)
class UppdragReported(UppdragEvent):
    """Someone says how far an uppdrag has come; ``label`` is the source's own word for it.

    No report closes an uppdrag, whatever it says: the giver does.
    """

    type: ClassVar[str] = "uppdrag.reported"
    status: UppdragStatus = attrs.field(converter=to_status)
    by: Reporter = attrs.field(converter=to_reporter)
    label: str | None = attrs.field(default=None, converter=optional(to_line))
    comment: str | None = attrs.field(default=None, converter=optional(to_prose))


@attrs.frozen(slots=False, eq=False, repr=False)
class UppdragReassigned(UppdragEvent):
    """Others carry out an uppdrag from the effective date; who gave it stays."""

    type: ClassVar[str] = "uppdrag.reassigned"
    responsible: tuple[str, ...] = attrs.field(converter=to_units)

    def refers(self) -> tuple[Reference, ...]:
        return (*UppdragEvent.refers(self), *_responsible(self.responsible))


@checked
@attrs.frozen(slots=False, eq=False, repr=False)
class UppdragMerged(UppdragEvent):
    """An uppdrag lives on in another, and is counted as one with it."""

    type: ClassVar[str] = "uppdrag.merged"
    remembered: ClassVar[bool] = True
    into: str = attrs.field(converter=to_line)

    def check(self) -> None:
        if self.into == self.uppdrag:
            raise ValueRefused(
                Fault(f"{self.into!r} is the uppdrag itself", "another uppdrag", field="into")
            )

    def subjects(self) -> tuple[str, ...]:
        return (self.stream(), subjects.uppdrag(self.into))

    def refers(self) -> tuple[Reference, ...]:
        return (*UppdragEvent.refers(self), Reference("into", "uppdrag", self.into))

    def contradictions(self, earlier: Earlier) -> Iterator[Fault]:
        way = _way(self.into, self.uppdrag, earlier)
        if way:
            chain = " into ".join(map(repr, way))
            yield Fault(
                f"a ring of merges: {chain} already",
                "an uppdrag that is not merged into this one",
                "withdraw the earlier merge if it was wrong",
                field="into",
            )


@attrs.frozen(slots=False, eq=False, repr=False)
class UppdragClosed(UppdragEvent):
    """A body closes an uppdrag; only where ``by`` is its giver is it closed."""

    type: ClassVar[str] = "uppdrag.closed"
    outcome: UppdragOutcome = attrs.field(converter=to_outcome)
    by: str = attrs.field(converter=to_code)

    def refers(self) -> tuple[Reference, ...]:
        return (*UppdragEvent.refers(self), Reference("by", "unit", self.by))


@checked
@attrs.frozen(slots=False, eq=False, repr=False)
class UppdragCountStated(Event):
    """How many uppdrag a document says there are; it changes nothing and is checked.

    It is about those that ``giver`` gave, in the year ``year``, of the list ``list``; what is
    left out does not narrow it. ``completed`` counts those called done, by whomever, and
    ``ongoing`` those that are not.
    """

    type: ClassVar[str] = "uppdrag.count_stated"
    year: int | None = attrs.field(default=None, converter=optional(to_year))
    giver: str | None = attrs.field(default=None, converter=optional(to_code))
    list: str | None = attrs.field(default=None, converter=optional(to_line))
    total: int | None = attrs.field(default=None, converter=optional(to_count))
    completed: int | None = attrs.field(default=None, converter=optional(to_count))
    ongoing: int | None = attrs.field(default=None, converter=optional(to_count))

    def check(self) -> None:
        if self.total is None and self.completed is None and self.ongoing is None:
            raise ValueRefused(
                Fault("nothing is counted", "total, completed or ongoing", field="total")
            )

    def stream(self) -> str:
        return subjects.UPPDRAG_COUNTS

    def refers(self) -> tuple[Reference, ...]:
        return () if self.giver is None else (Reference("giver", "unit", self.giver),)


def _responsible(codes: tuple[str, ...]) -> tuple[Reference, ...]:
    return tuple(Reference("responsible", "unit", code) for code in codes)


def _way(start: str, end: str, earlier: Earlier) -> list[str]:
    """Return the uppdrag from one to another along merges, nothing where there is no way."""
    ways = [[start]]
    seen = {start}
    while ways:
        way = ways.pop()
        if way[-1] == end:
            return way
        for event in earlier(subjects.uppdrag(way[-1])):
            if (
                isinstance(event, UppdragMerged)
                and event.uppdrag == way[-1]
                and event.into not in seen
            ):
                seen.add(event.into)
                ways.append([*way, event.into])
    return []
