"""Meetings: that they were held, what was taken up, and how the votes fell (KL 5:53-69).

No names of persons: who presided and took part is said by role.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, Literal, cast

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
    to_roles,
    to_subject,
)
from styrledger.references import DecisionRef
from styrledger.times import PartialDate, to_partial_date

ItemKind = Literal["information", "discussion", "decision", "proposal"]
"""What came of an item: it was reported, talked over, decided, or put forward to others."""

Side = Literal["yes", "no"]
"""A side of a vote; what it stood for is said beside it."""


def to_item_kind(value: ItemKind) -> ItemKind:
    """Check a kind of item."""
    return chosen(value, ItemKind)


def to_side(value: Side) -> Side:
    """Check a side of a vote."""
    return chosen(value, Side)


def to_item(value: str | int) -> str:
    """Check an item of an agenda: its number or paragraph, as text."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return to_line(str(value) if whole else cast("str", value))


def to_votes(value: int) -> int:
    """Check a number of persons: whole, and not below zero."""
    return _votes(value)


def _votes(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueRefused(Fault(f"{quoted(value)} is not a number of persons", "0 or more"))
    return value


def to_truth(value: bool) -> bool:  # noqa: FBT001 - a converter has one argument
    """Check a yes or no of the record form."""
    return _truth(value)


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueRefused(Fault(f"{quoted(value)} is neither true nor false", "true or false"))
    return value


def to_present(value: int | Sequence[str]) -> int | tuple[str, ...]:
    """Check who was present: how many, or the role of each, so that the roles can be counted."""
    if isinstance(value, (list, tuple)):
        return to_roles(value)
    return to_votes(cast("int", value))


def to_about(value: Sequence[str]) -> tuple[str, ...]:
    """Check what an item is about: subjects, written as in the audit trail."""
    return tuple(map(to_subject, listed(value, "a list such as ['uppdrag/2020 KS 1']")))


@attrs.frozen(slots=False, eq=False, repr=False)
class MeetingEvent(Event):
    """An event about one meeting, which a body and a date name."""

    proceedings: ClassVar[bool] = True
    body: str = attrs.field(converter=to_code)
    date: PartialDate = attrs.field(converter=to_partial_date)

    def stream(self) -> str:
        return subjects.meeting(self.body, str(self.date))

    def refers(self) -> tuple[Reference, ...]:
        return (Reference("body", "unit", self.body),)


@attrs.frozen(slots=False, eq=False, repr=False)
class MeetingHeld(MeetingEvent):
    """A body met. ``present`` is how many took part, or the role of each.

    ``date_printed`` keeps the date as the source prints it, where it leaves the year or the
    month to be concluded: such a meeting is flagged.
    """

    type: ClassVar[str] = "meeting.held"
    remembered: ClassVar[bool] = True
    chair_role: str | None = attrs.field(default=None, converter=optional(to_line))
    present: int | tuple[str, ...] | None = attrs.field(
        default=None, converter=optional(to_present)
    )
    date_printed: str | None = attrs.field(default=None, converter=optional(to_line))

    @property
    def number_present(self) -> int | None:
        """How many took part, None where the source does not say."""
        return len(self.present) if isinstance(self.present, tuple) else self.present

    def contradictions(self, earlier: Earlier) -> Iterator[Fault]:
        present = self.number_present
        votes = [one for one in earlier(self.stream()) if isinstance(one, VoteCounted)]
        most = max((vote.counted for vote in votes if vote.present is None), default=0)
        if present is not None and most > present:
            yield Fault(
                f"{most} voted, of {present} present",
                f"at least {most}",
                "correct the vote first if it was wrong",
                field="present",
            )


@attrs.frozen(slots=False, eq=False, repr=False)
class ItemMinuted(MeetingEvent):
    """A matter that a meeting took up. What was decided is in the entries that rest on it.

    ``item`` is its number or paragraph in the minutes. Each subject that the item is ``about``
    has it in its audit trail.
    """

    type: ClassVar[str] = "item.minuted"
    item: str = attrs.field(converter=to_item)
    kind: ItemKind = attrs.field(converter=to_item_kind)
    title: str = attrs.field(converter=to_line)
    text: str | None = attrs.field(default=None, converter=optional(to_prose))
    about: tuple[str, ...] | None = attrs.field(default=None, converter=optional(to_about))

    def subjects(self) -> tuple[str, ...]:
        return (self.stream(), *(self.about or ()))


@checked
@attrs.frozen(slots=False, eq=False, repr=False)
class VoteCounted(Event):
    """A vote: what a yes meant, how many said yes and no, and how many abstained.

    Which meeting and item it belongs to is said by ``body``, ``date`` and ``item``, or left to
    the entry's decision: then it belongs to that decision's meeting, and to the items that
    rest on the same decision. ``casting`` is the side that the chair's casting vote gave the
    tie to. ``refer_back`` is the side that stood for referring the matter back or tabling it,
    and ``referred_before`` that a minority had that done once already, so that it now takes a
    majority (KL 5:50). ``present`` is how many were present, those included who abstained,
    where it differs from the meeting's.
    """

    type: ClassVar[str] = "vote.counted"
    proceedings: ClassVar[bool] = True
    remembered: ClassVar[bool] = True
    yes_means: str = attrs.field(converter=to_prose)
    yes: int = attrs.field(converter=to_votes)
    no: int = attrs.field(converter=to_votes)
    abstained: int = attrs.field(default=0, converter=to_votes)
    casting: Side | None = attrs.field(default=None, converter=optional(to_side))
    no_means: str | None = attrs.field(default=None, converter=optional(to_prose))
    refer_back: Side | None = attrs.field(default=None, converter=optional(to_side))
    referred_before: bool | None = attrs.field(default=None, converter=optional(to_truth))
    present: int | None = attrs.field(default=None, converter=optional(to_votes))
    body: str | None = attrs.field(default=None, converter=optional(to_code))
    date: PartialDate | None = attrs.field(default=None, converter=optional(to_partial_date))
    item: str | None = attrs.field(default=None, converter=optional(to_item))

    def check(self) -> None:
        if self.present is not None and self.counted > self.present:
            raise ValueRefused(self._too_many(self.present))

    @property
    def counted(self) -> int:
        """How many votes there are, those of who abstained included."""
        return self.yes + self.no + self.abstained

    def placed(self, decision: DecisionRef | None) -> VoteCounted:
        if decision is None or (self.body is not None and self.date is not None):
            return self
        return attrs.evolve(self, body=self.body or decision.body, date=self.date or decision.date)

    def stream(self) -> str:
        return subjects.meeting(str(self.body), str(self.date))

    def subjects(self) -> tuple[str, ...]:
        return () if self.body is None or self.date is None else (self.stream(),)

    def refers(self) -> tuple[Reference, ...]:
        return () if self.body is None else (Reference("body", "unit", self.body),)

    def contradictions(self, earlier: Earlier) -> Iterator[Fault]:
        if self.body is None or self.date is None:
            yield from self._nowhere()
            return
        present = _most_present(earlier(self.stream())) if self.present is None else None
        if present is not None and self.counted > present:
            yield self._too_many(present)

    def _nowhere(self) -> Iterator[Fault]:
        for name in ("body", "date"):
            if getattr(self, name) is None:
                yield Fault(
                    "missing, and the entry has no decision that says it",
                    f"the {name} of the meeting",
                    f"add {name}, or the decision that was voted on",
                    field=name,
                )

    def _too_many(self, present: int) -> Fault:
        return Fault(
            f"{self.yes} yes, {self.no} no and {self.abstained} abstained are {self.counted}"
            f" votes of {present} present",
            f"at most {present}",
            "correct the vote, or who was present",
            field="yes",
        )


def _most_present(events: Iterable[Event]) -> int | None:
    """Return the largest number that a meeting's entries give, None where none does."""
    stated = [event.number_present for event in events if isinstance(event, MeetingHeld)]
    return max((number for number in stated if number is not None), default=None)
