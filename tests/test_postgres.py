"""A ledger on a PostgreSQL server: its tables only grow, whoever connects, whatever breaks."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from styrledger.codec import read_entry
from styrledger.errors import (
    AccessDenied,
    CommitUnknown,
    DatabaseNotFound,
    LedgerBusy,
    LedgerNotFound,
    LedgerReadOnly,
    MissingExtraError,
    PlaceError,
    ServerUnreachable,
    StorageError,
)
from styrledger.ledger import Ledger
from styrledger.store import open_log, read_place
from styrledger.store.postgres.log import PostgresLog

from .commands import one_krona, python, run
from .cutting import Moment, cutting
from .ledgers import UNITS, SetClock, adopted, new_ledger, register, revised
from .postgres import OWNER, Cluster, program

FRAME = adopted("100 tkr", "KF 2019-06-10 § 109", key="ram")
RAISE = revised("5 tkr", "KF 2020-02-10 § 9", key="höjning")

_schemas = count(1)


@pytest.fixture(name="schema")
def _schema(cluster: Cluster) -> Generator[str]:
    """Give the name of a schema that holds a ledger with the units (#1 to #3) and a frame (#4)."""
    name = f"p_{next(_schemas)}"
    with new_ledger(cluster.url(name)) as ledger:
        ledger.record(FRAME)
    yield name
    cluster.sql(f"DROP SCHEMA IF EXISTS {name} CASCADE")


@pytest.fixture(name="url")
def _url(cluster: Cluster, schema: str) -> str:
    return cluster.url(schema)


def recorded(url: str) -> list[int]:
    with Ledger.open(url, read_only=True) as ledger:
        return [one.position for one in ledger.history()]


# -- tables that only grow


@pytest.mark.parametrize("table", ["stored_events", "ledger", "checkpoints"])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {} SET {} = {}",
        "DELETE FROM {}",
        "TRUNCATE {}",
        "SET session_replication_role = replica; DELETE FROM {}",
    ],
)
def test_the_tables_refuse_every_change_even_from_their_owner(
    cluster: Cluster, schema: str, table: str, change: str
) -> None:
    column = {"stored_events": "topic", "ledger": "organisation", "checkpoints": "text"}[table]
    with pytest.raises(psycopg.errors.RestrictViolation, match="the log is append-only"):
        cluster.sql(change.format(f"{schema}.{table}", column, column))
    assert recorded(cluster.url(schema)) == [1, 2, 3, 4]


def test_an_insert_cannot_replace_an_entry(cluster: Cluster, schema: str) -> None:
    with pytest.raises(psycopg.errors.RestrictViolation):
        cluster.sql(
            f"INSERT INTO {schema}.stored_events SELECT * FROM {schema}.stored_events"
            " ON CONFLICT (originator_id, originator_version) DO UPDATE SET topic = 'x'"
        )


@pytest.mark.parametrize("positions", [(6,), (0,), (-1,), (5, 7), (6, 5, 8), (7, 6)])
def test_an_entry_only_follows_the_newest(
    cluster: Cluster, schema: str, positions: tuple[int, ...]
) -> None:
    rows = ", ".join(f"('x', {number}, 'x', '', {number})" for number in positions)
    with pytest.raises(psycopg.errors.CheckViolation, match="only follows the newest"):
        cluster.sql(f"INSERT INTO {schema}.stored_events VALUES {rows}")
    assert recorded(cluster.url(schema)) == [1, 2, 3, 4]


def test_a_ledger_has_one_identity(cluster: Cluster, schema: str) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        cluster.sql(f"INSERT INTO {schema}.ledger VALUES ('x', 'x', 1, 'x')")


