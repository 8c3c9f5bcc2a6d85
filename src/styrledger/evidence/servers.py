"""A ledger's tables on a PostgreSQL server as they lie there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composed

from styrledger.errors import LedgerNotFound, ServerUnreachable, StorageError
from styrledger.evidence.base import LOWEST, Evidence, Part, Values
from styrledger.rows import Row
from styrledger.store import (
    TABLES,
    Issued,
    Server,
)
from styrledger.store.postgres import connections, schema
from styrledger.store.postgres.recorder import Statements, in_schema

PAGE = 1000


class ServerEvidence(Evidence):
    """The log of a ledger in a schema of a database, all of it read in one snapshot."""

    def __init__(self, place: Server) -> None:
        """Begin to read.

        Raises:
            LedgerNotFound: there are no tables of a ledger.
            ServerUnreachable, AccessDenied: the server cannot be asked.
        """
        self._place = place
        self._statements = Statements(place)
        self._connection = connections.connect(place, writable=False)
        try:
            self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            self._connection.execute("SET LOCAL search_path = pg_catalog")
            self._require_tables()
        except BaseException:
            self.close()
            raise

    def _require_tables(self) -> None:
        if not any(part.kind == "table" for part in self.parts()):
            raise LedgerNotFound(str(self._place), "the schema holds no ledger", "URL")

    def parts(self) -> list[Part]:
        """Return what the catalogue says of the tables and of what hangs on them, sorted."""
        given = (self._place.schema, [*TABLES], [*schema.FUNCTIONS])
        return sorted((Part(*row) for row in self._select(SQL(CATALOGUE), given)), key=_order)

    def expected(self) -> list[Part]:
        """Return what the catalogue says of a new ledger."""
        return sorted((Part(*row) for row in schema.expected()), key=_order)

    def integrity(self) -> list[str]:
        """Return whether there are as many rows as positions; the server tells no more."""
        counted = SQL("SELECT count(*), coalesce(max(notification_id), 0) FROM {stored_events}")
        ((many, head),) = self._select(in_schema(self._place, counted))
        return [] if many == head else [f"{many} entries under the positions up to #{head}"]

    def identities(self) -> list[Values]:
        """Return the rows that say whose ledger it is: there must be one."""
        return self._select(self._statements.identity)

    def entries(self) -> Iterator[Row]:
        """Yield every stored entry in order."""
        after = 0
        while rows := self.rows(after, PAGE):
            yield from rows
            after = rows[-1].position

    def rows(self, after: int = 0, limit: int = PAGE) -> Sequence[Row]:
        """Return stored entries in order, those with a position above ``after``."""
        return [*map(Row._make, self._select(self._statements.rows, (max(after, LOWEST), limit)))]

    def head(self) -> int:
        """Return the last position."""
        return int(self._select(self._statements.head)[0][0])

    def is_dense(self) -> bool:
        """Return whether there is an entry at every position from the first to the last."""
        count, first, last = self._select(in_schema(self._place, SQL(EXTENT)))[0]
        return (count, first, last) in {(0, None, None), (count, 1, count)}

    def misplaced(self) -> Iterator[tuple[Row, int]]:
        """Yield the entries whose version is not their place in their stream, and that place."""
        for position, stream, version, name, place in self._select(
            in_schema(self._place, SQL(MISPLACED))
        ):
            yield Row(position, stream, version, name, b""), place

    def issued(self) -> list[Issued]:
        """Return the checkpoints that the ledger keeps as issued."""
        return [Issued(*row) for row in self._select(self._statements.issued)]

    def close(self) -> None:
        """Stop reading."""
        connections.close(self._connection)

    def _select(self, query: SQL | Composed | bytes, values: Sequence[Any] = ()) -> list[Values]:
        try:
            # What fails undoes no more than itself: the snapshot stays.
            with self._connection.transaction():
                cursor = self._connection.cursor(binary=True, row_factory=tuple_row)
                return cursor.execute(query, values or None).fetchall()
        except psycopg.Error as fault:
            reason = connections.reason_of(self._place, fault)
            kind = ServerUnreachable if connections.lost(fault) else StorageError
            raise kind(str(self._place), reason) from fault


def _order(part: Part) -> tuple[str, str]:
    return part.kind, part.name


EXTENT = "SELECT count(*), min(notification_id), max(notification_id) FROM {stored_events}"

MISPLACED = """
SELECT notification_id, originator_id, originator_version, topic, place FROM (
    SELECT *, row_number() OVER (PARTITION BY originator_id ORDER BY notification_id) AS place
    FROM {stored_events}
) AS placed WHERE originator_version IS DISTINCT FROM place ORDER BY 1
"""

CATALOGUE = r"""
WITH ours AS (
    SELECT pg_class.oid, relname::text, relkind, relowner, relacl, relrowsecurity,
        quote_ident(nspname) || '.' AS at, '"' || nspname || '".' AS written
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = %s AND relname = ANY(%s)
), found (kind, name, made, at, written) AS (
    SELECT 'table', relname, relkind::text || ' ' || (
        SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod),
            CASE WHEN attcollation <> 100 THEN collname END,
            CASE WHEN attnotnull THEN 'not null' END), ', ' ORDER BY attnum)
        FROM pg_attribute LEFT JOIN pg_collation ON pg_collation.oid = attcollation
        WHERE attrelid = ours.oid AND attnum > 0 AND NOT attisdropped
    ) || CASE WHEN relrowsecurity THEN ', row security' ELSE '' END, at, written
    FROM ours
    UNION ALL
    SELECT 'index', index.relname::text, pg_get_indexdef(indexrelid)
        || CASE WHEN indisvalid AND indisready THEN '' ELSE ' invalid' END, at, written
    FROM ours JOIN pg_index ON indrelid = ours.oid
        JOIN pg_class AS index ON index.oid = indexrelid
    UNION ALL
    SELECT 'trigger', tgname::text, pg_get_triggerdef(pg_trigger.oid)
        || CASE tgenabled WHEN 'A' THEN '' ELSE ' ' || tgenabled::text END, at, written
    FROM ours JOIN pg_trigger ON tgrelid = ours.oid WHERE NOT tgisinternal
    UNION ALL
    SELECT 'rule', rulename::text, pg_get_ruledef(pg_rewrite.oid), at, written
    FROM ours JOIN pg_rewrite ON ev_class = ours.oid
    UNION ALL
    SELECT 'constraint', conname::text, pg_get_constraintdef(pg_constraint.oid), at, written
    FROM ours JOIN pg_constraint ON conrelid = ours.oid
    WHERE contype NOT IN ('p', 'n')
    UNION ALL
    SELECT 'child table', inhrelid::regclass::text, NULL, at, written
    FROM ours JOIN pg_inherits ON inhparent = ours.oid
    UNION ALL
    SELECT 'grant', lower(privilege_type) || ' on ' || relname || ' to '
        || CASE grantee WHEN 0 THEN 'everybody' ELSE grantee::regrole::text END, NULL, at, written
    FROM ours, aclexplode(relacl)
    WHERE grantee <> relowner AND NOT (privilege_type = 'SELECT'
        OR privilege_type = 'INSERT' AND relname <> 'ledger')
    UNION ALL
    SELECT 'function', proname::text, pg_get_functiondef(pg_proc.oid),
        quote_ident(nspname) || '.', '"' || nspname || '".'
    FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
    WHERE nspname = (SELECT btrim(written, '".') FROM ours LIMIT 1) AND proname = ANY(%s)
)
SELECT kind, name, btrim(replace(replace(made, written, ''), at, ''), E' \n') FROM found
"""
