"""The entries as tables that Datasette shows: made at the start, and read only from then on.

The view file is made for speed, is written to by whoever asks, and may change its form with any
version. These tables are for people and programs: they hold what was recorded up to one position
and nothing that is reckoned, for figures are the library's to say.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from styrledger.codec import write_entry
from styrledger.events.corrections import Amendment, EntryCorrected
from styrledger.events.entry import Entry, Recorded
from styrledger.history import filed_under, resolve
from styrledger.ledger import Ledger
from styrledger.projections.listing import texts
from styrledger.subjects import RULINGS
from styrledger.telling import what
from styrledger.times import instant

SCHEMA = """
CREATE TABLE entries (
    position INTEGER PRIMARY KEY, recorded_at TEXT NOT NULL, recorded_by TEXT,
    type TEXT NOT NULL, stage TEXT NOT NULL, body TEXT, decision TEXT, effective TEXT,
    units TEXT NOT NULL, acts_on INTEGER REFERENCES entries (position), what TEXT NOT NULL,
    note TEXT, key TEXT, entry TEXT NOT NULL
);
CREATE TABLE subjects (
    subject TEXT NOT NULL, position INTEGER NOT NULL REFERENCES entries (position),
    PRIMARY KEY (subject, position)
) WITHOUT ROWID;
CREATE TABLE decisions (
    decision TEXT PRIMARY KEY, body TEXT, date TEXT, paragraph INTEGER, dnr TEXT,
    position INTEGER NOT NULL REFERENCES entries (position)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (
    text, content = '', tokenize = "unicode61 remove_diacritics 0"
);
"""
INDEXES = """
CREATE INDEX entries_by_type ON entries (type);
CREATE INDEX entries_by_body ON entries (body);
CREATE INDEX entries_by_effective ON entries (effective);
CREATE INDEX entries_by_decision ON entries (decision);
CREATE INDEX subjects_by_position ON subjects (position);
CREATE INDEX entries_by_target ON entries (acts_on) WHERE acts_on IS NOT NULL;
CREATE INDEX decisions_by_date ON decisions (date);
INSERT INTO words (words) VALUES ('optimize');
"""

COLUMNS = {
    "entries": {
        "position": "Postens plats i liggaren: 1, 2, 3 …",
        "recorded_at": "När liggaren tog emot posten (UTC).",
        "recorded_by": "Rollen som registrerade.",
        "type": "Händelsens typ, till exempel budget.revised.",
        "stage": "decided (beslutat), proposed (förslag) eller conditional (villkorat).",
        "body": "Organet som beslutade.",
        "decision": "Beslutet som posten vilar på.",
        "effective": "Dagen som posten gäller från, så exakt som källan säger.",
        "units": "Enheterna som posten handlar om, som en JSON-lista.",
        "acts_on": "Posten som en rättelse eller ett återtagande gäller.",
        "what": "Vad posten säger.",
        "note": "Anmärkning.",
        "key": "Avsändarens egen beteckning.",
        "entry": "Hela posten, så som en postfil har den (JSON).",
    },
    "subjects": {
        "subject": "Det som posten handlar om, till exempel budget/KS/2020/operating.",
        "position": "Posten.",
    },
    "decisions": {
        "decision": "Organ, dag och paragraf.",
        "body": "Organet som beslutade.",
        "date": "Dagen, så exakt som källan säger.",
        "paragraph": "Paragrafen (§).",
        "dnr": "Diarienumret.",
        "position": "Den första post som vilar på beslutet.",
    },
}
"""Every table and column that is shown, and what it holds."""

BATCH = 1_000


def make(path: Path, ledger: Ledger, known: int, seen: Callable[[int], object]) -> None:
    """Write the first ``known`` entries of a ledger as tables into a new file.

    ``seen`` is told how many more were written, now and then.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        # The file lives as long as the explorer does: a power failure makes no difference.
        database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
        database.executescript(SCHEMA)
        filing = _Filing()
        entries = ledger.history(known=known)
        while batch := [*islice(entries, BATCH)]:
            database.execute("BEGIN")
            for recorded in batch:
                filing.file(database, recorded)
            database.execute("COMMIT")
            seen(len(batch))
        database.executescript(INDEXES)


class _Filing:
    """Makes rows of entries one by one, and remembers what later ones may act on."""

    def __init__(self) -> None:
        self._keys: dict[str, int] = {}
        self._about: dict[int, tuple[Sequence[str], Sequence[str]]] = {}

    def file(self, database: sqlite3.Connection, recorded: Recorded) -> None:
        """Write one entry, or one part of an entry that stands for several, to all tables."""
        entry, position = recorded.entry, recorded.position
        if entry.key is not None:
            self._keys[entry.key] = position
        acts_on = self._acts_on(entry)
        under, units = self._placed(entry, acts_on)
        self._about[position] = under, units
        written = write_entry(entry)
        database.execute(INSERT, _row(recorded, written, units, acts_on))
        database.executemany(
            "INSERT OR IGNORE INTO subjects VALUES (?, ?)",
            [(subject, position) for subject in under],
        )
        if (ref := entry.decision) is not None:
            day = None if ref.date is None else str(ref.date)
            database.execute(
                "INSERT OR IGNORE INTO decisions VALUES (?, ?, ?, ?, ?, ?)",
                (ref.key, ref.body, day, ref.paragraph, ref.dnr, position),
            )
        database.execute(
            "INSERT OR IGNORE INTO words (rowid, text) VALUES (?, ?)",
            (position, "\n".join(texts(written))),
        )

    def _acts_on(self, entry: Entry) -> int | None:
        event = entry.event
        return resolve(event.target, self._keys) if isinstance(event, Amendment) else None

    def _placed(self, entry: Entry, acts_on: int | None) -> tuple[Sequence[str], Sequence[str]]:
        before: tuple[Sequence[str], Sequence[str]] = ((), ())
        if acts_on is not None:
            before = self._about.get(acts_on, before)
        said = entry.event.replacement if isinstance(entry.event, EntryCorrected) else entry
        under = [subject for subject in filed_under(said) if subject != RULINGS]
        units = [one.name for one in said.event.refers() if one.kind == "unit"]
        defined = said.event.defines()
        if defined is not None and defined[0] == "unit":
            units.append(defined[1])
        return _each(before[0], under), _each(before[1], units)


INSERT = "INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def _row(
    recorded: Recorded, written: Mapping[str, Any], units: Sequence[str], acts_on: int | None
) -> tuple[Any, ...]:
    entry = recorded.entry
    return (
        recorded.position,
        instant(recorded.recorded_at),
        recorded.by,
        entry.event.type,
        entry.stage,
        None if entry.decision is None else entry.decision.body,
        None if entry.decision is None else entry.decision.key,
        None if entry.counts_from is None else str(entry.counts_from),
        json.dumps(units, ensure_ascii=False),
        acts_on,
        what(entry),
        entry.note,
        entry.key,
        json.dumps(written, ensure_ascii=False),
    )


def _each(*names: Sequence[str]) -> list[str]:
    return [*dict.fromkeys(name for some in names for name in some)]
