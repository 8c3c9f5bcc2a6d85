"""What the view file holds of some entries, against what follows from them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import attrs

from styrledger import stored
from styrledger.errors import quoted
from styrledger.events.entry import Recorded
from styrledger.evidence import Database, Values
from styrledger.projections.filing import Page
from styrledger.projections.listing import listed, text_of
from styrledger.projections.places import PLACES
from styrledger.projections.tiles import HEIGHT, TIERS, Tile
from styrledger.rows import Row
from styrledger.verifying.faults import Faults, Kind, LedgerFault, fault_at
from styrledger.verifying.found import Kept

Entries = Sequence[tuple[Row, Sequence[Recorded]]]


@attrs.frozen
class Table:
    """A table of the view file: its columns, the first of which tells its rows apart."""

    name: str
    columns: tuple[str, ...]
    by_place: bool = False

    @property
    def query(self) -> str:
        """What reads its rows between two of its keys, the second not included."""
        columns, (key, *_) = ", ".join(self.columns), self.columns
        return f"SELECT {columns} FROM {self.name} WHERE {key} >= ? AND {key} < ? ORDER BY {key}"  # noqa: S608

    def key(self, position: int) -> int:
        """Return the first key of an entry."""
        return position << PLACES if self.by_place else position

    def position(self, key: Any) -> Any:
        """Return the entry that a key belongs to."""
        return key >> PLACES if self.by_place and isinstance(key, int) else key


OCTETS = Table("octets", ("position", "name", "state"))
INSTANTS = Table("instants", ("position", "recorded_at"))
KEYS = Table("keys", ("position", "key"))
NAMES = Table("names", ("place", "name"), by_place=True)
LINKS = Table("links", ("position", "target", "slot", "withdraws"))
ENTRIES = Table(
    "entries",
    (
        "position",
        "recorded_at",
        "recorded_by",
        "key",
        "type",
        "body",
        "decision",
        "day",
        "stage",
        "units",
    ),
)
SEARCH = Table("search", ("rowid", "text"))


class KeptPart:
    """The view file, as far as it holds one part of the log."""

    def __init__(self, kept: Kept, after: int, faults: Faults) -> None:
        """Open the file.

        Raises:
            sqlite3.Error: it cannot be read.
        """
        self._kept, self._after, self._faults = kept, after, faults
        self._broken = False
        self._database = Database(Path(kept.path))
        parts = {part.name for part in self._database.parts()}
        self._copies = "octets" in parts

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def compare(self, page: Page, entries: Entries) -> None:
        """Compare what is filed of a page of entries."""
        rows = [row for row, _ in entries]
        tables = [
            (INSTANTS, page.instants),
            (KEYS, page.keys),
            (NAMES, page.names),
        ]
        if self._copies:
            tables.append((OCTETS, page.octets()))
        first, last = rows[0].position, rows[-1].position
        if first <= self._kept.listed:
            shown = ((row, parts) for row, parts in entries if row.position <= self._kept.listed)
            tables.append((ENTRIES, [listed(row.position, parts) for row, parts in shown]))
        if first <= self._kept.searched:
            found = (row for row in rows if row.position <= self._kept.searched)
            tables.append((SEARCH, [(row.position, _text(row)) for row in found]))
        ends = {ENTRIES.name: self._kept.listed, SEARCH.name: self._kept.searched}
        for table, expected in tables:
            end = min(last, ends.get(table.name, last)) + 1
            self._guarded(self._table, table, expected, rows, (first, end))

    def compare_tiles(self, expected: Iterable[Tile]) -> None:
        """Compare the full tiles of the part."""
        made = {(level, place): hashes for level, place, hashes in expected}
        self._guarded(self._tiles, made)

    def _table(
        self,
        table: Table,
        expected: Sequence[Values],
        rows: Sequence[Row],
        between: tuple[int, int],
    ) -> None:
        kept = [*self._database.select(table.query, *map(table.key, between))]
        if kept != expected:
            by_position = {row.position: row for row in rows}
            for fault in differing(table, kept, expected, by_position):
                self._faults.add(fault)

    def _tiles(self, made: dict[tuple[int, int], bytes]) -> None:
        for level in range(TIERS):
            first = self._after >> (HEIGHT * (level + 1))
            count = sum(1 for at, _ in made if at == level)
            rows = self._database.select(
                "SELECT place, hashes FROM tiles WHERE level = ? AND place >= ? AND place < ?",
                level,
                first,
                first + count,
            )
            kept = {(level, place): hashes for place, hashes in rows}
            for place in range(first, first + count):
                before, now = kept.get((level, place)), made[level, place]
                if before != now:
                    self._faults.add(tile_fault(level, place, before, now))

    def _guarded(self, compare: Callable[..., None], *given: Any) -> None:
        if self._broken:
            return
        try:
            compare(*given)
        except sqlite3.Error as fault:
            self._broken = True
            self._faults.add(unreadable(fault))


def _text(row: Row) -> str:
    return text_of(stored.decode(row.name, row.state))


def unreadable(fault: Exception) -> LedgerFault:
    """Return the fault of a view file that cannot be read."""
    return LedgerFault("views", "the view file cannot be read", "a view file", str(fault))


def tile_fault(level: int, place: int, kept: object, made: bytes | None) -> LedgerFault:
    """Return the fault of a tile, at the first entry below the first hash that differs."""
    at = 0
    if isinstance(kept, bytes) and made is not None:
        pairs = zip(kept, made, strict=False)
        same = next((n for n, (one, other) in enumerate(pairs) if one != other), len(kept))
        at = same // 32
    position = (((place << HEIGHT) + at) << (HEIGHT * level)) + 1
    what = "the view file differs from the log in the tree"
    expected, found = (
        "no such tile" if hashes is None else quoted(hashes, 2000) for hashes in (made, kept)
    )
    return LedgerFault("tree", what, expected, found, position)


def differing(
    table: Table,
    kept: Iterable[Values],
    expected: Iterable[Values],
    rows: dict[int, Row],
    kind: Kind = "views",
) -> list[LedgerFault]:
    """Return one fault for every row that is missing, too many, or not the same."""
    before, now = ({row[0]: row for row in some} for some in (kept, expected))
    faults: list[LedgerFault] = []
    for key in sorted(before.keys() | now.keys()):
        old, new = before.get(key), now.get(key)
        if old == new:
            continue
        names = [
            name
            for name, one, other in zip(table.columns, old or (), new or (), strict=False)
            if one != other
        ]
        which = f"{table.name}.{', '.join(names)}" if names else f"a row of {table.name}"
        what = f"the view file differs from the log in {which}"
        told = (
            "no such row"
            if row is None
            else ", ".join(
                quoted(row[table.columns.index(name)], 2000) for name in names or table.columns
            )
            for row in (new, old)
        )
        position = table.position(key)
        faults.append(_fault(rows.get(position), position, kind, what, told))
    return faults


def _fault(
    row: Row | None, position: int, kind: Kind, what: str, told: Iterable[str]
) -> LedgerFault:
    wanted, found = told
    if row is None:
        return LedgerFault(kind, what, wanted, found, position)
    return fault_at(row, kind, what, expected=wanted, found=found)
