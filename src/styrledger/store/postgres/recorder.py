"""What a log asks of its tables, and the engine's recorder over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString, cast

import psycopg
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composed, Identifier

from styrledger.rows import Row
from styrledger.store.log import (
    TABLES,
)
from styrledger.store.places import Server
from styrledger.store.postgres.connections import Connection, Pool
from styrledger.store.postgres.schema import LOCK, name_of, text_of

Cursor = psycopg.Cursor[tuple[Any, ...]]

FEW = 10
"""So many rows are sent as text, together with the commit that follows them."""

BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"

COLUMNS: LiteralString = (
    "SELECT notification_id, originator_id, originator_version, topic, state FROM {stored_events}"
)
INSERT: LiteralString = (
    "INSERT INTO {stored_events} (originator_id, originator_version, topic, state, notification_id)"
)


class Statements:
    """What a log asks of its tables, each of them named with its schema."""

    def __init__(self, place: Server) -> None:
        def made(text: LiteralString) -> bytes:
            return in_schema(place, SQL(text)).as_bytes(None)

        self.rows = made(COLUMNS + " WHERE notification_id > %s ORDER BY 1 LIMIT %s")
        self.row = made(COLUMNS + " WHERE notification_id = %s")
        self.last = made(COLUMNS + " ORDER BY 1 DESC LIMIT 1")
        self.head = made("SELECT coalesce(max(notification_id), 0) FROM {stored_events}")
        self.versions = made(
            "SELECT originator_id, max(originator_version) FROM {stored_events}"
            " WHERE originator_id = ANY(%s) GROUP BY 1"
        )
        self.insert = made(
            INSERT + " SELECT * FROM"
            " unnest(%s::text[], %s::bigint[], %s::text[], %b::bytea[], %s::bigint[])"
        )
        self.insert_few = made(INSERT + " VALUES ")  # noqa: S608 - names of ours alone
        self.identity = made("SELECT ledger, organisation, contract, created_at FROM {ledger}")
        self.issued = made("SELECT text, key FROM {checkpoints} ORDER BY number")
        self.issue = made(
            "INSERT INTO {checkpoints} SELECT coalesce(max(number), 0) + 1, %s, %s"
            " FROM {checkpoints}"
        )
        table = text_of(f"{name_of(place.schema)}.stored_events")
        lock = "SELECT " + LOCK.format(table=f"{table}::regclass::oid")
        # The newest entry is looked for when the lock is held, and not before.
        self.begin = f"{BEGIN}; {lock}; ".encode() + self.last


def in_schema(place: Server, query: SQL) -> Composed:
    """Return a statement in which each name of a table in braces is that of this ledger's."""
    return query.format(**{table: Identifier(place.schema, table) for table in TABLES})


def cursor_of(connection: Connection) -> Cursor:
    """Return what rows are read with, each of them a tuple."""
    return connection.cursor(binary=True, row_factory=tuple_row)


class LogDatastore(PostgresDatastore):
    """The engine's datastore, over connections that we make."""

    def __init__(self, place: Server, pool: Pool) -> None:
        super().__init__(
            place.database,
            place.hosts,
            place.ports,
            "",
            "",
            schema=place.schema,
            originator_id_type="text",
        )
        self.pool = cast("Any", pool)

    def register_type_adapters(self) -> None:
        """Register none: entries are inserted as plain columns."""


class LogRecorder(PostgresApplicationRecorder):
    """The engine's recorder, on a table in which the position is given and not drawn."""

    def __init__(self, place: Server, pool: Pool, statements: Statements) -> None:
        super().__init__(LogDatastore(place, pool))
        self.place = place
        self._statements = statements

    def insert(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Add rows inside the caller's transaction, which holds the right to append."""
        columns = zip(*map(_values, rows), strict=True)
        cursor_of(connection).execute(self._statements.insert, [*map(list, columns)])

    def insert_and_commit(self, connection: Connection, rows: Sequence[Row]) -> str | None:
        """Add a few rows and end the caller's transaction, in one message to the server.

        It returns what the server says that it did at last.
        """
        places = b", ".join([b"(%s, %s, %s, %s, %s)"] * len(rows))
        query = self._statements.insert_few + places + b"; COMMIT"
        values = [value for row in rows for value in _values(row)]
        cursor = psycopg.ClientCursor(connection).execute(query, values)
        while cursor.nextset():
            pass
        return cursor.statusmessage


def _values(row: Row) -> tuple[str, int, str, bytes, int]:
    return row.stream, row.version, row.name, row.state, row.position
