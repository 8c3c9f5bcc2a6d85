"""Several processes at once: nothing is lost, nothing doubled, nothing seen by halves."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from styrledger.errors import LedgerBusy
from styrledger.ledger import Ledger

from .commands import adopted, answer, new, one_krona, python, run, start
from .ledgers import revised as a_revision

RECORDER = """
import json, os, sys, time
from styrledger.codec import read_entry
from styrledger.errors import StyrledgerError
from styrledger.ledger import Ledger
path, gate, commits = json.load(sys.stdin)
with Ledger.open(path) as ledger:
    print("ready", flush=True)
    while not os.path.exists(gate):
        time.sleep(0.001)
    for commit in commits:
        try:
            done = ledger.record(*map(read_entry, commit))
            print(json.dumps([recorded.position for recorded in done]))
        except StyrledgerError as fault:
            print(json.dumps(str(fault)))
"""
"""Opens a ledger, waits for the gate and records one commit after the other."""

READER = """
import json, sys
from styrledger.ledger import Ledger
known = 0
while known < int(sys.argv[2]):
    with Ledger.open(sys.argv[1], read_only=True) as ledger:
        view = ledger.as_of("2020-12-31")
        amount, known = view.budget("KS", 2020).amount, view.basis.position
        listed = sum(1 for _ in ledger.history(known=known))
        print(json.dumps([known, listed, 0 if amount is None else amount.ore]), flush=True)
