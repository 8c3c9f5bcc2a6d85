"""What is summed up of one budget: its balances, entry by entry, over a stretch of the log."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Protocol

from styrledger import stored, subjects
from styrledger.events.entry import Recorded
from styrledger.history import Fact, facts_at, facts_under, filed_under
from styrledger.links import Link, standing
from styrledger.projections.balances import Balances, Version
from styrledger.projections.ruled import Filed, Ruled

ABOUT = """
SELECT o.name, o.state FROM filed JOIN octets AS o USING (position)
WHERE subject = ? AND position > ? AND position <= ? ORDER BY position
"""

Between = tuple[int, int]
"""A stretch of the log: after the first position, up to and with the second."""


class Facts(Filed, Protocol):
    """The view file, as far as budgets are read from it."""

    connection: sqlite3.Connection

    def facts(self, subject: str, known: int) -> list[Fact]:
        """Return what stood under a subject as known after a position."""
        ...

    def recorded(self, position: int) -> tuple[Recorded, ...]:
        """Return what is recorded at a position."""
        ...

    def ever(self, pattern: str) -> list[str]:
        """Return the subjects that match a GLOB pattern under which something ever stood."""
        ...


class Kept(Facts, Protocol):
    """The view file, as far as the sums need it."""

    def writing(self) -> AbstractContextManager[None]:
        """Group writes: all of them are kept, or none."""
        ...


def versions(
    view: Facts, ruled: Ruled, subject: str, between: Between, days: Mapping[str, Iterable[date]]
) -> Iterator[Version]:
    """Yield how the balances of a budget came to differ after each entry of a stretch of the log.

    ``days`` are those, by line, for which there were versions before it.
    """
    budget = subjects.asked_budget(subject)
    if budget is None:
        return
    since, head = between
    slots: dict[int, list[Fact]] = {}
    for fact in view.facts(subject, since):
        slots.setdefault(fact.slot, []).append(fact)
    new: dict[int, list[Fact]] = {}
    for fact in _filed(view, subject, between):
        new.setdefault(fact.position, []).append(fact)
    amended = {
        links[-1].position: (slot, _about(view, subject, slot, links))
        for slot, links in _amending(view, subject, between)
    }
    # What stood before and stands again is neither in the slots nor among what is new.
    again = (facts for _, facts in amended.values())
    decisions = (
        fact.entry.decision.key
        for facts in (*slots.values(), *new.values(), *again)
        for fact in facts
        if fact.entry.decision is not None
    )
    rulings = ruled.on({*decisions})
    known = Balances(*budget)
    known.resume(slots, ruled.standing(rulings, since), days)
    moments = ruled.moments(rulings)
    ruling = {position for position in moments if since < position <= head}
    for position in sorted(new.keys() | amended.keys() | ruling):
        if position in ruling:
            slot = moments[position]
            yield from known.rule(position, slot, view.standing_in(slot, position))
        if position in amended:
            yield from known.learn(position, *amended[position])
        elif position in new:
            yield from known.learn(position, position, new[position])


def _about(view: Facts, subject: str, slot: int, links: Sequence[Link]) -> list[Fact]:
    """Return what stood in the place of one entry, as far as it was about a subject."""
    at = standing(slot, links)
    if at is None:
        return []
    facts = facts_at(slot, view.recorded(at))
    return [fact for fact in facts if subject in filed_under(fact.entry)]


def _filed(view: Facts, subject: str, between: Between) -> Iterator[Fact]:
    """Yield the facts about a subject that were recorded in a stretch of the log."""
    for name, state in view.connection.execute(ABOUT, (subject, *between)).fetchall():
        parts = stored.decode(name, state)
        yield from facts_under(subject, parts[0].position, parts)


def _amending(view: Facts, subject: str, between: Between) -> Iterator[tuple[int, Sequence[Link]]]:
    """Yield the slots in which anything that was ever said of a subject was amended.

    Each comes as often as that happened, with all links in it up to then.
    """
    since, head = between
    (some,) = view.connection.execute(
        "SELECT EXISTS (SELECT 1 FROM links WHERE position > ? AND position <= ?)", (since, head)
    ).fetchone()
    if not some:
        return
    # What does not stand now may stand again: a withdrawal can be withdrawn.
    rows = view.connection.execute(
        "SELECT position FROM filed WHERE subject = ? AND position <= ?", (subject, head)
    )
    for slot in {view.slot_of(position) for (position,) in rows.fetchall()}:
        links = view.links(slot)
        for count, link in enumerate(links, 1):
            if since < link.position <= head:
                yield slot, links[:count]
