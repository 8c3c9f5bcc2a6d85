"""What the ledger refuses: entries that cannot be understood in the light of earlier ones.

Facts that were wrong in law or form are recorded and flagged later; only what names something
unknown, or contradicts itself, is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import cast

import attrs

from styrledger import stored
from styrledger.errors import Fault, nearest
from styrledger.events.base import Earlier, Event
from styrledger.events.corrections import Amendment, EntryCorrected
from styrledger.events.decisions import DecisionAnnulled, DecisionConditionMet, DecisionEvent
from styrledger.events.entry import Entry
from styrledger.references import DecisionRef

MOST_DIGITS = 18
"""More digits than this are no position."""

LAST_BIT = 999
"""Paragraphs after it are kept by themselves: a bit far out takes all those below it."""

Names = Mapping[str, AbstractSet[str]]
"""The names that entries may use, by kind."""


@attrs.frozen
class Past:
    """What was in the ledger, and in its views, after an entry."""

    head: int
    names: Names
    position_of_key: Callable[[str], int | None]
    knows_decision: Callable[[str], bool]
    events: Callable[[str], Iterable[Event]]


@attrs.frozen
class Verdict:
    """What became of one entry: refused for ``faults``, known at ``already``, or fine."""

    faults: tuple[Fault, ...] = ()
    already: int | None = None


FINE = Verdict()


class Decisions:
    """Decisions by their keys: those of a meeting in one number, a bit for each paragraph.

    Whole files are decided in one commit, and nearly all their entries rest on decisions.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._paragraphs: dict[tuple[str | None, str], int] = {}
        self._others: set[str] = set()

    def add(self, decision: DecisionRef) -> None:
        """Remember a decision."""
        date, paragraph = decision.date, decision.paragraph or 0
        if date is not None and _is_usual(decision, paragraph):
            meeting = decision.body, date.text
            self._paragraphs[meeting] = self._paragraphs.get(meeting, 0) | 1 << paragraph
        else:
            self._others.add(decision.key)

    def __contains__(self, decision: DecisionRef) -> bool:
        """Tell whether one with the same key was added."""
        date, paragraph = decision.date, decision.paragraph or 0
        if date is not None and _is_usual(decision, paragraph):
            return self._paragraphs.get((decision.body, date.text), 0) >> paragraph & 1 == 1
        return decision.key in self._others


def _is_usual(decision: DecisionRef, paragraph: int) -> bool:
    return 0 < paragraph <= LAST_BIT and decision.last_paragraph is None


