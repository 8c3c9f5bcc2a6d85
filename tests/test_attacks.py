"""Whatever is done to a ledger behind its back is found, but for the one thing that cannot be."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from styrledger.errors import AmountDamaged
from styrledger.ledger import Ledger

from .attacks import ANCHORED, ATTACKS, ENTRIES, UNFINDABLE, Attack, Victim, rows, sql, victim


@pytest.fixture(name="original", scope="module")
def _original(tmp_path_factory: pytest.TempPathFactory) -> Victim:
    return victim(tmp_path_factory.mktemp("original"))


@pytest.fixture(name="ledger")
def _ledger(original: Victim, tmp_path: Path) -> Victim:
    return original.copied(tmp_path / "copy")


def test_the_ledger_before_any_attack_is_as_it_was_recorded(ledger: Victim) -> None:
    found = ledger.check()
    assert (found.faults, found.entries, found.unanchored) == ((), ENTRIES, ENTRIES)


def test_there_are_56_attacks() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) == 56


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_found_where_it_was_made(ledger: Victim, attack: Attack) -> None:
    attack.make(ledger)
    if not attack.keeps_views:
        ledger.views.unlink()
    if not attack.keeps_issued:
        sql(ledger.path, "DELETE FROM checkpoints")
    found = ledger.check()
    assert not found.ok
    positions = [fault.position for fault in found.faults]
    assert attack.position in positions
    if attack.position is not None:
        assert any(re.match(rf"#{attack.position}\b", str(fault)) for fault in found.faults)
    assert ledger.check(held=False).ok == (not attack.alone)


def test_what_follows_the_last_checkpoint_held_outside_cannot_be_found(ledger: Victim) -> None:
    before = rows(ledger.path)[1]
    UNFINDABLE.make(ledger)
    ledger.views.unlink()
    assert rows(ledger.path)[1] != before
    found = ledger.check()
    assert found.ok
    assert found.unanchored == ANCHORED + 1


@pytest.mark.parametrize("ask", ["budget", "balances"])
def test_a_question_about_an_amount_that_was_changed_says_what_to_do(
    ledger: Victim, ask: str
) -> None:
    update = "UPDATE stored_events SET state = CAST(replace(state, '{}', '{}') AS BLOB)"
    sql(ledger.path, update.format('"ore":700000', '"ore":700001'))
    ledger.views.unlink()
    with Ledger.open(ledger.path) as opened:
        view = opened.as_of()
        asked: dict[str, Callable[[], object]] = {
            "budget": lambda: view.budget("KS", 2020),
            "balances": lambda: [*view.balances(2020).values()],
        }
        with pytest.raises(AmountDamaged) as refused:
            asked[ask]()
    assert (refused.value.ulp, refused.value.ore % 100_000) == (100_000, 1)
    assert str(refused.value) == (
        f"a sum of {refused.value.ore} öre cannot be printed at the precision of its terms, 100000 "
        "öre, expected amounts as they were recorded, run 'styrledger verify' with a checkpoint "
        "from before"
    )
    assert not ledger.check().ok


COLUMNS = ("originator_id", "originator_version", "topic", "state")


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("position", range(1, ANCHORED + 1))
def test_a_changed_byte_of_any_column_of_any_row_is_found(
    ledger: Victim, position: int, column: str
) -> None:
    ledger.views.unlink()
    connection = sqlite3.connect(ledger.path)
    query = f"SELECT CAST({column} AS BLOB) FROM stored_events WHERE rowid = ?"
    octets: bytes = connection.execute(query, (position,)).fetchone()[0]
    connection.close()
    kind = {"originator_version": "INTEGER", "state": "BLOB"}.get(column, "TEXT")
    for place in {0, len(octets) // 3, len(octets) // 2, len(octets) - 1}:
        for was, now in ((octets, _flipped(octets, place)), (None, octets)):
            sql(
                ledger.path,
                f"UPDATE stored_events SET {column} = CAST(x'{now.hex()}' AS {kind}) "
                f"WHERE rowid = {position}",
            )
            found = ledger.check()
            assert found.ok == (was is None)
            if was is not None:
                assert min(fault.position or 99 for fault in found.faults) <= position


def _flipped(octets: bytes, place: int) -> bytes:
    return octets[:place] + bytes([octets[place] ^ 8]) + octets[place + 1 :]


@pytest.mark.parametrize("column", ["ledger", "organisation", "contract", "created_at"])
def test_a_changed_identity_is_found(ledger: Victim, column: str) -> None:
    ledger.views.unlink()
    sql(ledger.path, f"UPDATE ledger SET {column} = {column} || '1'")
    found = ledger.check()
    assert next(fault.kind for fault in found.faults) == "checkpoint"
