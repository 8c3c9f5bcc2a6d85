"""The log: the one place where entries are kept, on ``eventsourcing``'s recorders.

This is the only room that knows storage. It is configured by what it is given and by nothing
else: no environment variable can move the log. What keeps a log is loaded when it is used.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager

from styrledger.errors import MissingExtraError
from styrledger.store.log import (
    CONTRACT,
    TABLES,
    Identity,
    Issued,
    Log,
    Placed,
    Restoring,
    Writer,
    new_identity,
)
from styrledger.store.places import Place, Server, read_place

__all__ = [
    "CONTRACT",
    "TABLES",
    "Identity",
    "Issued",
    "Log",
    "Place",
    "Placed",
    "Restoring",
    "Server",
    "Writer",
    "create_log",
    "new_identity",
    "open_log",
    "read_place",
    "restoring",
]


def create_log(place: Place, identity: Identity, *, role: str | None = None) -> Log:
    """Make a new, empty log; on a server, a role may then record in it and read it.

    Raises:
        LedgerExists: there is something at the place.
        StorageError: it cannot be written.
        ServerUnreachable, AccessDenied: the server cannot be used.
    """
    if isinstance(place, Server):
        with _extra():
            from styrledger.store.postgres.log import PostgresLog  # noqa: PLC0415 - an extra

        return PostgresLog.create(place, identity, role=role)
    from styrledger.store.sqlite.log import SQLiteLog  # noqa: PLC0415 - loaded when it is used

    return SQLiteLog.create(place, identity)


def open_log(place: Place, *, read_only: bool = False) -> Log:
    """Open an existing log.

    Raises:
        LedgerNotFound: there is no ledger at the place.
        NotALedger: there is something else.
        LedgerUnfinished: it is being restored, or that was cut off.
        FutureContract: a newer version of the package made it.
        ServerUnreachable, AccessDenied: the server cannot be used.
    """
    if isinstance(place, Server):
        with _extra():
            from styrledger.store.postgres.log import PostgresLog  # noqa: PLC0415 - an extra

        return PostgresLog.open(place, read_only=read_only)
    if read_only:
        from styrledger.store.sqlite.reading import SQLiteReader  # noqa: PLC0415 - no engine for a reader

        return SQLiteReader.open(place)
    from styrledger.store.sqlite.log import SQLiteLog  # noqa: PLC0415 - loaded when it is used

    return SQLiteLog.open(place)


def restoring(place: Place) -> AbstractContextManager[Restoring]:
    """Give what a ledger is restored with, where it was cut off if it was begun before.

    Raises:
        LedgerExists: there is something at the place.
        LedgerUnfinished: something else was begun there.
        LedgerBusy: another process is restoring there.
        ServerUnreachable, AccessDenied: the server cannot be used.
    """
    if isinstance(place, Server):
        with _extra():
            from styrledger.store.postgres import restoring as on_server  # noqa: PLC0415 - an extra

        return on_server.restoring(place)
    from styrledger.store.sqlite import restoring as in_file  # noqa: PLC0415 - loaded when it is used

    return in_file.restoring(place)


@contextmanager
def _extra() -> Generator[None]:
    try:
        yield
    except ImportError as error:
        raise MissingExtraError(
            extra="postgres", package="psycopg", needed_for="a ledger on a PostgreSQL server"
        ) from error
