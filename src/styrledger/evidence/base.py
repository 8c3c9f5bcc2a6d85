"""What is read of a ledger that is checked, whatever keeps it.

Nothing here is refused because it is wrong. A row comes out with whatever types and octets it
holds, and all of it from one moment, however long the reading takes.
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from styrledger.errors import StorageError
from styrledger.rows import Row
from styrledger.store import (
    Issued,
)

Values = tuple[Any, ...]

LOWEST = -(2**63)
"""The lowest position that a database has room for; a ledger begins at 1."""

UNREADABLE = (sqlite3.Error, StorageError)
"""What a part of the evidence raises that cannot be read."""


@attrs.frozen
class Part:
    """A table, index, trigger or function of a database, with the SQL that made it."""

    kind: str
    name: str
    sql: str | None


class Evidence(ABC):
    """The log of a ledger, at one moment."""

    uri: str | None = None
    """The SQLite URI that views read octets from, None for a log that is not such a file."""

    @abstractmethod
    def parts(self) -> list[Part]:
        """Return what the log is made of, sorted."""

    @abstractmethod
    def expected(self) -> list[Part]:
        """Return what it must be made of."""

    @abstractmethod
    def integrity(self) -> list[str]:
        """Return what the database itself finds wrong, as far as it can tell."""

    @abstractmethod
    def identities(self) -> list[Values]:
        """Return the rows that say whose ledger it is: there must be one."""

    @abstractmethod
    def entries(self) -> Iterator[Row]:
        """Yield every stored entry in order."""

    @abstractmethod
    def rows(self, after: int = 0, limit: int = 1000) -> Sequence[Row]:
        """Return stored entries in order, those with a position above ``after``."""

    @abstractmethod
    def head(self) -> int:
        """Return the last position."""

    @abstractmethod
    def is_dense(self) -> bool:
        """Return whether there is an entry at every position from the first to the last."""

    def ledger(self) -> str:
        """Return the id of the ledger, "unknown" where that cannot be told."""
        try:
            return str(self.identities()[0][0])
        except (*UNREADABLE, IndexError):
            return "unknown"

    def count(self) -> int:
        """Return about how many entries there are, 0 where that cannot be told."""
        try:
            return self.head()
        except UNREADABLE:
            return 0

    @abstractmethod
    def misplaced(self) -> Iterator[tuple[Row, int]]:
        """Yield the entries whose version is not their place in their stream, and that place."""

    @abstractmethod
    def issued(self) -> list[Issued]:
        """Return the checkpoints that the ledger keeps as issued."""

    @abstractmethod
    def close(self) -> None:
        """Stop reading."""
