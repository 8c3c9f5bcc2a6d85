"""Reading the log in one SQLite file; whoever only asks does not wait for the engine."""

from __future__ import annotations

import sqlite3
import time
from abc import abstractmethod
from collections.abc import Generator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Never, Protocol

from styrledger import files
from styrledger.errors import (
    LedgerExists,
    LedgerNotFound,
    LedgerReadOnly,
    NotALedger,
    StorageError,
    StyrledgerError,
)
from styrledger.rows import Row
from styrledger.store import log as base
from styrledger.store.log import Identity, Issued, Log

POLL = 0.2
"""Seconds between two looks at a file for what others recorded."""

ENTRIES = "SELECT rowid, originator_id, originator_version, topic, state FROM stored_events"

_OTHER = {
    "empty": "it is empty",
    "folder": "it is a folder",
    "foreign": "it is some other file",
}


class Cursor(Protocol):
    """What a query is asked by, SQLite's own or the engine's."""

    def execute(self, sql: str, parameters: Any = ..., /) -> object:
        """Ask."""
        ...

    def fetchone(self) -> Any:
        """Return the next row, None after the last."""
        ...

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        ...


class SQLiteReading(Log):
    """What is read of the log of one ledger in one SQLite file."""

    def __init__(self, path: Path, **parameters: str) -> None:
        """Take the file at a path, and the parameters of an SQLite URI."""
        super().__init__(path, read_only=parameters["mode"] == "ro")
        self.uri = files.uri(path, **{**parameters, "mode": "ro"})

    @property
    def identity(self) -> Identity:
        """Whose ledger it is."""
        row = self._identity()
        if row is None:
            raise NotALedger(str(self.place), "it has no identity")
        return Identity(row[0], row[1], row[2], datetime.fromisoformat(row[3]))

    def has_identity(self) -> bool:
        """Tell whether it is said whose ledger it is."""
        return self._identity() is not None

    def head(self) -> int:
        """Return how many entries there are."""
        with self._reading() as cursor:
            cursor.execute("SELECT max(rowid) FROM stored_events")
            return int(cursor.fetchone()[0] or 0)

    def rows(self, after: int = 0, limit: int = 1000) -> list[Row]:
        """Return stored entries in order, those with a position above ``after``."""
        with self._reading() as cursor:
            cursor.execute(f"{ENTRIES} WHERE rowid > ? ORDER BY rowid LIMIT ?", (after, limit))
            return [*map(Row._make, cursor.fetchall())]

    def issued(self) -> list[Issued]:
        """Return the checkpoints that were issued, the oldest first."""
        with self._reading() as cursor:
            return issued(cursor)

    def wait(self, after: int, seconds: float) -> int:
        """Return the head when it is above ``after``, and at the latest when the time is over."""
        end = time.monotonic() + seconds
        while (head := self.head()) <= after and (left := end - time.monotonic()) > 0:
            time.sleep(min(POLL, left))
        return head

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Cursor]:
        """Give what a query is asked by."""

    def _identity(self) -> tuple[str, str, int, str] | None:
        with self._reading() as cursor:
            cursor.execute("SELECT ledger, organisation, contract, created_at FROM ledger")
            row = cursor.fetchone()
            return None if row is None else tuple(row)


class SQLiteReader(SQLiteReading):
    """The log of one ledger, in one SQLite file that is only read."""

    @classmethod
    def open(cls, path: Path) -> SQLiteReader:
        """Open an existing log.

        Raises:
            LedgerNotFound: where there is no file.
            NotALedger: where the file is something else.
            FutureContract: where a newer version of the package made it.
        """
        check_ours(path)
        try:
            return cls._checked(path, mode="ro")
        except (StorageError, LedgerReadOnly):
            wal = Path(f"{path}-wal")
            if wal.exists() and wal.stat().st_size > 0:
                raise
            # Where nothing can be written beside it, SQLite reads a file only as unchanging.
            return cls._checked(path, mode="ro", immutable="1")

    def transaction(self) -> Never:
        """Refuse to add to the log.

        Raises:
            LedgerReadOnly: always.
        """
        raise LedgerReadOnly(str(self.place))

    def close(self) -> None:
        """Close the file."""
        if "_connection" in self.__dict__:
            self._connection.close()

    @classmethod
    def _checked(cls, path: Path, **parameters: str) -> SQLiteReader:
        log = cls(path, **parameters)
        try:
            log.check_contract()
        except BaseException:
            log.close()
            raise
        return log

    @cached_property
    def _connection(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self.uri or "",
            timeout=base.LOCK_TIMEOUT,
            isolation_level=None,
            check_same_thread=False,
            uri=True,
        )

    @contextmanager
    def _reading(self) -> Generator[sqlite3.Cursor]:
        try:
            with closing(self._connection.cursor()) as cursor:
                yield cursor
        except sqlite3.Error as fault:
            raise StorageError.of(str(self.place), str(fault)) from fault


def check_ours(path: Path) -> None:
    """Refuse what is no ledger's log.

    Raises:
        LedgerNotFound: there is no file.
        NotALedger: it is something else.
        StorageError: one may not look there.
    """
    with placed(path):
        found = files.look(path, files.LEDGER)
    if found == "absent":
        raise LedgerNotFound(str(path))
    if found != "ours":
        raise NotALedger(str(path), _OTHER[found])


@contextmanager
def placed(path: Path) -> Generator[None]:
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


def issued(cursor: Cursor) -> list[Issued]:
    """Return the checkpoints that were issued, the oldest first."""
    cursor.execute("SELECT text, key FROM checkpoints ORDER BY number")
    return [Issued(*row) for row in cursor.fetchall()]
