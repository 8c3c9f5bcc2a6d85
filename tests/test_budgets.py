"""The budget of a unit: what moves its total, what stands beside it, what was used of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from styrledger.amounts import Amount
from styrledger.events.budgets import (
    BudgetAdopted,
    BudgetDistributed,
    BudgetEarmarked,
    BudgetPlanned,
    BudgetStated,
    BudgetTransferred,
    Place,
)
from styrledger.events.entry import Entry
from styrledger.events.outcomes import ForecastReported, OutcomeReported
from styrledger.ledger import Ledger
from styrledger.projections.base import total
from styrledger.projections.budgets import Budget

from .ledgers import adopted, new_ledger, register, revised, withdrawn

ADOPTED = adopted("100 tkr", "KF 2019-06-10 § 109")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Give a ledger whose first three entries register the units KF, KS and SN."""
    with new_ledger(tmp_path / "prov.db") as made:
        yield made


def budget(ledger: Ledger, unit: str = "KS", on: str = "2020-12-31") -> Budget:
    """Return a unit's operating budget for 2020."""
    return ledger.as_of(on).budget(unit, 2020)


def steps(found: Budget) -> list[tuple[int, str, str]]:
    """Return the steps of a total: position, change and balance."""
    return [(step.fact.position, step.change.text, step.balance.text) for step in found.trail]


# -- the total


def test_an_adoption_sets_the_total_whatever_it_was(ledger: Ledger) -> None:
    ledger.record(ADOPTED, revised("5 tkr", "KF 2020-02-10 § 9"))
    ledger.record(adopted("80 tkr", "KF 2020-03-10 § 1"))
    assert steps(budget(ledger)) == [
        (4, "100 tkr", "100 tkr"),
        (5, "5 tkr", "105 tkr"),
        (6, "-25 tkr", "80 tkr"),
    ]


def test_a_revision_adds_its_signed_amount(ledger: Ledger) -> None:
    ledger.record(ADOPTED, revised("-1 167 tkr", "KF 2020-05-11 § 83", note="Sänkning."))
    found = budget(ledger)
    assert found.amount == Amount("-1 067 tkr")
    assert found.trail[-1].as_dict() == {
        "position": 5,
        "type": "budget.revised",
        "decision": "KF 2020-05-11 § 83",
        "effective": "2020-05-11",
        "change": {"ore": -116_700_000, "text": "-1 167 tkr"},
        "balance": {"ore": -106_700_000, "text": "-1 067 tkr"},
        "note": "Sänkning.",
    }


def test_a_revision_without_a_budget_makes_one(ledger: Ledger) -> None:
    ledger.record(revised("5 tkr", "KF 2020-02-10 § 9"))
    assert budget(ledger).amount == Amount("5 tkr")


def test_an_amount_that_nothing_changed_stands_as_it_was_printed(ledger: Ledger) -> None:
    ledger.record(adopted("ca 227,7 miljoner kronor", "KF 2019-06-10 § 109"))
    found = budget(ledger).amount
    assert found is not None
    assert found.text == "ca 227,7 miljoner kronor"


def test_years_kinds_and_units_have_budgets_of_their_own(ledger: Ledger) -> None:
    ledger.record(
        ADOPTED,
        Entry(BudgetAdopted(unit="KS", year=2021, amount="1 tkr"), "KF 2019-06-10 § 1"),
        Entry(
            BudgetAdopted(unit="KS", year=2020, kind="investment", amount="2 tkr"),
            "KF 2019-06-10 § 1",
        ),
        Entry(BudgetAdopted(unit="SN", year=2020, amount="3 tkr"), "KF 2019-06-10 § 1"),
    )
    view = ledger.as_of("2020-12-31")
    assert [(found.unit, str(found.amount)) for found in view.budgets(2020)] == [
        ("KS", "100 tkr"),
        ("SN", "3 tkr"),
    ]
    assert str(view.budget("KS", 2021).amount) == "1 tkr"
    assert str(view.budget("KS", 2020, "investment").amount) == "2 tkr"
    assert view.budget("KF", 2020).amount is None


def test_budgets_come_in_order_of_the_codes_of_their_units(ledger: Ledger) -> None:
    ledger.record(register("KS AU"))
    for unit in ("SN", "KS AU", "KS"):
        ledger.record(Entry(BudgetAdopted(unit=unit, year=2020, amount="1 tkr"), effective="2020"))
    assert [found.unit for found in ledger.as_of("2020-12-31").budgets(2020)] == [
        "KS",
        "KS AU",
        "SN",
    ]


