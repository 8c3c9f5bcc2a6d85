"""The log in one SQLite file, as it is recorded in: on the engine's recorder."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import attrs
from eventsourcing.persistence import InterfaceError, PersistenceError
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from styrledger import files
from styrledger.errors import StorageError
from styrledger.rows import Row
from styrledger.store import log as base
from styrledger.store.log import TABLES, Identity, Issued
from styrledger.store.sqlite.reading import ENTRIES, SQLiteReading, check_ours, issued, placed
from styrledger.times import instant

STATEMENTS = 32
"""So many statements a connection remembers; the log has fewer."""


class LogPool(SQLiteConnectionPool):
    """Connections on which a commit is on the disk when it returns.

    They are made as the engine makes its own, but for one thing: those remember one statement, and
    would read the insert with its trigger anew for each commit.
    """

    def _create_connection(self) -> SQLiteConnection:
        try:
            made = sqlite3.connect(
                self.db_name,
                uri=True,
                check_same_thread=False,
                isolation_level=None,
                cached_statements=STATEMENTS,
                timeout=base.LOCK_TIMEOUT,
            )
        except sqlite3.Error as fault:
            raise InterfaceError(fault) from fault
        if not self.is_journal_mode_wal:
            (mode,) = made.execute("PRAGMA journal_mode").fetchone()
            if mode != "wal":
                made.execute("PRAGMA journal_mode=WAL")
            self.is_journal_mode_wal = True
        made.execute("PRAGMA synchronous=FULL")
        made.row_factory = sqlite3.Row
        return SQLiteConnection(made, self.max_age)

    def put_connection(self, conn: SQLiteConnection) -> None:
        """Take a connection back; it is the next to be given, since it knows the file as it is.

        In turns, as the engine gives them, each would have to read what the others wrote.
        """
        super().put_connection(conn)
        self._pool.rotate()


class LogRecorder(SQLiteApplicationRecorder):
    """The engine's recorder, with the ledger's identity and with tables that only grow."""

    def construct_create_table_statements(self) -> list[str]:
        """Return what makes the tables of a new ledger, and the triggers that guard them."""
        return [
            f"PRAGMA application_id = {files.LEDGER}",
            *super().construct_create_table_statements(),
            """
            CREATE TABLE ledger (
                ledger TEXT NOT NULL, organisation TEXT NOT NULL,
                contract INTEGER NOT NULL, created_at TEXT NOT NULL
            )
            """,
            "CREATE TABLE checkpoints (number INTEGER PRIMARY KEY, text TEXT NOT NULL, key TEXT)",
            *(_refusing(verb, table) for verb in ("UPDATE", "DELETE") for table in TABLES),
            # REPLACE deletes without firing the trigger on DELETE.
            """
            CREATE TRIGGER stored_events_replace BEFORE INSERT ON stored_events
            WHEN EXISTS (
                SELECT 1 FROM stored_events
                WHERE (originator_id, originator_version)
                = (NEW.originator_id, NEW.originator_version) OR rowid = NEW.rowid
            )
            BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
            """,
            """
            CREATE TRIGGER checkpoints_replace BEFORE INSERT ON checkpoints
            WHEN EXISTS (SELECT 1 FROM checkpoints WHERE number = NEW.number)
            BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
            """,
            """
            CREATE TRIGGER ledger_single BEFORE INSERT ON ledger
            WHEN EXISTS (SELECT 1 FROM ledger)
            BEGIN SELECT RAISE(ABORT, 'a ledger has one identity'); END
            """,
        ]

    def insert(self, cursor: SQLiteCursor, rows: Sequence[Row]) -> None:
        """Add entries inside the caller's transaction, by the engine's own statement."""
        cursor.executemany(self.insert_events_statement, [row[1:] for row in rows])


def _refusing(verb: str, table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
    )


class SQLiteTransaction:
    """The one transaction that may add to the file."""

    def __init__(self, recorder: LogRecorder, cursor: SQLiteCursor) -> None:
        self._recorder, self._cursor = recorder, cursor

    def row(self, position: int) -> Row | None:
        """Return the entry at a position, None where there is none."""
        return self._one(f"{ENTRIES} WHERE rowid = ?", position)

    def last(self) -> Row | None:
        """Return the newest entry, None in an empty log."""
        return self._one(f"{ENTRIES} ORDER BY rowid DESC LIMIT 1")

    def versions(self, streams: Collection[str]) -> dict[str, int]:
        """Return the newest version in each of these streams."""
        found: dict[str, int] = {}
        for stream in streams:
            self._cursor.execute(
                "SELECT max(originator_version) FROM stored_events WHERE originator_id = ?",
                (stream,),
            )
            found[stream] = self._cursor.fetchone()[0] or 0
        return found

    def insert(self, rows: Sequence[Row]) -> None:
        """Add entries after the newest, whose numbers follow it by themselves."""
        self._recorder.insert(self._cursor, rows)

    def issued(self) -> list[Issued]:
        """Return the checkpoints that were issued, the oldest first."""
        return issued(self._cursor)

    def issue(self, checkpoint: Issued) -> None:
        """Keep a checkpoint as issued."""
        self._cursor.execute(
            "INSERT INTO checkpoints (text, key) VALUES (?, ?)", attrs.astuple(checkpoint)
        )

    def discard(self) -> None:
        """Let nothing of the transaction be kept when it ends."""
        self._cursor.execute("ROLLBACK")

    def _one(self, query: str, *values: int) -> Row | None:
        self._cursor.execute(query, values)
        row = self._cursor.fetchone()
        return None if row is None else Row._make(row)


class SQLiteLog(SQLiteReading):
    """The log of one ledger, in one SQLite file, on the engine's recorder."""

    pool: type[LogPool] = LogPool

    def __init__(self, path: Path, **parameters: str) -> None:
        """Connect to the file at a path, by the parameters of an SQLite URI."""
        super().__init__(path, **parameters)
        self._datastore = SQLiteDatastore(":memory:", originator_id_type="text")
        self._datastore.close()
        self._datastore.pool = self.pool(
            db_name=files.uri(path, **parameters), lock_timeout=base.LOCK_TIMEOUT
        )
        self.recorder = LogRecorder(self._datastore)

    @classmethod
    def create(cls, path: Path, identity: Identity, rows: Sequence[Row] = ()) -> SQLiteLog:
        """Make a new log, empty or with stored entries, whole or not at all.

        Raises:
            LedgerExists: where there is something at the path.
            StorageError: where the file cannot be written.
        """
        with placed(path), files.making(path) as part:
            log = cls(part, mode="rwc")
            log.place = path
            try:
                with log.adding() as cursor:
                    log.make_tables(cursor)
                    SQLiteTransaction(log.recorder, cursor).insert(rows)
                    identify(cursor, identity)
            finally:
                log.close()
        return cls(path, mode="rw")

    @classmethod
    def open(cls, path: Path) -> SQLiteLog:
        """Open an existing log to read it and to add to it; see ``SQLiteReader`` for one to read.

        Raises:
            LedgerNotFound: where there is no file.
            NotALedger: where the file is something else.
            FutureContract: where a newer version of the package made it.
        """
        check_ours(path)
        log = cls(path, mode="rw")
        log.check_contract()
        return log

    @contextmanager
    def transaction(self) -> Generator[SQLiteTransaction]:
        """Hold the one transaction that may add to the log."""
        with self.adding() as cursor:
            yield SQLiteTransaction(self.recorder, cursor)

    def close(self) -> None:
        """Close every connection."""
        self._datastore.close()

    def make_tables(self, cursor: SQLiteCursor) -> None:
        """Make the tables of a new log, inside a transaction."""
        for statement in self.recorder.create_table_statements:
            cursor.execute(statement)

    @contextmanager
    def adding(self) -> Generator[SQLiteCursor]:
        """Hold the one transaction that may write, for whoever makes the tables."""
        with self._translated(), self._datastore.get_connection(commit=True) as connection:
            cursor = connection.cursor()
            # The engine's own BEGIN takes the lock only at the first write, too late to decide.
            cursor.execute("BEGIN IMMEDIATE")
            try:
                # What it still holds when the file is closed would keep the file open.
                with cursor:
                    yield cursor
            except BaseException:
                connection.rollback()
                raise
            try:
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    @contextmanager
    def _reading(self) -> Generator[SQLiteCursor]:
        with self._translated(), self._datastore.transaction(commit=False) as cursor:
            yield cursor

    @contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except (sqlite3.Error, PersistenceError) as fault:
            raise StorageError.of(str(self.place), str(fault)) from fault


def identify(cursor: SQLiteCursor, identity: Identity) -> None:
    """Say whose ledger it is."""
    row = (identity.ledger, identity.organisation, identity.contract, instant(identity.created_at))
    cursor.execute("INSERT INTO ledger VALUES (?, ?, ?, ?)", row)


def table_statements() -> list[str]:
    """Return the statements that make the tables of a new log, in SQL."""
    return LogRecorder(
        SQLiteDatastore(":memory:", originator_id_type="text")
    ).create_table_statements
