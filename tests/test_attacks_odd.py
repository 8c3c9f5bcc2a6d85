"""What no ledger writes, in the log or beside it, is told as a fault: nothing ends a check."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from styrledger.cli.app import main as cli
from styrledger.errors import NotALedger, UndecodableEntry
from styrledger.evidence import LOWEST
from styrledger.ledger import Ledger
from styrledger.times import LAST_POSITION
from styrledger.verifying.run import verify

from .attacks import ENTRIES, Victim, rows, sql, victim

CORRECTION = 6


@pytest.fixture(name="original", scope="module")
def _original(tmp_path_factory: pytest.TempPathFactory) -> Victim:
    return victim(tmp_path_factory.mktemp("original"))


@pytest.fixture(name="ledger")
def _ledger(original: Victim, tmp_path: Path) -> Victim:
    return original.copied(tmp_path / "copy")


def replaced(ledger: Victim, position: int, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the octets of an entry, in which all else is as the ledger writes it."""
    held = json.loads(rows(ledger.path)[1][position - 1].state)
    change(held)
    octets = json.dumps(held, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    update = "UPDATE stored_events SET state = x'{}' WHERE rowid = {}"
    sql(ledger.path, update.format(octets.hex(), position), "DELETE FROM checkpoints")


def faults(ledger: Victim, *, views: bool = True) -> list[tuple[str, int | None]]:
    """Return the kind and position of all faults, found without any checkpoint."""
    found = verify(ledger.path, ledger.views if views else None)
    return [(fault.kind, fault.position) for fault in found.faults]


INSTANTS = [
    "0001-01-01T00:00:00.000000+23:59",
    "0001-01-01T00:00:00.000000Z",
    "9999-12-31T23:59:59.999999-23:59",
    "9999-12-31T23:59:59.999999Z",
]


@pytest.mark.parametrize("moment", INSTANTS)
@pytest.mark.parametrize("position", [CORRECTION, ENTRIES])
def test_an_instant_at_an_end_of_the_calendar_is_told(
    ledger: Victim, position: int, moment: str
) -> None:
    replaced(ledger, position, lambda held: held.update(recorded_at=moment))
    assert faults(ledger)[0] == ("octets", position)
    ledger.views.unlink()
    with Ledger.open(ledger.path) as opened, pytest.raises(UndecodableEntry):
        opened.as_of()


@pytest.mark.parametrize("views", [True, False])
@pytest.mark.parametrize(("name", "value"), [("by", 1), ("position", "6"), ("position", None)])
def test_a_correction_at_or_by_what_is_no_position_or_role_is_told(
    ledger: Victim, name: str, value: object, *, views: bool
) -> None:
    replaced(ledger, CORRECTION, lambda held: held.update({name: value}))
    assert faults(ledger, views=views)[0] == ("octets", CORRECTION)


@pytest.mark.parametrize("position", [CORRECTION, ENTRIES])
def test_a_position_that_no_database_holds_is_told(ledger: Victim, position: int) -> None:
    replaced(ledger, position, lambda held: held.update(position=10**30))
    assert faults(ledger)[0] == ("position", position)


TARGETS: list[object] = [
    1,
    None,
    [],
    "zzz",
    "5",
    "#0",
    "##5",
    "# 5",
    "#9999999999999999999",
    "#" + "1" * 5000,
]


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: str(target)[:22])
def test_a_correction_of_what_is_no_entry_is_told(ledger: Victim, target: object) -> None:
    replaced(ledger, CORRECTION, lambda held: held["entry"]["event"].update(target=target))
    assert faults(ledger)[0] == ("octets", CORRECTION)
    ledger.views.unlink()
    assert faults(ledger) == [("octets", CORRECTION)]
    if target != "#0":
        with Ledger.open(ledger.path) as opened, pytest.raises(UndecodableEntry):
            opened.as_of()


def test_a_correction_without_a_reason_is_told(ledger: Victim) -> None:
    replaced(ledger, CORRECTION, lambda held: held["entry"]["event"].update(reason=None))
    assert faults(ledger, views=False) == [("octets", CORRECTION)]


@pytest.mark.parametrize("depth", range(150, 320, 20))
def test_corrections_within_corrections_never_end_a_check(ledger: Victim, depth: int) -> None:
    def nest(held: dict[str, Any]) -> None:
        event = held["entry"]["event"]
        for _ in range(depth):
            within = {"reason": "r", "replacement": event["replacement"], "target": "b"}
            entry = {"event": within, "stage": "decided"}
            event["replacement"] = {"entry": entry, "name": "entry.corrected.v1"}

    replaced(ledger, CORRECTION, nest)
    assert faults(ledger)


@pytest.mark.parametrize("position", [LOWEST, LOWEST + 1, -1, LAST_POSITION])
def test_a_row_is_found_wherever_it_is_hidden(ledger: Victim, position: int) -> None:
    update = "UPDATE stored_events SET rowid = {} WHERE rowid = {}"
    sql(ledger.path, update.format(position, ENTRIES))
    assert ("position", position) in faults(ledger)
    assert ("position", position) in faults(ledger, views=False)


