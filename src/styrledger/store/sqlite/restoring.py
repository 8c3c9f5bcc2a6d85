"""Restoring a ledger into an SQLite file: page by page, and put in its place when whole."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path

from eventsourcing.sqlite import SQLiteConnection

from styrledger import files
from styrledger.errors import CopyUnreadable, LedgerUnfinished
from styrledger.rows import Row
from styrledger.store.log import (
    Identity,
    Issued,
    Restoring,
)
from styrledger.store.sqlite.log import LogPool, SQLiteLog, SQLiteTransaction, identify
from styrledger.store.sqlite.reading import placed


class PartPool(LogPool):
    """Connections to a file that nobody else may have open."""

    def __init__(self, *, db_name: str, lock_timeout: int) -> None:
        del lock_timeout  # whoever holds it restores there, and is not waited for
        super().__init__(db_name=db_name, lock_timeout=1)

    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        connection.cursor().execute("PRAGMA locking_mode=EXCLUSIVE")
        return connection


class PartLog(SQLiteLog):
    """The file that will be the ledger's, while it is made."""

    pool = PartPool


class SQLiteRestoring(Restoring):
    """A ledger that is being restored into a file."""

    def __init__(self, path: Path, part: Path) -> None:
        """Take up the part at a path, or begin it."""
        self._path, self._part = path, part
        self._log = self._opened()
        self.finished = False

    def rows(self, after: int, limit: int) -> list[Row]:
        """Return entries that are there already, those with a position above ``after``."""
        return self._log.rows(after, limit)

    def add(self, rows: Sequence[Row]) -> None:
        """Add entries after the newest, in a transaction of their own."""
        with self._log.transaction() as transaction:
            transaction.insert(rows)

    def begin_anew(self, after: int) -> None:
        """Remove the part and begin another."""
        self.remove()
        if after:
            what = "the beginning of another copy was there, and is removed now"
            raise LedgerUnfinished(str(self._path), what, "restore again")
        self._log = self._opened()

    def finish(self, identity: Identity, issued: Iterable[Issued]) -> None:
        """Make it a ledger, with the checkpoints that it has issued."""
        with self._log.adding() as cursor:
            transaction = SQLiteTransaction(self._log.recorder, cursor)
            for one in issued:
                transaction.issue(one)
            identify(cursor, identity)
        self.finished = True

    def close(self) -> None:
        """Close the file, so that all of it is in the one file."""
        self._log.close()

    def remove(self) -> None:
        """Close and remove the file."""
        self.close()
        files.remove(self._part)

    def _opened(self) -> PartLog:
        """Open the part; one that is a ledger already has other names, and is left to them."""
        log = _part(self._part, self._path)
        try:
            whole = log.has_identity()
        except BaseException:
            log.close()
            raise
        if not whole:
            return log
        log.close()
        files.remove(self._part)
        return _part(self._part, self._path)


def _part(part: Path, path: Path) -> PartLog:
    """Open a part; a new one has its tables before it has its name, so that it is known again."""
    if not part.exists():
        with files.making(part) as new:
            made = SQLiteLog(new, mode="rwc")
            made.place = path
            try:
                with made.adding() as cursor:
                    made.make_tables(cursor)
            finally:
                made.close()
    log = PartLog(part, mode="rw")
    log.place = path
    return log


@contextmanager
def restoring(path: Path) -> Generator[SQLiteRestoring]:
    """Give what a ledger is restored with; it is put at the path when it is finished.

    Raises:
        LedgerExists: there is something at the path.
        LedgerUnfinished: the place of the part is taken by another file.
        LedgerBusy: another process is restoring there.
    """
    with placed(path):
        if os.path.lexists(path):
            raise FileExistsError(path)
        part = path.with_name(f"{path.name}.part")
        if files.look(part, files.LEDGER) not in {"absent", "ours"}:
            what = f"there is another file at {part}"
            raise LedgerUnfinished(str(path), what, "move it away and restore again")
        made = SQLiteRestoring(path, part)
        try:
            yield made
        except CopyUnreadable:
            made.remove()
            raise
        finally:
            made.close()
        if made.finished:
            files.put(part, path)
