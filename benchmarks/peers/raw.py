"""Raw SQLite: the octets of each entry, and its moves of money under a covering index.

It is what one would write by hand for these questions alone: no validation, no trail, no tree.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from benchmarks.workload import Line, Made

SCHEMA = """
CREATE TABLE events (position INTEGER PRIMARY KEY, state BLOB);
CREATE TABLE moves (
    year INTEGER, unit TEXT, line TEXT, effective INTEGER, position INTEGER, ore INTEGER
);
CREATE INDEX moves_by_line ON moves (year, unit, line, effective, position, ore);
"""

ONE = """
SELECT sum(ore) FROM moves
WHERE year = ? AND unit = ? AND line = ? AND effective <= ? AND position <= ?
"""

COUNT = "SELECT count(*) FROM moves WHERE year = ? AND unit = ? AND line = ? AND position <= ?"

ALL = """
SELECT unit, line, sum(ore) FROM moves
WHERE year = ? AND effective <= ? AND position <= ? GROUP BY unit, line
"""


class Raw:
    """One SQLite file, as durable as a ledger's: a commit is on the disk when it returns."""

    def __init__(self, path: Path) -> None:
        """Open the file at a path, or make it."""
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        if not self._connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
            self._connection.executescript(SCHEMA)

    def append(self, made: Made, state: bytes) -> None:
        """Keep one entry, in one commit."""
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        execute("INSERT INTO events VALUES (?, ?)", (made.position, state))
        for row in rows(made):
            execute("INSERT INTO moves VALUES (?, ?, ?, ?, ?, ?)", row)
        execute("COMMIT")

    def fill(self, entries: Iterable[tuple[Made, bytes]]) -> None:
        """Keep many entries, in one commit."""
        self._connection.execute("BEGIN IMMEDIATE")
        for made, state in entries:
            self._connection.execute("INSERT INTO events VALUES (?, ?)", (made.position, state))
            self._connection.executemany("INSERT INTO moves VALUES (?, ?, ?, ?, ?, ?)", rows(made))
        self._connection.execute("COMMIT")

    def one(self, line: Line, on: date, known: int) -> int:
        """Return what a line amounted to on a day, as known after a position, in öre."""
        asked = (line.year, line.unit, line.line, on.toordinal(), known)
        return int(self._connection.execute(ONE, asked).fetchone()[0] or 0)

    def count(self, line: Line, known: int) -> int:
        """Return how many moves of a line were known after a position."""
        asked = (line.year, line.unit, line.line, known)
        return int(self._connection.execute(COUNT, asked).fetchone()[0])

    def all(self, year: int, on: date, known: int) -> dict[tuple[str, str], int]:
        """Return what every line of a year amounted to on a day, as known after a position."""
        found = self._connection.execute(ALL, (year, on.toordinal(), known))
        return {(unit, line): ore for unit, line, ore in found}

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def rows(made: Made) -> list[tuple[int, str, str, int, int, int]]:
    """Return what an entry moves, as rows of the table."""
    return [
        (
            move.line.year,
            move.line.unit,
            move.line.line,
            move.effective.toordinal(),
            made.position,
            move.ore,
        )
        for move in made.moves
    ]