def test_a_version_that_is_none_hides_no_other(ledger: Victim) -> None:
    update = "UPDATE stored_events SET originator_version = {} WHERE rowid = {}"
    sql(ledger.path, update.format("NULL", 4), update.format(1, 5))
    told = [one for one in faults(ledger) if one[0] == "version"]
    assert told == [("version", 4), ("version", 5)]


SURPLUS = {
    "instants": "(position, recorded_at) VALUES ({}, '2020-01-15T12:00:00.000000Z')",
    "keys": "(position, key) VALUES ({}, 'z')",
    "names": "(place, name) VALUES ({}, 'unit/Z')",
    "links": "(position, target, slot, withdraws) VALUES ({}, 1, 1, 0)",
    "entries": "(position) VALUES ({})",
    "search": "(rowid, text) VALUES ({}, 'hej')",
    "tiles": "(level, place, hashes) VALUES (0, {}, x'00')",
}


@pytest.mark.parametrize("table", SURPLUS)
@pytest.mark.parametrize("position", [LOWEST, 0x1000000, LAST_POSITION - 1, LAST_POSITION])
def test_a_row_of_no_entry_in_the_view_file_is_found(
    ledger: Victim, table: str, position: int
) -> None:
    sql(ledger.views, f"INSERT INTO {table} {SURPLUS[table].format(position)}")
    assert len(faults(ledger)) == 1


@pytest.mark.parametrize("value", [LOWEST, -1, 16, LAST_POSITION, 1.5, "'x'", "x'01'"])
def test_a_tile_of_no_level_or_place_is_found(ledger: Victim, value: object) -> None:
    insert = "INSERT INTO tiles (level, place, hashes) VALUES ({}, {}, x'00')"
    sql(ledger.views, insert.format(value, 0), insert.format(0, value))
    assert len(faults(ledger)) == 2


@pytest.mark.parametrize("summed", [LOWEST, 0, 1.5, 5])
def test_a_sum_that_was_changed_is_found_however_far_the_view_file_says_it_is(
    ledger: Victim, summed: float
) -> None:
    sums, position = "UPDATE sums SET ore = 1 WHERE known = {}", "UPDATE summed SET position = {}"
    sql(ledger.views, sums.format(ENTRIES), position.format(summed))
    assert ("views", ENTRIES) in faults(ledger)


STREAM = "UPDATE stored_events SET originator_id = {} WHERE rowid = 7"
TOPIC = "UPDATE stored_events SET topic = {} WHERE rowid = 7"
IDENTITY = "UPDATE ledger SET ledger = {}"
FILED = "INSERT INTO filed VALUES ('unit/KS', x'01')"
LINES = "UPDATE lines SET line = {}"


@pytest.mark.parametrize("value", ["x'ff'", "CAST(x'62ff1b5b' AS TEXT)", "char(27) || '[2J'"])
@pytest.mark.parametrize("update", [STREAM, TOPIC, IDENTITY, FILED, LINES])
def test_whatever_a_column_holds_is_told_in_print_and_in_json(
    ledger: Victim, update: str, value: str
) -> None:
    sql(ledger.views if update in {FILED, LINES} else ledger.path, update.format(value))
    for option in ((), ("--json",)):
        done = CliRunner().invoke(cli, ["verify", "--ledger", str(ledger.path), *option])
        assert done.exit_code == 1, done.output
        assert "\x1b" not in done.output
        if option:
            assert not json.loads(done.stdout)["ok"]


ENDLESS = "CREATE VIEW {} AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) {}"
QUERIES = {
    "filed": "SELECT 'a' AS subject, x AS position FROM c",
    "names": "SELECT x AS place, 'a' AS name FROM c",
    "ledger": "SELECT 'a' AS ledger, 'b' AS organisation, 1 AS contract, 'c' AS created_at FROM c",
    "checkpoints": "SELECT 'a' AS text, 'b' AS key FROM c",
}


@pytest.mark.parametrize("table", QUERIES)
def test_a_query_without_end_in_the_place_of_a_table_is_not_asked(
    ledger: Victim, table: str
) -> None:
    statements = (f"DROP TABLE {table}", ENDLESS.format(table, QUERIES[table]))
    if table in {"filed", "names"}:
        sql(ledger.views, *statements)
        found = ledger.check()
        assert [fault.what for fault in found.faults] == ["the view file has other tables"]
        assert found.views == "not compared: its tables are not those of a view file"
        return
    connection = sqlite3.connect(ledger.path)
    connection.executescript(";".join(statements))
    connection.close()
    with pytest.raises(NotALedger, match="a view stands in the place of a table"):
        ledger.check()


@pytest.mark.parametrize("value", ["'abc'", "1.5", "x'00'", "'12 kr and more'"])
def test_all_lines_are_right_where_a_sum_in_the_view_file_is_none(
    ledger: Victim, value: str
) -> None:
    with Ledger.open(ledger.path) as opened:
        right = dict(opened.as_of().balances(2020))
    sql(ledger.views, f"UPDATE sums SET ore = {value}")  # noqa: S608 - the values above
    with Ledger.open(ledger.path) as opened:
        assert dict(opened.as_of().balances(2020)) == right
