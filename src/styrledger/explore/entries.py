"""Entries as they were recorded, read back from the tables that the explorer shows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

import attrs

from styrledger import files
from styrledger.codec import read_entry
from styrledger.events.corrections import EntryCorrected, EntryWithdrawn
from styrledger.events.entry import Entry

COLUMNS = "entries.position, recorded_at, recorded_by, acts_on, entry"
MOST = 1_000
"""The most entries that a page tells of one subject."""


@attrs.frozen
class Kept:
    """An entry as it was recorded, whatever became of it."""

    position: int
    recorded_at: datetime
    by: str | None
    acts_on: int | None
    entry: Entry

    @property
    def says(self) -> Entry | None:
        """What it wants to hold: itself, its replacement, or nothing where it withdraws."""
        event = self.entry.event
        if isinstance(event, EntryWithdrawn):
            return None
        return event.replacement if isinstance(event, EntryCorrected) else self.entry


class Entries:
    """Looks up entries by position and by subject, as known after a position."""

    def __init__(self, path: Path) -> None:
        """Read the tables in a file, which no one writes to any more."""
        self._path = path

    def at(self, position: int) -> Kept | None:
        """Return the entry at a position, None where there is none."""
        found = self._found("WHERE position = :position", position=position)
        return found[0] if found else None

    def about(self, subject: str, known: int) -> Sequence[Kept]:
        """Return what was recorded about a subject, in order of recording."""
        return self._found(
            "JOIN subjects USING (position) WHERE subject = :subject AND position <= :known",
            subject=subject,
            known=known,
        )

    def amendments(self, subject: str, known: int) -> Sequence[Kept]:
        """Return the corrections and withdrawals of what was recorded about a subject."""
        return self._found(
            "JOIN subjects USING (position) "
            "WHERE subject = :subject AND position <= :known AND acts_on IS NOT NULL",
            subject=subject,
            known=known,
        )

    def acting_on(self, position: int, known: int) -> Sequence[Kept]:
        """Return what corrects or withdraws one entry."""
        return self._found(
            "WHERE acts_on = :position AND position <= :known", position=position, known=known
        )

    def subjects(self, position: int) -> Sequence[str]:
        """Return the subjects that an entry is about."""
        with closing(self._open()) as database:
            rows = database.execute(
                "SELECT subject FROM subjects WHERE position = ? ORDER BY subject", (position,)
            )
            return [row[0] for row in rows]

    def meet(self, subject: str, other: str) -> bool:
        """Return whether any entry is about both of two subjects."""
        query = (
            "SELECT 1 FROM subjects AS one JOIN subjects AS other USING (position) "
            "WHERE one.subject = ? AND other.subject = ? LIMIT 1"
        )
        with closing(self._open()) as database:
            return database.execute(query, (other, subject)).fetchone() is not None

    def _found(self, where: str, **values: str | int) -> Sequence[Kept]:
        query = f"SELECT {COLUMNS} FROM entries {where} ORDER BY entries.position LIMIT {MOST}"  # noqa: S608 - fixed texts
        with closing(self._open()) as database:
            return [
                Kept(
                    position, datetime.fromisoformat(at), by, acts_on, read_entry(json.loads(entry))
                )
                for position, at, by, acts_on, entry in database.execute(query, values)
            ]

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(files.uri(self._path, mode="ro", immutable="1"), uri=True)
