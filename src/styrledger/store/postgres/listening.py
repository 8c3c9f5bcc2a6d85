"""Waiting for what others record on a server."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg

from styrledger.store.places import Server
from styrledger.store.postgres import connections
from styrledger.store.postgres.connections import Connection
from styrledger.store.postgres.schema import CHANNEL

POLL = 1.0
"""Seconds between two looks at a standby, which notifies nobody."""


class Listener:
    """Is told of every commit to a ledger by the server, over a connection of its own."""

    def __init__(self, place: Server) -> None:
        self._place = place
        self._connection: Connection | None = None
        self._notified = True

    def wait(self, head: Callable[[], int], after: int, seconds: float) -> int:
        """Return the head when it is above ``after``, and at the latest when the time is over.

        Raises:
            ServerUnreachable: the server was lost.
        """
        end = time.monotonic() + seconds
        try:
            connection = self._listening()
            # Only now: what is recorded after this look is notified.
            while (now := head()) <= after and (left := end - time.monotonic()) > 0:
                if self._notified:
                    self._wait(connection, left)
                else:
                    time.sleep(min(POLL, left))
        except psycopg.Error as fault:
            raise connections.error_of(self._place, fault, writing=False) from fault
        return now

    def close(self) -> None:
        """Listen no more."""
        if self._connection is not None:
            connections.close(self._connection)

    def _listening(self) -> Connection:
        connection = self._connection
        if connection is None or connection.closed:
            connection = self._connection = connections.connect(self._place, writable=False)
            try:
                connection.execute(f"LISTEN {CHANNEL}")
                self._notified = True
            except psycopg.errors.ReadOnlySqlTransaction:
                self._notified = False
        return connection

    def _wait(self, connection: Connection, seconds: float) -> None:
        for note in connection.notifies(timeout=seconds):
            if note.payload == self._place.schema:
                return
