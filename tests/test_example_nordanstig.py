"""Nordanstig 2021: the staff's table, the activity that moved, and the events of the year."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from styrledger.amounts import Amount
from styrledger.demo import ORGANISATIONS, record_files
from styrledger.exchange.records import read_entries
from styrledger.ledger import Ledger
from styrledger.projections.budgets import Budget
from styrledger.view import View

from .ledgers import ledger_file

EXAMPLE = "nordanstig_2021"


@pytest.fixture(scope="module")
def nordanstig() -> Generator[Ledger]:
    organisation = ORGANISATIONS[EXAMPLE]
    with ledger_file() as path, Ledger.create(path, organisation=organisation) as ledger:
        for file in record_files(EXAMPLE):
            ledger.record(*read_entries(file))
        yield ledger


@pytest.fixture(scope="module")
def view(nordanstig: Ledger) -> View:
    return nordanstig.as_of("2021-12-31")


@pytest.fixture(scope="module")
def staff(view: View) -> Budget:
    return view.budget("STAB", 2021)


def total(amounts: list[Amount | None]) -> Amount:
    return sum((amount for amount in amounts if amount is not None), Amount("0 tkr"))


def test_the_rows_add_to_the_printed_totals(staff: Budget) -> None:
    assert total([line.amount for line in staff.lines]) == staff.amount == Amount("100 759 tkr")
    assert total([line.outcome for line in staff.lines]) == staff.outcome == Amount("101 977 tkr")
    assert (
        total([line.deviation for line in staff.lines]) == staff.deviation == Amount("-1 218 tkr")
    )


def test_the_deviations_are_those_that_the_table_states(staff: Budget) -> None:
    stated = {
        one.event.line: one.event.amount
        for one in staff.stated
        if one.event.of == "deviation" and one.event.amount.unit == "tkr"
    }
    computed: dict[str | None, Amount | None] = {None: staff.deviation}
    computed.update((line.line, line.deviation) for line in staff.lines)
    assert stated == computed
    printed = "–\N{NO-BREAK SPACE}3\N{NO-BREAK SPACE}555 tkr"
    assert str(stated["Hälsinglands utbildningsförbund"]) == printed


def test_income_less_cost_is_the_outcome(nordanstig: Ledger) -> None:
    for year, outcome in ((2021, "101 977 tkr"), (2020, "105 570 tkr")):
        (whole,) = [
            one.entry.event
            for one in nordanstig.history(type="outcome.reported", unit="STAB")
            if getattr(one.entry.event, "cost", None) is not None
            and getattr(one.entry.event, "year", None) == year
        ]
        income, cost = getattr(whole, "income", None), getattr(whole, "cost", None)
        assert isinstance(income, Amount)
        assert isinstance(cost, Amount)
        assert cost - income == Amount(outcome)


def test_capital_costs_are_a_memo_row_that_is_never_added(staff: Budget) -> None:
    (memo,) = staff.earmarks
    assert (memo.amount, memo.outcome) == (Amount("1 970 tkr"), Amount("1 472 tkr"))
    assert "Därav kapitalkostnader" not in [line.line for line in staff.lines]
    assert staff.undistributed == Amount("0 tkr")


def test_2020_as_printed_holds_what_was_moved_from_2021(view: View) -> None:
    before = view.budget("STAB", 2020)
    assert before.outcome == Amount("105 570 tkr")
    assert total([line.outcome for line in before.lines]) == before.outcome


def test_2020_compares_with_2021_without_what_was_moved(view: View) -> None:
    before, now = view.series("STAB")
    assert (before.outcome, before.amount) == (Amount("105 570 tkr"), Amount("99 852 tkr"))
    assert [(it.unit, it.change) for it in before.moved] == [
        ("Politisk verksamhet", Amount("-5 718 tkr"))
    ]
    assert (now.outcome, now.moved, before.unknown) == (now.amount, (), ())


def test_seen_from_2020_nothing_had_moved(nordanstig: Ledger) -> None:
    (only,) = nordanstig.as_of("2020-12-31").series("STAB")
    assert only.amount == Amount("105 570 tkr")


@pytest.mark.parametrize(
    ("unit", "before", "after", "on"),
    [
        ("Politisk verksamhet", "STAB", "Särskilda verksamheter", "2021-01-01"),
        ("Upphandlingsfunktionen", "Utvecklingsenheten", "Näringslivsenheten", "2021-06-30"),
        ("Digitaliseringsstrateg", "STAB", "Utvecklingsenheten", "2021-12-31"),
    ],
)
def test_units_moved(nordanstig: Ledger, unit: str, before: str, after: str, on: str) -> None:
    moved = nordanstig.as_of(on).unit(unit)
    assert moved is not None
    assert moved.parent == after
    assert [getattr(fact.entry.event, "parent", None) for fact in moved.trail] == [before, after]


def test_the_home_care_company_was_taken_over(nordanstig: Ledger) -> None:
    before, after = (nordanstig.as_of(on).unit("Mitt Liv") for on in ("2021-05-31", "2021-06-01"))
    assert before is not None
    assert after is not None
    assert (before.closed, after.closed, after.into) == (False, True, "Hemtjänsten")


def test_documents_adopted_in_the_autumn_count_from_the_end_of_the_year(
    nordanstig: Ledger,
) -> None:
    assert nordanstig.as_of("2021-12-30").documents() == ()
    assert len(nordanstig.as_of("2021-12-31").documents()) == 2


def test_the_answering_service_ends_on_1_january_2023(view: View) -> None:
    ends = view.deadline("Svarstjänst")
    assert ends is not None
    assert (str(ends.date), ends.status) == ("2023-01-01", "due")


def test_of_eight_inquiries_six_ended_and_two_go_on(nordanstig: Ledger) -> None:
    values = [
        str(getattr(one.entry.event, "value", ""))
        for one in nordanstig.history(type="indicator.reported")
    ]
    assert values == ["8", "6", "2"]
