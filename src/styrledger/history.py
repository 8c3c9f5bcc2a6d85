"""From the log to what counts: which entries stand as known, and which have taken effect.

This is the input of every fold, in order. Everything here is pure: no clock, no storage.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

import attrs

from styrledger import subjects
from styrledger.events.corrections import Amendment, EntryCorrected, EntryWithdrawn
from styrledger.events.decisions import DecisionAnnulled, DecisionConditionMet
from styrledger.events.entry import Entry, Recorded
from styrledger.links import Link, standing
from styrledger.subjects import RULINGS

Order = tuple[date, date, str, int, int, int]

NO_DECISION = (date.min, "", 0)
"""Where an entry without a decision stands among those of its day: first."""


@attrs.frozen
class Fact:
    """An entry that stands as known: neither withdrawn nor replaced.

    ``slot`` is the position of the entry in whose place it stands (its own, where nothing was
    corrected) and ``position`` where it was recorded. ``part`` numbers the events that one
    stored entry stands for after an upcast.
    """

    slot: int
    position: int
    recorded_at: datetime
    by: str | None
    entry: Entry
    part: int = 0


@attrs.frozen
class Counted:
    """A fact that has taken effect, and the day from which it counts."""

    fact: Fact
    since: date

    @property
    def order(self) -> Order:
        """Order of effect: day, decision date, body, paragraph number, position."""
        decision = self.fact.entry.decision
        day, body, paragraph = NO_DECISION if decision is None else decision.order
        return self.since, day, body, paragraph, self.fact.slot, self.fact.part


@attrs.frozen
class Pending:
    """A fact that does not count yet: proposed, or conditional on what has not happened."""

    fact: Fact


@attrs.frozen
class Rulings:
    """What later entries say of decisions: annulled from a day, condition met from a day."""

    annulled: Mapping[str, date] = attrs.field(factory=dict[str, date])
    met: Mapping[str, date] = attrs.field(factory=dict[str, date])


def facts(log: Iterable[Recorded], known: int) -> Iterator[Fact]:
    """Yield what stands as known after entry ``known``, by the plain definition.

    This is the reference: it reads the whole log. The view tables answer the same faster.
    """
    contents: dict[int, list[Recorded]] = {}
    keys: dict[str, int] = {}
    links: dict[int, list[Link]] = {}
    slot_of: dict[int, int] = {}
    for recorded in log:
        if recorded.position > known:
            continue
        parts = contents.setdefault(recorded.position, [])
        parts.append(recorded)
        if recorded.entry.key is not None:
            keys[recorded.entry.key] = recorded.position
        event = recorded.entry.event
        if not isinstance(event, Amendment):
            slot_of[recorded.position] = recorded.position
        elif len(parts) == 1:
            target = resolve(event.target, keys)
            slot = slot_of[recorded.position] = slot_of[target]
            withdraws = isinstance(event, EntryWithdrawn)
            links.setdefault(slot, []).append(Link(recorded.position, target, slot, withdraws))
    for slot in sorted(set(slot_of.values())):
        stands = standing(slot, links.get(slot, ()))
        if stands is not None:
            yield from facts_at(slot, contents[stands])


def resolve(target: str, keys: Mapping[str, int]) -> int:
    """Return the position that ``#12`` or a key names."""
    return keys[target] if target in keys else int(target.removeprefix("#"))


def facts_at(slot: int, contents: Sequence[Recorded]) -> Iterator[Fact]:
    """Yield the facts that one stored entry, or the replacement within it, stands for."""
    for part, recorded in enumerate(contents):
        event = recorded.entry.event
        entry = event.replacement if isinstance(event, EntryCorrected) else recorded.entry
        yield Fact(slot, recorded.position, recorded.recorded_at, recorded.by, entry, part)


def facts_under(subject: str, slot: int, contents: Sequence[Recorded]) -> Iterator[Fact]:
    """Yield those of the facts at a place that is filed under a subject that are about it."""
    facts = facts_at(slot, contents)
    if len(contents) == 1:
        return facts
    return (fact for fact in facts if subject in filed_under(fact.entry))


def rulings(standing_facts: Iterable[Fact], on: date, *, void_annulled: bool = False) -> Rulings:
    """Return what is annulled and which conditions are met on a day.

    An annulment that a later one annuls does not hold. With ``void_annulled`` a decision
    that is known to be annulled never counted at all.
    """
    chosen = [
        Counted(fact, _since(fact.entry))
        for fact in standing_facts
        if isinstance(fact.entry.event, (DecisionAnnulled, DecisionConditionMet))
        and fact.entry.stage == "decided"
    ]
    annulled: dict[str, date] = {}
    met: dict[str, date] = {}
    for ruling in sorted(chosen, key=lambda counted: counted.order, reverse=True):
        event, decision = ruling.fact.entry.event, ruling.fact.entry.decision
        if decision is not None and decision.key in annulled:
            continue
        if isinstance(event, DecisionAnnulled) and (void_annulled or ruling.since <= on):
            annulled[event.target.key] = ruling.since
        if isinstance(event, DecisionConditionMet) and ruling.since <= on:
            met[event.target.key] = ruling.since
    return Rulings(annulled, met)


def counting(standing_facts: Iterable[Fact], on: date, ruled: Rulings) -> list[Counted]:
    """Return the facts that have taken effect on a day, that day included, in order."""
    found: list[Counted] = []
    for fact in standing_facts:
        entry = fact.entry
        if entry.stage == "proposed" or is_annulled(entry, ruled):
            continue
        since = _since(entry)
        if entry.stage == "conditional":
            met = None if entry.decision is None else ruled.met.get(entry.decision.key)
            if met is None:
                continue
            since = max(since, met)
        if since <= on:
            found.append(Counted(fact, since))
    return sorted(found, key=lambda counted: counted.order)


def pending(standing_facts: Iterable[Fact], on: date, ruled: Rulings) -> list[Pending]:
    """Return what was proposed or conditionally decided by a day and does not count then."""
    found: list[Pending] = []
    for fact in standing_facts:
        entry = fact.entry
        if entry.stage == "decided" or is_annulled(entry, ruled) or _made(entry) > on:
            continue
        if entry.stage == "conditional" and entry.decision is not None:
            met = ruled.met.get(entry.decision.key)
            if met is not None and max(_since(entry), met) <= on:
                continue
        found.append(Pending(fact))
    return sorted(found, key=lambda found_one: (_made(found_one.fact.entry), found_one.fact.slot))


def is_annulled(entry: Entry, ruled: Rulings) -> bool:
    """Return whether an entry does not count because the decision it rests on is annulled."""
    if entry.decision is None or entry.event.proceedings:
        return False
    return entry.decision.key in ruled.annulled


def _since(entry: Entry) -> date:
    counts_from = entry.counts_from
    if counts_from is None:
        raise TypeError(entry)
    return counts_from.last


def _made(entry: Entry) -> date:
    """Return the day a proposal was made, which may be long before it would take effect."""
    decision = entry.decision
    return _since(entry) if decision is None or decision.date is None else decision.date.last


def filed_under(entry: Entry) -> tuple[str, ...]:
    """Return the subjects under which a fact is found again."""
    decision = entry.decision
    event = entry.event.placed(decision)
    under = event.subjects()
    if decision is not None:
        under = (*under, subjects.decision(decision.key))
    if event.rules:
        under = (*under, RULINGS)
    return under if len(under) == 1 or len({*under}) == len(under) else tuple(dict.fromkeys(under))
