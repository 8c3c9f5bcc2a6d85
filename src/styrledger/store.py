"""The log: the one place where entries are kept, on ``eventsourcing``'s recorders.

This is the only module that knows storage. It is configured by what it is given and by
nothing else: no environment variable can move the log.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
from eventsourcing.persistence import Mapper, PersistenceError, StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from styrledger import files, stored
from styrledger.errors import (
    FutureContract,
    LedgerExists,
    LedgerNotFound,
    LedgerReadOnly,
    NotALedger,
    StorageError,
    StyrledgerError,
)
from styrledger.events.entry import Entry, Recorded
from styrledger.times import Clock, instant, read_clock

CONTRACT = 1
"""The version of the record format and of the log's tables that this package writes."""

TABLES = ("stored_events", "ledger", "checkpoints")
"""The tables of the log; nothing in them is ever changed or removed."""

LOCK_TIMEOUT = 60
"""Seconds that a writer waits for another to finish."""


@attrs.frozen
class Identity:
    """What a ledger is: whose it is, and an id that no other ledger has."""

    ledger: str
    organisation: str
    contract: int
    created_at: datetime


def new_identity(organisation: str, clock: Clock) -> Identity:
    """Return the identity of a new ledger of an organisation."""
    return Identity(str(uuid.uuid4()), organisation, CONTRACT, read_clock(clock))


@attrs.frozen
class Row:
    """One entry's stored octets, as they lie in the log."""

    position: int
    stream: str
    version: int
    name: str
    state: bytes


@attrs.frozen
class Issued:
    """A checkpoint that this ledger has issued: three lines, or a signed note with its key."""

    text: str
    key: str | None = None


@attrs.frozen
class Streamed:
    """A recorded entry with its place in its stream, which is what the engine stores."""

    originator_id: str
    originator_version: int
    recorded: Recorded


class LedgerMapper(Mapper[str]):
    """Stores entries under names written by hand, in octets that we own."""

    def __init__(self) -> None:
        """Take no transcoder: the stored form is this package's own."""

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """Return what the engine stores for a streamed entry."""
        name, state = stored.encode(domain_event.recorded)
        return StoredEvent(domain_event.originator_id, domain_event.originator_version, name, state)


class LogPool(SQLiteConnectionPool):
    """Connections on which a commit is on the disk when it returns."""

    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        connection.cursor().execute("PRAGMA synchronous=FULL")
        return connection


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

    def insert(self, cursor: SQLiteCursor, events: list[StoredEvent]) -> None:
        """Add events inside the caller's transaction."""
        self._insert_events(cursor, events)


def _refusing(verb: str, table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
    )


class Writer:
    """The right to append, held by one writer at a time until its transaction ends."""

    def __init__(self, recorder: LogRecorder, cursor: SQLiteCursor, clock: Clock) -> None:
        self._recorder = recorder
        self._cursor = cursor
        self._mapper = LedgerMapper()
        self._versions: dict[str, int] = {}
        self.discarded = False
        last = _last(cursor)
        self.head = 0 if last is None else last.position
        now = read_clock(clock)
        self.now = now if last is None else max(now, last.recorded_at)

    def append(self, placed: Iterable[tuple[str, Entry]], by: str | None) -> list[Recorded]:
        """Store entries after the head, each in its stream, all at one instant."""
        streamed: list[Streamed] = []
        for stream, entry in placed:
            self.head += 1
            version = self._next_version(stream)
            recorded = Recorded(self.head, self.now, entry, by)
            streamed.append(Streamed(stream, version, recorded))
        self._recorder.insert(self._cursor, list(map(self._mapper.to_stored_event, streamed)))
        return [one.recorded for one in streamed]

    def entry_at(self, position: int) -> Entry | None:
        """Return an entry of this log or of this transaction, None where there is none."""
        self._cursor.execute("SELECT topic, state FROM stored_events WHERE rowid = ?", (position,))
        row = self._cursor.fetchone()
        return None if row is None else stored.decode(row[0], row[1])[0].entry

    def issued(self) -> list[Issued]:
        """Return the checkpoints that were issued, the oldest first."""
        return _issued(self._cursor)

    def issue(self, checkpoint: Issued) -> None:
        """Keep a checkpoint that is about to be given out."""
        self._cursor.execute(
            "INSERT INTO checkpoints (text, key) VALUES (?, ?)", attrs.astuple(checkpoint)
        )

    def discard(self) -> None:
        """Let nothing of the transaction be kept when it ends."""
        self.discarded = True

    def _next_version(self, stream: str) -> int:
        if stream not in self._versions:
            self._cursor.execute(
                "SELECT max(originator_version) FROM stored_events WHERE originator_id = ?",
                (stream,),
            )
            self._versions[stream] = self._cursor.fetchone()[0] or 0
        self._versions[stream] += 1
        return self._versions[stream]


