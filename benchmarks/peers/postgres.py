"""PostgreSQL, where a server is given: raw, and under plain ``eventsourcing``.

What is made there is a database of its own, which is dropped again.
"""

from __future__ import annotations

import importlib
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from benchmarks.peers.raw import rows
from benchmarks.workload import Made

SCHEMA = """
CREATE TABLE events (position BIGINT PRIMARY KEY, state BYTEA);
CREATE TABLE moves (
    year INTEGER, unit TEXT, line TEXT, effective INTEGER, position BIGINT, ore BIGINT
);
CREATE INDEX moves_by_line ON moves (year, unit, line, effective, position, ore);
"""

APPEND = """
WITH kept AS (INSERT INTO events VALUES (%s, %s))
INSERT INTO moves SELECT * FROM unnest(
    %s::integer[], %s::text[], %s::text[], %s::integer[], %s::bigint[], %s::bigint[]
)
"""

COLUMNS = 6


@contextmanager
def database(server: str) -> Generator[str]:
    """Make a new database on a server, give its URL, and drop it at the end."""
    psycopg: Any = importlib.import_module("psycopg")
    name = f"benchmark_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def settings(url: str) -> dict[str, str]:
    """Return the engine's own settings for a database."""
    conninfo: Any = importlib.import_module("psycopg.conninfo")
    parts: dict[str, Any] = conninfo.conninfo_to_dict(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts.get("host", "")),
        "POSTGRES_PORT": str(parts.get("port", 5432)),
        "POSTGRES_USER": str(parts.get("user", "")),
        "POSTGRES_PASSWORD": str(parts.get("password", "")),
    }


class RawPostgres:
    """The octets of each entry and its moves, in one statement an entry."""

    def __init__(self, url: str) -> None:
        """Make the tables in an empty database."""
        psycopg: Any = importlib.import_module("psycopg")
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute(SCHEMA)

    def append(self, made: Made, state: bytes) -> None:
        """Keep one entry, in one statement that commits by itself."""
        columns = [[*column] for column in zip(*rows(made), strict=True)] or [[]] * COLUMNS
        self._connection.execute(APPEND, [made.position, state, *columns])

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
