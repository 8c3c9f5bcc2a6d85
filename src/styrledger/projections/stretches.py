"""Stretches of the log worked out apart from the view file, so that several can be at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain

import attrs

from styrledger import stored
from styrledger.errors import LogDamaged
from styrledger.projections.filing import Filer, Page
from styrledger.projections.tables import digest
from styrledger.projections.tiles import STRETCH, TIERS, Tile, Tiles, placed
from styrledger.rows import Row
from styrledger.tree import leaves_of
from styrledger.workers import Progress

ROWS = """
SELECT rowid, originator_id, originator_version, topic, state FROM stored_events
WHERE rowid > ? ORDER BY rowid LIMIT ?
"""

TOGETHER = 2
"""So many stretches are worked out and filed at once: what is sorted together lies together."""


@attrs.frozen
class Stretches:
    """Some stretches of a log, given by its SQLite URI, that follow a position.

    The position is one at which an earlier stretch ends.
    """

    log: str
    after: int
    count: int


@attrs.frozen
class Worked:
    """What follows from stretches: rows, tiles, the root over each, and the last entry of all."""

    page: Page
    filed: list[str | int]
    """What it files under subjects, in the form and order in which it is written."""
    tiles: list[Tile]
    roots: list[bytes]
    position: int
    digest: bytes


def stretches(log: str, after: int, count: int) -> Iterator[Stretches]:
    """Yield so many stretches, those together that are worked out together."""
    for done in range(0, count, TOGETHER):
        yield Stretches(log, after + done * STRETCH, min(TOGETHER, count - done))


def work_out(asked: Stretches, progress: Progress) -> Worked:
    """Return what is to be filed of some stretches.

    Raises:
        LogDamaged: an entry of them is missing.
    """
    del progress
    tree, page = Tiles(0, lambda _level, _place: b""), Page()
    tiles: list[Tile] = []
    rows: list[Row] = []
    at = asked.after
    connection = sqlite3.connect(asked.log, uri=True)
    try:
        filer = Filer(_recorded_at(connection, at))
        for _ in range(asked.count):
            rows = [*map(Row._make, connection.execute(ROWS, (at, STRETCH)))]
            check_dense(at, rows)
            tiles += (placed(tile, asked.after) for tile in tree.grow(leaves_of(rows)))
            filer.page(rows, page)
            page.entries.clear()
            at = rows[-1].position
    finally:
        connection.close()
    filed = [*chain.from_iterable(sorted(page.filed))]
    page.filed.clear()
    return Worked(page, filed, tiles, tree.at(TIERS), at, digest(rows[-1]))


def check_dense(after: int, rows: Sequence[Row]) -> None:
    """Check that entries follow a position, and one another, without a gap.

    Raises:
        LogDamaged: an entry is missing.
    """
    for expected, row in enumerate(rows, after + 1):
        if row.position != expected:
            raise LogDamaged(expected, row.position)


def _recorded_at(connection: sqlite3.Connection, position: int) -> datetime | None:
    """Return when a position was recorded, None before the first."""
    if not position:
        return None
    row = Row._make(connection.execute(ROWS, (position - 1, 1)).fetchone())
    return stored.decode(row.name, row.state)[0].recorded_at