# -- plans, earmarks, statements


def test_a_plan_for_a_year_is_never_its_budget(ledger: Ledger) -> None:
    ledger.record(Entry(BudgetPlanned(unit="KS", year=2020, amount="90 tkr"), "KF 2018-06-11 § 1"))
    view = ledger.as_of("2020-12-31")
    assert view.budgets(2020) == ()
    found = view.budget("KS", 2020)
    assert (found.amount, found.trail, found.is_something) == (None, (), False)
    assert view.planned(2020) == (found,)
    assert found.planned is not None
    assert found.planned.as_dict() == {
        "amount": {"ore": 9_000_000, "text": "90 tkr"},
        "position": 4,
        "type": "budget.planned",
        "decision": "KF 2018-06-11 § 1",
        "effective": "2018-06-11",
    }


def test_a_later_plan_replaces_the_plan_and_leaves_the_budget(ledger: Ledger) -> None:
    ledger.record(
        ADOPTED,
        Entry(BudgetPlanned(unit="KS", year=2020, amount="90 tkr"), "KF 2018-06-11 § 1"),
        Entry(BudgetPlanned(unit="KS", year=2020, amount="95 tkr"), "KF 2019-12-09 § 1"),
    )
    (found,) = ledger.as_of("2020-12-31").planned(2020)
    assert found.planned is not None
    assert (found.planned.amount, found.amount) == (Amount("95 tkr"), Amount("100 tkr"))


def test_an_earmark_is_in_the_total_and_never_added(ledger: Ledger) -> None:
    ledger.record(
        ADOPTED,
        earmarked("Kameror", "2,5 tkr"),
        earmarked("Fältare", "1 tkr"),
        earmarked("Kameror", "3 tkr", effective="2020-06-01"),
    )
    found = budget(ledger)
    assert found.amount == found.undistributed == Amount("100 tkr")
    assert [(earmark.purpose, str(earmark.amount)) for earmark in found.earmarks] == [
        ("Kameror", "3 tkr"),
        ("Fältare", "1 tkr"),
    ]
    assert len(found.trail) == 1


def test_an_earmark_shows_what_was_used_of_it(ledger: Ledger) -> None:
    ledger.record(earmarked("Kameror", "2,5 tkr"), outcome("2 tkr", purpose="Kameror"))
    (earmark,) = budget(ledger).earmarks
    assert earmark.as_dict() == {
        "purpose": "Kameror",
        "amount": {"ore": 250_000, "text": "2,5 tkr"},
        "outcome": {"ore": 200_000, "text": "2 tkr"},
        "position": 4,
        "type": "budget.earmarked",
        "decision": None,
        "effective": "2020-01-01",
    }
    assert budget(ledger).outcome is None
    assert budget(ledger).is_something


def test_a_statement_changes_nothing_and_speaks_of_its_own_day(ledger: Ledger) -> None:
    ledger.record(
        ADOPTED,
        Entry(BudgetStated(unit="KS", year=2020, amount="99 tkr"), effective="2020-03-01"),
        Entry(
            BudgetStated(unit="KS", year=2020, amount="98 tkr", on="2020-02", of="remaining"),
            effective="2020-03-01",
        ),
    )
    found = budget(ledger)
    assert found.amount == Amount("100 tkr")
    assert len(found.trail) == 1
    assert [one.on for one in found.stated] == [date(2020, 3, 1), date(2020, 2, 29)]
    assert found.stated[1].as_dict() == {
        "of": "remaining",
        "line": None,
        "purpose": None,
        "amount": {"ore": 9_800_000, "text": "98 tkr"},
        "on": "2020-02-29",
        "position": 6,
        "type": "budget.stated",
        "decision": None,
        "effective": "2020-03-01",
    }


def test_a_statement_about_the_whole_municipality_makes_no_budget(ledger: Ledger) -> None:
    ledger.record(Entry(BudgetStated(year=2020, amount="900 tkr"), effective="2020-03-01"))
    assert ledger.as_of("2020-12-31").budgets(2020) == ()


# -- transfers