def test_what_is_rolled_back_leaves_no_gap(cluster: Cluster, schema: str, url: str) -> None:
    with cluster.connect() as other, other.transaction(force_rollback=True):
        other.execute(f"INSERT INTO {schema}.stored_events VALUES ('x', 1, 'x', '', 5)".encode())
    with Ledger.open(url) as ledger:
        for _ in range(3):
            ledger.record_all([RAISE], dry_run=True)
        assert [one.position for one in ledger.record(RAISE)] == [5]


def test_an_entry_is_found_by_its_position_without_looking_at_others(
    cluster: Cluster, url: str
) -> None:
    place = read_place(url)
    with closing(open_log(place)) as log, cluster.connect() as connection:
        assert isinstance(log, PostgresLog)
        connection.execute("SET enable_seqscan = off")
        query = log.statements.rows % (b"7", b"10")
        plan = "\n".join(row[0] for row in connection.execute(b"EXPLAIN " + query))
    assert "Index Scan using stored_events_notification_id_idx" in plan
    assert "Index Cond: (notification_id > 7)" in plan
    assert "Sort" not in plan


def test_the_engines_own_recorder_reads_the_log(cluster: Cluster, schema: str, url: str) -> None:
    with PostgresDatastore(
        "postgres", str(cluster.folder), 5432, OWNER, "", schema=schema, originator_id_type="text"
    ) as datastore:
        recorder = PostgresApplicationRecorder(datastore)
        found = recorder.select_notifications(start=1, limit=10)
        assert recorder.max_notification_id() == 4
    with Ledger.open(url) as ledger:
        rows = [(r.position, r.stream, r.version, r.name, r.state) for r in ledger.rows()]
    ids = [(n.id, n.originator_id, n.originator_version, n.topic, n.state) for n in found]
    assert ids == rows


# -- the account that records


@pytest.fixture(name="app")
def _app(cluster: Cluster) -> Generator[tuple[str, str]]:
    """Give the address of a ledger for the application's account, made by ``init --sql``."""
    name = f"app_{next(_schemas)}"
    made = run("init", cluster.url(name), "--organisation", "Prov", "--sql", "--role", name)
    assert made.exit_code == 0
    done = subprocess.run(  # noqa: S603 - a program of the server
        [program("psql"), "-qX", "-v", "ON_ERROR_STOP=1", "-h", cluster.folder, "-U", OWNER,
         "postgres"],
        input=made.stdout, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    cluster.sql(f"ALTER ROLE {name} PASSWORD 'hemligt'")
    yield cluster.url(name, f"{name}:hemligt"), name
    cluster.sql(f"DROP SCHEMA {name} CASCADE", f"DROP ROLE {name}")


def test_the_account_may_record_and_read(app: tuple[str, str]) -> None:
    with Ledger.open(app[0], clock=SetClock()) as ledger:
        ledger.record(*map(register, UNITS))
        ledger.record(FRAME, RAISE)
        assert str(ledger.as_of("2020-12-31").budget("KS", 2020).amount) == "105 tkr"
        assert ledger.checkpoint() == ledger.issued()[0].text
        assert ledger.wait(0) == 5
    found = run("verify", "--ledger", app[0])
    assert (found.exit_code, "nothing is wrong" in found.stdout) == (0, True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {0}.stored_events SET topic = topic",
        "DELETE FROM {0}.stored_events",
        "TRUNCATE {0}.stored_events",
        "DROP TABLE {0}.stored_events",
        "ALTER TABLE {0}.stored_events DISABLE TRIGGER ALL",
        "ALTER TABLE {0}.stored_events ADD COLUMN more text",
        "DROP TRIGGER stored_events_refuse ON {0}.stored_events",
        (
            "CREATE TRIGGER other BEFORE INSERT ON {0}.stored_events"
            " EXECUTE FUNCTION {0}.styrledger_refuse()"
        ),
        (
            "CREATE OR REPLACE FUNCTION {0}.styrledger_refuse() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN NULL; END'"
        ),
        "SET session_replication_role = replica",
        "INSERT INTO {0}.ledger VALUES ('x', 'x', 1, 'x')",
        "UPDATE {0}.ledger SET organisation = 'Annan'",
        "DELETE FROM {0}.checkpoints",
        "CREATE TABLE {0}.other (x int)",
        "DROP SCHEMA {0} CASCADE",
    ],
)
def test_the_account_may_do_nothing_else(
    cluster: Cluster, app: tuple[str, str], statement: str
) -> None:
    with (
        cluster.connect(user=app[1], password="hemligt") as connection,  # noqa: S106
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.format(app[1]).encode())


