"""A long log is checked in parts, in several processes, with the same outcome as in one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from styrledger.events.budgets import BudgetRevised
from styrledger.events.corrections import EntryCorrected, EntryWithdrawn
from styrledger.events.entry import Entry
from styrledger.files import uri
from styrledger.ledger import Ledger
from styrledger.opened import view_path
from styrledger.projections.tables import ViewFile
from styrledger.verifying import run, versions
from styrledger.verifying.anchors import Held
from styrledger.verifying.faults import Verification
from styrledger.verifying.run import verify

from .attacks import sql
from .ledgers import SetClock, register

PART = 1 << 12
"""The smallest part: what the largest tiles inside parts cover."""

COUNT = 2 * PART + 100
EARLY, LATE = 1000, PART + 5


def change(number: int, amount: str = "1 tkr") -> Entry:
    event = BudgetRevised(unit="KS", year=2000 + number % 25, amount=amount)
    key = f"k{number}" if number % 500 == 0 else None
    return Entry(event, f"KF {2000 + number % 25}-02-10 § {number % 90 + 1}", key=key)


def entries() -> Iterator[Entry]:
    """Yield a long log, with corrections and withdrawals across its parts."""
    yield register("KF")
    yield register("KS")
    for number in range(3, COUNT - 1):
        yield change(number)
    yield Entry(EntryCorrected(target="k500", replacement=change(500, "2 tkr"), reason="Fel."))
    yield Entry(EntryWithdrawn(target=f"#{PART + 7}", reason="Dubbel."))


@pytest.fixture(autouse=True)
def _smallest_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PART", PART)


class Long:
    """The log, its view file with everything kept in it, and a checkpoint inside its first part."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.held: list[Held] = []

    def check(self) -> Verification:
        """Check it."""
        return verify(self.path, view_path(self.path), self.held)


@pytest.fixture(name="original", scope="module")
def _original(tmp_path_factory: pytest.TempPathFactory) -> Long:
    made = Long(tmp_path_factory.mktemp("long") / "prov.db")
    with Ledger.create(made.path, organisation="Prov", clock=SetClock()) as ledger:
        ledger.record_all(entries())
        made.held = [
            Held(str(known), ledger.checkpoint(known=known)) for known in (EARLY, PART, LATE, COUNT)
        ]
        assert next(ledger.history(type="entry.withdrawn")).position == COUNT
        for year in range(2000, 2025):
            ledger.as_of().balances(year)
    return made


@pytest.fixture(name="log")
def _log(original: Long, tmp_path: Path) -> Long:
    copy = Long(tmp_path / "copy" / "prov.db")
    shutil.copytree(original.path.parent, copy.path.parent)
    copy.held = original.held
    return copy


def test_nothing_is_wrong_with_a_long_log(original: Long) -> None:
    told: list[int] = []
    found = verify(original.path, view_path(original.path), original.held, told.append)
    assert (found.faults, found.entries) == ((), COUNT)
    assert found.views == f"compared up to #{COUNT}"
    assert all(anchor.holds for anchor in found.anchors)
    assert sum(told) == COUNT


LOG, VIEWS = "log", "views"


@attrs.frozen
class LongAttack:
    """A change behind the ledger's back, and where it is found."""

    name: str
    position: int
    file: str
    statement: str


