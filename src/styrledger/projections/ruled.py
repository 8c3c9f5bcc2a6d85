"""Rulings and what they are about: annulments and met conditions, found by decision.

A ledger may hold thousands of rulings, and a budget rests on few decisions that were ruled on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from styrledger.events.decisions import DecisionAnnulled, DecisionConditionMet
from styrledger.history import Fact
from styrledger.links import Link
from styrledger.subjects import RULINGS


class Filed(Protocol):
    """The view file, as far as rulings are found in it."""

    def touched(self, subject: str) -> list[int]:
        """Return the positions of all that was ever filed under a subject, sorted."""
        ...

    def slot_of(self, position: int) -> int:
        """Return the slot that an entry, or a correction of it, belongs to."""
        ...

    def links(self, slot: int) -> list[Link]:
        """Return the corrections and withdrawals of a slot, in order of position."""
        ...

    def standing_in(self, slot: int, known: int) -> list[Fact]:
        """Return what stood in the place of one entry as known after a position."""
        ...


class Ruled:
    """All rulings up to a position, by the slots that they stand in."""

    def __init__(self, view: Filed, head: int) -> None:
        self._view = view
        self._moments: dict[int, list[int]] = {}
        """The positions at which what stands in a slot changes, the first being the slot."""
        self._on: dict[str, set[int]] = {}
        """The slots by the decision that is ruled on."""
        self._by: dict[int, set[str]] = {}
        """The decisions by which a slot's rulings were made, and so can be undone."""
        for slot in {view.slot_of(at) for at in view.touched(RULINGS) if at <= head}:
            links = [link.position for link in view.links(slot) if link.position <= head]
            self._moments[slot] = [slot, *links]
            for moment in self._moments[slot]:
                for fact in view.standing_in(slot, moment):
                    self._note(slot, fact)

    def on(self, decisions: Iterable[str]) -> tuple[int, ...]:
        """Return the slots of the rulings on decisions, and of those that undo such a ruling."""
        found: set[int] = set()
        asked, seen = [*decisions], set[str]()
        while asked:
            key = asked.pop()
            if key not in seen:
                seen.add(key)
                new = self._on.get(key, set()) - found
                found |= new
                asked += (by for slot in new for by in self._by.get(slot, ()))
        return tuple(sorted(found))

    def moments(self, slots: Iterable[int]) -> dict[int, int]:
        """Return the positions at which what stands in slots changes, each with its slot."""
        return {moment: slot for slot in slots for moment in self._moments[slot]}

    def standing(self, slots: Iterable[int], known: int) -> dict[int, list[Fact]]:
        """Return the rulings that stood in slots as known after a position."""
        return {slot: self._view.standing_in(slot, known) for slot in slots if slot <= known}

    def _note(self, slot: int, fact: Fact) -> None:
        event, decision = fact.entry.event, fact.entry.decision
        if isinstance(event, (DecisionAnnulled, DecisionConditionMet)):
            self._on.setdefault(event.target.key, set()).add(slot)
            if decision is not None:
                self._by.setdefault(slot, set()).add(decision.key)
