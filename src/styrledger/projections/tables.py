"""The view file: what was recorded, filed by subject, in one disposable SQLite file.

Rows are only ever added, in the order of the log, and each follows from one entry alone. What
stands as known at a position is worked out when it is asked for, from the corrections up to
there. Nothing here is a source of anything: the file can be deleted at any time and is built
again from the log.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Never, cast

import attrs

from styrledger import files
from styrledger.errors import LedgerClosed
from styrledger.links import Link, standing
from styrledger.projections.places import PLACES, Values
from styrledger.projections.schema import BESIDE, OCTETS, SCHEMA
from styrledger.projections.tiles import Tile, node_in
from styrledger.projections.unsummed import unsummed
from styrledger.rows import Row

if TYPE_CHECKING:
    from sqlite_utils import Database

    from styrledger.events.entry import Recorded
    from styrledger.history import Fact
    from styrledger.projections.filing import Page

ROWS = """
SELECT rowid, originator_id, originator_version, topic, state FROM log.stored_events
WHERE rowid > ? ORDER BY rowid LIMIT ?
"""

FACTS = """
SELECT o.name, o.state FROM filed JOIN octets AS o USING (position)
WHERE subject = ? AND position <= ? ORDER BY position
"""

# From one subject to the next, however much is filed under each.
EVER = """
WITH RECURSIVE each (subject) AS (
    SELECT min(subject) FROM filed WHERE subject >= :begin
    UNION ALL
    SELECT (SELECT min(subject) FROM filed WHERE subject > each.subject) FROM each
    WHERE substr(each.subject, 1, length(:begin)) = :begin
)
SELECT subject FROM each WHERE subject GLOB :pattern
"""

STANDING = f"""
{EVER} AND EXISTS (
    SELECT 1 FROM filed WHERE filed.subject = each.subject AND position <= :known
    AND position NOT IN (SELECT value FROM json_each(:fallen))
)
"""  # noqa: S608 - a query of ours

MANY = 50
FILE_MANY = f"INSERT INTO filed VALUES {', '.join(['(?, ?)'] * MANY)}"  # noqa: S608 - a number of ours

MOST_KEPT = 8
"""For how many positions a view file remembers what did not stand then."""


@attrs.frozen
class Cursor:
    """How far the view file has come, in which ledger, and the digest of the last entry."""

    ledger: str
    version: int
    position: int
    digest: bytes


class Emptied(Exception):
    """Another process has emptied the view file since it was opened, to build it anew."""


class ViewFile:
    """Reads and writes the tables; what is written together is one ``writing()``."""

    def __init__(self, path: Path | None, log: str | None, *, read_by: str | None = None) -> None:
        """Open the file at ``path``, or a private one in memory for None.

        ``log`` is the SQLite URI of the log, from which the octets are then read; with None
        they are copied into the view file. With ``read_by``, the URI of a file that is there,
        nothing is made or written.

        Raises:
            sqlite3.Error: it cannot be opened, written or is damaged.
        """
        self.path = path
        self._beside = log is not None
        made = ":memory:" if path is None else files.uri(path, mode="rwc")
        connection = sqlite3.connect(
            read_by or made,
            timeout=60,
            isolation_level=None,
            check_same_thread=False,
            uri=True,
        )
        self.connection = connection
        self._fallen: dict[int, frozenset[int]] = {}
        self._changed: Values = ()
        self._schema: Values = ()
        try:
            if read_by is None:
                if self._one("PRAGMA application_id") == (0,):
                    # Before the journal is a file of its own: whose file it is, is read from it.
                    connection.execute(f"PRAGMA application_id = {files.VIEWS}")
                # Lost after a power failure is no harm: the file is caught up from the log.
                connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
            if log is not None:
                connection.execute("ATTACH ? AS log", (log,))
                connection.execute(BESIDE)
            if read_by is None and not self._is_made():
                with self._database.atomic():
                    connection.execute("PRAGMA user_version = 1")  # takes the lock
                    # Another process may have made the tables meanwhile.
                    if not self._is_made():
                        self._make_tables()
            self.is_emptied()
        except sqlite3.Error:
            connection.close()
            raise

    @cached_property
    def _database(self) -> Database:
        from sqlite_utils import Database

        return Database(self.connection, execute_plugins=False)

    def _is_made(self) -> bool:
        return self._one("SELECT 1 FROM sqlite_schema WHERE name = 'cursor'") is not None

    def _make_tables(self) -> None:
        schema = SCHEMA if self._beside else SCHEMA + OCTETS
        for statement in filter(str.strip, schema.split(";")):
            self.connection.execute(statement)

    def reset(self) -> None:
        """Empty the file, inside a ``writing()``."""
        rows = self.connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL%' "
            "UNION ALL SELECT name FROM sqlite_schema WHERE type = 'table' "
            "AND name NOT LIKE 'sqlite%' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        ).fetchall()
        for (name,) in rows:
            self.connection.execute('DROP TABLE IF EXISTS "{}"'.format(name.replace('"', '""')))
        self._make_tables()
        self._schema = self._made_as()
        self.forget()

    def is_emptied(self) -> bool:
        """Tell whether another process has emptied the file since this was last asked."""
        changed = self.connection.execute("PRAGMA main.data_version").fetchone()
        if changed == self._changed:
            return False
        before, self._changed, self._schema = self._schema, changed, self._made_as()
        return self._schema != before

    @contextmanager
    def writing(self) -> Generator[None]:
        """Group writes: all of them are kept, or none.

        Raises:
            Emptied: another process has emptied the file, and nothing was written.
        """
        with self._database.atomic():
            # A first write takes the lock, so that what is read next is not stale.
            self.connection.execute("UPDATE cursor SET version = version")
            if self.is_emptied():
                raise Emptied
            yield

    def close(self) -> None:
        """Close the file; whoever asks it from then on is told so."""
        self.connection.close()
        self.connection = cast("sqlite3.Connection", _Closed(str(self.path or ":memory:")))

    # -- where it stands

    def cursor(self) -> Cursor | None:
        """Return how far it has come, None for a new file."""
        row = self._one("SELECT ledger, version, position, digest FROM cursor")
        return None if row is None else Cursor(*row)

    def move(self, cursor: Cursor) -> None:
        """Set how far it has come."""
        row = (cursor.ledger, cursor.version, cursor.position, cursor.digest)
        moved = self.connection.execute(
            "UPDATE cursor SET ledger = ?, version = ?, position = ?, digest = ?", row
        )
        if not moved.rowcount:
            self.connection.execute("INSERT INTO cursor VALUES (?, ?, ?, ?)", row)

    def add(self, page: Page) -> None:
        """File a page of entries, all but its corrections."""
        for statement, rows in (
            (
                "INSERT INTO octets VALUES (?, ?, ?)",
                () if self._beside else page.octets(),
            ),
            ("INSERT INTO instants VALUES (?, ?)", page.instants),
            ("INSERT INTO keys VALUES (?, ?)", page.keys),
            ("INSERT INTO names VALUES (?, ?)", page.names),
        ):
            if rows:
                self.connection.executemany(statement, rows)
        filed = sorted(page.filed)
        # Many rows in one statement take little more than half of what they take one by one.
        at_once = len(filed) - len(filed) % MANY
        for at in range(0, at_once, MANY):
            self.connection.execute(FILE_MANY, [*chain.from_iterable(filed[at : at + MANY])])
        self.connection.executemany("INSERT INTO filed VALUES (?, ?)", filed[at_once:])

    def log_head(self) -> int | None:
        """Return how many entries the log holds; None without a log beside."""
        if not self._beside:
            return None
        row = self._one("SELECT max(rowid) FROM log.stored_events")
        return 0 if row is None or row[0] is None else int(row[0])

    def log_rows(self, after: int, limit: int) -> list[Row] | None:
        """Return stored entries in order, those above a position; None without a log beside."""
        if not self._beside:
            return None
        rows = self.connection.execute(ROWS, (after, limit))
        return [*map(Row._make, rows)]

    def add_link(self, link: Link) -> None:
        """File a correction or withdrawal."""
        # It may have been asked already what is known there, before it was filed.
        self._fallen = {at: fell for at, fell in self._fallen.items() if at < link.position}
        self.connection.execute("INSERT INTO links VALUES (?, ?, ?, ?)", attrs.astuple(link))

    def add_tiles(self, tiles: Iterable[Tile]) -> None:
        """Keep hashes of the tree."""
        self.connection.executemany("INSERT OR REPLACE INTO tiles VALUES (?, ?, ?)", tiles)

    # -- entries

    def recorded(self, position: int) -> tuple[Recorded, ...]:
        """Return what is recorded at a position: one entry, or more after an upcast."""
        from styrledger import stored

        row = self._one("SELECT name, state FROM octets WHERE position = ?", position)
        return () if row is None else stored.decode(row[0], row[1])

    def position_of_key(self, key: str) -> int | None:
        """Return where a key was recorded, None for a new one."""
        row = self._one("SELECT position FROM keys WHERE key = ?", key)
        return None if row is None else int(row[0])

    def recorded_at(self, position: int) -> str | None:
        """Return the instant at which a position was recorded, None before the first."""
        row = self._one(
            "SELECT recorded_at FROM instants WHERE position <= ? ORDER BY position DESC LIMIT 1",
            position,
        )
        return None if row is None else str(row[0])

    def known_at(self, moment: str) -> int:
        """Return the last position recorded by an instant, that instant included."""
        row = self._one(
            "SELECT position - 1 FROM instants WHERE recorded_at > ? "
            "ORDER BY recorded_at, position LIMIT 1",
            moment,
        )
        return self._head() if row is None else int(row[0])

    def definitions(self) -> dict[str, set[str]]:
        """Return the names that entries may use now, by kind."""
        fallen = self._fallen_by(self._head())
        names: dict[str, set[str]] = {}
        for place, defines in self.connection.execute("SELECT place, name FROM names"):
            if place >> PLACES not in fallen:
                kind, _, name = defines.partition("/")
                names.setdefault(kind, set()).add(name)
        return names

    # -- the tree over the log

    def tile(self, level: int, place: int) -> bytes:
        """Return the hashes of a tile of the tree, none where it has not grown that far."""
        row = self._one("SELECT hashes FROM tiles WHERE level = ? AND place = ?", level, place)
        return b"" if row is None else bytes(row[0])

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete node.

        Raises:
            KeyError: the log has not grown that far.
        """
        return node_in(self.tile, level, index)

    # -- facts

    def facts(self, subject: str, known: int) -> list[Fact]:
        """Return what stood under a subject as known after a position, in order of position."""
        rows = self.connection.execute(FACTS, (subject, known)).fetchall()
        return self._facts(rows, subject, known)

    def unsummed(self, subject: str, known: int) -> list[Fact]:
        """Return those of the facts about a budget that are not decided moves of its balances.

        Told by their stored names, so that what running sums hold is not decoded.
        """
        return self._facts(unsummed(self.connection, subject, known), subject, known)

    def _facts(self, rows: Sequence[Values], subject: str, known: int) -> list[Fact]:
        if not rows:
            return []
        from styrledger import stored
        from styrledger.events.corrections import EntryCorrected
        from styrledger.history import facts_under

        fallen = self._fallen_by(known)
        found: list[Fact] = []
        for name, state in rows:
            parts = stored.decode(name, state)
            position = parts[0].position
            if position in fallen:
                continue
            amended = isinstance(parts[0].entry.event, EntryCorrected)
            slot = self.slot_of(position) if amended else position
            found += facts_under(subject, slot, parts)
        return found

    def standing_in(self, slot: int, known: int) -> list[Fact]:
        """Return what stood in the place of one entry as known after a position."""
        from styrledger.history import facts_at

        at = standing(slot, [link for link in self.links(slot) if link.position <= known])
        return [] if at is None else [*facts_at(slot, self.recorded(at))]

    def subjects(self, pattern: str, known: int) -> list[str]:
        """Return the subjects that match a GLOB pattern under which something stood, sorted."""
        fallen = json.dumps(sorted(self._fallen_by(known)))
        asked = {**_asked(pattern), "known": known, "fallen": fallen}
        return [row[0] for row in self.connection.execute(STANDING, asked)]

    def ever(self, pattern: str) -> list[str]:
        """Return the subjects that match a GLOB pattern under which something ever stood."""
        return [row[0] for row in self.connection.execute(EVER, _asked(pattern))]

    def touched(self, subject: str) -> list[int]:
        """Return the positions of all that was ever filed under a subject, sorted.

        With each come what it stands in the place of, and all corrections of that.
        """
        rows = self.connection.execute("SELECT position FROM filed WHERE subject = ?", (subject,))
        slots = {self.slot_of(position) for (position,) in rows.fetchall()}
        return sorted(slots.union(*([one.position for one in self.links(at)] for at in slots)))

    # -- corrections

    def slot_of(self, position: int) -> int:
        """Return the slot that an entry, or a correction of it, belongs to."""
        row = self._one("SELECT slot FROM links WHERE position = ?", position)
        return position if row is None else int(row[0])

    def links(self, slot: int) -> list[Link]:
        """Return the corrections and withdrawals of a slot, in order of position."""
        return _links(
            self.connection.execute(
                "SELECT position, target, slot, withdraws FROM links WHERE slot = ? ORDER BY 1",
                (slot,),
            )
        )

    def forget(self) -> None:
        """Forget what was worked out of a file that another process may have made anew."""
        self._fallen.clear()

    def _fallen_by(self, known: int) -> frozenset[int]:
        """Return the positions of what does not stand as known after a position."""
        found = self._fallen.get(known)
        if found is None:
            # What was known at a position never changes, and the next question is near it.
            since = max((one for one in self._fallen if one < known), default=0)
            found = self._fallen_after(self._fallen.get(since, frozenset()), since, known)
            if len(self._fallen) >= MOST_KEPT:
                del self._fallen[next(iter(self._fallen))]
            self._fallen[known] = found
        return found

    def _fallen_after(self, before: frozenset[int], since: int, known: int) -> frozenset[int]:
        rows = self.connection.execute(
            "SELECT position, target, slot, withdraws FROM links WHERE position <= ? AND (? = 0 OR "
            "slot IN (SELECT slot FROM links WHERE position > ? AND position <= ?))",
            (known, since, since, known),
        ).fetchall()
        if not rows:
            return before
        fallen = set(before)
        slots: dict[int, list[Link]] = {}
        for link in _links(rows):
            slots.setdefault(link.slot, []).append(link)
        for slot, links in slots.items():
            fallen |= {slot, *(link.position for link in links)}
            fallen.discard(standing(slot, links) or 0)
        return frozenset(fallen)

    def _made_as(self) -> Values:
        """Return what differs whenever tables are made or dropped."""
        version: Values = self.connection.execute("PRAGMA main.schema_version").fetchone()
        return version

    def _head(self) -> int:
        row = self._one("SELECT position FROM cursor")
        return 0 if row is None else int(row[0])

    def _one(self, query: str, *values: Any) -> Values | None:
        row: Values | None = self.connection.execute(query, values).fetchone()
        return row


class _Closed:
    """Stands in for the connection of a view file that was closed."""

    def __init__(self, path: str) -> None:
        self._path = path

    def close(self) -> None:
        """Do nothing: it is closed."""

    def __getattr__(self, name: str) -> Never:
        raise LedgerClosed(self._path)


def _asked(pattern: str) -> dict[str, str]:
    """Return a GLOB pattern, and what every text begins with that matches it."""
    return {"pattern": pattern, "begin": re.split(r"[*?[]", pattern, maxsplit=1)[0]}


def _links(rows: Iterable[Sequence[Any]]) -> list[Link]:
    return [Link(position, target, slot, bool(takes)) for position, target, slot, takes in rows]