def test_a_transfer_between_units_takes_from_one_what_it_gives_the_other(ledger: Ledger) -> None:
    ledger.record(ADOPTED)
    ledger.record(moved(Place("KS"), Place("SN"), "7 tkr"))
    assert steps(budget(ledger, "KS")) == [(4, "100 tkr", "100 tkr"), (5, "-7 tkr", "93 tkr")]
    assert steps(budget(ledger, "SN")) == [(5, "7 tkr", "7 tkr")]


def test_a_transfer_inside_a_unit_is_a_step_of_zero(ledger: Ledger) -> None:
    ledger.record(ADOPTED, distributed("A", "40 tkr"))
    ledger.record(moved(Place("KS", "A"), Place("KS", "B"), "7 tkr"))
    found = budget(ledger)
    assert steps(found) == [(4, "100 tkr", "100 tkr"), (6, "0 tkr", "100 tkr")]
    assert [(line.line, str(line.amount)) for line in found.lines] == [
        ("A", "33 tkr"),
        ("B", "7 tkr"),
    ]


def test_a_transfer_inside_a_unit_without_a_budget_makes_none(ledger: Ledger) -> None:
    ledger.record(moved(Place("KS", "A"), Place("KS", "B"), "7 tkr"))
    assert budget(ledger).amount is None
    assert budget(ledger).trail == ()


def test_a_transfer_between_lines_of_units_moves_lines_and_totals(ledger: Ledger) -> None:
    ledger.record(ADOPTED, distributed("A", "40 tkr"))
    ledger.record(moved(Place("KS", "A"), Place("SN", "C/D"), "7 tkr"))
    ours, theirs = budget(ledger, "KS"), budget(ledger, "SN")
    assert (ours.amount, ours.undistributed) == (Amount("93 tkr"), Amount("60 tkr"))
    assert [(line.line, str(line.amount)) for line in (*ours.lines, *theirs.lines)] == [
        ("A", "33 tkr"),
        ("C", "7 tkr"),
        ("C/D", "7 tkr"),
    ]


# -- outcomes and forecasts


def test_deviation_is_budget_less_outcome(ledger: Ledger) -> None:
    ledger.record(ADOPTED, outcome("104 tkr"))
    found = budget(ledger)
    assert (found.outcome, found.deviation) == (Amount("104 tkr"), Amount("-4 tkr"))
    assert found.amount == Amount("100 tkr")


def test_without_a_budget_or_an_outcome_there_is_no_deviation(ledger: Ledger) -> None:
    ledger.record(ADOPTED)
    assert budget(ledger).deviation is None
    ledger.record(Entry(OutcomeReported(**SN_OUTCOME), effective="2021-01-31"))
    found = ledger.as_of("2021-12-31").budget("SN", 2020)
    assert (found.amount, found.outcome, found.deviation) == (None, Amount("3 tkr"), None)
    assert found.is_something


def test_an_outcome_through_a_later_day_replaces_an_earlier_one(ledger: Ledger) -> None:
    ledger.record(outcome("70 tkr", through="2020-08-31"), outcome("30 tkr", through="2020-04-30"))
    assert budget(ledger).outcome == Amount("70 tkr")
    ledger.record(outcome("71 tkr", through="2020-08-31"))
    assert budget(ledger).outcome == Amount("71 tkr")


def test_an_outcome_counts_from_the_day_it_was_reported(ledger: Ledger) -> None:
    ledger.record(outcome("30 tkr", through="2020-04-30", effective="2020-06-01"))
    assert budget(ledger, on="2020-05-31").outcome is None
    assert budget(ledger, on="2020-06-01").outcome == Amount("30 tkr")


def test_the_outcome_of_a_line_is_not_that_of_the_unit(ledger: Ledger) -> None:
    ledger.record(ADOPTED, distributed("A", "40 tkr"), outcome("41 tkr", line="A"))
    found = budget(ledger)
    assert found.outcome is None
    line = found.line("A")
    assert line is not None
    assert (line.outcome, line.deviation) == (Amount("41 tkr"), Amount("-1 tkr"))


