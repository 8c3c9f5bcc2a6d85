"""The one transaction that may add to a log on a server."""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from styrledger.errors import CommitUnknown
from styrledger.rows import Row
from styrledger.store.log import (
    Identity,
    Issued,
)
from styrledger.store.places import Server
from styrledger.store.postgres import connections, schema
from styrledger.store.postgres.connections import Connection, Pool
from styrledger.store.postgres.recorder import FEW, Cursor, LogRecorder, Statements, cursor_of

WARNING = "01000"
"""The code of a warning that is of no kind of its own."""

WRITE_NOTHING = "SELECT pg_logical_emit_message(true, 'styrledger', '')"
"""Writes to the server's journal and to no table."""


class PostgresTransaction:
    """Reads and adds. What was added last is sent with the commit, where it is little."""

    def __init__(
        self, connection: Connection, statements: Statements, recorder: LogRecorder
    ) -> None:
        self._connection, self._statements, self._recorder = connection, statements, recorder
        self._held: Sequence[Row] = ()
        self._newest: Row | None = None
        self._wrote = False
        self.discarded = False
        self.committing = False

    def begin(self) -> None:
        """Take the right to append, and then read the newest entry, in one message."""
        cursor = psycopg.ClientCursor(self._connection)
        cursor.execute(self._statements.begin)
        while cursor.nextset():
            pass
        row = cursor.fetchone()
        self._newest = None if row is None else Row(*row.values())

    def row(self, position: int) -> Row | None:
        """Return the entry at a position, None where there is none."""
        row = self._ran(self._statements.row, (position,)).fetchone()
        return None if row is None else Row._make(row)

    def last(self) -> Row | None:
        """Return the entry that was the newest when the transaction began."""
        return self._newest

    def versions(self, streams: Collection[str]) -> dict[str, int]:
        """Return the newest version in each of these streams, none for one without entries."""
        return dict(self._ran(self._statements.versions, ([*streams],)).fetchall())

    def insert(self, rows: Sequence[Row]) -> None:
        """Add entries after the newest."""
        self._send()
        self._held = rows
        self._wrote = True

    def issued(self) -> list[Issued]:
        """Return the checkpoints that were issued, the oldest first."""
        return [Issued(*row) for row in self._ran(self._statements.issued).fetchall()]

    def issue(self, checkpoint: Issued) -> None:
        """Keep a checkpoint as issued."""
        self._wrote = True
        self._ran(self._statements.issue, (checkpoint.text, checkpoint.key))

    def identify(self, place: Server, identity: Identity) -> None:
        """Say whose ledger it is."""
        self._wrote = True
        self._connection.execute(schema.identify(place.schema, identity).encode())

    def discard(self) -> None:
        """Let nothing of the transaction be kept when it ends."""
        self.discarded = True

    def end(self) -> None:
        """Commit, or undo what is discarded."""
        if self.discarded:
            self._connection.execute("ROLLBACK")
            return
        if len(self._held) > FEW:
            self._send()
        if not self._wrote:
            # What is there already may not be on the standby yet: a server that is killed while
            # it waits for that keeps it. A commit that writes nothing would not wait.
            self._connection.execute(WRITE_NOTHING)
        self.committing = True
        with _warnings(self._connection) as warned:
            if self._held:
                done = self._recorder.insert_and_commit(self._connection, self._held)
            else:
                done = self._connection.execute("COMMIT").statusmessage
        if warned:
            raise CommitUnknown(str(self._recorder.place), warned[0])
        if done != "COMMIT":
            reason = f"the server answered {done} to COMMIT"
            raise psycopg.InternalError(reason)

    def _send(self) -> None:
        if self._held:
            held, self._held = self._held, ()
            self._recorder.insert(self._connection, held)

    def _ran(self, query: bytes, values: Sequence[Any] = ()) -> Cursor:
        self._send()
        return cursor_of(self._connection).execute(query, values or None)


@contextmanager
def _warnings(connection: Connection) -> Generator[list[str]]:
    """Give what the server warns of: that it gave up waiting for a standby is no error to it."""
    warned: list[str] = []

    def hear(said: psycopg.errors.Diagnostic) -> None:
        if said.sqlstate == WARNING:
            warned.append(said.message_primary or "it warned of something")

    connection.add_notice_handler(hear)
    try:
        yield warned
    finally:
        connection.remove_notice_handler(hear)


@contextmanager
def appending(
    place: Server, pool: Pool, statements: Statements, recorder: LogRecorder
) -> Generator[PostgresTransaction]:
    """Hold the right to append until the transaction ends; all of it is kept, or nothing.

    Raises:
        LedgerBusy: another writer did not finish in time.
        CommitUnknown: the server was lost before it told whether all of it was kept.
        ServerUnreachable: it was lost before; nothing is kept.
    """
    with _begun(place, pool, statements, recorder) as (connection, transaction):
        try:
            yield transaction
            transaction.end()
        except psycopg.Error as fault:
            if transaction.committing and connections.lost(fault):
                raise CommitUnknown(str(place), connections.reason_of(place, fault)) from fault
            raise connections.error_of(place, fault, writing=True) from fault
        finally:
            _roll_back(connection)


@contextmanager
def _begun(
    place: Server, pool: Pool, statements: Statements, recorder: LogRecorder
) -> Generator[tuple[Connection, PostgresTransaction]]:
    for fresh in (False, True):
        with pool.connection(fresh=fresh) as connection:
            transaction = PostgresTransaction(connection, statements, recorder)
            try:
                transaction.begin()
            except psycopg.Error as fault:
                _roll_back(connection)
                # An idle connection to a server that restarted since.
                if connections.lost(fault) and not fresh:
                    continue
                raise connections.error_of(place, fault, writing=True) from fault
            yield connection, transaction
            return


def _roll_back(connection: Connection) -> None:
    """End what is left of a transaction; a connection that cannot is closed by the pool."""
    if connection.pgconn.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        with suppress(psycopg.Error):
            connection.execute("ROLLBACK")
