"""Connections to a PostgreSQL server, and what it means when one of them fails."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import cast

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import DictRow, dict_row

from styrledger.errors import (
    AccessDenied,
    DatabaseNotFound,
    DiskFull,
    Fault,
    LedgerBusy,
    LedgerError,
    LedgerNotFound,
    LedgerReadOnly,
    PlaceError,
    ServerUnreachable,
    StorageError,
)
from styrledger.store import log as base
from styrledger.store.places import Server

Connection = psycopg.Connection[DictRow]

DEFAULTS = {
    "connect_timeout": "10",
    "application_name": "styrledger",
    # A server that is gone is noticed, not waited for.
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}

FIXED = {"client_encoding": "UTF8", "hostaddr": "", "options": ""}
"""What is not left to the environment: an empty value is taken in the place of its variable."""

DURABLE = """
SELECT set_config('lock_timeout', '{seconds}s', false), CASE
    WHEN current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')
    THEN set_config('synchronous_commit', 'on', false) END
"""
"""Lets a commit be on the disk when it returns, whatever the account's settings are."""


def connect(server: Server, *, writable: bool) -> Connection:
    """Return a new connection, on which each statement is a transaction unless one is begun.

    Raises:
        ServerUnreachable, AccessDenied, DatabaseNotFound: so it is.
        PlaceError: the address has a parameter that does not exist.
    """
    target = "primary" if writable else "any"
    parameters = {"target_session_attrs": target, **DEFAULTS, **server.more, **FIXED}
    if server.user is not None:
        parameters["user"] = server.user
    if server.password is not None:
        parameters["password"] = server.password
    given = {"host": server.hosts, "port": server.ports, "dbname": server.database, **parameters}
    try:
        told = make_conninfo("", **given)
    except psycopg.ProgrammingError as fault:
        what = f"it cannot be used ({reason_of(server, fault)})"
        expected = "parameters that libpq knows"
        raise PlaceError(Fault(what, expected, where="the address of the ledger")) from None
    try:
        connection = psycopg.connect(told, autocommit=True)
        if writable:
            connection.execute(DURABLE.format(seconds=base.LOCK_TIMEOUT).encode())
    except psycopg.Error as fault:
        raise _refused(server, reason_of(server, fault)) from None
    made = cast("Connection", connection)
    made.row_factory = dict_row  # as the engine's recorder reads
    return made


class Pool:
    """The idle connections of one log; the engine's own pool hides why none can be had."""

    def __init__(self, server: Server, *, writable: bool) -> None:
        self._server, self._writable = server, writable
        self._idle: list[Connection] = []
        self._lock = Lock()
        self._closed = False
        self.made = 0
        """How many connections were made so far."""

    @contextmanager
    def connection(self, *, fresh: bool = False) -> Generator[Connection]:
        """Give a connection; it is kept for the next if it is whole and in no transaction."""
        connection = self._taken(fresh=fresh)
        try:
            yield connection
        finally:
            self._put(connection)

    def open(self, wait: object = None, timeout: object = None) -> None:
        """Do nothing: a connection is made when one is needed."""

    def close(self) -> None:
        """Close every connection."""
        self._closed = True
        self._drop_idle()

    def _taken(self, *, fresh: bool) -> Connection:
        if fresh:
            self._drop_idle()
        with self._lock:
            if self._idle:
                return self._idle.pop()
        self.made += 1
        return connect(self._server, writable=self._writable)

    def _put(self, connection: Connection) -> None:
        idle = psycopg.pq.TransactionStatus.IDLE
        if not self._closed and connection.pgconn.transaction_status == idle:
            with self._lock:
                self._idle.append(connection)
        else:
            close(connection)

    def _drop_idle(self) -> None:
        with self._lock:
            dropped, self._idle = self._idle, []
        for connection in dropped:
            close(connection)


def close(connection: Connection) -> None:
    """Close a connection, whatever state it is in."""
    with suppress(psycopg.Error):
        connection.close()


def error_of(server: Server, fault: psycopg.Error, *, writing: bool) -> LedgerError:
    """Return the error that a failed statement stands for; nothing of it was kept."""
    place, reason = str(server), reason_of(server, fault)
    state = fault.sqlstate or ""
    if state == "42501":  # insufficient privilege
        return LedgerReadOnly(place) if writing else AccessDenied(place, reason)
    known = _BY_STATE.get(state)
    if known is not None:
        return known(place, reason)
    if state == "25006":  # read-only transaction: a standby
        return LedgerReadOnly(place)
    if state in {"42P01", "3F000"}:  # no such table, no such schema
        return LedgerNotFound(place, "the schema holds no ledger", "URL")
    if lost(fault):
        return ServerUnreachable(place, reason)
    return StorageError(place, reason)


def lost(fault: psycopg.Error) -> bool:
    """Tell whether the connection is gone, rather than the statement refused."""
    state = fault.sqlstate
    ended = state is not None and state.startswith(("08", "57P"))
    return ended or (state is None and isinstance(fault, psycopg.OperationalError))


def reason_of(server: Server, fault: psycopg.Error) -> str:
    """Return what a server or its library says, in one line and without the password."""
    said = fault.diag.message_primary or " ".join(str(fault).split())
    return said if server.password is None else said.replace(server.password, "…")


def _refused(server: Server, reason: str) -> LedgerError:
    place = str(server)
    if "hot standby" in reason and "," not in server.hosts:
        return LedgerReadOnly(place)
    if "FATAL" in reason and "database" in reason and "does not exist" in reason:
        return DatabaseNotFound(place)
    if any(part in reason for part in _WHO):
        return AccessDenied(place, reason)
    return ServerUnreachable(place, reason)


_WHO = ("authentication", "password", "pg_hba", "FATAL: role", "permission denied")

_BY_STATE: dict[str, type[StorageError]] = {
    "55P03": LedgerBusy,
    "53100": DiskFull,
}
