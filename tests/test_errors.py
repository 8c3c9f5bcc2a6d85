"""Every error says what, where, what was expected and what to do, and carries it as data."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from styrledger.errors import (
    AccessDenied,
    AmountDamaged,
    ClockError,
    CommitUnknown,
    DatabaseNotFound,
    DiskFull,
    EntriesRefused,
    Fault,
    FileInTheWay,
    FileUnreadable,
    FutureContract,
    LedgerBusy,
    LedgerClosed,
    LedgerError,
    LedgerExists,
    LedgerNotFound,
    LedgerReadOnly,
    LedgerUnfinished,
    LogDamaged,
    NotALedger,
    PortInUse,
    ServerUnreachable,
    StorageError,
    StyrledgerError,
    UndecodableEntry,
    UnknownName,
    UnknownPosition,
    UnknownStoredName,
    ValueRefused,
    listed,
    nearest,
    quoted,
)
from styrledger.exchange.records import read_entries
from styrledger.ledger import Ledger
from styrledger.opened import view_path
from styrledger.store.sqlite.log import LogPool

from .ledgers import adopted, new_ledger, revised

ADOPTED = adopted("100 tkr", "KF 2019-06-10 § 109")
URL = "postgresql://app@db/kommun?schema=h"
NOT_A_LEDGER = (
    "expected a file made by styrledger init or restore, check the path or restore a backup"
)
NO_WRITING = (
    "the ledger can only be read here, expected one that can be written, open it without "
    "read_only or check the file's permissions"
)


def damaged(path: Path, *statements: str) -> None:
    """Change a ledger behind its back."""
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


# -- ledgers and their files


def test_a_new_ledger_is_made_on_a_free_path(tmp_path: Path) -> None:
    path = tmp_path / "prov.db"
    path.write_text("viktigt", encoding="utf-8")
    with pytest.raises(LedgerExists) as refused:
        Ledger.create(path, organisation="Prov")
    assert str(refused.value) == (
        f"{path}: there is already a file, expected a free path, choose another or open this one"
    )
    assert refused.value.path == str(path)
    assert path.read_text(encoding="utf-8") == "viktigt"


def test_a_ledger_that_is_not_there_cannot_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "prov.db"
    with pytest.raises(LedgerNotFound) as refused:
        Ledger.open(path)
    assert str(refused.value) == (
        f"{path}: no such file, expected a ledger, make one with: styrledger init PATH "
        "--organisation NAME"
    )
    assert not path.exists()


def other_database(path: Path) -> None:
    damaged(path, "CREATE TABLE ledger (x)")


def other_file(path: Path) -> None:
    path.write_bytes(b"x" * 9000)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(Path.touch, "it is empty", id="an empty file"),
        pytest.param(Path.mkdir, "it is a folder", id="a folder"),
        pytest.param(other_database, "it is some other file", id="another database"),
        pytest.param(other_file, "it is some other file", id="another file"),
    ],
)
def test_another_file_is_not_a_ledger(
    tmp_path: Path, make: Callable[[Path], object], reason: str
) -> None:
    path = tmp_path / "prov.db"
    make(path)
    with pytest.raises(NotALedger) as refused:
        Ledger.open(path)
    assert str(refused.value) == f"{path}: not a ledger ({reason}), {NOT_A_LEDGER}"
    assert (refused.value.path, refused.value.reason) == (str(path), reason)


def test_a_ledger_without_its_identity_is_not_a_ledger(tmp_path: Path) -> None:
    path = tmp_path / "prov.db"
    with new_ledger(path):
        pass
    damaged(path, "DROP TRIGGER ledger_delete", "DELETE FROM ledger")
    with pytest.raises(NotALedger) as refused:
        Ledger.open(path)
    assert str(refused.value) == f"{path}: not a ledger (it has no identity), {NOT_A_LEDGER}"


def test_a_ledger_under_a_future_contract_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "prov.db"
    with monkeypatch.context() as future:
        future.setattr("styrledger.store.log.CONTRACT", 2)
        Ledger.create(path, organisation="Prov").close()
    with pytest.raises(FutureContract) as refused:
        Ledger.open(path)
    assert str(refused.value) == (
        f"{path}: written under version 2 of the contract, expected at most 1, upgrade styrledger"
    )
    assert (refused.value.found, refused.value.known) == (2, 1)


def test_a_log_from_which_an_entry_was_removed_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "prov.db"
    with new_ledger(path):
        pass
    view_path(path).unlink()
    damaged(path, "DROP TRIGGER stored_events_delete", "DELETE FROM stored_events WHERE rowid = 2")
    with Ledger.open(path) as ledger, pytest.raises(LogDamaged) as refused:
        ledger.as_of("2020-12-31")
    assert str(refused.value) == (
        "the log goes on at #3, expected #2: entries were removed, restore a backup and compare "
        "the two"
    )
    assert (refused.value.expected, refused.value.found) == (2, 3)


def test_a_ledger_that_was_opened_for_reading_records_nothing(tmp_path: Path) -> None:
    path = tmp_path / "prov.db"
    with new_ledger(path):
        pass
    with Ledger.open(path, read_only=True) as ledger:
        with pytest.raises(LedgerReadOnly) as refused:
            ledger.record(ADOPTED)
        assert [unit.unit for unit in ledger.as_of("2020-12-31").units()] == ["KF", "KS", "SN"]
    assert str(refused.value) == f"{path}: {NO_WRITING}"


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write to every file"
)
def test_a_file_that_cannot_be_written_records_nothing(tmp_path: Path) -> None:
    path = tmp_path / "prov.db"
    with new_ledger(path):
        pass
    path.chmod(0o400)
    with Ledger.open(path) as ledger, pytest.raises(LedgerReadOnly) as refused:
        ledger.record(ADOPTED)
    assert str(refused.value) == f"{path}: {NO_WRITING}"


def test_a_ledger_in_a_folder_that_is_not_there_cannot_be_made(tmp_path: Path) -> None:
    path = tmp_path / "mapp" / "prov.db"
    with pytest.raises(StorageError) as refused:
        Ledger.create(path, organisation="Prov")
    assert str(refused.value) == (
        f"{path}: the storage failed (unable to open database file), nothing was recorded, mend "
        "it and try again"
    )
    assert (refused.value.path, refused.value.reason) == (
        str(path),
        "unable to open database file",
    )


def test_a_ledger_that_another_writer_holds_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("styrledger.store.log.LOCK_TIMEOUT", 0.01)
    path = tmp_path / "prov.db"
    with new_ledger(path) as ledger:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerBusy) as refused:
            ledger.record(ADOPTED)
        assert ledger.as_of("2020-12-31").basis.position == 3
        other.execute("ROLLBACK")
        other.close()
        assert len(ledger.record(ADOPTED)) == 1
    assert str(refused.value) == (
        f"{path}: the storage failed (database is locked), nothing was recorded, mend it and try "
        "again"
    )


def test_a_full_disk_keeps_nothing_of_the_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "prov.db"
    with new_ledger(path):
        pass
    connect: Any = getattr(LogPool, "_create_connection")  # noqa: B009 - the engine's own name

    def connect_to_a_small_disk(pool: LogPool) -> Any:
        connection = connect(pool)
        connection.cursor().execute("PRAGMA max_page_count = 20")
        return connection

    monkeypatch.setattr(LogPool, "_create_connection", connect_to_a_small_disk)
    with Ledger.open(path) as ledger:
        with pytest.raises(DiskFull) as refused:
            ledger.record(*(revised("1 tkr", "KF 2020-02-10 § 9") for _ in range(500)))
        assert ledger.head() == 3
        assert len(ledger.record(ADOPTED)) == 1
    assert str(refused.value) == (
        f"{path}: the storage failed (database or disk is full), nothing was recorded, mend it "
        "and try again"
    )


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("database is locked", LedgerBusy),
        ("database or disk is full", DiskFull),
        ("attempt to write a readonly database", LedgerReadOnly),
        ("file is not a database", NotALedger),
        ("database disk image is malformed", NotALedger),
        ("no such table: ledger", NotALedger),
        ("disk I/O error", StorageError),
    ],
)
def test_what_the_database_says_tells_which_error_it_is(
    reason: str, kind: type[LedgerError]
) -> None:
    assert type(StorageError.of("prov.db", reason)) is kind


def test_a_closed_ledger_and_its_views_answer_no_more(tmp_path: Path) -> None:
    path = tmp_path / "prov.db"
    with new_ledger(path) as ledger:
        view = ledger.as_of("2020-12-31")
    asked: dict[Callable[[], object], Path] = {
        lambda: ledger.as_of("2020-12-31"): path,
        lambda: ledger.record(ADOPTED): path,
        ledger.history: path,
        ledger.head: path,
        view.units: view_path(path),
        lambda: view.budget("KS", 2020): view_path(path),
    }
    for ask, closed in asked.items():
        with pytest.raises(LedgerClosed) as refused:
            ask()
        assert str(refused.value) == f"{closed}: the ledger is closed, ask while it is open"
    ledger.close()


# -- clocks and files


def test_a_clock_without_an_offset_is_refused(tmp_path: Path) -> None:
    naive = datetime(2020, 6, 8, 12)  # noqa: DTZ001 - that is the fault
    with pytest.raises(ClockError) as refused:
        Ledger.create(tmp_path / "prov.db", organisation="Prov", clock=lambda: naive)
    assert str(refused.value) == (
        "the clock gave datetime.datetime(2020, 6, 8, 12, 0), expected a datetime with its "
        "offset, use a clock such as `lambda: datetime.now(UTC)`"
    )
    assert refused.value.given is naive


def test_a_record_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "beslut.jsonl"
    with pytest.raises(FileUnreadable) as refused:
        read_entries(missing)
    assert str(refused.value) == (
        f"{missing}: No such file or directory, expected a file, check the path and its permissions"
    )
    with pytest.raises(FileUnreadable) as folder:
        read_entries(tmp_path)
    assert (folder.value.path, folder.value.reason) == (str(tmp_path), "Is a directory")


def test_a_file_that_must_not_be_replaced_is_named_with_what_may_be() -> None:
    refused = FileInTheWay("brev.html", "an earlier report")
    assert str(refused) == (
        "brev.html: there is another file, expected a free path or an earlier report, "
        "choose another path"
    )
    assert str(FileInTheWay("a.csv")) == (
        "a.csv: there is something already, expected a free path, choose another path"
    )
    assert (refused.path, refused.ours) == ("brev.html", "an earlier report")


def test_a_port_that_cannot_be_used_says_why_and_how_to_take_another() -> None:
    refused = PortInUse(8765, "Address already in use")
    assert str(refused) == (
        "port 8765 of 127.0.0.1 cannot be used (Address already in use), expected a free one, "
        "choose another with --port, or --port 0 for any"
    )
    assert (refused.port, refused.reason) == (8765, "Address already in use")


# -- questions


def test_an_unknown_name_suggests_the_nearest_or_lists_the_first_few() -> None:
    near = UnknownName("unit", "ks", ["KF", "KS"])
    assert str(near) == "no unit 'ks', expected 'KS'"
    assert (near.kind, near.name, near.expected) == ("unit", "ks", "'KS'")
    none = str(UnknownName("unit", "KS", []))
    assert none == "no unit 'KS', expected one that was recorded, and none was so far"


def test_an_unknown_position_says_how_far_the_log_goes() -> None:
    refused = UnknownPosition(12, 7)
    assert str(refused) == "no entry #12, expected a position from #0 to #7"
    assert (refused.position, refused.head) == (12, 7)


# -- faults


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        pytest.param(Fault("it is empty"), "it is empty", id="what"),
        pytest.param(
            Fault("it is empty", "some text"), "it is empty, expected some text", id="expected"
        ),
        pytest.param(
            Fault("it is empty", "some text", "leave it out", "note", "fil.jsonl:3"),
            "fil.jsonl:3: note: it is empty, expected some text, leave it out",
            id="all",
        ),
        pytest.param(Fault("missing", todo="add it"), "missing, add it", id="what to do"),
    ],
)
def test_a_fault_says_what_where_what_was_expected_and_what_to_do(fault: Fault, text: str) -> None:
    assert str(fault) == text
    assert str(ValueRefused(fault)) == str(EntriesRefused([fault])) == text


def test_a_fault_is_placed_from_the_inside_out() -> None:
    fault = Fault("missing", field="date").at(field="decision").at("fil.jsonl:3")
    assert (fault.where, fault.field) == ("fil.jsonl:3", "decision.date")
    assert fault.at(field="replacement").field == "replacement.decision.date"
    assert fault.at("entry 2").where == "entry 2"
    assert fault.at("") == fault


def test_refused_values_list_every_fault_on_a_line_of_its_own() -> None:
    faults = Fault("missing", field="unit"), Fault("it is empty", field="note")
    for refused in (ValueRefused(*faults), EntriesRefused(faults)):
        assert str(refused) == "unit: missing\nnote: it is empty"
        assert refused.faults == faults
    assert ValueRefused(*faults).fault == faults[0]


def test_every_error_is_of_one_root() -> None:
    now = datetime(2020, 6, 8, tzinfo=UTC)
    made: list[Exception] = [
        ValueRefused(),
        EntriesRefused([]),
        ClockError(now),
        UndecodableEntry("budget.adopted.v1", "truncated"),
        AmountDamaged(5, 10),
        UnknownStoredName("budget.dreamt.v1"),
        StorageError.of("prov.db", "disk I/O error"),
        FileUnreadable("beslut.jsonl", "gone"),
        UnknownName("unit", "KS", []),
        UnknownPosition(1, 0),
    ]
    assert all(isinstance(error, StyrledgerError) for error in made)
    assert isinstance(made[0], ValueError)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            LedgerExists(URL, "a ledger in the schema h", "schema"),
            (
                "there is already a ledger in the schema h, expected a free schema, choose "
                "another or open this one"
            ),
        ),
        (
            LedgerNotFound(URL, "the schema holds no ledger", "URL"),
            (
                "the schema holds no ledger, expected a ledger, make one with: styrledger init "
                "URL --organisation NAME"
            ),
        ),
        (
            LedgerUnfinished(URL, "a restore into it was begun", "restore it again"),
            (
                "no ledger yet (a restore into it was begun), expected a finished one, restore "
                "it again"
            ),
        ),
        (
            ServerUnreachable(URL, "Connection refused"),
            (
                "the server cannot be reached (Connection refused), nothing was recorded, start "
                "it or check host and port, and try again"
            ),
        ),
        (
            AccessDenied(URL, "password authentication failed"),
            (
                "the server refused the account (password authentication failed), expected one "
                "with a right to this, check user, password and grants"
            ),
        ),
        (
            DatabaseNotFound(URL),
            (
                "the server has no such database, expected one that exists, check the name or "
                "make it with: createdb NAME"
            ),
        ),
        (
            CommitUnknown(URL, "server closed the connection"),
            (
                "the server did not confirm the commit (server closed the connection), it "
                "is unknown whether all of it was recorded or nothing, record it again when the "
                "server answers: an entry whose key was recorded is not recorded twice; look in "
                "the log for those without"
            ),
        ),
    ],
    ids=lambda given: type(given).__name__,
)
def test_what_goes_wrong_on_a_server_says_what_became_of_it(error: LedgerError, text: str) -> None:
    assert str(error) == f"{URL}: {text}"
    assert error.path == URL


# -- their parts


def test_the_nearest_name_is_found_whatever_its_letters() -> None:
    assert nearest("budget.Revise", ["budget.adopted", "budget.revised"]) == "'budget.revised'"
    assert nearest("x", ["B", "A"]) == "one of 'A', 'B'"
    assert nearest("x", []) == "one that was recorded, and none was so far"


def test_a_long_list_of_names_is_cut() -> None:
    assert listed(["a", "b"]) == "'a', 'b'"
    assert listed(["a", "b", "c", "d"], most=2) == "'a', 'b' and 2 more"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param("KS", "'KS'", id="a text"),
        pytest.param("a\nb\0", "'a\\nb\\x00'", id="control characters"),
        pytest.param("x" * 61, f"'{'x' * 60}'… (61 characters)", id="a long text"),
        pytest.param([0] * 100, "[" + "0, " * 19 + "0…", id="a long list"),
        pytest.param(10**5000, "a number of thousands of digits", id="a number without end"),
        pytest.param(None, "None", id="nothing"),
    ],
)
def test_a_value_is_shown_escaped_and_cut(value: object, shown: str) -> None:
    assert quoted(value) == shown
