"""The organisation on a day: units that are registered, move, change name, start and close."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from styrledger.amounts import Amount
from styrledger.errors import UnknownName
from styrledger.events.entry import Entry
from styrledger.events.units import (
    UnitActivated,
    UnitClosed,
    UnitComposed,
    UnitDeactivated,
    UnitMoved,
    UnitRegistered,
    UnitRenamed,
)
from styrledger.ledger import Ledger
from styrledger.projections.units import Unit

from .ledgers import adopted, corrected, new_ledger, register, withdrawn

STAFF = Entry(
    UnitRegistered(unit="Krisledning", kind="management_group", name="Central krisledning"),
    effective="2020-01-01",
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Give a ledger whose first three entries register the units KF, KS and SN from 2019."""
    with new_ledger(tmp_path / "prov.db") as made:
        yield made


def unit(ledger: Ledger, code: str = "KS", on: str = "2020-12-31") -> Unit:
    found = ledger.as_of(on).unit(code)
    assert found is not None
    return found


def codes(ledger: Ledger, on: str = "2020-12-31", known: int | None = None) -> list[str]:
    return [found.unit for found in ledger.as_of(on, known=known).units()]


def test_a_unit_exists_from_the_day_it_is_registered(ledger: Ledger) -> None:
    ledger.record(STAFF)
    assert codes(ledger, "2018-12-31") == []
    assert codes(ledger, "2019-12-31") == ["KF", "KS", "SN"]
    assert codes(ledger, "2020-01-01") == ["KF", "KS", "Krisledning", "SN"]
    assert ledger.as_of("2019-12-31").unit("Krisledning") is None


def test_a_unit_as_json_tells_all_about_it_and_every_entry_behind_it(ledger: Ledger) -> None:
    ledger.record(STAFF)
    ledger.record(
        Entry(
            UnitActivated(unit="Krisledning", level="stabsläge"),
            "KS 2020-03-12",
            note="Pandemin.",
        )
    )
    assert unit(ledger, "Krisledning").as_dict() == {
        "unit": "Krisledning",
        "kind": "management_group",
        "name": "Central krisledning",
        "parent": None,
        "active": True,
        "level": "stabsläge",
        "closed": False,
        "into": None,
        "roles": (),
        "trail": [
            {
                "position": 4,
                "type": "unit.registered",
                "decision": None,
                "effective": "2020-01-01",
                "note": None,
            },
            {
                "position": 5,
                "type": "unit.activated",
                "decision": "KS 2020-03-12",
                "effective": "2020-03-12",
                "note": "Pandemin.",
            },
        ],
    }


def test_a_unit_starts_stops_and_starts_again(ledger: Ledger) -> None:
    ledger.record(
        STAFF,
        Entry(UnitActivated(unit="Krisledning", level="stabsläge"), effective="2020-03-12"),
        Entry(UnitDeactivated(unit="Krisledning"), effective="2020-06-15"),
        Entry(UnitActivated(unit="Krisledning"), effective="2020-11-01"),
    )
    then = [
        (found.active, found.level)
        for on in ("2020-03-11", "2020-03-12", "2020-06-15", "2020-11-01")
        for found in [unit(ledger, "Krisledning", on)]
    ]
    assert then == [(None, None), (True, "stabsläge"), (False, None), (True, None)]


def test_a_unit_answers_to_another_parent_from_the_day_it_moves(ledger: Ledger) -> None:
    child = UnitRegistered(unit="KSF", kind="department", parent="KS")
    ledger.record(
        Entry(child, effective="2019-01-01"),
        Entry(UnitMoved(unit="KSF", parent="SN"), effective="2020-07-01"),
    )
    assert unit(ledger, "KSF", "2020-06-30").parent == "KS"
    assert unit(ledger, "KSF", "2020-07-01").parent == "SN"


def test_a_unit_keeps_its_code_under_a_new_name(ledger: Ledger) -> None:
    ledger.record(
        Entry(UnitRenamed(unit="SN", name="Socialnämnden"), effective="2020-01-01"),
        Entry(UnitRenamed(unit="SN", name="Välfärdsnämnden"), effective="2020-07-01"),
    )
    then = [unit(ledger, "SN", on).name for on in ("2019-12-31", "2020-06-30", "2020-07-01")]
    assert then == [None, "Socialnämnden", "Välfärdsnämnden"]


