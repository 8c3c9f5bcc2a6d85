"""A stretch of the log worked out apart from the view file, so that several can be at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from itertools import chain

import attrs

from styrledger import stored
from styrledger.errors import LogDamaged
from styrledger.projections.filing import Filer, Page
from styrledger.projections.tables import digest
from styrledger.projections.tiles import STRETCH, Tile, Tiles, placed
from styrledger.rows import Row
from styrledger.tree import leaves_of
from styrledger.workers import Progress

ROWS = """
SELECT rowid, originator_id, originator_version, topic, state FROM stored_events
WHERE rowid >= ? ORDER BY rowid LIMIT ?
"""


@attrs.frozen
class Stretch:
    """The entries of a log, given by its SQLite URI, that follow a position: as many as belong.

    The position is one at which an earlier stretch ends.
    """

    log: str
    after: int


@attrs.frozen
class Worked:
    """What follows from a stretch: its rows, its tiles, the root over it, and its last entry."""

    page: Page
    filed: list[str | int]
    """What it files under subjects, in the form and order in which it is written."""
    tiles: list[Tile]
    root: bytes
    position: int
    digest: bytes


def work_out(stretch: Stretch, progress: Progress) -> Worked:
    """Return what is to be filed of a stretch.

    Raises:
        LogDamaged: an entry of it is missing.
    """
    del progress
    after = stretch.after
    connection = sqlite3.connect(stretch.log, uri=True)
    try:
        found = connection.execute(ROWS, (max(after, 1), STRETCH + (after > 0))).fetchall()
    finally:
        connection.close()
    rows = [*map(Row._make, found)]
    before = rows.pop(0) if after else None
    check_dense(after, rows)
    tree = Tiles(0, lambda _level, _place: b"")
    tiles = [placed(tile, after) for tile in tree.grow(leaves_of(rows))]
    page = Filer(None if before is None else _recorded_at(before)).page(rows)
    filed = [*chain.from_iterable(sorted(page.filed))]
    page.filed.clear()
    page.entries.clear()
    (root,) = tree.edge()
    return Worked(page, filed, tiles, root, rows[-1].position, digest(rows[-1]))


def check_dense(after: int, rows: Sequence[Row]) -> None:
    """Check that entries follow a position, and one another, without a gap.

    Raises:
        LogDamaged: an entry is missing.
    """
    for expected, row in enumerate(rows, after + 1):
        if row.position != expected:
            raise LogDamaged(expected, row.position)


def _recorded_at(row: Row) -> datetime:
    return stored.decode(row.name, row.state)[0].recorded_at
