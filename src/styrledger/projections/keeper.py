"""Keeps the view file in step with the log: cursor and rows move together, or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from styrledger import files
from styrledger.errors import UndecodableEntry, quoted
from styrledger.links import Link
from styrledger.projections.schema import VERSION
from styrledger.projections.tables import Cursor, Emptied, ViewFile, digest
from styrledger.projections.tiles import STRETCH, Tiles
from styrledger.rows import Row
from styrledger.times import named_position

if TYPE_CHECKING:
    from styrledger.projections.filing import Amending, Filer, Page
    from styrledger.projections.stretches import Worked
    from styrledger.projections.sums import Sums
    from styrledger.projections.tiles import Tile

FAR = 8
"""As many stretches as these are filed before other processes are ready to help."""

File = tuple[int, int]
"""Which file it is, whatever its name: its device and number there."""


class Source(Protocol):
    """The part of the log that a catch-up reads."""

    @property
    def uri(self) -> str | None:
        """The SQLite URI that views read octets from, None for a log that is not such a file."""
        ...

    @property
    def connected(self) -> int:
        """How often it was connected to: after another time it may be another's log."""
        ...

    def head(self) -> int:
        """Return how many entries there are."""
        ...

    def rows(self, after: int = 0, limit: int = STRETCH) -> Sequence[Row]:
        """Return entries in order, those with a position above ``after``."""
        ...


class Keeper:
    """The view file of one ledger, or views in memory where no file can be had.

    The file is built when it is missing, and anew when it is stale, damaged or of another
    ledger. A file that is not a view file is left alone.
    """

    def __init__(self, path: Path | None, ledger: str, log: Source) -> None:
        """Open the view file at ``path``, or views in memory for None."""
        self._path, self._ledger, self._log = path, ledger, log
        self._names: dict[str, set[str]] | None = None
        self._summing: Sums | None = None
        self._tiles: Tiles | None = None
        self._filer: Filer | None = None
        self._found: File | None = None
        self.position = -1
        """How far the views had come when they were last looked at; -1 before that."""
        self.view = self._opened()

    def close(self) -> None:
        """Close the view file."""
        self.view.close()

    def _begin_again(self) -> None:
        """Follow in a file that another process has emptied; what is not ours is left to it."""
        cursor = self.view.cursor()
        if cursor is not None and not self._is_ours(cursor):
            self.view.close()
            self.view = self._made(None)
        self.position = -1
        self._forget()

    def _replace(self, fault: sqlite3.Error, tries: int) -> None:
        """Open other views in the place of those that failed, at last such as are in memory."""
        if self.view.path is None:
            raise fault
        self.view.close()
        # A file that is damaged can be made anew; one that refuses, full or not ours to
        # write, cannot, and is left to those who can.
        mends = not tries and not isinstance(fault, sqlite3.OperationalError)
        self.view = self._opened(self._found) if mends else self._made(None)
        self.position = -1
        self._forget()

    def _is_at(self, view: ViewFile, head: int) -> bool:
        """Tell whether all is filed already, by another process or an earlier one."""
        cursor = view.cursor()
        if cursor is None or cursor.position != head or not self._is_ours(cursor):
            return False
        self._forget()
        self.position = head
        return True

    def _file_pages(self) -> None:
        """File all that the log holds and the view file does not."""
        while self._file_page():
            if not self.position % STRETCH:
                self._file_stretches()

    def _file_page(self) -> bool:
        """File what is left of a stretch; tell whether the log may go on after it."""
        view = self.view
        with view.writing():
            at = self._filed_up_to()
            limit = STRETCH - at % STRETCH
            # Beside the log its rows are read at once, else asked of whatever keeps it.
            beside = view.log_rows(at, limit)
            rows: Sequence[Row] = self._log.rows(at, limit) if beside is None else beside
            if rows:
                self._file(at, rows)
                at = rows[-1].position
        self.position = at
        return len(rows) == limit

    def _file_stretches(self) -> None:
        """File whole stretches of a log that goes on far, worked out by several processes."""
        head, log = self.view.log_head(), self._log.uri
        count = 0 if head is None else (head - self.position) // STRETCH
        if log is None or count < FAR:
            return
        from styrledger.projections.stretches import stretches, work_out
        from styrledger.workers import cores, results

        some = stretches(log, self.position, count)
        for asked, worked in results(some, work_out, processes=cores()):
            if not self._take(asked.after, worked):
                return

    def _take(self, after: int, worked: Worked) -> bool:
        """File stretches that were worked out, where nobody else has filed them meanwhile."""
        view = self.view
        with view.writing():
            if self._filed_up_to() != after:
                return False
            tiles = Tiles(after, view.tile) if self._tiles is None else self._tiles.copy()
            self._tiles = self._filer = None
            grown = [tile for root in worked.roots for tile in tiles.graft(root)]
            self._put(worked.page, [*worked.tiles, *grown, *tiles.begun()])
            view.add_filed(worked.filed)
            view.move(Cursor(self._ledger, VERSION, worked.position, worked.digest))
        self._tiles = tiles
        self.position = worked.position
        return True

    def _filed_up_to(self) -> int:
        """Return how far the view file has come, which nobody changes while it is written to.

        Raises:
            Emptied: it is of another ledger or version now.
        """
        cursor = self.view.cursor()
        if cursor is not None and not self._is_ours(cursor):
            raise Emptied
        at = 0 if cursor is None else cursor.position
        if at != self.position:
            self._forget()
        return at

    def _file(self, at: int, rows: Sequence[Row]) -> None:
        """File entries that must follow those filed before without a gap."""
        from styrledger.projections.filing import Filer
        from styrledger.projections.stretches import check_dense
        from styrledger.tree import leaves_of

        check_dense(at, rows)
        tiles = Tiles(at, self.view.tile) if self._tiles is None else self._tiles.copy()
        filer = Filer(self._last(at)) if self._filer is None else self._filer
        # Left behind where something fails below: the next page begins from what is filed.
        self._tiles = self._filer = None
        grown = tiles.grow(leaves_of(rows))
        self._put(filer.page(rows), [*grown, *tiles.begun()])
        last = rows[-1]
        self.view.move(Cursor(self._ledger, VERSION, last.position, digest(last)))
        self._tiles, self._filer = tiles, filer

    def _put(self, page: Page, tiles: Sequence[Tile]) -> None:
        self.view.add_tiles(tiles)
        self.view.add(page)
        for one in page.amending:
            self.view.add_link(link(self.view, one))
        if page.names or page.amending:
            self._names = None

    def _last(self, position: int) -> datetime | None:
        recorded_at = self.view.recorded_at(position)
        return None if recorded_at is None else datetime.fromisoformat(recorded_at)

    def _forget(self) -> None:
        self._names = self._tiles = self._filer = None
        self._summing = None
        self.view.forget()

    def _opened(self, damaged: File | None = None) -> ViewFile:
        """Open the file where it can be had and used, else views in memory.

        One that is damaged is removed first, unless another process has made it anew already.
        """
        path = self._path
        with suppress(sqlite3.Error, OSError, ValueError):
            if path is None or files.look(path, files.VIEWS) not in {"absent", "empty", "ours"}:
                return self._made(None)
            found = _file_at(path)
            if damaged is None or damaged != found:
                try:
                    return self._fitting(self._made(path))
                except sqlite3.OperationalError:
                    raise
                except sqlite3.DatabaseError:
                    damaged = found
            if _removed(path, damaged):
                return self._fitting(self._made(path))
        return self._made(None)

    def _made(self, path: Path | None) -> ViewFile:
        made = ViewFile(path, self._log.uri)
        self._found = None if path is None else _file_at(path)
        return made

    def _fitting(self, view: ViewFile) -> ViewFile:
        """Empty a view file that is stale or of another ledger."""
        while not self._fits(view):
            # Another process may have done so meanwhile.
            with suppress(Emptied), view.writing():
                if not self._fits(view):
                    view.reset()
        return view

    def _is_ours(self, cursor: Cursor) -> bool:
        return (cursor.ledger, cursor.version) == (self._ledger, VERSION)

    def _fits(self, view: ViewFile) -> bool:
        cursor = view.cursor()
        if cursor is None:
            return True
        if not self._is_ours(cursor):
            return False
        last = self._log.rows(cursor.position - 1, 1)
        return [(row.position, digest(row)) for row in last] == [(cursor.position, cursor.digest)]


