"""Restoring a ledger into a PostgreSQL database: what is not finished has no identity."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Never

from styrledger.errors import LedgerExists, LedgerUnfinished
from styrledger.rows import Row
from styrledger.store.log import (
    Identity,
    Issued,
    Restoring,
)
from styrledger.store.places import Server
from styrledger.store.postgres import schema
from styrledger.store.postgres.log import PostgresLog


class PostgresRestoring(Restoring):
    """A ledger that is being restored into a schema."""

    def __init__(self, log: PostgresLog) -> None:
        self._log = log

    def rows(self, after: int, limit: int) -> list[Row]:
        """Return entries that are there already, those with a position above ``after``."""
        return self._log.rows(after, limit)

    def add(self, rows: Sequence[Row]) -> None:
        """Add entries after the newest, in a transaction of their own."""
        with self._log.transaction() as transaction:
            last = transaction.last()
            if (0 if last is None else last.position) != rows[0].position - 1:
                raise LedgerUnfinished(
                    str(self._log.place), "another process restores into it", schema.FINISH
                )
            transaction.insert(rows)

    def begin_anew(self, after: int) -> Never:
        """Refuse to: nothing is ever removed from a server."""
        del after
        what = f"the schema {self._log.place.schema} holds the beginning of another copy"
        raise LedgerUnfinished(
            str(self._log.place), what, "restore into another, or drop this one and restore again"
        )

    def finish(self, identity: Identity, issued: Iterable[Issued]) -> None:
        """Make it a ledger, with the checkpoints that it has issued."""
        with self._log.transaction() as transaction:
            if self._log.has_identity():  # another process was first
                raise _taken(self._log.place)
            for one in issued:
                transaction.issue(one)
            transaction.identify(self._log.place, identity)


@contextmanager
def restoring(place: Server) -> Generator[PostgresRestoring]:
    """Give what a ledger is restored with.

    Raises:
        LedgerExists: there is a ledger in the schema.
        LedgerUnfinished: the beginning of another copy is.
    """
    log = PostgresLog(place, read_only=False)
    try:
        if not log.has_tables():
            log.make_tables("")
        elif log.has_identity():
            raise _taken(place)
        yield PostgresRestoring(log)
    finally:
        log.close()


def _taken(place: Server) -> LedgerExists:
    return LedgerExists(str(place), f"a ledger in the schema {place.schema}", "schema")
