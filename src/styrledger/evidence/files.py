"""A ledger's SQLite files as they lie there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from styrledger import files
from styrledger.errors import LedgerNotFound, NotALedger, StorageError
from styrledger.evidence.base import LOWEST, Evidence, Part, Values
from styrledger.rows import Row
from styrledger.store import (
    Issued,
)
from styrledger.store.log import TABLES
from styrledger.store.sqlite.log import table_statements

OWN = "sqlite_"
"""How the names begin of what SQLite itself keeps in a file."""


class Database:
    """One SQLite file at one moment."""

    def __init__(self, path: Path) -> None:
        """Open the file at a path.

        Raises:
            sqlite3.Error: it is no database, or cannot be read.
        """
        self.path = path
        self.uri: str | None = files.uri(path, mode="ro")
        """By which it can be opened, as it was here."""
        try:
            self._connection = _connected(self.uri)
        except sqlite3.OperationalError:
            wal = Path(f"{path}-wal")
            if wal.exists() and wal.stat().st_size:
                raise
            # Where nothing can be written beside it, SQLite reads a file only as unchanging.
            self.uri = files.uri(path, mode="ro", immutable="1")
            self._connection = _connected(self.uri)

    def select(self, query: str, *values: Any) -> Iterator[Values]:
        """Yield the rows of a query."""
        return self._connection.execute(query, values)

    def parts(self) -> list[Part]:
        """Return what the file is made of, sorted; without what SQLite keeps for itself."""
        rows = self.select("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name")
        return [Part(*row) for row in rows if not row[1].startswith(OWN)]

    def integrity(self) -> list[str]:
        """Return what SQLite finds wrong with the file itself, at most a hundred things."""
        found = [str(row[0]) for row in self.select("PRAGMA integrity_check")]
        return [] if found == ["ok"] else found

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class FileEvidence(Database, Evidence):
    """The log of a ledger."""

    def __init__(self, path: Path) -> None:
        """Open the log at a path.

        Raises:
            LedgerNotFound: there is no file.
            NotALedger: the file is something else, or so damaged that it cannot be opened.
        """
        try:
            found = files.look(path, files.LEDGER)
            if found == "absent":
                raise LedgerNotFound(str(path))
            if found != "ours":
                raise NotALedger(str(path), "it does not begin as one")
            super().__init__(path)
            if any(part.kind == "view" and part.name in TABLES for part in self.parts()):
                # A query in a table's place can go on without end.
                self.close()
                raise NotALedger(str(path), "a view stands in the place of a table")
        except sqlite3.Error as fault:
            raise StorageError.of(str(path), str(fault)) from fault
        except (OSError, ValueError) as fault:
            raise StorageError(str(path), str(fault)) from fault

    def expected(self) -> list[Part]:
        """Return what the file of a log must be made of."""
        connection = sqlite3.connect(":memory:")
        for statement in table_statements():
            connection.execute(statement)
        rows = connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name")
        found = [Part(*row) for row in rows if not row[1].startswith(OWN)]
        connection.close()
        return found

    def identities(self) -> list[Values]:
        """Return the rows that say whose ledger it is: there must be one."""
        return [*self.select("SELECT ledger, organisation, contract, created_at FROM ledger")]

    def entries(self) -> Iterator[Row]:
        """Yield every stored entry in order."""
        for row in self.select(f"{_ENTRIES} ORDER BY rowid"):
            yield Row._make(row)

    def rows(self, after: int = 0, limit: int = 1000) -> list[Row]:
        """Return stored entries in order, those with a position above ``after``."""
        # What hides at the lowest position that there is has no position below it.
        above, after = (">", after) if after >= LOWEST else (">=", LOWEST)
        query = f"{_ENTRIES} WHERE rowid {above} ? ORDER BY rowid LIMIT ?"
        # SQLite reads text that is not damaged in a fraction of the time.
        self._connection.text_factory = str
        try:
            return [*map(Row._make, self.select(query, after, limit))]
        except sqlite3.OperationalError:
            self._connection.text_factory = _text
            return [*map(Row._make, self.select(query, after, limit))]
        finally:
            self._connection.text_factory = _text

    def head(self) -> int:
        """Return the last position."""
        (row,) = self.select("SELECT max(rowid) FROM stored_events")
        return int(row[0] or 0)

    def is_dense(self) -> bool:
        """Return whether there is an entry at every position from the first to the last."""
        (row,) = self.select("SELECT count(*), min(rowid), max(rowid) FROM stored_events")
        return row in {(0, None, None), (row[0], 1, row[0])}

    def misplaced(self) -> Iterator[tuple[Row, int]]:
        """Yield the entries whose version is not their place in their stream, and that place."""
        ((wrong,),) = self.select(_WRONG_VERSIONS)
        if not wrong:
            return
        for position, stream, version, name, place in self.select(_MISPLACED):
            yield Row(position, stream, version, name, b""), place

    def issued(self) -> list[Issued]:
        """Return the checkpoints that the ledger keeps as issued."""
        return [Issued(*row) for row in self.select("SELECT text, key FROM checkpoints")]


def _connected(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    try:
        # Text that was damaged is shown as it is, not refused.
        connection.text_factory = _text
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")


_ENTRIES = "SELECT rowid, originator_id, originator_version, topic, state FROM stored_events"

# By the index alone, without sorting: few logs have anything to list.
_WRONG_VERSIONS = """
SELECT count(*) FROM (
    SELECT originator_version, rowid AS position, row_number() OVER stream AS place,
        lag(rowid) OVER stream AS last
    FROM stored_events
    WINDOW stream AS (PARTITION BY originator_id ORDER BY originator_version)
) WHERE originator_version IS NOT place OR last >= position
"""

_MISPLACED = """
SELECT rowid, originator_id, originator_version, topic, place FROM (
    SELECT rowid, originator_id, originator_version, topic,
        row_number() OVER (PARTITION BY originator_id ORDER BY rowid) AS place
    FROM stored_events
) WHERE originator_version IS NOT place ORDER BY rowid
"""
