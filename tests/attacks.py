"""Ways to falsify a ledger with plain SQL, by somebody who may write to its files.

Each attack is made on a ledger of eight entries whose checkpoint over the first seven is held by
somebody else. Triggers are dropped and put back. For an attack on the log the view file is removed
too, and so are the checkpoints that the ledger itself kept, so that nothing of them can tell.
``position`` is what the check must name, ``alone`` whether it finds the attack without the
checkpoint that is held elsewhere.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import attrs

from styrledger import stored
from styrledger.amounts import to_amount
from styrledger.events.budgets import BudgetRevised
from styrledger.events.entry import Recorded
from styrledger.ledger import Ledger
from styrledger.opened import view_path
from styrledger.rows import Row
from styrledger.store import (
    Identity,
    open_log,
)
from styrledger.store.sqlite.log import SQLiteLog
from styrledger.verifying.anchors import Held
from styrledger.verifying.faults import Verification
from styrledger.verifying.run import verify

from .ledgers import SetClock, adopted, corrected, new_ledger, revised

ANCHORED = 7
ENTRIES = 8


@attrs.frozen
class Victim:
    """The ledger before the attack, the checkpoint over its first seven, and an older copy."""

    path: Path
    checkpoint: str
    yesterday: Path

    @property
    def views(self) -> Path:
        """Where its view file lies."""
        return view_path(self.path)

    def copied(self, folder: Path) -> Victim:
        """Return a copy of it in a folder that is not there yet."""
        shutil.copytree(self.path.parent, folder)
        return Victim(folder / self.path.name, self.checkpoint, folder / self.yesterday.name)

    def check(self, *, held: bool = True) -> Verification:
        """Check the ledger, with the checkpoint that is held elsewhere or without it."""
        given = [Held("old.txt", self.checkpoint)] if held else []
        return verify(self.path, self.views, given)


@attrs.frozen
class Attack:
    """One way to falsify a ledger."""

    name: str
    make: Callable[[Victim], None]
    position: int | None
    alone: bool
    keeps_views: bool = False
    keeps_issued: bool = False


def victim(folder: Path) -> Victim:
    """Make the ledger."""
    path, clock = folder / "prov.db", SetClock()
    yesterday = folder / "yesterday.db"
    with new_ledger(path, clock) as ledger:
        clock.now += timedelta(hours=1)
        ledger.record(adopted("100 tkr", "KF 2019-06-10 § 109", key="a"))
        ledger.record(revised("5 tkr", "KF 2019-12-09 § 197", key="b", note="Ökning."))
        ledger.checkpoint()
        ledger.record(corrected("b", revised("6 tkr", "KF 2019-12-09 § 197", key="b")))
    shutil.copy(path, yesterday)
    with Ledger.open(path, clock=clock) as ledger:
        clock.now += timedelta(days=1)
        ledger.record(revised("7 tkr", "KF 2020-02-10 § 9"))
        checkpoint = ledger.checkpoint()
        ledger.record(revised("8 tkr", "KF 2020-05-11 § 83"))
        ledger.as_of().budget("KS", 2020)
        ledger.as_of().balances(2020)
        assert [*ledger.history(text="Ökning")]
    return Victim(path, checkpoint, yesterday)


def sql(path: Path, *statements: str) -> None:
    """Run statements on a database file, without its triggers, which are put back."""
    connection = sqlite3.connect(path, isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    kept = dict(triggers.fetchall())
    for name in kept:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    for made in kept.values():
        connection.execute(made)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def rows(path: Path) -> tuple[Identity, list[Row]]:
    """Return what a log holds."""
    log = open_log(path, read_only=True)
    found = log.identity, [*log.all_rows()]
    log.close()
    return found


def rewritten(path: Path, change: Callable[[list[Recorded]], list[Recorded]]) -> None:
    """Put a log in the place of another, every octet of it as a ledger would have written it."""
    identity, before = rows(path)
    streams = [row.stream for row in before]
    recorded = change([stored.decode(row.name, row.state)[0] for row in before])
    versions: dict[str, int] = {}
    made: list[Row] = []
    for number, one in enumerate(recorded, 1):
        stream = streams[min(number, len(streams)) - 1]
        versions[stream] = versions.get(stream, 0) + 1
        name, state = stored.encode(attrs.evolve(one, position=number))
        made.append(Row(number, stream, versions[stream], name, state))
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    SQLiteLog.create(path, identity, made).close()


def with_amount(recorded: Recorded, text: str) -> Recorded:
    """Return a change of a budget by another amount."""
    event = recorded.entry.event
    assert isinstance(event, BudgetRevised)
    entry = attrs.evolve(recorded.entry, event=attrs.evolve(event, amount=to_amount(text)))
    return attrs.evolve(recorded, entry=entry)


def _log(*statements: str) -> Callable[[Victim], None]:
    return lambda victim: sql(victim.path, *statements)


def _views(*statements: str) -> Callable[[Victim], None]:
    return lambda victim: sql(victim.views, *statements)


def _octets(old: str, new: str, position: int) -> Callable[[Victim], None]:
    return _log(
        f"UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT), '{old}', '{new}') "
        f"AS BLOB) WHERE rowid = {position}"
    )


def _replaced_newest(victim: Victim) -> None:
    rewritten(victim.path, lambda log: [*log[:7], with_amount(log[7], "800 tkr")])


def _replaced_anchored(victim: Victim) -> None:
    rewritten(victim.path, lambda log: [*log[:6], with_amount(log[6], "700 tkr"), log[7]])


def _rolled_back(victim: Victim) -> None:
    shutil.copy(victim.yesterday, victim.path)


ROW = "originator_id, originator_version, topic, state"

ATTACKS = (
    Attack(
        "change an amount and leave the issued checkpoints",
        _octets("700000,", "900000,", 7),
        1,
        alone=True,
        keeps_issued=True,
    ),
    Attack("change an amount", _octets("700000,", "900000,", 7), 1, alone=False),
    Attack("change a date of recording", _octets("2020-01-16", "2020-01-14", 7), 7, alone=True),
    Attack("change the order of fields", _octets('{"entry"', '{ "entry"', 4), 4, alone=True),
    Attack(
        "change a position in the octets", _octets('position":5', 'position":9', 5), 5, alone=True
    ),
    Attack("break the octets", _octets("{", "[", 5), 5, alone=True),
    Attack(
        "change an event type",
        _log("UPDATE stored_events SET topic = 'budget.planned.v1' WHERE rowid = 4"),
        1,
        alone=False,
    ),
    Attack(
        "change the stream of an entry",
        _log("UPDATE stored_events SET originator_id = 'budget/2021' WHERE rowid = 7"),
        7,
        alone=True,
    ),
    Attack(
        "change the stream of a correction",
        _log(
            "UPDATE stored_events SET originator_id = 'x', originator_version = 1 WHERE rowid = 6",
            "UPDATE stored_events SET originator_version = 3 WHERE rowid = 7",
            "UPDATE stored_events SET originator_version = 4 WHERE rowid = 8",
        ),
        6,
        alone=True,
    ),
    Attack(
        "change a version",
        _log("UPDATE stored_events SET originator_version = 9 WHERE rowid = 8"),
        8,
        alone=True,
    ),
    Attack(
        "turn octets into text",
        _log("UPDATE stored_events SET state = CAST(state AS TEXT) WHERE rowid = 4"),
        4,
        alone=True,
    ),
    Attack(
        "delete the first entry", _log("DELETE FROM stored_events WHERE rowid = 1"), 2, alone=True
    ),
    Attack(
        "delete a middle entry", _log("DELETE FROM stored_events WHERE rowid = 5"), 6, alone=True
    ),
    Attack(
        "delete the newest anchored entry and what follows",
        _log("DELETE FROM stored_events WHERE rowid >= 7"),
        7,
        alone=False,
    ),
    Attack("delete every entry", _log("DELETE FROM stored_events"), 1, alone=False),
    Attack("replace an anchored entry with all its octets", _replaced_anchored, 1, alone=False),
    Attack(
        "swap two entries",
        _log(
            "UPDATE stored_events SET rowid = -1 WHERE rowid = 4",
            "UPDATE stored_events SET rowid = 4 WHERE rowid = 5",
            "UPDATE stored_events SET rowid = 5 WHERE rowid = -1",
        ),
        4,
        alone=True,
    ),
    Attack(
        "insert an entry between two",
        _log(
            "UPDATE stored_events SET rowid = -rowid WHERE rowid >= 5",
            "UPDATE stored_events SET rowid = 1 - rowid WHERE rowid < 0",
            f"INSERT INTO stored_events (rowid, {ROW}) "
            "SELECT 5, originator_id, 99, topic, state FROM stored_events WHERE rowid = 4",
        ),
        5,
        alone=True,
    ),
    Attack(
        "renumber the entries",
        _log(
            "UPDATE stored_events SET rowid = -rowid",
            "UPDATE stored_events SET rowid = 10 - rowid",
        ),
        11,
        alone=True,
    ),
    Attack(
        "replace the whole log by a recomputed one",
        lambda victim: rewritten(victim.path, lambda log: [*log[:4], *log[6:], log[6], log[6]]),
        1,
        alone=False,
    ),
    Attack("roll the file back to yesterday's copy", _rolled_back, 7, alone=False),
    Attack(
        "change whose ledger it is",
        _log("UPDATE ledger SET organisation = 'Annan'"),
        None,
        alone=False,
    ),
    Attack(
        "change when it was made",
        _log("UPDATE ledger SET created_at = '2020-01-15T11:00:00Z'"),
        None,
        alone=False,
    ),
    Attack("remove whose ledger it is", _log("DELETE FROM ledger"), None, alone=True),
    Attack(
        "change an issued checkpoint",
        _log("UPDATE checkpoints SET text = replace(text, '=', 'A=') WHERE number = 1"),
        None,
        alone=True,
        keeps_issued=True,
    ),
    Attack(
        "let the log be changed from now on",
        lambda victim: _plain(victim.path, "DROP TRIGGER stored_events_update"),
        None,
        alone=True,
    ),
    Attack(
        "let every new entry be changed",
        lambda victim: _plain(
            victim.path,
            "CREATE TRIGGER sly AFTER INSERT ON stored_events BEGIN SELECT 1; END",
        ),
        None,
        alone=True,
    ),
    Attack(
        "change a leaf of the tree",
        _views(
            "UPDATE tiles SET hashes = "
            "CAST(substr(hashes, 1, 96) || zeroblob(32) || substr(hashes, 129) AS BLOB) "
            "WHERE level = 0 AND place = 0"
        ),
        4,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "add a node to the tree",
        _views("INSERT INTO tiles VALUES (1, 0, zeroblob(32))"),
        1,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "remove the nodes of the tree",
        _views("DELETE FROM tiles"),
        1,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "change an entry in the list of the views",
        _views("UPDATE entries SET day = '2019-12-31' WHERE position = 7"),
        7,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "remove an entry from the list of the views",
        _views("DELETE FROM entries WHERE position = 7"),
        7,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "change a fact in the views",
        _views("UPDATE filed SET subject = subject || '1' WHERE position = 7"),
        7,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "remove a fact from the views",
        _views("DELETE FROM filed WHERE position = 7"),
        7,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "add a fact to the views",
        _views("INSERT INTO filed VALUES ('budget/KS/2021/operating', 5)"),
        5,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "store a subject in the views as octets",
        _views("UPDATE filed SET subject = CAST(subject AS BLOB) WHERE position = 7"),
        7,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "part a subject from its position elsewhere in the views",
        _views(
            "UPDATE filed SET subject = 'decision/KF', position = substr(subject, 13) || ' ' "
            "|| position WHERE position = 7 AND subject GLOB 'decision/KF *'"
        ),
        7,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "set the views back to the beginning",
        _views("UPDATE cursor SET position = 0"),
        None,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "hide a row before the first",
        _log(
            "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state) "
            "SELECT -1, 'unit/NY', 1, topic, state FROM stored_events WHERE rowid = 2"
        ),
        -1,
        alone=True,
    ),
    Attack(
        "nest octets deeper than anything can be read",
        _log(
            "UPDATE stored_events SET state = CAST(replace(hex(zeroblob(50000)), '00', "
            "'{\"entry\":') AS BLOB) WHERE rowid = 7"
        ),
        7,
        alone=True,
    ),
    Attack(
        "take its zone from an instant",
        _octets('Z"}', '"}', 7),
        7,
        alone=True,
    ),
    Attack(
        "change when an entry was recorded in the views",
        _views(
            "UPDATE instants SET recorded_at = '2020-01-15T12:00:00.000001Z' WHERE position = 7"
        ),
        7,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "change a key in the views",
        _views("UPDATE keys SET key = 'c' WHERE position = 5"),
        5,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "change a name in the views",
        _views("UPDATE names SET name = 'unit/X' WHERE place >> 20 = 2"),
        2,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "file an entry in the views in the place of another",
        _views("UPDATE filed SET position = 6 WHERE subject GLOB 'decision/*' AND position = 7"),
        6,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "file in the views what was never recorded",
        _views("INSERT INTO filed VALUES ('budget/KS/2021/operating', 900)"),
        900,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "file a correction in the views that was never made",
        _views("INSERT INTO links VALUES (7, 5, 5, 0)"),
        7,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "change a correction in the views",
        _views("UPDATE links SET withdraws = 1"),
        6,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "change the words of the search",
        _views("UPDATE search SET text = 'x' WHERE rowid = 5"),
        5,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "remove an index of the views",
        _views("DROP INDEX links_by_slot"),
        None,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "change a sum in the views",
        _views("UPDATE sums SET ore = ore + 1 WHERE known = 7"),
        7,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "add a sum that will be known later",
        _views("INSERT INTO sums SELECT line, day, 99, ore, ulp, text FROM sums LIMIT 1"),
        99,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "have the views sum up entries before they are filed",
        _views("UPDATE summed SET position = 99"),
        None,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "forget how far the views have come",
        _views("DELETE FROM cursor"),
        None,
        alone=True,
        keeps_views=True,
    ),
    Attack(
        "let the views have come to two places",
        _views("INSERT INTO cursor SELECT * FROM cursor"),
        None,
        alone=True,
        keeps_views=True,
    ),
    Attack("roll the log back and keep the views", _rolled_back, 7, alone=True, keeps_views=True),
)


def _plain(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


UNFINDABLE = Attack(
    "replace an entry after the last checkpoint", _replaced_newest, None, alone=False
)
