"""What several processes work out of a long log is what one files page after page."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from styrledger.errors import LogDamaged
from styrledger.events.budgets import BudgetRevised
from styrledger.events.corrections import EntryCorrected, EntryWithdrawn
from styrledger.events.entry import Entry
from styrledger.ledger import Ledger
from styrledger.opened import view_path
from styrledger.projections import keeper
from styrledger.projections.schema import view_parts
from styrledger.projections.tiles import STRETCH

from .attacks import sql
from .ledgers import SetClock, register

COUNT = 7 * STRETCH + 17
TABLES = [name for kind, name, _ in view_parts(copies=False) if kind == "table"]


def change(number: int, amount: str = "1 tkr") -> Entry:
    event = BudgetRevised(unit="KS", year=2000 + number % 25, amount=amount)
    key = f"k{number}" if number % 500 == 0 else None
    return Entry(event, f"KF {2000 + number % 25}-02-10 § {number % 90 + 1}", key=key)


def entries(count: int) -> Iterator[Entry]:
    """Yield a long log, in which what is said of one stretch stands in another."""
    yield register("KF")
    yield register("KS")
    for number in range(3, count - 2):
        yield change(number)
    yield register("SN")
    yield Entry(EntryCorrected(target="k500", replacement=change(500, "2 tkr"), reason="Fel."))
    yield Entry(EntryWithdrawn(target=f"#{STRETCH + 7}", reason="Dubbel."))


def rows(views: Path) -> dict[str, list[object]]:
    """Return all that a view file holds."""
    connection = sqlite3.connect(views)
    found = {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in TABLES}  # noqa: S608
    connection.close()
    return found


@pytest.fixture(name="log", scope="module")
def _log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("long") / "prov.db"
    with Ledger.create(path, organisation="Prov", clock=SetClock()) as ledger:
        ledger.record_all(entries(COUNT - STRETCH))
        ledger.record_all(change(25 * number + 1) for number in range(STRETCH))
    return path


def built(path: Path, monkeypatch: pytest.MonkeyPatch, far: int) -> dict[str, list[object]]:
    """Return what a view file holds that was built anew, from ``far`` by several processes."""
    monkeypatch.setattr(keeper, "FAR", far)
    monkeypatch.setattr("styrledger.workers.cores", lambda: 2)
    view_path(path).unlink(missing_ok=True)
    with Ledger.open(path) as ledger:
        assert ledger.as_of().basis.position == COUNT
    return rows(view_path(path))


def test_several_processes_file_what_one_files(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = built(log, monkeypatch, 1000)
    assert built(log, monkeypatch, 1) == alone
    assert len(alone["filed"]) > COUNT
    with Ledger.open(log) as ledger:
        assert ledger.verify().faults == ()


def test_a_view_file_that_was_begun_is_gone_on_with(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = built(log, monkeypatch, 1)
    path = tmp_path / "prov.db"
    with Ledger.create(path, organisation="Prov", clock=SetClock()) as ledger:
        ledger.record_all(entries(COUNT - STRETCH))
        assert ledger.as_of().basis.position == COUNT - STRETCH
        ledger.record_all(change(25 * number + 1) for number in range(STRETCH))
        ledger.as_of()
    begun = rows(view_path(path))
    del begun["cursor"], whole["cursor"]
    assert begun == whole


def test_an_entry_that_is_missing_is_told_whoever_found_it(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "FAR", 1)
    copy = tmp_path / "prov.db"
    copy.write_bytes(log.read_bytes())
    sql(copy, "DELETE FROM stored_events WHERE rowid = {}".format(2 * STRETCH + 5))  # noqa: S608, UP032
    with Ledger.open(copy) as ledger, pytest.raises(LogDamaged) as refused:
        ledger.as_of()
    assert refused.value.expected == 2 * STRETCH + 5