"""
"""Asks again and again until the ledger holds a number of entries."""

Commits = Sequence[Sequence[dict[str, Any]]]


def at_once(ledger: Path, work: Sequence[Commits]) -> list[list[Any]]:
    """Let a process for each piece of work record it, all at once; return what they tell."""
    gate = ledger.with_name("gate")
    recorders = [python(RECORDER) for _ in work]
    for recorder, commits in zip(recorders, work, strict=True):
        assert recorder.stdin is not None
        assert recorder.stdout is not None
        json.dump([str(ledger), str(gate), commits], recorder.stdin)
        recorder.stdin.close()
        assert recorder.stdout.readline() == "ready\n"
    gate.touch()
    found = [[json.loads(line) for line in recorder.stdout or ()] for recorder in recorders]
    for recorder in recorders:
        with recorder:
            assert recorder.wait() == 0
    gate.unlink()
    return found


def stored(ledger: Path) -> list[tuple[int, str, int]]:
    """Return the position, stream and version of every entry."""
    with closing(sqlite3.connect(ledger)) as log:
        return log.execute(
            "SELECT rowid, originator_id, originator_version FROM stored_events ORDER BY rowid"
        ).fetchall()


def hold_dense(ledger: Path, count: int) -> None:
    """Hold that positions, and versions in each stream, are 1, 2, 3 … without a gap."""
    rows = stored(ledger)
    assert [position for position, _, _ in rows] == [*range(1, count + 1)]
    versions = Counter[str]()
    for _, stream, version in rows:
        versions[stream] += 1
        assert version == versions[stream]


@pytest.mark.parametrize("workers", [2, 8])
def test_single_entries_of_many_processes_are_all_recorded_once(
    tmp_path: Path, workers: int
) -> None:
    ledger, each = new(tmp_path), 20
    work = [[[one_krona(worker, number)] for number in range(each)] for worker in range(workers)]
    found = at_once(ledger, work)
    positions = [position for told_of in found for (position,) in told_of]
    assert sorted(positions) == [*range(4, 4 + workers * each)]
    assert all(told_of == sorted(told_of) for told_of in found)
    hold_dense(ledger, 3 + workers * each)
    total = answer("budget", "KS", "--year", "2020", "--ledger", ledger)["total"]
    assert total["text"] == f"{workers * each} kr"


@pytest.mark.parametrize("workers", [2, 8])
def test_a_batch_is_never_seen_by_halves(tmp_path: Path, workers: int) -> None:
    ledger, batches, size = new(tmp_path), 6, 10
    work = [
        [[one_krona(worker, batch * size + n) for n in range(size)] for batch in range(batches)]
        for worker in range(workers)
    ]
    count = 3 + workers * batches * size
    reader = python(READER, ledger, str(count))
    found = at_once(ledger, work)
    for batch in (batch for told_of in found for batch in told_of):
        assert batch == [*range(batch[0], batch[0] + size)]
    with reader:
        seen = [json.loads(line) for line in reader.stdout or ()]
    assert reader.returncode == 0
    assert seen[-1] == [count, count, (count - 3) * 100]
    for known, listed, ore in seen:
        assert (known - 3) % size == 0
        assert (listed, ore) == (known, (known - 3) * 100)
    hold_dense(ledger, count)


def test_the_same_file_from_many_processes_is_recorded_once(tmp_path: Path) -> None:
    ledger = new(tmp_path)
    commits = [[one_krona(0, number), one_krona(1, number)] for number in range(10)]
    found = at_once(ledger, [commits] * 8)
    assert all(told_of == found[0] for told_of in found)
    hold_dense(ledger, 3 + 20)


def test_one_key_with_other_content_is_a_clear_conflict(tmp_path: Path) -> None:
    ledger = new(tmp_path)
    work = [[[adopted(f"{worker} tkr", key="ram")]] for worker in range(1, 9)]
    found = [answered for (answered,) in at_once(ledger, work)]
    assert found.count([4]) == 1
    assert Counter(map(str, found)) == {
        "[4]": 1,
        "key: 'ram' was recorded as #4 with other content, expected a new key, or the same "
        "content, record a correction of it instead": 7,
    }
    hold_dense(ledger, 4)


def test_one_unit_is_registered_once(tmp_path: Path) -> None:
    ledger = new(tmp_path)
    unit = {"type": "unit.registered", "unit": "BUN", "effective": "2020-01-01"}
    work = [[[{**unit, "kind": kind}]] for kind in ("board", "committee") * 2]
    found = [answered for (answered,) in at_once(ledger, work)]
    assert Counter(map(str, found)) == {
        "[4]": 1,
        "unit: 'BUN' is registered already, expected a new unit, "
        "correct the earlier entry if it was wrong": 3,
    }
    hold_dense(ledger, 4)


def test_corrections_of_one_entry_all_keep_their_place(tmp_path: Path) -> None:
    ledger = new(tmp_path, adopted("1 tkr", key="ram"))
    correction = {"type": "entry.corrected", "target": "ram", "reason": "Fel"}
    work = [
        [[{**correction, "replacement": adopted(f"{worker}{n} tkr")}] for n in range(5)]
        for worker in range(1, 5)
    ]
    at_once(ledger, work)
    hold_dense(ledger, 4 + 20)
    trail = answer("trail", "budget/KS/2020/operating", "--ledger", ledger)["trail"]
    assert len(trail) == 21
    assert {entry["replaced_by"] for entry in trail[:-1]} == {24}


def test_a_writer_that_waits_too_long_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = new(tmp_path)
    monkeypatch.setattr("styrledger.store.log.LOCK_TIMEOUT", 0.1)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with Ledger.open(path) as ledger, pytest.raises(LedgerBusy) as busy:
            ledger.record(a_revision("1 tkr", "KF 2020-02-10 § 9"))
        assert str(busy.value) == (
            f"{path}: the storage failed (database is locked), nothing was recorded, "
            "mend it and try again"
        )
        assert run("budget", "KS", "--year", "2020", "--ledger", path).exit_code == 1
        other.execute("ROLLBACK")
    with Ledger.open(path) as ledger:
        assert ledger.head() == 3


ANOTHER = """
import json, sys
from styrledger.codec import read_entry
from styrledger.ledger import Ledger
with Ledger.open(sys.argv[1]) as ledger:
    print([recorded.position for recorded in ledger.record(*map(read_entry, json.load(sys.stdin)))])
"""


def test_a_ledger_that_is_open_twice_loses_nothing(tmp_path: Path) -> None:
    """A process that opens and closes a file must not lose the locks it holds on it."""
    path = new(tmp_path)
    with Ledger.open(path) as first:
        for number in range(3):
            Ledger.open(path).close()
            other = python(ANOTHER, path)
            output, errors = other.communicate(json.dumps([one_krona(1, number)]))
            assert (output, errors) == (f"[{4 + 2 * number}]\n", "")
            (recorded,) = first.record(a_revision("1 kr", "KF 2020-02-10 § 9"))
            assert recorded.position == 5 + 2 * number
        assert first.head() == 9
    hold_dense(path, 9)


def test_one_of_many_makes_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ny.db"
    makers = [start("init", path, "--organisation", f"Prov {number}") for number in range(4)]
    said = [maker.communicate() for maker in makers]
    exists = (
        f"{path}: there is already a file, expected a free path, choose another or open this one\n"
    )
    assert sorted(errors for _, errors in said) == ["", exists, exists, exists]
    (made,) = (output for output, errors in said if not errors)
    with Ledger.open(path) as ledger:
        assert made == f"{path}: a new ledger for {ledger.identity.organisation}\n"