def test_a_unit_consists_of_the_roles_that_were_said_last(ledger: Ledger) -> None:
    ledger.record(
        STAFF,
        Entry(
            UnitComposed(unit="Krisledning", roles=("stabschef", "samband")),
            effective="2020-03-12",
        ),
        Entry(UnitComposed(unit="Krisledning", roles=("stabschef",)), effective="2020-06-15"),
    )
    assert unit(ledger, "Krisledning", "2020-06-14").roles == ("stabschef", "samband")
    assert unit(ledger, "Krisledning", "2020-06-15").roles == ("stabschef",)


def test_a_closed_unit_is_still_listed_with_the_one_that_took_over(ledger: Ledger) -> None:
    ledger.record(Entry(UnitClosed(unit="SN", into="KS"), effective="2020-07-01"))
    before, after = (unit(ledger, "SN", on) for on in ("2020-06-30", "2020-07-01"))
    assert (before.closed, before.into) == (False, None)
    assert (after.closed, after.into) == (True, "KS")
    assert codes(ledger) == ["KF", "KS", "SN"]


def test_what_was_said_of_a_unit_before_it_was_registered_changes_nothing(ledger: Ledger) -> None:
    ledger.record(Entry(UnitRenamed(unit="KS", name="Styrelsen"), effective="2018-01-01"))
    assert codes(ledger, "2018-12-31") == []
    assert unit(ledger).name is None
    assert [fact.position for fact in unit(ledger).trail] == [4, 2]


def test_a_proposed_unit_event_changes_nothing(ledger: Ledger) -> None:
    ledger.record(Entry(UnitClosed(unit="SN"), "KS 2020-03-12 § 1", stage="proposed"))
    assert not unit(ledger, "SN").closed


def test_a_corrected_registration_may_move_the_day_and_the_kind(ledger: Ledger) -> None:
    replacement = Entry(UnitRegistered(unit="SN", kind="committee"), effective="2020-01-01")
    ledger.record(corrected("#3", replacement))
    assert codes(ledger, "2019-12-31") == ["KF", "KS"]
    assert unit(ledger, "SN").kind == "committee"
    assert codes(ledger, "2019-12-31", known=3) == ["KF", "KS", "SN"]


def test_a_withdrawn_unit_takes_no_answer_with_it(ledger: Ledger) -> None:
    ledger.record(adopted("100 tkr", "KF 2019-06-10 § 109"))
    ledger.record(withdrawn("#2"))
    now, then = ledger.as_of("2020-12-31"), ledger.as_of("2020-12-31", known="#4")
    assert [found.unit for found in now.units()] == ["KF", "SN"]
    assert [found.unit for found in then.units()] == ["KF", "KS", "SN"]
    for view in (now, then):
        assert view.budget("KS", 2020).amount == Amount("100 tkr")
        assert [found.unit for found in view.budgets(2020)] == ["KS"]


def test_a_withdrawn_unit_may_be_registered_again(ledger: Ledger) -> None:
    ledger.record(withdrawn("#3"))
    ledger.record(register("SN"))
    assert codes(ledger) == ["KF", "KS", "SN"]
    assert codes(ledger, known=4) == ["KF", "KS"]


def test_a_unit_that_was_never_registered_is_unknown_with_a_suggestion(ledger: Ledger) -> None:
    view = ledger.as_of("2020-12-31")
    for ask in (lambda: view.unit("KSS"), lambda: view.budget("KSS", 2020)):
        with pytest.raises(UnknownName) as refused:
            ask()
        assert str(refused.value) == "no unit 'KSS', expected 'KS'"
        assert (refused.value.kind, refused.value.name) == ("unit", "KSS")
    with pytest.raises(UnknownName) as none_near:
        view.pending(2020, unit="Överförmyndaren")
    expected = "no unit 'Överförmyndaren', expected one of 'KF', 'KS', 'SN'"
    assert str(none_near.value) == expected