class Deciding:
    """Decides one entry after another, each in the light of those accepted before it."""

    def __init__(self, past: Past) -> None:
        self._past = past
        self._next = past.head + 1
        self._entry_at: Callable[[int], Entry | None] = lambda _: None
        self.only_adds = True
        """False from the first entry on that undoes what a later one asks for: it is known here."""
        self._names: dict[str, set[str]] = {}
        self._keys: dict[str, int] = {}
        self._refused: set[str] = set()
        self._events: dict[str, list[Event]] = {}
        self._decisions = Decisions()

    @property
    def head(self) -> int:
        """The position of the last entry that was accepted."""
        return self._next - 1

    @property
    def since(self) -> int:
        """The position after which entries are known from here, and not from the views."""
        return self._past.head

    def begin(self, entry_at: Callable[[int], Entry | None]) -> None:
        """Begin a commit, given what finds the entries of the ledger and of the commit."""
        self._entry_at = entry_at

    def decide(self, entry: Entry) -> Verdict:
        """Return what becomes of an entry; an accepted one is part of the past from then on."""
        if entry.key is not None:
            position = self._position_of_key(entry.key)
            if position is not None:
                return self._repeated(entry, position)
        faults = self._faults(entry)
        if not faults:
            self._accept(entry)
        elif entry.key is not None:
            self._refused.add(entry.key)
        # What a refused entry introduces is taken as known, not to refuse all that follows.
        self._introduce(entry)
        return Verdict(tuple(fault.at(entry.where) for fault in faults)) if faults else FINE

    def stream(self, entry: Entry) -> str:
        """Return the stream of an accepted entry; a correction's is that of its target."""
        about = [entry, *self._targets(entry)][-1] if entry.event.amends else entry
        return about.event.placed(about.decision).stream()

    def _repeated(self, entry: Entry, position: int) -> Verdict:
        before = self._entry_at(position)
        if before is not None and stored.content(before) == stored.content(entry):
            return Verdict(already=position)
        fault = Fault(
            f"{entry.key!r} was recorded as #{position} with other content",
            "a new key, or the same content",
            "record a correction of it instead",
            field="key",
        )
        return Verdict((fault.at(entry.where),))

    def _accept(self, entry: Entry) -> None:
        if entry.key is not None:
            self._keys[entry.key] = self._next
        self.only_adds = self.only_adds and not self._undoes(entry)
        self._next += 1
        held = _held(entry)
        if held.event.remembered:
            event = held.event.placed(held.decision)
            for subject in event.subjects():
                self._events.setdefault(subject, []).append(event)

    def _undoes(self, entry: Entry) -> bool:
        """Tell whether an entry takes away a name, a decision or an event that others ask for.

        A correction of figures does not.
        """
        if not entry.event.amends:
            return False
        if not isinstance(entry.event, EntryCorrected):
            return True
        before = [*map(_held, self._targets(entry))]
        decisions = {one.decision and one.decision.key for one in (_held(entry), *before)}
        return len(decisions) > 1 or any(
            one.event.remembered or one.event.defines() is not None for one in before
        )

    def _earlier(self, subject: str) -> Iterator[Event]:
        yield from self._past.events(subject)
        yield from self._events.get(subject, ())

    def _earlier_than(self, targets: Sequence[Entry]) -> Callable[[str], Iterator[Event]]:
        """Return what finds all that stands but what a replacement takes the place of."""
        gone = [one.event.placed(one.decision) for one in map(_held, targets)]
        return lambda subject: (event for event in self._earlier(subject) if event not in gone)

    def _introduce(self, entry: Entry) -> None:
        counted = _held(entry)
        defined = counted.event.defines()
        if defined is not None:
            kind = f"{defined[0]}?" if counted.stage == "proposed" else defined[0]
            self._names.setdefault(kind, set()).add(defined[1])
        if counted.decision is not None and not counted.event.amends:
            self._decisions.add(counted.decision)

    def _faults(self, entry: Entry) -> list[Fault]:
        found = self._unknown_names(entry)
        event = entry.event
        defined = event.defines()
        if defined is not None and self._takes(entry) and self._taken(*defined):
            kind, name = defined
            fault = Fault(
                f"{name!r} is registered already",
                f"a new {kind}",
                "correct the earlier entry if it was wrong",
                field=kind,
            )
            found.append(fault)
        if event.amends:
            found += self._wrong_amendment(cast("Entry[Amendment]", entry))
        found += self._contradicted(entry, self._earlier)
        return found

    def _unknown_names(self, entry: Entry) -> list[Fault]:
        found = [
            self._unknown(reference.kind, reference.name, reference.field)
            for reference in entry.event.refers()
            if not self._knows(reference.kind, reference.name)
        ]
        for field, decision in _decisions(entry):
            if decision.body is not None and not self._knows("unit", decision.body):
                found.append(self._unknown("unit", decision.body, f"{field}.body"))
        return found

    def _unknown(self, kind: str, name: str, field: str) -> Fault:
        known = {*self._past.names.get(kind, ()), *self._names.get(kind, ())}
        todo = "register it first" if kind == "unit" else "record it first"
        return Fault(f"unknown {kind} {name!r}", nearest(name, known), todo, field=field)

    def _wrong_amendment(self, entry: Entry[Amendment]) -> Iterator[Fault]:
        event = entry.event
        if event.target in self._refused:
            return
        targets = self._targets(entry)
        if not targets:
            yield Fault(
                f"{event.target!r} is not in the ledger",
                f"the key of an entry, or a position from #1 to #{self._next - 1}",
                field="target",
            )
        elif isinstance(event, EntryCorrected):
            yield from self._wrong_replacement(event.replacement, targets)

    def _wrong_replacement(self, replacement: Entry, targets: Sequence[Entry]) -> Iterator[Fault]:
        for fault in self._unknown_names(replacement):
            yield fault.at(field="replacement")
        for fault in self._contradicted(replacement, self._earlier_than(targets)):
            yield fault.at(field="replacement")
        if replacement.key is not None and replacement.key not in {one.key for one in targets}:
            yield Fault(
                f"{replacement.key!r} is not the target's key",
                "no key, or the same one",
                "leave it out",
                field="replacement.key",
            )
        defined = replacement.event.defines()
        defined_before = {_held(target).event.defines() for target in targets}
        changed = defined not in defined_before and self._takes(replacement)
        if defined is not None and changed and self._taken(*defined):
            yield Fault(
                f"{defined[1]!r} is registered already",
                f"a new {defined[0]}",
                field=f"replacement.{defined[0]}",
            )

    def _targets(self, entry: Entry) -> list[Entry]:
        """Return what an amendment acts on, what that acts on, and so on to the original."""
        found: list[Entry] = []
        while isinstance(entry.event, Amendment):
            position = self._target(entry.event)
            target = None if position is None else self._entry_at(position)
            if target is None:
                return found
            found.append(target)
            entry = target
        return found

    def _contradicted(self, entry: Entry, earlier: Earlier) -> Iterable[Fault]:
        contradictions = entry.event.placed(entry.decision).contradictions(earlier)
        if isinstance(entry.event, (DecisionAnnulled, DecisionConditionMet)):
            return [*self._unknown_decision(entry.event.target), *contradictions]
        return contradictions

    def _unknown_decision(self, target: DecisionRef) -> Iterator[Fault]:
        if target.body is not None and not self._knows("unit", target.body):
            return  # that is the fault to tell
        if target not in self._decisions and not self._past.knows_decision(target.key):
            yield Fault(
                f"no entry rests on {str(target)!r}",
                "a decision that is in the ledger",
                "record the decision first",
                field="target",
            )

    def _target(self, event: Amendment) -> int | None:
        by_key = self._position_of_key(event.target)
        if by_key is not None:
            return by_key
        number = event.target.removeprefix("#")
        if number == event.target or not (number.isascii() and number.isdigit()):
            return None
        position = int(number) if len(number) <= MOST_DIGITS else 0
        return position if 0 < position < self._next else None

    def _position_of_key(self, key: str) -> int | None:
        return self._keys[key] if key in self._keys else self._past.position_of_key(key)

    def _takes(self, entry: Entry) -> bool:
        return not entry.event.renewable and entry.stage != "proposed"

    def _taken(self, kind: str, name: str) -> bool:
        return name in self._names.get(kind, ()) or name in self._past.names.get(kind, ())

    def _knows(self, kind: str, name: str) -> bool:
        return self._taken(kind, name) or self._taken(f"{kind}?", name)


def _held(entry: Entry) -> Entry:
    """Return what an entry puts in its slot: itself, or the replacement in a correction."""
    return entry.event.replacement if isinstance(entry.event, EntryCorrected) else entry


def _decisions(entry: Entry) -> list[tuple[str, DecisionRef]]:
    """Return the decisions that an entry names, with their fields."""
    named = [] if entry.decision is None else [("decision", entry.decision)]
    return (
        [*named, ("target", entry.event.target)]
        if isinstance(entry.event, DecisionEvent)
        else named
    )
