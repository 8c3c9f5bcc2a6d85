"""Keeps the view file in step with the log: cursor and rows move together, or not at all."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from styrledger import stored
from styrledger.errors import StorageError
from styrledger.events.base import Event
from styrledger.events.corrections import Amendment, EntryCorrected, EntryWithdrawn
from styrledger.events.entry import Recorded
from styrledger.history import Fact, Link, facts_at, filed_under, standing
from styrledger.projections.tables import FOR_EVER, VERSION, Cursor, Values, ViewFile, definition
from styrledger.times import STOCKHOLM, instant

PAGE = 1000


class StoredRow(Protocol):
    """A stored entry, as the log hands it out."""

    @property
    def position(self) -> int:
        """Its place in the log."""
        ...

    @property
    def name(self) -> str:
        """The stored name of its event."""
        ...

    @property
    def state(self) -> bytes:
        """Its octets."""
        ...


class Source(Protocol):
    """The part of the log that a catch-up reads."""

    def rows(self, after: int = 0, limit: int = PAGE) -> Sequence[StoredRow]:
        """Return entries in order, those with a position above ``after``."""
        ...


class Runner:
    """The view file of one ledger, built when it is missing, stale or somebody else's."""

    def __init__(self, path: Path | None, ledger: str, log: Source) -> None:
        """Open the file at ``path`` (None: in memory) and throw it away where it is no use."""
        self._path, self._ledger, self._log = path, ledger, log
        self.view = self._opened()
        self.position = -1
        """How far the view file had come when it was last looked at; -1 before that."""
        self._names: dict[str, set[str]] | None = None

    def close(self) -> None:
        """Close the view file."""
        self.view.close()

    def catch_up(self, head: int) -> None:
        """File every entry up to the log's head.

        Raises:
            UnknownStoredName: the log holds an event type from a newer version.
            StorageError: the view file cannot be written.
        """
        if head == self.position:
            return
        with self._translated():
            while self._file_page():
                pass

    def names(self) -> dict[str, set[str]]:
        """Return the names that entries may use, by kind, as known at the last catch-up."""
        if self._names is None:
            self._names = self.view.definitions()
        return self._names

    def _file_page(self) -> bool:
        view = self.view
        with view.writing():
            cursor = view.cursor()
            at = 0 if cursor is None else cursor.position
            if at != self.position:
                self._names = None
            rows = self._log.rows(at, PAGE)
            if rows:
                self._file(rows)
                last = rows[-1]
                view.move(Cursor(self._ledger, VERSION, last.position, digest(last)))
                at = last.position
        self.position = at
        return len(rows) == PAGE

    def _file(self, rows: Iterable[StoredRow]) -> None:
        entries: list[Values] = []
        facts: list[Values] = []
        for row in rows:
            parts = stored.decode(row.name, row.state)
            entries.append(_entry_values(row, parts))
            event = parts[0].entry.event
            if isinstance(event, Amendment):
                self._flush(entries, facts)
                self._amend(parts, event)
            else:
                for fact in facts_at(row.position, parts):
                    facts.extend(_fact_values(fact, row.position))
                if event.defines() is not None:
                    self._names = None
        self._flush(entries, facts)

    def _flush(self, entries: list[Values], facts: list[Values]) -> None:
        self.view.add_entries(entries)
        self.view.add_facts(facts)
        entries.clear()
        facts.clear()

    def _amend(self, parts: Sequence[Recorded], event: Amendment) -> None:
        """Let what a correction or withdrawal leaves standing take over in its slot."""
        view, position = self.view, parts[0].position
        keyed = view.position_of_key(event.target)
        target = int(event.target.removeprefix("#")) if keyed is None else keyed
        slot = view.slot_of(target)
        before = standing(slot, view.links(slot))
        view.add_link(Link(position, target, slot, isinstance(event, EntryWithdrawn)))
        after = standing(slot, view.links(slot))
        self._names = None
        if before == after:
            return
        if before is not None:
            old = facts_at(slot, view.recorded(before))
            view.end_facts(
                slot, {under for fact in old for under in filed_under(fact.entry)}, position
            )
        if after is not None:
            new = facts_at(slot, view.recorded(after))
            view.add_facts(values for fact in new for values in _fact_values(fact, position))

    def _opened(self) -> ViewFile:
        with self._translated():
            try:
                view = ViewFile(self._path)
                if self._fits(view):
                    return view
                view.close()
            except sqlite3.DatabaseError as fault:
                if isinstance(fault, sqlite3.OperationalError):
                    raise
            self._remove()
            return ViewFile(self._path)

    def _fits(self, view: ViewFile) -> bool:
        cursor = view.cursor()
        if cursor is None:
            return True
        if (cursor.ledger, cursor.version) != (self._ledger, VERSION):
            return False
        last = self._log.rows(cursor.position - 1, 1)
        return [(row.position, digest(row)) for row in last] == [(cursor.position, cursor.digest)]

    def _remove(self) -> None:
        if self._path is not None:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)

    @contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as fault:
            raise StorageError.of(str(self._path or ":memory:"), str(fault)) from fault


def digest(row: StoredRow) -> bytes:
    """Return what tells a stored entry from any other at its position."""
    return hashlib.sha256(row.name.encode() + b"\0" + row.state).digest()


def _entry_values(row: StoredRow, parts: Sequence[Recorded]) -> Values:
    recorded = parts[0]
    entry, decision = recorded.entry, recorded.entry.decision
    effective = entry.counts_from
    recorded_on = recorded.recorded_at.astimezone(STOCKHOLM).date()
    units = dict.fromkeys(
        name for part in parts for kind, name in _names(part.entry.event) if kind == "unit"
    )
    return (
        row.position,
        instant(recorded.recorded_at),
        recorded.by,
        entry.key,
        entry.event.type,
        None if decision is None else decision.body,
        None if decision is None else decision.key,
        (recorded_on if effective is None else effective.last).isoformat(),
        entry.stage,
        "".join(f"/{unit}" for unit in units) + "/",
        row.name,
        row.state,
    )


def _names(event: Event) -> Iterator[tuple[str, str]]:
    """Yield the kind and name of all that an event introduces or uses."""
    if isinstance(event, EntryCorrected):
        yield from _names(event.replacement.event)
    defined = event.defines()
    if defined is not None:
        yield defined
    for reference in event.refers():
        yield reference.kind, reference.name


def _fact_values(fact: Fact, known_from: int) -> Iterator[Values]:
    defines = definition(fact.entry.event)
    for subject in filed_under(fact.entry):
        yield (subject, fact.slot, known_from, fact.part, fact.position, FOR_EVER, defines)