def test_init_gives_a_role_its_rights(cluster: Cluster) -> None:
    cluster.sql("CREATE ROLE läsare LOGIN PASSWORD 'x'")
    url = cluster.url("given")
    said = run("init", url, "--organisation", "Prov", "--role", "läsare")
    assert (said.exit_code, "hemligt" in said.stdout) == (0, False)
    with Ledger.open(cluster.url("given", "l%C3%A4sare:x")) as ledger:
        assert len(ledger.record(*map(register, UNITS))) == 3
    cluster.sql("DROP SCHEMA given CASCADE", "DROP ROLE läsare")


def test_an_account_without_rights_is_told_so(cluster: Cluster, schema: str) -> None:
    cluster.sql("CREATE ROLE utan LOGIN PASSWORD 'x'")
    with pytest.raises(AccessDenied, match="permission denied for schema"):
        Ledger.open(cluster.url(schema, "utan:x"))
    with pytest.raises(AccessDenied, match="permission denied for database"):
        Ledger.create(cluster.url("annat", "utan:x"), organisation="Prov")
    cluster.sql(f"GRANT USAGE ON SCHEMA {schema} TO utan")
    cluster.sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO utan")
    with Ledger.open(cluster.url(schema, "utan:x")) as reader:
        assert reader.head() == 4
        with pytest.raises(LedgerReadOnly):
            reader.record(RAISE)
    cluster.sql("DROP OWNED BY utan", "DROP ROLE utan")


# -- what the settings of others cannot change


def test_no_environment_variable_moves_the_ledger(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = tmp_path / "service.conf"
    service.write_text("[annan]\nhost=finns.ej.invalid\nport=1\ndbname=template1\n")
    elsewhere = {
        "PGHOST": "finns.ej.invalid",
        "PGHOSTADDR": "192.0.2.1",
        "PGPORT": "1",
        "PGDATABASE": "template1",
        "PGOPTIONS": "-c search_path=elsewhere -c default_transaction_read_only=on",
        "PGTARGETSESSIONATTRS": "standby",
        "PGCLIENTENCODING": "LATIN1",
        "PGSERVICE": "annan",
        "PGSERVICEFILE": str(service),
        "PERSISTENCE_MODULE": "eventsourcing.popo",
        "POSTGRES_DBNAME": "template1",
        "POSTGRES_SCHEMA": "elsewhere",
    }
    with monkeypatch.context() as environ:
        for name, value in elsewhere.items():
            environ.setenv(name, value)
        with Ledger.open(url) as ledger:
            ledger.record(RAISE)
            assert (ledger.head(), ledger.as_of().basis.position) == (5, 5)
            assert ledger.wait(0) == 5
        assert run("verify", "--ledger", url).exit_code == 0
    assert recorded(url) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "setting",
    [
        "default_transaction_isolation = 'serializable'",
        "default_transaction_read_only = on",
        "search_path = 'pg_temp, elsewhere'",
        "bytea_output = 'escape'",
        "standard_conforming_strings = off",
        "synchronous_commit = off",
        "datestyle = 'German'",
    ],
)
def test_settings_of_the_account_change_nothing(
    cluster: Cluster, schema: str, setting: str
) -> None:
    cluster.sql(
        "CREATE ROLE inställd LOGIN PASSWORD 'x' SUPERUSER", f"ALTER ROLE inställd SET {setting}"
    )
    url = cluster.url(schema, "inst%C3%A4lld:x")
    try:
        with Ledger.open(url) as ledger:
            ledger.record(RAISE)
            assert str(ledger.as_of("2020-12-31").budget("KS", 2020).amount) == "105 tkr"
        assert run("verify", "--ledger", url).exit_code == 0
        with Ledger.create(f"{url}_anew", organisation="Å \\ 'x'") as made:
            assert made.identity.organisation == "Å \\ 'x'"
    finally:
        cluster.sql("DROP OWNED BY inställd CASCADE", "DROP ROLE inställd")


