"""The parts of a log put together again: one tree, one order in time, no key used twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from styrledger.errors import quoted
from styrledger.evidence import Evidence, Values
from styrledger.projections.tiles import Tile
from styrledger.rows import Row
from styrledger.times import named_position
from styrledger.tree import CompactRange
from styrledger.verifying.entries import UNHASHABLE, too_early
from styrledger.verifying.faults import Faults, LedgerFault, fault_at
from styrledger.verifying.filed import Mixed
from styrledger.verifying.found import Amended, Found, Keyed
from styrledger.verifying.versions import Versions


class Joined:
    """Takes what was found in the parts of a log, in their order."""

    def __init__(self, evidence: Evidence, sizes: Iterable[int]) -> None:
        """Note the root at each of ``sizes`` on the way."""
        self._evidence = evidence
        self._sizes = {*sizes}
        self._tree = CompactRange()
        self._keys = _Keys()
        self._slots: dict[int, int] = {}
        self._last: datetime | None = None
        self.faults, self.views = Faults(), Faults()
        self.roots: dict[int, bytes] = {}
        self.whole = True
        """False where an entry cannot be read or is out of its place."""
        self.filed = Mixed()
        self.versions = Versions()
        self.links: list[Values] = []
        self.subtrees: list[bytes] = []
        self.begun: tuple[Tile, ...] = ()

    @property
    def size(self) -> int:
        """How many entries there are."""
        return self._tree.size

    def root(self) -> bytes:
        """Return the root of the tree over all of them."""
        return self._tree.root()

    def add(self, found: Found) -> None:
        """Add the next part."""
        self.faults.take(found.faults)
        self.views.take(found.views)
        self.whole &= found.whole
        if self.size < found.after:  # the part before could not be read to its end
            self.whole = False
            self._tree.grow([UNHASHABLE] * (found.after - self.size))
        for size, edge in found.edges.items():
            at = self._tree.copy()
            at.join(size - found.after, edge)
            self.roots[size] = at.root()
        self._tree.join(found.count, found.edge)
        self.filed = self.filed.plus(found.filed)
        self.versions.join(found.versions)
        self.subtrees += found.subtrees
        self.begun = found.begun or self.begun
        self._times(found)
        for keyed in found.keyed:
            self._key(keyed)
        if self.whole:
            for amended in found.amended:
                self._amend(amended)

    def _times(self, found: Found) -> None:
        if self._last is not None and found.first is not None and found.first < self._last:
            row = self._row(found.after + 1)
            if row is not None:
                self.faults.add(too_early(row, self._last, found.first))
        self._last = found.last or self._last

    def _key(self, keyed: Keyed) -> None:
        first = self._keys.first(keyed.key, keyed.position)
        row = None if first == keyed.position else self._row(keyed.position)
        if row is not None:
            self.whole = False
            self.faults.add(
                fault_at(
                    row,
                    "key",
                    f"the key {quoted(keyed.key)} is used twice",
                    expected=f"it at #{first} alone",
                    found=f"it at #{keyed.position} too",
                )
            )

    def _amend(self, amended: Amended) -> None:
        """Place a correction or withdrawal, which is in the stream of what it acts on."""
        position = amended.position
        target = self._keys.find(amended.target)
        if target is None:
            target = named_position(amended.target) or 0
        slot = self._slots.get(target, target)
        of = self._row(slot) if 0 < slot < position else None
        if of is None:
            what = "it acts on what was not recorded before it"
            expected, told = "an entry before it", amended.target
            self.faults.add(LedgerFault("octets", what, expected, quoted(told), position))
            return
        self._slots[position] = slot
        self.links.append((position, target, slot, int(amended.withdraws)))
        row = self._row(position) if of.stream != amended.stream else None
        if row is not None:
            what = "the entry is in another stream"
            self.faults.add(fault_at(row, "stream", what, expected=of.stream, found=row.stream))

    def _row(self, position: int) -> Row | None:
        return next(iter(self._evidence.rows(position - 1, 1)), None)


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
        return position if done.rowcount else self.find(key) or position

    def find(self, key: str) -> int | None:
        """Return where a key was first seen, None for one that was not."""
        octets = key.encode("utf-8", "surrogatepass")
        query = "SELECT position FROM keys WHERE key = ?"
        row = self._connection.execute(query, (octets,)).fetchone()
        return None if row is None else int(row[0])
