"""The audit trail of one subject: everything ever recorded about it, in order of recording."""

from __future__ import annotations

from typing import Any

import attrs

from styrledger import subjects
from styrledger.codec import write_entry
from styrledger.errors import UnknownName
from styrledger.events.corrections import Amendment
from styrledger.events.decisions import DecisionEvent
from styrledger.events.entry import Recorded
from styrledger.history import standing
from styrledger.projections.tables import ViewFile
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


def trail(view: ViewFile, subject: str, known: int) -> tuple[Trailed, ...]:
    """Return what was recorded about a subject up to a position, and what became of it.

    Raises:
        UnknownName: nothing was, or the subject is not written as subjects are.
    """
    about = {position for position in view.touched(subject) if position <= known}
    if not about:
        kind = "subject"
        raise UnknownName(kind, subject, view.subjects("*", known))
    found = [recorded for position in sorted(about) for recorded in view.recorded(position)]
    lives = {position for one in found for position in _life(view, one) if position <= known}
    found += [one for position in lives - about for one in view.recorded(position)]
    found.sort(key=lambda recorded: recorded.position)
    return tuple(_trailed(view, recorded, known) for recorded in found)


def _life(view: ViewFile, recorded: Recorded) -> list[int]:
    """Return where it is told what became of the decision that an entry rests on."""
    decision = recorded.entry.decision
    if decision is None:
        return []
    return [
        position
        for position in view.touched(subjects.decision(decision.key))
        if isinstance(view.recorded(position)[0].entry.event, DecisionEvent)
    ]


def _trailed(view: ViewFile, recorded: Recorded, known: int) -> Trailed:
    position, event = recorded.position, recorded.entry.event
    slot = view.slot_of(position)
    links = [link for link in view.links(slot) if link.position <= known]
    acts_on = next((link.target for link in links if link.position == position), None)
    stands = standing(slot, links)
    if isinstance(event, Amendment) and event.type == "entry.withdrawn":
        undone = any(link.target == position for link in links)
        return Trailed(recorded, acts_on, None, withdrawn=undone)
    replaced = None if stands in {None, position} else stands
    return Trailed(recorded, acts_on, replaced, withdrawn=stands is None)
