"""A primary that is lost: nothing that was acknowledged goes with it, and the log only grew."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from styrledger.errors import LedgerReadOnly, ServerUnreachable
from styrledger.ledger import Ledger
from styrledger.verifying.anchors import Held

from .commands import run
from .ledgers import new_ledger, revised
from .postgres import OWNER, PATIENCE, SYNCHRONOUS, Cluster, primary_and_standby


@pytest.fixture(name="servers")
def _servers() -> Generator[tuple[Cluster, Cluster]]:
    """Give a primary and its synchronous standby."""
    with primary_and_standby(*SYNCHRONOUS) as both:
        yield both


def test_nothing_acknowledged_is_lost_with_the_primary(servers: tuple[Cluster, Cluster]) -> None:
    primary, standby = servers
    both = f"postgresql://{OWNER}@/postgres?host={primary.folder},{standby.folder}"
    with new_ledger(both) as ledger:
        for number in range(20):
            ledger.record(revised("1 kr", "KF 2020-02-10 § 9", key=str(number)))
        checkpoint = ledger.checkpoint()
        root = ledger.as_of().basis.root
        with Ledger.open(standby.url(), read_only=True) as reader:
            assert reader.head() == 23
            assert reader.wait(0) == 23
            ledger.record(revised("1 kr", "KF 2020-02-10 § 9", key="19"))
            ledger.record(revised("1 kr", "KF 2020-02-10 § 9", key="sist"))
            assert reader.wait(PATIENCE) == 24
        with pytest.raises(LedgerReadOnly):
            Ledger.open(standby.url())
        primary.kill()
        with pytest.raises(ServerUnreachable):
            ledger.record(revised("1 kr", "KF 2020-02-10 § 9", key="20"))
        standby.promote()
        (done,) = ledger.record(revised("1 kr", "KF 2020-02-10 § 9", key="20"))
        assert done.position == 25
        assert ledger.as_of(known=23).basis.root == root
        found = ledger.verify([Held("before", checkpoint)])
        assert (found.faults, found.entries, found.unanchored) == ((), 25, 24)
    assert run("verify", "--ledger", standby.url()).exit_code == 0
