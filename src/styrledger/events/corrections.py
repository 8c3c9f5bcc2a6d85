"""Putting right what was recorded wrong: the wrong entry keeps its place for ever."""

from __future__ import annotations

from typing import ClassVar, cast

import attrs

from styrledger.errors import Fault, ValueRefused
from styrledger.events.base import Event, to_line, to_prose
from styrledger.events.entry import Entry


@attrs.frozen(slots=False, eq=False, repr=False)
class Amendment(Event):
    """Acts on the entry ``target``, named by its key or as ``#position``."""

    amends: ClassVar[bool] = True
    target: str = attrs.field(converter=to_line)
    reason: str = attrs.field(converter=to_prose)

    def stream(self) -> str:
        return f"correction/{self.target}"

    def subjects(self) -> tuple[str, ...]:
        return ()


def to_replacement(entry: Entry) -> Entry:
    """Check the entry that takes the target's place: any entry but a correction."""
    if entry.event.amends:
        raise nested_amendment(type(entry.event))
    return entry


def nested_amendment(cls: type[Event]) -> ValueRefused:
    """Return the refusal of a replacement that is itself a correction or withdrawal."""
    return ValueRefused(
        Fault(
            f"the replacement is itself an {cls.type}",
            "the entry that should have been recorded",
            "correct the original target instead",
        )
    )


@attrs.frozen(slots=False, eq=False, repr=False)
class EntryCorrected(Amendment):
    """The target stops counting, as known from now on, and ``replacement`` counts instead.

    Correcting a target again, or its correction, replaces it again: the latest stands.
    """

    type: ClassVar[str] = "entry.corrected"
    replacement: Entry = attrs.field(converter=to_replacement)


@attrs.frozen(slots=False, eq=False, repr=False)
class EntryWithdrawn(Amendment):
    """The target stops counting, as known from now on.

    Withdrawing a correction undoes it, so that what it replaced counts again.
    """

    type: ClassVar[str] = "entry.withdrawn"


def replacement_of(event: Event) -> Entry | None:
    """Return the entry that a correction puts in its target's place, None for other events.

    It asks for the type, not the class: what is checked octet by octet has other classes.
    """
    return cast("EntryCorrected", event).replacement if event.type == EntryCorrected.type else None
