"""The view file: what was recorded, filed by subject, in one disposable SQLite file.

Rows are only ever added, in the order of the log, and each follows from one entry alone. What
stands as known at a position is worked out when it is asked for, from the corrections up to
there. Nothing here is a source of anything: the file can be deleted at any time and is built
again from the log.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Never, cast

import attrs

from styrledger import files
from styrledger.errors import LedgerClosed
from styrledger.links import Link
from styrledger.projections.finding import Finding
from styrledger.projections.places import Values
from styrledger.projections.schema import BESIDE, OCTETS, SCHEMA
from styrledger.projections.tiles import Tile
from styrledger.rows import Row

if TYPE_CHECKING:
    from sqlite_utils import Database

    from styrledger.projections.filing import Page

ROWS = """
SELECT rowid, originator_id, originator_version, topic, state FROM log.stored_events
WHERE rowid > ? ORDER BY rowid LIMIT ?
"""

MANY = 50
FILE_MANY = f"INSERT INTO filed VALUES {', '.join(['(?, ?)'] * MANY)}"  # noqa: S608 - a number of ours


@attrs.frozen
class Cursor:
    """How far the view file has come, in which ledger, and the digest of the last entry."""

    ledger: str
    version: int
    position: int
    digest: bytes


def digest(row: Row) -> bytes:
    """Return what tells a stored entry from any other at its position."""
    return hashlib.sha256(row.name.encode() + b"\0" + row.state).digest()


class Emptied(Exception):
    """Another process has emptied the view file since it was opened, to build it anew."""


class ViewFile(Finding):
    """Reads and writes the tables; what is written together is one ``writing()``."""

    def __init__(self, path: Path | None, log: str | None, *, read_by: str | None = None) -> None:
        """Open the file at ``path``, or a private one in memory for None.

        ``log`` is the SQLite URI of the log, from which the octets are then read; with None
        they are copied into the view file. With ``read_by``, the URI of a file that is there,
        nothing is made or written.

        Raises:
            sqlite3.Error: it cannot be opened, written or is damaged.
        """
        self.path = path
        self._beside = log is not None
        made = ":memory:" if path is None else files.uri(path, mode="rwc")
        connection = sqlite3.connect(
            read_by or made,
            timeout=60,
            isolation_level=None,
            check_same_thread=False,
            uri=True,
        )
        super().__init__(connection)
        self._changed: Values = ()
        self._schema: Values = ()
        try:
            if read_by is None:
                if self._one("PRAGMA application_id") == (0,):
                    # Before the journal is a file of its own: whose file it is, is read from it.
                    connection.execute(f"PRAGMA application_id = {files.VIEWS}")
                # Lost after a power failure is no harm: the file is caught up from the log.
                connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
            if log is not None:
                connection.execute("ATTACH ? AS log", (log,))
                connection.execute(BESIDE)
            if read_by is None and not self._is_made():
                with self._database.atomic():
                    connection.execute("PRAGMA user_version = 1")  # takes the lock
                    # Another process may have made the tables meanwhile.
                    if not self._is_made():
                        self._make_tables()
            self.is_emptied()
        except sqlite3.Error:
            connection.close()
            raise

    @cached_property
    def _database(self) -> Database:
        from sqlite_utils import Database

        return Database(self.connection, execute_plugins=False)

    def _is_made(self) -> bool:
        return self._one("SELECT 1 FROM sqlite_schema WHERE name = 'cursor'") is not None

    def _make_tables(self) -> None:
        schema = SCHEMA if self._beside else SCHEMA + OCTETS
        for statement in filter(str.strip, schema.split(";")):
            self.connection.execute(statement)

    def reset(self) -> None:
        """Empty the file, inside a ``writing()``."""
        rows = self.connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL%' "
            "UNION ALL SELECT name FROM sqlite_schema WHERE type = 'table' "
            "AND name NOT LIKE 'sqlite%' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        ).fetchall()
        for (name,) in rows:
            self.connection.execute('DROP TABLE IF EXISTS "{}"'.format(name.replace('"', '""')))
        self._make_tables()
        self._schema = self._made_as()
        self.forget()

    def is_emptied(self) -> bool:
        """Tell whether another process has emptied the file since this was last asked."""
        changed = self.connection.execute("PRAGMA main.data_version").fetchone()
        if changed == self._changed:
            return False
        before, self._changed, self._schema = self._schema, changed, self._made_as()
        return self._schema != before

    @contextmanager
    def writing(self) -> Generator[None]:
        """Group writes: all of them are kept, or none.

        Raises:
            Emptied: another process has emptied the file, and nothing was written.
        """
        with self._database.atomic():
            # A first write takes the lock, so that what is read next is not stale.
            self.connection.execute("UPDATE cursor SET version = version")
            if self.is_emptied():
                raise Emptied
            yield

    def close(self) -> None:
        """Close the file; whoever asks it from then on is told so."""
        self.connection.close()
        self.connection = cast("sqlite3.Connection", _Closed(str(self.path or ":memory:")))

    # -- where it stands

    def cursor(self) -> Cursor | None:
        """Return how far it has come, None for a new file."""
        row = self._one("SELECT ledger, version, position, digest FROM cursor")
        return None if row is None else Cursor(*row)

    def move(self, cursor: Cursor) -> None:
        """Set how far it has come."""
        row = (cursor.ledger, cursor.version, cursor.position, cursor.digest)
        moved = self.connection.execute(
            "UPDATE cursor SET ledger = ?, version = ?, position = ?, digest = ?", row
        )
        if not moved.rowcount:
            self.connection.execute("INSERT INTO cursor VALUES (?, ?, ?, ?)", row)

    def add(self, page: Page) -> None:
        """File a page of entries, all but its corrections."""
        for statement, rows in (
            (
                "INSERT INTO octets VALUES (?, ?, ?)",
                () if self._beside else page.octets(),
            ),
            ("INSERT INTO instants VALUES (?, ?)", page.instants),
            ("INSERT INTO keys VALUES (?, ?)", page.keys),
            ("INSERT INTO names VALUES (?, ?)", page.names),
        ):
            if rows:
                self.connection.executemany(statement, rows)
        self.add_filed([*chain.from_iterable(sorted(page.filed))])

    def add_filed(self, filed: Sequence[str | int]) -> None:
        """File entries under subjects: a subject, then a position, and so on, in their order."""
        # Many rows in one statement take little more than half of what they take one by one.
        width = 2 * MANY
        at_once = len(filed) - len(filed) % width
        for at in range(0, at_once, width):
            self.connection.execute(FILE_MANY, filed[at : at + width])
        rest = zip(filed[at_once::2], filed[at_once + 1 :: 2], strict=True)
        self.connection.executemany("INSERT INTO filed VALUES (?, ?)", rest)

    def log_head(self) -> int | None:
        """Return how many entries the log holds; None without a log beside."""
        if not self._beside:
            return None
        row = self._one("SELECT max(rowid) FROM log.stored_events")
        return 0 if row is None or row[0] is None else int(row[0])

    def log_rows(self, after: int, limit: int) -> list[Row] | None:
        """Return stored entries in order, those above a position; None without a log beside."""
        if not self._beside:
            return None
        rows = self.connection.execute(ROWS, (after, limit))
        return [*map(Row._make, rows)]

    def add_link(self, link: Link) -> None:
        """File a correction or withdrawal."""
        # It may have been asked already what is known there, before it was filed.
        self._fallen = {at: fell for at, fell in self._fallen.items() if at < link.position}
        self.connection.execute("INSERT INTO links VALUES (?, ?, ?, ?)", attrs.astuple(link))

    def add_tiles(self, tiles: Iterable[Tile]) -> None:
        """Keep hashes of the tree."""
        self.connection.executemany("INSERT OR REPLACE INTO tiles VALUES (?, ?, ?)", tiles)

    def _made_as(self) -> Values:
        """Return what differs whenever tables are made or dropped."""
        version: Values = self.connection.execute("PRAGMA main.schema_version").fetchone()
        return version


class _Closed:
    """Stands in for the connection of a view file that was closed."""

    def __init__(self, path: str) -> None:
        self._path = path

    def close(self) -> None:
        """Do nothing: it is closed."""

    def __getattr__(self, name: str) -> Never:
        raise LedgerClosed(self._path)