def _file_at(path: Path) -> File | None:
    """Return which file has a name now, None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _removed(path: Path, damaged: File | None) -> bool:
    """Remove a damaged view file and no other, unless another process does; tell whether so."""
    lock = Path(f"{path}.lock")
    try:
        with lock.open("ab") as held:
            if not files.locked(held):
                return False
            if _file_at(path) == damaged:
                files.remove(path)
    finally:
        lock.unlink(missing_ok=True)
    return True


def filed(view: ViewFile, rows: Iterable[Row]) -> ViewFile:
    """File entries of no ledger in an empty view file, gaps or none, without a tree over them."""
    from styrledger.projections.filing import Filer

    page = Filer().page(rows)
    with view.writing():
        view.add(page)
        for one in page.amending:
            view.add_link(link(view, one))
        last = max((row.position for row in page.entries), default=0)
        view.move(Cursor("", VERSION, last, b""))
    return view


def link(view: ViewFile, amending: Amending) -> Link:
    """Return a correction or withdrawal with the slot of what it acts on.

    Raises:
        UndecodableEntry: it names nothing that could be an entry.
    """
    keyed = view.position_of_key(amending.target)
    target = named_position(amending.target) if keyed is None else keyed
    if target is None:
        name = "entry.withdrawn.v1" if amending.withdraws else "entry.corrected.v1"
        what = f"#{amending.position} acts on {quoted(amending.target)}, which is no entry"
        raise UndecodableEntry(name, what)
    return Link(amending.position, target, view.slot_of(target), amending.withdraws)
