"""Haninge 2020: nine controls, the auditor's recommendations and the crisis organisation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator

import pytest

from styrledger.demo import record_files
from styrledger.exchange.records import read_entries
from styrledger.ledger import Ledger
from styrledger.view import View

from .ledgers import ledger_file

FILES = ("01-", "02-", "03-", "04-", "05-", "08-", "09-")


@pytest.fixture(scope="module")
def haninge() -> Generator[Ledger]:
    with ledger_file() as path, Ledger.create(path, organisation="Haninge kommun") as ledger:
        for file in record_files("haninge_2020"):
            if file.name.startswith(FILES):
                ledger.record(*read_entries(file))
        yield ledger


@pytest.fixture(scope="module")
def view(haninge: Ledger) -> View:
    return haninge.as_of("2020-12-31")


def test_nine_controls_were_performed_four_with_deviations_and_five_with_minor_ones(
    view: View,
) -> None:
    results = Counter(control.result for control in view.controls())
    assert results == {"deviation": 4, "minor_deviation": 5}
    assert all(len(control.performed) == 1 for control in view.controls())


def test_the_report_prints_no_risk_scores(view: View) -> None:
    assert {control.risk for control in view.controls()} == {None}


def test_the_plan_is_that_of_the_year(view: View) -> None:
    assert {(control.plan, control.year) for control in view.controls()} == {("KS 2020", 2020)}


def test_every_deviation_has_an_action_and_no_minor_one_has(view: View) -> None:
    found = {control.control: len(control.actions) for control in view.controls()}
    assert found == {"1": 1, "2": 1, "3": 1, "4": 3, **dict.fromkeys("56789", 0)}


def test_no_action_has_a_day_and_none_is_done(view: View) -> None:
    assert [(action.due, action.completed) for action in view.actions()] == [(None, None)] * 6


def test_three_of_six_recommendations_remain(view: View) -> None:
    found = {one.recommendation: one.status for one in view.recommendations()}
    assert found == {
        **dict.fromkeys(("EY 1", "EY 2", "EY 3"), "done"),
        **dict.fromkeys(("EY 4", "EY 5", "EY 6"), "remaining"),
    }


def test_nothing_was_found_before_the_year_had_ended(haninge: Ledger) -> None:
    view = haninge.as_of("2020-12-30")
    assert (view.controls(), view.actions(), view.recommendations()) == ((), (), ())


@pytest.mark.parametrize(
    ("on", "active"),
    [
        ("2020-02-27", set[str]()),
        ("2020-02-28", {"Fokusgrupp Corona"}),
        ("2020-03-17", {"Fokusgrupp Corona", "Planeringsgrupp Corona"}),
        ("2020-03-24", {"Fokusgrupp Corona", "Planeringsgrupp Corona", "Krisledningsstab"}),
        ("2020-08-25", {"Fokusgrupp Corona", "Planeringsgrupp Corona", "Krisledningsstab"}),
        ("2020-08-26", set[str]()),
        ("2020-11-16", set[str]()),
        ("2020-11-17", {"Fokusgrupp Corona"}),
        ("2020-12-31", {"Fokusgrupp Corona"}),
    ],
)
def test_the_crisis_organisation_starts_stops_and_starts_again(
    haninge: Ledger, on: str, active: set[str]
) -> None:
    assert {unit.unit for unit in haninge.as_of(on).units() if unit.active} == active


def test_the_crisis_staff_was_at_level_1(haninge: Ledger) -> None:
    staff = haninge.as_of("2020-06-30").unit("Krisledningsstab")
    assert staff is not None
    assert staff.level == "1"
