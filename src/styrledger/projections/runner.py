"""Keeps the view file in step with the log: cursor and rows move together, or not at all."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TypeVar

from styrledger import files, stored
from styrledger.errors import LogDamaged
from styrledger.events.base import Event
from styrledger.events.corrections import Amendment, EntryCorrected, EntryWithdrawn
from styrledger.events.entry import Recorded
from styrledger.history import Fact, Link, facts_at, filed_under, standing
from styrledger.projections.tables import FOR_EVER, VERSION, Cursor, Values, ViewFile, definition
from styrledger.times import STOCKHOLM, instant
from styrledger.tree import CompactRange, Node, Octets, leaf_of, root_at

PAGE = 1000

T = TypeVar("T")


class StoredRow(Octets, Protocol):
    """A stored entry, as the log hands it out."""

    @property
    def position(self) -> int:
        """Its place in the log."""
        ...


class Source(Protocol):
    """The part of the log that a catch-up reads."""

    def rows(self, after: int = 0, limit: int = PAGE) -> Sequence[StoredRow]:
        """Return entries in order, those with a position above ``after``."""
        ...


class Runner:
    """The views of one ledger: in a file beside it, or in memory where no file can be had.

    The file is built when it is missing, and anew when it is stale, damaged or of another
    ledger. A file that is not a view file is left alone. A question is always answered; only
    keeping the answer's tables for the next time can fail.
    """

    def __init__(self, path: Path | None, ledger: str, log: Source) -> None:
        """Open the view file at ``path``, or views in memory for None."""
        self._path, self._ledger, self._log = path, ledger, log
        self._names: dict[str, set[str]] | None = None
        self._edge: CompactRange | None = None
        self.position = -1
        """How far the views had come when they were last looked at; -1 before that."""
        self.view = self._opened()

    def close(self) -> None:
        """Close the view file."""
        self.view.close()

    def catch_up(self, head: int) -> None:
        """File every entry up to the log's head.

        Raises:
            UnknownStoredName: the log holds an event type from a newer version.
        """
        if head != self.position:
            self._asked(lambda _: self._file_pages())

    def names(self) -> dict[str, set[str]]:
        """Return the names that entries may use, by kind, as known at the last catch-up."""
        if self._names is None:
            self._names = self._asked(lambda view: view.definitions())
        return self._names

    def facts(self, subject: str, known: int) -> list[Fact]:
        """Return what stood under a subject as known after a position."""
        return self._asked(lambda view: view.facts(subject, known))

    def subjects(self, pattern: str, known: int) -> list[str]:
        """Return the subjects that match a GLOB pattern under which something stood, sorted."""
        return self._asked(lambda view: view.subjects(pattern, known))

    def ever(self, pattern: str) -> list[str]:
        """Return the subjects that match a GLOB pattern under which something ever stood."""
        return self._asked(lambda view: view.ever(pattern))

    def standing_in(self, slot: int, known: int) -> list[Fact]:
        """Return what stood in the place of one entry as known after a position."""
        return self._asked(lambda view: view.standing_in(slot, known))

    def root(self, position: int) -> str:
        """Return the root of the tree over the entries up to a position, in base64."""
        return b64encode(self._asked(lambda view: root_at(position, view.node))).decode()

    def _asked(self, ask: Callable[[ViewFile], T]) -> T:
        """Ask the views; where their file fails, ask again of new ones."""
        try:
            return ask(self.view)
        except sqlite3.Error as fault:
            if self.view.path is None:
                raise
            self.view.close()
            # A file that is damaged can be made anew; one that refuses, full or not ours to
            # write, cannot, and is left to those who can.
            damaged = not isinstance(fault, sqlite3.OperationalError)
            self.view = self._opened(mend=True) if damaged else ViewFile(None)
            self.position, self._names, self._edge = -1, None, None
            return self._asked_again(ask)

    def _asked_again(self, ask: Callable[[ViewFile], T]) -> T:
        try:
            self._file_pages()
            return ask(self.view)
        except sqlite3.Error:
            if self.view.path is None:
                raise
            self.view.close()
            self.view = ViewFile(None)
            self.position, self._names, self._edge = -1, None, None
            self._file_pages()
            return ask(self.view)

    def _file_pages(self) -> None:
        while self._file_page():
            pass

    def _file_page(self) -> bool:
        view = self.view
        with view.writing():
            cursor = view.cursor()
            at = 0 if cursor is None else cursor.position
            if at != self.position:
                self._names = None
            rows = self._log.rows(at, PAGE)
            if rows:
                self._grow(at, rows)
                self._file(rows)
                last = rows[-1]
                view.move(Cursor(self._ledger, VERSION, last.position, digest(last)))
                at = last.position
        self.position = at
        return len(rows) == PAGE

    def _grow(self, at: int, rows: Sequence[StoredRow]) -> None:
        """Add the leaves of new entries to the tree, which must follow without a gap."""
        if self._edge is None or self._edge.size != at:
            self._edge = CompactRange.read(at, self.view.node)
        nodes: list[Node] = []
        edge = self._edge.copy()
        for row in rows:
            if row.position != edge.size + 1:
                raise LogDamaged(edge.size + 1, row.position)
            nodes += edge.append(leaf_of(row))
        self.view.add_nodes(nodes)
        self._edge = edge

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

    def _opened(self, *, mend: bool = False) -> ViewFile:
        """Open the file where it can be had and used, else views in memory."""
        path = self._path
        with suppress(sqlite3.Error, OSError, ValueError):
            if path is None or files.look(path, files.VIEWS) not in {"absent", "empty", "ours"}:
                return ViewFile(None)
            try:
                return self._fitting(ViewFile(path))
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                mend = True
            if mend and self._removed(path):
                return self._fitting(ViewFile(path))
        return ViewFile(None)

    def _fitting(self, view: ViewFile) -> ViewFile:
        """Empty a view file that is stale or of another ledger."""
        if not self._fits(view):
            with view.writing():
                # Another process may have done so meanwhile.
                if not self._fits(view):
                    view.reset()
        return view

    def _fits(self, view: ViewFile) -> bool:
        cursor = view.cursor()
        if cursor is None:
            return True
        if (cursor.ledger, cursor.version) != (self._ledger, VERSION):
            return False
        last = self._log.rows(cursor.position - 1, 1)
        return [(row.position, digest(row)) for row in last] == [(cursor.position, cursor.digest)]

    def _removed(self, path: Path) -> bool:
        """Remove a damaged view file, unless another process is about to; tell whether it is."""
        lock = Path(f"{path}.lock")
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
        try:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{path}{suffix}").unlink(missing_ok=True)
        finally:
            lock.unlink()
        return True


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
    defines = definition(fact.entry)
    for subject in filed_under(fact.entry):
        yield (subject, fact.slot, known_from, fact.part, fact.position, FOR_EVER, defines)
