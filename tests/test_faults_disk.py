"""A disk that is full in the middle: told as that, nothing half recorded, and well with room."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from styrledger.errors import DiskFull
from styrledger.events.entry import Entry
from styrledger.ledger import Ledger

from .commands import UNITS, environment, jsonl, one_krona, run, told
from .disks import Disk, small_disk
from .ledgers import new_ledger, revised
from .postgres import Cluster

BATCH = 300
MANY = 8
ROOM = 60_000
"""Enough for all, in KiB."""


def batch_of(number: int) -> list[Entry]:
    """Return a batch of entries that no other batch has."""
    return [revised("1 kr", "KF 2020-02-10 § 9", key=f"{number}/{n}") for n in range(BATCH)]


def hold_full_and_then_well(ledger: Ledger, disk: Disk) -> None:
    """Record until there is no room; hold what is so then, and that all is well with room."""
    number = recorded_until_full(ledger)
    hold_whole(ledger, number)
    with pytest.raises(DiskFull, match="nothing was recorded, mend it and try again"):
        ledger.record(*batch_of(number))
    disk.resize(ROOM)
    first = ledger.head() + 1
    done = ledger.record(*batch_of(number))
    assert [one.position for one in done] == [*range(first, first + BATCH)]
    hold_whole(ledger, number + 1)
    assert ledger.verify().faults == ()


def recorded_until_full(ledger: Ledger) -> int:
    """Record batches until the disk is full; return how many there was room for."""
    for number in range(1000):
        try:
            ledger.record(*batch_of(number))
        except DiskFull:
            return number
    pytest.fail("the disk is never full")


def hold_whole(ledger: Ledger, number: int) -> None:
    """Hold that the ledger is so many batches, and answers so."""
    view = ledger.as_of("2020-12-31")
    assert ledger.head() == view.basis.position == 3 + BATCH * number
    assert view.balance("KS", 2020) == view.budget("KS", 2020).amount
    assert view.balances(2020)["KS", None].ore == 100 * BATCH * number
    assert sum(1 for _ in ledger.history(type="budget")) == BATCH * number


def test_a_full_disk_under_log_and_views_is_told_and_heals(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1500) as disk, new_ledger(disk.folder / "prov.db") as ledger:
        hold_full_and_then_well(ledger, disk)


@pytest.fixture(name="tight")
def _tight() -> Generator[tuple[Cluster, Disk]]:
    """Give a server with a database called small on a small disk."""
    cluster = Cluster()
    try:
        with small_disk(cluster.folder / "disk", 8_800) as disk:
            inner = disk.folder / "space"
            inner.mkdir()
            owner = cluster.folder.stat()
            os.chown(inner, owner.st_uid, owner.st_gid)
            cluster.sql(
                f"CREATE TABLESPACE tight LOCATION '{inner}'",
                "CREATE DATABASE small TABLESPACE tight",
            )
            yield cluster, disk
            cluster.kill()
    finally:
        cluster.remove()


def test_a_full_disk_of_a_server_is_told_and_heals(tight: tuple[Cluster, Disk]) -> None:
    cluster, disk = tight
    with new_ledger(cluster.url(database="small")) as ledger:
        hold_full_and_then_well(ledger, disk)


def test_views_that_find_no_room_are_kept_in_memory(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log has room, and the disk of its views has none after a while."""
    url = cluster.url("views_full")
    with small_disk(tmp_path / "disk", 1000) as disk:
        monkeypatch.setenv("XDG_CACHE_HOME", str(disk.folder))
        with new_ledger(url) as ledger:
            for number in range(MANY):
                ledger.record(*batch_of(number))
                hold_whole(ledger, number + 1)
            kept = ledger.view_path
            assert kept is not None
            assert kept.stat().st_size < 1_000_000
        disk.resize(ROOM)
        with Ledger.open(url) as ledger:
            hold_whole(ledger, MANY)
            assert ledger.verify().faults == ()
        assert kept.stat().st_size > 1_000_000
    cluster.sql("DROP SCHEMA views_full CASCADE")


def test_a_new_ledger_is_whole_or_there_is_none(tmp_path: Path) -> None:
    made: list[bool] = []
    with small_disk(tmp_path / "disk", ROOM) as disk:
        path = disk.folder / "prov.db"
        for size in range(8, 168, 8):
            disk.resize(size)
            result = run("init", path, "--organisation", "Prov")
            made.append(result.exit_code == 0)
            assert path.exists() is made[-1]
            disk.resize(ROOM)
            if made[-1]:
                told("verify", "--ledger", path)
            else:
                assert "the storage failed" in result.stderr
            for left in disk.folder.iterdir():
                assert made[-1], left
                left.unlink()
    assert set(made) == {False, True}


def test_a_copy_that_finds_no_room_is_no_ledger(tmp_path: Path) -> None:
    with new_ledger(tmp_path / "prov.db") as ledger:
        for number in range(MANY):
            ledger.record(*batch_of(number))
    whole = tmp_path / "kopia"
    told("export", whole, "--ledger", tmp_path / "prov.db")
    with small_disk(tmp_path / "disk", ROOM) as disk:
        path, copy = disk.folder / "prov.db", disk.folder / "kopia"
        done: set[bool] = set()
        for size in range(100, 2900, 200):
            disk.resize(size)
            result = run("restore", whole, "--ledger", path)
            done.add(result.exit_code == 0)
            assert path.exists() is (result.exit_code == 0)
            disk.resize(ROOM)
            if result.exit_code:
                assert "the storage failed" in result.stderr
            else:
                told("verify", "--ledger", path)
            for left in disk.folder.iterdir():
                left.unlink()
        assert done == {False, True}
        disk.resize(200)
        result = run("export", copy, "--ledger", tmp_path / "prov.db")
        assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
        assert [*disk.folder.iterdir()] == []


LIMITED = """
import resource, sys
from styrledger.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
main(sys.argv[2:], prog_name="styrledger")
"""


def test_a_limit_on_the_size_of_files_is_told_and_nothing_is_half_recorded(tmp_path: Path) -> None:
    """As by ``ulimit -f``, which any account may be under."""
    ledger = tmp_path / "prov.db"
    told("init", ledger, "--organisation", "Prov")
    told("record", jsonl(tmp_path / "a", UNITS), "--ledger", ledger)
    many = jsonl(tmp_path / "b", (one_krona(1, n) for n in range(4000)))
    done = subprocess.run(  # noqa: S603 - the interpreter that runs the tests
        [sys.executable, "-c", LIMITED, "600000", "record", many, "--ledger", ledger],
        capture_output=True, text=True, check=False, env=environment(),
    )  # fmt: skip
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "the storage failed" in done.stderr
    with Ledger.open(ledger) as opened:
        assert opened.head() == 3
    told("record", many, "--ledger", ledger)
    told("verify", "--ledger", ledger)
