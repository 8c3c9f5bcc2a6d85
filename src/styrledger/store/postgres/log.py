"""The log in a schema of a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from styrledger.errors import AccessDenied, LedgerExists, LedgerUnfinished, StorageError
from styrledger.rows import Row
from styrledger.store.log import (
    TABLES,
    Identity,
    Issued,
    Log,
)
from styrledger.store.places import Server
from styrledger.store.postgres import connections, schema
from styrledger.store.postgres.connections import Pool
from styrledger.store.postgres.listening import Listener
from styrledger.store.postgres.recorder import BEGIN, Cursor, LogRecorder, Statements, cursor_of
from styrledger.store.postgres.transaction import PostgresTransaction, appending

HAS_SCHEMA = SQL("SELECT 1 FROM pg_namespace WHERE nspname = %s")

HAS_TABLES = SQL(
    "SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
    " WHERE nspname = %s AND relname = ANY(%s)"
)


class PostgresLog(Log):
    """The log of one ledger, in a schema of a PostgreSQL database."""

    place: Server

    def __init__(self, place: Server, *, read_only: bool) -> None:
        """Prepare to connect; nothing is asked of the server yet."""
        super().__init__(place, read_only=read_only)
        self._pool = Pool(place, writable=not read_only)
        self.statements = Statements(place)
        self.recorder = LogRecorder(place, self._pool, self.statements)
        self._listener = Listener(place)
        self._newest: Row | None = None
        """While this log holds the right to append: the newest entry, as all can read it."""

    @classmethod
    def create(cls, place: Server, identity: Identity, *, role: str | None = None) -> PostgresLog:
        """Make a new, empty log, in a schema of its own; a role may then record in it.

        Raises:
            LedgerExists: where the schema holds a log already.
            StorageError: where the account may not make tables.
        """
        log = cls(place, read_only=False)
        try:
            log.make_tables(schema.identify(place.schema, identity), role)
        except BaseException:
            log.close()
            raise
        return log

    @classmethod
    def open(cls, place: Server, *, read_only: bool = False) -> PostgresLog:
        """Open an existing log.

        Raises:
            LedgerNotFound: where there is none.
            LedgerUnfinished: where it is being restored.
            FutureContract: where a newer version of the package made it.
        """
        log = cls(place, read_only=read_only)
        try:
            log.check_contract()
        except BaseException:
            log.close()
            raise
        return log

    @property
    def connected(self) -> int:
        """How often it was connected to; a server may be another than the time before."""
        return self._pool.made

    @property
    def identity(self) -> Identity:
        """Whose ledger it is."""
        return self._identity

    @cached_property
    def _identity(self) -> Identity:
        rows = self._asked(self.statements.identity)
        if not rows:
            raise LedgerUnfinished(str(self.place), "a restore into it was begun", schema.FINISH)
        ledger, organisation, contract, made = rows[0]
        return Identity(ledger, organisation, contract, datetime.fromisoformat(made))

    def head(self) -> int:
        """Return how many entries there are."""
        return int(self._asked(self.statements.head)[0][0])

    def rows(self, after: int = 0, limit: int = 1000) -> list[Row]:
        """Return stored entries in order, those with a position above ``after``."""
        newest = self._newest
        if newest is not None and newest.position == after + 1:
            return [newest]
        return [*map(Row._make, self._asked(self.statements.rows, (after, limit)))]

    def issued(self) -> list[Issued]:
        """Return the checkpoints that were issued, the oldest first."""
        return [Issued(*row) for row in self._asked(self.statements.issued)]

    @contextmanager
    def transaction(self) -> Generator[PostgresTransaction]:
        """Hold the one transaction that may add to the log."""
        with appending(self.place, self._pool, self.statements, self.recorder) as transaction:
            self._newest = transaction.last()
            try:
                yield transaction
            finally:
                self._newest = None

    def wait(self, after: int, seconds: float) -> int:
        """Return the head when it is above ``after``, and at the latest when the time is over."""
        return self._listener.wait(self.head, after, seconds)

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()
        self._listener.close()

    def make_tables(self, then: str, role: str | None = None) -> None:
        """Make the tables of a new log and run what follows, all of it or nothing.

        Raises:
            LedgerExists: where there are some already.
        """
        name = self.place.schema
        made = [schema.make_tables(name), then]
        if role is not None:
            made.append(schema.grant(name, role))
        try:
            with self._pool.connection() as connection:
                connection.execute(BEGIN)
                cursor = cursor_of(connection)
                encoding = connection.info.parameter_status("server_encoding")
                if encoding != "UTF8":
                    reason = f"the encoding of the database is {encoding}, expected UTF8"
                    raise StorageError(str(self.place), reason)
                if not _exists(cursor, HAS_SCHEMA, name):
                    cursor.execute(SQL("CREATE SCHEMA {}").format(Identifier(name)))
                if _exists(cursor, HAS_TABLES, name, [*TABLES]):
                    raise LedgerExists(str(self.place), f"a ledger in the schema {name}", "schema")
                connection.execute("".join([*made, "COMMIT"]).encode())
        except psycopg.errors.InsufficientPrivilege as fault:
            reason = connections.reason_of(self.place, fault)
            raise AccessDenied(str(self.place), reason) from fault
        except (psycopg.errors.DuplicateTable, psycopg.errors.UniqueViolation) as fault:
            raise LedgerExists(
                str(self.place), f"a ledger in the schema {name}", "schema"
            ) from fault
        except psycopg.Error as fault:
            raise connections.error_of(self.place, fault, writing=True) from fault

    def has_tables(self) -> bool:
        """Tell whether the tables of a log are there, finished or not."""
        return bool(self._asked(HAS_TABLES, (self.place.schema, [*TABLES])))

    def has_identity(self) -> bool:
        """Tell whether it is said whose ledger it is."""
        return bool(self._asked(self.statements.identity))

    def _asked(self, query: SQL | bytes, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        for fresh in (False, True):
            with self._pool.connection(fresh=fresh) as connection:
                try:
                    return cursor_of(connection).execute(query, values or None).fetchall()
                except psycopg.Error as fault:
                    # An idle connection to a server that restarted since.
                    if connections.lost(fault) and not fresh:
                        continue
                    raise connections.error_of(self.place, fault, writing=False) from fault
        raise AssertionError


def _exists(cursor: Cursor, query: SQL, *values: Any) -> bool:
    return cursor.execute(query, values).fetchone() is not None
