"""Checking a ledger and issuing checkpoints: what is told, and what survives every copy."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings

from styrledger.demo import ORGANISATIONS, record_files
from styrledger.errors import CheckpointRefused, UnknownPosition
from styrledger.exchange import records
from styrledger.keys import SigningKey
from styrledger.ledger import Ledger
from styrledger.opened import view_path
from styrledger.sealing import origin_of, read_checkpoint
from styrledger.verifying.anchors import Held
from styrledger.verifying.faults import Verification
from styrledger.verifying.run import verify

from .attacks import ENTRIES, Victim, sql, victim
from .commands import add, adopted, answer, new, revised, run, told
from .disks import small_disk
from .ledgers import Commits, ledgers, new_ledger, recorded

GOLDEN = ("7c1ad0b6-58d9-4c52-a4d5-0e6f43b5a0d1", "Prov", 1, "2020-01-15T12:00:00.000000Z")


def root_of(path: Path) -> str:
    return verify(path, view_path(path)).root


@pytest.fixture(name="ledger")
def _ledger(tmp_path: Path) -> Victim:
    return victim(tmp_path)


# -- what is right is not told to be wrong


def asked_for_everything(ledger: Ledger) -> Verification:
    """Let all be kept that a view file can hold, and check the ledger."""
    assert len([*ledger.history()]) == ledger.head()
    assert len([*ledger.history(text="a")]) <= ledger.head()
    for year in range(2019, 2023):
        ledger.as_of().balances(year)
    return ledger.verify()


@given(ledgers())
@settings(max_examples=50)
def test_nothing_is_wrong_with_any_ledger_whatever_was_asked_of_it(commits: Commits) -> None:
    with recorded(commits) as ledger:
        found = asked_for_everything(ledger)
    assert (found.faults, found.views) == ((), f"compared up to #{found.entries}")


@pytest.mark.parametrize("example", ORGANISATIONS)
def test_nothing_is_wrong_with_an_example_whatever_was_asked_of_it(
    tmp_path: Path, example: str
) -> None:
    with Ledger.create(tmp_path / "prov.db", organisation=ORGANISATIONS[example]) as ledger:
        for file in record_files(example):
            ledger.record_all(records.read(file))
        assert asked_for_everything(ledger).faults == ()


# -- what stays the same


def test_the_origin_is_a_hash_of_the_whole_identity() -> None:
    assert origin_of(*GOLDEN) == "styrledger/1a026dbf075eeab60eb0eeaee9fea52a"


def test_vacuum_keeps_the_root(ledger: Victim) -> None:
    before = root_of(ledger.path)
    connection = sqlite3.connect(ledger.path, isolation_level=None)
    connection.execute("VACUUM")
    connection.close()
    assert (ledger.check().ok, root_of(ledger.path)) == (True, before)


def test_a_backup_by_sqlite_has_the_same_root(ledger: Victim, tmp_path: Path) -> None:
    copy = tmp_path / "backup.db"
    source, target = sqlite3.connect(ledger.path), sqlite3.connect(copy)
    source.backup(target)
    source.close()
    target.close()
    assert verify(copy, None).ok
    assert root_of(copy) == root_of(ledger.path)


def test_a_restored_copy_has_the_same_root_and_agrees_with_the_checkpoint(ledger: Victim) -> None:
    copy, restored = ledger.path.with_name("a.copy"), ledger.path.with_name("restored.db")
    told("export", copy, "--ledger", ledger.path)
    told("restore", copy, "--ledger", restored)
    found = verify(restored, None, [Held("old", ledger.checkpoint)])
    assert (found.ok, found.root) == (True, root_of(ledger.path))


def test_a_ledger_on_a_medium_that_cannot_be_written_is_checked_with_its_views(
    ledger: Victim, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 4096) as disk:
        for file in (ledger.path, ledger.views):
            # Closed by all, a database is one file.
            sqlite3.connect(file).close()
            shutil.copy(file, disk.folder)
        disk.freeze()
        path = disk.folder / ledger.path.name
        found = verify(path, view_path(path))
    assert (found.faults, found.views) == ((), f"compared up to #{ENTRIES}")


def test_checking_writes_nothing(ledger: Victim) -> None:
    sql(ledger.path, "DELETE FROM stored_events WHERE rowid > 6")
    before = {file: file.read_bytes() for file in (ledger.path, ledger.views)}
    assert not ledger.check().ok
    assert {file: file.read_bytes() for file in before} == before


# -- what is told


def test_every_fault_is_told_with_its_place_what_was_expected_and_what_was_found(
    ledger: Victim,
) -> None:
    sql(ledger.path, "DELETE FROM stored_events WHERE rowid = 5")
    shutil.copy(ledger.path, ledger.path.with_name("x"))
    found = verify(ledger.path, None, [Held("old.txt", ledger.checkpoint)])
    assert [str(fault) for fault in found.faults if fault.kind != "checkpoint"] == [
        (
            "#6 budget/2020 entry.corrected.v1: the log goes on at another position: "
            "expected #5, found #6"
        ),
        (
            "#6 budget/2020 entry.corrected.v1: the entry has another version in its stream: "
            "expected 2, found 3"
        ),
        (
            "#7 budget/2020 budget.revised.v1: the entry has another version in its stream: "
            "expected 3, found 4"
        ),
        (
            "#8 budget/2020 budget.revised.v1: the entry has another version in its stream: "
            "expected 4, found 5"
        ),
    ]
    assert found.views == "not compared, because entries of the log cannot be read or are missing"


def test_several_checkpoints_narrow_down_where_the_log_was_changed(ledger: Victim) -> None:
    with Ledger.open(ledger.path) as open_ledger:
        early = open_ledger.checkpoint(known=3)
        later = open_ledger.checkpoint(known=6)
    sql(ledger.path, "UPDATE stored_events SET topic = 'budget.planned.v1' WHERE rowid = 4")
    held = [Held("7", ledger.checkpoint), Held("3", early), Held("6", later)]
    found = verify(ledger.path, None, held)
    anchors = [(one.source, one.first, one.size, one.holds) for one in found.anchors if one.outside]
    assert anchors == [("3", 1, 3, True), ("6", 4, 6, False), ("7", 4, 7, False)]
    assert found.unanchored == 4


def test_a_checkpoint_must_be_signed_by_the_key_that_is_given(
    ledger: Victim, tmp_path: Path
) -> None:
    key, other = SigningKey.generate("prov.se/a"), SigningKey.generate("prov.se/b")
    with Ledger.open(ledger.path) as open_ledger:
        note = open_ledger.checkpoint(key=key)
    good, bad, bare = (
        verify(ledger.path, None, [Held("c", text, (one.verifier_key,))])
        for text, one in ((note, key), (note, other), (ledger.checkpoint, key))
    )
    assert good.anchors[-2].signers == (key.verifier_key.to_text(),)
    expected = other.verifier_key.to_text()
    assert [str(fault) for fault in bad.faults] == [
        f"c is not signed by the key: expected {expected}, found no trusted key has signed"
    ]
    assert [fault.found for fault in bare.faults] == ["no signature"]
    del tmp_path


def test_a_checkpoint_of_another_ledger_does_not_hold(ledger: Victim, tmp_path: Path) -> None:
    with new_ledger(tmp_path / "annan.db") as other:
        foreign = other.checkpoint()
    found = verify(ledger.path, None, [Held("annan.txt", foreign)])
    origins = [read_checkpoint(text).origin for text in (foreign, ledger.checkpoint)]
    assert str(found.faults[0]) == (
        "annan.txt over 3 entries is of another ledger, or the ledger's identity was changed: "
        f"expected {origins[0]}, found {origins[1]}"
    )


# -- issuing


def test_a_checkpoint_is_issued_once_and_kept(ledger: Victim) -> None:
    with Ledger.open(ledger.path) as open_ledger:
        first = open_ledger.checkpoint(known=7)
        assert first == open_ledger.checkpoint(known=7) == ledger.checkpoint
        with pytest.raises(UnknownPosition, match="no entry #9"):
            open_ledger.checkpoint(known=9)
    assert len(verify(ledger.path, None).anchors) == 2


def test_nothing_is_issued_that_does_not_agree_with_what_was(ledger: Victim) -> None:
    sql(ledger.path, "UPDATE stored_events SET topic = 'budget.planned.v1' WHERE rowid = 4")
    with Ledger.open(ledger.path) as open_ledger, pytest.raises(CheckpointRefused) as refused:
        open_ledger.checkpoint()
    assert str(refused.value).startswith(f"{ledger.path}: the root of the first 5 entries is ")
    assert str(refused.value).endswith(
        ": no checkpoint can be issued, expected a log that was only added to, "
        "run styrledger verify and compare the ledger with a backup"
    )


def test_nothing_is_issued_over_fewer_entries_than_before(ledger: Victim) -> None:
    sql(ledger.path, "DELETE FROM stored_events WHERE rowid > 6")
    with Ledger.open(ledger.path) as open_ledger, pytest.raises(CheckpointRefused) as refused:
        open_ledger.checkpoint()
    assert "was issued over 7 entries, which it no longer holds" in str(refused.value)


# -- the command line


def test_the_command_line_checks_issues_and_tells(tmp_path: Path) -> None:
    ledger = new(tmp_path, adopted("100 tkr"))
    old, key = tmp_path / "old.txt", tmp_path / "key"
    told("checkpoint", "--ledger", ledger, "-o", old)
    public = told("keygen", "prov.se/a", "-o", key).strip()
    assert key.stat().st_mode & 0o777 == 0o600
    signed = told("checkpoint", "--ledger", ledger, "--key", key)
    assert signed.startswith(old.read_text(encoding="utf-8") + "\n— prov.se/a ")
    note = tmp_path / "note"
    note.write_text(signed, encoding="utf-8")
    add(ledger, revised("5 tkr", "KF 2019-12-09 § 197"))
    assert told("verify", "--ledger", ledger, "--checkpoint", note, "--vkey", public).endswith(
        "not anchored: #5–#5; no checkpoint from outside says what they were\nnothing is wrong\n"
    )
    found = answer("verify", "--ledger", ledger, "--checkpoint", old)
    assert (found["ok"], found["entries"], found["not_anchored"]) == (
        True,
        5,
        {"first": 5, "last": 5},
    )
    sql(ledger, "DELETE FROM stored_events WHERE rowid = 2")
    result = run("verify", "--ledger", ledger, "--checkpoint", old, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["fault_count"] == 4


def test_what_is_no_checkpoint_is_told_in_one_line(tmp_path: Path) -> None:
    ledger, bad = new(tmp_path), tmp_path / "bad.txt"
    bad.write_text("styrledger/x\n3\n", encoding="utf-8")
    result = run("verify", "--ledger", ledger, "--checkpoint", bad)
    assert (result.exit_code, result.stderr) == (
        2,
        "the checkpoint is cut short, expected three lines, each with its newline\n",
    )


def test_every_flipped_bit_of_a_checkpoint_is_found(ledger: Victim) -> None:
    key = SigningKey.generate("prov.se/a")
    with Ledger.open(ledger.path) as open_ledger:
        note = open_ledger.checkpoint(key=key, known=7)
    wrong = tuple(_flips(note.encode()))
    refused = 0
    held: list[Held] = []
    for octets in wrong:
        try:
            read_checkpoint(octets)
        except ValueError:
            refused += 1
        else:
            held.append(Held("c", octets, (key.verifier_key,)))
    found = verify(ledger.path, None, held)
    assert not any(one.holds for one in found.anchors if one.outside)
    assert refused + len(held) == len(wrong) == 8 * len(note.encode())


def _flips(octets: bytes) -> list[bytes]:
    return [
        octets[:place] + bytes([octets[place] ^ 1 << bit]) + octets[place + 1 :]
        for place in range(len(octets))
        for bit in range(8)
    ]
