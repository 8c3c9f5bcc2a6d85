"""Servers that die while many record: what was acknowledged stays, whatever is left of them.

The machine lives on, and keeps what a server gave it to write: they need not wait for its disk.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet

import pytest

from styrledger.errors import CommitUnknown
from styrledger.ledger import Ledger
from styrledger.verifying.anchors import Held

from .ledgers import new_ledger, revised
from .postgres import FAST, OWNER, PATIENCE, SYNCHRONOUS, Cluster, primary_and_standby, wait_for
from .writers import Writers, hold_all_recorded_once

WAITING = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


def hosts(*clusters: Cluster) -> str:
    """Return the address of a ledger that is on any of these servers."""
    folders = ",".join(str(cluster.folder) for cluster in clusters)
    return f"postgresql://{OWNER}@/postgres?host={folders}"


def test_a_killed_server_loses_nothing_that_it_acknowledged() -> None:
    cluster = Cluster(*FAST)
    try:
        url = cluster.url()
        with new_ledger(url) as ledger:
            writers = Writers(url, workers=4, batches=15, size=4, readers=1)
            held: list[Held] = []
            for told in (10, 30):
                writers.until(told)
                held.append(Held(f"after {told}", ledger.checkpoint()))
                cluster.kill()
                cluster.start()
            writers.end()
            assert ledger.verify(held).faults == ()
        hold_all_recorded_once(url, writers)
    finally:
        cluster.remove()


def test_a_promoted_standby_has_all_that_the_primary_acknowledged() -> None:
    with primary_and_standby(*FAST, *SYNCHRONOUS) as (primary, standby):
        both = hosts(primary, standby)
        with new_ledger(both) as ledger:
            writers = Writers(both, workers=4, batches=12, size=4, readers=2)
            held: list[Held] = []
            for told in (8, 16, 24):
                writers.until(told)
                held.append(Held(f"after {told}", ledger.checkpoint()))
            primary.kill()
            standby.promote()
            writers.end()
            assert ledger.verify(held).faults == ()
            assert len(ledger.issued()) == len(held)
        hold_all_recorded_once(standby.url(), writers)


def test_a_commit_that_no_longer_waits_for_the_standby_is_not_acknowledged() -> None:
    with primary_and_standby(*FAST, *SYNCHRONOUS) as (primary, standby):
        with new_ledger(primary.url()) as ledger, ThreadPoolExecutor() as threads:
            for number, end in enumerate(("cancel", "terminate"), 4):
                entry = revised("1 kr", "KF 2020-02-10 § 9", key=end)
                standby.kill()
                recording = threads.submit(ledger.record, entry)
                wait_for(primary, f"SELECT count(*) {WAITING}", [(1,)])
                primary.sql(f"SELECT pg_{end}_backend(pid) {WAITING}")
                with pytest.raises(CommitUnknown, match="unknown whether all of it was recorded"):
                    recording.result(PATIENCE)
                # It is there, and nothing is left to write; but the standby must have it first.
                again = threads.submit(ledger.record, entry)
                with pytest.raises(NotYet):
                    again.result(0.3)
                standby.start()
                assert [one.position for one in again.result(PATIENCE)] == [number]
            primary.kill()
        standby.promote()
        with Ledger.open(standby.url()) as promoted:
            assert [one.entry.key for one in promoted.history()][3:] == ["cancel", "terminate"]


def test_a_ledger_that_is_open_forgets_what_was_lost_with_an_asynchronous_primary() -> None:
    """Nothing promises that it is not lost; but no answer may rest on it afterwards."""
    with (
        primary_and_standby(*FAST) as (primary, standby),
        new_ledger(hosts(primary, standby)) as ledger,
    ):
        ledger.record(revised("1 kr", "KF 2020-02-10 § 9", key="kept"))
        wait_for(standby, "SELECT count(*) FROM styrledger.stored_events", [(4,)])
        standby.kill()
        ledger.record(*(revised("7 kr", "KF 2020-02-10 § 9", key=f"{n}") for n in range(5)))
        assert str(ledger.as_of("2020-12-31").balance("KS", 2020)) == "36 kr"
        checkpoint = ledger.checkpoint()
        primary.kill()
        standby.start()
        standby.promote()
        for known in (4, 9, 14):
            view = ledger.as_of("2020-12-31")
            with Ledger.open(standby.url(), read_only=True) as fresh:
                assert view.basis.position == known == fresh.head()
                assert view.basis.root == fresh.as_of("2020-12-31").basis.root
            amount = view.budget("KS", 2020).amount
            assert amount == view.balance("KS", 2020)
            assert str(amount) == f"{1 + 2 * (known - 4)} kr"
            ledger.record(*(revised("2 kr", "KF 2020-02-10 § 9") for _ in range(5)))
        lost = ledger.verify([Held("before", checkpoint)]).faults
        assert [one.kind for one in lost] == ["checkpoint"]
