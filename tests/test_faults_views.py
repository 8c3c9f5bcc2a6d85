"""Views that are damaged or removed while they are in use, on either store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import pytest

from styrledger import files
from styrledger.ledger import Ledger

from .commands import start
from .ledgers import new_ledger, revised

ENTRIES = 1200
PAGE = 4096


@pytest.fixture(name="ledger")
def _ledger(place: str) -> Generator[Ledger]:
    """Give a ledger in which KS has 1 200 kr for 2020, and whose views are in their file."""
    with new_ledger(place) as ledger:
        batch = [revised("1 kr", "KF 2020-02-10 § 9", key=f"{n}") for n in range(ENTRIES)]
        ledger.record(*batch)
        assert asked(ledger) == (ENTRIES, ENTRIES)
        settle(views(ledger))
        yield ledger


def views(ledger: Ledger) -> Path:
    assert ledger.view_path is not None
    return ledger.view_path


def asked(ledger: Ledger) -> tuple[float, float]:
    """Return the budget of KS in kr by folding it, and by its running sum."""
    view = ledger.as_of("2020-12-31")
    folded, summed = view.budget("KS", 2020).amount, view.balance("KS", 2020)
    assert folded is not None
    assert summed is not None
    return folded.ore / 100, summed.ore / 100


def settle(file: Path) -> None:
    """Bring all that lies beside a database into it."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def damage_first_page(file: Path) -> None:
    overwrite(file, 100, PAGE)


def damage_all_but_the_first_page(file: Path) -> None:
    overwrite(file, PAGE, file.stat().st_size)


def damage_the_second_half(file: Path) -> None:
    size = file.stat().st_size
    overwrite(file, size // PAGE // 2 * PAGE, size)


def cut_off(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size // PAGE // 2 * PAGE)


def overwrite(file: Path, start: int, end: int) -> None:
    with file.open("r+b") as opened:
        opened.seek(start)
        opened.write(b"\xa5" * (end - start))


def sound(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as database:
        return database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


DAMAGES = (damage_first_page, damage_all_but_the_first_page, damage_the_second_half, cut_off)


@pytest.mark.parametrize("damage", DAMAGES)
def test_views_that_are_damaged_in_use_are_made_anew(
    ledger: Ledger, place: str, damage: Callable[[Path], None]
) -> None:
    damage(views(ledger))
    with Ledger.open(place, read_only=True) as opened:
        assert asked(opened) == (ENTRIES, ENTRIES)
    ledger.record(revised("1 kr", "KF 2020-02-10 § 9"))
    assert asked(ledger) == (ENTRIES + 1, ENTRIES + 1)
    with Ledger.open(place, read_only=True) as opened:
        assert asked(opened) == (ENTRIES + 1, ENTRIES + 1)
        assert opened.verify().faults == ()
    assert sound(views(ledger))
    assert not Path(f"{views(ledger)}.lock").exists()


@pytest.mark.parametrize("damage", [damage_all_but_the_first_page, files.remove])
def test_processes_that_make_the_same_views_anew_all_answer(
    ledger: Ledger, place: str, damage: Callable[[Path], None]
) -> None:
    question = ("budget", "KS", "--year", "2020", "--on", "2020-12-31", "--json", "--ledger")
    damage(views(ledger))
    askers = [start(*question, place) for _ in range(4)]
    said = {asker.communicate() for asker in askers}
    assert len(said) == 1
    assert [errors for _, errors in said] == [""]
    assert asked(ledger) == (ENTRIES, ENTRIES)
    with Ledger.open(place, read_only=True) as opened:
        assert asked(opened) == (ENTRIES, ENTRIES)
    assert sound(views(ledger))


def test_a_kill_while_views_are_removed_does_not_keep_them_from_being_made(
    ledger: Ledger, place: str
) -> None:
    Path(f"{views(ledger)}.lock").touch()
    damage_all_but_the_first_page(views(ledger))
    with Ledger.open(place) as opened:
        assert asked(opened) == (ENTRIES, ENTRIES)
    assert sound(views(ledger))
