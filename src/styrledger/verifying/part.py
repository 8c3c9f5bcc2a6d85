"""One part of the log: its entries, the tree over them, and what the view file holds of them.

Parts are checked apart, so that several can be checked at once; what joins them is left to
``run``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from styrledger import stored
from styrledger.errors import StyrledgerError
from styrledger.events.entry import Recorded
from styrledger.evidence import LOWEST, UNREADABLE, Evidence
from styrledger.projections.filing import Filer, Page
from styrledger.projections.tiles import TIERS, Tile, Tiles, placed
from styrledger.rows import Row
from styrledger.verifying.entries import EntryCheck
from styrledger.verifying.faults import LedgerFault
from styrledger.verifying.filed import made
from styrledger.verifying.found import Found, Kept, Task
from styrledger.verifying.kept import KeptPart, unreadable

PAGE = 512
"""So few entries are in hand at once that a processor has all of them near it."""

Read = list[tuple[Row, Sequence[Recorded]]]
"""Rows, each with what it stands for."""


def check_part(
    evidence: Evidence, task: Task, progress: Callable[[int], object] = lambda _: None
) -> Found:
    """Check the entries of a part, and what is kept of them against what follows from them."""
    part = _Part(evidence, task)
    try:
        part.run(progress)
    except (*UNREADABLE, TypeError, RecursionError) as fault:
        part.stopped(fault)
    finally:
        part.close()
    return part.found


class _Part:
    def __init__(self, evidence: Evidence, task: Task) -> None:
        self._evidence, self._task = evidence, task
        self.found = Found(task.after)
        self._check = EntryCheck(self.found.faults, task.after)
        self._tree = Tiles(0, lambda _level, _place: b"")
        self._full: list[Tile] = []
        self._until = 0 if task.kept is None else task.kept.position
        self._kept: KeptPart | None = None
        self._filer = Filer(self._instant_before())

    def run(self, progress: Callable[[int], object]) -> None:
        """Check page after page."""
        # Where positions are missing some may be below the first.
        at = self._task.after if self._task.last is not None else LOWEST - 1
        if self._task.kept is not None and at < self._until:
            self._kept = self._opened(self._task.kept)
        self._note(self._task.after)
        while rows := self._page(at):
            at = rows[-1].position
            self._grow(self._check.leaves(rows))
            self.found.versions.take(rows)
            read = [(row, self._check.take(row)) for row in rows]
            if self._kept is not None and self._check.whole and at <= self._until:
                self._compare(self._kept, read)
            progress(len(rows))
        self._end()

    def stopped(self, fault: Exception) -> None:
        """Note that the log cannot be read any further."""
        self._end()
        self.found.whole = False
        self.found.versions.give_up()
        after = self._check.position
        what = f"the log cannot be read after #{after}"
        self.found.faults.add(LedgerFault("file", what, "entries", str(fault), after + 1))

    def close(self) -> None:
        """Close the view file."""
        if self._kept is not None:
            self._kept.close()

    def _page(self, at: int) -> Sequence[Row]:
        """Read the next rows; none past where the part or, before that, the view file ends."""
        ends = [end for end in (self._task.last, self._until) if end is not None and end > at]
        if self._task.last is not None and at >= self._task.last:
            return ()
        return self._evidence.rows(at, min([PAGE, *(end - at for end in ends)]))

    def _grow(self, leaves: Sequence[bytes]) -> None:
        """Add leaves to the tree, stopping at every size that is asked for."""
        at = self._task.after + self._tree.size
        end = at + len(leaves)
        for size in sorted({*(size for size in self._task.sizes if at < size < end), end}):
            start = self._task.after + self._tree.size - at
            full = self._tree.grow(leaves[start : size - at])
            if end <= self._until:
                self._full += full
            self._note(size)

    def _note(self, size: int) -> None:
        if size in self._task.sizes:
            self.found.edges[size] = tuple(self._tree.edge())

    def _compare(self, kept: KeptPart, read: Read) -> None:
        """Compare what is kept of some entries; where the part or the file ends, the tree too."""
        page = Page()
        for row, parts in read:
            self._filer.file(page, row, parts)
        self.found.filed = self.found.filed.plus(made(page.filed))
        kept.compare(page, read)
        last = read[-1][0].position
        if last in {self._until, self._task.last}:
            kept.compare_tiles(self._placed(self._full))
            self.found.subtrees = tuple(self._tree.at(TIERS))
        if last == self._until:
            self.found.begun = tuple(self._placed(self._tree.begun()))

    def _placed(self, tiles: Iterable[Tile]) -> list[Tile]:
        """Return the tiles that lie inside a part, with their places in the whole tree."""
        return [placed(tile, self._task.after) for tile in tiles if tile[0] < TIERS]

    def _end(self) -> None:
        found, check = self.found, self._check
        found.count, found.edge = self._tree.size, tuple(self._tree.edge())
        found.whole, found.first, found.last = check.whole, check.first, check.last
        found.keyed, found.amended = check.keyed, check.amended

    def _opened(self, kept: Kept) -> KeptPart | None:
        try:
            return KeptPart(kept, self._task.after, self.found.views)
        except sqlite3.Error as fault:
            self.found.views.add(unreadable(fault))
            return None

    def _instant_before(self) -> datetime | None:
        """Return when the entry before the part was recorded."""
        if not self._task.after:
            return None
        try:
            (row,) = self._evidence.rows(self._task.after - 1, 1)
            return stored.decode(row.name, row.state)[0].recorded_at
        except (*UNREADABLE, StyrledgerError, TypeError, AttributeError, ValueError):
            return None
