"""The audit trail of one subject: everything ever recorded about it, in order of recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol, Self

import attrs

from styrledger import subjects
from styrledger.codec import write_entry
from styrledger.errors import UnknownName
from styrledger.events.corrections import Amendment
from styrledger.events.decisions import DecisionEvent
from styrledger.events.entry import Recorded
from styrledger.links import Link, standing
from styrledger.times import instant


@attrs.frozen
class Trailed:
    """One entry of a trail, and what has become of it as known.

    ``acts_on`` is the position that a correction or withdrawal is about. ``replaced_by`` is
    the position of what stands in the entry's place, ``withdrawn`` that nothing does.
    """

    recorded: Recorded
    acts_on: int | None
    replaced_by: int | None
    withdrawn: bool

    @property
    def stands(self) -> bool:
        """True where the entry is neither replaced, withdrawn nor undone."""
        return self.replaced_by is None and not self.withdrawn

    def as_dict(self) -> dict[str, Any]:
        """Return the entry as JSON answers show it."""
        return {
            **recorded_dict(self.recorded),
            "acts_on": self.acts_on,
            "replaced_by": self.replaced_by,
            "withdrawn": self.withdrawn,
        }


def recorded_dict(recorded: Recorded) -> dict[str, Any]:
    """Return an entry as JSON answers show it: its place in the log, then its record form."""
    return {
        "position": recorded.position,
        "recorded_at": instant(recorded.recorded_at),
        "by": recorded.by,
        "entry": write_entry(recorded.entry),
    }


class Entries(Protocol):
    """Where a trail finds entries: the view file of a ledger, or one that is watched."""

    def touched(self, subject: str) -> Sequence[int]:
        """Return the positions of all that was ever filed under a subject, sorted."""
        ...

    def recorded(self, position: int) -> tuple[Recorded, ...]:
        """Return what is recorded at a position."""
        ...

    def subjects(self, pattern: str, known: int) -> Sequence[str]:
        """Return the subjects that match a GLOB pattern under which something stood."""
        ...

    def slot_of(self, position: int) -> int:
        """Return the slot that an entry, or a correction of it, belongs to."""
        ...

    def links(self, slot: int) -> Sequence[Link]:
        """Return the corrections and withdrawals of a slot."""
        ...


def trail(view: Entries, subject: str, known: int) -> tuple[Trailed, ...]:
    """Return what was recorded about a subject up to a position, and what became of it.

    Raises:
        UnknownName: nothing was, or the subject is not written as subjects are.
    """
    about = {position for position in view.touched(subject) if position <= known}
    if not about:
        kind = "subject"
        raise UnknownName(kind, subject, view.subjects("*", known))
    found = [recorded for position in sorted(about) for recorded in view.recorded(position)]
    decisions = {one.entry.decision.key for one in found if one.entry.decision is not None}
    lives = {at for key in decisions for at in _life(view, key) if at <= known}
    found += [one for position in lives - about for one in view.recorded(position)]
    found.sort(key=lambda recorded: recorded.position)
    slots = {recorded.position: view.slot_of(recorded.position) for recorded in found}
    told = {slot: _Slot.of(view, slot, known) for slot in {*slots.values()}}
    return tuple(_trailed(told[slots[recorded.position]], recorded) for recorded in found)


def _life(view: Entries, decision: str) -> list[int]:
    """Return where it is told what became of a decision."""
    return [
        position
        for position in view.touched(subjects.decision(decision))
        if isinstance(view.recorded(position)[0].entry.event, DecisionEvent)
    ]


@attrs.frozen
class _Slot:
    """What stands in the place of one entry, and all that acted on it."""

    stands: int | None
    targets: Mapping[int, int]
    """What each correction or withdrawal is about, by position."""

    @classmethod
    def of(cls, view: Entries, slot: int, known: int) -> Self:
        """Look it up, as known after a position."""
        links = [link for link in view.links(slot) if link.position <= known]
        return cls(standing(slot, links), {link.position: link.target for link in links})

    @cached_property
    def acted_on(self) -> frozenset[int]:
        """The positions that something is about."""
        return frozenset(self.targets.values())


def _trailed(slot: _Slot, recorded: Recorded) -> Trailed:
    position, event = recorded.position, recorded.entry.event
    acts_on = slot.targets.get(position)
    if isinstance(event, Amendment) and event.type == "entry.withdrawn":
        return Trailed(recorded, acts_on, None, withdrawn=position in slot.acted_on)
    replaced = None if slot.stands in {None, position} else slot.stands
    return Trailed(recorded, acts_on, replaced, withdrawn=slot.stands is None)