class Log:
    """The append-only log of one ledger, in one SQLite file."""

    def __init__(self, path: Path, **parameters: str) -> None:
        """Connect to the file at a path, by the parameters of an SQLite URI."""
        self.path = path
        self._read_only = parameters["mode"] == "ro"
        self._datastore = SQLiteDatastore(":memory:", originator_id_type="text")
        self._datastore.close()
        self._datastore.pool = LogPool(
            db_name=files.uri(path, **parameters), lock_timeout=LOCK_TIMEOUT
        )
        self._recorder = LogRecorder(self._datastore)

    @classmethod
    def create(cls, path: Path, identity: Identity, pages: Iterable[Sequence[Row]] = ()) -> Log:
        """Make a new log, empty or with the stored entries of another, whole or not at all.

        Raises:
            LedgerExists: where there is something at the path.
            StorageError: where the file cannot be written.
        """
        with _placed(path), files.making(path) as part:
            log = cls(part, mode="rwc")
            log.path = path
            try:
                log._fill(identity, pages)
            finally:
                log.close()
        return cls(path, mode="rw")

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Log:
        """Open an existing log.

        Raises:
            LedgerNotFound: where there is no file.
            NotALedger: where the file is something else.
            FutureContract: where a newer version of the package made it.
        """
        with _placed(path):
            found = files.look(path, files.LEDGER)
        if found == "absent":
            raise LedgerNotFound(str(path))
        if found != "ours":
            raise NotALedger(str(path), _OTHER[found])
        log = cls(path, mode="ro" if read_only else "rw")
        try:
            contract = log.identity.contract
        except (StorageError, LedgerReadOnly):
            wal = Path(f"{path}-wal")
            if not read_only or (wal.exists() and wal.stat().st_size > 0):
                raise
            # Where nothing can be written beside it, SQLite reads a file only as unchanging.
            log = cls(path, mode="ro", immutable="1")
            contract = log.identity.contract
        if contract > CONTRACT:
            raise FutureContract(str(path), contract, CONTRACT)
        return log

    @property
    def identity(self) -> Identity:
        """Whose ledger it is."""
        with self._reading() as cursor:
            cursor.execute("SELECT ledger, organisation, contract, created_at FROM ledger")
            row = cursor.fetchone()
        if row is None:
            raise NotALedger(str(self.path), "it has no identity")
        return Identity(row[0], row[1], row[2], datetime.fromisoformat(row[3]))

    def head(self) -> int:
        """Return how many entries there are."""
        with self._reading() as cursor:
            cursor.execute("SELECT max(rowid) FROM stored_events")
            return int(cursor.fetchone()[0] or 0)

    def rows(self, after: int = 0, limit: int = 1000) -> list[Row]:
        """Return stored entries in order, those with a position above ``after``."""
        with self._reading() as cursor:
            cursor.execute(
                "SELECT rowid, originator_id, originator_version, topic, state "
                "FROM stored_events WHERE rowid > ? ORDER BY rowid LIMIT ?",
                (after, limit),
            )
            return [Row(*row) for row in cursor.fetchall()]

    def all_rows(self, page: int = 1000) -> Iterator[Row]:
        """Yield every stored entry in order, page by page."""
        after = 0
        while rows := self.rows(after, page):
            yield from rows
            after = rows[-1].position

    def issued(self) -> list[Issued]:
        """Return the checkpoints that were issued, the oldest first."""
        with self._reading() as cursor:
            return _issued(cursor)

    @contextmanager
    def writing(self, clock: Clock) -> Generator[Writer]:
        """Hold the right to append; on leaving, all is on the disk, or nothing after an error.

        Raises:
            LedgerReadOnly: where the log was opened for reading.
            LedgerBusy: where another writer did not finish in time.
        """
        if self._read_only:
            raise LedgerReadOnly(str(self.path))
        with self._transaction() as cursor:
            writer = Writer(self._recorder, cursor, clock)
            yield writer
            if writer.discarded:
                cursor.execute("ROLLBACK")

    def close(self) -> None:
        """Close every connection."""
        self._datastore.close()

    def _fill(self, identity: Identity, pages: Iterable[Sequence[Row]]) -> None:
        row = (identity.ledger, identity.organisation, identity.contract)
        with self._transaction() as cursor:
            for statement in self._recorder.create_table_statements:
                cursor.execute(statement)
            cursor.execute(
                "INSERT INTO ledger VALUES (?, ?, ?, ?)", (*row, instant(identity.created_at))
            )
            for page in pages:
                self._recorder.insert(cursor, list(map(_event, page)))

    @contextmanager
    def _transaction(self) -> Generator[SQLiteCursor]:
        with self._translated(), self._datastore.get_connection(commit=True) as connection:
            cursor = connection.cursor()
            # The engine's own BEGIN takes the lock only at the first write, too late to decide.
            cursor.execute("BEGIN IMMEDIATE")
            try:
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
            raise StorageError.of(str(self.path), str(fault)) from fault


_OTHER = {
    "empty": "it is empty",
    "folder": "it is a folder",
    "foreign": "it is some other file",
}


@contextmanager
def _placed(path: Path) -> Generator[None]:
    """Tell what is wrong with a path as an error about the ledger there."""
    try:
        yield
    except FileExistsError as fault:
        raise LedgerExists(str(path)) from fault
    except (OSError, ValueError) as fault:
        if isinstance(fault, StyrledgerError):
            raise
        reason = getattr(fault, "strerror", None) or str(fault)
        raise StorageError(str(path), reason) from fault


def _event(row: Row) -> StoredEvent:
    return StoredEvent(row.stream, row.version, row.name, row.state)


def _issued(cursor: SQLiteCursor) -> list[Issued]:
    cursor.execute("SELECT text, key FROM checkpoints ORDER BY number")
    return [Issued(*row) for row in cursor.fetchall()]


def table_statements() -> list[str]:
    """Return the statements that make the tables of a new log, in SQL."""
    return LogRecorder(
        SQLiteDatastore(":memory:", originator_id_type="text")
    ).create_table_statements


def _last(cursor: SQLiteCursor) -> Recorded | None:
    cursor.execute("SELECT topic, state FROM stored_events ORDER BY rowid DESC LIMIT 1")
    row = cursor.fetchone()
    return None if row is None else stored.decode(row[0], row[1])[0]
