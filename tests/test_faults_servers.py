"""Servers that die while many record: what was acknowledged stays, whatever is left of them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet

import pytest

from styrledger.errors import CommitUnknown
from styrledger.ledger import Ledger
from styrledger.verifying.anchors import Held

from .ledgers import new_ledger, revised
from .postgres import OWNER, PATIENCE, Cluster, primary_and_standby, wait_for
from .writers import Writers, hold_all_recorded_once

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


def hosts(*clusters: Cluster) -> str:
    """Return the address of a ledger that is on any of these servers."""
    folders = ",".join(str(cluster.folder) for cluster in clusters)
    return f"postgresql://{OWNER}@/postgres?host={folders}"


def test_a_killed_server_loses_nothing_that_it_acknowledged() -> None:
    cluster = Cluster()  # with the durability that it has in service
    try:
        url = cluster.url()
        with new_ledger(url) as ledger:
            writers = Writers(url, workers=4, batches=15, size=4, readers=1)
            held = []
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
    with primary_and_standby() as (primary, standby):
        both = hosts(primary, standby)
        with new_ledger(both) as ledger:
            writers = Writers(both, workers=4, batches=12, size=4, readers=2)
            held = []
            for told in (8, 16, 24):
                writers.until(told)
                held.append(Held(f"after {told}", ledger.checkpoint()))
            primary.kill()
            standby.promote()
            writers.end()
            assert ledger.verify(held).faults == ()
            assert len(ledger.issued()) == len(held)
        hold_all_recorded_once(standby.url(), writers)


@pytest.mark.parametrize("end", ["cancel", "terminate"])
def test_a_commit_that_no_longer_waits_for_the_standby_is_not_acknowledged(end: str) -> None:
    entry = revised("1 kr", "KF 2020-02-10 § 9", key="en")
    with primary_and_standby() as (primary, standby):
        with new_ledger(primary.url()) as ledger, ThreadPoolExecutor() as threads:
            standby.kill()
            recording = threads.submit(ledger.record, entry)
            wait_for(primary, WAITING, [(1,)])
            primary.sql(
                f"SELECT pg_{end}_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
            )
            with pytest.raises(CommitUnknown, match="unknown whether all of it was recorded"):
                recording.result(PATIENCE)
            # It is there, so that nothing is left to write; but the standby must have it first.
            again = threads.submit(ledger.record, entry)
            with pytest.raises(NotYet):
                again.result(0.5)
            standby.start()
            assert [one.position for one in again.result(PATIENCE)] == [4]
            primary.kill()
        standby.promote()
        with Ledger.open(standby.url()) as promoted:
            assert [one.entry.key for one in promoted.history()][3:] == ["en"]


def test_a_ledger_that_is_open_forgets_what_was_lost_with_an_asynchronous_primary() -> None:
    """Nothing promises that it is not lost; but no answer may rest on it afterwards."""
    with primary_and_standby() as (primary, standby):
        both = hosts(primary, standby)
        with new_ledger(both) as ledger:
            ledger.record(revised("1 kr", "KF 2020-02-10 § 9", key="kept"))
            primary.sql("ALTER SYSTEM RESET synchronous_standby_names")
            standby.kill()
            primary.kill()
            primary.start("synchronous_standby_names=")
            ledger.record(*(revised("7 kr", "KF 2020-02-10 § 9", key=f"{n}") for n in range(5)))
            assert str(ledger.as_of("2020-12-31").budget("KS", 2020).amount) == "36 kr"
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
            assert [one.check for one in ledger.verify([Held("before", checkpoint)]).faults] != []


