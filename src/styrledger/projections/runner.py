"""Keeps the view file in step with the log: cursor and rows move together, or not at all."""

from __future__ import annotations

import hashlib
import sqlite3
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from styrledger import files
from styrledger.amounts import Amount
from styrledger.errors import LogDamaged
from styrledger.links import Link
from styrledger.projections.schema import VERSION
from styrledger.projections.sums import Balanced, Sums
from styrledger.projections.tables import Cursor, Emptied, ViewFile
from styrledger.projections.tiles import Tiles
from styrledger.rows import Row
from styrledger.tree import leaves_of, root_at

if TYPE_CHECKING:
    from styrledger.events.base import Kind
    from styrledger.events.entry import Recorded
    from styrledger.history import Fact
    from styrledger.projections.balances import Of
    from styrledger.projections.filing import Amending, Filer

PAGE = 4000

T = TypeVar("T")

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

    def rows(self, after: int = 0, limit: int = PAGE) -> Sequence[Row]:
        """Return entries in order, those with a position above ``after``."""
        ...


class Runner:
    """The views of one ledger: in a file beside it, or in memory where no file can be had.

    The file is built when it is missing, and anew when it is stale, damaged or of another
    ledger. A file that is not a view file is left alone. A question is always answered; only
    keeping the answer's tables for the next time can fail.
    """

    def __init__(self, path: Path | None, ledger: str, log: Source) -> None:
        """Open the view file at ``path``, or views in memory for None."""
        self._path, self._ledger, self._log = path, ledger, log
        self._names: dict[str, set[str]] | None = None
        self._summing: Sums | None = None
        self._tiles: Tiles | None = None
        self._filer: Filer | None = None
        self._found: File | None = None
        self._connected = log.connected
        self.position = -1
        """How far the views had come when they were last looked at; -1 before that."""
        self.view = self._opened()

    def close(self) -> None:
        """Close the view file."""
        self.view.close()

    def catch_up(self, head: int) -> None:
        """File every entry up to the log's head.

        Raises:
            UnknownStoredName: the log holds an event type from a newer version.
        """
        if not self._knows_log():
            connected = self._log.connected
            # A standby that took over may not have all that was filed here.
            self.asked(self._fitting)
            self._connected = connected
            self.position = -1
            self._forget()
        if head != self.position:
            self.asked(lambda view: None if self._is_at(view, head) else self._file_pages())

    def holds(self, position: int) -> bool:
        """Tell whether the views are still of the entries up to a position, and no more."""
        return self.position == position and self._knows_log()

    def _knows_log(self) -> bool:
        return self._log.connected == self._connected

    def head(self) -> int:
        """Return how many entries the log holds, read beside it where it lies there."""
        try:
            beside = self.view.log_head()
        except sqlite3.Error:
            beside = None
        return self._log.head() if beside is None else beside

    def names(self) -> dict[str, set[str]]:
        """Return the names that entries may use, by kind, as known at the last catch-up."""
        if self._names is None:
            self._names = self.asked(lambda view: view.definitions())
        return self._names

    def facts(self, subject: str, known: int) -> list[Fact]:
        """Return what stood under a subject as known after a position."""
        return self.asked(lambda view: view.facts(subject, known))

    def unsummed(self, subject: str, known: int) -> list[Fact]:
        """Return those of the facts about a budget that are not decided moves of its balances."""
        return self.asked(lambda view: view.unsummed(subject, known))

    def recorded(self, position: int) -> tuple[Recorded, ...]:
        """Return what is recorded at a position: one entry, or more after an upcast."""
        return self.asked(lambda view: view.recorded(position))

    def recorded_at(self, position: int) -> datetime | None:
        """Return when a position was recorded, None before the first."""
        found = self.asked(lambda view: view.recorded_at(position))
        return None if found is None else datetime.fromisoformat(found)

    def known_at(self, moment: str) -> int:
        """Return the last position recorded by an instant, that instant included."""
        return self.asked(lambda view: view.known_at(moment))

    def position_of_key(self, key: str) -> int | None:
        """Return where a key was recorded, None for a new one."""
        return self.asked(lambda view: view.position_of_key(key))

    def touched(self, subject: str) -> list[int]:
        """Return the positions of all that was ever filed under a subject, sorted."""
        return self.asked(lambda view: view.touched(subject))

    def slot_of(self, position: int) -> int:
        """Return the slot that an entry, or a correction of it, belongs to."""
        return self.asked(lambda view: view.slot_of(position))

    def links(self, slot: int) -> list[Link]:
        """Return the corrections and withdrawals of a slot, in order of position."""
        return self.asked(lambda view: view.links(slot))

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete node of the tree.

        Raises:
            KeyError: the log has not grown that far.
        """
        return self.asked(lambda view: view.node(level, index))

    def subjects(self, pattern: str, known: int) -> list[str]:
        """Return the subjects that match a GLOB pattern under which something stood, sorted."""
        return self.asked(lambda view: view.subjects(pattern, known))

    def ever(self, pattern: str) -> list[str]:
        """Return the subjects that match a GLOB pattern under which something ever stood."""
        return self.asked(lambda view: view.ever(pattern))

    def standing_in(self, slot: int, known: int) -> list[Fact]:
        """Return what stood in the place of one entry as known after a position."""
        return self.asked(lambda view: view.standing_in(slot, known))

    @property
    def sums(self) -> Self:
        """The running sums, which are kept here."""
        return self

    @property
    def are_kept(self) -> bool:
        """Whether what is summed up once is there for whoever asks next, in a file."""
        return self.view.path is not None

    def balance(self, budget: Of, line: str, on: date, known: int) -> Amount | None:
        """Return the total (the empty line) or a line of a budget, None where it has none."""
        return self.asked(
            lambda view: self._sums(view).balance(budget, line, on, known, self.position)
        )

    def balances(self, year: int, kind: Kind, on: date, known: int) -> Balanced:
        """Return all totals and lines of a year."""
        return self.asked(
            lambda view: self._sums(view).balances(year, kind, on, known, self.position)
        )

    def _sums(self, view: ViewFile) -> Sums:
        if self._summing is None:
            self._summing = Sums(view)
        return self._summing

    def root(self, position: int) -> str:
        """Return the root of the tree over the entries up to a position, in base64."""
        return b64encode(self.asked(lambda view: root_at(position, view.node))).decode()

    def asked(self, ask: Callable[[ViewFile], T]) -> T:
        """Ask the views; where their file fails, ask again of new ones."""
        for tries in count():
            try:
                if tries:
                    self._file_pages()
                found = ask(self.view)
                if not self.view.is_emptied():
                    return found
                self._begin_again()
            except Emptied:
                self._begin_again()
            except sqlite3.Error as fault:
                self._replace(fault, tries)
        raise AssertionError

    def streamed(self, ask: Callable[[ViewFile], Iterable[T]]) -> Iterator[T]:
        """Yield what the views give; where their file fails, go on with what new ones give."""
        done = 0
        for tries in count():
            try:
                if tries:
                    self._file_pages()
                for one in islice(ask(self.view), done, None):
                    yield one
                    done += 1
                if not self.view.is_emptied():
                    return
                self._begin_again()
            except Emptied:
                self._begin_again()
            except sqlite3.Error as fault:
                self._replace(fault, tries)

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
        while self._file_page():
            pass

    def _file_page(self) -> bool:
        view = self.view
        with view.writing():
            cursor = view.cursor()
            if cursor is not None and not self._is_ours(cursor):
                raise Emptied
            at = 0 if cursor is None else cursor.position
            if at != self.position:
                self._forget()
            # Beside the log its rows are read at once, else asked of whatever keeps it.
            beside = view.log_rows(at, PAGE)
            rows: Sequence[Row] = self._log.rows(at, PAGE) if beside is None else beside
            if rows:
                self._file(at, rows)
                last = rows[-1]
                view.move(Cursor(self._ledger, VERSION, last.position, digest(last)))
                at = last.position
        self.position = at
        return len(rows) == PAGE

    def _file(self, at: int, rows: Sequence[Row]) -> None:
        """File entries that must follow those filed before without a gap."""
        from styrledger.projections.filing import Filer

        view = self.view
        expected = next((n for n, row in enumerate(rows, at + 1) if row.position != n), None)
        if expected is not None:
            raise LogDamaged(expected, rows[expected - at - 1].position)
        tiles = Tiles(at, view.tile) if self._tiles is None else self._tiles.copy()
        filer = Filer(self._last(at)) if self._filer is None else self._filer
        # Left behind where something fails below: the next page begins from what is filed.
        self._tiles = self._filer = None
        view.add_tiles([*tiles.grow(leaves_of(rows)), *tiles.begun()])
        page = filer.page(rows)
        view.add(page)
        for one in page.amending:
            view.add_link(link(view, one))
        if page.names or page.amending:
            self._names = None
        self._tiles, self._filer = tiles, filer

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
    """Return a correction or withdrawal with the slot of what it acts on."""
    keyed = view.position_of_key(amending.target)
    target = int(amending.target.removeprefix("#")) if keyed is None else keyed
    return Link(amending.position, target, view.slot_of(target), amending.withdraws)


def digest(row: Row) -> bytes:
    """Return what tells a stored entry from any other at its position."""
    return hashlib.sha256(row.name.encode() + b"\0" + row.state).digest()
