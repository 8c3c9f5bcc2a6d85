"""A connection that is cut after each message of a commit: who records is told what is certain."""

from __future__ import annotations

from collections.abc import Generator
from itertools import count
from pathlib import Path

import pytest

from styrledger.errors import CommitUnknown, LedgerError, ServerUnreachable
from styrledger.ledger import Ledger

from .commands import jsonl, one_krona, run
from .cutting import cutting
from .ledgers import new_ledger, revised
from .postgres import Cluster

_schemas = count(1)


@pytest.fixture(name="schema")
def _schema(cluster: Cluster) -> Generator[str]:
    """Give the name of a schema that holds a ledger with three units."""
    name = f"cut_{next(_schemas)}"
    with new_ledger(cluster.url(name)):
        pass
    yield name
    cluster.sql(f"DROP SCHEMA {name} CASCADE")


@pytest.mark.parametrize("size", [1, 40], ids=["sent with the commit", "sent before it"])
@pytest.mark.parametrize("once", [True, False], ids=["once", "for good"])
def test_wherever_a_commit_is_cut_what_is_told_is_true_and_a_retry_records_once(
    cluster: Cluster, schema: str, size: int, *, once: bool
) -> None:
    told: set[tuple[type[LedgerError] | None, int]] = set()
    with (
        cutting(cluster.folder) as (way, folder),
        Ledger.open(cluster.url(schema, host=str(folder))) as ledger,
        Ledger.open(cluster.url(schema), read_only=True) as uncut,
    ):
        for messages in count():
            batch = [
                revised("1 kr", "KF 2020-02-10 § 9", key=f"{messages}/{n}") for n in range(size)
            ]
            before, fault = ledger.as_of().basis.position, None
            way.cut_after(messages, once=once)
            try:
                ledger.record(*batch)
            except (CommitUnknown, ServerUnreachable) as lost:
                fault = type(lost)
            cuts = way.cuts
            told.add((fault, uncut.head() - before))
            way.cut_after(None)
            again = [one.position for one in ledger.record(*batch)]
            assert again == [*range(before + 1, before + 1 + size)]
            assert uncut.head() == ledger.as_of().basis.position == before + size
            if not cuts:
                break
    assert told <= {
        (ServerUnreachable, 0),
        (CommitUnknown, 0),
        (CommitUnknown, size),
        (None, size),
    }
    assert {None, CommitUnknown} <= {fault for fault, _ in told}


def test_a_checkpoint_that_was_cut_off_is_issued_again(cluster: Cluster, schema: str) -> None:
    with (
        cutting(cluster.folder) as (way, folder),
        Ledger.open(cluster.url(schema, host=str(folder))) as ledger,
    ):
        for messages in count():
            ledger.record(revised("1 kr", "KF 2020-02-10 § 9"))
            way.cut_after(messages)
            try:
                text = ledger.checkpoint()
            except (CommitUnknown, ServerUnreachable):
                way.cut_after(None)
                text = ledger.checkpoint()
            else:
                break
            assert [one.text for one in ledger.issued()][-1] == text
        way.cut_after(None)
        assert ledger.verify().faults == ()


def test_a_file_that_was_cut_off_is_recorded_by_the_same_command(
    cluster: Cluster, schema: str, tmp_path: Path
) -> None:
    file = jsonl(tmp_path / "poster.jsonl", [one_krona(1, n) for n in range(1500)])
    with cutting(cluster.folder) as (way, folder):
        command = ("record", file, "--ledger", cluster.url(schema, host=str(folder)))
        for messages in (5, 10, 11, 12):
            way.cut_after(messages)
            lost = run(*command)
            assert (lost.exit_code, len(lost.stderr.splitlines())) == (2, 1)
        way.moment = "after"
        way.cut_after(None)
        assert "it is unknown whether" in run(*command).stderr
        way.moment = "never"
        again = run(*command)
    assert (again.exit_code, "already recorded: 1500" in again.stdout) == (0, True)
