"""One commit: entries are decided one by one and stored in pages, all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import attrs

from styrledger import subjects
from styrledger.deciding import Deciding, Past
from styrledger.errors import EntriesRefused, Fault
from styrledger.events.entry import Entry, Recorded
from styrledger.projections.runner import Runner
from styrledger.store import Placed, Writer

PAGE = 1000


@attrs.frozen
class Unreadable:
    """A place in a file where no entry could be read, and why."""

    faults: tuple[Fault, ...]


@attrs.frozen
class Ready:
    """An entry that was read elsewhere, with the octets that are stored of it."""

    entry: Entry
    octets: bytes


Piece = Entry | Ready | Unreadable
"""What a file holds: an entry, or a place where there is none to be read."""


@attrs.frozen
class Recording:
    """What one commit did: the new positions (None: none were new) and how many were known."""

    recorded: int
    first: int | None
    last: int | None
    already: int
    recorded_at: datetime | None


class Deciders:
    """Gives each commit what decides on its entries, in the light of all before them.

    Where one writer goes on, what it added is still known: it need not be filed before the next
    commit, but when somebody asks, or when there is a page of it.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._last: Deciding | None = None

    def at(self, head: int) -> Deciding:
        """Return what decides after the entry at a position, the last one of the log."""
        last, self._last = self._last, None
        if last is not None and self._goes_on(last, head):
            return last
        self._runner.catch_up(head)
        runner = self._runner
        return Deciding(
            Past(
                head=head,
                names=runner.names(),
                position_of_key=runner.position_of_key,
                knows_decision=lambda key: bool(runner.facts(subjects.decision(key), head)),
                events=lambda under: (fact.entry.event for fact in runner.facts(under, head)),
            )
        )

    def keep(self, deciding: Deciding) -> None:
        """Keep what decided on a commit that is in the log, for the next."""
        self._last = deciding

    def _goes_on(self, last: Deciding, head: int) -> bool:
        """Tell whether nobody else has recorded or filed anything since."""
        same = last.head == head and self._runner.holds(last.since)
        return same and last.only_adds and head - last.since < PAGE


class Commit:
    """Decides and stores the entries of one transaction; memory does not grow with them."""

    def __init__(
        self,
        writer: Writer,
        deciding: Deciding,
        by: str | None,
        keep: Callable[[Recorded | int], object] | None,
    ) -> None:
        """Begin at the writer's head; ``keep`` gets every entry recorded, or its old position."""
        self._writer, self._by, self._keep = writer, by, keep
        self._head = writer.head
        self._page: list[Placed] = []
        self._deciding = deciding
        deciding.begin(self._entry_at)

    def record(self, entries: Iterable[Piece]) -> Recording:
        """Store all entries.

        Raises:
            EntriesRefused: with every fault of every entry, after all were looked at.
        """
        faults: list[Fault] = []
        already = 0
        for piece in entries:
            if isinstance(piece, Unreadable):
                faults += piece.faults
                continue
            entry, octets = (
                (piece.entry, piece.octets) if isinstance(piece, Ready) else (piece, None)
            )
            verdict = self._deciding.decide(entry)
            faults += verdict.faults
            if verdict.already is not None:
                already += 1
                self._flush()
                if self._keep is not None:
                    self._keep(verdict.already)
            elif not verdict.faults:
                self._page.append(Placed(self._deciding.stream(entry), entry, octets))
                if len(self._page) == PAGE:
                    self._flush()
        self._flush()
        if faults:
            raise EntriesRefused(faults)
        count = self._writer.head - self._head
        return Recording(
            recorded=count,
            first=self._head + 1 if count else None,
            last=self._writer.head if count else None,
            already=already,
            recorded_at=self._writer.now if count else None,
        )

    def _flush(self) -> None:
        page, by, now = self._page, self._by, self._writer.now
        before = self._writer.append(page, by)
        if self._keep is not None:
            for position, placed in enumerate(page, before + 1):
                self._keep(Recorded(position, now, placed.entry, by))
        page.clear()

    def _entry_at(self, position: int) -> Entry | None:
        waiting = position - self._writer.head - 1
        if 0 <= waiting < len(self._page):
            return self._page[waiting].entry
        return self._writer.entry_at(position)
