"""The entry: an event with its decision, its dates and where it was read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, Literal

import attrs
from attrs.converters import optional
from typing_extensions import TypeVar

from styrledger.errors import Fault, ValueRefused
from styrledger.events.base import (
    Event,
    Fields,
    checked,
    chosen,
    from_mapping,
    to_line,
    to_prose,
)
from styrledger.references import DecisionRef, to_decision
from styrledger.times import PartialDate, to_partial_date

Stage = Literal["decided", "proposed", "conditional"]
"""Decided counts; proposed never does; conditional counts once its condition is met."""

E_co = TypeVar("E_co", bound=Event, covariant=True, default=Event)


def to_stage(value: Stage) -> Stage:
    """Check a stage."""
    return chosen(value, Stage)


def to_page(value: str | int) -> str:
    """Accept a page as printed, or its number."""
    return to_prose(str(value) if isinstance(value, int) else value)


@attrs.frozen(slots=False, eq=False, repr=False)
class Source(Fields):
    """Where a fact was read, so that anyone can look it up."""

    document: str | None = attrs.field(default=None, converter=optional(to_prose))
    page: str | None = attrs.field(default=None, converter=optional(to_page))
    quote: str | None = attrs.field(default=None, converter=optional(to_prose))
    url: str | None = attrs.field(default=None, converter=optional(to_prose))
    sha256: str | None = attrs.field(default=None, converter=optional(to_prose))


def to_key(value: str) -> str:
    """Check a sender's own id; ``#`` begins a position."""
    key = to_line(value)
    if key.startswith("#"):
        raise ValueRefused(Fault(f"{key!r} looks like a position", "a key that begins otherwise"))
    return key


def to_source(value: Source | Mapping[str, Any]) -> Source:
    """Accept a source or a mapping of its fields."""
    if isinstance(value, Source):
        return value
    return from_mapping(Source, value, (field.name for field in attrs.fields(Source)))


@checked
@attrs.frozen(slots=False, eq=False, repr=False)
class Entry(Fields, Generic[E_co]):
    """One fact for the ledger: what happened, who decided it and from when it counts.

    ``effective`` defaults to the decision's date; it is required where there is none, but for
    corrections and withdrawals, which act on their target. ``key`` is the sender's own id:
    the same key with the same content is recorded once.
    """

    event: E_co
    decision: DecisionRef | None = attrs.field(default=None, converter=optional(to_decision))
    effective: PartialDate | None = attrs.field(default=None, converter=optional(to_partial_date))
    stage: Stage = attrs.field(default="decided", converter=to_stage, kw_only=True)
    condition: str | None = attrs.field(default=None, converter=optional(to_prose), kw_only=True)
    note: str | None = attrs.field(default=None, converter=optional(to_prose), kw_only=True)
    source: Source | None = attrs.field(
        default=None,
        converter=optional(to_source),
        kw_only=True,
        metadata={"nested": Source},
    )
    key: str | None = attrs.field(default=None, converter=optional(to_key), kw_only=True)
    where: str = attrs.field(default="", kw_only=True, eq=False, repr=False)
    """The place in a file that it was read from, for messages; it is not recorded."""

    def check(self) -> None:
        faults = [*self._undated(), *self._misstaged()]
        if faults:
            raise ValueRefused(*faults)

    def _undated(self) -> tuple[Fault, ...]:
        if self.counts_from is not None or self.event.amends:
            return ()
        return (
            Fault(
                "missing, and there is no dated decision",
                "the day from which it counts, such as 2020-02-10",
                "add effective, or a decision with its date",
                field="effective",
            ),
        )

    def _misstaged(self) -> tuple[Fault, ...]:
        if self.stage == "conditional":
            missing = [name for name in ("condition", "decision") if getattr(self, name) is None]
            return tuple(
                Fault("missing", f"the {name} of a conditional entry", field=name)
                for name in missing
            )
        if self.condition is not None:
            return (
                Fault(
                    f"a condition on an entry that is {self.stage}",
                    "stage 'conditional'",
                    "set the stage, or put the text in note",
                    field="condition",
                ),
            )
        return ()

    @property
    def counts_from(self) -> PartialDate | None:
        """The effective date, or the decision's; None only for corrections and withdrawals."""
        if self.effective is not None:
            return self.effective
        return None if self.decision is None else self.decision.date


@attrs.frozen(slots=False, eq=False, repr=False)
class Recorded(Fields, Generic[E_co]):
    """An entry as the ledger holds it: its place in the log, when and by whom (a role)."""

    position: int
    recorded_at: datetime
    entry: Entry[E_co]
    by: str | None = None