ATTACKS = [
    LongAttack(
        "the first entry of a part",
        PART + 1,
        LOG,
        "UPDATE stored_events SET state = CAST(replace(state, '1 tkr', '3 tkr') AS BLOB) "
        "WHERE rowid = {}",
    ),
    LongAttack(
        "the last entry of a part",
        PART,
        LOG,
        "UPDATE stored_events SET originator_id = 'budget/1999' WHERE rowid = {}",
    ),
    LongAttack(
        "a version in the second part",
        PART + 9,
        LOG,
        "UPDATE stored_events SET originator_version = 100000 + originator_version "
        "WHERE rowid = {}",
    ),
    LongAttack(
        "a version that goes on where the part before it did not end",
        PART + 1,
        LOG,
        "UPDATE stored_events SET originator_version = 100000 + originator_version "
        "WHERE rowid >= {}",
    ),
    LongAttack("a row that is gone", PART + 51, LOG, "DELETE FROM stored_events WHERE rowid = {}"),
    LongAttack(
        "a fact in the second part",
        PART + 9,
        VIEWS,
        "UPDATE filed SET subject = subject || 'x' WHERE position = {}",
    ),
    LongAttack(
        "a leaf in the second part",
        PART + 1,
        VIEWS,
        "UPDATE tiles SET hashes = zeroblob(512) WHERE level = 0 AND place = {} / 16",
    ),
    LongAttack(
        "a node above the parts",
        1,
        VIEWS,
        "UPDATE tiles SET hashes = zeroblob(length(hashes)) WHERE level = 3",
    ),
    LongAttack("a key", 500, VIEWS, "UPDATE keys SET key = 'x' WHERE position = {}"),
    LongAttack(
        "a correction across the log",
        COUNT,
        VIEWS,
        "UPDATE links SET slot = 7 WHERE position = {}",
    ),
    LongAttack(
        "a line of the list",
        PART + 3,
        VIEWS,
        "UPDATE entries SET stage = 'proposed' WHERE position = {}",
    ),
    LongAttack("a sum", PART + 5, VIEWS, "UPDATE sums SET ore = ore + 1 WHERE known = {}"),
]


@pytest.mark.parametrize("most", [1, 25], ids=["too many streams", "few streams"])
def test_versions_are_told_alike_whether_streams_are_followed_or_not(
    log: Long, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(versions, "MOST", most)
    assert log.check().ok
    update = "UPDATE stored_events SET originator_version = 7000 WHERE rowid IN ({}, {})"
    sql(log.path, update.format(EARLY, LATE))
    told = [(fault.kind, fault.position) for fault in log.check().faults]
    assert [one for one in told if one[0] == "version"] == [("version", EARLY), ("version", LATE)]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_on_a_long_log_is_found_where_it_was_made(
    log: Long, monkeypatch: pytest.MonkeyPatch, attack: LongAttack
) -> None:
    target = log.path if attack.file == LOG else view_path(log.path)
    # A row that is gone is missed by the next one.
    gone = attack.statement.startswith("DELETE")
    sql(target, attack.statement.format(attack.position - gone))
    many = log.check()
    assert not many.ok
    assert attack.position in [fault.position for fault in many.faults]
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert log.check() == many


@pytest.mark.parametrize("program", ["/bin/false", "/no/such/program"])
def test_a_process_that_fails_leaves_its_work_to_this_one(
    original: Long, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setattr("sys.executable", program)
    found = original.check()
    assert (found.faults, found.entries) == ((), COUNT)


def test_views_that_are_built_anew_meanwhile_are_no_fault(
    log: Long, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    views = view_path(log.path)

    def empty(_done: int) -> None:
        other = ViewFile(views, uri(log.path, mode="ro"))
        with other.writing():
            other.reset()
        other.close()

    found = verify(log.path, views, log.held, empty)
    assert (found.faults, found.entries) == ((), COUNT)
    assert found.views == "not compared, because it was made anew meanwhile"


@pytest.mark.parametrize("cores", [1, 2])
def test_a_damaged_page_in_an_early_part_ends_no_check(
    log: Long, monkeypatch: pytest.MonkeyPatch, cores: int
) -> None:
    monkeypatch.setattr("styrledger.workers.cores", lambda: cores)
    sql(log.path, "PRAGMA journal_mode = DELETE")
    octets = bytearray(log.path.read_bytes())
    size = int.from_bytes(octets[16:18], "big")
    leaves = [
        at
        for at in range(0, len(octets), size)
        if octets[at] == 0x0D and octets.find(b"budget.revised.v1", at, at + size) > 0
    ]
    at = leaves[len(leaves) // 6]
    log.path.write_bytes(octets[:at] + b"\xff" * size + octets[at + size :])
    found = log.check()
    after = next(one.position or 0 for one in found.faults if "cannot be read" in one.what)
    assert 0 < after < PART
    assert found.entries == COUNT
    assert [one.size for one in found.anchors if one.outside and one.holds] == [
        one for one in (EARLY, PART, LATE, COUNT) if one < after
    ]
    assert found.views == "not compared, because entries of the log cannot be read or are missing"
