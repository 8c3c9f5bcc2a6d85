"""What the order of recording tells: when each day's knowledge ended, and what was put right.

One pass through the log, which keeps days, corrections and what they are about, and no more.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import date

import attrs

from styrledger import subjects
from styrledger.events.corrections import Amendment, EntryCorrected, EntryWithdrawn
from styrledger.events.decisions import DecisionAnnulled, DecisionConditionMet
from styrledger.events.entry import Entry, Recorded
from styrledger.ledger import Ledger
from styrledger.links import Link, standing
from styrledger.report.scope import Scope
from styrledger.times import STOCKHOLM


@attrs.frozen
class Span:
    """Something that counts from ``since``, of which the ledger was told on ``told``."""

    since: date
    told: date

    @property
    def is_late(self) -> bool:
        """True where there were days on which it counted and was not known."""
        return self.told > self.since


@attrs.frozen
class Amended:
    """A correction or withdrawal, what stood before it, and in which entry's place it acts."""

    recorded: Recorded
    before: Recorded
    slot: int

    @property
    def old(self) -> Entry:
        """What the target says."""
        return content(self.before)

    @property
    def new(self) -> Entry | None:
        """What counts instead, None where nothing does."""
        event = self.recorded.entry.event
        return event.replacement if isinstance(event, EntryCorrected) else None


@attrs.frozen
class _Ruled:
    """The rulings about one decision, and the decisions that those rest on."""

    spans: set[Span] = attrs.Factory(set[Span])
    by: set[str] = attrs.Factory(set[str])


class Diary:
    """The days and the corrections of a log, as known at a position."""

    def __init__(
        self,
        ledger: Ledger,
        known: int,
        *,
        year: int,
        unit: str | None,
        progress: Callable[[int], object],
    ) -> None:
        """Read the log; of budgets only the days of one year's are kept."""
        self._scope = Scope(unit)
        self._ours = bytearray(known + 1)
        self.amended: list[Amended] = []
        self._year = year
        self._spans: dict[str, set[Span]] = {}
        self._decisions: dict[str, set[str]] = {}
        self._rulings: dict[str, _Ruled] = {}
        self._ends: list[tuple[date, int]] = []
        self._links: dict[int, list[Link]] = {}
        self._slots: dict[int, int] = {}
        self._said: dict[int, list[Entry]] = {}
        self._wanted: dict[str | int, Recorded | None] = {}
        for recorded in ledger.history(type="entry", known=known):
            self._want(recorded)
        for recorded in ledger.history(known=known):
            self._read(recorded)
            progress(1)

    def position_at(self, day: date) -> int:
        """Return how many entries the ledger held at the end of a day."""
        at = bisect_right(self._ends, day, key=lambda end: end[0])
        return self._ends[at - 1][1] if at else 0

    def concerns(self, position: int) -> bool:
        """Return whether the entry at a position concerns the unit that is asked about."""
        return bool(self._ours[position])

    def spans(self, subject: str) -> set[Span]:
        """Return from when each entry about a budget counts and was known."""
        return self._spans.get(subject, set())

    def rulings(self, subject: str) -> set[Span]:
        """Return the same of the rulings about a budget's decisions, and of rulings on those."""
        found: set[Span] = set()
        keys = set(self._decisions.get(subject, ()))
        left = [*keys]
        while left:
            ruled = self._rulings.get(left.pop())
            if ruled is not None:
                found |= ruled.spans
                left += ruled.by - keys
                keys |= ruled.by
        return found

    def fate(self, one: Amended) -> int | None:
        """Return the position of what stands where an amendment acts, None where nothing does."""
        return standing(one.slot, self._links[one.slot])

    def undone(self, one: Amended) -> bool:
        """Return whether another amendment withdrew this one."""
        position = one.recorded.position
        return any(link.withdraws and link.target == position for link in self._links[one.slot])

    def fates(self) -> dict[int, int | None]:
        """Return what stands in the place of each entry that was corrected or withdrawn."""
        return {slot: standing(slot, links) for slot, links in self._links.items()}

    def _want(self, recorded: Recorded) -> None:
        event = recorded.entry.event
        if isinstance(event, Amendment):
            target = event.target
            self._wanted[int(target[1:]) if target.startswith("#") else target] = None

    def _read(self, recorded: Recorded) -> None:
        position, entry = recorded.position, recorded.entry
        told = recorded.recorded_at.astimezone(STOCKHOLM).date()
        if self._ends and self._ends[-1][0] == told:
            self._ends.pop()
        self._ends.append((told, position))
        for name in (position, entry.key):
            if name is not None and name in self._wanted:
                self._wanted[name] = recorded
        event = entry.event
        if isinstance(event, Amendment):
            self._amend(recorded, event, told)
            return
        self._ours[position] |= self._scope.takes(entry)
        self._file(entry, told)

    def _amend(self, recorded: Recorded, event: Amendment, told: date) -> None:
        target = int(event.target[1:]) if event.target.startswith("#") else event.target
        before = self._wanted[target]
        if before is None:
            raise TypeError(recorded)
        slot = self._slots.get(before.position, before.position)
        self._slots[recorded.position] = slot
        withdraws = isinstance(event, EntryWithdrawn)
        link = Link(recorded.position, before.position, slot, withdraws)
        self._links.setdefault(slot, []).append(link)
        amended = Amended(recorded, before, slot)
        self.amended.append(amended)
        touched = [content(before), *([] if amended.new is None else [amended.new])]
        ours = [self._scope.takes(entry) for entry in touched]
        self._ours[recorded.position] = any(ours)
        # Whatever was ever said in the place may stand again, or no longer.
        said = self._said.setdefault(slot, [])
        said += (entry for entry in touched if entry not in said)
        for entry in said:
            self._file(entry, told)

    def _file(self, entry: Entry, told: date) -> None:
        event, decision = entry.event, entry.decision
        spans = _spans(entry, told)
        if isinstance(event, (DecisionAnnulled, DecisionConditionMet)):
            ruled = self._rulings.setdefault(event.target.key, _Ruled())
            ruled.spans.update(spans)
            ruled.by.update(() if decision is None else (decision.key,))
        for subject in event.subjects():
            asked = subjects.asked_budget(subject)
            if asked is not None and asked[1] == self._year:
                self._spans.setdefault(subject, set()).update(spans)
                if decision is not None:
                    self._decisions.setdefault(subject, set()).add(decision.key)


def content(recorded: Recorded) -> Entry:
    """Return what an entry says counts: for a correction, its replacement."""
    event = recorded.entry.event
    return event.replacement if isinstance(event, EntryCorrected) else recorded.entry


def _spans(entry: Entry, told: date) -> set[Span]:
    day = entry.counts_from
    return set() if day is None else {Span(day.last, told)}
