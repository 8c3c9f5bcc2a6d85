"""The view file is disposable: whatever becomes of it, answers stay right and files unharmed."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from styrledger.errors import EntriesRefused
from styrledger.files import uri
from styrledger.ledger import Ledger
from styrledger.opened import view_path
from styrledger.projections.schema import VERSION
from styrledger.projections.tables import Cursor, ViewFile

from .commands import add, adopted, answer, new, one_krona, python, start, told
from .ledgers import new_ledger, register
from .ledgers import revised as a_revision

QUESTION = ("budget", "KS", "--year", "2020", "--on", "2020-12-31", "--json", "--ledger")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Make a ledger in which KS has 200 kr for 2020, and its views."""
    made = new(tmp_path, *(one_krona(0, number) for number in range(200)))
    told(*QUESTION, made)
    return made


def views(ledger: Path) -> Path:
    """Return where the views of a ledger lie."""
    return ledger.with_name(f"{ledger.stem}.views.db")


def drop(file: Path) -> None:
    """Remove a database that nobody has open, and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


def settle(file: Path) -> None:
    """Put all that SQLite keeps beside a database into it."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for suffix in ("-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


# -- files that are no use


def garbage(ledger: Path) -> None:
    """Overwrite all but the header."""
    content = views(ledger).read_bytes()
    views(ledger).write_bytes(content[:100] + b"skrot" * (len(content) // 5))


def cut_off(ledger: Path) -> None:
    content = views(ledger).read_bytes()
    views(ledger).write_bytes(content[: len(content) // 2])


def empty(ledger: Path) -> None:
    views(ledger).write_bytes(b"")


def older_version(ledger: Path) -> None:
    """Let the tables be those of an earlier version of the package."""
    with closing(sqlite3.connect(views(ledger))) as file:
        file.execute("UPDATE cursor SET version = version - 1")
        file.execute("DELETE FROM filed")
        file.commit()
    settle(views(ledger))


def without_tables(ledger: Path) -> None:
    with closing(sqlite3.connect(views(ledger))) as file:
        file.execute("DROP TABLE filed")
        file.commit()
    settle(views(ledger))


def older_file(ledger: Path) -> None:
    """Put back the views of an earlier day."""
    kept = views(ledger).read_bytes()
    add(ledger, *(one_krona(1, number) for number in range(50)))
    told(*QUESTION, ledger)
    drop(views(ledger))
    views(ledger).write_bytes(kept)


def longer_file(ledger: Path) -> None:
    """Put back the ledger of an earlier day, so that the views know more than it holds."""
    settle(ledger)
    kept = ledger.read_bytes()
    with Ledger.open(ledger) as opened:
        opened.record(*(a_revision("9 tkr", f"KF 2020-03-01 § {n}") for n in range(1, 9)))
        opened.as_of()
    drop(ledger)
    ledger.write_bytes(kept)


def other_history(ledger: Path) -> None:
    """Put back the ledger of an earlier day, and record other entries than the views know."""
    longer_file(ledger)
    kept = views(ledger).with_name("kept")
    shutil.copy(views(ledger), kept)
    add(ledger, *(adopted("7 tkr") for _ in range(8)))
    drop(views(ledger))
    kept.rename(views(ledger))


def another_ledger(ledger: Path) -> None:
    folder = ledger.parent / "annan"
    folder.mkdir()
    other = new(folder, adopted("5 mnkr"))
    told(*QUESTION, other)
    settle(views(other))
    shutil.copy(views(other), views(ledger))


SPOILS = (
    garbage,
    cut_off,
    empty,
    older_version,
    without_tables,
    older_file,
    longer_file,
    other_history,
    another_ledger,
)


@pytest.mark.parametrize("spoil", SPOILS)
def test_views_that_are_no_use_are_built_again(ledger: Path, spoil: Callable[[Path], None]) -> None:
    settle(views(ledger))
    spoil(ledger)
    found = told(*QUESTION, ledger)
    again = told(*QUESTION, ledger)
    drop(views(ledger))
    assert found == again == told(*QUESTION, ledger)


@pytest.mark.parametrize("spoil", [drop, garbage, older_version, another_ledger])
def test_processes_that_find_no_views_all_answer(
    ledger: Path, spoil: Callable[[Path], None]
) -> None:
    settle(views(ledger))
    right = told(*QUESTION, ledger)
    for _ in range(2):
        drop(views(ledger))
        told(*QUESTION, ledger)
        settle(views(ledger))
        if spoil is drop:
            drop(views(ledger))
        else:
            shutil.rmtree(ledger.parent / "annan", ignore_errors=True)
            spoil(ledger)
        askers = [start(*QUESTION, ledger) for _ in range(6)]
        assert {asker.communicate() for asker in askers} == {(right, "")}


ASKER = """
import sys
from styrledger.ledger import Ledger
path = sys.argv[1]
with Ledger.open(path, read_only=True) as ledger:
    for line in sys.stdin:
        kept, new = ledger, Ledger.open(path, read_only=True)
        for one in (kept, new):
            print(one.as_of("2020-12-31").budget("KS", 2020).amount.ore, flush=True)
        new.close()
"""
"""Asks, whenever it gets a line, a ledger that is open since the start and a new one."""


def test_views_may_be_removed_while_they_are_used(ledger: Path) -> None:
    asker = python(ASKER, ledger)
    assert asker.stdin is not None
    assert asker.stdout is not None
    for number in range(1, 13):
        add(ledger, one_krona(2, number))
        if number % 3 == 0:
            drop(views(ledger))
        asker.stdin.write("\n")
        asker.stdin.flush()
        if number % 3 == 1:
            drop(views(ledger))
        amounts = [asker.stdout.readline() for _ in range(2)]
        assert amounts == [f"{20_000 + 100 * number}\n"] * 2, asker.communicate()
    _, errors = asker.communicate()
    assert (asker.returncode, errors) == (0, "")
    assert answer(*QUESTION[:-2], "--ledger", ledger)["total"]["ore"] == 20_000 + 1200


@pytest.mark.parametrize("newer", [False, True])
def test_views_may_be_emptied_by_another_process_while_they_are_used(
    tmp_path: Path, *, newer: bool
) -> None:
    path = tmp_path / "prov.db"
    with new_ledger(path) as ledger:
        ledger.record(*(a_revision("9 tkr", f"KF 2020-03-01 § {n}") for n in range(1, 9)))
        view = ledger.as_of("2020-12-31")
        assert view.balances(2021) == {}
        other = ViewFile(view_path(path), uri(path, mode="ro"))
        with other.writing():
            other.reset()
            if newer:
                other.move(Cursor(ledger.identity.ledger, VERSION + 1, 3, b""))
        other.close()
        assert str(view.balance("KS", 2020)) == "72 tkr"
        assert len([*ledger.history(type="budget")]) == len(view.budget("KS", 2020).trail)
        assert ledger.verify().faults == ()
        with pytest.raises(EntriesRefused, match="registered already"):
            ledger.record(register("KS"))
    with closing(sqlite3.connect(view_path(path))) as file:
        assert file.execute("SELECT position FROM cursor").fetchall() == [(3 if newer else 11,)]
    with Ledger.open(path) as ledger:
        assert str(ledger.as_of("2020-12-31").balance("KS", 2020)) == "72 tkr"


# -- files of others


def test_a_file_of_somebody_else_is_left_as_it_is(tmp_path: Path) -> None:
    diary = tmp_path / "prov.views.db"
    diary.write_text("Kära dagbok", encoding="utf-8")
    ledger = new(tmp_path, adopted("1 tkr"))
    assert answer("budget", "KS", "--year", "2020", "--ledger", ledger)["total"]["text"] == "1 tkr"
    assert diary.read_text(encoding="utf-8") == "Kära dagbok"


def test_a_ledger_may_lie_where_the_views_of_another_would(tmp_path: Path) -> None:
    first = new(tmp_path, adopted("1 tkr")).rename(tmp_path / "haninge.views.db")
    drop(tmp_path / "prov.views.db")
    (tmp_path / "under").mkdir()
    second = new(tmp_path / "under", adopted("2 tkr")).rename(tmp_path / "haninge.db")
    for _ in range(2):
        for ledger, text in ((first, "1 tkr"), (second, "2 tkr")):
            found = answer("budget", "KS", "--year", "2020", "--ledger", ledger)
            assert found["total"]["text"] == text
    with closing(sqlite3.connect(first)) as log:
        tables = {name for (name,) in log.execute("SELECT name FROM sqlite_master")}
    assert not tables & {"cursor", "entries", "facts", "links"}


def test_two_ledgers_may_differ_in_their_suffix_alone(tmp_path: Path) -> None:
    first = new(tmp_path, adopted("1 tkr")).rename(tmp_path / "haninge")
    second = new(tmp_path, adopted("2 tkr")).rename(tmp_path / "haninge.db")
    for _ in range(2):
        for ledger, text in ((first, "1 tkr"), (second, "2 tkr")):
            found = answer("budget", "KS", "--year", "2020", "--ledger", ledger)
            assert found["total"]["text"] == text
