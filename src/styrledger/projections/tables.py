"""The view file: which entries stand when, filed by subject, in one disposable SQLite file.

Every row that files a fact carries from which position it was known and until which, so that
one look-up gives what stood as known at any position. Nothing here is a source of anything:
the file can be deleted at any time and is built again from the log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Never, cast

import attrs
from sqlite_utils import Database

from styrledger import files, stored
from styrledger.codec import write_entry
from styrledger.errors import LedgerClosed
from styrledger.events.entry import Entry, Recorded
from styrledger.history import Fact, Link, facts_at, standing
from styrledger.tree import Node

VERSION = 2
"""Raise it with every change to the tables or to what is filed in them."""

FOR_EVER = 2**63 - 1

SCHEMA = """
CREATE TABLE cursor (ledger TEXT, version INTEGER, position INTEGER, digest BLOB);
CREATE TABLE entries (
    position INTEGER PRIMARY KEY, recorded_at TEXT, recorded_by TEXT, key TEXT, type TEXT,
    body TEXT, decision TEXT, day TEXT, stage TEXT, units TEXT, name TEXT, state BLOB
);
CREATE UNIQUE INDEX entries_by_key ON entries (key) WHERE key IS NOT NULL;
CREATE TABLE facts (
    subject TEXT, slot INTEGER, known_from INTEGER, part INTEGER, position INTEGER,
    known_to INTEGER, defines TEXT, PRIMARY KEY (subject, slot, known_from, part)
) WITHOUT ROWID;
CREATE INDEX facts_by_definition ON facts (defines) WHERE defines IS NOT NULL;
CREATE TABLE links (
    position INTEGER PRIMARY KEY, target INTEGER, slot INTEGER, withdraws INTEGER
);
CREATE INDEX links_by_slot ON links (slot);
CREATE TABLE nodes (level INTEGER, place INTEGER, hash BLOB, PRIMARY KEY (level, place))
WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5 (text, tokenize = "unicode61 remove_diacritics 0");
"""

CHOOSE = """
SELECT name, state FROM entries
WHERE position <= :known
AND (:type IS NULL OR type = :type OR substr(type, 1, length(:type) + 1) = :type || '.')
AND (:body IS NULL OR body = :body)
AND (:unit IS NULL OR instr(units, '/' || :unit || '/'))
AND (:first IS NULL OR day >= :first)
AND (:last IS NULL OR day <= :last)
ORDER BY position
"""

Values = tuple[Any, ...]


@attrs.frozen
class Choice:
    """Which entries to list; None leaves a condition out, ``first`` and ``last`` are inclusive."""

    known: int
    type: str | None = None
    body: str | None = None
    unit: str | None = None
    first: str | None = None
    last: str | None = None


@attrs.frozen
class Cursor:
    """How far the view file has come, in which ledger, and the digest of the last entry."""

    ledger: str
    version: int
    position: int
    digest: bytes


class ViewFile:
    """Reads and writes the tables; what is written together is one ``writing()``."""

    def __init__(self, path: Path | None) -> None:
        """Open the file at ``path``, or a private one in memory for None.

        Raises:
            sqlite3.Error: it cannot be opened, written or is damaged.
        """
        self.path = path
        connection = sqlite3.connect(
            ":memory:" if path is None else files.uri(path, mode="rwc"),
            timeout=60,
            isolation_level=None,
            check_same_thread=False,
            uri=True,
        )
        self._connection = connection
        self._database = Database(connection)
        try:
            # Lost after a power failure is no harm: the file is caught up from the log.
            connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
            if not self._database["cursor"].exists():
                with self.writing():
                    # Another process may have made the tables meanwhile.
                    if not self._database["cursor"].exists():
                        self._make_tables()
        except sqlite3.Error:
            connection.close()
            raise

    def _make_tables(self) -> None:
        self._connection.execute(f"PRAGMA application_id = {files.VIEWS}")
        for statement in filter(str.strip, SCHEMA.split(";")):
            self._connection.execute(statement)

    def reset(self) -> None:
        """Empty the file, inside a ``writing()``."""
        names = ("search", "nodes", "links", "facts", "entries", "cursor")
        for name in names:
            self._connection.execute(f"DROP TABLE IF EXISTS {name}")
        self._make_tables()

    @contextmanager
    def writing(self) -> Generator[None]:
        """Group writes: all of them are kept, or none."""
        with self._database.atomic():
            # A first write takes the lock, so that what is read next is not stale.
            self._connection.execute("PRAGMA user_version = 1")
            yield

    def close(self) -> None:
        """Close the file; whoever asks it from then on is told so."""
        self._database.close()
        self._connection = cast("sqlite3.Connection", _Closed(str(self.path or ":memory:")))

    # -- where it stands

    def cursor(self) -> Cursor | None:
        """Return how far it has come, None for a new file."""
        row = self._one("SELECT ledger, version, position, digest FROM cursor")
        return None if row is None else Cursor(*row)

    def move(self, cursor: Cursor) -> None:
        """Set how far it has come."""
        self._connection.execute("DELETE FROM cursor")
        self._connection.execute("INSERT INTO cursor VALUES (?, ?, ?, ?)", attrs.astuple(cursor))

    # -- entries

    def add_entries(self, rows: Iterable[Values]) -> None:
        """File entries: the columns of ``entries``, in order."""
        self._connection.executemany(
            "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows
        )

    def recorded(self, position: int) -> tuple[Recorded, ...]:
        """Return what is recorded at a position: one entry, or more after an upcast."""
        row = self._one("SELECT name, state FROM entries WHERE position = ?", position)
        return () if row is None else stored.decode(row[0], row[1])

    def position_of_key(self, key: str) -> int | None:
        """Return where a key was recorded, None for a new one."""
        row = self._one("SELECT position FROM entries WHERE key = ?", key)
        return None if row is None else int(row[0])

    def recorded_at(self, position: int) -> str | None:
        """Return the instant at which a position was recorded, None for an unknown one."""
        row = self._one("SELECT recorded_at FROM entries WHERE position = ?", position)
        return None if row is None else str(row[0])

    def known_at(self, moment: str) -> int:
        """Return the last position recorded by an instant, that instant included."""
        row = self._one(
            "SELECT position FROM entries WHERE recorded_at <= ? ORDER BY position DESC LIMIT 1",
            moment,
        )
        return 0 if row is None else int(row[0])

    def chosen(self, chosen: Choice) -> Iterator[Recorded]:
        """Yield the entries that meet every condition, in order of position."""
        for name, state in self._connection.execute(CHOOSE, attrs.asdict(chosen)):
            yield from stored.decode(name, state)

    def find(self, words: str) -> Iterator[int]:
        """Yield the positions of the entries that hold every word, or one that starts with it.

        The index is built here, at the first search: recording does not wait for it.
        """
        with self.writing():
            indexed = self._one("SELECT max(rowid) FROM search")
            after = indexed[0] if indexed is not None and indexed[0] is not None else 0
            rows = self._connection.execute(
                "SELECT position, name, state FROM entries WHERE position > ?", (after,)
            )
            self._connection.executemany(
                "INSERT INTO search (rowid, text) VALUES (?, ?)",
                ((at, text_of(stored.decode(name, state))) for at, name, state in rows),
            )
        # Each word quoted: what people type is never taken for query syntax.
        query = " ".join('"{}"*'.format(word.replace('"', '""')) for word in words.split())
        for row in self._connection.execute(
            "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid", (query,)
        ):
            yield row[0]

    # -- the tree over the log

    def add_nodes(self, nodes: Iterable[Node]) -> None:
        """Keep complete nodes of the tree."""
        self._connection.executemany("INSERT INTO nodes VALUES (?, ?, ?)", nodes)

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete node.

        Raises:
            KeyError: the log has not grown that far.
        """
        row = self._one("SELECT hash FROM nodes WHERE level = ? AND place = ?", level, index)
        if row is None:
            raise KeyError((level, index))
        return bytes(row[0])

    # -- facts

    def add_facts(self, rows: Iterable[Values]) -> None:
        """File facts: the columns of ``facts``, in order."""
        self._connection.executemany("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def end_facts(self, slot: int, subjects: Iterable[str], known_to: int) -> None:
        """Note that what stands in a slot is no longer known to stand from a position on."""
        self._connection.executemany(
            "UPDATE facts SET known_to = ? WHERE subject = ? AND slot = ? AND known_to = ?",
            [(known_to, subject, slot, FOR_EVER) for subject in subjects],
        )

    def facts(self, subject: str, known: int) -> list[Fact]:
        """Return what stood under a subject as known after a position, in no given order."""
        rows = self._connection.execute(
            "SELECT slot, part, name, state FROM facts JOIN entries USING (position) "
            "WHERE subject = ? AND known_from <= ? AND known_to > ?",
            (subject, known, known),
        )
        return [
            [*facts_at(slot, stored.decode(name, state))][part] for slot, part, name, state in rows
        ]

    def standing_in(self, slot: int, known: int) -> list[Fact]:
        """Return what stood in the place of one entry as known after a position."""
        at = standing(slot, [link for link in self.links(slot) if link.position <= known])
        return [] if at is None else [*facts_at(slot, self.recorded(at))]

    def subjects(self, pattern: str, known: int) -> list[str]:
        """Return the subjects that match a GLOB pattern under which something stood, sorted."""
        rows = self._connection.execute(
            "SELECT DISTINCT subject FROM facts WHERE subject GLOB ? AND known_from <= ? "
            "AND known_to > ? ORDER BY subject",
            (pattern, known, known),
        )
        return [row[0] for row in rows]

    def ever(self, pattern: str) -> list[str]:
        """Return the subjects that match a GLOB pattern under which something ever stood."""
        rows = self._connection.execute(
            "SELECT DISTINCT subject FROM facts WHERE subject GLOB ? ORDER BY subject", (pattern,)
        )
        return [row[0] for row in rows]

    def touched(self, subject: str) -> list[int]:
        """Return the positions of all that was ever filed under a subject, sorted."""
        rows = self._connection.execute(
            "SELECT position FROM facts WHERE subject = ? UNION "
            "SELECT links.position FROM links JOIN facts USING (slot) WHERE subject = ? "
            "UNION SELECT slot FROM facts WHERE subject = ? ORDER BY 1",
            (subject, subject, subject),
        )
        return [row[0] for row in rows]

    def definitions(self) -> dict[str, set[str]]:
        """Return the names that entries may use now, by kind."""
        names: dict[str, set[str]] = {}
        rows = self._connection.execute(
            "SELECT defines FROM facts WHERE defines IS NOT NULL AND known_to = ?", (FOR_EVER,)
        )
        for (defines,) in rows:
            kind, _, name = defines.partition("/")
            names.setdefault(kind, set()).add(name)
        return names

    # -- corrections

    def add_link(self, link: Link) -> None:
        """File a correction or withdrawal."""
        self._connection.execute("INSERT INTO links VALUES (?, ?, ?, ?)", attrs.astuple(link))

    def slot_of(self, position: int) -> int:
        """Return the slot that an entry, or a correction of it, belongs to."""
        row = self._one("SELECT slot FROM links WHERE position = ?", position)
        return position if row is None else int(row[0])

    def links(self, slot: int) -> list[Link]:
        """Return the corrections and withdrawals of a slot."""
        rows = self._connection.execute(
            "SELECT position, target, slot, withdraws FROM links WHERE slot = ?", (slot,)
        )
        return [
            Link(position, target, of, bool(withdraws)) for position, target, of, withdraws in rows
        ]

    def _one(self, query: str, *values: Any) -> Values | None:
        row: Values | None = self._connection.execute(query, values).fetchone()
        return row


class _Closed:
    """Stands in for the connection of a view file that was closed."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __getattr__(self, name: str) -> Never:
        raise LedgerClosed(self._path)


def definition(entry: Entry) -> str | None:
    """Return the name that an entry introduces, as ``kind/name``, or ``kind?/name``.

    A proposal's name can be referred to, but is not taken: it may be decided later.
    """
    defined = entry.event.defines()
    if defined is None:
        return None
    kind, name = defined
    return f"{kind}?/{name}" if entry.stage == "proposed" else f"{kind}/{name}"


def text_of(parts: Iterable[Recorded]) -> str:
    """Return all that entries say in words, for searching."""
    return "\n".join(text for part in parts for text in _texts(write_entry(part.entry)))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in cast("dict[str, Any]", value).values():
            yield from _texts(inner)