def test_a_forecast_gives_the_deviation_from_the_budget_or_the_figure_behind_it(
    ledger: Ledger,
) -> None:
    ledger.record(ADOPTED, distributed("A", "40 tkr"))
    ledger.record(forecast(amount="103 tkr"), forecast(line="A", deviation="-2 tkr"))
    whole, line = budget(ledger).forecasts
    assert (whole.line, whole.amount, whole.deviation) == (
        None,
        Amount("103 tkr"),
        Amount("-3 tkr"),
    )
    assert (line.line, line.amount, line.deviation) == ("A", Amount("42 tkr"), Amount("-2 tkr"))


def test_a_later_forecast_replaces_an_earlier_one(ledger: Ledger) -> None:
    ledger.record(
        ADOPTED,
        forecast(deviation="-3 tkr", effective="2020-10-01"),
        forecast(deviation="0 tkr", effective="2020-05-01"),
    )
    (spring,) = budget(ledger, on="2020-09-30").forecasts
    (autumn,) = budget(ledger, on="2020-10-01").forecasts
    assert (spring.deviation, autumn.deviation) == (Amount("0 tkr"), Amount("-3 tkr"))


def test_a_forecast_follows_the_budget_that_it_is_measured_against(ledger: Ledger) -> None:
    ledger.record(forecast(deviation="-3 tkr", effective="2020-05-01"))
    (alone,) = budget(ledger).forecasts
    assert (alone.amount, alone.deviation) == (None, Amount("-3 tkr"))
    ledger.record(ADOPTED)
    (found,) = budget(ledger).forecasts
    assert found.as_dict() == {
        "line": None,
        "amount": {"ore": 10_300_000, "text": "103 tkr"},
        "deviation": {"ore": -300_000, "text": "-3 tkr"},
        "position": 4,
        "type": "forecast.reported",
        "decision": None,
        "effective": "2020-05-01",
    }


# -- the whole answer


def test_a_budget_as_json_has_the_fields_of_the_contract(ledger: Ledger) -> None:
    ledger.record(ADOPTED, distributed("A", "40 tkr"), outcome("104 tkr"))
    shown = budget(ledger).as_dict()
    assert list(shown) == [
        "unit",
        "year",
        "kind",
        "amount",
        "lines",
        "undistributed",
        "earmarks",
        "outcome",
        "deviation",
        "forecasts",
        "stated",
        "trail",
    ]
    assert shown["amount"] == {"ore": 10_000_000, "text": "100 tkr"}
    assert shown["undistributed"] == {"ore": 6_000_000, "text": "60 tkr"}
    assert shown["deviation"] == {"ore": -400_000, "text": "-4 tkr"}
    assert shown["lines"] == [
        {
            "line": "A",
            "amount": {"ore": 4_000_000, "text": "40 tkr"},
            "undistributed": None,
            "outcome": None,
            "deviation": None,
        }
    ]


def test_a_withdrawn_budget_leaves_none(ledger: Ledger) -> None:
    ledger.record(ADOPTED)
    ledger.record(withdrawn("#4"))
    view = ledger.as_of("2020-12-31")
    assert view.budgets(2020) == ()
    assert view.budget("KS", 2020).amount is None


def test_the_total_of_amounts_leaves_out_the_unknown() -> None:
    assert total([Amount("1 tkr"), None, Amount("2,5 tkr")]) == Amount("3,5 tkr")
    assert total([None]) is None


# -- entries


SN_OUTCOME: dict[str, Any] = {
    "unit": "SN",
    "year": 2020,
    "through": "2020-12-31",
    "amount": "3 tkr",
}


def distributed(line: str, amount: str) -> Entry:
    event = BudgetDistributed(unit="KS", year=2020, line=line, amount=amount)
    return Entry(event, effective="2020-01-01")


def earmarked(purpose: str, amount: str, effective: str = "2020-01-01") -> Entry:
    event = BudgetEarmarked(unit="KS", year=2020, purpose=purpose, amount=amount)
    return Entry(event, effective=effective)


def moved(from_: Place, to: Place, amount: str) -> Entry:
    return Entry(BudgetTransferred(2020, from_, to, amount), effective="2020-01-01")


def outcome(
    amount: str, through: str = "2020-12-31", effective: str = "2020-12-31", **of: Any
) -> Entry:
    event = OutcomeReported(unit="KS", year=2020, through=through, amount=amount, **of)
    return Entry(event, effective=effective)


def forecast(effective: str = "2020-10-01", **figure: Any) -> Entry:
    return Entry(ForecastReported(unit="KS", year=2020, **figure), effective=effective)
