"""The entries of a log, one after the other: each against its place, its octets and the last."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from styrledger import registry, stored
from styrledger.errors import EntryBytesError, StyrledgerError, quoted
from styrledger.events.corrections import Amendment, EntryCorrected
from styrledger.events.entry import Recorded
from styrledger.store import Row
from styrledger.times import instant
from styrledger.tree import CompactRange, leaf_hash, leaf_of
from styrledger.verifying.faults import Faults, fault_at

UNHASHABLE = leaf_hash(b"")
"""Stands in the tree for a row that cannot be hashed, so that no root comes out right."""


class EntryCheck:
    """Takes the rows of a log in order; knows the tree over them, and what is wrong with them."""

    def __init__(self, faults: Faults, sizes: Iterable[int]) -> None:
        """Note the root at each of ``sizes`` on the way."""
        self._faults = faults
        self._sizes = {*sizes}
        self._last: datetime | None = None
        self._position = 0
        self._keys = _Keys()
        self.edge = CompactRange()
        self.roots: dict[int, bytes] = {}
        if 0 in self._sizes:
            self.roots[0] = self.edge.root()
        self.whole = True
        """False from the first row on that cannot be read or is out of its place."""

    def take(self, row: Row) -> None:
        """Check the next row."""
        self._place(row)
        self._grow(row)
        try:
            parts = stored.decode(row.name, row.state)
        except (StyrledgerError, TypeError, AttributeError) as error:
            self.whole = False
            self._faults.add(
                fault_at(
                    row,
                    "octets",
                    "the stored entry cannot be read",
                    expected="what was recorded",
                    found=f"{quoted(row.state)} ({error})",
                )
            )
            return
        recorded = parts[0]
        self._own_place(row, recorded)
        self._time(row, recorded)
        self._octets(row, recorded)
        self._stream(row, recorded)
        self._key(row, recorded)

    def _place(self, row: Row) -> None:
        if row.position != self._position + 1:
            self.whole = False
            self._faults.add(
                fault_at(
                    row,
                    "position",
                    "the log goes on at another position",
                    expected=f"#{self._position + 1}",
                    found=f"#{row.position}",
                )
            )
        self._position = row.position

    def _grow(self, row: Row) -> None:
        try:
            leaf = leaf_of(row)
        except EntryBytesError:
            leaf = UNHASHABLE
            self.whole = False
            self._faults.add(
                fault_at(
                    row,
                    "octets",
                    "the row cannot be hashed",
                    expected="text, a whole number, text and octets",
                    found=quoted((row.stream, row.version, row.name, type(row.state).__name__)),
                )
            )
        self.edge.append(leaf)
        if self.edge.size in self._sizes:
            self.roots[self.edge.size] = self.edge.root()

    def _own_place(self, row: Row, recorded: Recorded) -> None:
        if recorded.position != row.position:
            self.whole = False
            self._faults.add(
                fault_at(
                    row,
                    "position",
                    "the entry was recorded at another position",
                    expected=f"#{row.position}",
                    found=f"#{recorded.position}",
                )
            )

    def _time(self, row: Row, recorded: Recorded) -> None:
        if self._last is not None and recorded.recorded_at < self._last:
            self._faults.add(
                fault_at(
                    row,
                    "time",
                    "recorded before the entry that precedes it",
                    expected=f"{instant(self._last)} or later",
                    found=instant(recorded.recorded_at),
                )
            )
        self._last = recorded.recorded_at

    def _octets(self, row: Row, recorded: Recorded) -> None:
        if _is_older(row):
            octets = msgspec.json.encode(msgspec.json.decode(row.state), order="sorted")
            again = (row.name, octets)
        else:
            again = stored.encode(recorded)
        if again != (row.name, row.state):
            self._faults.add(
                fault_at(
                    row,
                    "octets",
                    "the entry is stored in other octets than the ledger writes",
                    expected=quoted(again[1], 2000),
                    found=quoted(row.state, 2000),
                )
            )

    def _stream(self, row: Row, recorded: Recorded) -> None:
        event = recorded.entry.event
        if isinstance(event, Amendment):  # in its target's stream: see the views
            return
        expected = event.placed(recorded.entry.decision).stream()
        if row.stream != expected:
            self._faults.add(
                fault_at(
                    row,
                    "stream",
                    "the entry is in another stream",
                    expected=expected,
                    found=row.stream,
                )
            )

    def _key(self, row: Row, recorded: Recorded) -> None:
        key = recorded.entry.key
        first = None if key is None else self._keys.first(key, row.position)
        if first not in {None, row.position}:
            self.whole = False
            self._faults.add(
                fault_at(
                    row,
                    "key",
                    f"the key {quoted(key)} is used twice",
                    expected=f"it at #{first} alone",
                    found=f"it at #{row.position} too",
                )
            )


class _Keys:
    """Which keys were seen and where, in a private file that needs no memory."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;"
            "CREATE TABLE keys (key BLOB PRIMARY KEY, position INTEGER) WITHOUT ROWID"
        )

    def first(self, key: str, position: int) -> int:
        """Return where a key was first seen: here, where it is new."""
        octets = key.encode("utf-8", "surrogatepass")
        done = self._connection.execute(
            "INSERT OR IGNORE INTO keys VALUES (?, ?)", (octets, position)
        )
        if done.rowcount:
            return position
        row = self._connection.execute("SELECT position FROM keys WHERE key = ?", (octets,))
        return int(row.fetchone()[0])


def _is_older(row: Row) -> bool:
    """Tell whether a row was stored in a form that today's code does not write any more."""
    return any(name in registry.UPCASTERS for name in _names(row))


def _names(row: Row) -> Iterator[str]:
    yield row.name
    if registry.UPCASTERS and registry.STORED.get(row.name) is EntryCorrected:
        yield msgspec.json.decode(row.state)["entry"]["event"]["replacement"]["name"]
