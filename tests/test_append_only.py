"""The log only grows: its tables refuse every change, whoever connects to the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from .commands import adopted, new


@pytest.fixture
def log(tmp_path: Path) -> Generator[sqlite3.Connection]:
    """Give a plain connection to the file of a ledger with four entries."""
    with closing(sqlite3.connect(new(tmp_path, adopted("1 tkr")), isolation_level=None)) as opened:
        yield opened


def content(log: sqlite3.Connection) -> list[object]:
    """Return all that the tables hold."""
    return [
        log.execute("SELECT rowid, * FROM stored_events ORDER BY rowid").fetchall(),
        log.execute("SELECT * FROM ledger").fetchall(),
    ]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE stored_events SET state = x'7b7d'", "the log is append-only"),
        ("UPDATE stored_events SET rowid = rowid + 100", "the log is append-only"),
        ("UPDATE OR REPLACE stored_events SET originator_id = 'x'", "the log is append-only"),
        ("UPDATE stored_events SET topic = topic WHERE rowid = 2", "the log is append-only"),
        ("DELETE FROM stored_events", "the log is append-only"),
        ("DELETE FROM stored_events WHERE rowid = 4", "the log is append-only"),
        (
            (
                "REPLACE INTO stored_events SELECT originator_id, originator_version, 'x', x'7b7d' "
                "FROM stored_events WHERE rowid = 4"
            ),
            "the log is append-only",
        ),
        (
            (
                "INSERT OR REPLACE INTO stored_events "
                "(rowid, originator_id, originator_version, topic, state) "
                "VALUES (2, 'x', 1, 'x', x'7b7d')"
            ),
            "the log is append-only",
        ),
        (
            (
                "INSERT INTO stored_events SELECT * FROM stored_events WHERE true "
                "ON CONFLICT DO UPDATE SET state = x'7b7d'"
            ),
            "the log is append-only",
        ),
        ("UPDATE ledger SET organisation = 'Annan'", "the log is append-only"),
        ("DELETE FROM ledger", "the log is append-only"),
        ("INSERT INTO ledger SELECT * FROM ledger", "a ledger has one identity"),
        ("REPLACE INTO ledger SELECT * FROM ledger", "a ledger has one identity"),
    ],
)
@pytest.mark.parametrize("recursive", [0, 1])
def test_the_tables_refuse_every_change(
    log: sqlite3.Connection, statement: str, reason: str, recursive: int
) -> None:
    log.execute(f"PRAGMA recursive_triggers = {recursive}")
    before = content(log)
    with pytest.raises(sqlite3.IntegrityError, match=f"^{reason}$"):
        log.execute(statement)
    assert content(log) == before


def test_insert_or_ignore_changes_nothing(log: sqlite3.Connection) -> None:
    before = content(log)
    with pytest.raises(sqlite3.IntegrityError):
        log.execute("INSERT OR IGNORE INTO stored_events SELECT * FROM stored_events")
    assert content(log) == before