@pytest.mark.parametrize(
    ("given", "used"),
    [("off", "on"), ("local", "on"), ("remote_write", "on"), ("remote_apply", "remote_apply")],
)
def test_a_commit_is_on_the_disk_whatever_the_account_is_set_to(
    cluster: Cluster, url: str, schema: str, given: str, used: str
) -> None:
    cluster.sql(
        f"CREATE TABLE {schema}.seen (setting text)",
        f"CREATE FUNCTION {schema}.see() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO"
        f" {schema}.seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END$$",
        f"CREATE TRIGGER see AFTER INSERT ON {schema}.stored_events"
        f" EXECUTE FUNCTION {schema}.see()",
        f"ALTER ROLE {OWNER} SET synchronous_commit = {given}",
    )
    try:
        with Ledger.open(url) as ledger:
            ledger.record(RAISE)
    finally:
        cluster.sql(f"ALTER ROLE {OWNER} RESET synchronous_commit")
    assert cluster.sql(f"SELECT * FROM {schema}.seen") == [(used,)]


def test_another_encoding_than_utf_8_is_refused(cluster: Cluster) -> None:
    cluster.sql("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(StorageError, match="the encoding of the database is LATIN1"):
        Ledger.create(cluster.url(database="latin"), organisation="Prov")
    cluster.sql("DROP DATABASE latin")


# -- what cannot be reached


def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    url = f"postgresql://a:hemligt@/db?host={tmp_path}"
    with pytest.raises(ServerUnreachable) as refused:
        Ledger.open(url)
    assert "hemligt" not in str(refused.value)
    found = run("units", "--ledger", url)
    assert (found.exit_code, len(found.stderr.splitlines())) == (2, 1)
    assert "hemligt" not in found.stderr


def test_a_wrong_password_is_told_and_not_shown(cluster: Cluster, schema: str) -> None:
    cluster.sql("CREATE ROLE med LOGIN PASSWORD 'rätt'")
    url = cluster.url(schema, "med:fel-l%C3%B6sen")
    with pytest.raises(AccessDenied, match="password authentication failed") as refused:
        Ledger.open(url)
    assert "fel-l" not in str(refused.value) + repr(read_place(url))
    with pytest.raises(AccessDenied):
        Ledger.create(url, organisation="Prov")
    with pytest.raises(AccessDenied):
        Ledger.open(cluster.url(schema, "ingen"))
    cluster.sql("DROP ROLE med")


def test_an_account_that_is_not_there_is_told(cluster: Cluster, schema: str) -> None:
    with pytest.raises(AccessDenied):
        Ledger.open(cluster.url(schema, "finns_ej:x"))


def test_a_parameter_that_does_not_exist_is_told(url: str) -> None:
    with pytest.raises(PlaceError, match='invalid connection option "finns_ej"'):
        Ledger.open(f"{url}&finns_ej=1")


@pytest.mark.parametrize("option", [("--sql",), ("--role", "app")])
def test_a_file_has_no_roles_and_no_sql(tmp_path: Path, option: tuple[str, ...]) -> None:
    refused = run("init", tmp_path / "a.db", "--organisation", "Prov", *option)
    assert (refused.exit_code, "needs a postgresql:// address" in refused.stderr) == (2, True)
    assert [*tmp_path.iterdir()] == []


def test_a_database_that_is_not_there_is_told(cluster: Cluster) -> None:
    with pytest.raises(DatabaseNotFound):
        Ledger.open(cluster.url(database="finns_ej"))


def test_a_schema_without_a_ledger_is_told(cluster: Cluster) -> None:
    for command in ("units", "verify"):
        found = run(command, "--ledger", cluster.url("tomt"))
        assert (found.exit_code, "the schema holds no ledger" in found.stderr) == (2, True)
    with pytest.raises(LedgerNotFound):
        Ledger.open(cluster.url("tomt"))


def test_a_schema_beside_other_tables_can_hold_a_ledger(cluster: Cluster) -> None:
    cluster.sql("CREATE SCHEMA delat CREATE TABLE annat (x int)")
    url = cluster.url("delat")
    with new_ledger(url):
        pass
    assert run("verify", "--ledger", url).exit_code == 0
    cluster.sql("DROP SCHEMA delat CASCADE")


def test_without_psycopg_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*sys.modules]:
        if name.partition(".")[0] == "psycopg" or name.startswith("styrledger.store.postgres"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'styrledger\[postgres\]'"):
        Ledger.open("postgresql://localhost/db")


# -- what breaks on the way


def test_a_writer_waits_for_another_and_then_gives_up(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(open_log(read_place(url))) as other, other.writing(SetClock()):
        monkeypatch.setattr("styrledger.store.log.LOCK_TIMEOUT", 0.05)
        ledger = Ledger.open(url)
        with pytest.raises(LedgerBusy):
            ledger.record(RAISE)
        assert ledger.as_of().basis.position == 4
    assert len(ledger.record(RAISE)) == 1
    ledger.close()


def test_whoever_inserts_waits_for_the_writer(cluster: Cluster, schema: str, url: str) -> None:
    insert = f"INSERT INTO {schema}.stored_events VALUES ('x', 1, 'x', '', 5)"
    with closing(open_log(read_place(url))) as log, log.writing(SetClock()):
        with pytest.raises(psycopg.errors.LockNotAvailable):
            cluster.sql("SET lock_timeout = '50ms'", insert)
        assert log.head() == 4


@pytest.mark.parametrize(("moment", "kept"), [("before", 4), ("after", 5)])
def test_a_connection_lost_at_the_commit_is_told_and_a_retry_records_once(
    cluster: Cluster, schema: str, moment: Moment, kept: int
) -> None:
    with cutting(cluster.folder) as (way, folder):
        with Ledger.open(cluster.url(schema, host=str(folder))) as ledger:
            way.moment = moment
            with pytest.raises(CommitUnknown) as lost:
                ledger.record(RAISE)
            way.moment = "never"
            assert recorded(cluster.url(schema)) == [*range(1, kept + 1)]
            (again,) = ledger.record(RAISE)
            assert again.position == 5
        assert "unknown whether all of it was recorded or nothing" in str(lost.value)
    assert recorded(cluster.url(schema)) == [1, 2, 3, 4, 5]


def test_a_connection_lost_before_the_commit_records_nothing(cluster: Cluster, url: str) -> None:
    def entries() -> Generator[Any]:
        yield from (revised("1 kr", "KF 2020-02-10 § 9", key=str(n)) for n in range(1500))
        cluster.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'styrledger'"
        )
        yield from (revised("1 kr", "KF 2020-02-10 § 9", key=str(n)) for n in range(1500, 4000))

    with Ledger.open(url) as ledger:
        with pytest.raises((ServerUnreachable, CommitUnknown)) as lost:
            ledger.record_all(entries())
        assert ledger.head() == 4
        assert ledger.record(RAISE)[0].position == 5
    assert isinstance(lost.value, ServerUnreachable)


def test_a_ledger_stays_open_over_a_server_that_is_killed_and_comes_back() -> None:
    cluster = Cluster()  # with the durability that it has in service
    try:
        url = cluster.url()
        with new_ledger(url) as ledger:
            ledger.record(FRAME)
            cluster.kill()
            with pytest.raises(ServerUnreachable):
                ledger.record(RAISE)
            with pytest.raises(ServerUnreachable):
                ledger.as_of()
            cluster.start()
            assert ledger.as_of().basis.position == 4
            cluster.kill()
            cluster.start()
            assert ledger.record(FRAME, RAISE)[1].position == 5
        assert run("verify", "--ledger", url).exit_code == 0
    finally:
        cluster.remove()


ACKNOWLEDGING = """
import json, sys
from styrledger.codec import read_entry
from styrledger.errors import StyrledgerError
from styrledger.ledger import Ledger
url, entries = json.load(sys.stdin)
with Ledger.open(url) as ledger:
    for entry in entries:
        try:
            (recorded,) = ledger.record(read_entry(entry))
        except StyrledgerError as error:
            print(json.dumps(type(error).__name__))
            break
        print(json.dumps([entry["key"], recorded.position]), flush=True)
"""
WRITERS, EACH = 3, 2000


def test_a_killed_server_loses_nothing_that_was_acknowledged() -> None:
    cluster = Cluster()
    try:
        url = cluster.url()
        with new_ledger(url):
            pass
        work = [[one_krona(writer, n) for n in range(EACH)] for writer in range(WRITERS)]
        writers = [python(ACKNOWLEDGING) for _ in work]
        for writer, entries in zip(writers, work, strict=True):
            assert writer.stdin is not None
            assert writer.stdout is not None
            json.dump([url, entries], writer.stdin)
            writer.stdin.close()
            json.loads(writer.stdout.readline())
        cluster.kill()
        told = [json.loads(line) for writer in writers for line in writer.stdout or ()]
        for writer in writers:
            with writer:
                assert writer.wait() == 0
        cluster.start()
        ended = [one for one in told if isinstance(one, str)]
        assert len(ended) == WRITERS
        assert {*ended} <= {"CommitUnknown", "ServerUnreachable"}
        with Ledger.open(url) as ledger:
            kept = {one.entry.key: one.position for one in ledger.history(type="budget")}
            acknowledged = dict(one for one in told if not isinstance(one, str))
            assert acknowledged.items() <= kept.items()
            assert [row.position for row in ledger.rows()] == [*range(1, len(kept) + 4)]
            again = ledger.record_all(map(read_entry, (one for each in work for one in each)))
            assert (again.already, again.recorded) == (len(kept), WRITERS * EACH - len(kept))
        assert run("verify", "--ledger", url).exit_code == 0
    finally:
        cluster.remove()


# -- what the check finds

CHANGES: dict[str, tuple[str, str]] = {
    "a trigger that was dropped": (
        "DROP TRIGGER stored_events_refuse ON {0}.stored_events",
        "schema: the trigger stored_events_refuse is missing",
    ),
    "a trigger that was disabled": (
        "ALTER TABLE {0}.checkpoints DISABLE TRIGGER checkpoints_refuse",
        "schema: the trigger checkpoints_refuse was changed",
    ),
    "a trigger that others may skip": (
        "ALTER TABLE {0}.ledger ENABLE TRIGGER ledger_refuse",
        "schema: the trigger ledger_refuse was changed",
    ),
    "a trigger that was added": (
        (
            "CREATE TRIGGER extra BEFORE INSERT ON {0}.stored_events"
            " EXECUTE FUNCTION {0}.styrledger_refuse()"
        ),
        "schema: the trigger extra is no part of a ledger",
    ),
    "a function that does nothing": (
        (
            "CREATE OR REPLACE FUNCTION {0}.styrledger_refuse() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN NULL; END'"
        ),
        "schema: the function styrledger_refuse was changed",
    ),
    "a rule": (
        "CREATE RULE hidden AS ON INSERT TO {0}.stored_events DO INSTEAD NOTHING",
        "schema: the rule hidden is no part of a ledger",
    ),
    "a column": (
        "ALTER TABLE {0}.stored_events ADD COLUMN more text",
        "schema: the table stored_events was changed",
    ),
    "an index that is gone": (
        "DROP INDEX {0}.stored_events_notification_id_idx",
        "schema: the index stored_events_notification_id_idx is missing",
    ),
    "row security": (
        "ALTER TABLE {0}.stored_events ENABLE ROW LEVEL SECURITY",
        "schema: the table stored_events was changed",
    ),
    "a table that inherits": (
        "CREATE TABLE {0}.child () INHERITS ({0}.stored_events)",
        "schema: the child table {0}.child is no part of a ledger",
    ),
    "a right that is too much": (
        "GRANT UPDATE ON {0}.stored_events TO PUBLIC",
        "schema: the grant update on stored_events to everybody is no part of a ledger",
    ),
    "an entry that was changed": (
        (
            "SET session_replication_role = origin;"
            "ALTER TABLE {0}.stored_events DISABLE TRIGGER ALL;"
            "UPDATE {0}.stored_events SET originator_version = 7 WHERE notification_id = 4;"
            "ALTER TABLE {0}.stored_events ENABLE ALWAYS TRIGGER stored_events_refuse,"
            " ENABLE ALWAYS TRIGGER stored_events_appended"
        ),
        "version: #4 budget/2020 budget.adopted.v1: the entry has another version in its stream",
    ),
    "an entry that is gone": (
        (
            "ALTER TABLE {0}.stored_events DISABLE TRIGGER ALL;"
            "DELETE FROM {0}.stored_events WHERE notification_id = 2;"
            "ALTER TABLE {0}.stored_events ENABLE ALWAYS TRIGGER stored_events_refuse,"
            " ENABLE ALWAYS TRIGGER stored_events_appended"
        ),
        "position: #3 unit/SN unit.registered.v1: the log goes on at another position",
    ),
    "no checkpoints": (
        "DROP TABLE {0}.checkpoints",
        "schema: the table checkpoints is missing",
    ),
    "no identity": (
        "DROP TABLE {0}.ledger",
        "schema: the table ledger is missing",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_verify_finds_what_was_changed_on_the_server(
    cluster: Cluster, schema: str, change: str
) -> None:
    statement, fault = CHANGES[change]
    cluster.sql(statement.format(schema))
    found = run("verify", "--ledger", cluster.url(schema))
    assert found.exit_code == 1
    assert fault.format(schema) in found.stdout


def test_verify_finds_nothing_in_a_ledger_as_it_was_made(url: str) -> None:
    with Ledger.open(url) as ledger:
        ledger.checkpoint()
        ledger.as_of()
    found = run("verify", "--ledger", url)
    assert (found.exit_code, "nothing is wrong" in found.stdout) == (0, True)


# -- the views of a ledger on a server


def test_the_view_file_lies_in_the_users_cache(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with Ledger.open(url, read_only=True) as ledger:
        ledger.as_of()
        kept = ledger.view_path
        assert kept is not None
        assert kept.parent == tmp_path / "cache" / "styrledger"
        assert kept.name.startswith(ledger.identity.ledger)
        assert kept.exists()


def test_an_id_that_is_no_id_names_no_file(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    url = cluster.url("elak")
    made = run("init", url, "--organisation", "Prov", "--sql").stdout
    start = made.index("VALUES ('") + 9
    cluster.sql(made[:start] + "../../elak" + made[start + 36 :])
    with Ledger.open(url) as ledger:
        assert (ledger.as_of().units(), ledger.view_path) == ((), None)
    assert [*tmp_path.rglob("*elak*")] == []
    cluster.sql("DROP SCHEMA elak CASCADE")


def test_a_home_that_cannot_be_written_keeps_the_views_in_memory(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with Ledger.open(url) as ledger:
        assert (ledger.view_path, ledger.as_of().basis.position) == (None, 4)
