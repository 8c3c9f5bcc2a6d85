"""The view file as a whole: what lies between its parts, and what should not be there at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from styrledger import files
from styrledger.errors import quoted
from styrledger.evidence import Database, Evidence, Values
from styrledger.projections.schema import VERSION, view_parts
from styrledger.projections.tables import digest
from styrledger.projections.tiles import HEIGHT, TIERS, Tile, Tiles
from styrledger.times import LAST_POSITION
from styrledger.verifying.faults import Faults, Kind, LedgerFault, fault_at
from styrledger.verifying.filed import Mixed, tell
from styrledger.verifying.found import Kept
from styrledger.verifying.joining import Joined
from styrledger.verifying.kept import (
    ENTRIES,
    INSTANTS,
    KEYS,
    LINKS,
    NAMES,
    OCTETS,
    SEARCH,
    Table,
    differing,
    tile_fault,
    unreadable,
)

PAGE = 1000

LEVELS = 16
"""So many levels of tiles the longest log has."""


class KeptViews:
    """The view file as it lies beside the log, at the moment when the check began."""

    def __init__(self, path: Path | None, ledger: str, faults: Faults) -> None:
        """Open the file, before the log, so that it cannot know more than that."""
        self._ledger, self._faults = ledger, faults
        self.said = "there is no view file"
        self.position = 0
        """How far it has come; 0 where it is not to be compared."""
        self.filed = Mixed()
        """What it holds under subjects, as far as it is compared."""
        self._digest = b""
        self._kept: Database | None = None
        self._made: tuple[int, ...] = ()
        try:
            if path is not None and files.look(path, files.VIEWS) == "ours":
                of_file = _file_at(path)
                self._kept = Database(path)
                self._made = (*of_file, _schema(self._kept))
                self._look(self._kept)
            elif path is not None and files.look(path, files.VIEWS) == "foreign":
                self.said = f"{path.name} is no view file"
        except (sqlite3.Error, OSError, ValueError, OverflowError) as fault:
            self._unreadable(fault)

    def close(self) -> None:
        """Close the file."""
        if self._kept is not None:
            self._kept.close()

    def until(self, head: int) -> Kept | None:
        """Return up to where the file is compared with a log, None where it is not at all."""
        kept = self._kept
        if self.position > head:
            self._add(
                f"the view file knows entries that the log does not hold: #{head + 1} to "
                f"#{self.position}",
                "a log that was only added to",
                f"a log that ends at #{head}",
                head + 1,
            )
        if kept is None or not self.position:
            return None
        try:
            listed, searched = (
                int(next(kept.select(query))[0] or 0)
                for query in ("SELECT max(position) FROM entries", "SELECT max(rowid) FROM search")
            )
        except (sqlite3.Error, TypeError, ValueError) as fault:
            self._unreadable(fault)
            return None
        return Kept(str(kept.path), min(self.position, head), listed, searched)

    def made_anew(self) -> bool:
        """Tell whether the file was emptied, exchanged or removed while it was compared."""
        if self._kept is None:
            return False
        try:
            of_file, now = _file_at(self._kept.path), Database(self._kept.path)
        except (sqlite3.Error, OSError):
            return not self._kept.path.exists()
        try:
            if self._made in {(*of_file, _schema(now)), ()}:
                return False
        except sqlite3.Error:
            return False
        finally:
            now.close()
        self.said = "not compared, because it was made anew meanwhile"
        return True

    def not_compared(self) -> None:
        """Note that nothing follows from the log that could be compared."""
        self.said = "not compared, because entries of the log cannot be read or are missing"

    def compare(
        self,
        evidence: Evidence,
        kept: Kept,
        joined: Joined,
    ) -> None:
        """Compare what is not of one part: corrections, the tree's top, what is too much."""
        database = self._kept
        if database is None:
            return
        try:
            self._last(evidence, kept.position)
            self._tables(database)
            self._links(database, evidence, joined.links, kept.position)
            self._top(database, kept.position, joined.subtrees, joined.begun)
            self._surplus(database, kept)
            if self.filed != joined.filed:
                tell(database, evidence, kept.position, self._faults)
        except sqlite3.Error as fault:
            self._unreadable(fault)

    def _look(self, kept: Database) -> None:
        if any(part.kind == "view" for part in kept.parts()):
            # A query in a table's place can go on without end.
            self.said = "not compared: its tables are not those of a view file"
            self._tables(kept)
            return
        rows = [*kept.select("SELECT ledger, version, position, digest FROM cursor")]
        if not rows and not [*kept.select("SELECT 1 FROM instants LIMIT 1")]:
            self.said = "the view file is empty"
            return
        if len(rows) != 1:
            self._add("the view file tells no position", "one row in table cursor", len(rows))
            return
        ledger, version, position, self._digest = rows[0]
        if ledger != self._ledger:
            self._add("the view file is of another ledger", self._ledger, quoted(ledger))
        elif version != VERSION:
            self.said = f"not compared: the view file is of version {version}, made anew when asked"
        elif not isinstance(position, int) or not 0 < position < 2**63:
            self._add("the view file tells no position", "a position", quoted(position))
        else:
            self.position = position
            self.said = f"compared up to #{position}"

    def _unreadable(self, fault: Exception) -> None:
        self.position = 0
        self.said = "the view file cannot be read"
        self._faults.add(unreadable(fault))

    def _last(self, evidence: Evidence, position: int) -> None:
        last = evidence.rows(position - 1, 1)
        if position == self.position and [digest(row) for row in last[:1]] != [self._digest]:
            self._add(
                "the view file was made of another log",
                "the digest of the last entry that it filed",
                quoted(self._digest),
                position,
            )

    def _tables(self, kept: Database) -> None:
        found = kept.parts()
        copies = any(part.name == OCTETS.name for part in found)
        made = view_parts(copies=copies)
        if {(one.kind, one.name, one.sql) for one in found} != {*made}:
            names, wanted = (
                {f"{one[0]} {one[1]}" for one in some}
                for some in ([(part.kind, part.name) for part in found], made)
            )
            self._add(
                "the view file has other tables",
                ", ".join(sorted(wanted)),
                ", ".join(sorted(names)),
            )

    def _links(
        self, kept: Database, evidence: Evidence, links: Iterable[Values], position: int
    ) -> None:
        found = kept.select(LINKS.query, 0, position + 1)
        made = (link for link in links if link[0] <= position)
        while True:
            before, now = [*islice(found, PAGE)], [*islice(made, PAGE)]
            if before == now:
                if not now:
                    return
                continue
            differ = differing(LINKS, [*before, *found], [*now, *made], {})
            for fault in differ:
                at = fault.position
                row = next(iter(evidence.rows((at or 1) - 1, 1)), None)
                self._faults.add(
                    fault
                    if row is None
                    else fault_at(
                        row, fault.kind, fault.what, expected=fault.expected, found=fault.found
                    )
                )
            return

    def _top(
        self, kept: Database, position: int, subtrees: Iterable[bytes], begun: Iterable[Tile]
    ) -> None:
        """Compare the tiles above those of the parts, and the ones that are not full."""
        top = Tiles(0, lambda _level, _place: b"")
        full = top.grow(subtrees)
        made = {
            (level + TIERS, place): hashes for level, place, hashes in (*full, *top.begun())
        } | {(level, place): hashes for level, place, hashes in begun}
        for level, place, hashes in kept.select("SELECT level, place, hashes FROM tiles"):
            if not (isinstance(level, int) and isinstance(place, int) and 0 <= level < LEVELS):
                self._add("the view file holds a tile of no level", "no such tile", (level, place))
                continue
            inside = level < TIERS and 0 <= place < position >> (HEIGHT * (level + 1))
            expected = None if inside else made.pop((level, place), None)
            if not inside and expected != hashes:
                self._faults.add(tile_fault(level, place, hashes, expected))
        for (level, place), hashes in made.items():
            self._faults.add(tile_fault(level, place, None, hashes))

    def _surplus(self, kept: Database, until: Kept) -> None:
        """Find rows about entries that the file is not to know yet, or that are none."""
        ends = {ENTRIES.name: min(until.listed, until.position)}
        ends[SEARCH.name] = min(until.searched, until.position)
        tables = [INSTANTS, KEYS, NAMES, ENTRIES, SEARCH, LINKS]
        if any(part.name == OCTETS.name for part in kept.parts()):
            tables.append(OCTETS)
        for table in tables:
            for row in self._outside(kept, table, ends.get(table.name, until.position)):
                for fault in differing(table, [row], (), {}):
                    self._faults.add(fault)

    def _outside(self, kept: Database, table: Table, end: int) -> Iterator[Values]:
        yield from kept.select(table.query, -(2**63), table.key(1))
        yield from kept.select(table.query, table.key(end + 1), LAST_POSITION)
        columns, key = ", ".join(table.columns), table.columns[0]
        yield from kept.select(
            f"SELECT {columns} FROM {table.name} WHERE {key} = ?",  # noqa: S608 - ours
            LAST_POSITION,
        )

    def _add(
        self,
        what: str,
        expected: Any,
        found: Any,
        position: int | None = None,
        kind: Kind = "views",
    ) -> None:
        self._faults.add(LedgerFault(kind, what, str(expected), str(found), position))


def _file_at(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _schema(kept: Database) -> int:
    """Return what changes whenever tables of a file are made or dropped."""
    ((version,),) = kept.select("PRAGMA schema_version")
    return int(version)


def integrity(path: Path) -> list[LedgerFault]:
    """Return what SQLite finds wrong with the view file itself."""
    try:
        database = Database(path)
    except sqlite3.Error as fault:
        return [unreadable(fault)]
    try:
        found = database.integrity()
    except sqlite3.Error as fault:
        return [unreadable(fault)]
    finally:
        database.close()
    what = "the view file is damaged"
    return [LedgerFault("views", what, "ok", one) for one in found]
