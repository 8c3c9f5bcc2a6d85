"""The tables of the view file."""

from __future__ import annotations

import sqlite3

from styrledger.projections.sums import SUMS

VERSION = 5
"""Raise it with every change to the tables or to what is filed in them."""

LISTING = """
CREATE TABLE entries (
    position INTEGER PRIMARY KEY, recorded_at TEXT, recorded_by TEXT, key TEXT, type TEXT,
    body TEXT, decision TEXT, day TEXT, stage TEXT, units TEXT
);
CREATE VIRTUAL TABLE search USING fts5 (text, tokenize = "unicode61 remove_diacritics 0");
"""
"""The list of entries and the search in it; see ``listing``."""

SCHEMA = f"""
CREATE TABLE cursor (ledger TEXT, version INTEGER, position INTEGER, digest BLOB);
CREATE TABLE instants (position INTEGER PRIMARY KEY, recorded_at TEXT);
CREATE INDEX instants_by_time ON instants (recorded_at);
CREATE TABLE keys (position INTEGER PRIMARY KEY, key TEXT);
CREATE UNIQUE INDEX keys_by_key ON keys (key);
CREATE TABLE names (place INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE filed (subject TEXT, position INTEGER, PRIMARY KEY (subject, position))
WITHOUT ROWID;
CREATE TABLE links (
    position INTEGER PRIMARY KEY, target INTEGER, slot INTEGER, withdraws INTEGER
);
CREATE INDEX links_by_slot ON links (slot);
CREATE TABLE tiles (level INTEGER, place INTEGER, hashes BLOB, PRIMARY KEY (level, place))
WITHOUT ROWID;
{LISTING}
{SUMS}
"""

OCTETS = "CREATE TABLE octets (position INTEGER PRIMARY KEY, name TEXT, state BLOB);"
"""Entries as they were recorded, where the log is not a file that can be read beside this one."""

BESIDE = """
CREATE TEMP VIEW octets AS SELECT rowid AS position, topic AS name, state FROM log.stored_events
"""
"""The same, read where they lie in the log."""


def view_parts(*, copies: bool) -> list[tuple[str, str, str | None]]:
    """Return the kind, name and SQL of all that a view file is made of.

    With ``copies`` it is one that holds the octets of the log itself.
    """
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA + OCTETS if copies else SCHEMA)
    found = connection.execute("SELECT type, name, sql FROM sqlite_schema").fetchall()
    connection.close()
    return [(kind, name, sql) for kind, name, sql in found if not name.startswith("sqlite_")]
